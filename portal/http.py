"""Answers: fragments, refusals, error pages, and what every page's frame needs."""

import sys
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from portal import problems
from portal.actors import Actor, initials
from portal.errors import Refused, Text
from portal.outages import CACHE, Outage, outage_of

THEMES = ("light", "dark", "system")
THEME_COOKIE = "theme"


# What went wrong, and the way out; these are said without the database.
WORDS: dict[int, tuple[Text, Text]] = {
    400: (
        _("This could not be read"),
        _(
            "What your browser sent is damaged or incomplete, so nothing was changed. Go back, load the page again, and"
            " try once more."
        ),
    ),
    405: (
        _("There is no page at this address"),
        _(
            "It belongs to a button or a form on another page. Nothing was changed. Go back to that page, or to the"
            " start."
        ),
    ),
    413: (
        _("This is too much at once"),
        _("What you sent is larger than the portal takes, so nothing was changed. Send less at a time."),
    ),
    429: (
        _("Too many attempts"),
        _(
            "To keep guessers out, the portal slows down after several attempts. If you have forgotten your password,"
            " choose a new one."
        ),
    ),
    500: (
        _("This did not work"),
        _(
            "The fault is ours, and it has been noted. What you were about to save was not saved. Try again in a"
            " minute; if it stays so, call us."
        ),
    ),
    503: (
        _("The portal is busy for a moment"),
        _("It is being restarted, or has too much to do. Nothing was changed. Wait a few seconds, then try again."),
    ),
}
_OPEN = _(
    "The line to our database broke in the very moment of saving. Look whether your change is there before you try"
    " again."
)
_CACHE_AWAY = _(
    "Signing in is not possible for a moment, because what keeps guessers out does not answer. Who has signed in"
    " already can go on working. Try again in a few seconds; if it stays so, call us."
)


class ActorRequest(HttpRequest):
    """A request behind the policy: somebody acts, and htmx may have asked."""

    actor: Actor
    htmx: Any
    # What of their notices staff have not read, counted before one customer was entered.
    unread: int | None


def onward(request: HttpRequest, otherwise: str) -> str:
    """Where the person was going, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_ours else otherwise


def set_theme_cookie(answer: HttpResponse, request: HttpRequest, theme: str) -> None:
    """Let the browser keep light, dark or the system's."""
    answer.set_cookie(THEME_COOKIE, theme, max_age=365 * 24 * 3600, secure=request.is_secure(), samesite="Lax")


def detour(request: HttpRequest, url: str) -> HttpResponse:
    """Another page must be seen first; it leads back to this one."""
    if problems.is_api(request):
        return problems.page_first(request, url)
    way = f"{url}?{urlencode({'next': page_of(request)})}"
    # A fragment would take the other page inside itself.
    return HttpResponseClientRedirect(way) if getattr(request, "htmx", None) else redirect(way)


def page_of(request: HttpRequest) -> str:
    """The page asked for, or the one that holds the form or fragment: their own address is none to come back to."""
    if request.method in {"GET", "HEAD"} and not getattr(request, "htmx", None):
        return request.get_full_path()
    source = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    return source._replace(scheme="", netloc="", fragment="").geturl() if source.netloc == request.get_host() else ""


def refused(request: HttpRequest, refusal: Refused, *, back: str) -> HttpResponse:
    """What was refused, why, and the way out; nothing was written. 409."""
    template = "components/_refusal.html" if getattr(request, "htmx", None) else "409.html"
    return render(request, template, {"refusal": refusal, "back": back, **_whom_to_call(request)}, status=409)


def forbidden(request: HttpRequest, exception: Exception | None = None, *, permission: str = "") -> HttpResponse:
    """What the page would take, and who can give it."""
    speak_as_user(request)
    if problems.is_api(request):
        return problems.answer(request, problems.FORBIDDEN)
    actor = getattr(request, "actor", None)
    context = import_string(settings.WHO_GRANTS)(actor, permission) if actor and permission else {}
    return render(request, "403.html", {**context, **_whom_to_call(request)}, status=403)


