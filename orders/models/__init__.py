"""Orders and their milestones: what was promised, where it stands, who moves next."""

from orders.models.caring import (
    ESCALATION_FLOW,
    PROMISE_FLOW,
    EscalatedBy,
    Escalation,
    EscalationStatus,
    InternalNote,
    Message,
    Promise,
    PromiseStatus,
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
from orders.models.orders import ORDER_FLOW, UNPLACED, Order, OrderStatus, OrderType

__all__ = [
    "ASKS",
    "ESCALATION_FLOW",
    "MILESTONE_FLOW",
    "ORDER_FLOW",
    "OWNER_TONES",
    "PROMISE_FLOW",
    "UNPLACED",
    "EscalatedBy",
    "Escalation",
    "EscalationStatus",
    "InternalNote",
    "Message",
    "Milestone",
    "MilestoneKind",
    "MilestoneStatus",
    "Order",
    "OrderStatus",
    "OrderType",
    "Owner",
    "Promise",
    "PromiseStatus",
]
