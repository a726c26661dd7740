"""How long a session lives, which browsers a person is known by, and what ends their other sessions.

A session ends when nothing was done in it for IDLE_MINUTES, and SESSION_HOURS after signing in whatever
was done. A page that asks by itself, over and over, does nothing in this sense.
"""

import secrets
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.internal.flows import sessions as kept
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from portal.locator import key_hash

_BEGAN, _SEEN = "began", "seen"
TICK = 60  # seconds between two notes of when a session was last used
POLL = "X-Poll"
_SALT = "devices"
_MOST = 8  # people who share a browser


def begin(request: HttpRequest) -> None:
    """Somebody has signed in: the session's time runs from now."""
    now = timezone.now().timestamp()
    request.session.update({_BEGAN: now, _SEEN: now})


def keep_alive(request: HttpRequest) -> None:
    """End a session whose time is over; note, once a minute, that one is used."""
    user = request.user
    if not isinstance(user, User):
        return
    now = timezone.now().timestamp()
    records = get_authentication_records(request, user)
    began = request.session.get(_BEGAN) or (records[0]["at"] if records else now)
    seen = request.session.get(_SEEN, began)
    if now - began >= settings.SESSION_HOURS * 3600 or now - seen >= settings.IDLE_MINUTES * 60:
        _end(request, user, is_idle=now - seen >= settings.IDLE_MINUTES * 60)
    elif POLL not in request.headers and (now - seen >= TICK or _SEEN not in request.session):
        request.session.update({_BEGAN: began, _SEEN: now})
        mine = UserSession.objects.filter(session_key=request.session.session_key)
        mine.update(last_seen_at=timezone.now())


def _end(request: HttpRequest, user: User, *, is_idle: bool) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)
    # Whose form it is, should one have been sent: it waits for them while they sign in.
    request.outlived = user.pk  # type: ignore[attr-defined]
    words = (
        _("You were signed out because nothing was done for %(n)s minutes.") % {"n": settings.IDLE_MINUTES}
        if is_idle
        else _("You were signed out because you signed in more than %(n)s hours ago.") % {"n": settings.SESSION_HOURS}
    )
    messages.info(request, words)


def renew(request: HttpRequest) -> None:
    """A new key for the same session: what was overheard before opens nothing now."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def end_others(request: HttpRequest, user: User) -> None:
    """Whoever else was in by what has changed now is out."""
    kept.end_other_sessions(request, user)


def end_one(request: HttpRequest, pk: int) -> bool:
    """One of one's own, which may be this one; False where there is none."""
    found = list(UserSession.objects.filter(user_id=request.user.pk, pk=pk))
    kept.end_sessions(request, found)
    return bool(found)


def end_all(email: str | None) -> int:
    """An operator signs somebody out everywhere, or everybody. Raises LookupError for an unknown address."""
    found = UserSession.objects.all()
    if email is not None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise LookupError(email)
        found = found.filter(user_id=user.pk)
    ended = list(found)
    for each in ended:
        each.end()
    return len(ended)


# --- browsers that a person is known by --------------------------------------------------------


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        found = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT)
    except signing.BadSignature:
        return {"id": "", "of": []}
    return dict(found)


def _mark(email: str) -> str:
    return key_hash("device", email.strip().lower())[:32]


def device_of(request: HttpRequest, email: str) -> str:
    """The name of this browser, if somebody with this address has signed in by it before."""
    found = _read(request)
    return str(found["id"]) if _mark(email) in found["of"] else ""


def remember_device(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Let the browser keep, sealed, that this person has signed in by it."""
    found = _read(request)
    of = [_mark(email), *(each for each in found["of"] if each != _mark(email))][:_MOST]
    value = signing.dumps({"id": found["id"] or secrets.token_urlsafe(9), "of": of}, salt=_SALT)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        value,
        max_age=365 * 24 * 3600,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
