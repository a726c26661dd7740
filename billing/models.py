"""Charges, bill runs, invoices, disputes and credit notes."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Enterprise
from inventory.models import Service
from orders.models import OrderCharge
from portal import identifiers
from portal.filters import dated
from portal.flows import Flow, table
from portal.tables import CarrierOwned, TenantForeignKey, TenantOwned, linked


def _amount(**kwargs: object) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=12, decimal_places=2, **kwargs)  # type: ignore[arg-type]


class ChargeKind(models.TextChoices):
    RECURRING = "recurring", _("Monthly charge (MRC)")
    ONE_TIME = "one_time", _("One-time charge (NRC)")


class Charge(TenantOwned):
    """What is to be billed: an amount a month from a date on, or an amount once."""

    code = models.CharField(max_length=60, db_collation="C")  # the carrier's own key of it
    account = TenantForeignKey(Account, related_name="charges")
    service = TenantForeignKey(Service, related_name="charges", null=True, blank=True)
    kind = models.CharField(max_length=10, choices=ChargeKind, default=ChargeKind.RECURRING)
    text = models.CharField(max_length=200)
    amount = _amount()
    starts_on = models.DateField()
    # The first day no longer billed: [starts_on, ends_on).
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="billing_charge_code"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="billing_charge_span"
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "account"], name="billing_charge_account"),
            *linked("service", prefix="billing_charge"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class BillRunStatus(models.TextChoices):
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")


BILL_RUN_FLOW = Flow(
    name="billrun",
    states=BillRunStatus,
    # Run again, a completed one looks for what came since.
    moves=table({BillRunStatus.RUNNING: [BillRunStatus.COMPLETED], BillRunStatus.COMPLETED: [BillRunStatus.RUNNING]}),
    tones={BillRunStatus.RUNNING: "blue", BillRunStatus.COMPLETED: "green"},
    standard={BillRunStatus.RUNNING: "inProgress", BillRunStatus.COMPLETED: "done"},
)


class BillRun(CarrierOwned):
    """One month's billing of all accounts; a second run of the month makes only what is missing."""

    period_on = models.DateField(unique=True)  # the first day of the billed month
    status = models.CharField(max_length=10, choices=BillRunStatus, default=BillRunStatus.RUNNING)
    started_by = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [BILL_RUN_FLOW.constraint()]

    def __str__(self) -> str:
        return f"Bill run {self.period_on:%Y-%m}"


class BillRunPart(CarrierOwned):
    """One enterprise of a run: billed, or still to do."""

    run = models.ForeignKey(BillRun, on_delete=models.CASCADE, related_name="parts", db_index=False)
    # Not named enterprise: this is the carrier's list, and no wall stands around it.
    customer = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True, blank=True)
    invoices = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "customer"], name="billing_billrunpart_once")]

    def __str__(self) -> str:
        return f"{self.run}: enterprise {self.customer_id}"


class InvoiceStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")


INVOICE_FLOW = Flow(
    name="invoice",
    states=InvoiceStatus,
    moves=table({InvoiceStatus.DRAFT: [InvoiceStatus.ISSUED]}),
    tones={InvoiceStatus.DRAFT: "gray", InvoiceStatus.ISSUED: "blue"},
    # TMF678
    standard={InvoiceStatus.DRAFT: "new", InvoiceStatus.ISSUED: "sent"},
)


