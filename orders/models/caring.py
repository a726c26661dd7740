"""What is said and promised about an order, who was called in, and what only the carrier's people read."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffCard
from orders.models.orders import Order
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned


class _OfOrder(TenantOwned):
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on


class Message(_OfOrder):
    """What one side writes to the other about an order; files hang on it."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (read_at, read_by)")}
    at = models.DateTimeField()
    text = models.TextField()
    is_ours = models.BooleanField()  # the carrier's
    author = models.CharField(max_length=200)
    author_user_id = models.BigIntegerField(null=True, blank=True)
    files = models.PositiveSmallIntegerField(default=0)  # how many hang on it
    # By somebody of the other side.
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.CharField(max_length=200, blank=True)
    # Of a customer's: since when nothing is owed for it.
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["enterprise", "order", "at", "id"], name="orders_message_order"),
            models.Index(
                fields=["enterprise", "order"],
                name="orders_message_unanswered",
                condition=Q(is_ours=False, answered_at__isnull=True),
            ),
            models.Index(
                fields=["enterprise", "order"], name="orders_message_unread", condition=Q(read_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} at {self.at:%Y-%m-%d %H:%M}"


class PromiseStatus(models.TextChoices):
    OPEN = "open", _("Promised")
    KEPT = "kept", _("Kept")
    MISSED = "missed", _("Missed")
    LATE = "late", _("Kept late")


_P = PromiseStatus
PROMISE_FLOW = Flow(
    name="promise",
    states=PromiseStatus,
    moves=table({_P.OPEN: [_P.KEPT, _P.MISSED], _P.MISSED: [_P.LATE]}),
    tones={_P.OPEN: "blue", _P.KEPT: "green", _P.MISSED: "red", _P.LATE: "amber"},
    # No standard has a word for it; these are of TMF701's tasks.
    standard={_P.OPEN: "active", _P.KEPT: "completed", _P.MISSED: "failed", _P.LATE: "completed"},
)


class Promise(_OfOrder):
    """The next update on an order, promised to its customer for a moment."""

    card = models.ForeignKey(StaffCard, on_delete=models.PROTECT, related_name="+", db_index=False)  # whose word it is
    due_at = models.DateTimeField()
    about = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=8, choices=PromiseStatus, default=PromiseStatus.OPEN)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "order"], name="orders_promise_one_open", condition=Q(status=PromiseStatus.OPEN)
            ),
            PROMISE_FLOW.constraint(),
        ]
        indexes = [
            models.Index(fields=["enterprise", "order", "-due_at"], name="orders_promise_order"),
            # What is due now, and how many were kept in a time, go across enterprises.
            models.Index(fields=["due_at"], name="orders_promise_due", condition=Q(status=PromiseStatus.OPEN)),
            models.Index(fields=["due_at", "card"], name="orders_promise_rate"),
        ]

    def __str__(self) -> str:
        return f"Update by {self.due_at:%Y-%m-%d %H:%M}"


class EscalationStatus(models.TextChoices):
    OPEN = "open", _("Being looked at")
    RESOLVED = "resolved", _("Resolved")


_E = EscalationStatus
ESCALATION_FLOW = Flow(
    name="escalation",
    states=EscalationStatus,
    moves=table({_E.OPEN: [_E.RESOLVED]}),
    tones={_E.OPEN: "red", _E.RESOLVED: "green"},
    # TMF621
    standard={_E.OPEN: "inProgress", _E.RESOLVED: "resolved"},
)


class EscalatedBy(models.TextChoices):
    CUSTOMER = "customer", _("by the customer")
    STAFF = "staff", _("by the carrier")
    ITSELF = "itself", _("by itself: a promised update did not come")


class Escalation(_OfOrder):
    """An order was taken to the next of those who answer for it: whom, why, and how it ended."""

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}
    level = models.PositiveSmallIntegerField()
    # Whom it was taken to; nobody where the account team has none further, and the carrier's desk is told.
    card = models.ForeignKey(
        StaffCard, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    told = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    wants_call = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    by_whom = models.CharField(max_length=10, choices=EscalatedBy)
    status = models.CharField(max_length=10, choices=EscalationStatus, default=EscalationStatus.OPEN)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=200, blank=True)
    resolution = models.TextField(blank=True)

    class Meta:
        constraints = [
            # Two presses at once take the order one rung up, and not two.
            models.UniqueConstraint(
                fields=["enterprise", "order", "level"],
                name="orders_escalation_rung",
                condition=Q(status=EscalationStatus.OPEN),
            ),
            ESCALATION_FLOW.constraint(),
        ]
        indexes = [
            models.Index(fields=["enterprise", "order", "-at"], name="orders_escalation_order"),
            models.Index(
                fields=["enterprise", "order"],
                name="orders_escalation_open",
                condition=Q(status=EscalationStatus.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.told}"


class InternalNote(_OfOrder):
    """What the carrier's people tell one another about an order. The customers' side cannot read the table."""

    withheld: ClassVar = {"portal_app": ("SELECT",), "portal_staff_inside": ("UPDATE", "DELETE")}
    at = models.DateTimeField()
    text = models.TextField()
    author = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["enterprise", "order", "-at"], name="orders_internalnote_order")]

    def __str__(self) -> str:
        return f"{self.author} at {self.at:%Y-%m-%d %H:%M}"
