"""Enterprises, billing accounts, people, account teams and the carrier's staff."""

from accounts.models.companies import ACCOUNT_FLOW, Account, AccountStatus, CustomerNumber, Delivery, Enterprise
from accounts.models.joining import (
    ACCESS_FLOW,
    REGISTRATION_FLOW,
    AccessRequest,
    AccessStatus,
    Registration,
    RegistrationStatus,
)
from accounts.models.keys import KEY_FLOW, ApiKey, ApiKeyAccount, ApiSecret, KeyStatus
from accounts.models.members import (
    MEMBERSHIP_FLOW,
    AccountGroup,
    Contact,
    Grant,
    GroupedAccount,
    Membership,
    MembershipBefore,
    MembershipStatus,
    Team,
    TeamPerson,
    open_at,
)
from accounts.models.moving import AccountStay
from accounts.models.serving import BILLING_ROLES, TEAM_PURPOSES, StaffVisit, TeamMember, TeamRole, visit_reason
from accounts.models.sign_ins import FACTORS, LANGUAGES, People, User
from accounts.models.signon import CLIENTS, SignOn, SignOnDomain, SignOnLink
from accounts.models.staffing import StaffAbsence, StaffCard, StaffMember, StaffRole

__all__ = [
    "ACCESS_FLOW",
    "ACCOUNT_FLOW",
    "BILLING_ROLES",
    "CLIENTS",
    "FACTORS",
    "KEY_FLOW",
    "LANGUAGES",
    "MEMBERSHIP_FLOW",
    "REGISTRATION_FLOW",
    "TEAM_PURPOSES",
    "AccessRequest",
    "AccessStatus",
    "Account",
    "AccountGroup",
    "AccountStatus",
    "AccountStay",
    "ApiKey",
    "ApiKeyAccount",
    "ApiSecret",
    "Contact",
    "CustomerNumber",
    "Delivery",
    "Enterprise",
    "Grant",
    "GroupedAccount",
    "KeyStatus",
    "Membership",
    "MembershipBefore",
    "MembershipStatus",
    "People",
    "Registration",
    "RegistrationStatus",
    "SignOn",
    "SignOnDomain",
    "SignOnLink",
    "StaffAbsence",
    "StaffCard",
    "StaffMember",
    "StaffRole",
    "StaffVisit",
    "Team",
    "TeamMember",
    "TeamPerson",
    "TeamRole",
    "User",
    "open_at",
    "visit_reason",
]
