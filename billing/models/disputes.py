"""Disputes line by line, and the credit notes that they lead to."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from billing.models.charges import amount_of
from billing.models.invoices import Invoice, InvoiceLine
from portal import identifiers
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned


class DisputeStatus(models.TextChoices):
    OPEN = "open", _("Under review")
    DECIDED = "decided", _("Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


DISPUTE_FLOW = Flow(
    name="dispute",
    states=DisputeStatus,
    moves=table({DisputeStatus.OPEN: [DisputeStatus.DECIDED, DisputeStatus.WITHDRAWN]}),
    tones={DisputeStatus.OPEN: "amber", DisputeStatus.DECIDED: "green", DisputeStatus.WITHDRAWN: "gray"},
    # TMF621
    standard={
        DisputeStatus.OPEN: "acknowledged",
        DisputeStatus.DECIDED: "resolved",
        DisputeStatus.WITHDRAWN: "cancelled",
    },
)


class DisputeReason(models.TextChoices):
    RATE = "rate", _("The rate is not the one agreed")
    DUPLICATE = "duplicate", _("It is billed twice")
    AFTER_DISCONNECT = "after_disconnect", _("It is billed after the disconnect")
    NOT_INSTALLED = "not_installed", _("The service was not installed or accepted")
    TERM = "term", _("The term is wrong")
    PRORATION = "proration", _("The part of the month is computed wrongly")
    ONE_TIME = "one_time", _("The one-time charge was not agreed")
    SLA = "sla", _("A promised credit is missing")
    OTHER = "other", _("Something else")


class Dispute(TenantOwned):
    """A customer's contest of an invoice, line by line. What it holds is not due until decided."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (status, decided_at)")}
    number = models.CharField(max_length=30, db_collation="C")
    number_key = identifiers.key("number", max_length=30)
    invoice = TenantForeignKey(Invoice, related_name="disputes")
    account = TenantForeignKey(Account, related_name="disputes")
    status = models.CharField(max_length=10, choices=DisputeStatus, default=DisputeStatus.OPEN)
    customer_reference = models.CharField(max_length=40, blank=True)
    reference_key = identifiers.key("customer_reference", max_length=40)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    opened_by_email = models.EmailField(blank=True)
    answer_by_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="billing_dispute_number"),
            DISPUTE_FLOW.constraint(),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-opened_at", "-id"], name="billing_dispute_opened"),
            models.Index(fields=["enterprise", "invoice"], name="billing_dispute_invoice"),
            models.Index(fields=["enterprise", "account"], name="billing_dispute_account"),
            *identifiers.indexes("number_key", "billing_dispute_nkey"),
            *identifiers.indexes("reference_key", "billing_dispute_rkey"),
            # The analysts' queue goes across enterprises.
            models.Index(fields=["status", "answer_by_at"], name="billing_dispute_queue"),
        ]

    def __str__(self) -> str:
        return self.number


class Outcome(models.TextChoices):
    OPEN = "open", _("Under review")
    UPHELD = "upheld", _("Upheld")
    PARTLY = "partly", _("Partly upheld")
    DENIED = "denied", _("Denied")
    WITHDRAWN = "withdrawn", _("Withdrawn")


_O = Outcome
OUTCOME_FLOW = Flow(
    name="disputedline",
    states=Outcome,
    moves=table({_O.OPEN: [_O.UPHELD, _O.PARTLY, _O.DENIED, _O.WITHDRAWN]}),
    tones={_O.OPEN: "amber", _O.UPHELD: "green", _O.PARTLY: "blue", _O.DENIED: "red", _O.WITHDRAWN: "gray"},
    # MEF 141's words for a bill item
    standard={
        _O.OPEN: "disputeBeingInvestigated",
        _O.UPHELD: "credit",
        _O.PARTLY: "credit",
        _O.DENIED: "paymentDue",
        _O.WITHDRAWN: "withDrawn",
    },
)


class DisputedLine(TenantOwned):
    """All or a part of one invoice line in dispute, and what was decided of it."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (outcome, decided_at)")}
    dispute = TenantForeignKey(Dispute, on_delete=models.CASCADE, related_name="lines")
    line = TenantForeignKey(InvoiceLine, related_name="disputes")
    reason = models.CharField(max_length=20, choices=DisputeReason)
    statement = models.TextField()
    amount = amount_of()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    credited = amount_of(default=Decimal(0))
    decision = models.TextField(blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "dispute", "line"], name="billing_disputedline_once"),
            models.UniqueConstraint(
                fields=["enterprise", "line"], name="billing_disputedline_one_open", condition=Q(outcome="open")
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_disputedline_amount"),
            models.CheckConstraint(
                condition=Q(credited__gte=0, credited__lte=F("amount")), name="billing_disputedline_credited"
            ),
            OUTCOME_FLOW.constraint("outcome"),
        ]
        indexes = [models.Index(fields=["enterprise", "line"], name="billing_disputedline_line")]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.amount}"

    @property
    def story(self) -> Dispute:
        """Its events are told on the dispute's page."""
        told_on: Dispute = self.dispute
        return told_on


class Credit(TenantOwned):
    """A credit note: what a dispute gave back. It stands on the next invoice of its account."""

    number = models.CharField(max_length=30, db_collation="C")
    account = TenantForeignKey(Account, related_name="credits")
    disputed_line = TenantForeignKey(DisputedLine, related_name="credits")
    amount = amount_of()
    currency = models.CharField(max_length=3)
    text = models.CharField(max_length=200)
    issued_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="billing_credit_number"),
            models.UniqueConstraint(fields=["enterprise", "disputed_line"], name="billing_credit_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_credit_amount"),
        ]
        indexes = [models.Index(fields=["enterprise", "account"], name="billing_credit_account")]

    def __str__(self) -> str:
        return self.number
