"""An order itself: placed, acknowledged, brought from state to state, concluded."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountStatus
from inventory import services as inventory
from inventory.models import Product, Service, ServiceStatus
from orders.models import ORDER_FLOW, ItemAction, MilestoneKind, Order, OrderItem, OrderStatus, OrderType
from orders.services.steps import day_of, lay_steps, plan_for, touch
from portal import events, numbers
from portal.actors import Actor
from portal.errors import IllegalMove, Refused
from portal.tenancy import of_enterprise

# What an order of a type does to its service on the day it is concluded; returns the number of a
# service that began with it, or "". Each part of the app that knows a type adds its own.
Outcome = Callable[[Order, Actor, date, datetime], str]
# What an order of a type has done to its service already, undone where the order comes to nothing.
Undoing = Callable[[Order], None]

_TO_NOTHING = frozenset({OrderStatus.CANCELLED, OrderStatus.REJECTED})
# What else is settled on that day, whatever the type: each part of the app adds its own.
CONCLUDED: list[Callable[[Order, Actor, date, datetime], None]] = []
# What is let go of where an order under way is cancelled: each part of the app adds its own.
CALLED_OFF: list[Callable[[Order, Actor, datetime], None]] = []
# Prints the letter that acknowledges an order.
LETTER_TASK = "orders.make_letter"
# Does what concluded orders leave to the carrier's side.
FOLLOW = "orders.follow_contracts"


def locked_orders(actor: Actor) -> QuerySet[Order]:
    """The orders of the actor's place, to be locked: an order's row is the lock of all that is done to it."""
    return of_enterprise(Order.objects, actor).select_for_update(of=("self",))


def require_open(order: Order) -> None:
    """Raises IllegalMove for an order that is closed."""
    if order.status not in ORDER_FLOW.open_states():
        raise IllegalMove(_("This order is closed, so its milestones stay as they are."))


def bring(order: Order, status: OrderStatus) -> None:
    """Bring an order to a state. Raises IllegalMove unless the flow allows it."""
    ORDER_FLOW.require(order.status, status)
    order.status = status
    order.save(update_fields=["status"])
    if status in _TO_NOTHING and order.type in UNDOINGS:
        UNDOINGS[order.type](order)


def cancel_order(order: Order, *, actor: Actor, at: datetime) -> None:
    """An order under way comes to nothing: what was held for it is let go of. Whoever cancels it tells why.

    Raises IllegalMove where the flow does not allow it.
    """
    bring(order, OrderStatus.CANCELLED)
    ordered = OrderItem.objects.filter(enterprise_id=order.enterprise_id, order=order, action=ItemAction.ADD)
    rows = of_enterprise(Service.objects, actor).filter(pk__in=ordered.values("service_id"))
    for service in rows.filter(status=ServiceStatus.PENDING).order_by("pk").select_for_update(of=("self",)):
        inventory.give_up(service, on=day_of(order, at))
    for called_off in CALLED_OFF:
        called_off(order, actor, at)


def require_placeable(account: Account, services: Iterable[Service], *, order: Order | None = None) -> None:
    """Raises Refused for a closed account, a service that ends, and one about which another order is under way.

    It locks the services until the end of the transaction: of two orders at once the second is refused.
    """
    if account.status == AccountStatus.CLOSED:
        message = _("The account %(number)s is closed, so nothing can be ordered for it.")
        raise Refused(
            message % {"number": account.number},
            way_out=_("Nothing was changed. Choose another account, or ask your account team to open it again."),
            field="account",
        )
    keys = sorted(each.pk for each in services)
    if not keys:
        return
    rows = Service.objects.filter(enterprise_id=account.enterprise_id, pk__in=keys).order_by("pk")
    for service in rows.select_for_update(of=("self",), no_key=True):
        _require_free(service, order)


def _require_free(service: Service, order: Order | None) -> None:
    if service.status in {ServiceStatus.ENDING, ServiceStatus.TERMINATED}:
        ending = _("%(service)s is being disconnected already.")
        gone = _("%(service)s is disconnected.")
        raise Refused(
            (ending if service.status == ServiceStatus.ENDING else gone) % {"service": service.number},
            way_out=_("Nothing was changed. If it should stay, ask your account team to cancel the disconnect."),
        )
    placed = set(ORDER_FLOW.open_states()) - {OrderStatus.DRAFT, OrderStatus.PRICING}
    rows = Order.objects.filter(enterprise_id=service.enterprise_id, status__in=placed)
    about = Q(service=service) | Q(pk__in=OrderItem.objects.filter(service=service).values("order_id"))
    other = rows.filter(about).exclude(pk=order.pk if order else 0).first()
    if other:
        message = _("The order %(number)s about %(service)s is still under way.")
        raise Refused(
            message % {"number": other.number, "service": service.number},
            way_out=_("Nothing was changed. Wait until it is done, or ask for a change of that order."),
        )


# What an item does to what the customer has, where nobody says it.
_ACTIONS = {
    OrderType.NEW: ItemAction.ADD,
    OrderType.TRIAL: ItemAction.ADD,
    OrderType.DISCONNECT: ItemAction.DELETE,
}


@transaction.atomic
def place_order(
    *, account: Account, product: Product, type: OrderType, title: str, actor: Actor, at: datetime, **fields: Any
) -> Order:
    """Write an order into the books, submitted unless ``fields`` say otherwise; the caller asked who may.

    ``fields`` are further columns of Order, as service, requested_on, monthly or customer_reference, and
    ``items``: OrderItem not saved yet, in their order; without them the order has one of its own columns.
    Raises Refused as ``require_placeable`` does, but for a draft.
    """
    items: list[OrderItem] = list(fields.pop("items", ()))
    order = Order(
        enterprise_id=account.enterprise_id,
        account=account,
        product=product,
        type=type,
        title=title,
        number=numbers.take("order", year=at.year),
        **{"placed_by": actor.name, **fields},
    )
    order.placed_on = day_of(order, at)
    is_draft = order.status == OrderStatus.DRAFT
    items = items or [own_item(order)]
    if not is_draft:
        require_placeable(account, [each.service for each in items if each.service])
        order.submitted_at = order.submitted_at or at
    order.save()
    write_items(order, items)
    kind = "order.drafted" if is_draft else "order.placed"
    events.record(kind, subject=order, actor=actor, at=at, order=order.number, type=type)
    return order


def own_item(order: Order) -> OrderItem:
    """What the order itself says, as its only item."""
    return OrderItem(
        action=_ACTIONS.get(OrderType(order.type), ItemAction.MODIFY), product=order.product, service=order.service,
        a_site=order.a_site, z_site=order.z_site, bandwidth=order.service.bandwidth if order.service else "",
        monthly=order.monthly, one_time=order.one_time,
    )  # fmt: skip


def write_items(order: Order, items: Iterable[OrderItem]) -> None:
    """Give an order its items, in their order."""
    for place, item in enumerate(items, start=1):
        item.enterprise_id, item.order, item.position = order.enterprise_id, order, place
        item.save(force_insert=True)


@transaction.atomic
def acknowledge_order(order_id: int, *, care_manager_id: int, actor: Actor, at: datetime) -> Order:
    """Take a submitted order: it gets its care manager and its steps, and stands in the customer's plan.

    Its first step is done by that, and the letter of acknowledgement is written. Raises IllegalMove
    unless it is submitted.
    """
    order = locked_orders(actor).select_related("product").get(pk=order_id)
    bring(order, OrderStatus.ACKNOWLEDGED)
    order.care_manager_id = care_manager_id
    order.save(update_fields=["care_manager"])
    lay_steps(order, plan_for(order), at=at)
    touch(order, MilestoneKind.ACKNOWLEDGED, at=at)
    events.record("order.acknowledged", subject=order, actor=actor, at=at, order=order.number)
    events.hint_after_commit(LETTER_TASK, order.enterprise_id, order.pk)
    return order


def conclude_order(order: Order, *, actor: Actor, at: datetime) -> None:
    """All is done: the order closes on this day, and its service is what was ordered."""
    bring(order, OrderStatus.COMPLETED)
    # The customer's day: late on the 30th in Denver is the 1st in UTC, and billing starts on it.
    order.completed_on = day_of(order, at)
    order.save(update_fields=["completed_on"])
    for concluded in CONCLUDED:
        concluded(order, actor, order.completed_on, at)
    begun = OUTCOMES[order.type](order, actor, order.completed_on, at) if order.type in OUTCOMES else ""
    events.record(
        "order.completed",
        subject=order,
        actor=actor,
        at=at,
        order=order.number,
        completed_on=order.completed_on,
        committed_on=order.committed_on,
        service=begun,
    )


def begin_services(order: Order, actor: Actor, on: date, at: datetime) -> str:
    """The order's service begins, and those of its further items; returns their numbers.

    Their contracts and what is billed for them begin by a task, since customers write neither.
    """
    ordered = OrderItem.objects.filter(enterprise_id=order.enterprise_id, order=order, action=ItemAction.ADD)
    about = Q(pk=order.service_id) | Q(pk__in=ordered.values("service_id"))
    rows = of_enterprise(Service.objects, actor).filter(about, status=ServiceStatus.PENDING).order_by("pk")
    since = order.commenced_on or on
    begun = [inventory.activate_service(pk, actor=actor, on=since, at=at) for pk in rows.values_list("pk", flat=True)]
    events.hint_after_commit(FOLLOW, order.enterprise_id, order.pk)
    return ", ".join(str(each.number) for each in begun)


OUTCOMES: dict[str, Outcome] = {OrderType.NEW: begin_services}
UNDOINGS: dict[str, Undoing] = {}
