"""Customer companies, and what their invoices are addressed to."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.sign_ins import LANGUAGES
from portal import identifiers
from portal.tables import Kind, Table, TenantOwned


class Enterprise(Table):
    """A customer company: the tenant. One row, the house, is the carrier itself.

    Its key is named like the tenant column of every walled table, so that the wall and the
    filter treat it alike.
    """

    table_kind: ClassVar[Kind] = Kind.TENANT_OWNED
    extra_grants: ClassVar = {"portal_app": ("UPDATE (is_sign_on_required)",)}

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
    # Its people come in by its own sign-on alone; see SignOn.
    is_sign_on_required = models.BooleanField(default=False, db_default=False)
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
