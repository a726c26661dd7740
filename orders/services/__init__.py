"""What people do to orders: place, acknowledge and hand them over, complete, move and annotate their milestones.

The order's row is the lock of every service here: two people at two milestones of one order take
turns, so that neither takes the other's for still open.
"""

from orders.services.handing import hand_over_orders
from orders.services.milestones import annotate_milestone, complete_milestone, delay_milestone
from orders.services.orders import (
    CONCLUDED,
    LETTER_TASK,
    OUTCOMES,
    Outcome,
    acknowledge_order,
    bring,
    conclude_order,
    locked_orders,
    place_order,
    require_open,
)
from orders.services.steps import as_plan, day_of, free_until, lay_steps, plan_for, touch, working_days

__all__ = [
    "CONCLUDED",
    "LETTER_TASK",
    "OUTCOMES",
    "Outcome",
    "acknowledge_order",
    "annotate_milestone",
    "as_plan",
    "bring",
    "complete_milestone",
    "conclude_order",
    "day_of",
    "delay_milestone",
    "free_until",
    "hand_over_orders",
    "lay_steps",
    "locked_orders",
    "place_order",
    "plan_for",
    "require_open",
    "touch",
    "working_days",
]
