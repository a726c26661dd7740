"""Answers: fragments, refusals, error pages, and what every page's frame needs."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django_htmx.http import HttpResponseClientRedirect

from portal import problems
from portal.actors import Actor, initials
from portal.errors import Refused

THEMES = ("light", "dark", "system")
THEME_COOKIE = "theme"


class ActorRequest(HttpRequest):
    """A request behind the policy: somebody acts, and htmx may have asked."""

    actor: Actor
    htmx: Any


def fragment(request: HttpRequest, template: str, context: dict[str, Any], *, otherwise: str) -> HttpResponse:
    """The page's own part for htmx; without JavaScript, back to the whole page."""
    if getattr(request, "htmx", None):
        return render(request, template, context)
    return redirect(otherwise)


def onward(request: HttpRequest, otherwise: str) -> str:
    """Where the person was going, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_ours else otherwise


def detour(request: HttpRequest, url: str) -> HttpResponse:
    """Another page must be seen first; it leads back to this one."""
    if problems.is_api(request):
        return problems.page_first(request, url)
    way = f"{url}?{urlencode({'next': _page(request)})}"
    # A fragment would take the other page inside itself.
    return HttpResponseClientRedirect(way) if getattr(request, "htmx", None) else redirect(way)


def _page(request: HttpRequest) -> str:
    """The page asked for, or the one that holds the form or fragment: their own address is none to come back to."""
    if request.method in {"GET", "HEAD"} and not getattr(request, "htmx", None):
        return request.get_full_path()
    source = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    return source._replace(scheme="", netloc="", fragment="").geturl() if source.netloc == request.get_host() else ""


def refused(request: HttpRequest, refusal: Refused, *, back: str) -> HttpResponse:
    """What was refused, why, and the way out; nothing was written. 409."""
    template = "components/_refusal.html" if getattr(request, "htmx", None) else "409.html"
    return render(request, template, {"refusal": refusal, "back": back}, status=409)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problems.instead(request, problems.FORBIDDEN) or render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problems.instead(request, problems.NOT_FOUND) or render(request, "404.html", status=404)


def too_large(request: HttpRequest) -> HttpResponse:
    """More than this page takes; none of it was read."""
    most = settings.UPLOAD_MAX_BYTES // 1_000_000
    said = problems.instead(request, problems.TOO_LARGE)
    answer = said or render(request, "413.html", {"most": most}, status=413)
    # What is still on its way must not be taken for the next request.
    answer["Connection"] = "close"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the frame, whose parts may be what is broken."""
    said = problems.instead(request, problems.BROKEN)
    return said or render(request, "500.html", {"carrier": settings.CARRIER}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    said = problems.instead(request, problems.FORGED)
    return said or render(request, "403.html", {"is_stale_form": True}, status=403)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame of every page, and the actor for its links."""
    actor = getattr(request, "actor", None)
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    frame = {
        "face": settings.FACE,
        "carrier": settings.CARRIER,
        "languages": [
            {"code": code, "name": name, "current": code == getattr(request, "LANGUAGE_CODE", "en")}
            for code, name in settings.LANGUAGES
        ],
        "theme": theme if theme in THEMES else "system",
        "time_zone": timezone.get_current_timezone_name(),
        "nav": [],
        "switch": [],
        "enterprise": None,
        "person": None,
        "visit": None,
        "is_demo": settings.DEMO,
    }
    user = getattr(request, "user", None)
    if actor is None and user is not None and user.is_authenticated:
        # The library's own pages, such as the one for the second factor, have no actor.
        frame["person"] = {"name": user.email, "initials": initials(user.email), "email": user.email}
    if actor is not None:
        frame.update(import_string(settings.SHELL)(request, actor))
    return {"shell": frame, "carrier": settings.CARRIER, "actor": actor}
