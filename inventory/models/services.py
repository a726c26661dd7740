"""Services: what a customer has in use, by every name that people quote."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from inventory.models.catalogue import Product
from inventory.models.places import Site
from portal import identifiers
from portal.filters import dated
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned, linked


class ServiceStatus(models.TextChoices):
    """TMF638's words: feasibilityChecked to terminated, the part a customer meets."""

    PENDING = "pending", _("Being delivered")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    ENDING = "ending", _("Being disconnected")
    TERMINATED = "terminated", _("Disconnected")


_V = ServiceStatus
SERVICE_FLOW = Flow(
    name="service",
    states=ServiceStatus,
    moves=table(
        {
            _V.PENDING: [_V.ACTIVE, _V.TERMINATED],
            _V.ACTIVE: [_V.SUSPENDED, _V.ENDING, _V.TERMINATED],
            _V.SUSPENDED: [_V.ACTIVE, _V.ENDING, _V.TERMINATED],
            # A disconnect can be taken back.
            _V.ENDING: [_V.ACTIVE, _V.SUSPENDED, _V.TERMINATED],
        }
    ),
    tones={
        _V.PENDING: "blue",
        _V.ACTIVE: "green",
        _V.SUSPENDED: "red",
        _V.ENDING: "amber",
        _V.TERMINATED: "gray",
    },
    # TMF638, which knows no state between active and terminated.
    standard={
        _V.PENDING: "reserved",
        _V.ACTIVE: "active",
        _V.SUSPENDED: "inactive",
        _V.ENDING: "active",
        _V.TERMINATED: "terminated",
    },
)


class Access(models.TextChoices):
    """By whose network the site is reached."""

    ON_NET = "on_net", _("On-net: our own network reaches the site")
    OFF_NET = "off_net", _("Off-net: through a third party")
    CUSTOMER = "customer", _("Customer-provided access (CPA)")


class Service(TenantOwned):
    """One circuit, port or subscription, by the identifier that people quote.

    ``alias`` is the customer's own name for it. Amounts are in the
    currency of the account. While a disconnect is under way ``ended_on`` is the day it stops.
    """

    # Accepting, asking for a disconnect, and taking it back change the state; all else of it is the carrier's.
    extra_grants: ClassVar = {"portal_app": ("UPDATE (alias, ended_on, started_on, status)",)}
    number = models.CharField(max_length=40, db_collation="C")  # circuit or service ID
    number_key = identifiers.key("number", max_length=40)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = TenantForeignKey(Account, related_name="services")
    a_site = TenantForeignKey(Site, related_name="+", null=True, blank=True)
    z_site = TenantForeignKey(Site, related_name="+", null=True, blank=True)
    bandwidth = models.CharField(max_length=40, blank=True)
    alias = models.CharField(max_length=120, blank=True)
    alias_key = identifiers.key("alias", max_length=120)
    status = models.CharField(max_length=12, choices=ServiceStatus, default=ServiceStatus.PENDING)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    access = models.CharField(max_length=8, choices=Access, default=Access.ON_NET, db_default=Access.ON_NET)
    access_provider = models.CharField(max_length=120, blank=True, db_default="")  # the third party of off-net
    a_nid = models.CharField(max_length=120, blank=True, db_default="")  # network interface device
    a_demarcation = models.CharField(max_length=200, blank=True, db_default="")  # where our part ends
    z_nid = models.CharField(max_length=120, blank=True, db_default="")
    z_demarcation = models.CharField(max_length=200, blank=True, db_default="")
    log_delivery = models.CharField(max_length=200, blank=True, db_default="")  # where its logs go, and how
    monthly = models.DecimalField(max_digits=12, decimal_places=2, default=0, db_default=0)  # MRC
    one_time = models.DecimalField(max_digits=12, decimal_places=2, default=0, db_default=0)  # NRC
    term_months = models.PositiveSmallIntegerField(default=0, db_default=0)
    contract_ends_on = models.DateField(null=True, blank=True)
    msa_number = models.CharField(_("MSA"), max_length=40, blank=True, db_default="", db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="inventory_service_number"),
            models.CheckConstraint(
                condition=Q(access="off_net") | Q(access_provider=""), name="inventory_service_third_party"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")), name="inventory_service_span"
            ),
            SERVICE_FLOW.constraint(),
        ]
        indexes = [
            models.Index(fields=["enterprise", "account"], name="inventory_service_account"),
            *identifiers.indexes("number_key", "inventory_service_nkey"),
            *identifiers.indexes("alias_key", "inventory_service_akey"),
            # A day after all others for what has no end.
            models.Index(F("enterprise"), dated("contract_ends_on", date.max), F("id"), name="inventory_service_ends"),
            models.Index(fields=["enterprise", "alias", "id"], name="inventory_service_alias"),
            *linked("a_site", "z_site", prefix="inventory_service"),
            # Which enterprises use a family of products, across all of them.
            models.Index(
                fields=["product", "enterprise"], name="inventory_service_used", condition=~Q(status="terminated")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def route(self) -> str:
        """From where to where: Denver–Reno."""
        ends = [site.city for site in (self.a_site, self.z_site) if site]
        return "–".join(dict.fromkeys(ends))

    @property
    def called(self) -> str:
        """The customer's own name for it, or else its number."""
        return self.alias or self.number

    @property
    def msa(self) -> str:
        """The master contract it stands under: its own, or else its account's."""
        return self.msa_number or str(self.account.msa_number)


class IdentifierKind(models.TextChoices):
    """What else a service is called by, and by whom."""

    CIRCUIT = "circuit", _("Circuit ID")
    SERVICE = "service", _("Service ID")
    BTN = "btn", _("BTN")
    ACCESS_GROUP = "access_group", _("Access group (AG)")
    SCID = "scid", _("SCID")
    NETWORK = "network", _("Network identifier (NI)")
    THIRD_PARTY = "third_party", _("Third party's circuit ID")
    CUSTOMER = "customer", _("Customer's own reference")
    FORMER = "former", _("Number before a migration")


class Identifier(TenantOwned):
    """One more name by which people quote a service, found however it is spelled."""

    service = TenantForeignKey(Service, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=12, choices=IdentifierKind)
    value = models.CharField(max_length=80, db_collation="C")
    value_key = identifiers.key("value", max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "service", "kind", "value"], name="inventory_identifier_once")
        ]
        indexes = identifiers.indexes("value_key", "inventory_identifier_key")

    def __str__(self) -> str:
        return self.value


class TieKind(models.TextChoices):
    DIVERSE = "diverse", _("Diverse from")
    BUNDLE = "bundle", _("Belongs together with")


class Tie(TenantOwned):
    """What binds services to one another: those with the same key of a kind.

    A key and no link from one to the other, so that either can move to another enterprise alone.
    """

    service = TenantForeignKey(Service, on_delete=models.CASCADE, related_name="ties")
    kind = models.CharField(max_length=8, choices=TieKind)
    key = models.CharField(max_length=40, db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "service", "kind", "key"], name="inventory_tie_once")
        ]
        indexes = [models.Index(fields=["enterprise", "kind", "key"], name="inventory_tie_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
