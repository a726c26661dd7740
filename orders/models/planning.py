"""What an order is planned by: templates of its steps, technical answers, capacity, dates, wishes and changes."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise
from inventory.models import Family, Product
from orders.models.milestones import MilestoneKind, Owner
from orders.models.orders import Order, OrderType
from portal.flows import Flow, table
from portal.tables import Published, TenantForeignKey, TenantOwned


class Basis(models.TextChoices):
    """From where a step's day is counted."""

    SHARE = "share", _("percent of the whole time")
    START = "start", _("business days after the order is taken")
    DUE = "due", _("business days from the day it is due")


class MilestoneTemplate(Published):
    """A step that orders of a type have, for all products, for a family, or for one product.

    The narrowest place that has rows binds whole: product, family, all. ``amount`` is counted by
    ``basis``: percent, or business days, below zero before the day the order is due. ``action`` says
    what is done next, in the carrier's own words; where it is empty the kind's words stand.
    """

    order_type = models.CharField(max_length=12, choices=OrderType)
    family = models.CharField(max_length=20, choices=Family, blank=True)
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", null=True, blank=True, db_index=False
    )
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=MilestoneKind)
    owner = models.CharField(max_length=12, choices=Owner, default=Owner.CARRIER)
    basis = models.CharField(max_length=5, choices=Basis, default=Basis.SHARE)
    amount = models.SmallIntegerField(default=0)
    action = models.CharField(max_length=200, blank=True)
    action_es = models.CharField(max_length=200, blank=True)
    action_pt = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order_type", "family", "product", "position"],
                name="orders_milestonetemplate_place",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(product=None) | Q(family=""), name="orders_milestonetemplate_one_place"),
            models.CheckConstraint(
                condition=~Q(basis="share") | Q(amount__gte=0, amount__lte=100), name="orders_milestonetemplate_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_type} {self.position} {self.kind}"


class AnswerStatus(models.TextChoices):
    GIVEN = "given", _("To be reviewed")
    ACCEPTED = "accepted", _("Accepted")
    RETURNED = "returned", _("Sent back")


ANSWER_FLOW = Flow(
    name="answer",
    states=AnswerStatus,
    moves=table(
        {
            AnswerStatus.GIVEN: [AnswerStatus.ACCEPTED, AnswerStatus.RETURNED],
            # Answered anew.
            AnswerStatus.RETURNED: [AnswerStatus.GIVEN],
            AnswerStatus.ACCEPTED: [AnswerStatus.RETURNED],
        }
    ),
    tones={AnswerStatus.GIVEN: "blue", AnswerStatus.ACCEPTED: "green", AnswerStatus.RETURNED: "amber"},
    # TMF622 v5, of a milestone
    standard={
        AnswerStatus.GIVEN: "Yet-To-Reach",
        AnswerStatus.ACCEPTED: "Completed",
        AnswerStatus.RETURNED: "Yet-To-Reach",
    },
)


class Answer(TenantOwned):
    """The customer's answer to one technical question of the ordered product, and what the engineer said of it.

    Who answers anew takes the review back, and so writes its columns: a trigger lets the customers' side
    write nothing there but that it is given and not reviewed.
    """

    extra_grants: ClassVar = {
        "portal_app": ("INSERT", "UPDATE (value, status, answered_by, answered_at, reason, reviewed_by, reviewed_at)")
    }
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=40, db_collation="C")
    value: Any = models.JSONField()
    status = models.CharField(max_length=8, choices=AnswerStatus, default=AnswerStatus.GIVEN)
    answered_by = models.CharField(max_length=200)
    answered_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "order", "key"], name="orders_answer_key"),
            ANSWER_FLOW.constraint(),
        ]
        indexes = [
            # The engineers' work list goes across enterprises.
            models.Index(fields=["answered_at"], name="orders_answer_to_review", condition=Q(status="given"))
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def story(self) -> Order:
        told_on: Order = self.order
        return told_on


class Reservation(TenantOwned):
    """Capacity of the network that is held for an order: what, where, and until when."""

    extra_grants: ClassVar = {"portal_app": ("UPDATE (released_at)",)}  # by cancelling the order
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="reservations")
    what = models.CharField(max_length=200)
    place = models.CharField(max_length=200)
    until_on = models.DateField()
    reserved_by = models.CharField(max_length=200)
    reserved_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["enterprise", "order"], name="orders_reservation_order")]

    def __str__(self) -> str:
        return self.what


class Choice(models.TextChoices):
    """How a customer wants an order delivered."""

    FIRM = "firm", _("On a firm date, and not before")
    EARLIEST = "earliest", _("As early as you can")
    EXPEDITE = "expedite", _("Earlier than usual, at a charge")


class ChoiceStatus(models.TextChoices):
    CHOSEN = "chosen", _("Noted")
    ASKED = "asked", _("Asked for")
    AGREED = "agreed", _("Agreed")
    REFUSED = "refused", _("Not possible")
    REPLACED = "replaced", _("Replaced")
    MET = "met", _("Date met, charged")
    MISSED = "missed", _("Date not met, nothing charged")


