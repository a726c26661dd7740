"""Invoices, their lines, and that they go by post."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from billing.models.charges import Charge, amount_of
from orders.models import OrderCharge
from portal import identifiers
from portal.filters import dated
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned, linked


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
    total = amount_of(default=Decimal(0))
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

    @property
    def due(self) -> Decimal:
        """What to pay by its date, of an invoice with its ``in_dispute``: that part waits for the decision."""
        in_dispute: Decimal = self.in_dispute  # type: ignore[attr-defined]
        total: Decimal = self.total
        return total - in_dispute


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
    RETURNED = "returned", _("Monthly charge given back")
    CREDIT = "credit", _("Credit")


class InvoiceLine(TenantOwned):
    """One amount of an invoice, with all that is needed to compute it again.

    A recurring line bills [from_on, to_on) of a month: amount = rate × days ÷ days of the month. One that gives days
    back says of which line; what a dispute has credited of that already is not given twice.
    """

    invoice = TenantForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=LineKind)
    charge = TenantForeignKey(Charge, related_name="+", null=True, blank=True)
    credit = TenantForeignKey("billing.Credit", related_name="lines", null=True, blank=True)
    order_charge = TenantForeignKey(OrderCharge, related_name="lines", null=True, blank=True)
    gives_back = TenantForeignKey("billing.InvoiceLine", related_name="given_back_by", null=True, blank=True)
    service_number = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=200)
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(default=0)
    days_of_month = models.PositiveSmallIntegerField(default=0)
    rate = amount_of(default=Decimal(0))
    amount = amount_of()

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
            models.CheckConstraint(
                condition=Q(kind="returned", gives_back__isnull=False)
                | (~Q(kind="returned") & Q(gives_back__isnull=True)),
                name="billing_invoiceline_gives_back",
            ),
        ]  # fmt: skip
        indexes = [
            *linked("charge", "gives_back", prefix="billing_line"),
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

    @property
    def span(self) -> tuple[date, date]:
        """The days [from, to) of what bills a charge, or gives it back."""
        assert self.from_on and self.to_on
        return self.from_on, self.to_on

    @property
    def is_late(self) -> bool:
        """Whether it bills days of a month before its invoice's."""
        return self.kind == LineKind.RECURRING and bool(self.from_on and self.from_on < self.invoice.period_on)
