"""Disputes: opened and withdrawn by the customer, decided line by line by an analyst, added to by both.

The invoice's row is the lock of everything here, so that what is disputed, credited and still
open of a line never adds up to more than the line.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise
from accounts.selectors import get_enterprise
from billing import rules, selectors
from billing.models import (
    DISPUTE_FLOW,
    OUTCOME_FLOW,
    Credit,
    Dispute,
    DisputedLine,
    DisputeStatus,
    Invoice,
    InvoiceStatus,
    Outcome,
)
from billing.permissions import Permission
from portal import events, money, numbers, terms
from portal.actors import Actor
from portal.calendars import BusinessHours
from portal.errors import Refused
from portal.files import Accepted, keep
from portal.tenancy import of_enterprise, within_accounts


class Claim(NamedTuple):
    """What the customer says of one line: how much of it is wrong, and why."""

    line_id: int
    amount: Decimal
    reason: str
    statement: str


@transaction.atomic
def open_dispute(
    invoice_id: int,
    *,
    actor: Actor,
    at: datetime,
    lines: Sequence[Claim],
    customer_reference: str = "",
    uploads: Sequence[Accepted] = (),
) -> Dispute:
    """Contest lines of an invoice, each in whole or in part; what is contested is not due meanwhile.

    To be answered within ``dispute.answer_business_hours`` of the hours in which analysts work.
    Raises Refused after the invoice's last day to dispute (the enterprise's date), for a credit
    line, for a line under review, for more than is left of a line after credits, and for more
    files than the person may add.
    """
    invoice = _locked_invoice(actor, Permission.DISPUTE_MANAGE, pk=invoice_id)
    enterprise = get_enterprise(invoice.enterprise_id)
    _require_in_time(invoice, selectors.local_date(enterprise, at))
    _require_all_disputable(invoice, lines, actor)
    dispute = Dispute.objects.create(
        enterprise_id=invoice.enterprise_id,
        number=numbers.take("dispute", year=selectors.local_date(enterprise, at).year),
        invoice=invoice,
        account_id=invoice.account_id,
        customer_reference=customer_reference,
        opened_at=at,
        opened_by=actor.name,
        opened_by_email=actor.email,
        answer_by_at=_answer_by(enterprise, at),
    )
    DisputedLine.objects.bulk_create(_disputed(dispute, claim) for claim in lines)
    total = sum((claim.amount for claim in lines), money.ZERO)
    files = _kept(dispute, uploads, actor=actor, at=at)
    _tell("dispute.opened", dispute, invoice, actor=actor, at=at, amount=total, **files)
    return dispute


def _kept(dispute: Dispute, uploads: Sequence[Accepted], *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Hang the files on the dispute; what the journal says of them, if there are any."""
    kept = keep(dispute, uploads, actor=actor, at=at)
    facts = [{"id": each.pk, "name": each.name, "size": each.size, "sha256": each.sha256} for each in kept]
    return {"files": facts} if facts else {}


@transaction.atomic
def add_to_dispute(
    dispute_id: int, *, actor: Actor, at: datetime, note: str, uploads: Sequence[Accepted] = ()
) -> Dispute:
    """Add words, files or both to an open dispute; the other side is told.

    Customers need the permission to dispute on its account, the carrier's people the one to
    decide. Raises Refused once the dispute is closed, without either words or files, and for more
    files than the person may add.
    """
    permission = Permission.DISPUTE_DECIDE if actor.is_staff else Permission.DISPUTE_MANAGE
    invoice = _locked_invoice(actor, permission, disputes=dispute_id)
    dispute = of_enterprise(Dispute.objects, actor).get(pk=dispute_id)
    if dispute.status not in DISPUTE_FLOW.open_states():
        raise Refused(
            _("This dispute is closed, so nothing can be added to it."),
            way_out=_("Nothing was changed. Call the billing analyst, or open a new dispute of what is still wrong."),
        )
    if not note.strip() and not uploads:
        raise Refused(_("Write a note, choose a file, or both."), field="note")
    files = _kept(dispute, uploads, actor=actor, at=at)
    _tell("dispute.noted", dispute, invoice, actor=actor, at=at, note=note.strip(), **files)
    return dispute


