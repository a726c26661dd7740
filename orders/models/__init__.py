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
from orders.models.orders import ORDER_FLOW, UNPLACED, Order, OrderProject, OrderStatus, OrderType
from orders.models.placing import QUOTE_FLOW, Authorisation, ItemAction, OrderItem, Quote, QuoteStatus

__all__ = [
    "ASKS",
    "MILESTONE_FLOW",
    "ORDER_FLOW",
    "OWNER_TONES",
    "QUOTE_FLOW",
    "UNPLACED",
    "Authorisation",
    "ItemAction",
    "Milestone",
    "MilestoneKind",
    "MilestoneStatus",
    "Order",
    "OrderItem",
    "OrderProject",
    "OrderStatus",
    "OrderType",
    "Owner",
    "Quote",
    "QuoteStatus",
]
