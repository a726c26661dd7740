"""The contracts of new services, and what is billed for them, from the day on which they began."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from inventory import services as inventory
from inventory.models import Service, ServiceStatus
from orders.contracts import rules
from orders.models import ItemAction, Order, OrderItem
from orders.services import BILLERS, day_of, locked_orders
from portal import events, money
from portal.actors import Actor
from portal.tenancy import of_enterprise


@transaction.atomic
def begin_contracts(order_id: int, *, actor: Actor, at: datetime) -> bool:
    """Begin the terms of an order's new services, and their charges at the prices of its items; once.

    What the order costs beyond its items, as an expedite, is billed with the first of them.
    """
    order = locked_orders(actor).select_related("account").get(pk=order_id)
    if order.begun_at:
        return False
    order.begun_at = at
    order.save(update_fields=["begun_at"])
    on = order.commenced_on or order.completed_on or day_of(order, at)
    items = of_enterprise(OrderItem.objects, actor).filter(order=order, action=ItemAction.ADD, service__isnull=False)
    found = list(items.order_by("position"))
    extra = order.one_time - sum((item.one_time for item in found), money.ZERO)
    begun = []
    for item in found:
        service = _begin(item, order, on, item.one_time + max(extra, money.ZERO), actor)
        extra = money.ZERO
        begun += [service.number] if service else []
    if begun:
        events.record("contract.begun", subject=order, actor=actor, at=at, services=begun[:100], on=on)
    return bool(begun)


def _begin(item: OrderItem, order: Order, on: date, one_time: Decimal, actor: Actor) -> Service | None:
    """One service; None where it is not in use."""
    assert item.service_id is not None
    service = inventory.lock_whole(item.service_id, actor=actor)
    if service.status != ServiceStatus.ACTIVE:
        return None
    if order.term_months and service.contract_ends_on is None:
        service.term_months, service.contract_ends_on = order.term_months, rules.add_months(on, order.term_months)
        service.save(update_fields=["term_months", "contract_ends_on"])
    for biller in BILLERS:
        biller.start(service, monthly=item.monthly, one_time=one_time, on=on, actor=actor)
    return service
