"""The bill run: every account's month, each invoice in a transaction of its own.

A run is a list of enterprises still to do. Whatever is killed, a repeat finds the invoices that
were committed and makes only the others, so the result is the same however often it is run.
"""

import logging
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Delivery, Enterprise
from accounts.selectors import find_house_id, get_enterprise
from billing import rules, selectors
from billing.models import (
    BILL_RUN_FLOW,
    INVOICE_FLOW,
    BillRun,
    BillRunPart,
    BillRunStatus,
    Credit,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    LineKind,
    Posting,
)
from billing.selectors.runs import count_invoices
from billing.services.monthly import charge_lines
from orders import services as orders
from orders.models import OrderCharge
from orders.selectors import find_unbilled, lock_owed
from portal import events, money, numbers, terms
from portal.actors import Actor, system
from portal.errors import Refused
from portal.tenancy import of_enterprise, tenant_scope

log = logging.getLogger(__name__)


@transaction.atomic
def start_bill_run(period_on: date, *, actor: Actor, at: datetime) -> BillRun:
    """Bill the month that begins on ``period_on``, or make what its run is still missing.

    One part for each active customer with accounts. A completed run is opened again and its
    parts are looked at anew: what was issued stays, accounts that came since are billed. Raises
    Refused for a month that has not begun where the actor is.
    """
    _require_begun(period_on, at.astimezone(ZoneInfo(actor.time_zone)).date())
    BillRun.objects.bulk_create(
        [BillRun(period_on=period_on, started_by=actor.name, started_at=at)], ignore_conflicts=True
    )
    # The run's row is the lock: a part that ends now must not complete the run we are adding to.
    run = BillRun.objects.select_for_update().get(period_on=period_on)
    if run.status == BillRunStatus.COMPLETED:
        _move(run, BillRunStatus.RUNNING, completed_at=None)
        run.parts.update(done_at=None)
    customers = selectors.list_billable_enterprises()
    parts = [BillRunPart(run=run, customer_id=pk) for pk in customers]
    BillRunPart.objects.bulk_create(parts, ignore_conflicts=True, batch_size=2000)
    _record("billrun.started", run, actor=actor, at=at)
    # One hint for all: thousands of them would hold the request of whoever started the run.
    events.hint_after_commit("billing.resume_bill_runs", find_house_id(), run.pk)
    return run


def _require_begun(period_on: date, today: date) -> None:
    if period_on.day != 1:
        raise Refused(_("A bill run is for a whole month: name its first day."), field="period_on")
    if period_on > today:
        raise Refused(
            _("That month has not begun yet."),
            way_out=_("Choose this month or one before. Nothing was started."),
            field="period_on",
        )


def _move(run: BillRun, status: BillRunStatus, *, completed_at: datetime | None) -> None:
    BILL_RUN_FLOW.require(run.status, status)
    run.status, run.completed_at = status, completed_at
    run.save(update_fields=["status", "completed_at"])


def _record(kind: str, run: BillRun, *, actor: Actor, at: datetime) -> None:
    """A run belongs to no customer, so its events stand in the carrier's own journal."""
    house_id = find_house_id()
    with tenant_scope(house_id):
        events.record(kind, subject=run, actor=actor, at=at, enterprise_id=house_id, month=f"{run.period_on:%Y-%m}")


def resume_bill_runs(*, at: datetime) -> int:
    """Hint at every part still to do and every PDF still to make; returns how many that were.

    Whatever was killed or lost is found here. PDFs are left to a person two days after the issue,
    once the bill has been told.
    """
    parts = selectors.list_open_parts()
    for run_id, enterprise_id in parts:
        events.hint_after_commit("billing.bill_enterprise", enterprise_id, run_id)
    papers = selectors.list_without_pdf(since=at.date() - timedelta(days=2))
    for enterprise_id, invoice_id in papers:
        events.hint_after_commit("billing.make_pdf", enterprise_id, invoice_id)
    return len(parts) + len(papers)


