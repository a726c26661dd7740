"""What is done to turn a service up: customers not ready, calls, tests, the sign-off, and the customer's word on it."""

from orders.activating.services.accepting import accept_service, refuse_service, watch_turn_up
from orders.activating.services.booking import (
    book_call,
    call_off,
    close_slots,
    free_call,
    is_late,
    mark_no_show,
    open_slots,
)
from orders.activating.services.notready import (
    clear_not_ready,
    end_when_met,
    hold_if_silent,
    set_not_ready,
    start_billing,
    watch_not_ready,
)
from orders.activating.services.sites import mark_site_up, take_site_back
from orders.activating.services.testing import print_notice, record_test, sign_off

__all__ = [
    "accept_service",
    "book_call",
    "call_off",
    "clear_not_ready",
    "close_slots",
    "end_when_met",
    "free_call",
    "hold_if_silent",
    "is_late",
    "mark_no_show",
    "mark_site_up",
    "open_slots",
    "print_notice",
    "record_test",
    "refuse_service",
    "set_not_ready",
    "sign_off",
    "start_billing",
    "take_site_back",
    "watch_not_ready",
    "watch_turn_up",
]
