"""Enterprises, billing accounts, people, account teams and the carrier's staff."""

from accounts.models.companies import Account, Enterprise
from accounts.models.keys import KEY_FLOW, ApiKey, ApiKeyAccount, ApiSecret, KeyStatus
from accounts.models.members import Contact, Grant, Membership
from accounts.models.serving import TEAM_PURPOSES, StaffVisit, TeamMember, TeamRole, visit_reason
from accounts.models.sign_ins import FACTORS, LANGUAGES, People, User
from accounts.models.staffing import StaffCard, StaffMember, StaffRole

__all__ = [
    "FACTORS",
    "KEY_FLOW",
    "LANGUAGES",
    "TEAM_PURPOSES",
    "Account",
    "ApiKey",
    "ApiKeyAccount",
    "ApiSecret",
    "Contact",
    "Enterprise",
    "Grant",
    "KeyStatus",
    "Membership",
    "People",
    "StaffCard",
    "StaffMember",
    "StaffRole",
    "StaffVisit",
    "TeamMember",
    "TeamRole",
    "User",
    "visit_reason",
]
