"""Who of the carrier serves a customer, and who looked at its data."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.companies import Account, Enterprise
from accounts.models.staffing import StaffCard
from portal.tables import TenantForeignKey, TenantOwned, linked
from portal.terms import PRODUCT_LINES


class TeamRole(models.TextChoices):
    """Who serves a customer, in the field's words; listed as one would call them."""

    CARE_MANAGER = "care_manager", _("Customer care manager")
    ACCOUNT_DIRECTOR = "account_director", _("Account director")
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    SALES_ENGINEER = "sales_engineer", _("Sales engineer")
    TECHNICAL_ASSURANCE = "technical_assurance", _("Technical assurance engineer")
    ACTIVATION_ENGINEER = "activation_engineer", _("Activation engineer")
    TECHNICIAN = "technician", _("Repair technician")
    SERVICE_CENTER = "service_center", _("Technical service center")
    CDN_TECHNICIAN = "cdn_technician", _("CDN support technician")
    BILLING_ANALYST = "billing_analyst", _("Billing analyst")
    BILLING_COORDINATOR = "billing_coordinator", _("Billing coordinator")
    BILLING_CARE = "billing_care", _("Billing customer care")
    SERVICE_MANAGER = "service_manager", _("Service manager")
    CSM = "csm", _("Customer service manager")
    CHANGE_MANAGER = "change_manager", _("Change manager")
    PORTING = "porting", _("Porting coordinator")
    VIDEO_COORDINATOR = "video_coordinator", _("Video services coordinator")
    SUCCESS = "success", _("Customer success")


# Whom to call for what.
TEAM_PURPOSES = {
    TeamRole.CARE_MANAGER: _("orders, their dates and changes"),
    TeamRole.ACCOUNT_DIRECTOR: _("contracts, and what got stuck"),
    TeamRole.ACCOUNT_MANAGER: _("contracts, quotes and new orders"),
    TeamRole.SALES_ENGINEER: _("designs and technical questions"),
    TeamRole.TECHNICAL_ASSURANCE: _("the technical details of an order"),
    TeamRole.ACTIVATION_ENGINEER: _("technical handover, testing and turn-up"),
    TeamRole.TECHNICIAN: _("faults, from report to repair"),
    TeamRole.SERVICE_CENTER: _("faults, day and night"),
    TeamRole.CDN_TECHNICIAN: _("changes, questions and impairments of CDN services"),
    TeamRole.BILLING_ANALYST: _("bills, disputes and credits"),
    TeamRole.BILLING_COORDINATOR: _("bills, balances and payments"),
    TeamRole.BILLING_CARE: _("billing requests, disputes and credits"),
    TeamRole.SERVICE_MANAGER: _("how your services run"),
    TeamRole.CSM: _("orders and services of wholesale"),
    TeamRole.CHANGE_MANAGER: _("planned work and its dates"),
    TeamRole.PORTING: _("moving telephone numbers"),
    TeamRole.VIDEO_COORDINATOR: _("identifiers and settings of video services"),
    TeamRole.SUCCESS: _("how to use what you have"),
}
# Each region has its own word for who answers for bills.
BILLING_ROLES = (TeamRole.BILLING_ANALYST, TeamRole.BILLING_CARE, TeamRole.BILLING_COORDINATOR)


class TeamMember(TenantOwned):
    """One of the carrier's people who serves this enterprise, or one account of it."""

    card = models.ForeignKey(StaffCard, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=TeamRole)
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="team", null=True, blank=True)
    # The product families they answer for; none stands for all.
    families = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    escalation = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "role", "card", "account"], name="accounts_teammember_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["card"], name="accounts_teammember_card"),
            *linked("account", prefix="accounts_teammember"),
        ]

    def __str__(self) -> str:
        return f"{self.card} ({self.role})"

    @property
    def purpose(self) -> str:
        return str(TEAM_PURPOSES[TeamRole(self.role)])

    @property
    def scope(self) -> str:
        """The product families in the reader's language; empty for all of them."""
        return ", ".join(str(PRODUCT_LINES.get(each, each)) for each in self.families)

    @property
    def story(self) -> Enterprise:
        """Who serves a customer is told in the customer's own story."""
        found: Enterprise = self.enterprise
        return found


class StaffVisit(TenantOwned):
    """Staff opened this enterprise's data: who, why, until when. The customer can read it."""

    card = models.ForeignKey(StaffCard, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Their place in the account team, where that is the reason; else what they said.
    role = models.CharField(max_length=20, choices=TeamRole, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    # Whose place it is, where they stand in for somebody who is away.
    stands_for = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gte=models.F("started_at")), name="accounts_staffvisit_span"),
            models.CheckConstraint(condition=~Q(role="", reason=""), name="accounts_staffvisit_why"),
        ]
        indexes = [
            models.Index(fields=["enterprise", "card", "-until_at"], name="accounts_staffvisit_open"),
            models.Index(fields=["enterprise", "started_at", "id"], name="accounts_staffvisit_started"),
        ]

    def __str__(self) -> str:
        return f"{self.card} until {self.until_at:%Y-%m-%d %H:%M}"

    @property
    def why(self) -> str:
        """The reason in the reader's language; what somebody said, in their own words."""
        return visit_reason(self.role, self.reason, self.stands_for)


def visit_reason(role: str, reason: str, stands_for: str = "") -> str:
    """Why staff are here: by their place in the account team, their own or another's, or as they said."""
    if role not in TeamRole:
        return reason
    named = {"role": TeamRole(role).label, "name": stands_for}
    words = _("Account team: %(role)s, in place of %(name)s") if stands_for else _("Account team: %(role)s")
    return str(words % named)
