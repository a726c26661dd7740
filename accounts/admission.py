"""Letting people in: who somebody is on this face and in this enterprise, and their page's frame.

The kernel's middleware calls it by its name in the settings, after the view's policy was read.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import factors, selectors, services
from accounts.lists import switch_entries
from accounts.models import Enterprise, TeamMember, User
from accounts.permissions import Permission
from portal import pace, problems, registries
from portal.actors import Actor
from portal.header.lists import badge, label
from portal.header.selectors import count_unread
from portal.http import detour
from portal.links import address
from portal.problems import is_api

# What the page of the first sign-in itself consists of.
_WELCOME = {"entering:welcome", "suggest_time_zones"}
Enter = Callable[[int], None]


def admit(request: HttpRequest, *, public_id: str | None, enter: Enter) -> Actor | HttpResponse:
    """The actor of this request, or the page the person must see first.

    Raises Http404 for an enterprise that is not theirs, as for one that does not exist.
    """
    credential = getattr(request, "credential", None)
    if credential is not None:
        return _admit_key(request, credential, public_id, enter)
    if settings.FACE == "staff":
        return _admit_staff(request, public_id, enter)
    user = _user(request)
    if public_id is None:
        return _welcome_first(request) or selectors.get_person_actor(user)
    enterprise_id, request.places = selectors.find_way_in(public_id, user)  # type: ignore[attr-defined]
    if enterprise_id is None:
        raise Http404
    enter(enterprise_id)
    member = selectors.get_membership(user, enterprise_id)
    if member is None or not member.enterprise.is_active:
        raise Http404
    enterprise = member.enterprise
    actor = selectors.actor_of(member, user, enterprise)
    before = _welcome_first(request) or _sign_on_first(request, enterprise, actor)
    before = before or _factor_first(request, enterprise, actor)
    if before is not None:
        return before
    factors.arrive(request)
    services.note_seen(member, timezone.now().date())
    return actor


def _welcome_first(request: HttpRequest) -> HttpResponse | None:
    """Who signs in for the first time, or under new terms of use, says and accepts first what there is to."""
    is_there = request.resolver_match is not None and request.resolver_match.view_name in _WELCOME
    if is_there or not selectors.is_unwelcomed(_user(request)):
        return None
    return detour(request, reverse("entering:welcome"))


def _factor_first(request: HttpRequest, enterprise: Enterprise, actor: Actor) -> HttpResponse | None:
    """A second factor, where the enterprise demands one: ours, or its own sign-on's where that is taken."""
    has_one = factors.has_shown(request) or factors.signed_on_at(request, enterprise.pk, with_factor=True)
    if has_one or not factors.is_demanded(actor, enterprise):
        return None
    return factors.lead(request, _user(request), by=enterprise.name)


def _sign_on_first(request: HttpRequest, enterprise: Enterprise, actor: Actor) -> HttpResponse | None:
    """What stands before this enterprise: its own sign-on, where it wants that; a password, for who came by another's.

    An administrator who has shown a second factor of ours comes in, so that a broken sign-on can be repaired.
    """
    if factors.signed_on_at(request, enterprise.pk):
        return None
    if enterprise.is_sign_on_required and not (selectors.administers(actor) and factors.has_shown(request)):
        handle = selectors.get_sign_on_handle(enterprise.pk)
        return detour(request, reverse("sign_on_door:door", args=[handle]))
    return _own_word_first(request) if factors.is_sign_on_only(request) else None


def _own_word_first(request: HttpRequest) -> HttpResponse:
    """A password of the person's own, or the words that they need one."""
    if _user(request).has_usable_password():
        return detour(request, reverse("account_reauthenticate"))
    return render(request, "signon/elsewhere.html", status=403)


# What of the person's own sign-in a company's word opens: the way out, and the way to show one's own.
_OPEN_TO_ALL = {"account_login", "account_logout", "account_inactive", "account_reauthenticate", "mfa_reauthenticate",
                "mfa_reauthenticate_webauthn"}  # fmt: skip


def guard_library(request: HttpRequest) -> HttpResponse | None:
    """A person's own password, address, keys and sessions take more than the word of one of their companies."""
    match = request.resolver_match
    if not request.user.is_authenticated or (match and match.url_name in _OPEN_TO_ALL):
        return None
    return _own_word_first(request) if factors.is_sign_on_only(request) else None


