"""Who saw what."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.tables import TenantOwned


class Look(TenantOwned):
    """Somebody saw one thing, in one way, on one day: written once a day, never changed.

    ``label`` is what the thing was called then, ``name`` what the person was.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}
    withheld: ClassVar = {"portal_staff_inside": ("UPDATE", "DELETE")}

    class Way(models.TextChoices):
        PAGE = "page", _("Page")
        PDF = "pdf", _("PDF")
        CSV = "csv", _("CSV file")
        FILE = "file", _("Attached file")
        API = "api", _("API")

    thing_type = models.CharField(max_length=60, db_collation="C")
    thing_id = models.BigIntegerField()
    label = models.CharField(max_length=120)
    way = models.CharField(max_length=5, choices=Way)
    on_day = models.DateField()  # in UTC
    first_at = models.DateTimeField()
    who_kind = models.CharField(max_length=10)
    who = models.CharField(max_length=80, db_collation="C")  # the user, or the API key
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "thing_type", "thing_id", "who", "way", "on_day"], name="portal_look_once"
            )
        ]
        indexes = [models.Index(fields=["enterprise", "first_at", "id"], name="portal_look_first")]

    def __str__(self) -> str:
        return f"{self.name} saw {self.label} on {self.on_day}"
