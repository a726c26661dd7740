"""The customers' sites, and whom to meet there."""

from django.db import models
from django.db.models import Q

from portal.tables import TenantForeignKey, TenantOwned


class Site(TenantOwned):
    """A place of the customer's, or of a data center they are in; coordinates are WGS 84, in degrees."""

    code = models.CharField(max_length=40, db_collation="C")
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100)
    region = models.CharField(max_length=60, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="inventory_site_code"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180), latitude__isnull=False),
                name="inventory_site_coordinates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city}, {self.name}"

    @property
    def address(self) -> str:
        """On one line: 2480 Brighton Boulevard, Denver, CO 80205, US."""
        region = " ".join(part for part in (self.region, self.postcode) if part)
        return ", ".join(part for part in (self.street, self.city, region, self.country) if part)

    @property
    def position(self) -> str:
        """Its coordinates, as maps take them."""
        return "" if self.latitude is None else f"{self.latitude}, {self.longitude}"


class SiteContact(TenantOwned):
    """Somebody to be met or called at a site, in the order to try them."""

    site = TenantForeignKey(Site, on_delete=models.CASCADE, related_name="contacts")
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120, blank=True)  # what for, and when: keys, rack access, nights
    phone = models.CharField(max_length=40, blank=True)  # of the site
    mobile = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "site", "position"], name="inventory_sitecontact_position")
        ]

    def __str__(self) -> str:
        return self.name
