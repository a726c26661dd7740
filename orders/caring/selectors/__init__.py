"""What is said, promised and escalated about an order, and the care manager's work across customers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import StaffCard, TeamMember
from accounts.selectors import list_team, reachable
from orders.caring import rules
from orders.caring.terms import ESCALATION_MINUTES
from orders.models import (
    ORDER_FLOW,
    EscalatedBy,
    Escalation,
    EscalationStatus,
    InternalNote,
    Message,
    Order,
    OrderStatus,
    Promise,
    PromiseStatus,
)
from orders.permissions import Permission
from portal import notices, terms
from portal.actors import Actor, ActorKind
from portal.models import Event, StoredFile
from portal.reading import joined
from portal.tenancy import of_enterprise, within_accounts

SHOWN = 100  # messages on the order's page; the API has all
_WHO = ("name", "title", "phone", "email")  # of a colleague's card


def get_own_order(actor: Actor, pk: int) -> Order:
    """An order that the actor may see, by its key. Raises Order.DoesNotExist."""
    rows = within_accounts(of_enterprise(Order.objects, actor), actor, Permission.ORDER_VIEW)
    return rows.select_related("product", "care_manager").get(pk=pk)


def may_see_message(actor: Actor, pk: int) -> bool:
    """Whether the actor may have the files of a message: who sees the order may."""
    return list_messages_ever(actor).filter(pk=pk).exists()


def list_messages_ever(actor: Actor) -> QuerySet[Message]:
    """Every message about the orders within reach."""
    rows = of_enterprise(Message.objects, actor)
    return within_accounts(rows, actor, Permission.ORDER_VIEW, path="order__account_id")


def list_messages(actor: Actor, order: Order) -> QuerySet[Message]:
    """What both sides wrote about an order, the latest first."""
    return list_messages_ever(actor).filter(order=order).order_by("-at", "-id")


def with_files(actor: Actor, messages: Iterable[Message]) -> list[Message]:
    """The messages, each with what hangs on it as ``kept``; one query, and none where nothing does."""
    found = list(messages)
    keys = [each.pk for each in found if each.files]
    rows = of_enterprise(StoredFile.objects, actor).filter(subject_type="orders.message", subject_id__in=keys)
    kept: dict[int, list[StoredFile]] = {}
    for row in rows.order_by("id") if keys else ():
        kept.setdefault(row.subject_id, []).append(row)
    for each in found:
        each.kept = kept.get(each.pk, [])  # type: ignore[attr-defined]
    return found


def unread(actor: Actor, messages: Iterable[Message]) -> list[Message]:
    """Those of the other side that nobody of the actor's has read."""
    return [each for each in messages if each.read_at is None and each.is_ours is not actor.is_staff]


def list_promises(actor: Actor, order: Order) -> QuerySet[Promise]:
    """The updates promised on an order, the latest first."""
    rows = joined(of_enterprise(Promise.objects, actor).filter(order=order), "card", *_WHO)
    return rows.order_by("-due_at", "-id")


def list_escalations(actor: Actor, order: Order) -> QuerySet[Escalation]:
    """How an order was taken up the ladder, the latest first."""
    rows = of_enterprise(Escalation.objects, actor).filter(order=order)
    return joined(rows, "card", *_WHO).order_by("-at", "-id")


def list_notes(actor: Actor, order: Order) -> QuerySet[InternalNote]:
    """What the carrier's people told one another about an order, the latest first; for them alone."""
    rows = of_enterprise(InternalNote.objects, actor).filter(order=order).order_by("-at", "-id")
    return rows if actor.is_staff else rows.none()


def list_others(actor: Actor, order: Order) -> QuerySet[Order]:
    """The customer's other orders under way, what is due first at the top."""
    rows = within_accounts(of_enterprise(Order.objects, actor), actor, Permission.ORDER_VIEW)
    rows = rows.filter(enterprise_id=order.enterprise_id, status__in=ORDER_FLOW.open_states()).exclude(pk=order.pk)
    rows = rows.exclude(status=OrderStatus.DRAFT)
    return rows.select_related("enterprise", "account").order_by("expected_on", "id")


