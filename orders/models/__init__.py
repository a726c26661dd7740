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
from orders.models.orders import OF_SERVICES, ORDER_FLOW, UNPLACED, Order, OrderProject, OrderStatus, OrderType
from orders.models.placing import QUOTE_FLOW, Authorisation, ItemAction, OrderItem, Quote, QuoteStatus

__all__ = [
    "ASKS",
    "MILESTONE_FLOW",
    "OF_SERVICES",
    "ORDER_FLOW",
    "OWNER_TONES",
    "QUOTE_FLOW",
    "UNPLACED",
    "Authorisation",
    "Disconnect",
    "EndReason",
    "EndWarning",
    "ItemAction",
    "Milestone",
    "MilestoneKind",
    "MilestoneStatus",
    "Order",
    "OrderItem",
    "OrderProject",
    "OrderStatus",
    "OrderType",
    "OrderedService",
    "Owner",
    "Quote",
    "QuoteStatus",
    "Transfer",
    "Trial",
    "TrialEnd",
]
