"""The work list of invoices that go by post: what is to be printed, and what was handed to the post."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import selectors
from billing.lists.declared import PAPERS_BYTES, papers
from billing.models import Posting
from billing.permissions import Permission
from portal import exports, files, identifiers, looks, money
from portal.cells import Cell, Column, day, ident, moment, status, with_small
from portal.errors import Refused
from portal.exports import ExportKind
from portal.http import ActorRequest, onward, refused
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort
from portal.tenancy import tenant_scope

WAITING, POSTED = "waiting", "posted"


def _in_state(rows: QuerySet[Posting], state: str) -> QuerySet[Posting]:
    return rows.filter(posted_on__isnull=state == WAITING)


def _by_number(rows: QuerySet[Posting], value: str) -> QuerySet[Posting]:
    typed = identifiers.cleaned(value)
    keys = identifiers.spellings(typed) if typed else []
    return rows.filter(identifiers.is_one_of("invoice__number_key", keys)) if typed else rows.none()


POSTINGS = ListPage(
    sorts=[
        Sort(
            "waiting",
            gettext_lazy("To be posted first"),
            "posted_on",
            is_descending=True,
            column="posted",
            absent=date.max,
        ),
        Sort("posted", gettext_lazy("Posted longest ago first"), "posted_on", column="posted", absent=date.max),
    ],
    filters=[
        Filter(
            "state",
            gettext_lazy("State"),
            _in_state,
            choices=[(WAITING, gettext_lazy("To be posted")), (POSTED, gettext_lazy("Posted"))],
        ),
        Filter("number", gettext_lazy("Invoice number"), _by_number, hint="INV-2026-000123"),
        Filter(
            "customer",
            gettext_lazy("Enterprise number"),
            lambda rows, value: rows.filter(enterprise__public_id=value),
        ),
        DateRange("issued", gettext_lazy("Issued"), "invoice__issued_on"),
    ],
)


def columns() -> list[Column]:
    return [
        Column(
            _("Invoice"),
            lambda each: with_small(ident(each.invoice.number), each.enterprise.name),
            is_lead=True,
            key="number",
        ),
        Column(_("State"), _state, is_own_label=True, key="posted"),
        Column(_("Send to"), lambda each: with_small(*_addressed(each)), css="cell-mid", key="address"),
        Column(
            _("Total"),
            lambda each: money.spoken(each.invoice.total, each.invoice.currency),
            css="num",
            key="total",
        ),
        Column(_("Issued"), lambda each: day(each.invoice.issued_on), key="issued"),
        Column(_("Account"), lambda each: ident(each.invoice.account.number), key="account", is_extra=True),
        Column(_("On the list since"), lambda each: moment(each.made_at), key="since", is_extra=True),
    ]


def _state(posting: Posting) -> Cell:
    if posting.posted_on:
        return with_small(status(_("Posted"), "green"), f"{day(posting.posted_on)} · {posting.posted_by}")
    if not posting.invoice.pdf_sha256:
        return status(_("Its PDF is being made"), "gray")
    return status(_("To be posted"), "amber")


def _addressed(posting: Posting) -> tuple[str, str]:
    """Whom the envelope names, as it was when the invoice was issued."""
    bill_to = posting.invoice.bill_to
    name = bill_to.get("name", "")
    lines = [*bill_to.get("address", "").splitlines(), bill_to.get("country", "")]
    return name, ", ".join(line for line in lines if line and line != name)


def _header() -> list[str]:
    return [
        _("Invoice"), _("Enterprise"), _("Customer"), _("Account"), _("Send to"), _("Address"), _("Country"),
        _("Issued"), _("Total"), _("Currency"), _("Posted"), _("Posted by"),
    ]  # fmt: skip


def _rows(found: Iterable[Posting]) -> list[list[Any]]:
    return [
        [
            each.invoice.number, each.enterprise.public_id, each.enterprise.name, each.invoice.account.number,
            each.invoice.bill_to.get("name", ""), each.invoice.bill_to.get("address", ""),
            each.invoice.bill_to.get("country", ""), each.invoice.issued_on, each.invoice.total,
            each.invoice.currency, each.posted_on, each.posted_by,
        ]
        for each in found
    ]  # fmt: skip


POSTINGS_EXPORT = ExportKind(
    name="postings",
    title=gettext_lazy("Invoices by post"),
    permission=Permission.BILLRUN_MANAGE,
    page=POSTINGS,
    rows=selectors.list_postings,
    header=_header,
    cells=_rows,
)


def print_chosen(request: ActorRequest, rows: list[Posting]) -> HttpResponseBase:
    """The papers of the chosen ones as one archive; each customer's log says who took which."""
    back, now = onward(request, POSTING_LIST.link(POSTING_LIST.url, request.actor)), timezone.now()
    invoices = [each.invoice for each in rows if each.invoice.pdf_sha256]
    if not invoices:
        messages.warning(request, _("Nothing was downloaded: none of these invoices has its PDF yet."))
        return redirect(back)
    try:
        content = exports.archive([each.invoice for each in rows], papers, most=PAPERS_BYTES)
    except Refused:
        words = _("These PDFs are too large together. Choose fewer of them.")
        return refused(request, Refused(words, way_out=_("Nothing was downloaded.")), back=back)
    for each in invoices:
        with tenant_scope(each.enterprise_id):
            inside = replace(request.actor, enterprise_id=each.enterprise_id)
            looks.note(inside, each, "pdf", label=each.number, at=now)
    return files.download(content, name=f"to-print-{now:%Y-%m-%d}.zip", media_type="application/zip")


POSTING_LIST = Listing(
    name="postings",
    title=gettext_lazy("Invoices by post"),
    page=POSTINGS,
    permission=Permission.BILLRUN_MANAGE,
    url="billing_work:postings",
    export="billing_work:postings_export",
    bulk="billing_work:postings_chosen",
    is_inside=False,
    css="cards-wide",
    nothing=Words(
        gettext_lazy("No invoice goes by post"),
        gettext_lazy("Where an account has its invoices on paper, each one appears here when it is issued."),
        icon="mail",
    ),
    none_found=Words(
        gettext_lazy("No invoice answers to that"),
        gettext_lazy("Numbers must be whole. Show all, or choose something else."),
    ),
)