def _admit_key(request: HttpRequest, text: str, public_id: str | None, enter: Enter) -> Actor | HttpResponse:
    """The program whose key it is, in its one enterprise. Whatever is wrong with a key is answered alike."""
    place = selectors.find_key_place(text) if settings.FACE == "customer" else None
    actor = None
    if place:
        enter(place[0])
        actor = selectors.get_key_actor(text, place[1], enterprise_id=place[0], at=timezone.now())
    if actor is None:
        challenge = {"WWW-Authenticate": 'Bearer realm="API", error="invalid_token"'}
        return problems.answer(request, problems.BAD_KEY, headers=challenge)
    if public_id not in {None, actor.enterprise_public_id}:
        raise Http404
    _note_use(request, actor.key_id or 0)
    return actor


def _note_use(request: HttpRequest, key_id: int) -> None:
    """When and from where a key was last used; written at most once a minute for each address."""
    now, address = timezone.now(), get_adapter().get_client_ip(request)
    minute = int(now.timestamp()) // pace.WINDOW
    if pace.count(f"key-used:{key_id}:{address}:{minute}") == 1:
        services.note_key_use(key_id, address, at=now)


def signing_in(request: HttpRequest) -> User | None:
    """Who has shown the password and is asked for the second step: spoken to in their own language already.

    Read without allauth's own function, which would take it for a step onward.
    """
    begun = getattr(request, "session", {}).get(LOGIN_SESSION_KEY)
    key = begun.get("user_pk") if isinstance(begun, dict) else None
    return selectors.find_user(url_str_to_user_pk(key)) if key else None


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _admit_staff(request: HttpRequest, public_id: str | None, enter: Enter) -> Actor | HttpResponse:
    actor = selectors.get_staff_actor(_user(request))
    if actor is None:
        return render(request, "accounts/not_staff.html", {"customer_url": settings.CUSTOMER_URL}, status=403)
    if not factors.has_shown(request):
        return factors.lead(request, _user(request), by=settings.CARRIER["name"])
    factors.arrive(request)
    first = _welcome_first(request)
    if first is not None:
        return first
    if not getattr(request, "htmx", None) and not is_api(request):
        # Before one customer is entered, inside of which nothing of the others is seen.
        request.unread = count_unread(actor)  # type: ignore[attr-defined]
    if public_id is None:
        return actor
    return _admit_inside(request, actor, public_id, enter)


def _admit_inside(request: HttpRequest, actor: Actor, public_id: str, enter: Enter) -> Actor | HttpResponse:
    """Into a customer's data: with an open visit, by assignment, or after saying why."""
    enterprise_id = selectors.find_enterprise_id(public_id)
    if enterprise_id is None:
        raise Http404
    enter(enterprise_id)
    enterprise = selectors.get_enterprise(enterprise_id)
    inside = replace(
        actor,
        enterprise_id=enterprise_id,
        enterprise_public_id=enterprise.public_id,
        enterprise_name=enterprise.name,
    )
    if enterprise.is_house:
        return inside
    visit = selectors.get_open_visit(enterprise_id, actor.person_id or 0, timezone.now())
    assignment = None if visit else selectors.get_assignment(enterprise_id, actor.person_id or 0)
    if assignment:
        visit = services.open_assigned(assignment, actor=inside, at=timezone.now())
    if visit is None:
        return detour(request, reverse("accounts:open", args=[public_id]))
    request.visit = visit  # type: ignore[attr-defined]
    return inside


def who_grants(actor: Actor, permission: str) -> dict[str, Any]:
    """What somebody lacks, in words, and who can give it to them."""
    if actor.is_staff:
        known, people = registries.staff_permissions(), selectors.list_platform_administrators()
        return {"lacking": known.get(permission, ""), "grantors": people}
    shown = {"lacking": registries.permissions().get(permission, ""), "grantors": selectors.list_administrators(actor)}
    if not shown["lacking"] or actor.enterprise_id is None:
        return shown
    is_whole = permission in registries.whole_permissions()
    return {**shown, "code": permission, "asked": selectors.get_asked(actor, permission), "is_whole": is_whole}


def whom_to_call(actor: Actor) -> list[TeamMember]:
    """The first of the account team, beside what a customer cannot have."""
    return list(selectors.list_team(actor)[:2])


