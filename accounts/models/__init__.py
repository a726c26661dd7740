"""Enterprises, billing accounts, people, account teams and the carrier's staff."""

from accounts.models.companies import ACCOUNT_FLOW, Account, AccountStatus, CustomerNumber, Delivery, Enterprise
from accounts.models.members import Contact, Grant, Membership
from accounts.models.serving import TEAM_PURPOSES, StaffVisit, TeamMember, TeamRole, visit_reason
from accounts.models.sign_ins import FACTORS, LANGUAGES, People, User
from accounts.models.staffing import StaffCard, StaffMember, StaffRole

__all__ = [
    "ACCOUNT_FLOW",
    "FACTORS",
    "LANGUAGES",
    "TEAM_PURPOSES",
    "Account",
    "AccountStatus",
    "Contact",
    "CustomerNumber",
    "Delivery",
    "Enterprise",
    "Grant",
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
