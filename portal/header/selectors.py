"""What one person was told: the notices sent to their own address."""

from django.db.models import QuerySet

from portal import registries, selectors
from portal.actors import Actor
from portal.models import Notice
from portal.tables import Queue
from portal.tenancy import of_enterprise

UNREAD_CAP = 99


def list_mine(actor: Actor) -> QuerySet[Notice]:
    """What the person was told in this enterprise, or, as staff outside any, in all; further copies left out."""
    found = selectors.list_notices(actor).filter(recipient=actor.email, copy=0)
    return found.exclude(state=Queue.State.CANCELLED)


def list_unread(actor: Actor) -> QuerySet[Notice]:
    return list_mine(actor).filter(read_at=None)


def count_unread(actor: Actor) -> int:
    """How much of it is unread, at most one more than the cap: one look into a partial index."""
    rows = of_enterprise(Notice.objects, actor).filter(recipient=actor.email, copy=0, read_at=None)
    return rows.values("pk")[: UNREAD_CAP + 1].count()


def list_unread_by_enterprise(actor: Actor) -> dict[int, list[int]]:
    """The keys of what is unread, by the enterprise they belong to."""
    found: dict[int, list[int]] = {}
    for enterprise_id, pk in list_unread(actor).values_list("enterprise_id", "pk"):
        found.setdefault(enterprise_id, []).append(pk)
    return found


def thing_of(actor: Actor, notice: Notice) -> tuple[registries.Page, tuple[str, ...]] | None:
    """The page of what the notice is about and what stands in its address; None without one, or out of reach."""
    page = registries.page_of(notice.event.story_type)
    number = page.number(actor, notice.event.story_id) if page else None
    if page is None or number is None:
        return None
    return page, (number,) if number else ()
