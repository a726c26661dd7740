"""What orders cost once: what is owed for them, and what is not charged, with why."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from inventory.models import Service
from orders.models.orders import Order
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned, linked


class ChargeReason(models.TextChoices):
    """What an amount is for."""

    INSTALLATION = "installation", pgettext_lazy("charge of an order", "One-time charge (NRC)")
    CHANGE = "change", pgettext_lazy("charge of an order", "One-time charge of the change")
    EXPEDITE = "expedite", pgettext_lazy("charge of an order", "Expedite")
    NEW_DATE = "new_date", pgettext_lazy("charge of an order", "Another date, asked for late")
    OTHER = "other", pgettext_lazy("charge of an order", "Another change, asked for late")
    CANCELLATION = "cancellation", pgettext_lazy("charge of an order", "Cancellation")
    NOT_READY = "not_ready", pgettext_lazy("charge of an order", "Cancellation, customer not ready (CNR)")
    EARLY_END = "early_end", pgettext_lazy("charge of an order", "Early termination")


class ChargeState(models.TextChoices):
    OWED = "owed", pgettext_lazy("charge of an order", "On the next bill")
    BILLED = "billed", pgettext_lazy("charge of an order", "Billed")
    WAIVED = "waived", pgettext_lazy("charge of an order", "Waived")
    SPARED = "spared", pgettext_lazy("charge of an order", "Not charged")


class SparedWhy(models.TextChoices):
    """Why something that could have cost is not charged."""

    IN_TIME = "in_time", pgettext_lazy("not charged", "asked for before the point of no return")
    DATE_MISSED = "date_missed", pgettext_lazy("not charged", "the date was not met")
    TAKEN_BACK = "taken_back", pgettext_lazy("not charged", "it was taken back")
    DECLINED = "declined", pgettext_lazy("not charged", "the change was not made")
    NOT_DELIVERED = "not_delivered", pgettext_lazy("not charged", "the order was cancelled, nothing was delivered")
    NONE_AGREED = "none_agreed", pgettext_lazy("not charged", "no charge is agreed for it")
    TERM_OVER = "term_over", pgettext_lazy("not charged", "no month of a term was left")


_C = ChargeState
ORDER_CHARGE_FLOW = Flow(
    name="ordercharge",
    states=ChargeState,
    # What is spared is so from the start, or before it is billed.
    moves=table({_C.OWED: [_C.BILLED, _C.WAIVED, _C.SPARED]}),
    tones={_C.OWED: "amber", _C.BILLED: "blue", _C.WAIVED: "green", _C.SPARED: "green"},
    # TMF678 has no states of what is not billed yet; these are its words for a rate: isBilled or not.
    standard={_C.OWED: "notBilled", _C.BILLED: "isBilled", _C.WAIVED: "notBilled", _C.SPARED: "notBilled"},
)


class OrderCharge(TenantOwned):
    """An amount that an order costs once, or does not: each thing that brings one about has one row of an order.

    ``ref`` is the key of what brought it about: an item, a supplement, a choice. What is owed in the currency of the
    order's account stands on that account's next invoice; in another currency it is billed by hand. ``day`` is the
    one on which it came about.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}  # a customer's acceptance settles an expedite
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="charges")
    service = TenantForeignKey(Service, related_name="+", null=True, blank=True)
    reason = models.CharField(max_length=12, choices=ChargeReason)
    ref = models.BigIntegerField(default=0)
    amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=6, choices=ChargeState, default=ChargeState.OWED)
    why = models.CharField(max_length=13, choices=SparedWhy, blank=True)
    words = models.CharField(max_length=300, blank=True)  # of whoever waived it
    day = models.DateField()
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            # Whatever is done twice, or at once, is owed once.
            models.UniqueConstraint(fields=["enterprise", "order", "reason", "ref"], name="orders_ordercharge_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="orders_ordercharge_amount"),
            models.CheckConstraint(condition=~Q(state="spared") | ~Q(why=""), name="orders_ordercharge_why"),
            ORDER_CHARGE_FLOW.constraint("state"),
        ]
        indexes = [
            *linked("service", prefix="orders_ordercharge"),
            # What the next invoice takes.
            models.Index(fields=["enterprise"], name="orders_ordercharge_owed", condition=Q(state="owed")),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.amount}"

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on

    @property
    def is_by_hand(self) -> bool:
        """Whether it is owed in another currency than the account's."""
        return bool(self.amount) and self.currency != self.order.account.currency
