"""What people do on the order's page to get a service turned up and accepted."""

from orders.activating.views.calls import (
    call_off_as_customer,
    call_off_as_staff,
    close_slots,
    my_activations,
    no_show,
    pick_as_customer,
    pick_as_staff,
)
from orders.activating.views.delivering import accept, connection_notice, refuse, sign_off, test
from orders.activating.views.readiness import clear_as_customer, clear_as_staff, hold
from orders.activating.views.sites import mark_site_up, take_site_back

__all__ = [
    "accept",
    "call_off_as_customer",
    "call_off_as_staff",
    "clear_as_customer",
    "clear_as_staff",
    "close_slots",
    "connection_notice",
    "hold",
    "mark_site_up",
    "my_activations",
    "no_show",
    "pick_as_customer",
    "pick_as_staff",
    "refuse",
    "sign_off",
    "take_site_back",
    "test",
]
