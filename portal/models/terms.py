"""What binds from a day on, for all or for one customer: only ever added to."""

from typing import ClassVar

from django.db import models

from portal.tables import Published, TenantOwned

# Set once and never changed; only one that has not begun can be withdrawn, once.
_WITHDRAWAL = "UPDATE (withdrawn_at, withdrawn_by, withdrawal_reason)"


class SetTerm(models.Model):
    """Who set a term to what, from which day on, when and why."""

    name = models.CharField(max_length=60, db_collation="C")
    value = models.JSONField()
    starts_on = models.DateField()
    # Ends this place's own value instead: from then on the next wider one binds.
    is_end = models.BooleanField(default=False)
    # Counts what is set for the same place and day; the last binds.
    revision = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    # Empty on rows that came with the carrier's data.
    set_by = models.CharField(max_length=200, blank=True)
    set_by_user_id = models.BigIntegerField(null=True, blank=True)
    set_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawal_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} from {self.starts_on}"


class CarrierTerm(SetTerm, Published):
    """A number or window of the carrier's policy, from a date on; narrower scopes win."""

    extra_grants: ClassVar = {"portal_staff": (_WITHDRAWAL,)}
    withheld: ClassVar = {"portal_staff": ("UPDATE", "DELETE")}
    product_line = models.CharField(max_length=40, blank=True)
    segment = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "product_line", "segment", "country", "starts_on", "revision"],
                name="portal_carrierterm_once",
            )
        ]

    @property
    def place(self) -> tuple[str, ...]:
        return (self.product_line, self.segment, self.country)


class EnterpriseTerm(SetTerm, TenantOwned):
    """The same, agreed with one enterprise, or by one contract of it. Customers only read it."""

    extra_grants: ClassVar = {"portal_staff_inside": (_WITHDRAWAL,)}
    withheld: ClassVar = {
        "portal_app": ("INSERT", "UPDATE", "DELETE"),
        "portal_staff_inside": ("UPDATE", "DELETE"),
    }
    contract = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "name", "contract", "starts_on", "revision"], name="portal_enterpriseterm_once"
            )
        ]
        # Staff read what is agreed on a term across enterprises.
        indexes = [models.Index(fields=["name"], name="portal_enterpriseterm_name")]

    @property
    def place(self) -> tuple[str, ...]:
        return (self.contract,)