def _locked_invoice(actor: Actor, permission: str, **which: Any) -> Invoice:
    """Raises Invoice.DoesNotExist beyond the accounts on which the actor holds the permission."""
    rows = within_accounts(of_enterprise(Invoice.objects, actor), actor, permission)
    return rows.select_for_update(of=("self",), no_key=True).get(status=InvoiceStatus.ISSUED, **which)


def _require_in_time(invoice: Invoice, today: date) -> None:
    if today > invoice.dispute_by_on:
        last = date_format(invoice.dispute_by_on)
        raise Refused(
            _("The last day to dispute this invoice was %(last)s.") % {"last": last},
            way_out=_("Nothing was changed. If you think the charge is wrong all the same, call your billing analyst."),
        )


def _require_all_disputable(invoice: Invoice, lines: Sequence[Claim], actor: Actor) -> None:
    if not lines or len({claim.line_id for claim in lines}) < len(lines):
        raise Refused(_("Choose at least one line, and each only once."))
    for place, claim in enumerate(lines):
        try:
            _require_disputable(invoice, claim, actor)
        except Refused as refusal:
            refusal.within = f"lines/{place}"
            raise


def _require_disputable(invoice: Invoice, claim: Claim, actor: Actor) -> None:
    line = selectors.get_line(actor, invoice, claim.line_id)
    if line.is_credit or line.amount <= 0:
        raise Refused(_("This line gives you money back, so there is nothing to dispute on it."))
    if line.open_dispute is not None:
        raise Refused(
            _("This line is already under review in %(number)s.") % {"number": line.open_dispute.dispute.number},
            way_out=_("Nothing was changed. Withdraw that dispute first if you want to dispute another amount."),
        )
    _require_amount(claim.amount, line.disputable, invoice.currency)
    if not claim.statement.strip():
        raise Refused(_("Say what is wrong, so that the analyst can check it."), field="statement")


def _require_amount(amount: Decimal, limit: Decimal, currency: str) -> None:
    if not amount.is_finite() or amount <= 0:
        raise Refused(_("The amount must be more than zero."), field="amount")
    if amount > limit:
        message = _("At most %(limit)s of this line can be disputed.")
        raise Refused(message % {"limit": _spoken(limit, currency)}, field="amount")
    if amount != money.rounded(amount, currency):
        raise Refused(_("The amount has more decimals than the currency."), field="amount")


def _spoken(amount: Decimal, currency: str) -> str:
    return money.spoken(amount, currency)


def _answer_by(enterprise: Enterprise, at: datetime) -> datetime:
    names = ["billing.live_hours", "dispute.answer_business_hours"]
    binding = terms.book(enterprise, on=selectors.local_date(enterprise, at), names=names)
    hours: BusinessHours = binding.value("billing.live_hours")
    return hours.add_hours(at, binding.value("dispute.answer_business_hours"))


def _disputed(dispute: Dispute, claim: Claim) -> DisputedLine:
    return DisputedLine(
        enterprise_id=dispute.enterprise_id,
        dispute=dispute,
        line_id=claim.line_id,
        reason=claim.reason,
        statement=claim.statement.strip(),
        amount=claim.amount,
    )


@transaction.atomic
def decide(
    disputed_line_id: int,
    *,
    actor: Actor,
    at: datetime,
    credited: Decimal,
    decision: str,
    uploads: Sequence[Accepted] = (),
) -> DisputedLine:
    """Give back all, a part or nothing of a disputed line, and say why; credit follows as a credit note.

    The credit note stands on the account's next invoice. The last line decided closes the
    dispute. Raises Refused for less than nothing, more than disputed, or no explanation, and
    IllegalMove where the line is decided or withdrawn already.
    """
    invoice = _locked_invoice(actor, Permission.DISPUTE_DECIDE, disputes__lines=disputed_line_id)
    line = _line_of(actor).get(pk=disputed_line_id)
    outcome = Outcome(rules.outcome_of(line.amount, credited))
    OUTCOME_FLOW.require(line.outcome, outcome)
    _require_decision(line, invoice, credited, decision)

    line.outcome, line.credited, line.decision = outcome, credited, decision.strip()
    line.decided_by, line.decided_at = actor.name, at
    line.save(update_fields=["outcome", "credited", "decision", "decided_by", "decided_at"])
    _close_if_settled(line.dispute, at)
    facts = {"amount": line.amount, "credited": credited, "outcome": outcome.value, "service": line.line.service_number}
    files = _kept(line.dispute, uploads, actor=actor, at=at)
    _tell("dispute.decided", line, invoice, actor=actor, at=at, **facts, **files)
    if credited:
        _give_credit(line, invoice, selectors.local_date(get_enterprise(invoice.enterprise_id), at))
    return line


