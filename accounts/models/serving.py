"""Who of the carrier serves a customer, and who looked at its data."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.companies import Account
from accounts.models.staffing import StaffCard
from portal.tables import TenantForeignKey, TenantOwned


class TeamRole(models.TextChoices):
    """Who serves a customer, in the field's words."""

    CARE_MANAGER = "care_manager", _("Customer care manager")
    ACCOUNT_DIRECTOR = "account_director", _("Account director")
    SALES_ENGINEER = "sales_engineer", _("Sales engineer")
    BILLING_ANALYST = "billing_analyst", _("Billing analyst")
    SERVICE_MANAGER = "service_manager", _("Service manager")
    CSM = "csm", _("Customer service manager")
    SUCCESS = "success", _("Customer success")


# Whom to call for what.
TEAM_PURPOSES = {
    TeamRole.CARE_MANAGER: _("orders, their dates and changes"),
    TeamRole.ACCOUNT_DIRECTOR: _("contracts, and what got stuck"),
    TeamRole.SALES_ENGINEER: _("designs and technical questions"),
    TeamRole.BILLING_ANALYST: _("bills, disputes and credits"),
    TeamRole.SERVICE_MANAGER: _("how your services run"),
    TeamRole.CSM: _("orders and services of wholesale"),
    TeamRole.SUCCESS: _("how to use what you have"),
}


class TeamMember(TenantOwned):
    """One of the carrier's people who serves this enterprise, or one account of it."""

    card = models.ForeignKey(StaffCard, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=TeamRole)
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="team", null=True, blank=True)
    escalation = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "role", "card", "account"], name="accounts_teammember_once", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["card"], name="accounts_teammember_card")]

    def __str__(self) -> str:
        return f"{self.card} ({self.role})"

    @property
    def purpose(self) -> str:
        return str(TEAM_PURPOSES[TeamRole(self.role)])


class StaffVisit(TenantOwned):
    """Staff opened this enterprise's data: who, why, until when. The customer can read it."""

    card = models.ForeignKey(StaffCard, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Their place in the account team, where that is the reason; else what they said.
    role = models.CharField(max_length=20, choices=TeamRole, blank=True)
    reason = models.CharField(max_length=200, blank=True)
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
        return visit_reason(self.role, self.reason)


def visit_reason(role: str, reason: str) -> str:
    """Why staff are here: by their place in the account team, or as they said."""
    return str(_("Account team: %(role)s") % {"role": TeamRole(role).label}) if role in TeamRole else reason
