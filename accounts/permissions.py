"""The permissions of this app, and the carrier's shipped roles."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from portal.errors import Text


class Permission(StrEnum):
    ENTERPRISE_ADMIN = "enterprise.admin"
    ENTERPRISE_OPEN = "enterprise.open"
    ENTERPRISE_CHANGE = "enterprise.change"
    ACCOUNT_ADD = "account.add"
    ACCOUNT_CHANGE = "account.change"
    BILLING_PAPERLESS = "billing.paperless"
    NOTICE_VIEW = "notice.view"
    NOTICE_RESEND = "notice.resend"
    TERM_VIEW = "term.view"
    TERM_CHANGE = "term.change"
    TERM_AGREE = "term.agree"
    PLATFORM_WATCH = "platform.watch"


CUSTOMER: dict[str, Text] = {
    Permission.ENTERPRISE_ADMIN: _(
        "Administer the enterprise, see the terms that bind it, and who of the carrier looked at its data"
    ),
    Permission.ACCOUNT_CHANGE: _("Change the name, addresses and contacts of billing accounts"),
    Permission.BILLING_PAPERLESS: _("Choose how invoices are delivered: paperless or on paper"),
}

STAFF: dict[str, Text] = {
    Permission.ENTERPRISE_OPEN: _("Open the data of customer enterprises"),
    Permission.ENTERPRISE_CHANGE: _("Change enterprises' records and customer numbers, close and reopen them"),
    Permission.ACCOUNT_ADD: _("Add billing accounts, one by one or many from a file"),
    Permission.ACCOUNT_CHANGE: _("Change billing accounts, their contracts, contacts and status"),
    Permission.BILLING_PAPERLESS: _("Choose for customers how their invoices are delivered"),
    Permission.NOTICE_VIEW: _("Read the notices that were sent"),
    Permission.NOTICE_RESEND: _("Send a notice again"),
    Permission.TERM_VIEW: _("See the carrier's policy terms, and what is agreed with single enterprises"),
    Permission.TERM_CHANGE: _("Set the carrier's policy terms"),
    Permission.TERM_AGREE: _("Agree on terms with single enterprises"),
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

_EVERYBODY = [Permission.ENTERPRISE_OPEN, Permission.NOTICE_VIEW, Permission.NOTICE_RESEND, Permission.TERM_VIEW]
_ACCOUNTS: list[str] = [Permission.ACCOUNT_ADD, Permission.ACCOUNT_CHANGE, Permission.BILLING_PAPERLESS]
_RECORDS: list[str] = [Permission.ENTERPRISE_CHANGE, *_ACCOUNTS]
_FURTHER: dict[str, list[str]] = {
    "account_director": [Permission.TERM_AGREE, *_RECORDS],
    "csm": _RECORDS,
    "billing_analyst": _ACCOUNTS,
    "platform_admin": list(STAFF),
}
STAFF_GRANTS = {role: sorted({*_EVERYBODY, *_FURTHER.get(role, [])}) for role in STAFF_ROLES}
