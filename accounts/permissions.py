"""The permissions of this app, and the carrier's shipped roles."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from portal.errors import Text


class Permission(StrEnum):
    ENTERPRISE_ADMIN = "enterprise.admin"
    ENTERPRISE_OPEN = "enterprise.open"
    NOTICE_VIEW = "notice.view"
    NOTICE_RESEND = "notice.resend"
    TERM_VIEW = "term.view"
    TERM_CHANGE = "term.change"
    TERM_AGREE = "term.agree"
    PLATFORM_WATCH = "platform.watch"
    API_KEY_MANAGE = "api.key.manage"
    API_KEY_APPROVE = "api.key.approve"


CUSTOMER: dict[str, Text] = {
    Permission.ENTERPRISE_ADMIN: _(
        "Administer the enterprise, see the terms that bind it, and who of the carrier looked at its data"
    ),
    Permission.API_KEY_MANAGE: _("Request API keys, and look after one's own"),
}

STAFF: dict[str, Text] = {
    Permission.ENTERPRISE_OPEN: _("Open the data of customer enterprises"),
    Permission.NOTICE_VIEW: _("Read the notices that were sent"),
    Permission.NOTICE_RESEND: _("Send a notice again"),
    Permission.TERM_VIEW: _("See the carrier's policy terms, and what is agreed with single enterprises"),
    Permission.TERM_CHANGE: _("Set the carrier's policy terms"),
    Permission.TERM_AGREE: _("Agree on terms with single enterprises"),
    Permission.PLATFORM_WATCH: _("See on one's home what of the portal needs a person"),
    Permission.API_KEY_APPROVE: _("See customers' API keys, approve them where that is the carrier's, and revoke them"),
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

_EVERYBODY = [Permission.ENTERPRISE_OPEN, Permission.NOTICE_VIEW, Permission.NOTICE_RESEND, Permission.TERM_VIEW]
_FURTHER: dict[str, list[str]] = {"account_director": [Permission.TERM_AGREE], "platform_admin": list(STAFF)}
STAFF_GRANTS = {role: sorted({*_EVERYBODY, *_FURTHER.get(role, [])}) for role in STAFF_ROLES}
