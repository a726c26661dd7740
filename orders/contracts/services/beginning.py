"""The contracts of new services, and what is billed for them, from the day on which they began."""

from datetime import date, datetime

from django.db import transaction

from inventory import services as inventory
from inventory.models import Service, ServiceStatus
from orders.contracts import rules
from orders.models import ChargeReason, ItemAction, Order, OrderItem
from orders.services import BILLERS, day_of, left_of, locked_orders, owe
from portal import events, money
from portal.actors import Actor
from portal.tenancy import of_enterprise


@transaction.atomic
def begin_contracts(order_id: int, *, actor: Actor, at: datetime) -> bool:
    """Begin the terms of an order's new services, and their charges at the prices of its items; once.

    What the order costs once stands on the next bill, each item by itself; what no item says goes with the first.
    """
    order = locked_orders(actor).select_related("account").get(pk=order_id)
    if order.begun_at:
        return False
    order.begun_at = at
    order.save(update_fields=["begun_at"])
    on = order.commenced_on or order.completed_on or day_of(order, at)
    items = of_enterprise(OrderItem.objects, actor).filter(order=order, action=ItemAction.ADD, service__isnull=False)
    found = list(items.order_by("position"))
    extra = max(left_of(order) - sum((item.one_time for item in found), money.ZERO), money.ZERO)
    begun = []
    for item in found:
        service, is_billed_anew = _begin(item, order, on, actor)
        if service is None:
            continue
        if is_billed_anew and item.one_time + extra:
            amount, extra = item.one_time + extra, money.ZERO
            owe(order, ChargeReason.INSTALLATION, amount, ref=item.pk, service=service, on=on, at=at)
        begun.append(service.number)
    if begun:
        events.record("contract.begun", subject=order, actor=actor, at=at, services=begun[:100], on=on)
    return bool(begun)


def _begin(item: OrderItem, order: Order, on: date, actor: Actor) -> tuple[Service | None, bool]:
    """One service, and whether it was not billed before; none where it is not in use."""
    assert item.service_id is not None
    service = inventory.lock_whole(item.service_id, actor=actor)
    if service.status != ServiceStatus.ACTIVE:
        return None, False
    if order.term_months and service.contract_ends_on is None:
        service.term_months, service.contract_ends_on = order.term_months, rules.add_months(on, order.term_months)
        service.save(update_fields=["term_months", "contract_ends_on"])
    # Asked of each: one that bills it already keeps what it has.
    is_new = [biller.start(service, monthly=item.monthly, on=on, actor=actor) for biller in BILLERS]
    return service, all(is_new)
