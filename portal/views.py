"""The kernel's own pages: health, theme, files, and the log of notices."""

from hmac import compare_digest

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect
from prometheus_client import CONTENT_TYPE_LATEST

from portal import checks, delivery, drafts, exports, files, listing, looks, metrics, ownlists, selectors, suggestions
from portal.errors import Refused
from portal.http import THEMES, ActorRequest, onward, page_of, refused, set_theme_cookie
from portal.loading.cells import countries
from portal.models import ExportState
from portal.ownlists import NOTICE_RESEND, NOTICE_VIEW
from portal.policy import public, requires, signed_in

UNDER_WAY = {ExportState.WAITING, ExportState.WORKING}
UNTOLD_CAP = 20
MOST_DIGITS = 18  # of a key, as the database holds it


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: its database answers as its own role and is up to date. Warnings keep it serving."""
    reason = checks.not_ready()
    if reason:
        return JsonResponse({"status": "unavailable", "database": reason}, status=503)
    found = checks.slow_search() + metrics.warnings(timezone.now())
    return JsonResponse({"status": "ok", "database": "ok", **({"warnings": found} if found else {})})


@require_safe
@public
def show_metrics(request: HttpRequest) -> HttpResponse:
    """For the operator's scraper, which shows its token; to anybody else there is no such page."""
    given = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        raise Http404
    return HttpResponse(metrics.text(timezone.now()), content_type=CONTENT_TYPE_LATEST)


@require_POST
@public
def set_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or the system's, remembered by the browser."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        raise Http404
    answer = redirect(onward(request, "/"))
    set_theme_cookie(answer, request, theme)
    return answer


@require_safe
@signed_in
def file(request: ActorRequest, pk: int) -> HttpResponseBase:
    """A file for who may see what it hangs on; to everybody else there is none."""
    found = files.find(request.actor, pk)
    if found is None:
        raise Http404
    looks.note(request.actor, found, "file", label=found.name, at=timezone.now())
    try:
        return files.hand_out(found)
    except Refused as refusal:
        return refused(request, refusal, back=reverse("accounts:home", args=[request.actor.enterprise_public_id]))


@require_safe
@signed_in
def downloads(request: ActorRequest) -> HttpResponse:
    """The person's files from long lists; htmx asks for them alone while one is under way."""
    rows = exports.list_mine(request.actor)
    is_under_way = rows.filter(state__in=UNDER_WAY).exists()
    return listing.show(
        request, ownlists.DOWNLOAD_LIST, rows, ownlists.download_columns(request), template="exports/list.html",
        context={"is_under_way": is_under_way}, is_moving=is_under_way,
    )  # fmt: skip


@require_POST
@signed_in
def prepare_again(request: ActorRequest, pk: int) -> HttpResponse:
    """A file that was not possible, or that is removed, once more."""
    found = get_object_or_404(exports.list_mine(request.actor), pk=pk)
    back = reverse("exports:list", args=[request.actor.enterprise_public_id])
    try:
        exports.ask_again(found.pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, _("We are preparing it. A mail tells you when it is ready."))
    return redirect(back)


@require_safe
@requires(NOTICE_VIEW)
def notices(request: ActorRequest) -> HttpResponse:
    """What was told to whom, newest first, and above it what could not be told at all."""
    untold = list(selectors.list_untold(request.actor)[: UNTOLD_CAP + 1])
    context = {
        "before": "notices/_untold.html" if untold else "",
        "untold": untold[:UNTOLD_CAP],
        "has_more": len(untold) > UNTOLD_CAP,
    }
    rows, columns = selectors.list_notices(request.actor), ownlists.notice_columns()
    return listing.show(request, ownlists.NOTICE_LIST, rows, columns, template="notices/list.html", context=context)


@require_safe
@requires(NOTICE_VIEW)
def export_notices(request: ActorRequest) -> HttpResponse:
    name = f"notices-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, ownlists.NOTICES_EXPORT, name=name, back=reverse("notices:list"))


@require_POST
@requires(NOTICE_RESEND)
def chosen_notices(request: ActorRequest) -> HttpResponseBase:
    """What can be done with rows of the log."""
    return listing.act(request, ownlists.NOTICE_LIST, selectors.list_notices(request.actor))


@require_safe
@requires(NOTICE_VIEW)
def notice(request: ActorRequest, pk: int) -> HttpResponse:
    """One notice as its reader has it."""
    found = get_object_or_404(selectors.list_notices(request.actor).select_related("event"), pk=pk)
    return render(request, "notices/notice.html", {"notice": found, "state": dict(ownlists.STATES)[found.state]})


@require_POST
@requires(NOTICE_RESEND)
def send_notice_again(request: ActorRequest, pk: int) -> HttpResponse:
    """A further copy, which the log shows beside the first."""
    found = get_object_or_404(selectors.list_notices(request.actor), pk=pk)
    again = delivery.send_again(found, now=timezone.now())
    messages.success(request, _("A copy is on its way to %(address)s.") % {"address": again.recipient})
    return redirect("notices:notice", request.actor.enterprise_public_id, again.pk)


@require_POST
@requires(NOTICE_RESEND)
def try_notice_again(request: ActorRequest, pk: int) -> HttpResponse:
    """The mail itself, where it was given up."""
    found = get_object_or_404(selectors.list_notices(request.actor), pk=pk)
    delivery.try_again(found, actor=request.actor, at=timezone.now())
    messages.success(request, _("The mail to %(address)s is tried again.") % {"address": found.recipient})
    return redirect("notices:notice", request.actor.enterprise_public_id, found.pk)


@require_POST
@requires(NOTICE_RESEND)
def try_todo_again(request: ActorRequest, pk: int) -> HttpResponse:
    """The mails of an event, where they could not be written."""
    found = get_object_or_404(selectors.list_todos(request.actor), pk=pk)
    delivery.try_again(found, actor=request.actor, at=timezone.now())
    messages.success(request, _("The mails of this event are written again."))
    return redirect("notices:list")


@require_POST
@signed_in
def keep_draft(request: ActorRequest) -> HttpResponse:
    """What is typed so far; nobody but its writer will be shown it."""
    kept = drafts.keep(request.actor, *_draft(request), request.POST, at=timezone.now())
    return render(request, "components/_kept.html", {"draft": kept, "page": onward(request, page_of(request))})


@require_POST
@signed_in
def discard_draft(request: ActorRequest) -> HttpResponse:
    """Thrown away; back to the form, as it was before anything was typed."""
    drafts.discard(request.actor, *_draft(request))
    home = reverse("accounts:home", args=[request.actor.enterprise_public_id])
    back = onward(request, page_of(request) or home)
    return HttpResponseClientRedirect(back) if request.htmx else redirect(back)


def _draft(request: ActorRequest) -> tuple[str, int]:
    """Which form, and the key of what it is about: the writer's own mark, by which nothing else is reached."""
    name, about = request.GET.get("form", ""), request.GET.get("about", "")
    if name not in drafts.FORMS or not (about.isascii() and about.isdigit() and len(about) <= MOST_DIGITS):
        raise Http404
    return name, int(about)


@require_safe
@signed_in
def suggest_countries(request: ActorRequest) -> HttpResponse:
    return suggestions.answer(request, suggestions.countries(countries()))


@require_safe
@signed_in
def suggest_time_zones(request: ActorRequest) -> HttpResponse:
    return suggestions.answer(request, suggestions.time_zones)
