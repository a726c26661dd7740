"""Home of both faces, entering and leaving an enterprise, and a person's own choices."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors, services
from accounts.forms import VisitForm
from accounts.lists import VISITS
from accounts.models import User
from accounts.permissions import Permission
from portal import registries, suggestions
from portal.errors import Refused
from portal.http import ActorRequest, onward
from portal.policy import public, requires, signed_in
from portal.tenancy import tenant_scope


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
    preferred = next((p for p in places if p[0] == request.user.default_enterprise_id), places[0])
    return redirect("accounts:home", preferred[1])


@require_safe
@signed_in
def home(request: ActorRequest) -> HttpResponse:
    """What needs this person, of the enterprise in the URL."""
    enterprise_id = request.actor.enterprise_id
    assert isinstance(request.user, User) and enterprise_id is not None
    if settings.FACE == "customer":
        services.set_default_enterprise(request.user, enterprise_id)
    team = selectors.list_team(request.actor)
    return render(request, "accounts/home.html", {**_cards(request), "team": team})


def _cards(request: ActorRequest) -> dict[str, Any]:
    shown: dict[str, list[dict[str, Any]]] = {"main": [], "side": []}
    for card in registries.cards(settings.FACE, request.actor):
        context = card.context(request.actor)
        if context is not None:
            shown[card.column].append({"template": card.template, "data": context})
    return {"cards": shown}


@require_safe
@requires(Permission.ENTERPRISE_ADMIN)
def visits(request: ActorRequest) -> HttpResponse:
    """The customer's administrators see who of the carrier looked at their data, and why."""
    page = VISITS.show(selectors.list_visits(request.actor), request.GET)
    return render(request, "accounts/visits.html", {"page": page})


@require_safe
@requires(Permission.ENTERPRISE_OPEN)
def enterprises(request: ActorRequest) -> HttpResponse:
    """Every customer, to be found by name or number."""
    search = request.GET.get("q", "").strip()[:100]
    found = Paginator(selectors.list_all_enterprises(request.actor, search), 50)
    page = found.get_page(request.GET.get("page"))
    return render(request, "accounts/enterprises.html", {"page": page, "search": search})


@require_safe
@requires(Permission.ENTERPRISE_OPEN)
def suggest_enterprises(request: ActorRequest) -> HttpResponse:
    return suggestions.answer(request, partial(selectors.find_enterprises, request.actor))


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
    answer = redirect(onward(request, "/"))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer
