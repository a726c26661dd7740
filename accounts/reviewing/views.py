"""The access review of an enterprise, and for the carrier's people those that are late."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import ReviewLine
from accounts.permissions import Permission
from accounts.reviewing import lists, selectors, services
from portal import exports, listing
from portal.errors import Refused
from portal.http import ActorRequest, onward, refused
from portal.listing import Action
from portal.policy import requires


def _keep(request: ActorRequest, lines: list[ReviewLine]) -> HttpResponseBase:
    """Each of the chosen is confirmed by itself, as it was shown; who cannot be is said, with the reason."""
    back, seen = onward(request, _page(request)), listing.seen(request)
    failed: list[Any] = []
    for line in lines:
        try:
            services.confirm(line.pk, seen=seen.get(line.pk, ""), actor=request.actor, at=timezone.now())
        except Refused as refusal:
            failed.append(refusal.message)
    n = len(lines) - len(failed)
    done = ngettext("%(n)s confirmed.", "%(n)s confirmed.", n) % {"n": n} if n else ""
    return listing.told(request, done=done, failed=failed, back=back)


_KEEP = Action("keep", gettext_lazy("Confirm: they keep what they have"), "check", _keep, Permission.USER_ADMIN)
LINE_LIST = replace(lists.LINE_LIST, actions=[_KEEP])


def _page(request: ActorRequest) -> str:
    return reverse("reviewing:review", args=[request.actor.enterprise_public_id])


@require_safe
@requires(Permission.USER_ADMIN)
def review(request: ActorRequest) -> HttpResponse:
    """The people of all reviews; who waits is of the one under way."""
    me, known = request.actor, selectors.list_newest(request.actor)
    open_one = next((each for each in known if each.status == "open"), None)
    context: dict[str, Any] = {
        "reviews": known,
        "progress": lists.progress(open_one, today=timezone.localdate()) if open_one else None,
        "can_begin": open_one is None and selectors.may_begin(me),
        "before": "reviewing/_progress.html",
        "after": "reviewing/_earlier.html",
    }
    rows, columns = selectors.list_lines(me), lists.line_columns(me)
    return listing.show(request, LINE_LIST, rows, columns, template="reviewing/review.html", context=context)


@require_POST
@requires(Permission.USER_ADMIN)
def begin(request: ActorRequest) -> HttpResponse:
    try:
        services.begin(actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=_page(request))
    messages.success(request, _("Begun. All administrators get a mail."))
    return redirect(f"{_page(request)}?answer=waits")


@require_POST
@requires(Permission.USER_ADMIN)
def chosen(request: ActorRequest) -> HttpResponseBase:
    return listing.act(request, LINE_LIST, selectors.list_lines(request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.USER_ADMIN)
def export(request: ActorRequest) -> HttpResponse:
    name = f"{request.actor.enterprise_public_id}-access-review-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.LINES_EXPORT, name=name, back=_page(request))


@require_safe
@requires(Permission.ADMINISTRATOR_APPOINT)
def list_open(request: ActorRequest) -> HttpResponse:
    rows = selectors.list_open_everywhere(request.actor)
    return listing.show(request, lists.REVIEW_LIST, rows, lists.review_columns())
