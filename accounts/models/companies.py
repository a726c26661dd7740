"""Customer companies, and what their invoices are addressed to."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.sign_ins import LANGUAGES
from portal import identifiers
from portal.flows import Flow, table
from portal.tables import Kind, Table, TenantOwned


class Enterprise(Table):
    """A customer company: the tenant. One row, the house, is the carrier itself.

    Its key is named like the tenant column of every walled table, so that the wall and the
    filter treat it alike.
    """

    table_kind: ClassVar[Kind] = Kind.TENANT_OWNED
    # What a customer's administrators decide themselves.
    extra_grants: ClassVar = {
        "portal_app": (
            "UPDATE (custom_name, language, time_zone, is_self_registration_open, revision)",
            "UPDATE (asks_everybody)",
            "UPDATE (is_sign_on_required)",
        )
    }

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
    # Whether its administrators ask everybody, and not only one another, for a second step at sign-in.
    asks_everybody = models.BooleanField(default=False, db_default=False)
    is_house = models.BooleanField(default=False)
    # Accounts of customers that are not known yet wait here: nobody is ever in it.
    is_holding = models.BooleanField(default=False, db_default=False)
    # Whether colleagues may register by themselves with an account number and a proof.
    is_self_registration_open = models.BooleanField(default=True, db_default=True)
    is_active = models.BooleanField(default=True)
    # Its people come in by its own sign-on alone; see SignOn.
    is_sign_on_required = models.BooleanField(default=False, db_default=False)
    # Why it is closed, or open again; nothing while it was never closed.
    status_reason = models.CharField(max_length=300, blank=True, db_default="")
    status_at = models.DateTimeField(null=True, blank=True)
    # Counts the changes of the record, so that of two who edit it the second is told.
    revision = models.PositiveIntegerField(default=0, db_default=0)
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


class CustomerNumber(TenantOwned):
    """A number by which the carrier's other systems know the enterprise; one enterprise's at the carrier."""

    number = models.CharField(max_length=30, db_collation="C")
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "number"], name="accounts_customernumber_once")]

    def __str__(self) -> str:
        return self.number


class AccountStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


_A = AccountStatus
ACCOUNT_FLOW = Flow(
    name="account",
    states=AccountStatus,
    moves=table(
        {_A.ACTIVE: [_A.SUSPENDED, _A.CLOSED], _A.SUSPENDED: [_A.ACTIVE, _A.CLOSED], _A.CLOSED: [_A.ACTIVE]},
    ),
    tones={_A.ACTIVE: "green", _A.SUSPENDED: "amber", _A.CLOSED: "gray"},
    # TMF666
    standard={_A.ACTIVE: "active", _A.SUSPENDED: "suspended", _A.CLOSED: "closed"},
)


class Delivery(models.TextChoices):
    """How invoices reach the customer."""

    ELECTRONIC = "electronic", _("Paperless: a mail with a link")
    EMAIL = "email", _("Paperless: the PDF by mail")
    PAPER = "paper", _("On paper, by post")


class Present(models.Manager["Account"]):
    """The accounts that are the enterprise's now."""

    def get_queryset(self) -> models.QuerySet["Account"]:
        return super().get_queryset().filter(is_former=False)


class Account(TenantOwned):
    """A billing account: what an invoice is addressed to.

    ``name`` is the carrier's, ``alias`` the customer's own. A new way of delivery waits in
    ``delivery_next`` until ``delivery_from_on``. A former one is what an enterprise keeps of an
    account that has moved away: a name for what was held on it.
    """

    # What is read of it where things of an account are listed: portal.reading.joined.
    BRIEF = ("number", "name", "alias", "currency", "msa_number")
    # What the customer decides; all else is the carrier's.
    extra_grants: ClassVar = {
        "portal_app": (
            "UPDATE (alias, address, country, service_address, po_reference)",
            "UPDATE (delivery, delivery_next, delivery_from_on, revision)",
        )
    }
    number = models.CharField(max_length=30, db_collation="C")
    name = models.CharField(max_length=200)
    alias = models.CharField(max_length=200, blank=True, db_default="")
    btn = models.CharField(_("BTN"), max_length=20, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    tax_id = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True)
    country = models.CharField(max_length=2, default="US")
    service_address = models.TextField(blank=True, db_default="")
    po_reference = models.CharField(max_length=60, blank=True)
    delivery = models.CharField(
        max_length=10, choices=Delivery, default=Delivery.ELECTRONIC, db_default=Delivery.ELECTRONIC
    )
    delivery_next = models.CharField(max_length=10, choices=Delivery, blank=True, db_default="")
    delivery_from_on = models.DateField(null=True, blank=True)
    # Net days agreed for this account alone; none means the terms that bind the enterprise.
    payment_days = models.PositiveSmallIntegerField(null=True, blank=True)
    msa_number = models.CharField(_("MSA"), max_length=40, blank=True, db_default="", db_collation="C")
    msa_on = models.DateField(null=True, blank=True)
    contract_starts_on = models.DateField(null=True, blank=True)
    contract_ends_on = models.DateField(null=True, blank=True)
    status = models.CharField(
        max_length=10, choices=AccountStatus, default=AccountStatus.ACTIVE, db_default=AccountStatus.ACTIVE
    )
    status_reason = models.CharField(max_length=300, blank=True, db_default="")
    status_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, db_default=0)
    is_former = models.BooleanField(default=False, db_default=False)

    objects = Present()
    ever = models.Manager["Account"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="accounts_account_number"),
            ACCOUNT_FLOW.constraint(),
            models.CheckConstraint(
                condition=Q(contract_ends_on__gte=models.F("contract_starts_on"))
                | Q(contract_ends_on=None)
                | Q(contract_starts_on=None),
                name="accounts_account_contract",
            ),
            models.CheckConstraint(
                condition=Q(delivery_next="", delivery_from_on=None)
                | (~Q(delivery_next="") & ~Q(delivery_from_on=None)),
                name="accounts_account_delivery",
            ),
        ]
        indexes = [models.Index(fields=["enterprise", "name"], name="accounts_account_name")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def account_id(self) -> int:
        """Itself, for what is told of a thing on an account."""
        return int(self.pk)

    @property
    def called(self) -> str:
        """The customer's own name for it, or else the carrier's."""
        return self.alias or self.name

    def delivery_on(self, day: date) -> Delivery:
        """How an invoice of a day reaches the customer."""
        is_changed = self.delivery_from_on is not None and self.delivery_from_on <= day
        return Delivery(self.delivery_next if is_changed else self.delivery)
