"""Second factors: what a session has shown, where it is asked for, and what waits meanwhile.

A form that was sent and takes a factor shown lately waits in its sender's session, sealed, while
they show it; then it is sent on, as it was. Nothing that somebody typed is lost by it.
"""

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from accounts import selectors
from accounts.models import Enterprise, Membership, MembershipStatus, User
from accounts.permissions import Permission
from portal import problems, seals, terms
from portal.actors import Actor
from portal.http import detour, page_of
from portal.tenancy import of_enterprise, tenant_scope

FRESH_MINUTES = "people.fresh_minutes"
SECOND_FACTOR = "people.second_factor"
ADMINISTRATORS, EVERYBODY = "administrators", "everybody"
# Where a second factor is shown once more, by what the person has.
_PAGES = {
    "mfa_reauthenticate": Authenticator.Type.TOTP,
    "mfa_reauthenticate_webauthn": Authenticator.Type.WEBAUTHN,
}
_WAITING = "waiting"
_AFTERWARDS = "afterwards"
_MOST_WAITING = 3  # tabs, of which each has sent something


def shown_at(request: HttpRequest) -> datetime | None:
    """When this session showed a second factor last."""
    assert isinstance(request.user, User)
    records = get_authentication_records(request, request.user)
    times = [record["at"] for record in records if record.get("method") == "mfa"]
    return datetime.fromtimestamp(max(times), UTC) if times else None


_SIGN_ONS = "sign_ons"


def note_sign_on(request: HttpRequest, enterprise_id: int, *, has_factor: bool) -> None:
    """This session came in by an enterprise's own sign-on: what that says counts there alone."""
    mine = {"at": timezone.now().timestamp(), "has_factor": has_factor}
    request.session[_SIGN_ONS] = {**request.session.get(_SIGN_ONS, {}), str(enterprise_id): mine}


def signed_on_at(request: HttpRequest, enterprise_id: int | None, *, with_factor: bool = False) -> datetime | None:
    """When this session came in by the enterprise's sign-on."""
    found = request.session.get(_SIGN_ONS, {}).get(str(enterprise_id))
    if not found or (with_factor and not found["has_factor"]):
        return None
    return datetime.fromtimestamp(found["at"], UTC)


def is_sign_on_only(request: HttpRequest) -> bool:
    """Whether nothing but sign-ons vouches for who this is: no password and no factor of their own."""
    if not request.session.get(_SIGN_ONS):
        return False
    assert isinstance(request.user, User)
    return not get_authentication_records(request, request.user)


def has_shown(request: HttpRequest) -> bool:
    return shown_at(request) is not None


def is_demanded(actor: Actor, enterprise: Enterprise) -> bool:
    """Whether this member must have shown a second factor to be in this enterprise.

    Who administers it always; everybody where its administrators or the term ``people.second_factor`` say so.
    """
    return actor.may(Permission.ENTERPRISE_ADMIN) or enterprise.asks_everybody or does_term_ask(enterprise)


def does_term_ask(enterprise: Enterprise) -> bool:
    """Whether the carrier, or what was agreed with it, asks everybody here."""
    return str(terms.value(SECOND_FACTOR, on=timezone.now().date(), of=enterprise)) == EVERYBODY


def who_demands(user: User) -> str:
    """By name the first enterprise in which this customer's person needs a second factor; empty where none does."""
    for pk, _number, name in selectors.list_enterprises_of(user):
        with tenant_scope(pk):
            enterprise = selectors.get_enterprise(pk)
            actor = selectors.get_customer_actor(user, enterprise)
            if actor and is_demanded(actor, enterprise):
                return name
    return ""


def who_has_none(actor: Actor) -> tuple[list[str], int]:
    """The actor's colleagues without a second factor, by name, and how many there are in all."""
    people = of_enterprise(Membership.objects, actor).filter(status=MembershipStatus.ACTIVE, user__is_active=True)
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    having = Authenticator.objects.filter(type__in=kinds).values("user_id")
    lacking = people.exclude(user_id__in=having).order_by("name", "id")
    return list(lacking.values_list("name", flat=True)), people.count()


