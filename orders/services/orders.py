"""An order itself: placed, acknowledged, brought from state to state, concluded."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from inventory import services as inventory
from inventory.models import Product, ServiceStatus
from orders.models import ORDER_FLOW, MilestoneKind, Order, OrderStatus, OrderType
from orders.services.steps import day_of, lay_steps, plan_for, touch
from portal import events, numbers
from portal.actors import Actor
from portal.errors import IllegalMove
from portal.tenancy import of_enterprise

# What an order of a type does to its service on the day it is concluded; returns the number of a
# service that began with it, or "". Each part of the app that knows a type adds its own.
Outcome = Callable[[Order, Actor, date, datetime], str]
# What else is settled on that day, whatever the type: each part of the app adds its own.
CONCLUDED: list[Callable[[Order, Actor, date, datetime], None]] = []
# Prints the letter that acknowledges an order.
LETTER_TASK = "orders.make_letter"


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


@transaction.atomic
def place_order(
    *, account: Account, product: Product, type: OrderType, title: str, actor: Actor, at: datetime, **fields: Any
) -> Order:
    """Write an order into the books, submitted unless ``fields`` say otherwise; the caller asked who may.

    ``fields`` are further columns of Order, as service, requested_on, monthly or customer_reference.
    """
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
    order.save()
    events.record("order.placed", subject=order, actor=actor, at=at, order=order.number, type=type)
    return order


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


def _begin_service(order: Order, actor: Actor, on: date, at: datetime) -> str:
    service = order.service
    if service is None or service.status != ServiceStatus.PENDING:
        return ""
    inventory.activate_service(service.pk, actor=actor, on=on, at=at)
    return str(service.number)


OUTCOMES: dict[str, Outcome] = {OrderType.NEW: _begin_service}
