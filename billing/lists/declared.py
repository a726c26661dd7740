"""The lists of invoices, disputes and bill runs as they are declared, and their files."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.selectors import in_group
from billing import selectors
from billing.models import Dispute, DisputeStatus, Invoice, InvoiceLine
from billing.permissions import Permission
from portal import exports, files, identifiers
from portal.csvfile import csv_response
from portal.errors import Refused, Text
from portal.exports import ExportKind
from portal.http import ActorRequest, onward
from portal.listing import Action, Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort


def _by_number(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    typed = identifiers.cleaned(value)
    return rows.filter(identifiers.is_one_of("number_key", identifiers.spellings(typed))) if typed else rows.none()


def _by_account(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(account__number=value.strip())


def _by_customer(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(enterprise__public_id=value)


def _by_dispute(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(in_dispute__gt=0) if value == "yes" else rows.filter(in_dispute=0)


INVOICES = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest first"), "issued_on", is_descending=True, column="issued"),
        Sort("oldest", gettext_lazy("Oldest first"), "issued_on", column="issued"),
        Sort("largest", gettext_lazy("Largest first"), "total", is_descending=True, column="total", is_number=True),
        Sort("smallest", gettext_lazy("Smallest first"), "total", column="total", is_number=True),
    ],
    filters=[
        Filter(
            "dispute",
            gettext_lazy("In dispute"),
            _by_dispute,
            choices=[("yes", gettext_lazy("Something in dispute")), ("no", gettext_lazy("Nothing in dispute"))],
        ),
        Filter("account", gettext_lazy("Account number"), _by_account),
        Filter("group", gettext_lazy("Account group"), in_group, suggest="accounts:suggest_groups"),
        Filter("number", gettext_lazy("Invoice number"), _by_number, hint="INV-2026-000123"),
        DateRange("issued", gettext_lazy("Issued"), "issued_on"),
    ],
)

DISPUTES = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest first"), "opened_at", is_descending=True, column="opened"),
        Sort("oldest", gettext_lazy("Oldest first"), "opened_at", column="opened"),
    ],
    filters=[
        Filter(
            "state",
            gettext_lazy("State"),
            lambda rows, value: rows.filter(status=value),
            choices=DisputeStatus.choices,
        ),
        Filter("number", gettext_lazy("Dispute number"), _by_number, hint="DSP-2026-00042"),
        DateRange("opened", gettext_lazy("Opened"), "opened_at"),
    ],
)

QUEUE = ListPage(
    sorts=[
        Sort("due", gettext_lazy("Answer due first"), "answer_by_at", column="answer_by"),
        Sort("due-down", gettext_lazy("Answer due last"), "answer_by_at", is_descending=True, column="answer_by"),
    ],
    filters=[
        Filter("number", gettext_lazy("Dispute number"), _by_number),
        Filter("customer", gettext_lazy("Enterprise number"), _by_customer),
        DateRange("due", gettext_lazy("Answer by"), "answer_by_at"),
    ],
)

LINES = ListPage(sorts=[Sort("position", gettext_lazy("Position"), "position", is_number=True)])

RUNS = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest month first"), "period_on", is_descending=True, column="month"),
        Sort("oldest", gettext_lazy("Oldest month first"), "period_on", column="month"),
    ],
)


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
        sorts=[Sort("position", gettext_lazy("Position"), "position", is_number=True)],
        filters=[
            Filter("invoice", gettext_lazy("Invoice number"), lambda rows, value: rows.filter(invoice__number=value))
        ],
    ),
    rows=selectors.list_all_lines,
    header=lines_header,
    cells=_lines_cells,
)


def disputes_header() -> list[str]:
    return [
        _("Dispute"), _("State"), _("Invoice"), _("Account"), _("Opened"), _("Answer by"), _("Decided"), _("Disputed"),
        _("Credited"), _("Currency"), _("Your reference"),
    ]  # fmt: skip


def disputes_rows(disputes: Iterable[Dispute]) -> list[list[Any]]:
    return [_dispute_row(each) for each in disputes]


def _dispute_row(each: Any) -> list[Any]:
    return [
        each.number, each.get_status_display(), each.invoice.number, each.account.number, each.opened_at,
        each.answer_by_at, each.decided_at, each.contested, each.given, each.invoice.currency, each.customer_reference,
    ]  # fmt: skip


DISPUTES_EXPORT = ExportKind(
    name="disputes",
    title=gettext_lazy("Disputes"),
    permission=Permission.BILLING_VIEW,
    page=DISPUTES,
    rows=selectors.list_disputes,
    header=disputes_header,
    cells=disputes_rows,
)


def queue_header() -> list[str]:
    return [_("Enterprise"), _("Customer"), *disputes_header()]


def queue_rows(disputes: Iterable[Dispute]) -> list[list[Any]]:
    return [[each.enterprise.public_id, each.enterprise.name, *_dispute_row(each)] for each in disputes]


# Taken at once: a file in the background belongs to one enterprise.
QUEUE_EXPORT = ExportKind(
    name="dispute-queue",
    title=gettext_lazy("Disputes to decide"),
    permission=Permission.DISPUTE_DECIDE,
    page=QUEUE,
    rows=selectors.list_open_disputes,
    header=queue_header,
    cells=queue_rows,
)


# --- chosen invoices: as a table, or their papers as an archive ----------------------------------

PAPERS_AT_ONCE, PAPERS_BYTES = 10, 20_000_000  # more are put together in the background


def _chosen(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(pk__in=[int(each) for each in value.split(".") if each.isdigit() and len(each) <= 15])


def _say_chosen(value: str) -> Text:
    many = value.count(".") + 1
    return ngettext("%(count)s chosen invoice", "%(count)s chosen invoices", many) % {"count": many}


def papers(invoices: Iterable[Invoice]) -> Iterable[tuple[str, bytes]]:
    """The PDFs by the invoices' numbers; in words, those that cannot be given."""
    left_out = []
    for each in invoices:
        if not each.pdf_sha256:
            left_out.append(f"{each.number}: {_('its PDF is not made yet')}")
            continue
        try:
            yield f"{re.sub(r'[^A-Za-z0-9._-]', '_', each.number)}.pdf", selectors.read_pdf(each)
        except Refused as refusal:
            left_out.append(f"{each.number}: {refusal.message}")
    if left_out:
        yield "not-included.txt", "\r\n".join([*left_out, ""]).encode()


