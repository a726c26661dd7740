"""Orders and their milestones: what was promised, where it stands, who moves next."""

from orders.models.contracts import (
    Disconnect,
    EndReason,
    EndWarning,
    OrderedService,
    Transfer,
    Trial,
    TrialEnd,
)
from orders.models.milestones import (
    ASKS,
    MILESTONE_FLOW,
    OWNER_TONES,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    Owner,
)
from orders.models.orders import OF_SERVICES, ORDER_FLOW, UNPLACED, Order, OrderStatus, OrderType

__all__ = [
    "ASKS",
    "MILESTONE_FLOW",
    "OF_SERVICES",
    "ORDER_FLOW",
    "OWNER_TONES",
    "UNPLACED",
    "Disconnect",
    "EndReason",
    "EndWarning",
    "Milestone",
    "MilestoneKind",
    "MilestoneStatus",
    "Order",
    "OrderStatus",
    "OrderType",
    "OrderedService",
    "Owner",
    "Transfer",
    "Trial",
    "TrialEnd",
]
