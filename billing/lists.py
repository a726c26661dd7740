"""The lists of this app, its parts of the home pages, and how its stories and files read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from billing import rules, selectors
from billing.models import DISPUTE_FLOW, BillRun, Dispute, DisputeStatus, Invoice, InvoiceLine
from billing.permissions import Permission
from portal import money
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, day, ident, moment, paths, quiet, status
from portal.clocks import Clock
from portal.errors import Text
from portal.exports import ExportKind
from portal.lists import Filter, ListPage, Sort, count_label
from portal.models import Event
from portal.notices import story_lines
from portal.plots import Bar, Plot
from portal.registries import Hit

CARD_ROWS = 5


def _by_number(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(number=value.strip().upper())


def _by_account(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(account__number=value.strip())


def _by_dispute(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(in_dispute__gt=0) if value == "yes" else rows.filter(in_dispute=0)


INVOICES = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest first"), "issued_on", is_descending=True),
        Sort("oldest", gettext_lazy("Oldest first"), "issued_on"),
    ],
    filters=[
        Filter(
            "dispute",
            gettext_lazy("In dispute"),
            _by_dispute,
            choices=[("yes", gettext_lazy("Something in dispute")), ("no", gettext_lazy("Nothing in dispute"))],
        ),
        Filter("account", gettext_lazy("Account number"), _by_account),
        Filter("number", gettext_lazy("Invoice number"), _by_number, hint=gettext_lazy("whole, as INV-2026-000123")),
    ],
)

DISPUTES = ListPage(
    sorts=[Sort("newest", gettext_lazy("Newest first"), "opened_at", is_descending=True)],
    filters=[
        Filter(
            "state",
            gettext_lazy("State"),
            lambda rows, value: rows.filter(status=value),
            choices=DisputeStatus.choices,
        ),
        Filter("number", gettext_lazy("Dispute number"), _by_number, hint=gettext_lazy("whole, as DSP-2026-00042")),
    ],
)

QUEUE = ListPage(
    sorts=[Sort("due", gettext_lazy("Answer due first"), "answer_by_at")],
    filters=[Filter("number", gettext_lazy("Dispute number"), _by_number)],
)

LINES = ListPage(sorts=[Sort("position", gettext_lazy("Position"), "position")])

RUNS = ListPage(sorts=[Sort("newest", gettext_lazy("Newest month first"), "period_on", is_descending=True)])


def invoice_columns(actor: Actor) -> list[Column]:
    """An enterprise's invoices: what each comes to, what is contested, what is to pay by when."""
    invoice = paths("billing:invoice", actor.enterprise_public_id)
    return [
        Column(_("Month"), lambda each: anchor(_month(each.period_on), invoice(each.number)), is_lead=True),
        Column(_("Invoice"), lambda each: ident(each.number)),
        Column(_("Account"), lambda each: ident(each.account.number)),
        Column(_("Issued"), lambda each: day(each.issued_on)),
        Column(_("Total"), lambda each: _amount(each.total, each.currency), css="num"),
        Column(_("In dispute"), lambda each: _contested(each.in_dispute, each.currency), css="num"),
        Column(_("To pay"), lambda each: _amount(each.due, each.currency) if each.due > 0 else _("nothing"), css="num"),
        Column(_("By"), lambda each: day(each.due_on) if each.due > 0 else None),
    ]


def card_columns(actor: Actor) -> list[Column]:
    """The same in a card of the home page."""
    month, _number, account, _issued, total, _in_dispute, due, by = invoice_columns(actor)
    marked = replace(month, cell=lambda each: _marked(month.cell(each), each.in_dispute))
    return [marked, account, total, due, by]


def dispute_columns(actor: Actor) -> list[Column]:
    """An enterprise's disputes: what was contested, and what was decided."""
    dispute = paths("billing:dispute", actor.enterprise_public_id)
    invoice = paths("billing:invoice", actor.enterprise_public_id)
    return [
        Column(_("Dispute"), lambda each: ident(each.number, dispute(each.number)), is_lead=True),
        Column(_("State"), lambda each: status(each.get_status_display(), DISPUTE_FLOW.tone(each.status))),
        Column(_("Invoice"), lambda each: ident(each.invoice.number, invoice(each.invoice.number))),
        Column(_("Account"), lambda each: ident(each.account.number)),
        Column(_("Disputed"), lambda each: _amount(each.contested, each.invoice.currency), css="num"),
        Column(
            _("Credited"), lambda each: _amount(each.given, each.invoice.currency) if each.given else "–", css="num"
        ),
        Column(_("Answer by"), lambda each: moment(each.answer_by_at) if each.status == DisputeStatus.OPEN else "–"),
    ]


def queue_columns(*, now: datetime) -> list[Column]:
    """The open disputes of all customers, each in its customer's place."""
    return [
        Column(_("Dispute"), _dispute_of_customer, is_lead=True),
        Column(_("Customer"), lambda each: each.enterprise.name),
        Column(_("Invoice"), lambda each: ident(each.invoice.number)),
        Column(_("Disputed"), lambda each: _amount(each.contested, each.invoice.currency), css="num"),
        Column(_("Answer by"), lambda each: _answer_by(each.answer_by_at, now)),
    ]


