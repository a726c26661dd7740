"""Orders and their milestones: what was promised, where it stands, who moves next."""

from datetime import date

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, StaffCard
from inventory.models import Product, Service, Site
from portal import identifiers
from portal.errors import Text
from portal.filters import dated
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned, linked


class OrderType(models.TextChoices):
    NEW = "new", _("New service")
    CHANGE = "change", _("Change")
    TRANSFER = "transfer", _("Transfer between accounts")
    RENEWAL = "renewal", _("Renewal")
    DISCONNECT = "disconnect", _("Disconnect")


class OrderStatus(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    IN_PROGRESS = "in_progress", _("In progress")
    PENDING = "pending", _("Waiting for you")
    HELD = "held", _("Customer not ready")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


_S = OrderStatus
ORDER_FLOW = Flow(
    name="order",
    states=OrderStatus,
    moves=table(
        {
            _S.SUBMITTED: [_S.ACKNOWLEDGED, _S.CANCELLED],
            _S.ACKNOWLEDGED: [_S.IN_PROGRESS, _S.PENDING, _S.COMPLETED, _S.CANCELLED],
            _S.IN_PROGRESS: [_S.PENDING, _S.HELD, _S.COMPLETED, _S.CANCELLED],
            _S.PENDING: [_S.IN_PROGRESS, _S.HELD, _S.CANCELLED],
            _S.HELD: [_S.IN_PROGRESS, _S.CANCELLED],
        }
    ),
    tones={
        _S.SUBMITTED: "blue",
        _S.ACKNOWLEDGED: "blue",
        _S.IN_PROGRESS: "blue",
        _S.PENDING: "amber",
        _S.HELD: "red",
        _S.COMPLETED: "green",
        _S.CANCELLED: "gray",
    },
    # TMF622
    standard={
        _S.SUBMITTED: "initial check",
        _S.ACKNOWLEDGED: "acknowledged",
        _S.IN_PROGRESS: "inProgress",
        _S.PENDING: "pending",
        _S.HELD: "held",
        _S.COMPLETED: "completed",
        _S.CANCELLED: "cancelled",
    },
)


class Order(TenantOwned):
    """A request of the customer's that the carrier delivers, with its care manager."""

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
    monthly = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # MRC
    one_time = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # NRC
    term_months = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="orders_order_number"),
            ORDER_FLOW.constraint(),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-placed_on", "-id"], name="orders_order_placed"),
            models.Index(fields=["enterprise", "status", "-placed_on", "-id"], name="orders_order_status"),
            models.Index(fields=["enterprise", "account"], name="orders_order_account"),
            # The latest about a service.
            models.Index(fields=["enterprise", "service", "-placed_on"], name="orders_order_service"),
            *linked("a_site", "z_site", prefix="orders_order"),
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
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def days_late(self) -> int:
        """Calendar days by which the expected date is past the committed one; 0 when it is not."""
        if not self.committed_on or not self.expected_on:
            return 0
        return max(0, (self.expected_on - self.committed_on).days)


class MilestoneStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    SKIPPED = "skipped", _("Not needed")


_M = MilestoneStatus
MILESTONE_FLOW = Flow(
    name="milestone",
    states=MilestoneStatus,
    moves=table(
        {
            _M.PLANNED: [_M.IN_PROGRESS, _M.SKIPPED],
            _M.IN_PROGRESS: [_M.COMPLETED, _M.SKIPPED],
        }
    ),
    tones={_M.PLANNED: "gray", _M.IN_PROGRESS: "blue", _M.COMPLETED: "green", _M.SKIPPED: "gray"},
    # TMF622 v5
    standard={
        _M.PLANNED: "Yet-To-Reach",
        _M.IN_PROGRESS: "Yet-To-Reach",
        _M.COMPLETED: "Completed",
        _M.SKIPPED: "Completed",
    },
)


class MilestoneKind(models.TextChoices):
    """The steps an order can have; the touchpoints of the delivery handbooks among them."""

    ACKNOWLEDGED = "acknowledged", _("Order acknowledged")
    TECHNICAL_DETAILS = "technical_details", _("Technical details received")
    DETAILS_CONFIRMED = "details_confirmed", _("Order details confirmed")
    DESIGN = "design", _("Design complete")
    PERMITS = "permits", _("Permits granted")
    BUILD = "build", _("Fiber built")
    EQUIPMENT = "equipment", _("Equipment installed")
    LOCAL_LOOP = "local_loop", _("Local loop tested")
    READY_TO_TEST = "ready_to_test", _("Ready to test")
    ACTIVATION = "activation", _("Activation call")
    ACCEPTANCE = "acceptance", _("Service accepted")
    DISCONNECTED = "disconnected", _("Service disconnected")
    FIRST_BILL = "first_bill", _("First invoice")


# What each asks of the customer, where the move is theirs.
ASKS: dict[str, Text] = {
    MilestoneKind.TECHNICAL_DETAILS: _("Send us the technical details"),
    MilestoneKind.DETAILS_CONFIRMED: _("Confirm the details of the order"),
    MilestoneKind.READY_TO_TEST: _("Get your side ready to test"),
    MilestoneKind.ACTIVATION: _("Set a day for the activation call"),
    MilestoneKind.ACCEPTANCE: _("Accept the service, or say what is wrong"),
}


class Owner(models.TextChoices):
    """Whose move it is."""

    CARRIER = "carrier", _("carrier")
    CUSTOMER = "customer", _("you")
    PERMIT = "permit", _("permit")
    THIRD_PARTY = "third_party", _("third party")


OWNER_TONES = {Owner.CARRIER: "blue", Owner.CUSTOMER: "amber", Owner.PERMIT: "purple", Owner.THIRD_PARTY: "purple"}


class Milestone(TenantOwned):
    """A step of an order: who moves it, when it was planned, when it is expected, when it was done."""

    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=MilestoneKind)
    detail = models.CharField(max_length=120, blank=True)  # which side, which supplier
    status = models.CharField(max_length=12, choices=MilestoneStatus, default=MilestoneStatus.PLANNED)
    owner = models.CharField(max_length=12, choices=Owner, default=Owner.CARRIER)
    planned_on = models.DateField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "order", "position"], name="orders_milestone_position"),
            models.CheckConstraint(
                condition=models.Q(status=MilestoneStatus.COMPLETED, completed_at__isnull=False)
                | (~models.Q(status=MilestoneStatus.COMPLETED) & models.Q(completed_at__isnull=True)),
                name="orders_milestone_done_when",
            ),
            MILESTONE_FLOW.constraint(),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The step in the reader's language, with its detail."""
        kind = str(MilestoneKind(self.kind).label)
        return f"{kind}, {self.detail}" if self.detail else kind

    @property
    def ask(self) -> str:
        """What is wanted of the customer, where the move is theirs."""
        return str(ASKS.get(self.kind, self.label))

    @property
    def owner_tone(self) -> str:
        return OWNER_TONES[Owner(self.owner)]

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on
