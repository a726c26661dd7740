"""What orders let billing know, and hear of it: billing stands above, and registers itself here."""

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from django.db import transaction

from accounts.models import Account
from inventory.models import Service
from orders.models import ORDER_FLOW, MilestoneKind, MilestoneStatus, Order
from orders.services.milestones import complete_milestone
from orders.services.orders import locked_orders
from portal.actors import Actor


class Biller(Protocol):
    """Who bills services by the month; each is called in the transaction of the order that is concluded.

    Days are the first on which it is otherwise. Called again with the same, nothing more happens.
    """

    def stop(self, service: Service, *, on: date, actor: Actor) -> None:
        """Nothing of the service is billed from this day on."""

    def reprice(self, service: Service, *, monthly: Decimal, on: date, actor: Actor) -> None:
        """The service costs so much a month from this day on."""

    def move(self, service: Service, *, account: Account, on: date, actor: Actor) -> None:
        """The account pays for the service from this day on; what was billed stays where it was."""


BILLERS: list[Biller] = []


@transaction.atomic
def first_bill(service_id: int, *, actor: Actor, at: datetime) -> Order | None:
    """An invoice with this service was issued: the order that waits for its first one closes.

    Called by billing, in the transaction of the issue. None where no order waits; may run twice.
    """
    rows = locked_orders(actor).filter(service=service_id, status__in=ORDER_FLOW.open_states())
    steps = {"milestones__kind": MilestoneKind.FIRST_BILL, "milestones__status": MilestoneStatus.IN_PROGRESS}
    order = rows.filter(**steps).order_by("pk").first()
    if order is None:
        return None
    step = order.milestones.get(kind=MilestoneKind.FIRST_BILL, status=MilestoneStatus.IN_PROGRESS)
    complete_milestone(step.pk, actor=actor, at=at)
    return order
