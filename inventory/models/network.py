"""What services ride on, and the papers that say how."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models.services import Service
from portal.tables import CarrierOwned, TenantForeignKey, TenantOwned


class ElementKind(models.TextChoices):
    SITE = "site", _("Point of presence")
    ROUTER = "router", _("Router")
    SWITCH = "switch", _("Switch")
    OPTICAL = "optical", _("Optical node")
    SPAN = "span", _("Fiber span")
    SERVER = "server", _("Server")


class NetworkElement(CarrierOwned):
    """Something of the carrier's network that services ride on, by its name in the carrier's inventory."""

    code = models.CharField(max_length=60, unique=True, db_collation="C")
    kind = models.CharField(max_length=8, choices=ElementKind)
    place = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)

    def __str__(self) -> str:
        return self.code


class Hop(TenantOwned):
    """A network element that a service rides on, in order from A to Z.

    The element itself is the carrier's; ``kind`` and ``place`` are what the customer may know of it.
    """

    service = TenantForeignKey(Service, on_delete=models.CASCADE, related_name="hops")
    position = models.PositiveSmallIntegerField()
    element = models.ForeignKey(NetworkElement, on_delete=models.PROTECT, related_name="hops", db_index=False)
    kind = models.CharField(max_length=8, choices=ElementKind)
    place = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "service", "position"], name="inventory_hop_position")
        ]
        # Whom work on an element meets, across enterprises.
        indexes = [models.Index(fields=["element"], name="inventory_hop_element")]

    def __str__(self) -> str:
        return self.place


class Dlr(TenantOwned):
    """A version of a service's design layout record (DLR): the circuit's whole path, as a file that hangs on it."""

    service = TenantForeignKey(Service, on_delete=models.CASCADE, related_name="dlrs")
    version = models.PositiveSmallIntegerField()
    issued_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "service", "version"], name="inventory_dlr_version")
        ]

    def __str__(self) -> str:
        return f"DLR {self.version}"

    @property
    def story(self) -> Service:
        """Its events are told on the service's page."""
        told_on: Service = self.service
        return told_on
