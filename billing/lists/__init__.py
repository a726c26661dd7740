"""The lists of this app, its parts of the home pages, and how its stories and files read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing import rules, selectors
from billing.lists.declared import (
    DISPUTE_LIST,
    DISPUTES,
    DISPUTES_EXPORT,
    INVOICE_LIST,
    INVOICES,
    INVOICES_EXPORT,
    LINES,
    LINES_EXPORT,
    PAPERS_EXPORT,
    QUEUE,
    QUEUE_EXPORT,
    QUEUE_LIST,
    RUN_LIST,
    RUNS,
    lines_header,
    lines_rows,
)
from billing.models import BILL_RUN_FLOW, DISPUTE_FLOW, BillRun, Dispute, DisputeStatus, Invoice
from inventory.models import Service
from orders.models import Order
from portal import money
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, day, ident, moment, paths, quiet, status, with_small
from portal.clocks import Clock
from portal.lists import count_label
from portal.models import Event
from portal.notices import story_lines
from portal.plots import Bar, Plot

__all__ = [
    "DISPUTES", "DISPUTES_EXPORT", "DISPUTE_LIST", "INVOICES", "INVOICES_EXPORT", "INVOICE_LIST", "LINES",
    "LINES_EXPORT", "PAPERS_EXPORT", "QUEUE", "QUEUE_EXPORT", "QUEUE_LIST", "RUNS", "RUN_LIST", "answer_clock",
    "card_columns", "changes", "dispute_columns", "invoice_columns", "invoice_story", "invoices_card", "last_run_card",
    "lines_header", "lines_of_service", "lines_rows", "queue_card", "queue_columns", "run_columns", "spend_plots",
]  # fmt: skip

CARD_ROWS = 5


def invoice_columns(actor: Actor) -> list[Column]:
    """An enterprise's invoices: what each comes to, what is contested, what is to pay by when."""
    invoice = paths("billing:invoice", actor.enterprise_public_id)
    return [
        Column(
            _("Month"), lambda each: anchor(_month(each.period_on), invoice(each.number)), is_lead=True, key="month"
        ),
        Column(_("Invoice"), lambda each: ident(each.number), key="number"),
        Column(_("Account"), lambda each: ident(each.account.number), key="account"),
        Column(_("Issued"), lambda each: day(each.issued_on), key="issued"),
        Column(_("Total"), lambda each: _amount(each.total, each.currency), css="num", key="total"),
        Column(_("In dispute"), lambda each: _contested(each.in_dispute, each.currency), css="num", key="in_dispute"),
        Column(
            _("To pay"), lambda each: _amount(each.due, each.currency) if each.due > 0 else _("nothing"), css="num",
            key="due",
        ),
        Column(_("Due"), lambda each: day(each.due_on) if each.due > 0 else None, key="by"),
        Column(_("Account name"), lambda each: each.account.name, key="account_name", is_extra=True),
        Column(_("Last day to dispute"), lambda each: day(each.dispute_by_on), key="dispute_by", is_extra=True),
    ]  # fmt: skip


SERVICE_LINES = 12  # of what invoices bill of one service


def lines_of_service(actor: Actor, service: Service) -> dict[str, Any] | None:
    """Of a service's page: what its invoices bill of it, the latest first."""
    lines = list(selectors.list_lines_of(actor, service)[:SERVICE_LINES])
    if not lines:
        return None
    invoice = paths("billing:invoice", actor.enterprise_public_id)
    columns = [
        Column(
            _("Month"),
            lambda each: anchor(_month(each.invoice.period_on), invoice(each.invoice.number)),
            is_lead=True,
        ),
        Column(_("Invoice"), lambda each: ident(each.invoice.number)),
        Column(_("What"), lambda each: with_small(each.text, each.get_kind_display())),
        Column(_("Amount"), lambda each: _amount(each.amount, each.invoice.currency), css="num"),
    ]
    return {"lines": lines, "columns": columns, "is_more": len(lines) == SERVICE_LINES}


def card_columns(actor: Actor) -> list[Column]:
    """The same in a card of the home page."""
    columns = {each.key: each for each in invoice_columns(actor)}
    month = columns["month"]
    marked = replace(month, cell=lambda each: _marked(month.cell(each), each.in_dispute))
    return [marked, *(columns[key] for key in ("account", "total", "due", "by"))]


