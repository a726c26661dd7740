"""What the button of a list answers: the file, or the page that says it is being prepared."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.csvfile import csv_response
from portal.errors import Refused
from portal.exports.asking import ask
from portal.exports.kinds import ExportKind
from portal.http import ActorRequest, refused
from portal.lists import Params, rows_after

INLINE_ROWS = 10_000  # more would not be built within one page's time


def answer(
    request: ActorRequest,
    kind: ExportKind,
    *,
    name: str,
    back: str,
    params: Params | None = None,
    most: int = INLINE_ROWS,
) -> HttpResponse:
    """The list as CSV. A longer one is prepared when it was posted for; otherwise a page offers that, with 409.

    Across enterprises nothing is prepared: a file in the background is one enterprise's.
    """
    asked = request.GET if params is None else params
    found = list(rows_after(kind.filtered(request.actor, asked), kind.page.sorts[0], None)[: most + 1])
    if len(found) <= most:
        return csv_response(name, kind.header(), kind.cells(found))
    may_wait = request.actor.enterprise_id is not None
    if request.method != "POST" or not may_wait:
        context = {"most": most, "title": kind.title, "back": back, "may_wait": may_wait}
        return render(request, "exports/too_many.html", context, status=409)
    return wait_for(request, kind, kind.page.query(asked), back=back)


def wait_for(request: ActorRequest, kind: ExportKind, query: str, *, back: str) -> HttpResponse:
    """Ask for a file in the background, and show the person where it will be."""
    try:
        ask(kind, query, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, _("We are preparing it. A mail tells you when it is ready."))
    response = redirect("exports:list", request.actor.enterprise_public_id)
    response.status_code = 303
    return response
