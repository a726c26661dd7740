"""Services that go to another enterprise, as each side and the carrier's people see them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.models import Membership, MoveStatus, Said
from inventory.models import Service
from orders.contracts.selectors import IN_USE, without_order
from orders.models import Order, Takeover, TakeoverSide
from orders.permissions import Permission
from portal import events
from portal.actors import Actor
from portal.models import Event
from portal.tenancy import of_enterprise, within_accounts

OFFERED = 200  # services that can be offered at once


def list_sides(actor: Actor) -> QuerySet[TakeoverSide]:
    """What the actor's enterprise gives, and what is offered to it."""
    return of_enterprise(TakeoverSide.objects, actor)


def get_side(actor: Actor, pk: int) -> TakeoverSide | None:
    return list_sides(actor).filter(pk=pk).first()


def side_of_order(actor: Actor, order: Order) -> TakeoverSide | None:
    """What an order gives to another enterprise; None for one that stays within."""
    return list_sides(actor).filter(order_key=order.pk, gives=True).first()


def list_story(actor: Actor, side: TakeoverSide) -> list[Event]:
    """What happened: the giver's is its order's, and the receiver's begins with the offer."""
    about: Any = side
    if side.gives:
        about = of_enterprise(Order.objects, actor).filter(pk=side.order_key).first() or side
    return list(events.told_to_customers(events.story_of(about)))


def list_asked(actor: Actor) -> QuerySet[TakeoverSide]:
    """Offers that wait for the enterprise's word."""
    return list_sides(actor).filter(status=MoveStatus.OPEN, said=Said.NOTHING, gives=False).order_by("pk")


def find_services(actor: Actor, numbers: Sequence[str]) -> list[Service]:
    """Services by their numbers, as far as the actor may change them; in the order of their keys."""
    rows = within_accounts(of_enterprise(Service.objects, actor), actor, Permission.SERVICE_CHANGE)
    return list(rows.filter(number__in=list(numbers)).select_related("account").order_by("pk"))


def list_givable(actor: Actor, number: str) -> list[Service]:
    """A service and the others of its account that are in use, and about which nothing is under way."""
    first = find_services(actor, [number])
    if not first:
        return []
    rows = within_accounts(of_enterprise(Service.objects, actor), actor, Permission.SERVICE_CHANGE)
    rows = rows.filter(account_id=first[0].account_id, status__in=IN_USE).select_related("account", "product")
    return list(without_order(rows).order_by("number")[:OFFERED])


def count_asked(actor: Actor, since: Any) -> int:
    return list_sides(actor).filter(gives=True, asked_at__gt=since).count()


# --- across enterprises; asked as staff ---------------------------------------------------------------


def list_takeovers() -> QuerySet[Takeover]:
    """All there are, for the carrier's people."""
    return Takeover.objects.select_related("source", "target")


def get_takeover(pk: int) -> Takeover | None:
    return list_takeovers().filter(pk=pk).first()


def list_sides_of(takeover: Takeover) -> list[TakeoverSide]:
    """What either side said, the giver's first."""
    rows = TakeoverSide.objects.filter(
        takeover_id=takeover.pk, enterprise_id__in=[takeover.source_id, takeover.target_id]
    )
    return list(rows.select_related("enterprise").order_by("-gives"))


def list_waiting() -> Iterable[tuple[int, int, int | None]]:
    """Enterprise, key and takeover of the sides about which something may have been asked or said; oldest first."""
    waiting = [MoveStatus.ASKED, MoveStatus.OPEN, MoveStatus.APPROVED]
    rows = TakeoverSide.objects.filter(status__in=waiting).order_by("pk")
    return list(rows.values_list("enterprise_id", "pk", "takeover_id")[:2000])


def list_due(on: date) -> list[int]:
    """What is to be carried out on a day of the carrier's calendar."""
    rows = Takeover.objects.filter(status=MoveStatus.APPROVED, effective_on__lte=on)
    return list(rows.order_by("effective_on", "pk").values_list("pk", flat=True))


def is_empty(enterprise_id: int) -> bool:
    """Whether nobody is in an enterprise, or about to be: then the carrier alone decides for it."""
    return not Membership.objects.filter(enterprise_id=enterprise_id).exclude(status="removed").exists()
