"""What orders hear of billing."""

from datetime import datetime

from django.db import transaction

from orders.models import ORDER_FLOW, MilestoneKind, MilestoneStatus, Order
from orders.rules import END_BILLED
from orders.services.milestones import complete_milestone
from orders.services.orders import locked_orders
from portal.actors import Actor


@transaction.atomic
def first_bill(service_id: int, *, actor: Actor, at: datetime) -> Order | None:
    """An invoice with this service was issued: the order that waits for its first one closes.

    Called by billing, in the transaction of the issue. None where no order waits; may run twice.
    """
    rows = locked_orders(actor).filter(service=service_id, status__in=ORDER_FLOW.open_states(), type__in=END_BILLED)
    steps = {"milestones__kind": MilestoneKind.FIRST_BILL, "milestones__status": MilestoneStatus.IN_PROGRESS}
    order = rows.filter(**steps).order_by("pk").first()
    if order is None:
        return None
    step = order.milestones.get(kind=MilestoneKind.FIRST_BILL, status=MilestoneStatus.IN_PROGRESS)
    complete_milestone(step.pk, actor=actor, at=at)
    return order
