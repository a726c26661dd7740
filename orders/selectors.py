"""Orders as each actor may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery

from accounts.models import Account
from accounts.selectors import get_enterprise
from inventory.models import Service
from inventory.permissions import Permission as ServicePermission
from orders.models import (
    MILESTONE_FLOW,
    ORDER_FLOW,
    ChargeState,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    Order,
    OrderCharge,
    OrderItem,
    OrderStatus,
    Owner,
)
from orders.permissions import Permission
from orders.rules import END_BILLED, WorkDays
from portal import events, files, terms
from portal.actors import Actor
from portal.calendars import BusinessHours
from portal.models import Event
from portal.reading import joined, the_one
from portal.tenancy import of_enterprise, within_accounts

WORKING_DAYS = "order.working_days"
TOLD = 20  # orders of which a service's page tells


@dataclass(frozen=True)
class Move:
    """A line of "why it moved": which milestone, or the committed date; from when to when, by whom, and the reason."""

    at: datetime
    milestone: Milestone | None
    before: date | None
    after: date | None
    reason: str
    by: str = ""

    @property
    def days(self) -> int | None:
        """Calendar days by which it moved; below zero to an earlier day."""
        return (self.after - self.before).days if self.before and self.after else None


def list_orders(actor: Actor) -> QuerySet[Order]:
    """The orders on the actor's accounts, each with the milestone it stands at as ``open_steps``."""
    return _with_steps(_list(actor), of_enterprise(Milestone.objects, actor))


def list_orders_whole(actor: Actor) -> QuerySet[Order]:
    """The same with all that a file of them tells."""
    return list_orders(actor).select_related(*_WHOLE)


def list_my_orders(actor: Actor) -> QuerySet[Order]:
    """A care manager's open orders across all enterprises, what is due first at the top."""
    mine = _list(actor).filter(care_manager_id=actor.person_id, status__in=ORDER_FLOW.open_states())
    # Naming the enterprises lets the milestones be found by their index, which leads with it.
    steps = of_enterprise(Milestone.objects, actor).filter(enterprise_id__in=mine.values("enterprise_id"))
    found = _with_steps(mine.select_related("enterprise"), steps)
    return found.order_by(F("expected_on").asc(nulls_last=True), "id")


def list_open_orders(actor: Actor) -> QuerySet[Order]:
    """What is under way, what is due first at the top."""
    underway = list_orders(actor).filter(status__in=ORDER_FLOW.open_states())
    return underway.order_by(F("expected_on").asc(nulls_last=True), "id")


def list_waiting_orders(actor: Actor) -> QuerySet[Order]:
    """What is under way and waits for the customer: the step it stands at is theirs."""
    theirs = of_enterprise(Milestone.objects, actor).filter(status=MilestoneStatus.IN_PROGRESS, owner=Owner.CUSTOMER)
    return list_open_orders(actor).filter(pk__in=theirs.values("order_id"))


def find_orders(actor: Actor) -> QuerySet[Order]:
    """Where an order is looked for by what it is called: with its customer, and nothing more."""
    return _list(actor).select_related("enterprise")


def find_services(actor: Actor) -> QuerySet[Service]:
    """The services whose orders the actor may see, though not them, each with the number of the ``latest_order``."""
    found = within_accounts(of_enterprise(Service.objects, actor), actor, Permission.ORDER_VIEW)
    seen = actor.accounts_for(ServicePermission.SERVICE_VIEW)
    found = found.none() if seen is None else found.exclude(account_id__in=seen)
    orders = within_accounts(of_enterprise(Order.objects, actor), actor, Permission.ORDER_VIEW)
    about = orders.filter(enterprise_id=OuterRef("enterprise_id"), service_id=OuterRef("pk"))
    latest = about.order_by("-placed_on", "-id").values("number")[:1]
    return found.select_related("enterprise", "product", "account", "a_site", "z_site").annotate(
        latest_order=Subquery(latest)
    )


def list_orders_of(actor: Actor, service: Service) -> QuerySet[Order]:
    """The orders about a service, the latest first."""
    return list_orders(actor).filter(service=service).order_by("-placed_on", "-id")


_WHOLE = ("product", "service", "a_site", "z_site", "care_manager")
# What an order's page says of the service it is about.
_OF_SERVICE = ("number", "alias", "account", "product", "status", "bandwidth", "started_on", "monthly")


# Who takes part in an order that is not placed yet: writes, prices, or agrees to the price.
_DRAFTERS = (Permission.ORDER_CREATE, Permission.ORDER_APPROVE_ONLY, Permission.ORDER_PRICE)


def _list(actor: Actor) -> QuerySet[Order]:
    found = within_accounts(of_enterprise(Order.objects, actor), actor, Permission.ORDER_VIEW)
    return joined(found.filter(_shown(actor)), "account", *Account.BRIEF)


def _shown(actor: Actor) -> Q:
    """Without the drafts of accounts for which the actor has no part in ordering, and those of one other person."""
    reach = [actor.accounts_for(each) for each in _DRAFTERS]
    mine = Q(private_to=None) if actor.user_id is None else Q(private_to=None) | Q(private_to=actor.user_id)
    if None in reach:
        return mine
    accounts = sorted(frozenset[int]().union(*(each for each in reach if each)))
    return mine & (~Q(status=OrderStatus.DRAFT) | Q(account_id__in=accounts))


def _with_steps(orders: QuerySet[Order], steps: QuerySet[Milestone]) -> QuerySet[Order]:
    # In progress comes before planned, by the alphabet too. One of each order: a page needs no more.
    underway = steps.filter(status__in=MILESTONE_FLOW.open_states())
    underway = underway.order_by("order_id", "status", "position").distinct("order_id")
    return orders.prefetch_related(Prefetch("milestones", queryset=underway, to_attr="open_steps"))


