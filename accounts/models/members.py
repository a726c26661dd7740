"""Who is where, and may do what; who is told without signing in."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.companies import Account
from accounts.models.sign_ins import LANGUAGES, User
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned, linked


class MembershipStatus(models.TextChoices):
    PENDING = "pending", _("Pending")
    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
    REMOVED = "removed", _("Removed")


_S = MembershipStatus
MEMBERSHIP_FLOW = Flow(
    name="membership",
    states=MembershipStatus,
    moves=table(
        {
            _S.PENDING: [_S.ACTIVE, _S.REMOVED],
            _S.ACTIVE: [_S.INACTIVE, _S.REMOVED],
            _S.INACTIVE: [_S.ACTIVE, _S.REMOVED],
            # Invited again.
            _S.REMOVED: [_S.PENDING],
        }
    ),
    tones={_S.PENDING: "amber", _S.ACTIVE: "green", _S.INACTIVE: "gray", _S.REMOVED: "gray"},
    standard={
        _S.PENDING: "initialized",
        _S.ACTIVE: "active",
        _S.INACTIVE: "suspended",
        _S.REMOVED: "terminated",
    },
)


class Membership(TenantOwned):
    """A person in one enterprise: name, title and phone there, and whether they administer it.

    A system administrator may do everything everywhere. What it was before a change is kept in MembershipBefore.
    """

    extra_grants: ClassVar = {
        "portal_app": (
            "INSERT",
            "UPDATE (name, phone, title, status, is_administrator, why)",
            "UPDATE (wants_orders, wants_billing, wants_people, wants_keys)",
            "UPDATE (invited_at, invited_until, invitations, joined_at, seen_on, warned_at)",
        )
    }

    Status: ClassVar = MembershipStatus

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=MembershipStatus, default=MembershipStatus.ACTIVE)
    is_administrator = models.BooleanField(default=False)
    # Of what they may see, what they want to hear of by mail.
    wants_orders = models.BooleanField(default=True, db_default=True)
    wants_billing = models.BooleanField(default=True, db_default=True)
    wants_people = models.BooleanField(default=True, db_default=True)
    wants_keys = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now())
    # The last invitation; its number stands in its link, so that a newer one makes it void.
    invited_at = models.DateTimeField(null=True, blank=True)
    invited_until = models.DateTimeField(null=True, blank=True)
    invitations = models.PositiveSmallIntegerField(default=0, db_default=0)
    joined_at = models.DateTimeField(null=True, blank=True)
    # The last request here, to the day; what the rules for idle people look at.
    seen_on = models.DateField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    # Why they are inactive or removed: a code of ours, as "idle", or empty where somebody just did it.
    why = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            MEMBERSHIP_FLOW.constraint(),
            models.UniqueConstraint(fields=["enterprise", "user"], name="accounts_membership_once"),
        ]
        indexes = [
            models.Index(fields=["enterprise", "name", "id"], name="accounts_membership_name"),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipBefore(TenantOwned):
    """What a membership was until a change. The first one after a moment says what it was at that moment."""

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}
    withheld: ClassVar = {"portal_staff_inside": ("UPDATE", "DELETE")}
    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="before")
    until_at = models.DateTimeField()
    status = models.CharField(max_length=10)
    is_administrator = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["enterprise", "membership", "until_at"], name="accounts_before_until")]

    def __str__(self) -> str:
        return f"membership {self.membership_id} until {self.until_at:%Y-%m-%d %H:%M}"


class Team(TenantOwned):
    """People, or a shared mailbox, that hold permissions and are told of things together."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (name, email, language, time_zone, is_active)")}
    name = models.CharField(max_length=120)
    email = models.EmailField(_("Shared mailbox"), blank=True)
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    time_zone = models.CharField(max_length=50, default="UTC")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "name"], condition=Q(is_active=True), name="accounts_team_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Span(TenantOwned):
    """What holds from a moment on, and until another: a row is ended, and never changed or taken away.

    So the same question answers what is so now, and what was so in March.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (until_at, ended_by)")}
    withheld: ClassVar = {"portal_staff_inside": ("DELETE",)}
    since_at = models.DateTimeField(db_default=Now())
    until_at = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=200, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


def open_at(at: datetime | None = None) -> Q:
    """Of a Span's rows those that hold now, or held at a moment."""
    if at is None:
        return Q(until_at__isnull=True)
    return Q(since_at__lte=at) & (Q(until_at__isnull=True) | Q(until_at__gt=at))


class TeamPerson(Span):
    """A person in a team."""

    team = TenantForeignKey(Team, on_delete=models.CASCADE, related_name="people")
    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="teams")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "membership", "team"], condition=Q(until_at=None), name="accounts_teamperson_once"
            )
        ]
        indexes = [models.Index(fields=["enterprise", "team"], name="accounts_teamperson_team")]

    def __str__(self) -> str:
        return f"membership {self.membership_id} in team {self.team_id}"


class AccountGroup(TenantOwned):
    """A set of billing accounts that the customer made: to filter by, and to grant on."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (name, is_active)")}
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "name"], condition=Q(is_active=True), name="accounts_accountgroup_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class GroupedAccount(Span):
    """An account in a group."""

    group = TenantForeignKey(AccountGroup, on_delete=models.CASCADE, related_name="accounts")
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="groups")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "group", "account"], condition=Q(until_at=None), name="accounts_grouped_once"
            )
        ]
        indexes = [models.Index(fields=["enterprise", "account"], name="accounts_grouped_account")]

    def __str__(self) -> str:
        return f"account {self.account_id} in group {self.group_id}"


class Grant(Span):
    """A permission of a person or a team: on the whole enterprise, on a group of accounts, or on one account."""

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="grants", null=True, blank=True)
    team = TenantForeignKey(Team, on_delete=models.CASCADE, related_name="grants", null=True, blank=True)
    permission = models.CharField(max_length=60, db_collation="C")
    group = TenantForeignKey(AccountGroup, on_delete=models.CASCADE, related_name="grants", null=True, blank=True)
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="+", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "membership", "team", "permission", "group", "account"],
                condition=Q(until_at=None),
                name="accounts_grant_open_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(membership=None, team__isnull=False) | Q(membership__isnull=False, team=None),
                name="accounts_grant_one_holder",
            ),
            models.CheckConstraint(condition=Q(group=None) | Q(account=None), name="accounts_grant_one_scope"),
        ]
        indexes = [
            models.Index(fields=["enterprise", "team"], name="accounts_grant_team"),
            models.Index(fields=["enterprise", "group"], name="accounts_grant_group"),
            *linked("account", prefix="accounts_grant"),
        ]

    def __str__(self) -> str:
        return f"{self.permission} of {f'team {self.team_id}' if self.team_id else f'membership {self.membership_id}'}"


class Contact(TenantOwned):
    """Somebody who receives notices without being a user: a shared mailbox, a local technician."""

    # A customer's people say themselves who else is told.
    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE", "DELETE")}
    name = models.CharField(max_length=200)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    time_zone = models.CharField(max_length=50, default="UTC")
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="contacts", null=True, blank=True)
    wants_orders = models.BooleanField(default=False)
    wants_billing = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "email", "account"], name="accounts_contact_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["enterprise", "name"], name="accounts_contact_name"),
            *linked("account", prefix="accounts_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"
