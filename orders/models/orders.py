"""Orders: what was asked for, what was promised, and where it stands."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, StaffCard
from inventory.models import Product, Service, Site
from portal import identifiers
from portal.filters import dated
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned, linked


class OrderType(models.TextChoices):
    NEW = "new", _("New service")
    CHANGE = "change", _("Change")
    TRANSFER = "transfer", _("Transfer between accounts")
    RENEWAL = "renewal", _("Renewal")
    DISCONNECT = "disconnect", _("Disconnect")
    TRIAL = "trial", _("Trial")


class OrderStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PRICING = "pricing", _("Being priced")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned to you")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    IN_PROGRESS = "in_progress", _("In progress")
    PENDING = "pending", _("Waiting for you")
    HELD = "held", _("Customer not ready")
    CANCELLING = "cancelling", _("Cancellation asked for")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    REJECTED = "rejected", _("Not accepted")


_S = OrderStatus
ORDER_FLOW = Flow(
    name="order",
    states=OrderStatus,
    moves=table(
        {
            _S.DRAFT: [_S.PRICING, _S.SUBMITTED, _S.CANCELLED],
            # Priced case by case (ICB): the answer brings it back to its draft, to be accepted and submitted.
            _S.PRICING: [_S.DRAFT, _S.CANCELLED],
            _S.SUBMITTED: [_S.RETURNED, _S.ACKNOWLEDGED, _S.REJECTED, _S.CANCELLED],
            _S.RETURNED: [_S.SUBMITTED, _S.CANCELLED],
            _S.ACKNOWLEDGED: [_S.IN_PROGRESS, _S.PENDING, _S.HELD, _S.CANCELLING, _S.COMPLETED, _S.CANCELLED],
            _S.IN_PROGRESS: [_S.PENDING, _S.HELD, _S.CANCELLING, _S.COMPLETED, _S.CANCELLED],
            _S.PENDING: [_S.IN_PROGRESS, _S.HELD, _S.CANCELLING, _S.CANCELLED],
            _S.HELD: [_S.IN_PROGRESS, _S.PENDING, _S.CANCELLING, _S.CANCELLED],
            # What cancelling costs by now is told first; whoever asked may take it back.
            _S.CANCELLING: [_S.ACKNOWLEDGED, _S.IN_PROGRESS, _S.PENDING, _S.HELD, _S.CANCELLED],
        }
    ),
    tones={
        _S.DRAFT: "gray",
        _S.PRICING: "blue",
        _S.SUBMITTED: "blue",
        _S.RETURNED: "amber",
        _S.ACKNOWLEDGED: "blue",
        _S.IN_PROGRESS: "blue",
        _S.PENDING: "amber",
        _S.HELD: "red",
        _S.CANCELLING: "amber",
        _S.COMPLETED: "green",
        _S.CANCELLED: "gray",
        _S.REJECTED: "gray",
    },
    # TMF622; draft is of its fifth version.
    standard={
        _S.DRAFT: "draft",
        _S.PRICING: "draft",
        _S.SUBMITTED: "initial check",
        _S.RETURNED: "draft",
        _S.ACKNOWLEDGED: "acknowledged",
        _S.IN_PROGRESS: "inProgress",
        _S.PENDING: "pending",
        _S.HELD: "held",
        _S.CANCELLING: "assessingCancellation",
        _S.COMPLETED: "completed",
        _S.CANCELLED: "cancelled",
        _S.REJECTED: "rejected",
    },
)
# What is done to a service that is there already: one such order of a service at a time.
OF_SERVICES = (OrderType.CHANGE, OrderType.TRANSFER, OrderType.RENEWAL, OrderType.DISCONNECT)
# Before the carrier has taken it: nothing is planned, promised or late yet.
UNPLACED = frozenset({_S.DRAFT, _S.PRICING, _S.SUBMITTED, _S.RETURNED})


class OrderProject(TenantOwned):
    """Orders that belong together, as the customer calls it: a new plant, a move."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (reference)")}
    name = models.CharField(max_length=120)
    reference = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "name"], name="orders_orderproject_name")]

    def __str__(self) -> str:
        return self.name