PAPERS_EXPORT = ExportKind(
    name="invoice-pdfs",
    title=gettext_lazy("PDFs of invoices"),
    permission=Permission.BILLING_VIEW,
    page=ListPage(
        sorts=INVOICES.sorts,
        filters=[Filter("chosen", gettext_lazy("Invoices"), _chosen, say=_say_chosen, longest=2000)],
    ),
    rows=selectors.list_invoices,
    pack=papers,
)


def _papers_of(request: ActorRequest, rows: list[Invoice]) -> HttpResponseBase:
    """The PDFs of the chosen invoices as one archive: at once while it is small, else among the person's downloads."""
    back = onward(request, INVOICE_LIST.link(INVOICE_LIST.url, request.actor))
    if not any(each.pdf_sha256 for each in rows):
        messages.warning(request, _("Nothing was downloaded: none of these invoices has its PDF yet."))
        return redirect(back)
    if len(rows) <= PAPERS_AT_ONCE:
        try:
            content = exports.archive(rows, papers, most=PAPERS_BYTES)
            return files.download(content, name=f"{_file_name(request)}.zip", media_type="application/zip")
        except Refused:
            pass  # They are large: the background takes more.
    query = f"chosen={'.'.join(str(each.pk) for each in rows)}"
    return exports.wait_for(request, PAPERS_EXPORT, query, back=back)


def _table_of(request: ActorRequest, rows: list[Invoice]) -> HttpResponse:
    return csv_response(f"{_file_name(request)}-chosen", invoices_header(), invoices_rows(rows))


def _file_name(request: ActorRequest) -> str:
    return f"{request.actor.enterprise_public_id}-invoices-{timezone.localdate():%Y-%m-%d}"


# --- the pages ----------------------------------------------------------------------------------

INVOICE_LIST = Listing(
    name="invoices",
    title=gettext_lazy("Invoices"),
    page=INVOICES,
    permission=Permission.BILLING_VIEW,
    url="billing:invoices",
    export="billing:export",
    bulk="billing:chosen",
    actions=[
        Action("pdfs", gettext_lazy("Download the PDFs"), "file-text", _papers_of, Permission.BILLING_VIEW),
        Action("csv", gettext_lazy("Download these as CSV"), "download", _table_of, Permission.BILLING_VIEW),
    ],
    css="cards-wide",
    nothing=Words(
        gettext_lazy("No invoice yet"),
        gettext_lazy(
            "The first one appears here after the first month is billed, and a mail tells those who may see the"
            " account."
        ),
        icon="receipt",
    ),
    none_found=Words(
        gettext_lazy("No invoice answers to that"),
        gettext_lazy("Numbers must be whole. Show all, or choose something else."),
    ),
)

DISPUTE_LIST = Listing(
    name="disputes",
    title=gettext_lazy("Disputes"),
    page=DISPUTES,
    permission=Permission.BILLING_VIEW,
    url="billing:disputes",
    export="billing:disputes_export",
    css="cards-wide",
    nothing=Words(
        gettext_lazy("Nothing is disputed"),
        gettext_lazy("If a charge looks wrong, open its invoice and press Dispute beside the line."),
        icon="message",
        action_label=gettext_lazy("Invoices"),
        action_url="billing:invoices",
    ),
    none_found=Words(
        gettext_lazy("No dispute answers to that"),
        gettext_lazy("Numbers must be whole. Show all, or choose another state."),
    ),
)

QUEUE_LIST = Listing(
    name="dispute-queue",
    title=gettext_lazy("Disputes to decide"),
    page=QUEUE,
    permission=Permission.DISPUTE_DECIDE,
    url="billing_work:disputes",
    export="billing_work:disputes_export",
    is_inside=False,
    nothing=Words(
        gettext_lazy("Nothing waits for a decision"),
        gettext_lazy("Disputes appear here when customers open them."),
        icon="circle-check",
    ),
    none_found=Words(
        gettext_lazy("No open dispute answers to that"),
        gettext_lazy("Numbers must be whole. Show all, or choose something else."),
    ),
)

RUN_LIST = Listing(
    name="bill-runs",
    title=gettext_lazy("Bill runs"),
    page=RUNS,
    permission=Permission.BILLRUN_MANAGE,
    url="billing_work:runs",
    is_inside=False,
    nothing=Words(
        gettext_lazy("No month has been billed yet"),
        gettext_lazy("Press “Bill a month” to make the first invoices."),
        icon="receipt",
    ),
    none_found=Words(gettext_lazy("No month answers to that")),
)
