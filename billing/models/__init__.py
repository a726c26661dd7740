"""Charges, bill runs, invoices, disputes and credit notes."""

from billing.models.charges import Charge, ChargeKind
from billing.models.disputes import (
    DISPUTE_FLOW,
    OUTCOME_FLOW,
    Credit,
    Dispute,
    DisputedLine,
    DisputeReason,
    DisputeStatus,
    Outcome,
)
from billing.models.invoices import INVOICE_FLOW, Invoice, InvoiceLine, InvoiceStatus, LineKind, Posting
from billing.models.runs import BILL_RUN_FLOW, BillRun, BillRunPart, BillRunStatus

__all__ = [
    "BILL_RUN_FLOW",
    "DISPUTE_FLOW",
    "INVOICE_FLOW",
    "OUTCOME_FLOW",
    "BillRun",
    "BillRunPart",
    "BillRunStatus",
    "Charge",
    "ChargeKind",
    "Credit",
    "Dispute",
    "DisputeReason",
    "DisputeStatus",
    "DisputedLine",
    "Invoice",
    "InvoiceLine",
    "InvoiceStatus",
    "LineKind",
    "Outcome",
    "Posting",
]
