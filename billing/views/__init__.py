"""Invoices and disputes, on both faces; queue, runs and decisions on the staff's."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing import forms, lists, selectors, services
from billing.models import DISPUTE_FLOW, BillRun, BillRunStatus, Dispute, Invoice, InvoiceLine, Outcome
from billing.permissions import Permission
from portal import drafts, exports, files, listing, looks, money
from portal.errors import Refused
from portal.following.forms import card
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import requires


@require_safe
@requires(Permission.BILLING_VIEW)
def invoices(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_invoices(request.actor), lists.invoice_columns(request.actor)
    # On the list as it opens: whoever narrows it looks for a paper.
    plots = [] if request.GET else lists.spend_plots(request.actor, today=timezone.localdate())
    context = {"after": "billing/_spend.html", "plots": plots}
    return listing.show(request, lists.INVOICE_LIST, rows, columns, template="billing/invoices.html", context=context)


@require_POST
@requires(Permission.BILLING_VIEW)
def chosen_invoices(request: ActorRequest) -> HttpResponseBase:
    """What can be done with rows of the list."""
    return listing.act(request, lists.INVOICE_LIST, selectors.list_invoices(request.actor))


@require_safe
@requires(Permission.BILLING_VIEW)
def invoice(request: ActorRequest, number: str) -> HttpResponse:
    found = _invoice(request, number, way="page")
    lines = selectors.list_lines(request.actor, found)
    story = selectors.list_story(request.actor, found, lines)
    context = {
        "invoice": found,
        "lines": lines,
        "sums": selectors.sums(found, lines),
        "changes": lists.changes(selectors.compare(request.actor, found, lines)),
        "credits_given": selectors.list_credits_given(request.actor, found, lines),
        "open_lines": [row for row in lines if row.open_dispute],
        "analyst": selectors.get_analyst(request.actor, found.account_id),
        "story": lists.invoice_story(story, selectors.list_told(request.actor, story)),
        **_window(found),
    }
    return render(request, "billing/invoice.html", context)


def _invoice(request: ActorRequest, number: str, *, way: str = "") -> Invoice:
    """One within reach; who sees it, in a way of Look.Way, stands in the audit log."""
    found = selectors.get_invoice(request.actor, number)
    if found is None:
        raise Http404
    if way:
        looks.note(request.actor, found, way, label=number, at=timezone.now())
    return found


def _window(found: Invoice) -> dict[str, Any]:
    """How long the invoice can still be disputed, by the enterprise's own date."""
    today = selectors.local_date(found.enterprise, timezone.now())
    return {"today": today, "days_left": (found.dispute_by_on - today).days}


@require_safe
@requires(Permission.BILLING_VIEW)
def pdf(request: ActorRequest, number: str) -> HttpResponseBase:
    """The document as it was issued; a page with the way out while there is none."""
    found = _invoice(request, number)
    if not found.pdf_sha256:
        return render(request, "billing/pdf_not_ready.html", {"invoice": found}, status=409)
    try:
        content = selectors.read_pdf(found)
    except Refused as refusal:
        return refused(request, refusal, back=_link(request, "billing:invoice", number))
    looks.note(request.actor, found, "pdf", label=number, at=timezone.now())
    return files.download(content, name=f"{found.number}.pdf", media_type="application/pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.BILLING_VIEW)
def csv(request: ActorRequest, number: str) -> HttpResponse:
    found = _invoice(request, number, way="csv")
    name = re.sub(r"[^A-Za-z0-9._-]", "_", found.number)
    back = _link(request, "billing:invoice", number)
    return exports.answer(request, lists.LINES_EXPORT, name=name, back=back, params={"invoice": found.number})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.BILLING_VIEW)
def export_invoices(request: ActorRequest) -> HttpResponse:
    name = f"{request.actor.enterprise_public_id}-invoices-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.INVOICES_EXPORT, name=name, back=_link(request, "billing:invoices"))


def _sent(request: ActorRequest) -> dict[str, Any]:
    """What a form with files is made of: what was typed, what was chosen, and how much may be."""
    is_sent = request.method == "POST"
    return {
        "data": request.POST if is_sent else None,
        "files": request.FILES if is_sent else None,
        "limits": files.limits(request.actor.enterprise_id, on=timezone.now().date()),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DISPUTE_MANAGE)
