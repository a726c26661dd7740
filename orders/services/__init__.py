"""What people do to orders: place, acknowledge and hand them over, complete, move and annotate their milestones.

The order's row is the lock of every service here: two people at two milestones of one order take
turns, so that neither takes the other's for still open.
"""

from orders.services.billed import first_bill
from orders.services.handing import hand_over_orders
from orders.services.milestones import ON_RELEASE, annotate_milestone, complete_milestone, delay_milestone
from orders.services.orders import (
    OUTCOMES,
    Outcome,
    acknowledge_order,
    bring,
    conclude_order,
    day_of,
    lay_steps,
    locked_orders,
    place_order,
    require_open,
)

__all__ = [
    "ON_RELEASE",
    "OUTCOMES",
    "Outcome",
    "acknowledge_order",
    "annotate_milestone",
    "bring",
    "complete_milestone",
    "conclude_order",
    "day_of",
    "delay_milestone",
    "first_bill",
    "hand_over_orders",
    "lay_steps",
    "locked_orders",
    "place_order",
    "require_open",
]
