"""The invoice's PDF, and the bill-ready notice that follows it."""

import hashlib
import logging
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import Delivery, Enterprise
from accounts.selectors import find_house_id, get_enterprise
from billing import selectors
from billing.models import BillRun, Invoice, InvoiceStatus, Posting
from portal import documents, events, terms
from portal.actors import Actor, system
from portal.tenancy import of_enterprise, tenant_scope

log = logging.getLogger(__name__)


def make_pdf(enterprise_id: int, invoice_id: int, *, at: datetime) -> bool:
    """Print an issued invoice and tell its people that the bill is ready; True when printed now.

    The bill waits at most ``billing.pdf_wait_minutes`` for its PDF: after that its people are
    told without, and the PDF follows when it can. One that is too heavy to be printed is given up
    until somebody asks for it by hand. May run twice or be killed anywhere: whoever
    stores the hash keeps the file, and the bill is told once. Printing stands outside every
    transaction, because it takes seconds.
    """
    with tenant_scope(enterprise_id):
        invoice = _get(enterprise_id, invoice_id)
        if invoice is None:
            return False
        if _has_waited(invoice, at):
            tell_ready(enterprise_id, invoice_id, at=at)
        content, how = _contents(invoice), _how(get_enterprise(enterprise_id))
    try:
        pdf = documents.render("documents/invoice.html", content, **how)
    except documents.DocumentTooHeavy as error:
        _give_up(invoice, str(error.message), at=at)
        return False
    except Exception as error:
        log.exception("Invoice %s could not be printed.", invoice.number)
        _note_failure(invoice, error, at=at)
        return False
    return _keep(enterprise_id, invoice_id, pdf, at=at)


def _get(enterprise_id: int, invoice_id: int, *, for_update: bool = False) -> Invoice | None:
    """The invoice, if it still has no PDF."""
    rows = of_enterprise(Invoice.objects, system(enterprise_id))
    rows = rows.select_for_update(of=("self",), no_key=True) if for_update else rows
    return rows.filter(pk=invoice_id, status=InvoiceStatus.ISSUED, pdf_sha256="").first()


def _contents(invoice: Invoice) -> dict[str, Any]:
    """All that the document shows, read now, because it is printed outside the scope."""
    actor = system(invoice.enterprise_id)
    rows = selectors.list_lines(actor, invoice)
    return {"invoice": invoice, "lines": rows, "sums": selectors.sums(invoice, rows), "bill_to": invoice.bill_to}


def _how(enterprise: Enterprise) -> dict[str, str]:
    is_letter = enterprise.region == Enterprise.Region.NORTH_AMERICA
    paper = documents.LETTER if is_letter else documents.A4
    return {"language": enterprise.language, "time_zone": enterprise.time_zone, "paper": paper}


def _keep(enterprise_id: int, invoice_id: int, pdf: bytes, *, at: datetime) -> bool:
    """Store the file under a name of ours, then set it on the invoice, once."""
    name = default_storage.save(f"invoices/{enterprise_id}/{uuid.uuid4().hex}.pdf", ContentFile(pdf))
    with tenant_scope(enterprise_id):
        invoice = _get(enterprise_id, invoice_id, for_update=True)
        if invoice is not None:
            invoice.pdf_name, invoice.pdf_sha256 = name, hashlib.sha256(pdf).hexdigest()
            invoice.save(update_fields=["pdf_name", "pdf_sha256"])
            events.record("invoice.printed", subject=invoice, actor=system(enterprise_id), at=at)
            if not tell_ready(enterprise_id, invoice_id, at=at):
                _let_follow(enterprise_id, invoice_id, at=at)
    if invoice is None:
        # Somebody else was quicker. A kill before this line leaves a file that nothing names.
        default_storage.delete(name)
    return invoice is not None


def _has_waited(invoice: Invoice, at: datetime) -> bool:
    made = _events(invoice).filter(kind="invoice.made").first()
    enterprise = get_enterprise(invoice.enterprise_id)
    minutes = terms.value("billing.pdf_wait_minutes", on=invoice.issued_on, of=enterprise)
    return made is not None and made.at + timedelta(minutes=minutes) <= at


def tell_ready(enterprise_id: int, invoice_id: int, *, at: datetime) -> bool:
    """Record that the bill is ready, from which its people are told; a second call does nothing and says False.

    Where the account has its invoices by mail, the PDF goes with it up to ``billing.mail_pdf_kilobytes``.
    """
    actor = system(enterprise_id)
    with tenant_scope(enterprise_id):
        # The invoice's row is the lock: two workers must not each find it untold.
        invoice = _locked(enterprise_id, invoice_id)
        if _events(invoice).filter(kind="invoice.issued").exists():
            return False
        facts: dict[str, Any] = {"number": invoice.number, "total": invoice.total, "currency": invoice.currency}
        facts |= {"due_on": invoice.due_on, "delivery": _delivery(invoice), "is_attached": _fits_a_mail(invoice)}
        events.record("invoice.issued", subject=invoice, actor=actor, at=at, **facts)
    return True


