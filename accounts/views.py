"""Home of both faces, entering and leaving an enterprise, and a person's own choices."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import lists, selectors, services
from accounts.forms import ProfileForm, VisitForm
from accounts.lists import greeting, switch_entries
from accounts.models import User
from accounts.permissions import Permission
from portal import exports, identifiers, listing, registries, suggestions
from portal.errors import Refused
from portal.glossary import GLOSSARY
from portal.http import THEME_COOKIE, ActorRequest, onward, set_theme_cookie
from portal.policy import public, requires, signed_in
from portal.tenancy import tenant_scope

COMPANIES = 50  # of a long list at once; a few letters more narrow it


@require_safe
@signed_in
def root(request: ActorRequest) -> HttpResponse:
    """Customers go to their default enterprise; staff see their day."""
    if settings.FACE == "staff":
        return render(request, "accounts/staff_home.html", _cards(request))
    assert isinstance(request.user, User)
    places = selectors.list_enterprises_of(request.user)
    if not places:
        return render(request, "accounts/no_enterprise.html", status=403)
    wanted = (request.user.start_enterprise_id, request.user.default_enterprise_id)
    preferred = [place for key in wanted for place in places if place[0] == key]
    return redirect("accounts:home", (preferred or places)[0][1])


@require_safe
@signed_in
def home(request: ActorRequest) -> HttpResponse:
    """What needs this person, of the enterprise in the URL."""
    enterprise_id = request.actor.enterprise_id
    assert isinstance(request.user, User) and enterprise_id is not None
    if settings.FACE == "customer":
        services.set_default_enterprise(request.user, enterprise_id)
    door = _door(request)
    if door:
        return redirect(door, request.actor.enterprise_public_id)
    team = selectors.list_team(request.actor)
    return render(request, "accounts/home.html", {**_cards(request), "team": team})


def _door(request: ActorRequest) -> str:
    """Who comes from another company goes on to the same kind of page, if it opens for them here."""
    wanted = request.GET.get("at", "")
    doors = {item.url_name for item in registries.nav(settings.FACE, request.actor) if item.is_inside}
    return wanted if wanted in doors - {"accounts:home"} else ""


@require_safe
@signed_in
def companies(request: ActorRequest) -> HttpResponse:
    """A person's companies, to be narrowed by a part of the name or number; for htmx the switcher's list alone."""
    assert isinstance(request.user, User)
    typed = request.GET.get("q", "").strip()[:100]
    places = [place for place in selectors.list_enterprises_of(request.user) if _fits(place, typed)]
    current, at = request.GET.get("in", ""), request.GET.get("at", "")
    context = {
        "entries": switch_entries(places[:COMPANIES], current, at),
        "count": len(places),
        "typed": typed,
        "current": current,
        "at": at,
    }
    is_rows = request.htmx and request.htmx.target == "switch-list"
    template = "_company_rows" if is_rows else "_companies" if request.htmx else "companies"
    return render(request, f"accounts/{template}.html", context)


def _fits(place: tuple[int, str, str], typed: str) -> bool:
    return identifiers.folded(typed) in identifiers.folded(f"{place[2]} {place[1]}")


@require_safe
@signed_in
def help_here(request: ActorRequest) -> HttpResponse:
    """Whom to call for what, the keys, and the field's words; for htmx the short of it."""
    return _help(request, {"team": selectors.list_team(request.actor)})


@require_safe
@requires(Permission.ENTERPRISE_OPEN)
def help_outside(request: ActorRequest) -> HttpResponse:
    """The same for staff in no customer: their own platform administrators."""
    return _help(request, {"administrators": selectors.list_platform_administrators()})


def _help(request: ActorRequest, context: dict[str, Any]) -> HttpResponse:
    words = sorted(GLOSSARY.values(), key=lambda entry: identifiers.folded(str(entry.term)))
    template = "accounts/_help.html" if request.htmx else "accounts/help.html"
    few = list(context["team"][:2]) if "team" in context else None
    return render(request, template, {"team": None, **context, "few": few, "glossary": words})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: ActorRequest) -> HttpResponse:
    """What a person decides about themselves, and what others decide, with whom to ask."""
    user, actor = request.user, request.actor
    assert isinstance(user, User)
    places = [] if actor.is_staff else selectors.list_enterprises_of(user)
    form = ProfileForm(
        request.POST or None,
        initial=_initial(request, places),
        places=places,
        is_nameless=not places,
    )
    if request.method == "POST" and form.is_valid():
        _save_profile(request, form.cleaned_data, places)
        translation.activate(user.language)
        messages.success(request, _("Your profile is saved."))
        answer = redirect("profile")
        set_theme_cookie(answer, request, form.cleaned_data["theme"])
        return _speaking(answer, user.language)
    card = selectors.get_card(actor) if actor.is_staff else None
    context = {"form": form, "card": card, "places": [(number, name) for _pk, number, name in places[:COMPANIES]]}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


