"""Orders and their milestones: what was promised, where it stands, who moves next."""

from orders.models.milestones import (
    ASKS,
    MILESTONE_FLOW,
    OWNER_TONES,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    Owner,
)
from orders.models.orders import ORDER_FLOW, UNPLACED, Order, OrderStatus, OrderType

__all__ = [
    "ASKS",
    "MILESTONE_FLOW",
    "ORDER_FLOW",
    "OWNER_TONES",
    "UNPLACED",
    "Milestone",
    "MilestoneKind",
    "MilestoneStatus",
    "Order",
    "OrderStatus",
    "OrderType",
    "Owner",
]