@files.takes_files
def dispute_line(request: ActorRequest, number: str, pk: int) -> HttpResponse:
    """The customer contests one line, all or a part of it."""
    found, row = _line(request, number, pk)
    initial = {"amount": money.rounded(row.disputable, found.currency)}
    form = forms.DisputeForm(**_sent(request), initial=initial)
    drafts.bring_back(request.actor, (form, pk), now=timezone.now())
    if request.method == "POST" and form.is_valid():
        try:
            opened = _open(request, found, row, form.cleaned_data)
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=_link(request, "billing:invoice", number))
            form.add_error(refusal.field, str(refusal.message))
        else:
            drafts.drop(request.actor, form, pk)
            messages.success(request, _("Your dispute has the number %(number)s.") % {"number": opened.number})
            return redirect("billing:dispute", request.actor.enterprise_public_id, opened.number)
    context = {"invoice": found, "row": row, "form": form, **_window(found)}
    return render(request, "billing/dispute_line.html", context, status=422 if form.errors else 200)


def _line(request: ActorRequest, number: str, pk: int) -> tuple[Invoice, selectors.Line]:
    """The line, on an account on which the person may dispute."""
    found = _invoice(request, number)
    if not request.actor.may_on(Permission.DISPUTE_MANAGE, found.account_id):
        raise Http404
    try:
        return found, selectors.get_line(request.actor, found, pk)
    except InvoiceLine.DoesNotExist as error:
        raise Http404 from error


def _open(request: ActorRequest, found: Invoice, row: selectors.Line, data: dict[str, Any]) -> Dispute:
    claim = services.Claim(row.line.pk, data["amount"], data["reason"], data["statement"])
    reference = data["customer_reference"]
    return services.open_dispute(
        found.pk,
        actor=request.actor,
        at=timezone.now(),
        lines=[claim],
        customer_reference=reference,
        uploads=data["uploads"],
    )


@require_safe
@requires(Permission.BILLING_VIEW)
def disputes(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_disputes(request.actor), lists.dispute_columns(request.actor)
    return listing.show(request, lists.DISPUTE_LIST, rows, columns, template="billing/disputes.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.BILLING_VIEW)
def export_disputes(request: ActorRequest) -> HttpResponse:
    name = f"{request.actor.enterprise_public_id}-disputes-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.DISPUTES_EXPORT, name=name, back=_link(request, "billing:disputes"))


@require_safe
@requires(Permission.BILLING_VIEW)
def dispute(request: ActorRequest, number: str) -> HttpResponse:
    found = _dispute(request, number)
    looks.note(request.actor, found, "page", label=number, at=timezone.now())
    form = forms.NoteForm(limits=_sent(request)["limits"]) if _may_add(request, found) else None
    return render(request, "billing/dispute.html", _dispute_page(request, found, form))


def _dispute(request: ActorRequest, number: str) -> Dispute:
    return get_object_or_404(selectors.list_disputes(request.actor), number=number)


def _may_add(request: ActorRequest, found: Dispute) -> bool:
    permission = Permission.DISPUTE_DECIDE if request.actor.is_staff else Permission.DISPUTE_MANAGE
    return found.status in DISPUTE_FLOW.open_states() and request.actor.may_on(permission, found.account_id)


def _dispute_page(request: ActorRequest, found: Dispute, form: forms.NoteForm | None) -> dict[str, Any]:
    now = timezone.now()
    if form:
        drafts.bring_back(request.actor, (form, found.pk), now=now)
    return {
        "dispute": found,
        "lines": selectors.list_disputed_lines(request.actor).filter(dispute=found),
        "credits": selectors.get_credits_of(request.actor, found),
        "analyst": selectors.get_analyst(request.actor, found.account_id),
        "story": story_lines(selectors.list_story(request.actor, found)),
        "files": files.list_files(request.actor, found),
        "form": form,
        "clock": lists.answer_clock(found, now),
        "following": card(request.actor, found),
    }


@require_POST
@requires(Permission.DISPUTE_MANAGE)
@files.takes_files
def add_note(request: ActorRequest, number: str) -> HttpResponse:
    """The customer adds to a dispute."""
    found = _dispute(request, number)
    if not request.actor.may_on(Permission.DISPUTE_MANAGE, found.account_id):
        raise Http404
    return _add(request, found, done=_("Added. The billing analyst is told by mail."))


@require_POST
@requires(Permission.DISPUTE_DECIDE)
@files.takes_files
def add_answer(request: ActorRequest, number: str) -> HttpResponse:
    """The analyst asks or answers something before deciding."""
    return _add(request, _dispute(request, number), done=_("Added. The customer's people are told by mail."))


def _add(request: ActorRequest, found: Dispute, *, done: str) -> HttpResponse:
    back = _link(request, "billing:dispute", found.number)
    form = forms.NoteForm(**_sent(request))
    if form.is_valid():
        words = {"note": form.cleaned_data["note"], "uploads": form.cleaned_data["uploads"]}
        try:
            services.add_to_dispute(found.pk, actor=request.actor, at=timezone.now(), **words)
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=back)
            form.add_error(refusal.field, f"{refusal.message} {refusal.way_out}")
        else:
            drafts.drop(request.actor, form, found.pk)
            messages.success(request, done)
            return redirect(back)
    return render(request, "billing/dispute.html", _dispute_page(request, found, form), status=422)


@require_POST
@requires(Permission.DISPUTE_MANAGE)
def withdraw(request: ActorRequest, number: str) -> HttpResponse:
    found = _dispute(request, number)
    if not request.actor.may_on(Permission.DISPUTE_MANAGE, found.account_id):
        raise Http404
    back = _link(request, "billing:dispute", number)
    try:
        services.withdraw_dispute(found.pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, _("Withdrawn. What was in dispute is due with its invoice again."))
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DISPUTE_DECIDE)
@files.takes_files
def decide(request: ActorRequest, pk: int) -> HttpResponse:
    """The analyst decides one disputed line."""
    found = get_object_or_404(selectors.list_disputed_lines(request.actor), pk=pk)
    back = _link(request, "billing:dispute", found.dispute.number)
    form = forms.DecisionForm(**_sent(request))
    drafts.bring_back(request.actor, (form, pk), now=timezone.now())
    if request.method == "POST" and form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("credited", "decision")}
        try:
            services.decide(pk, actor=request.actor, at=timezone.now(), uploads=form.cleaned_data["uploads"], **words)
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=back)
            form.add_error(refusal.field, str(refusal.message))
        else:
            drafts.drop(request.actor, form, pk)
            messages.success(request, _("Decided. The customer's people are told by mail."))
            return redirect(back)
    context = {
        "line": found,
        "dispute": found.dispute,
        "form": form,
        "is_open": found.outcome == Outcome.OPEN,
        "files": files.list_files(request.actor, found.dispute),
        "clock": lists.answer_clock(found.dispute, timezone.now()),
    }
    return render(request, "billing/decide.html", context, status=422 if form.errors else 200)


