"""What is to be billed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from inventory.models import Service
from portal.tables import TenantForeignKey, TenantOwned, linked


def amount_of(**kwargs: object) -> models.DecimalField:  # type: ignore[type-arg]
    """A column of an amount: two decimals, up to ten digits before them."""
    return models.DecimalField(max_digits=12, decimal_places=2, **kwargs)  # type: ignore[arg-type]


class ChargeKind(models.TextChoices):
    RECURRING = "recurring", _("Monthly charge (MRC)")
    ONE_TIME = "one_time", _("One-time charge (NRC)")


class Charge(TenantOwned):
    """What is to be billed: an amount a month from a date on, or an amount once."""

    code = models.CharField(max_length=60, db_collation="C")  # the carrier's own key of it
    account = TenantForeignKey(Account, related_name="charges")
    service = TenantForeignKey(Service, related_name="charges", null=True, blank=True)
    kind = models.CharField(max_length=10, choices=ChargeKind, default=ChargeKind.RECURRING)
    text = models.CharField(max_length=200)
    amount = amount_of()
    starts_on = models.DateField()
    # The first day no longer billed: [starts_on, ends_on).
    ends_on = models.DateField(null=True, blank=True)
    # Begun by an order, and so billed by nobody before: it is owed from its first day on. One that was loaded is owed
    # here from its account's first invoice on.
    is_begun_here = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="billing_charge_code"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="billing_charge_span"
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "account"], name="billing_charge_account"),
            *linked("service", prefix="billing_charge"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"