class Invoice(TenantOwned):
    """A month's bill of one account. Once issued the database refuses every change of it.

    ``bill_to`` freezes whom it was addressed to. The PDF is made afterwards, once; its hash is
    set with it.
    """

    # Disputes lock the row, which takes the right to change a column of it: the one that the wall holds in place.
    extra_grants: ClassVar = {"portal_app": ("UPDATE (enterprise_id)",)}
    account = TenantForeignKey(Account, related_name="invoices")
    number = models.CharField(max_length=30, db_collation="C", blank=True)
    number_key = identifiers.key("number", max_length=30)
    status = models.CharField(max_length=10, choices=InvoiceStatus, default=InvoiceStatus.DRAFT)
    period_on = models.DateField()  # the first day of the billed month
    issued_on = models.DateField()
    due_on = models.DateField()
    dispute_by_on = models.DateField()
    currency = models.CharField(max_length=3)
    total = _amount(default=Decimal(0))
    bill_to = models.JSONField(default=dict)
    pdf_name = models.CharField(max_length=200, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "number"], name="billing_invoice_number", condition=~Q(number="")
            ),
            # A repeated run finds the invoice of the first.
            models.UniqueConstraint(fields=["enterprise", "account", "period_on"], name="billing_invoice_once"),
            models.CheckConstraint(
                condition=Q(status=InvoiceStatus.DRAFT, number="") | (Q(status=InvoiceStatus.ISSUED) & ~Q(number="")),
                name="billing_invoice_numbered",
            ),
            INVOICE_FLOW.constraint(),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-issued_on", "-id"], name="billing_invoice_issued"),
            *identifiers.indexes("number_key", "billing_invoice_nkey"),
            models.Index(fields=["enterprise", "total", "id"], name="billing_invoice_total"),
            # Staff look across enterprises for papers that are still to be made.
            models.Index(fields=["id"], name="billing_invoice_paperless", condition=Q(status="issued", pdf_sha256="")),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"


class Posting(TenantOwned):
    """That an invoice goes by post, because its account was billed on paper when it was issued; and when it went."""

    invoice = TenantForeignKey(Invoice, on_delete=models.CASCADE, related_name="postings")
    made_at = models.DateTimeField()
    posted_on = models.DateField(null=True, blank=True)
    posted_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "invoice"], name="billing_posting_once"),
            models.CheckConstraint(
                condition=Q(posted_on=None, posted_by="") | (~Q(posted_on=None) & ~Q(posted_by="")),
                name="billing_posting_by",
            ),
        ]
        # One work list of all customers: what is still to go stands after every day.
        indexes = [models.Index(dated("posted_on", date.max), F("id"), name="billing_posting_work")]

    def __str__(self) -> str:
        return f"{self.invoice} by post"


class LineKind(models.TextChoices):
    RECURRING = "recurring", _("Monthly charge (MRC)")
    ONE_TIME = "one_time", _("One-time charge (NRC)")
    CREDIT = "credit", _("Credit")


class InvoiceLine(TenantOwned):
    """One amount of an invoice, with all that is needed to compute it again.

    A recurring line bills [from_on, to_on) of a month: amount = rate × days ÷ days of the month.
    """

    invoice = TenantForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=LineKind)
    charge = TenantForeignKey(Charge, related_name="+", null=True, blank=True)
    credit = TenantForeignKey("billing.Credit", related_name="lines", null=True, blank=True)
    order_charge = TenantForeignKey(OrderCharge, related_name="lines", null=True, blank=True)
    service_number = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=200)
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(default=0)
    days_of_month = models.PositiveSmallIntegerField(default=0)
    rate = _amount(default=Decimal(0))
    amount = _amount()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "invoice", "position"], name="billing_invoiceline_position"),
            models.UniqueConstraint(
                fields=["enterprise", "credit"], name="billing_invoiceline_credit_once",
                condition=Q(credit__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "order_charge"], name="billing_invoiceline_order_once",
                condition=Q(order_charge__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [
            *linked("charge", prefix="billing_line"),
            models.Index(  # what a service has cost
                fields=["enterprise", "service_number"],
                name="billing_invoiceline_service",
                condition=~Q(service_number=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text}: {self.amount}"

    @property
    def is_partial(self) -> bool:
        return 0 < self.days < self.days_of_month


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
    amount = _amount()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    credited = _amount(default=Decimal(0))
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
    amount = _amount()
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