def shell(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What the frame shows of the person and the place: doors, enterprises, visit."""
    face = settings.FACE
    current = actor.enterprise_public_id
    nav = _doors(actor, request.path)
    visit = getattr(request, "visit", None)
    return {
        "nav": nav,
        "switch": _switch(request, actor, nav) if face == "customer" else None,
        "enterprise": _place(actor) if current else None,
        "person": {"name": actor.name, "initials": actor.initials, "email": actor.email},
        "visit": {"reason": visit.why, "until": visit.until_at} if visit else None,
        "search": _search(actor),
        "bell": _bell(request, actor),
        "help_url": address("help", current) if current else address("accounts:help") if actor.is_staff else "",
        "has_shortcuts": _user(request).has_shortcuts,
    }


def _search(actor: Actor) -> dict[str, str] | None:
    """Where one searches from here: in the enterprise one is in, else, as staff, in all."""
    if actor.enterprise_public_id:
        return {
            "url": address("search", actor.enterprise_public_id),
            "hint": _("Circuit, order, invoice, your reference…"),
        }
    if actor.is_staff and actor.may(Permission.ENTERPRISE_OPEN):
        return {"url": address("search_everywhere"), "hint": _("Customer, circuit, order, invoice…")}
    return None


def _bell(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    """What the person has not read yet: a customer's of this enterprise, staff's own of all."""
    if not actor.is_staff and actor.enterprise_id is None:
        return None
    args = [] if actor.is_staff else [actor.enterprise_public_id]
    counted = getattr(request, "unread", None)
    count = count_unread(actor) if counted is None else counted
    return {
        "url": address("told:list", *args),
        "unread_url": address("told:unread", *args),
        "count": count,
        "badge": badge(count),
        "label": label(count),
    }


def _place(actor: Actor) -> dict[str, str]:
    label = _("Enterprise %(number)s") % {"number": actor.enterprise_public_id}
    return {"public_id": actor.enterprise_public_id, "name": actor.enterprise_name, "number_label": label}


def _doors(actor: Actor, path: str) -> list[dict[str, Any]]:
    """What every day needs, then what is of administration; between them, for the carrier's people, a customer's."""
    found: dict[str, list[dict[str, Any]]] = {"": [], actor.enterprise_name: [], _("Administration"): []}
    for item in registries.nav(settings.FACE, actor):
        found[_heading(item, actor)].append(_door(item, actor, path))
    # Of a door and one behind it, the one behind it is where one is.
    here = max((len(door["url"]) for doors in found.values() for door in doors if door["active"]), default=0)
    for door in (door for doors in found.values() for door in doors if len(door["url"]) < here):
        door.update(active=False, at="")
    for heading, doors in found.items():
        if doors:
            doors[0]["heading"] = heading
    return [door for doors in found.values() for door in doors]


def _heading(item: registries.NavItem, actor: Actor) -> str:
    if actor.is_staff and item.is_inside:
        return actor.enterprise_name
    return _("Administration") if item.order >= registries.ADMINISTRATION else ""


def _door(item: registries.NavItem, actor: Actor, path: str) -> dict[str, Any]:
    inside = actor.enterprise_public_id and item.is_inside
    url = address(item.url_name, *([actor.enterprise_public_id] if inside else []))
    is_root = url == "/" or url.count("/") == 3  # a home: active only on itself
    active = path == url if is_root else path.startswith(url)
    shown = {"label": item.label, "icon": item.icon, "url": url, "active": active, "badge": None}
    return {**shown, "heading": "", "at": item.url_name if active else ""}


def _switch(request: HttpRequest, actor: Actor, nav: list[dict[str, Any]]) -> dict[str, Any]:
    """The way to the person's other enterprises, and there to the same kind of page as this one."""
    at = next((door["at"] for door in nav if door["at"]), "")
    user, counted = _user(request), getattr(request, "places", None)
    places = selectors.list_few_enterprises_of(user, current=actor.enterprise_public_id, counted=counted)
    return {
        "entries": switch_entries(places or [], actor.enterprise_public_id, at),
        "is_long": places is None,
        "url": f"{address('accounts:companies')}?{urlencode({'at': at, 'in': actor.enterprise_public_id})}",
    }
