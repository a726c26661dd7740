"""What orders make of services that are there already: changed, renewed, moved, disconnected, tried out."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from inventory.models import Service, Site
from orders.models.orders import Order
from portal.tables import TenantForeignKey, TenantOwned, linked


def _amount(**kwargs: object) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=12, decimal_places=2, **kwargs)  # type: ignore[arg-type]


class OrderedService(TenantOwned):
    """A service that an order of change or renewal is about, and what it is to become.

    Empty means that it stays as it is. A change has no price until the carrier has named it; the
    customer agrees to it before anything is done. ``before`` freezes what it was when it was applied.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (agreed_at, agreed_by)")}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    service = TenantForeignKey(Service, related_name="+")
    bandwidth = models.CharField(max_length=40, blank=True)
    monthly = _amount(null=True, blank=True)
    a_site = TenantForeignKey(Site, related_name="+", null=True, blank=True)
    z_site = TenantForeignKey(Site, related_name="+", null=True, blank=True)
    gives_up_z = models.BooleanField(default=False)  # partial disconnect: the second location is given up
    term_months = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.CharField(max_length=200, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    before = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "order", "service"], name="orders_orderedservice_once")
        ]
        indexes = linked("service", "a_site", "z_site", prefix="orders_orderedservice")

    def __str__(self) -> str:
        return f"{self.order}: {self.service}"

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on


class EndReason(models.TextChoices):
    """Why a service is given up; the carriers' disconnect forms ask for it."""

    NOT_NEEDED = "not_needed", _("No longer needed")
    SITE_CLOSED = "site_closed", _("The site closes or moves")
    REPLACED = "replaced", _("Replaced by another service of ours")
    COMPETITOR = "competitor", _("Replaced by another carrier")
    PRICE = "price", _("The price")
    QUALITY = "quality", _("The quality")
    OTHER = "other", _("Something else")


class Disconnect(TenantOwned):
    """A service that stops: from which day, why, and what ending it early is estimated to cost.

    ``stops_on`` is the first day without it, and the first no longer billed. The estimate is
    ``months_left`` × ``monthly`` × ``percent``, as of the day it was asked for.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="disconnects")
    service = TenantForeignKey(Service, related_name="+")
    stops_on = models.DateField()
    cancel_by_on = models.DateField()
    reason = models.CharField(max_length=12, choices=EndReason)
    note = models.TextField(blank=True)
    was = models.CharField(max_length=12)  # the state of the service to go back to
    contract_ends_on = models.DateField(null=True, blank=True)
    months_left = models.PositiveSmallIntegerField(default=0)
    monthly = _amount(default=0)
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    fee = _amount(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "order"], name="orders_disconnect_once"),
            models.CheckConstraint(condition=Q(cancel_by_on__lte=F("stops_on")), name="orders_disconnect_days"),
        ]
        indexes = [
            *linked("service", prefix="orders_disconnect"),
            models.Index(fields=["stops_on"], name="orders_disconnect_due"),
        ]

    def __str__(self) -> str:
        return f"{self.service} until {self.stops_on}"


class Transfer(TenantOwned):
    """A service that goes to another billing account of the enterprise, once both sides have agreed to it.

    Each side is somebody who may change services on its account, and the two are different people.
    The giving account keeps its history and its invoices.
    """

    extra_grants: ClassVar = {
        "portal_app": ("INSERT", "UPDATE (given_at, given_by, giver_id, taken_at, taken_by, taker_id)")
    }
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="transfers")
    service = TenantForeignKey(Service, related_name="+")
    target = TenantForeignKey(Account, related_name="+")
    effective_on = models.DateField()
    answer_by_on = models.DateField()
    given_by = models.CharField(max_length=200, blank=True)
    giver_id = models.BigIntegerField(null=True, blank=True)  # the user's key
    given_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=200, blank=True)
    taker_id = models.BigIntegerField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "order"], name="orders_transfer_once"),
            models.CheckConstraint(
                condition=Q(giver_id__isnull=True) | Q(taker_id__isnull=True) | ~Q(giver_id=F("taker_id")),
                name="orders_transfer_two_people",
            ),
        ]
        indexes = [
            *linked("service", "target", prefix="orders_transfer"),
            models.Index(fields=["effective_on"], name="orders_transfer_due"),
        ]

    def __str__(self) -> str:
        return f"{self.service} to {self.target}"

    @property
    def is_agreed(self) -> bool:
        return self.given_at is not None and self.taken_at is not None


class TrialEnd(models.TextChoices):
    """What became of a trial."""

    KEPT = "kept", _("Kept")
    ENDED = "ended", _("Ended")


class Trial(TenantOwned):
    """A service to be tried out for so many days from its activation, and then kept or given up."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (became, kept_as)")}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="trials")
    days = models.PositiveSmallIntegerField()
    ends_on = models.DateField(null=True, blank=True)  # the first day without it; none before activation
    warned_at = models.DateTimeField(null=True, blank=True)
    became = models.CharField(max_length=8, choices=TrialEnd, blank=True)
    kept_as = models.CharField(max_length=30, blank=True, db_collation="C")  # the number of the order that keeps it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "order"], name="orders_trial_once")]
        indexes = [models.Index(fields=["ends_on"], name="orders_trial_due")]

    def __str__(self) -> str:
        return f"{self.order}: {self.days} days"


class EndWarning(TenantOwned):
    """That the end of a service's term was told so many days ahead: each is told once."""

    service = TenantForeignKey(Service, on_delete=models.CASCADE, related_name="end_warnings")
    ends_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "service", "ends_on", "days"], name="orders_endwarning_once")
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.days} days before {self.ends_on}"
