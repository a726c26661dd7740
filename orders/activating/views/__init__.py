"""What people do on the order's page to get a service turned up and accepted."""

from orders.activating.views.readiness import clear_as_customer, clear_as_staff, hold

__all__ = ["clear_as_customer", "clear_as_staff", "hold"]