def dispute_columns(actor: Actor) -> list[Column]:
    """An enterprise's disputes: what was contested, and what was decided."""
    dispute = paths("billing:dispute", actor.enterprise_public_id)
    invoice = paths("billing:invoice", actor.enterprise_public_id)
    return [
        Column(_("Dispute"), lambda each: ident(each.number, dispute(each.number)), is_lead=True, key="number"),
        Column(_("State"), lambda each: status(each.get_status_display(), DISPUTE_FLOW.tone(each.status)), key="state"),
        Column(_("Invoice"), lambda each: ident(each.invoice.number, invoice(each.invoice.number)), key="invoice"),
        Column(_("Account"), lambda each: ident(each.account.number), key="account"),
        Column(_("Disputed"), lambda each: _amount(each.contested, each.invoice.currency), css="num", key="contested"),
        Column(
            _("Credited"), lambda each: _amount(each.given, each.invoice.currency) if each.given else "–", css="num",
            key="given",
        ),
        Column(
            _("Answer by"), lambda each: moment(each.answer_by_at) if each.status == DisputeStatus.OPEN else "–",
            key="answer_by",
        ),
        Column(_("Opened"), lambda each: moment(each.opened_at), key="opened", is_extra=True),
        Column(_("Decided"), lambda each: moment(each.decided_at), key="decided", is_extra=True),
        Column(_("Your reference"), lambda each: each.customer_reference, key="reference", is_extra=True),
    ]  # fmt: skip


def queue_columns(*, now: datetime) -> list[Column]:
    """The open disputes of all customers, each in its customer's place."""
    return [
        Column(_("Dispute"), _dispute_of_customer, is_lead=True, key="number"),
        Column(_("Customer"), lambda each: each.enterprise.name, key="customer"),
        Column(_("Invoice"), lambda each: ident(each.invoice.number), key="invoice"),
        Column(_("Disputed"), lambda each: _amount(each.contested, each.invoice.currency), css="num", key="contested"),
        Column(_("Answer by"), lambda each: _answer_by(each.answer_by_at, now), key="answer_by"),
        Column(_("Opened"), lambda each: moment(each.opened_at), key="opened", is_extra=True),
        Column(_("Account"), lambda each: ident(each.account.number), key="account", is_extra=True),
    ]


def card_queue_columns(*, now: datetime) -> list[Column]:
    """The same in a card of staff's home."""
    return [each for each in queue_columns(now=now) if not each.is_extra]


def run_columns() -> list[Column]:
    """The bill runs: how far each is."""
    run = paths("billing_work:run")
    return [
        Column(_("Month"), lambda each: anchor(_month(each.period_on), run(each.pk)), is_lead=True, key="month"),
        Column(_("State"), _run_state, key="state"),
        Column(_("Customers"), lambda each: _("%(done)s of %(total)s") % _parts(each), css="num", key="customers"),
        Column(_("Invoices"), lambda each: str(each.issued), css="num", key="invoices"),
        Column(_("Started"), lambda each: with_small(moment(each.started_at), each.started_by), key="started"),
    ]


def _parts(run: Any) -> dict[str, int]:
    return {"done": run.done, "total": run.total}


def _run_state(run: Any) -> Cell:
    shown = status(run.get_status_display(), BILL_RUN_FLOW.tone(run.status))
    if not run.failed:
        return shown
    failed = ngettext("%(n)s failed", "%(n)s failed", run.failed) % {"n": run.failed}
    return format_html("{} {}", shown, status(failed, "red"))


def _dispute_of_customer(each: Dispute) -> Cell:
    return ident(each.number, reverse("billing:dispute", args=[each.enterprise.public_id, each.number]))


def _month(day: date) -> str:
    return capfirst(date_format(day, "MONTH_FORMAT"))


def _amount(value: Decimal, currency: str) -> str:
    return money.spoken(value, currency)


def _contested(value: Decimal, currency: str) -> Cell:
    return format_html('<span class="tone-amber tone-text">{}</span>', _amount(value, currency)) if value else "–"


def _marked(month: Cell, in_dispute: Decimal) -> Cell:
    return format_html("{} {}", month, status(_("in dispute"), "amber")) if in_dispute else month


def _answer_by(at: datetime, now: datetime) -> Cell:
    return format_html("{} {}", moment(at), status(_("late"), "red")) if at < now else moment(at)


def invoice_story(story: Iterable[Event], told: Iterable[selectors.Told]) -> list[dict[str, Any]]:
    """What happened to an invoice and its disputes, with the mails that told of it, newest first."""
    mailed = {one.event_id: _mailed(one.people) for one in told}
    story = sorted(story, key=lambda event: event.at, reverse=True)
    lines = story_lines(story)
    for event, line in zip(story, lines, strict=True):
        line["actor"] = " · ".join(filter(None, (line["actor"], mailed.get(event.pk, ""))))
    return lines


def _mailed(people: int) -> str:
    words = ngettext("Told by mail to %(people)s person", "Told by mail to %(people)s people", people)
    return words % {"people": people}


def invoices_card(actor: Actor) -> dict[str, Any] | None:
    """Home of an enterprise: its latest invoices, what is due and what is in dispute."""
    if actor.enterprise_id is None:
        return None
    rows = list(selectors.list_invoices(actor).order_by("-issued_on", "-id")[:CARD_ROWS])
    return {"invoices": rows, "columns": card_columns(actor)} if rows else None