# --- the ladder ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ladder:
    """Who answers for an order, how far up it was taken, and when it can be taken further."""

    rungs: list[rules.Rung]
    escalations: list[Escalation] = field(default_factory=list)
    again_at: datetime | None = None  # before then a customer's escalation is refused

    @property
    def open(self) -> list[Escalation]:
        return [each for each in self.escalations if each.status == EscalationStatus.OPEN]

    @property
    def level(self) -> int:
        return max((each.level for each in self.open), default=0)

    @property
    def next(self) -> rules.Rung | None:
        """Whom it would be taken to now; None where only the carrier's desk is left."""
        return rules.rung_at(self.rungs, self.level + 1)

    @property
    def told(self) -> StaffCard | None:
        """Who hears of it then: the next one or, while they are away, who stands in; None for the carrier's desk."""
        return reachable(self.next.card) if self.next else None


def get_ladder(actor: Actor, order: Order, *, now: datetime, team: list[TeamMember] | None = None) -> Ladder:
    """The ladder of an order; ``team`` is the account's, where the caller has it already."""
    members = list(list_team(actor, order.account_id)) if team is None else team
    rungs = rules.ladder(members, care_manager_id=order.care_manager_id, family=order.product.family)
    found = list(list_escalations(actor, order)[:SHOWN])
    last = max((each.at for each in found if each.by_whom == EscalatedBy.CUSTOMER), default=None)
    if last is None:
        return Ladder(rungs, found)
    wait = timedelta(minutes=terms.value(ESCALATION_MINUTES, on=now.date(), enterprise_id=order.enterprise_id))
    return Ladder(rungs, found, last + wait if last + wait > now else None)


# --- promises across customers ------------------------------------------------------------------------


def list_due_promises(now: datetime) -> list[tuple[int, int]]:
    """The promises whose moment has passed unkept, as (enterprise, key); asked by staff outside any enterprise."""
    rows = Promise.objects.filter(status=PromiseStatus.OPEN, due_at__lte=now).order_by("enterprise_id", "id")
    return list(rows.values_list("enterprise_id", "id"))


def told_kinds() -> list[str]:
    """The kinds of event of orders that the customer hears of."""
    known = (each for name, each in notices.KINDS.items() if name.startswith(("order.", "milestone.")))
    return [each.name for each in known if not each.is_silent and not each.is_internal]


def first_update(promise: Promise) -> datetime | None:
    """When the customer first heard something of the order from our people between the promise and its moment."""
    told = Event.objects.filter(
        enterprise_id=promise.enterprise_id,
        story_type=Order._meta.label_lower,
        story_id=promise.order_id,
        kind__in=told_kinds(),
        actor_kind=ActorKind.STAFF,
        at__gt=promise.made_at,
        at__lte=promise.due_at,
    )
    return told.order_by("at").values_list("at", flat=True).first()


_KEPT = Count("id", filter=Q(status=PromiseStatus.KEPT))
_DUE = Count("id", filter=~Q(status=PromiseStatus.OPEN))


def promise_rates(actor: Actor, *, since: datetime, until: datetime) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """How many promises were due in a time and how many of them kept: by care manager, and in all.

    One that is not due yet counts for nothing; one that was kept late was not kept.
    """
    rows = of_enterprise(Promise.objects, actor).filter(due_at__gte=since, due_at__lt=until)
    late = Count("id", filter=Q(status=PromiseStatus.LATE))
    whose = rows.values("card_id", "card__name").annotate(due=_DUE, kept=_KEPT, late=late).filter(due__gt=0)
    return [dict(each) for each in whose.order_by("card__name", "card_id")], rows.aggregate(
        due=_DUE, kept=_KEPT, late=late
    )