_C = ChoiceStatus
CHOICE_FLOW = Flow(
    name="deliverychoice",
    states=ChoiceStatus,
    moves=table(
        {
            # A wish that costs something is asked for.
            _C.CHOSEN: [_C.ASKED, _C.REPLACED],
            _C.ASKED: [_C.AGREED, _C.REFUSED, _C.REPLACED],
            _C.AGREED: [_C.MET, _C.MISSED, _C.REPLACED],
        }
    ),
    tones={
        _C.CHOSEN: "blue",
        _C.ASKED: "amber",
        _C.AGREED: "green",
        _C.REFUSED: "red",
        _C.REPLACED: "gray",
        _C.MET: "green",
        _C.MISSED: "gray",
    },
    # TMF622, of an order item
    standard={
        _C.CHOSEN: "acknowledged",
        _C.ASKED: "pending",
        _C.AGREED: "inProgress",
        _C.REFUSED: "rejected",
        _C.REPLACED: "cancelled",
        _C.MET: "completed",
        _C.MISSED: "failed",
    },
)


class DeliveryChoice(TenantOwned):
    """How the customer wants the order delivered; of an expedite what it costs, charged only if the date is met.

    ``days`` are the business days improved against the standard interval.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (status)")}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="choices")
    choice = models.CharField(max_length=8, choices=Choice)
    wanted_on = models.DateField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(default=0)
    fee = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, blank=True)
    status = models.CharField(max_length=8, choices=ChoiceStatus, default=ChoiceStatus.CHOSEN)
    chosen_by = models.CharField(max_length=200)
    chosen_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    alternative_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "order"],
                name="orders_deliverychoice_one_open",
                condition=Q(status__in=["chosen", "asked", "agreed"]),
            ),
            models.CheckConstraint(
                condition=Q(choice="earliest") | Q(wanted_on__isnull=False), name="orders_choice_day"
            ),
            CHOICE_FLOW.constraint(),
        ]
        indexes = [models.Index(fields=["enterprise", "order"], name="orders_deliverychoice_order")]

    def __str__(self) -> str:
        return self.choice

    @property
    def story(self) -> Order:
        told_on: Order = self.order
        return told_on


class SupplementKind(models.TextChoices):
    """The supplements of the wholesale order forms: 1 cancel, 2 due date, 3 other."""

    CANCEL = "cancel", _("Cancel the order")
    DUE_DATE = "due_date", _("Another date")
    OTHER = "other", _("Another change")


class SupplementStatus(models.TextChoices):
    ASKED = "asked", _("Asked for")
    DONE = "done", _("Done")
    DECLINED = "declined", _("Declined")
    TAKEN_BACK = "taken_back", _("Taken back")


_U = SupplementStatus
SUPPLEMENT_FLOW = Flow(
    name="supplement",
    states=SupplementStatus,
    moves=table({_U.ASKED: [_U.DONE, _U.DECLINED, _U.TAKEN_BACK]}),
    tones={_U.ASKED: "amber", _U.DONE: "green", _U.DECLINED: "red", _U.TAKEN_BACK: "gray"},
    # TMF622, of a change request
    standard={_U.ASKED: "acknowledged", _U.DONE: "done", _U.DECLINED: "rejected", _U.TAKEN_BACK: "cancelled"},
)


class Supplement(TenantOwned):
    """A change that the customer asks for after the order was taken, with the charge that was shown and agreed to."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (status, decided_by, decided_at)")}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="supplements")
    kind = models.CharField(max_length=8, choices=SupplementKind)
    words = models.CharField(max_length=1000, blank=True)
    wanted_on = models.DateField(null=True, blank=True)
    charge = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, blank=True)
    is_late = models.BooleanField(default=False)  # after the point of no return
    status = models.CharField(max_length=10, choices=SupplementStatus, default=SupplementStatus.ASKED)
    status_before = models.CharField(max_length=14)  # the order's, should it go on
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "order"], name="orders_supplement_one_open", condition=Q(status="asked")
            ),
            models.CheckConstraint(
                condition=~Q(kind="due_date") | Q(wanted_on__isnull=False), name="orders_supplement_day"
            ),
            SUPPLEMENT_FLOW.constraint(),
        ]
        indexes = [models.Index(fields=["enterprise", "order"], name="orders_supplement_order")]

    def __str__(self) -> str:
        return self.kind

    @property
    def story(self) -> Order:
        told_on: Order = self.order
        return told_on


class Letter(TenantOwned):
    """A letter about an order, as it was sent: its file hangs on it."""

    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="letters")
    language = models.CharField(max_length=5)
    made_at = models.DateTimeField()

    class Meta:
        # One acknowledgement of an order: whoever prints second finds the first one's.
        constraints = [models.UniqueConstraint(fields=["enterprise", "order"], name="orders_letter_once")]

    def __str__(self) -> str:
        return str(self.order_id)


class Pace(Published):
    """How long orders of a product took in a region: calendar days from placed to completed, of all customers together.

    Only where there are enough alike, so that nothing of a single customer's shows.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    region = models.CharField(max_length=6, choices=Enterprise.Region)
    alike = models.PositiveIntegerField()
    half_days = models.PositiveIntegerField()  # P50
    most_days = models.PositiveIntegerField()  # P80
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "region"], name="orders_pace_place"),
            models.CheckConstraint(condition=Q(half_days__lte=F("most_days")), name="orders_pace_order"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.region}"