def _let_follow(enterprise_id: int, invoice_id: int, *, at: datetime) -> None:
    """The bill was told without its PDF: who has it by mail gets it now."""
    with tenant_scope(enterprise_id):
        invoice = _locked(enterprise_id, invoice_id)
        if _delivery(invoice) == Delivery.EMAIL:
            facts: dict[str, Any] = {"number": invoice.number, "delivery": Delivery.EMAIL}
            facts["is_attached"] = _fits_a_mail(invoice)
            events.record("invoice.pdf_followed", subject=invoice, actor=system(enterprise_id), at=at, **facts)


def _locked(enterprise_id: int, invoice_id: int) -> Invoice:
    rows = of_enterprise(Invoice.objects, system(enterprise_id)).select_related("account", "enterprise")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=invoice_id)


def _delivery(invoice: Invoice) -> Delivery:
    """How its account has its invoices on the day of issue."""
    return Delivery(invoice.account.delivery_on(invoice.issued_on))


def _fits_a_mail(invoice: Invoice) -> bool:
    if _delivery(invoice) != Delivery.EMAIL or not invoice.pdf_sha256:
        return False
    most = terms.value("billing.mail_pdf_kilobytes", on=invoice.issued_on, of=invoice.enterprise)
    return bool(default_storage.size(invoice.pdf_name) <= most * 1000)


def mark_posted(postings: Iterable[Posting], *, actor: Actor, at: datetime) -> int:
    """Note that invoices were handed to the post today, where the actor is; returns how many were not yet.

    They may be of many customers: each one's journal says so of its own, in a transaction of its own.
    """
    today, count = at.astimezone(ZoneInfo(actor.time_zone)).date(), 0
    ordered = sorted(postings, key=attrgetter("enterprise_id", "pk"))
    for enterprise_id, some in groupby(ordered, key=attrgetter("enterprise_id")):
        with tenant_scope(enterprise_id):
            waiting = Posting.objects.filter(enterprise_id=enterprise_id, pk__in=[each.pk for each in some])
            waiting = waiting.filter(posted_on=None).select_related("invoice").order_by("pk")
            for posting in waiting.select_for_update(of=("self",)):
                posting.posted_on, posting.posted_by = today, actor.name
                posting.save(update_fields=["posted_on", "posted_by"])
                events.record("invoice.posted", subject=posting.invoice, actor=actor, at=at)
                count += 1
    return count


def unmark_posted(postings: Iterable[Posting], *, reason: str, actor: Actor, at: datetime) -> int:
    """Say that invoices are to be posted after all, as what came back or was marked by mistake; returns how many."""
    count = 0
    ordered = sorted(postings, key=attrgetter("enterprise_id", "pk"))
    for enterprise_id, some in groupby(ordered, key=attrgetter("enterprise_id")):
        with tenant_scope(enterprise_id):
            posted = Posting.objects.filter(enterprise_id=enterprise_id, pk__in=[each.pk for each in some])
            posted = posted.exclude(posted_on=None).select_related("invoice").order_by("pk")
            for posting in posted.select_for_update(of=("self",)):
                facts: dict[str, Any] = {
                    "posted_on": posting.posted_on,
                    "posted_by": posting.posted_by,
                    "reason": reason,
                }
                posting.posted_on, posting.posted_by = None, ""
                posting.save(update_fields=["posted_on", "posted_by"])
                events.record("invoice.unposted", subject=posting.invoice, actor=actor, at=at, **facts)
                count += 1
    return count


def ask_for_missing(run: BillRun) -> int:
    """Ask for every PDF that a run's invoices still lack, also what was given up; returns how many are missing."""
    # One hint for all: thousands of them would hold the request of whoever asked.
    events.hint_after_commit("billing.print_missing", find_house_id(), run.pk)
    return len(selectors.list_without_pdf(period_on=run.period_on))


def print_missing(period_on: date) -> int:
    """Hint at every PDF that the month's invoices still lack, whatever failed before; returns how many."""
    missing = selectors.list_without_pdf(period_on=period_on)
    for enterprise_id, invoice_id in missing:
        events.hint_after_commit("billing.make_pdf", enterprise_id, invoice_id)
    return len(missing)


def _give_up(invoice: Invoice, reason: str, *, at: datetime) -> None:
    """A document beyond its limits is not tried again by itself: the bill is told without it, and staff see why."""
    with tenant_scope(invoice.enterprise_id):
        actor = system(invoice.enterprise_id)
        events.record("invoice.pdf_given_up", subject=invoice, actor=actor, at=at, error=reason)
        tell_ready(invoice.enterprise_id, invoice.pk, at=at)


def _note_failure(invoice: Invoice, error: Exception, *, at: datetime) -> None:
    """Say in the carrier's journal why there is no PDF; the same reason once."""
    reason = f"{type(error).__name__}: {error}"[:300]
    with tenant_scope(invoice.enterprise_id):
        last = _events(invoice).filter(kind="invoice.pdf_failed").first()
        if last is None or last.facts.get("error") != reason:
            actor = system(invoice.enterprise_id)
            events.record("invoice.pdf_failed", subject=invoice, actor=actor, at=at, error=reason)


def _events(invoice: Invoice) -> Any:
    return events.story_of(invoice)
