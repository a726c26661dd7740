"""Enterprises, billing accounts, people, account teams and the carrier's staff."""

from accounts.models.companies import Account, Enterprise
from accounts.models.members import Contact, Grant, Membership
from accounts.models.serving import BILLING_ROLES, TEAM_PURPOSES, StaffVisit, TeamMember, TeamRole, visit_reason
from accounts.models.sign_ins import FACTORS, LANGUAGES, People, User
from accounts.models.staffing import StaffAbsence, StaffCard, StaffMember, StaffRole

__all__ = [
    "BILLING_ROLES",
    "FACTORS",
    "LANGUAGES",
    "TEAM_PURPOSES",
    "Account",
    "Contact",
    "Enterprise",
    "Grant",
    "Membership",
    "People",
    "StaffAbsence",
    "StaffCard",
    "StaffMember",
    "StaffRole",
    "StaffVisit",
    "TeamMember",
    "TeamRole",
    "User",
    "visit_reason",
]
