"""What is asked of services that are there already: the service's row locks each request, the order's all after it."""

from orders.contracts.services.changes import agree_to_price, price_change, request_change
from orders.contracts.services.disconnects import finish_disconnect, keep_service, request_disconnect
from orders.contracts.services.following import follow, warn_of_ends
from orders.contracts.services.renewals import request_renewal
from orders.contracts.services.takeovers import (
    Offer,
    accept_takeover,
    approve_takeover,
    carry_out_takeover,
    follow_takeovers,
    offer_services,
    refuse_takeover,
    stop_takeover,
)
from orders.contracts.services.transfers import approve_transfer, decline_transfer, request_transfer
from orders.contracts.services.trials import end_trial, keep_trial, request_trial
from orders.services import FOLLOW

__all__ = [
    "FOLLOW",
    "Offer",
    "accept_takeover",
    "agree_to_price",
    "approve_takeover",
    "approve_transfer",
    "carry_out_takeover",
    "decline_transfer",
    "end_trial",
    "finish_disconnect",
    "follow",
    "follow_takeovers",
    "keep_service",
    "keep_trial",
    "offer_services",
    "price_change",
    "refuse_takeover",
    "request_change",
    "request_disconnect",
    "request_renewal",
    "request_transfer",
    "request_trial",
    "stop_takeover",
    "warn_of_ends",
]
