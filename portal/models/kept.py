"""What people keep of the lists they look at: named views, and how each of them has a list themselves."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from portal.tables import CarrierOwned, TenantOwned


class KeptView(models.Model):
    """Filters, sort and columns of a list under a name of a person's; shared ones are for all who see the list.

    The one without a name is how the person has the list itself: its columns, and the view by
    which it opens. ``query`` is as it stands in the address; no columns means the list's own.
    """

    listing = models.CharField(max_length=40, db_collation="C")  # its name
    person_id = models.BigIntegerField()  # the user
    person_name = models.CharField(max_length=200)
    name = models.CharField(max_length=60, blank=True)
    query = models.TextField(blank=True)
    columns = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_shared = models.BooleanField(default=False)
    # The key of the view by which the list opens, on the row without a name.
    opens_with = models.CharField(max_length=20, blank=True, db_collation="C")
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name or 'own way'} of {self.listing}"


class ListView(KeptView, TenantOwned):
    """A view of a customer's person. The carrier's people read the shared ones and write none."""

    extra_grants: ClassVar = {
        "portal_app": (
            "INSERT",
            "UPDATE (name, query, columns, is_shared, opens_with, changed_at)",
            "DELETE",
        )
    }
    withheld: ClassVar = {"portal_staff_inside": ("INSERT", "UPDATE", "DELETE")}

    class Meta:
        constraints = [
            models.UniqueConstraint("enterprise", "listing", "person_id", Lower("name"), name="portal_listview_once"),
            models.UniqueConstraint(
                "enterprise", "listing", Lower("name"), name="portal_listview_shared", condition=Q(is_shared=True)
            ),
        ]


class StaffListView(KeptView, CarrierOwned):
    """A view of one of the carrier's people, which they have in every customer's place."""

    # Views are kept from inside a customer's place too.
    extra_grants: ClassVar = {"portal_staff_inside": ("INSERT", "UPDATE", "DELETE")}

    class Meta:
        constraints = [
            models.UniqueConstraint("listing", "person_id", Lower("name"), name="portal_stafflistview_once"),
            models.UniqueConstraint(
                "listing", Lower("name"), name="portal_stafflistview_shared", condition=Q(is_shared=True)
            ),
        ]
