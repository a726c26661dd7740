"""What bills, prints, disputes and decides. Each service is one transaction under one lock."""

from billing.services import charging
from billing.services.disputes import Claim, add_to_dispute, decide, open_dispute, withdraw_dispute
from billing.services.papers import ask_for_missing, make_pdf, mark_posted, print_missing, unmark_posted
from billing.services.runs import bill_enterprise, issue_invoice, resume_bill_runs, start_bill_run

__all__ = [
    "Claim",
    "add_to_dispute",
    "ask_for_missing",
    "bill_enterprise",
    "charging",
    "decide",
    "issue_invoice",
    "make_pdf",
    "mark_posted",
    "open_dispute",
    "print_missing",
    "resume_bill_runs",
    "start_bill_run",
    "unmark_posted",
    "withdraw_dispute",
]