def has_other(factor: Authenticator) -> bool:
    """Whether its owner could still show a second factor without this one."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    mine = Authenticator.objects.filter(user_id=factor.user_id, type__in=kinds)
    return bool(mine.exclude(pk=factor.pk).exists())


def list_apps(user_id: int | None) -> QuerySet[Any]:
    """Somebody's authenticator app: one at most."""
    found: QuerySet[Any] = Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.TOTP)
    return found


def page_for(user: User) -> str:
    """Where this person shows a second factor, or sets one up; not the password, which would lead back here."""
    had = (page for page, kind in _PAGES.items() if is_mfa_enabled(user, [kind]))
    return reverse(next(had, "mfa_index"))


def lead(request: HttpRequest, user: User, *, by: str) -> HttpResponse:
    """To the second factor that ``by`` asks for, and back; where one is set up first, the way back is kept."""
    page = page_for(user)
    if page == reverse("mfa_index") and not problems.is_api(request):
        request.session[_AFTERWARDS] = {"url": page_of(request) or "/", "by": by}
    return detour(request, page)


def arrive(request: HttpRequest) -> None:
    """Where they were going they have come to."""
    if _AFTERWARDS in request.session:
        del request.session[_AFTERWARDS]


def freshen(request: HttpRequest, actor: Actor) -> HttpResponse | None:
    """Nothing where a second factor was shown lately; else the way to show it, and back to what was sent.

    How long one counts is the term ``people.fresh_minutes``.
    """
    if actor.key_id:
        # A program has no second factor: what takes one is a person's.
        return problems.answer(request, problems.FORBIDDEN)
    assert isinstance(request.user, User)
    now, shown = timezone.now(), shown_at(request)
    minutes = terms.value(FRESH_MINUTES, on=now.date(), enterprise_id=actor.enterprise_id)
    signed_on = signed_on_at(request, actor.enterprise_id, with_factor=True)
    if any(each and each > now - timedelta(minutes=minutes) for each in (shown, signed_on)):
        return None
    page = page_for(request.user)
    if problems.is_api(request):
        return problems.factor_first(request, page)
    onward = f"{reverse('entering:again')}?{urlencode({'waiting': _keep(request, request.user.pk)})}"
    if page == reverse("mfa_index"):
        request.session[_AFTERWARDS] = {"url": onward, "by": ""}
    way = f"{page}?{urlencode({'next': onward})}"
    return HttpResponseClientRedirect(way) if getattr(request, "htmx", None) else redirect(way)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back; a form that was sent as the session ran out waits meanwhile."""
    sender = getattr(request, "outlived", None)
    page = resolve_url(settings.LOGIN_URL)
    if sender is None or request.method != "POST" or problems.is_api(request):
        return detour(request, page)
    onward = f"{reverse('entering:again')}?{urlencode({'waiting': _keep(request, sender)})}"
    way = f"{page}?{urlencode({'next': onward})}"
    return HttpResponseClientRedirect(way) if getattr(request, "htmx", None) else redirect(way)


@dataclass(frozen=True)
class Waiting:
    """A form as it was sent: by whom, where to, from which page, its fields, and the files it had by their fields."""

    sender: int
    path: str
    page: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)


def _keep(request: HttpRequest, sender: int) -> str:
    """Let what was sent wait; files cannot, and are asked for again by their names."""
    sent = request.POST.lists()
    fields = [(name, value) for name, values in sent for value in values if name != "csrfmiddlewaretoken"]
    files = [(name, file.name or "") for name, found in request.FILES.lists() for file in found]
    waiting = Waiting(sender, request.get_full_path(), page_of(request), fields, files)
    token = secrets.token_urlsafe(16)
    kept: dict[str, Any] = request.session.get(_WAITING, {})
    newest = dict(list(kept.items())[1 - _MOST_WAITING :])
    request.session[_WAITING] = {**newest, token: seals.seal(json.dumps(asdict(waiting)), purpose=_WAITING)}
    return token


def take(request: HttpRequest, token: str) -> Waiting | None:
    """What waits under a token, once: who comes back later is only led to the page it was sent from."""
    kept: dict[str, str] = request.session.get(_WAITING, {})
    if token not in kept:
        return None
    found = Waiting(**json.loads(seals.unseal(kept[token], purpose=_WAITING)))
    if found.sender != request.user.pk:
        return None
    left = asdict(Waiting(found.sender, "", found.page))
    request.session[_WAITING] = {**kept, token: seals.seal(json.dumps(left), purpose=_WAITING)}
    return found