def _whom_to_call(request: HttpRequest) -> dict[str, Any]:
    """Of the customer's account team, for a page of the frame that says why something is not to be had."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.is_staff or actor.enterprise_id is None or getattr(request, "htmx", None):
        return {}
    return {"call": import_string(settings.WHOM_TO_CALL)(actor)}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    speak_as_user(request)
    said = problems.instead(request, problems.NOT_FOUND)
    return said or render(request, "404.html", _whom_to_call(request), status=404)


def speak(request: HttpRequest, language: str, time_zone: str) -> None:
    """Answer this request in somebody's language and time zone."""
    translation.activate(language)
    request.LANGUAGE_CODE = language
    timezone.activate(time_zone)


def speak_as_user(request: HttpRequest) -> None:
    """The same for who has signed in, or shown the password and must show more, on pages that know no actor."""
    user = getattr(request, "user", None)
    if user is not None and not user.is_authenticated:
        user = import_string(settings.SIGNING_IN)(request)
    if user is not None:
        speak(request, user.language, user.time_zone)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What was sent cannot be read, or is too much."""
    is_too_much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return _plain(request, 413 if is_too_much else 400)


def no_page(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Only forms are sent to this address, and somebody opened it: the same answer, with words."""
    answer.content = _plain(request, 405).content
    return answer


def too_large(request: HttpRequest) -> HttpResponse:
    """More than this page takes; none of it was read."""
    most = settings.UPLOAD_MAX_BYTES // 1_000_000
    said = problems.instead(request, problems.TOO_LARGE)
    answer = said or render(request, "413.html", {"most": most}, status=413)
    # What is still on its way must not be taken for the next request.
    answer["Connection"] = "close"
    return answer


def too_many_requests(request: HttpRequest, exception: Exception | None = None, *, wait: int = 60) -> HttpResponse:
    """Guessing is slowed down; so is, for ``wait`` seconds, whoever mistypes too often."""
    minutes = -(-wait // 60)
    when = ngettext("Wait %(n)s minute, then try again.", "Wait %(n)s minutes, then try again.", minutes)
    answer = _plain(request, 429, text=f"{WORDS[429][1]} {when % {'n': minutes}}")
    answer["Retry-After"] = str(wait)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours; or trouble that passes by itself, which says when to come again."""
    outage = outage_of(sys.exc_info()[1])
    return unavailable(request, outage) if outage else _plain(request, 500)


def unavailable(request: HttpRequest, outage: Outage) -> HttpResponse:
    """Nothing was written, unless the line broke in the commit: then nobody can tell, and the page says so."""
    is_open = outage.is_lost and getattr(request, "is_committing", False)
    answer = _plain(request, 503, text=_OPEN if is_open else _CACHE_AWAY if outage is CACHE else "")
    answer["Retry-After"] = str(outage.retry_after)
    return answer


def _plain(request: HttpRequest, status: int, text: Text = "") -> HttpResponse:
    """Without the frame and without the database, whose trouble may be what is told of."""
    if problems.is_api(request):
        return problems.answer(request, problems.of_status(status), detail=text or None)
    title, usual = WORDS[status]
    again = request.get_full_path() if request.method in {"GET", "HEAD"} and status not in {405, 500} else ""
    words = {
        "code": status,
        "title": title,
        "text": text or usual,
        "again": again,
        "may_resend": status == 503 and not text and not again,
        "carrier": settings.CARRIER,
        "face": settings.FACE,
        "theme": request.COOKIES.get(THEME_COOKIE),
        "team_url": _team_url(request) if status == 500 else "",
    }
    return HttpResponse(render_to_string("shell/plain.html", words), status=status)


def _team_url(request: HttpRequest) -> str:
    """Where it says whom to call, made without the database: for who was in an enterprise when it went wrong."""
    actor = getattr(request, "actor", None)
    return reverse("serving:team", args=[actor.enterprise_public_id]) if actor and actor.enterprise_public_id else ""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    speak_as_user(request)
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
            {"code": code, "name": name, "current": code == translation.get_language()}
            for code, name in settings.LANGUAGES
        ],
        "theme": theme if theme in THEMES else "system",
        "time_zone": timezone.get_current_timezone_name(),
        "nav": [],
        "switch": None,
        "search": None,
        "bell": None,
        "help_url": "",
        "has_shortcuts": True,
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
