"""Invoices that go by post: what is to be printed, and marking what was handed to the post."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from billing import selectors, services
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


_MAY = Permission.BILLRUN_MANAGE
_LIST = replace(
    posting.POSTING_LIST,
    actions=[
        Action("pdfs", gettext_lazy("Download the PDFs to print"), "file-text", posting.print_chosen, _MAY),
        Action("posted", gettext_lazy("Mark as posted"), "mail", _mark, _MAY),
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