def bill_enterprise(run_id: int, enterprise_id: int, *, at: datetime) -> list[Invoice]:
    """Issue what one customer's accounts are missing for the run's month; returns the new invoices.

    An account that fails does not hold up the others: the part stays open with the reason, and
    is tried again. May run twice, at once, or be killed anywhere.
    """
    part = BillRunPart.objects.filter(run_id=run_id, customer_id=enterprise_id).select_related("run").first()
    if part is None or part.done_at is not None:
        return []
    issued: list[Invoice] = []
    faults: list[str] = []
    for account_id, number in _accounts(enterprise_id):
        try:
            invoice = issue_invoice(enterprise_id, account_id, period_on=part.run.period_on, at=at)
        except Exception as error:
            log.exception("Account %s of enterprise %s was not billed.", account_id, enterprise_id)
            faults.append(f"{number}: {error}")
        else:
            issued += [invoice] if invoice else []
    _close_part(run_id, enterprise_id, faults=faults, at=at)
    return issued


def _accounts(enterprise_id: int) -> list[tuple[int, str]]:
    with tenant_scope(enterprise_id):
        rows = of_enterprise(Account.objects, system(enterprise_id))
        return list(rows.order_by("number").values_list("pk", "number"))


@transaction.atomic
def _close_part(run_id: int, enterprise_id: int, *, faults: list[str], at: datetime) -> None:
    """Mark the part done, or say why not; the last one completes the run."""
    # The run's row is the lock: two last parts must not each think the other is open.
    run = BillRun.objects.select_for_update().get(pk=run_id)
    part = run.parts.get(customer_id=enterprise_id)
    part.invoices = count_invoices(enterprise_id, run.period_on)
    part.last_error = "\n".join(faults)[:2000]
    part.done_at = None if faults else at
    part.save(update_fields=["invoices", "last_error", "done_at"])
    if run.status == BillRunStatus.RUNNING and not run.parts.filter(done_at__isnull=True).exists():
        _move(run, BillRunStatus.COMPLETED, completed_at=at)
        _record("billrun.completed", run, actor=system(find_house_id()), at=at)


def issue_invoice(enterprise_id: int, account_id: int, *, period_on: date, at: datetime) -> Invoice | None:
    """Issue one account's invoice of a month, in one transaction with its number.

    None where the month is billed already or comes to nothing. Days of months before that no invoice bills yet stand on
    it, and days that were billed and are not owed any more are given back. Dated in the enterprise's time
    zone; due after the term ``billing.payment_days``, to be disputed within
    ``dispute.window_days``. What orders cost once, and stands on no invoice yet, stands on this
    one. Credit notes not yet on an invoice reduce it; what they exceed its charges by stands as
    a total below zero, in the customer's favour.
    """
    actor = system(enterprise_id)
    with tenant_scope(enterprise_id):
        # The account's row is the lock: the same month can be asked for twice at once.
        rows = of_enterprise(Account.objects, actor).select_for_update(of=("self",), no_key=True)
        account = rows.get(pk=account_id)
        if of_enterprise(Invoice.objects, actor).filter(account=account, period_on=period_on).exists():
            return None
        lines = charge_lines(account, period_on, actor) + _order_lines(account, period_on, actor, at)
        lines += _credit_lines(account, actor)
        if not lines:
            return None
        return _issue(_draft(account, period_on, at), lines, actor=actor, at=at)


def _order_lines(account: Account, period_on: date, actor: Actor, at: datetime) -> list[InvoiceLine]:
    """What orders cost once, in the words of the enterprise's language, as its papers are."""
    owed = list(lock_owed(actor, account, before=rules.next_month(period_on)))
    orders.bill_charges(owed, actor=actor, at=at)
    with translation.override(get_enterprise(account.enterprise_id).language):
        return [_order_line(each) for each in owed]


def _order_line(owed: OrderCharge) -> InvoiceLine:
    words = {"what": owed.get_reason_display(), "number": owed.order.number}
    return InvoiceLine(
        enterprise_id=owed.enterprise_id,
        kind=LineKind.ONE_TIME,
        order_charge=owed,
        service_number=owed.service.number if owed.service else "",
        text=(translation.gettext("%(what)s, order %(number)s") % words)[:200],
        from_on=owed.day,
        to_on=owed.day,
        rate=owed.amount,
        amount=owed.amount,
    )


