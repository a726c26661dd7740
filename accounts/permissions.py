"""The permissions of this app, and the carrier's shipped roles."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

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
    STAFF_VIEW = "staff.view"
    STAFF_MANAGE = "staff.manage"
    ROLE_MANAGE = "role.manage"
    TEAM_MANAGE = "team.manage"
    ABSENCE_MANAGE = "absence.manage"


CUSTOMER: dict[str, Text] = {
    Permission.ENTERPRISE_ADMIN: _(
        "Administer the enterprise, see the terms that bind it, and who of the carrier looked at its data"
    ),
}

STAFF: dict[str, Text] = {
    Permission.ENTERPRISE_OPEN: _("Open the data of customer enterprises"),
    Permission.NOTICE_VIEW: _("Read the notices that were sent"),
    Permission.NOTICE_RESEND: _("Send a notice again"),
    Permission.TERM_VIEW: _("See the carrier's policy terms, and what is agreed with single enterprises"),
    Permission.TERM_CHANGE: _("Set the carrier's policy terms"),
    Permission.TERM_AGREE: _("Agree on terms with single enterprises"),
    Permission.PLATFORM_WATCH: _("See on one's home what of the portal needs a person"),
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
    Permission.ENTERPRISE_OPEN,
    Permission.NOTICE_VIEW,
    Permission.NOTICE_RESEND,
    Permission.TERM_VIEW,
    Permission.STAFF_VIEW,
]
_OWNERS: list[str] = [Permission.TERM_AGREE, Permission.TEAM_MANAGE, Permission.ABSENCE_MANAGE]
_FURTHER: dict[str, list[str]] = {
    "account_director": _OWNERS,
    "account_manager": _OWNERS,
    "care_manager": [Permission.TEAM_MANAGE],
    "success": [Permission.TEAM_MANAGE],
    "shift_lead": [Permission.ABSENCE_MANAGE],
    "platform_admin": list(STAFF),
}
STAFF_GRANTS = {role: sorted({*_EVERYBODY, *_FURTHER.get(role, [])}) for role in STAFF_ROLES}
