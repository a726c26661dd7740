"""The permissions of this app, and the carrier's shipped roles."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.errors import Text


class Permission(StrEnum):
    USER_ADMIN = "user.admin"
    AUDIT_VIEW = "audit.view"
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
    ADMINISTRATOR_APPOINT = "administrator.appoint"
    PLATFORM_WATCH = "platform.watch"
    API_KEY_MANAGE = "api.key.manage"
    API_KEY_APPROVE = "api.key.approve"
    STAFF_VIEW = "staff.view"
    STAFF_MANAGE = "staff.manage"
    ROLE_MANAGE = "role.manage"
    TEAM_MANAGE = "team.manage"
    ABSENCE_MANAGE = "absence.manage"


CUSTOMER: dict[str, Text] = {
    Permission.AUDIT_VIEW: _("Read the audit log: what happened, and who saw what"),
    Permission.USER_ADMIN: _("Invite colleagues, close them out, and decide what they may do"),
    Permission.ENTERPRISE_ADMIN: _(
        "Administer the enterprise, see the terms that bind it, and who of the carrier looked at its data"
    ),
    Permission.API_KEY_MANAGE: _("Ask for API keys, and reset and end them"),
    Permission.ACCOUNT_CHANGE: _("Change the name, addresses and contacts of billing accounts"),
    Permission.BILLING_PAPERLESS: _("Choose how invoices are delivered: paperless or on paper"),
}

# The field's catalogue goes further than the portal does yet: these can be granted now and say that they wait.
FUTURE: dict[str, Text] = {
    "account.add": _("Add billing accounts to the enterprise"),
    "notification.manage_own": _("Choose the notices one gets oneself"),
    "notification.manage_others": _("Choose the notices that colleagues and contacts get"),
    "report.view": _("See reports"),
    "report.schedule": _("Have reports made and sent at fixed times"),
    "document.view": _("See and download documents"),
    "document.upload": _("Upload documents"),
    "lnp.request": _("Ask for numbers to be moved"),
    "repair.view": _("See repair tickets"),
    "repair.create": _("Open repair tickets"),
    "repair.escalate": _("Escalate repair tickets"),
    "repair.rfo": _("Ask for the reason for an outage"),
    "ticket.confirm": _("Confirm that a repair is done"),
    "maintenance.view": _("See planned maintenance"),
    "maintenance.inquire": _("Ask about planned maintenance"),
    "maintenance.approve": _("Approve maintenance, or propose another date"),
    "ddos.view": _("See attacks and their mitigation"),
    "ddos.request": _("Ask for the mitigation of an attack"),
    "billing.pay": _("Pay invoices"),
    "billing.autopay": _("Set up automatic payment"),
    "billing.request.view": _("See billing requests"),
    "billing.request.manage": _("Open billing requests, and answer in them"),
}

_ADMINISTRATION, _SERVICES = _("People and enterprise"), _("Services")
_REPAIR, _BILLING = _("Repair"), _("Billing")
# The beginnings of codes, in the order of the sections.
SECTIONS: dict[str, Text] = {
    "user": _ADMINISTRATION,
    "audit": _ADMINISTRATION,
    "enterprise": _ADMINISTRATION,
    "account": _ADMINISTRATION,
    "api": _ADMINISTRATION,
    "order": _("Orders"),
    "service": _SERVICES,
    "disconnect": _SERVICES,
    "lnp": _SERVICES,
    "repair": _REPAIR,
    "ticket": _REPAIR,
    "ddos": _REPAIR,
    "maintenance": _("Planned maintenance"),
    "billing": _BILLING,
    "dispute": _BILLING,
    "document": _("Documents and reports"),
    "report": _("Documents and reports"),
    "notification": _("Notices"),
}

# About the whole enterprise, and not about single accounts.
WHOLE = {
    Permission.USER_ADMIN,
    Permission.AUDIT_VIEW,
    Permission.ENTERPRISE_ADMIN,
    "account.add",
    "api.key.manage",
    "notification.manage_own",
    "notification.manage_others",
}

STAFF: dict[str, Text] = {
    Permission.AUDIT_VIEW: _("Read customers' audit logs"),
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
    Permission.ADMINISTRATOR_APPOINT: _("Name a customer's first system administrator, or another one"),
    Permission.PLATFORM_WATCH: _("See on one's home what of the portal needs a person"),
    Permission.API_KEY_APPROVE: _("See customers' API keys, approve them where that is the carrier's, and revoke them"),
    Permission.STAFF_VIEW: _("See colleagues, their roles, whom they serve and who is away"),
    Permission.STAFF_MANAGE: _("Hire colleagues, change their cards and roles, and remove them"),
    Permission.ROLE_MANAGE: _("Decide what each role may do"),
    Permission.TEAM_MANAGE: _("Put together the account teams of customers, and see which lack somebody"),
    Permission.ABSENCE_MANAGE: _("Say when colleagues are away and who stands in"),
}
# Who holds both can put right whatever else is amiss; the carrier always has one.
ADMINISTERING = frozenset({Permission.STAFF_MANAGE, Permission.ROLE_MANAGE})

# The carrier's roles as shipped: code -> name. What each may do, the apps say.
STAFF_ROLES: dict[str, str] = {
    "care_manager": gettext_noop("Customer care manager"),
    "billing_analyst": gettext_noop("Billing analyst"),
    "technician": gettext_noop("Repair technician"),
    "shift_lead": gettext_noop("Shift lead"),
    "change_manager": gettext_noop("Change manager"),
    "account_director": gettext_noop("Account director"),
    "account_manager": gettext_noop("Account manager"),
    "sales_engineer": gettext_noop("Sales engineer"),
    "technical_assurance": gettext_noop("Technical assurance engineer"),
    "activation_engineer": gettext_noop("Activation engineer"),
    "service_manager": gettext_noop("Service manager"),
    "csm": gettext_noop("Customer service manager (wholesale)"),
    "success": gettext_noop("Customer success"),
    "porting": gettext_noop("Porting coordinator"),
    "video_coordinator": gettext_noop("Video services coordinator"),
    "platform_admin": gettext_noop("Platform administrator"),
}

_EVERYBODY = [
    Permission.AUDIT_VIEW,
    Permission.ENTERPRISE_OPEN,
    Permission.NOTICE_VIEW,
    Permission.NOTICE_RESEND,
    Permission.TERM_VIEW,
    Permission.STAFF_VIEW,
]
_APPOINT = Permission.ADMINISTRATOR_APPOINT
_ACCOUNTS: list[str] = [Permission.ACCOUNT_ADD, Permission.ACCOUNT_CHANGE, Permission.BILLING_PAPERLESS]
_RECORDS: list[str] = [Permission.ENTERPRISE_CHANGE, *_ACCOUNTS]
_OWNERS: list[str] = [Permission.TERM_AGREE, Permission.TEAM_MANAGE, Permission.ABSENCE_MANAGE, _APPOINT, *_RECORDS]
_FURTHER: dict[str, list[str]] = {
    "account_director": _OWNERS,
    "account_manager": _OWNERS,
    "billing_analyst": _ACCOUNTS,
    "care_manager": [Permission.TEAM_MANAGE, _APPOINT],
    "csm": _RECORDS,
    "success": [Permission.TEAM_MANAGE],
    "shift_lead": [Permission.ABSENCE_MANAGE],
    "platform_admin": list(STAFF),
}
STAFF_GRANTS = {role: sorted({*_EVERYBODY, *_FURTHER.get(role, [])}) for role in STAFF_ROLES}