class Order(TenantOwned):
    """A request of the customer's that the carrier delivers, with its care manager.

    A draft with ``private_to`` is that person's alone. ``remarks`` are why it was returned: each
    with ``item`` (its position, or null), ``field`` and ``words``.
    """

    # What the customer orders; what becomes of it is the carrier's. Who submits, cancels, accepts, or names a day
    # to be ready writes state and days too: a trigger lets the customers' side make no other moves than those.
    extra_grants: ClassVar = {
        "portal_app": (
            "INSERT",
            "UPDATE (account_id, product_id, service_id, a_site_id, z_site_id, project_id, type, status, title)",
            "UPDATE (customer_reference, requested_on, term_months, monthly, one_time, notes, private_to)",
            "UPDATE (revision, submitted_at, placed_by, placed_on, remarks, expected_on, completed_on)",
        )
    }
    number = models.CharField(max_length=30, db_collation="C")
    number_key = identifiers.key("number", max_length=30)
    type = models.CharField(max_length=12, choices=OrderType, default=OrderType.NEW)
    status = models.CharField(max_length=14, choices=OrderStatus, default=OrderStatus.SUBMITTED)
    account = TenantForeignKey(Account, related_name="orders")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = TenantForeignKey(Service, related_name="orders", null=True, blank=True)
    a_site = TenantForeignKey(Site, related_name="+", null=True, blank=True)
    z_site = TenantForeignKey(Site, related_name="+", null=True, blank=True)
    care_manager = models.ForeignKey(
        StaffCard, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    title = models.CharField(max_length=200)
    customer_reference = models.CharField(max_length=60, blank=True)  # the customer's PO
    reference_key = identifiers.key("customer_reference", max_length=60)
    placed_by = models.CharField(max_length=200, blank=True)
    placed_on = models.DateField()
    requested_on = models.DateField(null=True, blank=True)  # CRD
    committed_on = models.DateField(null=True, blank=True)  # CCD
    expected_on = models.DateField(null=True, blank=True)
    completed_on = models.DateField(null=True, blank=True)
    # Service commencement: from this day what is ordered is charged, whenever the order itself closes.
    commenced_on = models.DateField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)  # when its contracts and charges were begun
    free_until_on = models.DateField(null=True, blank=True)  # the last day to change it for nothing
    monthly = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # MRC
    one_time = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # NRC
    term_months = models.PositiveSmallIntegerField(default=0)
    project = TenantForeignKey(OrderProject, related_name="orders", null=True, blank=True)
    notes = models.TextField(blank=True, db_default="")
    private_to = models.BigIntegerField(null=True, blank=True)  # the key of a sign-in
    revision = models.PositiveIntegerField(default=0, db_default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    remarks = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="orders_order_number"),
            models.UniqueConstraint(
                fields=["enterprise", "service"],
                name="orders_order_one_of_service",
                condition=models.Q(status__in=ORDER_FLOW.open_states(), type__in=OF_SERVICES),
            ),
            ORDER_FLOW.constraint(),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-placed_on", "-id"], name="orders_order_placed"),
            models.Index(fields=["enterprise", "status", "-placed_on", "-id"], name="orders_order_status"),
            models.Index(fields=["enterprise", "account"], name="orders_order_account"),
            # The latest about a service.
            models.Index(fields=["enterprise", "service", "-placed_on"], name="orders_order_service"),
            *linked("a_site", "z_site", "project", prefix="orders_order"),
            *identifiers.indexes("number_key", "orders_order_nkey"),
            *identifiers.indexes("reference_key", "orders_order_rkey"),
            # A day after all others for what is not committed yet.
            models.Index(F("enterprise"), dated("committed_on", date.max), F("id"), name="orders_order_committed"),
            # What is under way, due first.
            models.Index(
                fields=["enterprise", "expected_on", "id"],
                name="orders_order_due",
                condition=models.Q(status__in=ORDER_FLOW.open_states()),
            ),
            # The care manager's work list goes across enterprises.
            models.Index(fields=["care_manager", "status", "expected_on"], name="orders_order_workload"),
            # The inbox too: what nobody has taken yet.
            models.Index(
                fields=["placed_on", "id"], name="orders_order_inbox", condition=models.Q(status=_S.SUBMITTED)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_unpriced(self) -> bool:
        """A new order under way without a price has none yet, rather than one of nothing."""
        is_under_way = self.type == OrderType.NEW and self.status in ORDER_FLOW.open_states()
        return is_under_way and not self.monthly and not self.one_time

    @property
    def days_late(self) -> int:
        """Calendar days by which the expected date is past the committed one; 0 when it is not."""
        if not self.committed_on or not self.expected_on:
            return 0
        return max(0, (self.expected_on - self.committed_on).days)
