"""Services that one enterprise gives to another: offered, looked at, agreed to by both and the carrier, carried out."""

from orders.contracts.services.takeovers.asking import (
    LOOK,
    Offer,
    accept_takeover,
    offer_services,
    refuse_takeover,
)
from orders.contracts.services.takeovers.carrying import CannotCross, carry_out_takeover, follow_takeovers
from orders.contracts.services.takeovers.deciding import approve_takeover, settle_takeover, stop_takeover
from orders.contracts.services.takeovers.looking import look_at_takeover

__all__ = [
    "LOOK",
    "CannotCross",
    "Offer",
    "accept_takeover",
    "approve_takeover",
    "carry_out_takeover",
    "follow_takeovers",
    "look_at_takeover",
    "offer_services",
    "refuse_takeover",
    "settle_takeover",
    "stop_takeover",
]
