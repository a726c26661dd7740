"""Turning a service up: customers who are not ready, slots and calls, tests, the sign-off and what was said to it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from accounts.models import Enterprise, StaffCard
from inventory.models import Service
from orders.models.orders import Order
from portal.flows import Flow, table
from portal.tables import Published, TenantForeignKey, TenantOwned


class NotReadyReason(models.TextChoices):
    SILENT = "silent", pgettext_lazy("customer not ready", "No answer")
    CANNOT_TEST = "cannot_test", pgettext_lazy("customer not ready", "Cannot test yet")
    LATE_DLR = "late_dlr", pgettext_lazy("customer not ready", "Design layout record (DLR) is late")
    NO_SHOW = "no_show", pgettext_lazy("customer not ready", "Nobody came to the activation call")
    LATE_CHANGE = "late_change", pgettext_lazy("customer not ready", "The activation call was called off too late")
    OTHER = "other", pgettext_lazy("customer not ready", "Another reason")


class NotReadyThen(models.TextChoices):
    """What comes of an order on the day after its last one."""

    CANCEL = "cancel", pgettext_lazy("customer not ready", "the order is cancelled")
    BILL = "bill", pgettext_lazy("customer not ready", "billing starts")


class NotReadyOutcome(models.TextChoices):
    OPEN = "open", pgettext_lazy("customer not ready", "Open")
    CLEARED = "cleared", pgettext_lazy("customer not ready", "Cleared with a new date")
    MET = "met", pgettext_lazy("customer not ready", "The customer was ready")
    CANCELLED = "cancelled", pgettext_lazy("customer not ready", "Cancelled")
    BILLED = "billed", pgettext_lazy("customer not ready", "Billing started")


_N = NotReadyOutcome
NOT_READY_FLOW = Flow(
    name="notready",
    states=NotReadyOutcome,
    moves=table({_N.OPEN: [_N.CLEARED, _N.MET, _N.CANCELLED, _N.BILLED]}),
    tones={_N.OPEN: "red", _N.CLEARED: "green", _N.MET: "green", _N.CANCELLED: "gray", _N.BILLED: "amber"},
    # TMF622: of the order, which is held for as long.
    standard={
        _N.OPEN: "held",
        _N.CLEARED: "inProgress",
        _N.MET: "inProgress",
        _N.CANCELLED: "cancelled",
        _N.BILLED: "pending",
    },
)


class NotReady(TenantOwned):
    """A time in which an order waited because its customer was not ready (CNR).

    ``last_on`` is the last day on which it can be cleared: on the day after, ``then`` is done. ``charge`` is what
    a cancellation costs, in the currency of the account.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (ended_at, ended_by, outcome, new_on)")}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="not_readies")
    reason = models.CharField(max_length=12, choices=NotReadyReason)
    note = models.TextField(blank=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=200)
    due_on = models.DateField()  # the original due date
    last_on = models.DateField()
    then = models.CharField(max_length=8, choices=NotReadyThen)
    charge = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    # How many days were left when the customer was last warned.
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=NotReadyOutcome, default=NotReadyOutcome.OPEN)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)
    new_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "order"], name="orders_notready_one", condition=Q(outcome="open")
            ),
            models.CheckConstraint(
                condition=Q(outcome="open", ended_at=None) | (~Q(outcome="open") & Q(ended_at__isnull=False)),
                name="orders_notready_ended",
            ),
            NOT_READY_FLOW.constraint("outcome"),
            models.CheckConstraint(condition=Q(last_on__gte=F("due_on")), name="orders_notready_span"),
        ]
        indexes = [
            models.Index(fields=["enterprise", "order"], name="orders_notready_order"),
            # What runs out first, across enterprises.
            models.Index(fields=["last_on"], name="orders_notready_due", condition=Q(outcome="open")),
        ]

    def __str__(self) -> str:
        return str(self.get_reason_display())

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on


