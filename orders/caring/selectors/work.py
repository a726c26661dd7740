"""A care manager's orders by what is due: promises, slips, silence, questions, customers who are not ready."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Now

from accounts.models import TeamMember, TeamRole
from inventory.models import Service, ServiceStatus
from orders.caring.selectors import told_kinds
from orders.caring.terms import CONTRACT_DAYS, SILENT_DAYS
from orders.models import (
    MILESTONE_FLOW,
    ORDER_FLOW,
    UNPLACED,
    ActivationCall,
    CallStatus,
    Escalation,
    EscalationStatus,
    Message,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    NotReady,
    NotReadyOutcome,
    Order,
    OrderStatus,
    Promise,
    PromiseStatus,
)
from orders.permissions import Permission
from orders.selectors import list_my_orders, list_orders
from portal import terms
from portal.actors import Actor
from portal.models import Event
from portal.tenancy import of_enterprise, within_accounts

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # after all other moments: nothing is promised
TOGETHER = 1000  # orders at once


def list_work(actor: Actor) -> QuerySet[Order]:
    """The actor's open orders with what the workbench says of each.

    ``promise_at`` (NEVER where there is none), ``ready_by`` (the last day for a new date of a customer who is not
    ready; that of NEVER where there is none), ``asked`` (messages without an answer), ``told_at`` (when the customer
    last heard anything), ``is_slipping``, ``is_escalated``.
    """
    pending = _of_this(Promise.objects).filter(status__in=[PromiseStatus.OPEN, PromiseStatus.MISSED])
    asked = _of_this(Message.objects).filter(is_ours=False, answered_at=None).order_by()
    not_ready = _of_this(NotReady.objects).filter(outcome=NotReadyOutcome.OPEN)
    count = asked.values("order_id").annotate(n=Count("id")).values("n")
    return list_my_orders(actor).annotate(
        promise_at=Coalesce(Subquery(pending.order_by("due_at").values("due_at")[:1]), NEVER),
        ready_by=Coalesce(Subquery(not_ready.values("last_on")[:1]), NEVER.date()),
        asked=Coalesce(Subquery(count, output_field=IntegerField()), 0),
        told_at=Subquery(_told().order_by("-at").values("at")[:1]),
        is_slipping=_slips(),
        is_escalated=_escalated(),
    )


def _of_this(rows: Any) -> Any:
    return rows.filter(enterprise_id=OuterRef("enterprise_id"), order_id=OuterRef("pk"))


def _told() -> QuerySet[Event]:
    return Event.objects.filter(
        enterprise_id=OuterRef("enterprise_id"), story_type=Order._meta.label_lower, story_id=OuterRef("pk"),
        kind__in=told_kinds(),
    )  # fmt: skip


def _slips() -> Q:
    """The order is expected past what was committed, or a step past what was planned or past today."""
    late = Q(expected_on__gt=F("planned_on")) | Q(expected_on__lt=Now())
    steps = _of_this(Milestone.objects).filter(late, status__in=MILESTONE_FLOW.open_states())
    return Q(expected_on__gt=F("committed_on")) | Q(Exists(steps))


def _escalated() -> Exists:
    return Exists(_of_this(Escalation.objects).filter(status=EscalationStatus.OPEN))


def _promised(_now: datetime) -> Q:
    pending = Promise.objects.filter(status__in=[PromiseStatus.OPEN, PromiseStatus.MISSED])
    return Q(Exists(_of_this(pending)))


def _silent(now: datetime) -> Q:
    """Nothing was told to the customer for as long as the carrier's term says; a young order is not silent yet."""
    since = now - timedelta(days=terms.value(SILENT_DAYS, on=now.date()))
    placed = Q(placed_on__lte=since.date()) & ~Q(status__in=UNPLACED)
    return placed & Q(~Exists(_told().filter(at__gt=since)))


def _asked_twice(_now: datetime) -> Q:
    waiting = Message.objects.filter(is_ours=False, answered_at=None).order_by().values("order_id")
    return Q(pk__in=waiting.annotate(n=Count("id")).filter(n__gte=2).values("order_id"))


def _unread(_now: datetime) -> Q:
    return Q(pk__in=Message.objects.filter(is_ours=False, read_at=None).values("order_id"))


# What the workbench can be narrowed to, by name.
DUE: dict[str, Callable[[datetime], Q]] = {
    "promises": _promised,
    "slipping": lambda _now: _slips(),
    "silent": _silent,
    "asked": _asked_twice,
    "unread": _unread,
    "held": lambda _now: Q(status=OrderStatus.HELD),
    "escalated": lambda _now: Q(_escalated()),
}


