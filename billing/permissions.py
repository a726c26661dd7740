"""The permissions of this app, and which of the carrier's roles are shipped with which."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from accounts.permissions import STAFF_ROLES
from portal.errors import Text


class Permission(StrEnum):
    BILLING_VIEW = "billing.view"
    DISPUTE_MANAGE = "dispute.manage"
    DISPUTE_DECIDE = "dispute.decide"
    BILLRUN_MANAGE = "billrun.manage"


CUSTOMER: dict[str, Text] = {
    Permission.BILLING_VIEW: _("See invoices and disputes, and hear when a bill is ready"),
    Permission.DISPUTE_MANAGE: _("Dispute lines of an invoice, and withdraw a dispute"),
}
STAFF: dict[str, Text] = {
    Permission.BILLING_VIEW: _("See customers' invoices and disputes"),
    Permission.DISPUTE_DECIDE: _("Decide disputes and give credit"),
    Permission.BILLRUN_MANAGE: _("Start bill runs and watch them"),
}

_ANALYSTS = {"billing_analyst", "platform_admin"}
STAFF_GRANTS: dict[str, list[str]] = {
    role: list(STAFF) if role in _ANALYSTS else [Permission.BILLING_VIEW] for role in STAFF_ROLES
}
