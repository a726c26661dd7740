"""What people and teams may do: changing it after a look at what that means, and asking why."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors as who
from accounts import services
from accounts.models import Membership, Team
from accounts.people import selectors
from accounts.people.forms import RightsForm, WhyForm
from accounts.people.views.people import found, offer_colleagues, page_of, rights_of_colleague
from accounts.people.views.teams import found_team
from accounts.people.views.teams import page_of as page_of_team
from accounts.permissions import Permission
from accounts.rules import Rights
from portal import registries, suggestions
from portal.errors import Refused
from portal.http import ActorRequest, onward, refused
from portal.policy import fresh, requires

Preview = Callable[[Rights], list[selectors.Consequence]]
Act = Callable[[Rights, str], Any]


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.USER_ADMIN)
def change_rights(request: ActorRequest, pk: int) -> HttpResponse:
    member = found(request, pk)

    def act(wanted: Rights, seen: str) -> Membership:
        return services.set_rights(pk, wanted, seen=seen, actor=request.actor, at=timezone.now())

    return _changed(request, member, partial(selectors.preview, member), act, back=page_of(request, member))


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.USER_ADMIN)
def change_team_rights(request: ActorRequest, pk: int) -> HttpResponse:
    team = found_team(request, pk)

    def act(wanted: Rights, seen: str) -> Team:
        return services.set_team_rights(pk, wanted, seen=seen, actor=request.actor, at=timezone.now())

    return _changed(request, team, partial(selectors.preview_team, team), act, back=page_of_team(request, team))


def _changed(
    request: ActorRequest, holder: Membership | Team, preview: Preview, act: Act, *, back: str
) -> HttpResponse:
    """The ways to change what somebody holds; what one of them would mean; the change, once that is confirmed."""
    # Who comes from a request for access goes back to it.
    back = onward(request, back)
    own = {str(pk): held for pk, held in who.list_own(holder).items()}
    before = Rights(getattr(holder, "is_administrator", False), frozenset(own.values()))
    sent = request.POST if "how" in request.POST else None
    form = RightsForm(request.actor, before, own, sent, initial={"seen": before.fingerprint, **_asked_for(request)})
    offer_colleagues(request, form, "colleague")
    context: dict[str, Any] = {"holder": holder, "is_team": isinstance(holder, Team), "form": form, "back": back}
    if sent and form.is_valid() and "change" not in request.POST:
        wanted = form.wanted(rights_of_colleague(request, form.cleaned_data.get("colleague", "")))
        try:
            if "confirmed" in request.POST:
                act(wanted, form.cleaned_data["seen"])
                messages.success(request, _("Changed. It holds from the next click on."))
                return redirect(back)
            shown = {**context, "found": preview(wanted), "wanted": wanted, "hidden": _hidden(request)}
            return render(request, "people/preview.html", shown)
        except Refused as refusal:
            return refused(request, refusal, back=request.path)
    context |= {"own": own, "grants": selectors.list_grants_of(holder)}
    context["administers"] = services.is_administrator(request.actor)
    return render(request, "people/rights.html", context, status=422 if form.errors else 200)


def _asked_for(request: ActorRequest) -> dict[str, Any]:
    """What a request for access asks for, as the form to add rights has it."""
    code, places = request.GET.get("permission", ""), request.GET.get("places", "").strip()
    if not code:
        return {}
    is_whole = not places or code in registries.whole_permissions()
    return {"permissions": [code], "where": "whole" if is_whole else "some", "scopes": "" if is_whole else places}


def _hidden(request: ActorRequest) -> list[tuple[str, str]]:
    """All that was sent, to be sent again with the confirmation."""
    left_out = {"csrfmiddlewaretoken", "confirmed", "change"}
    return [(name, value) for name in request.POST if name not in left_out for value in request.POST.getlist(name)]


@require_safe
@requires(Permission.USER_ADMIN)
def suggest_scopes(request: ActorRequest) -> HttpResponse:
    return suggestions.answer(request, partial(selectors.suggest_scopes, request.actor))


@require_safe
@requires(Permission.USER_ADMIN)
def why(request: ActorRequest) -> HttpResponse:
    """Why somebody can, who can, and who could: each way there is, and what would end it."""
    form = WhyForm(request.GET if "permission" in request.GET else None)
    place = request.actor.enterprise_public_id
    offer_colleagues(request, form, "person")
    fields: Any = form.fields
    fields["account"].offer(
        partial(who.find_accounts_ever, request.actor), reverse("accounts:suggest_accounts", args=[place])
    )
    answer = _answer(request, form.cleaned_data) if form.is_bound and form.is_valid() else {}
    return render(request, "people/why.html", {"form": form, **answer}, status=422 if form.errors else 200)


def _answer(request: ActorRequest, asked: dict[str, Any]) -> dict[str, Any]:
    start, end = _span(asked.get("start"), asked.get("end"))
    account = who.get_account_ever(request.actor, asked["account"]) if asked.get("account") else None
    key, code = account.pk if account else None, asked["permission"]
    member = selectors.get_by_email(request.actor, asked["person"]) if asked.get("person") else None
    if member and key is None and start is None:
        people = {member: who.list_paths(member, code)}
    else:
        people = selectors.list_who_could(request.actor, code, key, start, end)
        # What has moved away nobody here sees now.
        people = {} if account and account.is_former and start is None else people
        people = {member: people.get(member, [])} if member else people
    return {
        "permission": registries.permissions()[code],
        "account": account,
        "member": member,
        "people": list(people.items()),
        "start": start,
        "end": end,
        "asked": asked,
    }


def _span(start: Any, end: Any) -> tuple[datetime | None, datetime | None]:
    """The days from their first moment to their last, in the reader's time zone; one day alone is its whole day."""
    if start is None:
        return None, None
    zone = timezone.get_current_timezone()
    first = datetime.combine(start, time.min, zone)
    last = datetime.combine(end or start, time.min, zone) + timedelta(days=1)
    return first, min(last, timezone.now())