def _dispute_of_customer(each: Dispute) -> Cell:
    return ident(each.number, reverse("billing:dispute", args=[each.enterprise.public_id, each.number]))


def _month(day: date) -> str:
    return capfirst(date_format(day, "MONTH_FORMAT"))


def _amount(value: Decimal, currency: str) -> str:
    return money.spoken(value, currency, get_language() or "en")


def _contested(value: Decimal, currency: str) -> Cell:
    return format_html('<span class="tone-amber tone-text">{}</span>', _amount(value, currency)) if value else "–"


def _marked(month: Cell, in_dispute: Decimal) -> Cell:
    return format_html("{} {}", month, status(_("in dispute"), "amber")) if in_dispute else month


def _answer_by(at: datetime, now: datetime) -> Cell:
    return format_html("{} {}", moment(at), status(_("late"), "red")) if at < now else moment(at)


def invoice_story(story: Iterable[Event], told: Iterable[selectors.Told]) -> list[dict[str, Any]]:
    """What happened to an invoice and its disputes, with the mails that told of it, newest first."""
    mails = [{"at": one.at, "text": _mailed(one.people), "tone": "gray"} for one in told]
    return sorted([*story_lines(story), *mails], key=lambda line: line["at"], reverse=True)


def _mailed(people: int) -> str:
    words = ngettext("Told by mail to %(people)s person", "Told by mail to %(people)s people", people)
    return words % {"people": people}


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


HITS = 5


def find_papers(actor: Actor, typed: str) -> list[Hit]:
    """Invoices and disputes by their numbers, and disputes by the customer's own reference."""
    number = typed.replace(" ", "").upper()
    invoices = selectors.list_invoices(actor).filter(number=number)[:HITS]
    disputes = selectors.list_disputes(actor).filter(Q(number=number) | Q(customer_reference=typed)).order_by("-id")
    return [
        *(_hit(gettext_lazy("Invoice"), each, "billing:invoice", each.account.name) for each in invoices),
        *(_hit(gettext_lazy("Dispute"), each, "billing:dispute", each.invoice.number) for each in disputes[:HITS]),
    ]


def _hit(what: Text, thing: Invoice | Dispute, page: str, hint: str) -> Hit:
    return Hit(what, thing.number, hint, page, (thing.number,))


def lines_header() -> list[str]:
    return [
        _("Invoice"), _("Account"), _("Position"), _("Kind"), _("Service"), _("Charge"), _("From"),
        _("Up to and including"), _("Days"), _("Days of the month"), _("Rate"), _("Amount"), _("Currency"),
        _("In dispute"), _("Credited"),
    ]  # fmt: skip


def lines_rows(invoice: Invoice, lines: Iterable[selectors.Line]) -> list[list[Any]]:
    return [
        [
            invoice.number, invoice.bill_to.get("account_number", ""), row.line.position, row.line.get_kind_display(),
            row.line.service_number, row.line.text, row.line.from_on, row.last_on if row.line.days else None,
            row.line.days or None, row.line.days_of_month or None, row.line.rate, row.amount, invoice.currency,
            row.in_dispute, row.credited,
        ]
        for row in lines
    ]  # fmt: skip


def invoices_header() -> list[str]:
    return [
        _("Invoice"), _("Account"), _("Month"), _("Issued"), _("Due"), _("Total"), _("In dispute"), _("To pay"),
        _("Currency"), _("Last day to dispute"),
    ]  # fmt: skip


def invoices_rows(invoices: Iterable[Invoice]) -> list[list[Any]]:
    return [
        [
            each.number, each.account.number, f"{each.period_on:%Y-%m}", each.issued_on, each.due_on, each.total,
            each.in_dispute, each.due, each.currency, each.dispute_by_on,  # type: ignore[attr-defined]
        ]
        for each in invoices
    ]  # fmt: skip


INVOICES_EXPORT = ExportKind(
    name="invoices",
    title=gettext_lazy("Invoices"),
    permission=Permission.BILLING_VIEW,
    page=INVOICES,
    rows=selectors.list_invoices,
    header=invoices_header,
    cells=invoices_rows,
)


def _lines_cells(rows: Iterable[InvoiceLine]) -> list[list[Any]]:
    return [cells for row in rows for cells in lines_rows(row.invoice, [selectors.line_of(row)])]


# Always of one invoice, named by its number.
LINES_EXPORT = ExportKind(
    name="invoice-lines",
    title=gettext_lazy("Lines of an invoice"),
    permission=Permission.BILLING_VIEW,
    page=ListPage(
        sorts=[Sort("position", gettext_lazy("Position"), "position")],
        filters=[
            Filter("invoice", gettext_lazy("Invoice number"), lambda rows, value: rows.filter(invoice__number=value))
        ],
    ),
    rows=selectors.list_all_lines,
    header=lines_header,
    cells=_lines_cells,
)


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
    return {"disputes": rows, "count": count_label(open_ones), "columns": queue_columns(now=timezone.now())}


def last_run_card(actor: Actor) -> dict[str, Any] | None:
    """How the last bill run stands; outside any enterprise, where runs belong."""
    if actor.enterprise_id is not None:
        return None
    run: BillRun | None = selectors.list_runs().order_by("-period_on").first()
    return {"run": run} if run else None