class ActivationSlot(Published):
    """A time that an activation engineer offers for a call; taken by one order at most.

    No families means every family, and no region every region. Whose order took it stands in that customer's
    ActivationCall alone.
    """

    extra_grants: ClassVar = {
        "portal_app": ("UPDATE (taken_at)",),
        "portal_staff_inside": ("UPDATE (taken_at)",),
    }
    engineer = models.ForeignKey(StaffCard, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    region = models.CharField(max_length=6, choices=Enterprise.Region, blank=True)
    families = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    bridge = models.CharField(max_length=200, blank=True)  # where everybody dials in
    taken_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engineer", "starts_at"], name="orders_activationslot_once", condition=Q(closed_at=None)
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="orders_activationslot_span"),
        ]
        indexes = [models.Index(fields=["starts_at", "id"], name="orders_activationslot_when")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class CallStatus(models.TextChoices):
    BOOKED = "booked", pgettext_lazy("activation call", "Booked")
    MOVED = "moved", pgettext_lazy("activation call", "Moved to another time")
    CALLED_OFF = "called_off", pgettext_lazy("activation call", "Called off")
    NO_SHOW = "no_show", pgettext_lazy("activation call", "Nobody came")
    FAILED = "failed", pgettext_lazy("activation call", "Test not passed")
    DONE = "done", pgettext_lazy("activation call", "Done")


_C = CallStatus
CALL_FLOW = Flow(
    name="activationcall",
    states=CallStatus,
    moves=table({_C.BOOKED: [_C.MOVED, _C.CALLED_OFF, _C.NO_SHOW, _C.FAILED, _C.DONE]}),
    tones={
        _C.BOOKED: "blue",
        _C.MOVED: "gray",
        _C.CALLED_OFF: "gray",
        _C.NO_SHOW: "red",
        _C.FAILED: "red",
        _C.DONE: "green",
    },
    # TMF646 (appointment)
    standard={
        _C.BOOKED: "confirmed",
        _C.MOVED: "cancelled",
        _C.CALLED_OFF: "cancelled",
        _C.NO_SHOW: "failed",
        _C.FAILED: "attempted",
        _C.DONE: "completed",
    },
)


class ActivationCall(TenantOwned):
    """An appointment to turn an order's service up together: when, with whom, and how to join."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (status)")}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="activation_calls")
    slot = models.ForeignKey(ActivationSlot, on_delete=models.PROTECT, related_name="+", db_index=False)
    engineer = models.ForeignKey(StaffCard, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=CallStatus, default=CallStatus.BOOKED)
    bridge = models.CharField(max_length=200, blank=True)
    contact_name = models.CharField(max_length=120)  # the customer's, at the site
    contact_phone = models.CharField(max_length=40)
    note = models.CharField(max_length=500, blank=True)
    booked_at = models.DateTimeField()
    booked_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "order"], name="orders_activationcall_one", condition=Q(status="booked")
            ),
            CALL_FLOW.constraint(),
        ]
        indexes = [
            models.Index(fields=["enterprise", "order"], name="orders_activationcall_order"),
            # An engineer's day goes across enterprises.
            models.Index(fields=["engineer", "starts_at"], name="orders_activationcall_day"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on


class ActivationTest(TenantOwned):
    """What was measured when a service was tested; ``checks`` are the keys of rules.CHECKS that held."""

    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="activation_tests")
    call = TenantForeignKey(ActivationCall, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    tested_at = models.DateTimeField()
    tested_by = models.CharField(max_length=200)
    has_passed = models.BooleanField()
    loss_percent = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    delay_ms = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)  # round trip
    jitter_ms = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    throughput_mbps = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    light_dbm = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)  # received
    checks = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["enterprise", "order"], name="orders_activationtest_order"),
            models.Index(
                fields=["enterprise", "call"], name="orders_activationtest_call", condition=Q(call__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"test of {self.tested_at:%Y-%m-%d %H:%M}"

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on


class Decision(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("service delivered", "Waits for your acceptance")
    ACCEPTED = "accepted", pgettext_lazy("service delivered", "Accepted")
    SILENT = "silent", pgettext_lazy("service delivered", "Accepted by silence")
    REFUSED = "refused", pgettext_lazy("service delivered", "Refused")


_D = Decision
DECISION_FLOW = Flow(
    name="turnup",
    states=Decision,
    moves=table({_D.WAITING: [_D.ACCEPTED, _D.SILENT, _D.REFUSED]}),
    tones={_D.WAITING: "amber", _D.ACCEPTED: "green", _D.SILENT: "green", _D.REFUSED: "red"},
    # TMF622 has no word of its own for it: the order's item.
    standard={
        _D.WAITING: "inProgress",
        _D.ACCEPTED: "completed",
        _D.SILENT: "completed",
        _D.REFUSED: "inProgress",
    },
)


class TurnUp(TenantOwned):
    """The sign-off of a service that was turned up, its connection notice, and what the customer said to it.

    ``notice`` is the content of the connection notice as it was then; its document hangs on the row as a file.
    ``ready_on`` is the day of service commencement; silence accepts once ``accept_by_on`` is over.
    """

    extra_grants: ClassVar = {"portal_app": ("UPDATE (decision, decided_at, decided_by, reason)",)}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="turn_ups")
    service = TenantForeignKey(Service, related_name="turn_ups", null=True, blank=True)
    test = TenantForeignKey(ActivationTest, on_delete=models.CASCADE, related_name="+")
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=200)
    ready_on = models.DateField()
    accept_by_on = models.DateField()
    notice = models.JSONField(default=dict)
    noticed_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "order"], name="orders_turnup_one", condition=~Q(decision="refused")
            ),
            models.CheckConstraint(
                condition=Q(decision="waiting", decided_at=None)
                | (~Q(decision="waiting") & Q(decided_at__isnull=False)),
                name="orders_turnup_decided",
            ),
            DECISION_FLOW.constraint("decision"),
        ]
        indexes = [
            models.Index(fields=["enterprise", "order"], name="orders_turnup_order"),
            models.Index(
                fields=["enterprise", "service"], name="orders_turnup_service", condition=Q(service__isnull=False)
            ),
            models.Index(fields=["enterprise", "test"], name="orders_turnup_test"),
            # What silence accepts, across enterprises.
            models.Index(fields=["accept_by_on"], name="orders_turnup_due", condition=Q(decision="waiting")),
        ]

    def __str__(self) -> str:
        return f"turn-up of {self.signed_at:%Y-%m-%d}"

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on
