"""What people do to orders: place, acknowledge and hand them over, complete, move and annotate their milestones.

The order's row is the lock of every service here: two people at two milestones of one order take
turns, so that neither takes the other's for still open.
"""

from orders.selectors import working_days
from orders.services.billed import first_bill
from orders.services.billers import BILLERS, Biller, MonthlyCharge
from orders.services.charges import bill_charges, left_of, owe, spare, spare_undelivered, waive_charge
from orders.services.due import each_due
from orders.services.formers import former_service
from orders.services.handing import hand_over_orders
from orders.services.milestones import ON_RELEASE, annotate_milestone, complete_milestone, delay_milestone
from orders.services.orders import (
    CALLED_OFF,
    CONCLUDED,
    FOLLOW,
    LETTER_TASK,
    OUTCOMES,
    UNDOINGS,
    Outcome,
    Undoing,
    acknowledge_order,
    begin_services,
    bring,
    cancel_order,
    conclude_order,
    locked_orders,
    own_item,
    place_order,
    require_open,
    require_placeable,
    write_items,
)
from orders.services.steps import (
    as_plan,
    day_of,
    free_until,
    lay_steps,
    plan_for,
    require_workday,
    touch,
)
from orders.services.together import complete_kind

__all__ = [
    "BILLERS",
    "CALLED_OFF",
    "CONCLUDED",
    "FOLLOW",
    "LETTER_TASK",
    "ON_RELEASE",
    "OUTCOMES",
    "UNDOINGS",
    "Biller",
    "MonthlyCharge",
    "Outcome",
    "Undoing",
    "acknowledge_order",
    "annotate_milestone",
    "as_plan",
    "begin_services",
    "bill_charges",
    "bring",
    "cancel_order",
    "complete_kind",
    "complete_milestone",
    "conclude_order",
    "day_of",
    "delay_milestone",
    "each_due",
    "first_bill",
    "former_service",
    "free_until",
    "hand_over_orders",
    "lay_steps",
    "left_of",
    "locked_orders",
    "owe",
    "own_item",
    "place_order",
    "plan_for",
    "require_open",
    "require_placeable",
    "require_workday",
    "spare",
    "spare_undelivered",
    "touch",
    "waive_charge",
    "working_days",
    "write_items",
]
