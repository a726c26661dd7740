"""The permissions of this app, and which of the carrier's roles are shipped with which."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from accounts.permissions import STAFF_ROLES
from portal.errors import Text


class Permission(StrEnum):
    SERVICE_VIEW = "service.view"
    SERVICE_RENAME = "service.rename"
    SERVICE_DOCUMENT = "service.document"


CUSTOMER: dict[str, Text] = {
    Permission.SERVICE_VIEW: _("See services, and where they are"),
    Permission.SERVICE_RENAME: _("Give services names of one's own"),
}
STAFF: dict[str, Text] = {
    Permission.SERVICE_VIEW: _("See customers' services, and what they ride on"),
    Permission.SERVICE_RENAME: _("Give services the names that customers use"),
    Permission.SERVICE_DOCUMENT: _("Add versions of services' design layout records (DLR)"),
}

_NAMERS = {"care_manager", "account_director", "account_manager", "csm", "service_manager", "success"}
_ENGINEERS = {"care_manager", "sales_engineer", "technical_assurance", "activation_engineer", "service_manager"}


def _of(role: str) -> list[str]:
    if role == "platform_admin":
        return list(STAFF)
    found: list[str] = [Permission.SERVICE_VIEW]
    found += [Permission.SERVICE_RENAME] if role in _NAMERS else []
    return found + ([Permission.SERVICE_DOCUMENT] if role in _ENGINEERS else [])


STAFF_GRANTS: dict[str, list[str]] = {role: _of(role) for role in STAFF_ROLES}
