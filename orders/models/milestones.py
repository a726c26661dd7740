"""The milestones of an order: who moves each, when it was planned, when it is expected, when it was done."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.utils.translation import get_language
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
    DELIVERY_DATE = "delivery_date", _("Delivery date given")
    REMINDER = "reminder", _("Installation reminder")
    SITE_VISIT = "site_visit", _("Installation visit")
    ACTIVATION_PLANNED = "activation_planned", _("Activation planned")
    CONNECTION_NOTICE = "connection_notice", _("Connection notice")


# What each asks of the customer, where the move is theirs.
ASKS: dict[str, Text] = {
    MilestoneKind.TECHNICAL_DETAILS: _("Send us the technical details"),
    MilestoneKind.DETAILS_CONFIRMED: _("Confirm the details of the order"),
    MilestoneKind.READY_TO_TEST: _("Get your side ready to test"),
    MilestoneKind.ACTIVATION: _("Set a day for the activation call"),
    MilestoneKind.ACCEPTANCE: _("Accept the service, or say what is wrong"),
    MilestoneKind.SITE_VISIT: _("Let us in for the installation"),
    MilestoneKind.ACTIVATION_PLANNED: _("Choose a time for the activation call"),
    MilestoneKind.PERMITS: _("Get the permits for your building"),
    MilestoneKind.EQUIPMENT: _("Get space and power ready for the equipment"),
}
# What happens next in each, where the move is not the customer's.
NEXT: dict[str, Text] = {
    MilestoneKind.ACKNOWLEDGED: _("We take the order and name your care manager"),
    MilestoneKind.TECHNICAL_DETAILS: _("We review the technical details"),
    MilestoneKind.DETAILS_CONFIRMED: _("We confirm the details of the order"),
    MilestoneKind.DESIGN: _("We design the service and order what it needs"),
    MilestoneKind.PERMITS: _("The permits are being asked for"),
    MilestoneKind.BUILD: _("The fiber is being built"),
    MilestoneKind.EQUIPMENT: _("We install the equipment"),
    MilestoneKind.LOCAL_LOOP: _("The local loop is built and tested"),
    MilestoneKind.READY_TO_TEST: _("We test the service from end to end"),
    MilestoneKind.ACTIVATION: _("We activate the service together with you"),
    MilestoneKind.ACCEPTANCE: _("We mend what is wrong, and test the service again"),
    MilestoneKind.DISCONNECTED: _("We disconnect the service"),
    MilestoneKind.FIRST_BILL: _("The first invoice is made"),
    MilestoneKind.DELIVERY_DATE: _("We work out the date that we commit to"),
    MilestoneKind.REMINDER: _("We remind you before our visit"),
    MilestoneKind.SITE_VISIT: _("Our engineers come to the site"),
    MilestoneKind.ACTIVATION_PLANNED: _("We plan the activation with you"),
    MilestoneKind.CONNECTION_NOTICE: _("We send the connection notice with all identifiers"),
}


class Owner(models.TextChoices):
    """Whose move it is."""

    CARRIER = "carrier", _("carrier")
    CUSTOMER = "customer", _("you")
    PERMIT = "permit", _("permit")
    THIRD_PARTY = "third_party", _("third party")


OWNER_TONES = {Owner.CARRIER: "blue", Owner.CUSTOMER: "amber", Owner.PERMIT: "purple", Owner.THIRD_PARTY: "purple"}


def in_readers_language(words: dict[str, str]) -> str:
    """Words that the carrier wrote in some languages, in the reader's, or else in English."""
    return words.get((get_language() or "en")[:2]) or words.get("en", "")


class Milestone(TenantOwned):
    """A step of an order: who moves it, when it was planned, when it is expected, when it was done.

    ``said`` is what is done next in the carrier's own words, by language; ``reminded`` for which day, and
    how many business days before it, the customer was reminded, as 2026-12-01/5.
    """

    # Who confirms, books a call or accepts completes a step, and starts the next; who answers or chooses a new day
    # gives a step on, or moves it. A trigger lets the customers' side complete no others, and open none again.
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
    said: Any = models.JSONField(default=dict, blank=True, db_default=Value({}, models.JSONField()))
    reminded = ArrayField(models.CharField(max_length=16), default=list, blank=True, db_default=[])

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
        return in_readers_language(self.said) or str(ASKS.get(self.kind, self.label))

    @property
    def action(self) -> str:
        """What is done next, in plain words."""
        if self.owner == Owner.CUSTOMER:
            return self.ask
        return in_readers_language(self.said) or str(NEXT.get(self.kind, self.label))

    @property
    def owner_tone(self) -> str:
        return OWNER_TONES[Owner(self.owner)]

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on
