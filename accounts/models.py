"""Enterprises, billing accounts, people, account teams and the carrier's staff."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import identifiers
from portal.actors import initials
from portal.tables import CarrierOwned, Identity, Kind, Published, Table, TenantForeignKey, TenantOwned

# What second factors are sealed for; see portal.seals.
FACTORS = "second factors"

LANGUAGES = [("en", "English"), ("es", "Español"), ("pt", "Português")]


class People(BaseUserManager["User"]):
    """Creates sign-ins; the mail address is the name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, Identity):
    """A person's sign-in: mail, password and how to speak to them. All else is on memberships."""

    # People change their own sign-in; nobody signs up by themselves.
    withheld: ClassVar = {"portal_app": ("INSERT", "DELETE")}
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    time_zone = models.CharField(max_length=50, default="UTC")
    # A plain number: an identity table holds no key into the walled world.
    default_enterprise_id = models.BigIntegerField(null=True, blank=True)  # the last one they were in
    start_enterprise_id = models.BigIntegerField(null=True, blank=True)  # the one they chose to begin in
    # Whether a key alone, as / for search, does something: for some who speak or tremble it must not.
    has_shortcuts = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[People] = People()

    def __str__(self) -> str:
        return self.email


class Enterprise(Table):
    """A customer company: the tenant. One row, the house, is the carrier itself.

    Its key is named like the tenant column of every walled table, so that the wall and the
    filter treat it alike.
    """

    table_kind: ClassVar[Kind] = Kind.TENANT_OWNED

    class Segment(models.TextChoices):
        ENTERPRISE = "enterprise", _("Enterprise")
        WHOLESALE = "wholesale", _("National wholesale")

    class Region(models.TextChoices):
        NORTH_AMERICA = "na", _("North America")
        LATIN_AMERICA = "latam", _("Latin America")

    enterprise_id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=20, db_collation="C")
    legal_name = models.CharField(max_length=200)
    custom_name = models.CharField(max_length=200, blank=True)
    name_words = identifiers.words("legal_name", "custom_name")
    segment = models.CharField(max_length=12, choices=Segment, default=Segment.ENTERPRISE)
    region = models.CharField(max_length=6, choices=Region, default=Region.NORTH_AMERICA)
    country = models.CharField(max_length=2, default="US")
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    time_zone = models.CharField(max_length=50, default="America/Chicago")
    is_house = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["legal_name"], name="accounts_enterprise_name"),
            # Staff find a customer by the beginnings of its name's words.
            GinIndex(fields=["name_words"], name="accounts_enterprise_words"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.name}"

    @property
    def name(self) -> str:
        return self.custom_name or self.legal_name


class Account(TenantOwned):
    """A billing account: what an invoice is addressed to."""

    number = models.CharField(max_length=30, db_collation="C")
    name = models.CharField(max_length=200)
    btn = models.CharField(_("BTN"), max_length=20, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    tax_id = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True)
    country = models.CharField(max_length=2, default="US")
    po_reference = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "number"], name="accounts_account_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Membership(TenantOwned):
    """A person in one enterprise: name, title and phone there, and whether they administer it."""

    # Their own name and phone people write themselves.
    extra_grants: ClassVar = {"portal_app": ("UPDATE (name, phone)",)}

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    is_administrator = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "user"], name="accounts_membership_once")]

    def __str__(self) -> str:
        return self.name


class Grant(TenantOwned):
    """A permission of a person: on the whole enterprise, or on one account where named."""

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="grants")
    permission = models.CharField(max_length=60, db_collation="C")
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="+", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "membership", "permission", "account"],
                name="accounts_grant_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.permission} of membership {self.membership_id}"


class Contact(TenantOwned):
    """Somebody who receives notices without being a user: a shared mailbox, a local technician."""

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

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class StaffCard(Published):
    """What customers see of one of the carrier's people: whom to call, when, in which language."""

    name = models.CharField(max_length=200)
    title = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(unique=True)
    languages = ArrayField(models.CharField(max_length=5), default=list)
    hours = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        return initials(self.name)


class StaffRole(CarrierOwned):
    """A set of permissions of the carrier's people; shipped by the apps, then the carrier's to edit."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    permissions = ArrayField(models.CharField(max_length=60), default=list)
    # What the apps have offered this role so far: a permission is added once, and stays away when taken away.
    shipped = ArrayField(models.CharField(max_length=60), default=list)

    def __str__(self) -> str:
        return self.name


class StaffMember(CarrierOwned):
    """One of the carrier's people who signs in to the staff face."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    card = models.OneToOneField(StaffCard, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(StaffRole, on_delete=models.PROTECT, related_name="members")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.card} as {self.role}"


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
