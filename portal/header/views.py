"""Search and notices, as pages and as the parts of them that the header shows."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal import identifiers, pace, registries, terms
from portal.header import selectors, services
from portal.header.lists import TOLD, address, badge, columns, label
from portal.http import ActorRequest
from portal.models import Notice
from portal.notices import SECRET_MARK
from portal.policy import requires, signed_in

PANEL_ROWS = 6


@require_safe
@signed_in
def search(request: ActorRequest) -> HttpResponse:
    """All that an identifier names in this enterprise."""
    return _search(request)


@require_safe
@requires("enterprise.open")
def search_everywhere(request: ActorRequest) -> HttpResponse:
    """The same across all customers, and the customers themselves."""
    return _search(request)


def _search(request: ActorRequest) -> HttpResponse:
    """Enter in the search box goes straight to what alone was found; an address that is kept shows the list."""
    typed = identifiers.cleaned(request.GET.get("q", ""))
    is_too_much = bool(typed) and _is_too_often(request)
    found = [] if is_too_much else registries.search_by_kind(request.actor, typed)
    hits = [hit for each in found for hit in each.hits]
    if "go" in request.GET and len(hits) == 1 and not request.htmx:
        return redirect(hits[0].url(request.actor))
    context = {
        "typed": typed,
        "found": [_shown(request, each) for each in found],
        "count": len(hits),
        "is_cut": any(len(each.hits) >= each.search.most for each in found),
        "kinds": _kinds(request),
        "is_too_much": is_too_much,
    }
    template = "header/_hits.html" if request.htmx else "header/search.html"
    return render(request, template, context, status=429 if is_too_much else 200)


def _shown(request: ActorRequest, found: registries.Found) -> dict[str, Any]:
    return {
        "title": found.search.what,
        "hits": [{"hit": hit, "url": hit.url(request.actor)} for hit in found.hits],
    }


def _kinds(request: ActorRequest) -> list[registries.Search]:
    """What can be searched here, each once: two searches may look for the same kind of thing."""
    return list({str(each.what): each for each in reversed(registries.searches(request.actor))}.values())[::-1]


def _is_too_often(request: ActorRequest) -> bool:
    now = timezone.now()
    limit = int(terms.value("search.per_minute", on=now.date(), enterprise_id=request.actor.enterprise_id))
    window = int(now.timestamp()) // pace.WINDOW
    return pace.count(f"searches:{request.actor.user_id}:{window}") > limit


@require_safe
@signed_in
def told(request: ActorRequest) -> HttpResponse:
    """What the person was told, newest first; for htmx the latest alone, as the bell's panel."""
    mine = selectors.list_mine(request.actor)
    places = {"all_url": address(request.actor, "list"), "read_url": address(request.actor, "read_all")}
    if request.htmx:
        latest = [
            {"notice": each, "url": address(request.actor, "notice", each.pk)}
            for each in mine.order_by("-created_at", "-pk")[:PANEL_ROWS]
        ]
        return render(request, "header/_told.html", {"latest": latest, **places})
    page = TOLD.show(mine, request.GET)
    context = {
        "page": page,
        "columns": columns(request.actor),
        "unread": selectors.count_unread(request.actor),
        **places,
    }
    return render(request, "header/told.html", context)


@require_safe
@signed_in
def told_notice(request: ActorRequest, pk: int) -> HttpResponse:
    """One notice, word for word; who opens it has read it."""
    notice = get_object_or_404(selectors.list_mine(request.actor).select_related("event"), pk=pk)
    if services.mark_read({notice.enterprise_id: [notice.pk]}, actor=request.actor, at=timezone.now()):
        # What the bell says on this very page was counted before.
        request.unread = selectors.count_unread(request.actor)
    thing = selectors.thing_of(request.actor, notice)
    context: dict[str, Any] = {"notice": notice, "text": _words(notice), "all_url": address(request.actor, "list")}
    context["mute_url"] = urlsplit(notice.mute_url).path
    if thing:
        page, args = thing
        whose = request.actor.enterprise_public_id or notice.enterprise_public_id  # type: ignore[attr-defined]
        context |= {"thing_url": reverse(page.url_name, args=[whose, *args]), "thing_label": page.label}
    return render(request, "header/notice.html", context)


def _words(notice: Notice) -> str:
    return notice.body_text.replace(SECRET_MARK, _("[a link that stands in the mail alone]"))


@require_POST
@signed_in
def told_read_all(request: ActorRequest) -> HttpResponse:
    """All of it is read."""
    unread = selectors.list_unread_by_enterprise(request.actor)
    count = services.mark_read(unread, actor=request.actor, at=timezone.now())
    said = ngettext("%(count)s notice is marked as read.", "%(count)s notices are marked as read.", count)
    messages.success(request, said % {"count": count} if count else _("There was nothing unread."))
    return redirect(address(request.actor, "list"))


@require_safe
@signed_in
def told_unread(request: ActorRequest) -> HttpResponse:
    """How much is unread; 204 while it is as many as the page knows already."""
    count = selectors.count_unread(request.actor)
    if request.GET.get("known") == str(count):
        return HttpResponse(status=204)
    return JsonResponse({"count": count, "badge": badge(count), "label": label(count)})