def _link(request: ActorRequest, name: str, *args: Any) -> str:
    return reverse(name, args=[request.actor.enterprise_public_id, *args])


# --- the analysts' work across enterprises -------------------------------------------------------


@require_safe
@requires(Permission.DISPUTE_DECIDE)
def queue(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_open_disputes(request.actor), lists.queue_columns(now=timezone.now())
    return listing.show(request, lists.QUEUE_LIST, rows, columns, template="billing/queue.html")


@require_safe
@requires(Permission.DISPUTE_DECIDE)
def export_queue(request: ActorRequest) -> HttpResponse:
    name = f"disputes-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.QUEUE_EXPORT, name=name, back=reverse("billing_work:disputes"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.BILLRUN_MANAGE)
def runs(request: ActorRequest) -> HttpResponse:
    """All runs, and the form that starts one or continues it."""
    form = forms.RunForm(request.POST or None, initial={"period_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            started = services.start_bill_run(form.cleaned_data["period_on"], actor=request.actor, at=timezone.now())
            return redirect("billing_work:run", started.pk)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
    return listing.show(
        request, lists.RUN_LIST, selectors.list_runs(), lists.run_columns(), template="billing/runs.html",
        context={"form": form}, status=422 if form.errors else 200,
    )  # fmt: skip


@require_safe
@requires(Permission.BILLRUN_MANAGE)
def run(request: ActorRequest, pk: int) -> HttpResponse:
    """How far a run is; htmx asks for the progress alone while there is some to come."""
    found: BillRun = get_object_or_404(selectors.list_runs(), pk=pk)
    given_up = selectors.list_given_up(found.period_on)
    without_pdf = len(selectors.list_without_pdf(period_on=found.period_on))
    context = {
        "run": found,
        "failed_parts": selectors.list_failed_parts(found),
        "given_up": given_up,
        "without_pdf": without_pdf,
        "is_going_on": found.status == BillRunStatus.RUNNING or without_pdf > len(given_up),
        "here": reverse("billing_work:run", args=[pk]),
    }
    return render(request, "billing/_run.html" if request.htmx else "billing/run.html", context)


@require_POST
@requires(Permission.BILLRUN_MANAGE)
def print_missing(request: ActorRequest, pk: int) -> HttpResponse:
    """Ask for the PDFs that a run's invoices still lack, however old they are."""
    found: BillRun = get_object_or_404(selectors.list_runs(), pk=pk)
    asked = services.ask_for_missing(found)
    messages.success(request, _("%(count)s PDFs are asked for.") % {"count": asked})
    return redirect("billing_work:run", pk)
