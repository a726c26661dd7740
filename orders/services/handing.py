"""A care manager's orders in other hands."""

from datetime import datetime

from orders.models import ORDER_FLOW, Order
from portal import events
from portal.actors import Actor
from portal.tenancy import tenant_scope


def hand_over_orders(leaver_id: int, successor_id: int | None, actor: Actor, at: datetime) -> int:
    """Give the open orders of a care manager who leaves to the successor, or to nobody; both by their card.

    Called by staff outside any enterprise, in the transaction of the leaving. Returns how many.
    """
    mine = Order.objects.filter(care_manager_id=leaver_id, status__in=ORDER_FLOW.open_states())
    found = list(mine.order_by("enterprise_id", "pk").values_list("enterprise_id", "pk"))
    for enterprise_id, pk in found:
        with tenant_scope(enterprise_id):
            rows = Order.objects.filter(enterprise_id=enterprise_id).select_related("care_manager")
            order = rows.select_for_update(of=("self",)).get(pk=pk)
            before = order.care_manager.name if order.care_manager else ""
            order.care_manager_id = successor_id
            order.save(update_fields=["care_manager"])
            after = rows.get(pk=pk).care_manager
            name = after.name if after else ""
            events.record("order.handed_over", subject=order, actor=actor, at=at, before=before, after=name)
    return len(found)