def get_order(actor: Actor, number: str, *permissions: str) -> Order | None:
    """One order by its number; None where the actor has no such order, or none of these permissions on its account."""
    # Who cares for it is mostly of the account's team, which is read anyway: one table more doubles the planning.
    rows = joined(_list(actor).select_related("product", "a_site", "z_site"), "service", *_OF_SERVICE)
    found = the_one(rows.filter(number=number))
    if found is None or (permissions and not any(actor.may_on(each, found.account_id) for each in permissions)):
        return None
    return found


def find_unbilled(actor: Actor, services: Collection[int]) -> list[int]:
    """Of some services those whose order waits for their first invoice, by their keys."""
    steps = of_enterprise(Milestone.objects, actor).filter(kind=MilestoneKind.FIRST_BILL)
    waiting = steps.filter(
        status=MilestoneStatus.IN_PROGRESS, order__service__in=services, order__type__in=END_BILLED
    )  # fmt: skip
    return sorted(set(waiting.values_list("order__service_id", flat=True)))


def lock_owed(actor: Actor, account: Account, *, before: date) -> QuerySet[OrderCharge]:
    """What orders of an account owe since before a day, in its currency, locked: for the invoice that takes it."""
    rows = of_enterprise(OrderCharge.objects, actor).filter(state=ChargeState.OWED, day__lt=before)
    rows = rows.filter(order__account=account, currency=account.currency).select_related("order", "service")
    return rows.order_by("day", "pk").select_for_update(of=("self",))


def list_charges(actor: Actor, order: Order) -> QuerySet[OrderCharge]:
    """What an order costs once, and what is not charged of it, in the order in which it came about."""
    rows = of_enterprise(OrderCharge.objects, actor).filter(order=order)
    return rows.select_related("order__account", "service").order_by("day", "pk")


def get_charge(actor: Actor, order: Order, pk: int) -> OrderCharge | None:
    return list_charges(actor, order).filter(pk=pk).first()


def get_order_number(actor: Actor, pk: int) -> str | None:
    """An order's number, by its key."""
    return _list(actor).filter(pk=pk).values_list("number", flat=True).first()


def get_milestone(actor: Actor, pk: int) -> Milestone | None:
    """One milestone with its order, or None where the actor has no such order."""
    found = within_accounts(
        of_enterprise(Milestone.objects, actor), actor, Permission.ORDER_VIEW, path="order__account_id"
    )
    return found.select_related("order").filter(pk=pk).first()


def list_milestones(actor: Actor, order: Order) -> QuerySet[Milestone]:
    """The steps of an order, in their order."""
    return of_enterprise(Milestone.objects, actor).filter(order=order).order_by("position")


def is_dlr_missing(actor: Actor, order: Order) -> bool:
    """Whether the customer still owes the design layout record (DLR) that the product asks for."""
    return order.product.needs_dlr and not files.list_files(actor, order).exists()


def working_days(enterprise_id: int, *, on: date, countries: Collection[str] = ()) -> WorkDays:
    """The days on which an enterprise's orders are worked at: the carrier's, less the holidays where it is delivered.

    ``countries`` are those of the sites; without them it is the enterprise's own.
    """
    enterprise = get_enterprise(enterprise_id)
    own: BusinessHours = terms.value(WORKING_DAYS, on=on, of=enterprise)
    return WorkDays.of(countries or {enterprise.country}, own)


def list_story(actor: Actor, order: Order) -> list[Event]:
    """What happened to an order, newest first; a customer's is without the carrier's own business."""
    told = events.story_of(order)
    return list(told if actor.is_staff else events.told_to_customers(told))


def moves_of(story: list[Event]) -> list[Move]:
    """Every move of a date that the story tells: the whole history of slips, newest first."""
    return [_move(event) for event in story if event.kind in ("milestone.delayed", "order.committed")]


def _move(event: Event) -> Move:
    facts = event.facts
    return Move(
        at=event.at,
        milestone=step_in(facts) if "step" in facts else None,
        before=day_in(facts, "before"),
        after=day_in(facts, "after"),
        reason=facts.get("reason", ""),
        by=event.actor_name,
    )


def list_items(actor: Actor, order: Order) -> list[OrderItem]:
    """What the order asks for, in its order."""
    rows = of_enterprise(OrderItem.objects, actor).filter(order=order).order_by("position")
    items = list(joined(rows.select_related("product", "a_site", "z_site"), "service", "number", "alias"))
    told = sum((each.monthly for each in items), Decimal(0))
    for each in items:
        each.order = order
        # A quote is for all items together.
        each.is_in_total = each.is_unpriced and order.monthly > told
    return items


def known_items(actor: Actor, order: Order) -> list[OrderItem]:
    """The same for the parts of one page, which ask for them in turn."""
    if not hasattr(order, "known_items"):
        order.known_items = list_items(actor, order)  # type: ignore[attr-defined]
    found: list[OrderItem] = order.known_items  # type: ignore[attr-defined]
    return found


def step_in(facts: dict[str, str]) -> Milestone:
    """The milestone as the journal froze it: unsaved, to be spoken of in the reader's language."""
    return Milestone(
        kind=facts["step"], detail=facts["detail"], owner=facts["owner"], expected_on=day_in(facts, "expected_on")
    )


def day_in(facts: dict[str, str], name: str) -> date | None:
    """A date among frozen facts."""
    value = facts.get(name)
    return date.fromisoformat(value) if value else None
