"""The permissions of this app, and the carrier's shipped roles."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from portal.errors import Text


class Permission(StrEnum):
    ENTERPRISE_ADMIN = "enterprise.admin"
    ENTERPRISE_OPEN = "enterprise.open"
    NOTICE_VIEW = "notice.view"
    NOTICE_RESEND = "notice.resend"
    PLATFORM_WATCH = "platform.watch"


CUSTOMER: dict[str, Text] = {
    Permission.ENTERPRISE_ADMIN: _("Administer the enterprise, and see who of the carrier looked at its data"),
}

STAFF: dict[str, Text] = {
    Permission.ENTERPRISE_OPEN: _("Open the data of customer enterprises"),
    Permission.NOTICE_VIEW: _("Read the notices that were sent"),
    Permission.NOTICE_RESEND: _("Send a notice again"),
    Permission.PLATFORM_WATCH: _("See on one's home what of the portal needs a person"),
}

# The carrier's roles as shipped: code -> name. What each may do, the apps say.
STAFF_ROLES: dict[str, str] = {
    "care_manager": "Customer care manager",
    "billing_analyst": "Billing analyst",
    "technician": "Repair technician",
    "change_manager": "Change manager",
    "account_director": "Account director",
    "sales_engineer": "Sales engineer",
    "service_manager": "Service manager",
    "csm": "Customer service manager (wholesale)",
    "success": "Customer success",
    "platform_admin": "Platform administrator",
}

STAFF_GRANTS = {
    role: [Permission.ENTERPRISE_OPEN, Permission.NOTICE_VIEW, Permission.NOTICE_RESEND] for role in STAFF_ROLES
}
STAFF_GRANTS["platform_admin"] += [Permission.PLATFORM_WATCH]