def _initial(request: ActorRequest, places: list[tuple[int, str, str]]) -> dict[str, Any]:
    user = request.user
    assert isinstance(user, User)
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    start = next((number for pk, number, _name in places if pk == user.start_enterprise_id), "")
    initial: dict[str, Any] = {"language": user.language, "time_zone": user.time_zone, "theme": theme, "start": start}
    initial |= {"has_shortcuts": user.has_shortcuts}
    for pk, _number, _name in sorted(places, key=lambda place: place[0] != user.default_enterprise_id)[:1]:
        with tenant_scope(pk):
            member = selectors.get_membership(user, pk)
        initial |= {"name": member.name, "phone": member.phone} if member else {}
    return initial


def _save_profile(request: ActorRequest, chosen: dict[str, Any], places: list[tuple[int, str, str]]) -> None:
    user = request.user
    assert isinstance(user, User)
    start = next((pk for pk, number, _name in places if number == chosen.get("start")), None)
    services.set_profile(
        user,
        services.Profile(chosen["language"], chosen["time_zone"], chosen["has_shortcuts"], start),
        name=chosen.get("name", ""),
        phone=chosen.get("phone", ""),
        within=[pk for pk, _number, _name in places],
        actor=request.actor,
        at=timezone.now(),
    )


def _cards(request: ActorRequest) -> dict[str, Any]:
    shown: dict[str, list[dict[str, Any]]] = {"main": [], "side": []}
    for card in registries.cards(settings.FACE, request.actor):
        context = card.context(request.actor)
        if context is not None:
            shown[card.column].append({"template": card.template, "data": context})
    now = timezone.localtime()
    return {"cards": shown, "greeting": greeting(request.actor.name, now.hour), "today": now.date()}


@require_safe
@requires(Permission.ENTERPRISE_ADMIN)
def visits(request: ActorRequest) -> HttpResponse:
    """The customer's administrators see who of the carrier looked at their data, and why."""
    rows, columns = selectors.list_visits(request.actor), lists.visit_columns()
    return listing.show(request, lists.VISIT_LIST, rows, columns, template="accounts/visits.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENTERPRISE_ADMIN)
def export_visits(request: ActorRequest) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name, back = f"{place}-visits-{timezone.localdate():%Y-%m-%d}", reverse("accounts:visits", args=[place])
    return exports.answer(request, lists.VISITS_EXPORT, name=name, back=back)


@require_safe
@requires(Permission.ENTERPRISE_OPEN)
def enterprises(request: ActorRequest) -> HttpResponse:
    """Every customer, to be found by name or number."""
    rows, columns = selectors.list_all_enterprises(request.actor), lists.customer_columns()
    return listing.show(request, lists.CUSTOMER_LIST, rows, columns)


@require_safe
@requires(Permission.ENTERPRISE_OPEN)
def export_enterprises(request: ActorRequest) -> HttpResponse:
    name = f"customers-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.CUSTOMERS_EXPORT, name=name, back=reverse("accounts:enterprises"))


@require_safe
@requires(Permission.ENTERPRISE_OPEN)
def suggest_enterprises(request: ActorRequest) -> HttpResponse:
    return suggestions.answer(request, partial(selectors.suggest_enterprises, request.actor))


@require_safe
@signed_in
def suggest_accounts(request: ActorRequest) -> HttpResponse:
    """Of the enterprise's accounts those on which this person may do anything."""
    return suggestions.answer(request, partial(selectors.find_accounts, request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENTERPRISE_OPEN)
def open_enterprise(request: ActorRequest, public_id: str) -> HttpResponse:
    """Staff say why they open a customer's data. Outside any scope: the reason comes first."""
    enterprise_id = selectors.find_enterprise_id(public_id)
    if enterprise_id is None:
        raise Http404
    following = onward(request, reverse("accounts:home", args=[public_id]))
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with tenant_scope(enterprise_id):
                services.open_enterprise(
                    enterprise_id, actor=request.actor, reason=form.cleaned_data["reason"], at=timezone.now()
                )
            return redirect(following)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
    with tenant_scope(enterprise_id):
        enterprise = selectors.get_enterprise(enterprise_id)
    context = {"form": form, "enterprise": enterprise, "next": following}
    return render(request, "accounts/open.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.ENTERPRISE_OPEN)
def leave(request: ActorRequest) -> HttpResponse:
    """Staff close the customer's data before their time is up."""
    services.leave_enterprise(actor=request.actor, at=timezone.now())
    messages.success(request, _("You have left %(name)s.") % {"name": request.actor.enterprise_name})
    return redirect("accounts:root")


@require_POST
@public
def set_language(request: HttpRequest) -> HttpResponse:
    """The language of this browser and, signed in, of this person's pages and mails."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise Http404
    if isinstance(request.user, User):
        services.set_language(request.user, language)
    translation.activate(language)
    return _speaking(redirect(onward(request, "/")), language)


def _speaking(answer: HttpResponse, language: str) -> HttpResponse:
    """Let the browser keep the language, for the pages before signing in."""
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer
