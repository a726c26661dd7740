"""Invoices that go by post: what is to be printed, and marking what was handed to the post."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from billing import selectors, services
from billing.forms import UndoForm
from billing.lists import posting
from billing.models import Posting
from billing.permissions import Permission
from portal import exports, listing
from portal.http import ActorRequest, onward
from portal.listing import Action
from portal.policy import requires


def _mark(request: ActorRequest, rows: list[Posting]) -> HttpResponseBase:
    count = services.mark_posted(rows, actor=request.actor, at=timezone.now())
    words = ngettext("%(count)s is marked as posted.", "%(count)s are marked as posted.", count)
    messages.success(request, words % {"count": count})
    return redirect(onward(request, reverse("billing_work:postings")))


def _ask_why(request: ActorRequest, rows: list[Posting]) -> HttpResponse:
    return _why(request, [each for each in rows if each.posted_on], UndoForm())


def _why(request: ActorRequest, rows: list[Posting], form: UndoForm) -> HttpResponse:
    """Which of them are to be posted after all, and the question why."""
    if not rows:
        messages.warning(request, _("Nothing was done: none of these is marked as posted."))
        return redirect("billing_work:postings")
    context = {"rows": rows, "form": form, "keys": " ".join(str(each.pk) for each in rows)}
    return render(request, "billing/postings_undo.html", context, status=422 if form.errors else 200)


_MAY = Permission.BILLRUN_MANAGE
_LIST = replace(
    posting.POSTING_LIST,
    actions=[
        Action("pdfs", gettext_lazy("Download the PDFs to print"), "file-text", posting.print_chosen, _MAY),
        Action("posted", gettext_lazy("Mark as posted"), "mail", _mark, _MAY),
        Action("undo", gettext_lazy("To be posted after all"), "refresh", _ask_why, _MAY),
    ],
)


@require_safe
@requires(_MAY)
def postings(request: ActorRequest) -> HttpResponse:
    """What is to be printed and posted, of all customers; then what went."""
    rows = selectors.list_postings(request.actor)
    return listing.show(request, _LIST, rows, posting.columns(), template="billing/postings.html")


@require_safe
@requires(_MAY)
def export_postings(request: ActorRequest) -> HttpResponse:
    name = f"invoices-by-post-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, posting.POSTINGS_EXPORT, name=name, back=reverse("billing_work:postings"))


@require_POST
@requires(_MAY)
def chosen_postings(request: ActorRequest) -> HttpResponseBase:
    return listing.act(request, _LIST, selectors.list_postings(request.actor))


@require_POST
@requires(_MAY)
def undo_postings(request: ActorRequest) -> HttpResponse:
    """What was marked as posted is to be posted after all, with the reason."""
    form = UndoForm(request.POST)
    keys = [int(each) for each in request.POST.get("keys", "").split() if each.isascii() and each.isdigit()]
    rows = list(selectors.list_postings(request.actor).filter(pk__in=keys[: listing.MOST]).order_by("pk"))
    if not form.is_valid() or not rows:
        return _why(request, rows, form)
    reason = form.cleaned_data["reason"]
    count = services.unmark_posted(rows, reason=reason, actor=request.actor, at=timezone.now())
    words = ngettext("%(count)s is to be posted again.", "%(count)s are to be posted again.", count)
    messages.success(request, words % {"count": count})
    return redirect(f"{reverse('billing_work:postings')}?state=waiting")
