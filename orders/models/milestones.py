"""The milestones of an order: who moves each, when it was planned, when it is expected, when it was done."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order
from portal.errors import Text
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned


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

    extra_grants: ClassVar = {"portal_app": ("UPDATE (status, completed_at, expected_on, owner)",)}
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
