"""What every request about a service asks first, and how its order is concluded on its day."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from inventory.models import Service, ServiceStatus
from inventory.services import lock_service
from orders.contracts import selectors
from orders.models import MILESTONE_FLOW, MilestoneStatus, Order, OrderStatus
from orders.services import bring, conclude_order
from portal.actors import Actor
from portal.errors import Refused

NOTHING = _("Nothing was changed. Look at its present state, then decide anew.")


def lock_free(service_id: int, *, actor: Actor, permission: str) -> Service:
    """The service, locked: two requests of one service take turns, and the second finds the first.

    Raises Refused for one that is not in use, and for one about which an order is under way.
    """
    service = lock_service(service_id, actor=actor, permission=permission)
    require_free(service)
    return service


def require_free(service: Service) -> None:
    busy = selectors.open_order_of(service)
    if busy:
        raise Refused(
            _("%(order)s is under way for %(service)s already.") % {"order": busy.number, "service": service.number},
            way_out=_("Nothing was changed. Wait until it is done, or have it cancelled first."),
        )
    if service.status in selectors.IN_USE:
        return
    words = {
        ServiceStatus.PENDING: _("%(service)s is still being delivered. Change the order that delivers it."),
        ServiceStatus.ENDING: _("%(service)s is being disconnected already."),
        ServiceStatus.TERMINATED: _("%(service)s is disconnected."),
    }
    raise Refused(words[ServiceStatus(service.status)] % {"service": service.number}, way_out=NOTHING)


def conclude(order: Order, *, actor: Actor, at: datetime) -> None:
    """Close an order that comes to its end by its date, whatever of its steps is still open."""
    onward = {
        OrderStatus.SUBMITTED: OrderStatus.ACKNOWLEDGED,
        OrderStatus.PENDING: OrderStatus.IN_PROGRESS,
        OrderStatus.HELD: OrderStatus.IN_PROGRESS,
    }
    if order.status in onward:
        bring(order, onward[OrderStatus(order.status)])
    for step in order.milestones.filter(status__in=MILESTONE_FLOW.open_states()).order_by("position"):
        if step.status == MilestoneStatus.PLANNED:
            MILESTONE_FLOW.require(step.status, MilestoneStatus.IN_PROGRESS)
            step.status = MilestoneStatus.IN_PROGRESS
        MILESTONE_FLOW.require(step.status, MilestoneStatus.COMPLETED)
        # What was planned is done by the day itself; nobody did it at another hour.
        step.status, step.completed_at = MilestoneStatus.COMPLETED, at
        step.save(update_fields=["status", "completed_at"])
    conclude_order(order, actor=actor, at=at)