def _credit_lines(account: Account, actor: Actor) -> list[InvoiceLine]:
    return [_credit_line(credit) for credit in selectors.list_unapplied_credits(actor, account)]


def _credit_line(credit: Credit) -> InvoiceLine:
    return InvoiceLine(
        enterprise_id=credit.enterprise_id,
        kind=LineKind.CREDIT,
        credit=credit,
        service_number=credit.disputed_line.line.service_number,
        text=credit.text,
        rate=-credit.amount,
        amount=-credit.amount,
    )


def _draft(account: Account, period_on: date, at: datetime) -> Invoice:
    enterprise = get_enterprise(account.enterprise_id)
    issued_on = selectors.local_date(enterprise, at)
    binding = terms.book(enterprise, on=issued_on, names=["billing.payment_days", "dispute.window_days"])
    return Invoice(
        enterprise_id=account.enterprise_id,
        account=account,
        period_on=period_on,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=_payment_days(binding, account)),
        dispute_by_on=issued_on + timedelta(days=binding.value("dispute.window_days")),
        currency=account.currency,
        bill_to=_bill_to(enterprise, account),
    )


def _payment_days(binding: terms.Book, account: Account) -> int:
    """Net days: of the account, else of its contract (MSA), else as the terms bind the enterprise."""
    if account.payment_days is not None:
        return account.payment_days
    return int(binding.value("billing.payment_days", contract=account.msa_number))


def _bill_to(enterprise: Enterprise, account: Account) -> dict[str, str]:
    """Whom the invoice is addressed to, and by whom it is issued, as of now and for good."""
    return {
        "name": enterprise.legal_name,
        "account_number": account.number,
        "account_name": account.name,
        "address": account.address,
        "country": account.country,
        "tax_id": account.tax_id,
        "po_reference": account.po_reference,
        "issuer": settings.CARRIER["legal_name"],
        "issuer_address": settings.CARRIER["address"],
    }


def _amount_of(line: InvoiceLine, invoice: Invoice) -> tuple[Decimal, str]:
    """A line's amount in the currency it was given in: a credit note brings its own."""
    return line.amount, line.credit.currency if line.credit else invoice.currency


def _issue(invoice: Invoice, lines: list[InvoiceLine], *, actor: Actor, at: datetime) -> Invoice:
    invoice.save(force_insert=True)
    for position, line in enumerate(lines, start=1):
        line.invoice, line.position = invoice, position
    InvoiceLine.objects.bulk_create(lines, batch_size=1000)
    invoice.total = money.total((_amount_of(line, invoice) for line in lines), currency=invoice.currency)
    events.record("invoice.made", subject=invoice, actor=actor, at=at, total=invoice.total, currency=invoice.currency)
    events.hint_after_commit("billing.make_pdf", invoice.enterprise_id, invoice.pk)
    if invoice.account.delivery_on(invoice.issued_on) == Delivery.PAPER:
        Posting.objects.create(enterprise_id=invoice.enterprise_id, invoice=invoice, made_at=at)
    _tell_orders(lines, actor=actor, at=at)
    INVOICE_FLOW.require(invoice.status, InvoiceStatus.ISSUED)
    year = invoice.issued_on.year
    # Last: the counter stays locked for all other invoices from here to the commit.
    issuer = settings.CARRIER["issuer"]
    value = numbers.take_gapless("invoice", issuer=issuer, year=year)
    invoice.number, invoice.status = rules.invoice_number(issuer, year, value), InvoiceStatus.ISSUED
    invoice.save(update_fields=["number", "status", "total"])
    return invoice


def _tell_orders(lines: list[InvoiceLine], *, actor: Actor, at: datetime) -> None:
    """An order may wait for the first invoice of its service."""
    found = [line.charge or line.order_charge for line in lines]
    billed = {each.service_id for each in found if each and each.service_id}
    for service_id in find_unbilled(actor, billed):
        orders.first_bill(service_id, actor=actor, at=at)