def _line_of(actor: Actor) -> QuerySet[DisputedLine]:
    return of_enterprise(DisputedLine.objects, actor).select_related("dispute", "line")


def _require_decision(line: DisputedLine, invoice: Invoice, credited: Decimal, decision: str) -> None:
    if not credited.is_finite() or credited < 0:
        raise Refused(_("The credit cannot be less than zero."), field="credited")
    if credited > line.amount:
        message = _("The customer disputes %(amount)s; no more can be credited.")
        raise Refused(message % {"amount": _spoken(line.amount, invoice.currency)}, field="credited")
    if credited != money.rounded(credited, invoice.currency):
        raise Refused(_("The credit has more decimals than the currency."), field="credited")
    if not decision.strip():
        raise Refused(_("Explain the decision: the customer reads it."), field="decision")


def _close_if_settled(dispute: Dispute, at: datetime) -> None:
    """Close the dispute when no line is open any more: withdrawn if nothing in it was decided."""
    outcomes = set(dispute.lines.values_list("outcome", flat=True))
    if Outcome.OPEN in outcomes:
        return
    status = DisputeStatus.WITHDRAWN if outcomes == {Outcome.WITHDRAWN} else DisputeStatus.DECIDED
    DISPUTE_FLOW.require(dispute.status, status)
    dispute.status, dispute.decided_at = status, at
    dispute.save(update_fields=["status", "decided_at"])


def _give_credit(line: DisputedLine, invoice: Invoice, issued_on: date) -> None:
    fields = {
        "enterprise_id": invoice.enterprise_id,
        "account_id": invoice.account_id,
        "disputed_line": line,
        "amount": line.credited,
        "currency": invoice.currency,
        # In no language: it names the dispute, the invoice and the charge.
        "text": f"{line.dispute.number} · {invoice.number} · {line.line.text}"[:200],
        "issued_on": issued_on,
    }
    # Last: the counter stays locked for all other credit notes from here to the commit.
    issuer = settings.CARRIER["issuer"]
    value = numbers.take_gapless("credit", issuer=issuer, year=issued_on.year)
    Credit.objects.create(number=rules.credit_number(issuer, issued_on.year, value), **fields)


@transaction.atomic
def withdraw_dispute(dispute_id: int, *, actor: Actor, at: datetime) -> Dispute:
    """Take back what of a dispute is not decided; it is due again with its invoice.

    Raises IllegalMove where nothing of it is open any more.
    """
    invoice = _locked_invoice(actor, Permission.DISPUTE_MANAGE, disputes=dispute_id)
    dispute = of_enterprise(Dispute.objects, actor).get(pk=dispute_id)
    DISPUTE_FLOW.require(dispute.status, DisputeStatus.WITHDRAWN)
    OUTCOME_FLOW.require(Outcome.OPEN, Outcome.WITHDRAWN)
    dispute.lines.filter(outcome=Outcome.OPEN).update(outcome=Outcome.WITHDRAWN, decided_at=at)
    _close_if_settled(dispute, at)
    _tell("dispute.withdrawn", dispute, invoice, actor=actor, at=at)
    return dispute


def _tell(kind: str, subject: Any, invoice: Invoice, *, actor: Actor, at: datetime, **facts: Any) -> None:
    number = getattr(subject, "story", subject).number
    about = {"number": number, "invoice": invoice.number, "currency": invoice.currency}
    events.record(kind, subject=subject, actor=actor, at=at, **about, **facts)
