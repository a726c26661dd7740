"""The permissions of this app, and which of the carrier's roles are shipped with which."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from accounts.permissions import STAFF_ROLES
from portal.errors import Text


class Permission(StrEnum):
    ORDER_VIEW = "order.view"
    MILESTONE_COMPLETE = "milestone.complete"
    MILESTONE_CHANGE = "milestone.change"


CUSTOMER: dict[str, Text] = {
    Permission.ORDER_VIEW: _("See orders, and hear when a milestone is done or a date moves"),
}
STAFF: dict[str, Text] = {
    Permission.ORDER_VIEW: _("See customers' orders"),
    Permission.MILESTONE_COMPLETE: _("Complete milestones of orders"),
    Permission.MILESTONE_CHANGE: _("Move the dates of milestones and write notes on them"),
}

_DELIVERERS = {"care_manager", "platform_admin"}
STAFF_GRANTS: dict[str, list[str]] = {
    role: list(STAFF) if role in _DELIVERERS else [Permission.ORDER_VIEW] for role in STAFF_ROLES
}