def queue_card(actor: Actor) -> dict[str, Any] | None:
    """An analyst's day: the disputes to be answered first."""
    open_ones = selectors.list_open_disputes(actor)
    rows: list[Dispute] = list(open_ones.order_by("answer_by_at", "id")[:CARD_ROWS])
    if not rows:
        return None
    return {"disputes": rows, "count": count_label(open_ones), "columns": card_queue_columns(now=timezone.now())}


def last_run_card(actor: Actor) -> dict[str, Any] | None:
    """How the last bill run stands; outside any enterprise, where runs belong."""
    if actor.enterprise_id is not None:
        return None
    run: BillRun | None = selectors.list_runs().order_by("-period_on").first()
    return {"run": run} if run else None


def changes(found: tuple[Invoice, rules.Comparison] | None) -> dict[str, Any] | None:
    """What changed since the month before, in words and amounts that say their direction."""
    if found is None:
        return None
    before, compared = found
    words = {
        "new": (_("new on this invoice"), "blue"),
        "gone": (_("no longer billed"), "gray"),
        "more": (_("more than before"), "amber"),
        "less": (_("less than before"), "green"),
        "late": (_("days of months before"), "blue"),
        "returned": (_("days given back"), "green"),
        "once": (_("only on the bill before"), "gray"),
    }
    return {
        "before": before,
        "compared": compared,
        "by": _signed(compared.by, before.currency),
        "unchanged": _amount(compared.unchanged_sum, before.currency),
        "columns": [
            Column(
                _("Service"),
                lambda each: ident(each.service) if each.service else quiet(_("the account")),
                is_lead=True,
            ),
            Column(_("Charge"), lambda each: each.text, css="cell-mid"),
            Column(_("What changed"), lambda each: status(*words[each.kind])),
            Column(_("Before"), lambda each: _amount(each.before, before.currency) if each.before else "–", css="num"),
            Column(_("Now"), lambda each: _amount(each.after, before.currency) if each.after else "–", css="num"),
            Column(_("Change"), lambda each: _signed(each.by, before.currency), css="num"),
        ],
    }


def _signed(value: Decimal, currency: str) -> str:
    """With its sign, also where it is more."""
    return f"{'+' if value > 0 else ''}{_amount(value, currency)}"


SPEND_MONTHS = 6


def spend_plots(actor: Actor, *, today: date) -> list[Plot]:
    """What was billed in the last six months: one plot for each currency, and none before there are two months."""
    since = _months_back(today, SPEND_MONTHS - 1)
    months = selectors.list_spend(actor, since=since)
    currencies = sorted({each.currency for each in months})
    found = [[each for each in months if each.currency == currency] for currency in currencies]
    return [_spend_plot(each[0].currency, each, since) for each in found if len(each) > 1]


def _months_back(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)


def _spend_plot(currency: str, billed: list[selectors.Month], since: date) -> Plot:
    totals, language = {each.period_on: each.total for each in billed}, get_language() or "en"
    days = [_months_back(since, -place) for place in range(SPEND_MONTHS)]
    # From the first month that was billed: nothing before it is not the same as a month of nothing.
    shown = [(day, totals.get(day, money.ZERO)) for day in days if day >= min(totals)]
    bars = [
        Bar(date_format(day, "M"), total, money.brief(total, language), _month(day), _amount(total, currency))
        for day, total in shown
        if day <= max(totals)
    ]
    least, most = min(bars, key=lambda bar: bar.value), max(bars, key=lambda bar: bar.value)
    summary = _("between %(least)s and %(most)s") % {"least": least.words, "most": most.words}
    title = _("Billed by month, %(currency)s") % {"currency": currency}
    return Plot(f"spend-{currency.lower()}", title, summary, (_("Month"), _("Billed")), bars)


def disputes_of_order(actor: Actor, order: Order) -> dict[str, Any] | None:
    """Beside an order, for the carrier's people: what its account disputes now."""
    if not actor.is_staff:
        return None
    rows = selectors.list_disputes(actor).filter(account_id=order.account_id, status=DisputeStatus.OPEN)
    found = list(rows.order_by("answer_by_at", "id")[:5])
    return {"disputes": found} if found else None


def answer_clock(dispute: Dispute, now: datetime) -> Clock | None:
    """Until when the analyst owes an answer, or whether it came in time; none for one that was withdrawn."""
    if dispute.status == DisputeStatus.WITHDRAWN:
        return None
    is_staff = settings.FACE == "staff"
    return Clock(
        title=_("Answer owed by") if is_staff else _("You get an answer by"),
        started_at=dispute.opened_at,
        target_at=dispute.answer_by_at,
        now=now,
        stopped_at=dispute.decided_at,
    )
