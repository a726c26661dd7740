"""What is done to turn a service up: customers not ready, calls, tests, the sign-off, and the customer's word on it."""

from orders.activating.services.notready import (
    clear_not_ready,
    end_when_met,
    hold_if_silent,
    set_not_ready,
    start_billing,
    watch_not_ready,
)

__all__ = [
    "clear_not_ready",
    "end_when_met",
    "hold_if_silent",
    "set_not_ready",
    "start_billing",
    "watch_not_ready",
]
