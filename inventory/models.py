"""What a customer has: products of the carrier's catalogue, at sites, as services."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from portal import identifiers
from portal.flows import Flow, table
from portal.tables import Published, TenantForeignKey, TenantOwned, linked


class Family(models.TextChoices):
    IP = "ip", _("Internet")
    ETHERNET = "ethernet", _("Ethernet")
    WAVELENGTH = "wavelength", _("Wavelength")
    SDWAN = "sdwan", _("SD-WAN")
    VOICE = "voice", _("Voice")
    CDN = "cdn", _("CDN")
    MANAGED = "managed", _("Managed services")
    SECURITY = "security", _("Security")


# What the carrier runs for the customer, and does not only deliver.
MANAGED = frozenset({Family.MANAGED, Family.SDWAN, Family.SECURITY})


class Product(Published):
    """A product of the catalogue, in the words the customer sees."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    family = models.CharField(max_length=20, choices=Family)
    interval_days = models.PositiveSmallIntegerField(default=30)  # standard interval, business days

    def __str__(self) -> str:
        return self.name


class Site(TenantOwned):
    """A place of the customer's, or of a data center they are in."""

    code = models.CharField(max_length=40, db_collation="C")
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100)
    region = models.CharField(max_length=60, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "code"], name="inventory_site_code")]

    def __str__(self) -> str:
        return f"{self.city}, {self.name}"


class ServiceStatus(models.TextChoices):
    """TMF638's words: feasibilityChecked to terminated, the part a customer meets."""

    PENDING = "pending", _("Being delivered")
    ACTIVE = "active", _("Active")
    TERMINATED = "terminated", _("Disconnected")


SERVICE_FLOW = Flow(
    name="service",
    states=ServiceStatus,
    moves=table(
        {
            ServiceStatus.PENDING: [ServiceStatus.ACTIVE, ServiceStatus.TERMINATED],
            ServiceStatus.ACTIVE: [ServiceStatus.TERMINATED],
        }
    ),
    tones={ServiceStatus.PENDING: "blue", ServiceStatus.ACTIVE: "green", ServiceStatus.TERMINATED: "gray"},
    standard={
        ServiceStatus.PENDING: "reserved",
        ServiceStatus.ACTIVE: "active",
        ServiceStatus.TERMINATED: "terminated",
    },
)


class Service(TenantOwned):
    """One circuit, port or subscription, by the identifier that people quote."""

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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="inventory_service_number"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")), name="inventory_service_span"
            ),
            SERVICE_FLOW.constraint(),
        ]
        indexes = [
            models.Index(fields=["enterprise", "account"], name="inventory_service_account"),
            *linked("a_site", "z_site", prefix="inventory_service"),
            *identifiers.indexes("number_key", "inventory_service_nkey"),
            *identifiers.indexes("alias_key", "inventory_service_akey"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def route(self) -> str:
        """From where to where: Denver–Reno."""
        ends = [site.city for site in (self.a_site, self.z_site) if site]
        return "–".join(dict.fromkeys(ends))