def count_due(rows: QuerySet[Order], now: datetime) -> dict[str, int]:
    """How many orders there are of each, and of all by "", in one query: a care manager's are a few hundred."""
    asked = {name: Count("pk", filter=due(now)) for name, due in DUE.items()}
    counted = rows.order_by().aggregate(all_of_them=Count("pk"), **asked)
    return {"": counted.pop("all_of_them"), **counted}


# --- many orders together -----------------------------------------------------------------------------


def list_chosen(actor: Actor, keys: Collection[int]) -> QuerySet[Order]:
    """Orders under way that were chosen to do something with, whichever customer they are of."""
    rows = list_orders(actor).filter(pk__in=keys, status__in=ORDER_FLOW.open_states())
    return rows.select_related("enterprise", "care_manager").order_by("enterprise_id", "pk")


def kinds_under_way(orders: Iterable[Order]) -> list[tuple[str, int]]:
    """The kinds of milestone at which some of the orders stand, each with how many do."""
    keys = [each.pk for each in orders]
    rows = Milestone.objects.filter(order_id__in=keys, status=MilestoneStatus.IN_PROGRESS).order_by()
    counted = dict(rows.values_list("kind").annotate(n=Count("order_id", distinct=True)))
    return [(kind, counted[kind]) for kind in MilestoneKind.values if kind in counted]


# --- the calendar of activations ----------------------------------------------------------------------


def list_activations(actor: Actor) -> QuerySet[Milestone]:
    """The activation calls of orders under way that have a day; each with its order, customer and care manager."""
    rows = of_enterprise(Milestone.objects, actor)
    rows = within_accounts(rows, actor, Permission.ORDER_VIEW, path="order__account_id")
    dated = rows.filter(kind=MilestoneKind.ACTIVATION, expected_on__isnull=False)
    under_way = dated.filter(order__status__in=ORDER_FLOW.open_states(), status__in=MILESTONE_FLOW.open_states())
    return under_way.select_related(
        "enterprise", "order__account", "order__care_manager", "order__a_site", "order__z_site", "order__product"
    )


def booked_calls(actor: Actor, steps: Iterable[Milestone]) -> dict[int, ActivationCall]:
    """The calls that are booked for orders, by the order's key, each with its engineer."""
    rows = of_enterprise(ActivationCall.objects, actor).filter(status=CallStatus.BOOKED)
    rows = rows.filter(order_id__in=[each.order_id for each in steps]).select_related("engineer")
    return {each.order_id: each for each in rows}


# --- the account director's portfolio -----------------------------------------------------------------

SELLERS = (TeamRole.ACCOUNT_DIRECTOR, TeamRole.ACCOUNT_MANAGER)


def mine_to_sell(actor: Actor) -> QuerySet[TeamMember]:
    """The places in account teams by which a portfolio is the actor's."""
    return TeamMember.objects.filter(card_id=actor.person_id, role__in=SELLERS)


def list_portfolio(actor: Actor) -> QuerySet[Any]:
    """The enterprises of the portfolio: orders under way, how many of them late, and what they will bring a month."""
    whose = mine_to_sell(actor).values("enterprise_id")
    rows = Order.objects.filter(enterprise_id__in=whose, status__in=ORDER_FLOW.open_states())
    is_late = Q(expected_on__gt=F("committed_on")) | Q(expected_on__lt=Now())
    return (
        rows.order_by()
        .values("enterprise__public_id", "enterprise__legal_name", "account__currency")
        .annotate(open=Count("id"), late=Count("id", filter=is_late), monthly=Sum("monthly", default=0))
        .order_by("-late", "-open", "enterprise__legal_name")
    )


def list_awaited(actor: Actor) -> QuerySet[Order]:
    """Orders of the portfolio that wait for a price, a signature or our check, the oldest first."""
    waiting = [OrderStatus.DRAFT, OrderStatus.PRICING, OrderStatus.SUBMITTED, OrderStatus.RETURNED]
    whose = mine_to_sell(actor).values("enterprise_id")
    rows = Order.objects.filter(enterprise_id__in=whose, status__in=waiting)
    return rows.select_related("enterprise", "account").order_by("placed_on", "id")


def list_ending(actor: Actor, *, today: date) -> QuerySet[Service]:
    """Services of the portfolio whose contract ends soon, the next first."""
    days = terms.value(CONTRACT_DAYS, on=today)
    whose = mine_to_sell(actor).values("enterprise_id")
    rows = Service.objects.filter(
        enterprise_id__in=whose, contract_ends_on__gte=today, contract_ends_on__lte=today + timedelta(days=days)
    )
    return (
        rows.exclude(status=ServiceStatus.TERMINATED)
        .select_related("enterprise", "product", "account")
        .order_by("contract_ends_on", "id")
    )
