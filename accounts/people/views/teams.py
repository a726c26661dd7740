"""Teams and their shared mailboxes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as who
from accounts import services
from accounts.models import Team
from accounts.people import lists, selectors
from accounts.people.forms import TeamForm
from accounts.permissions import Permission
from portal import exports, listing
from portal.actors import Actor
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import fresh, requires


@require_safe
@requires(Permission.USER_ADMIN)
def list_teams(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_teams(request.actor), lists.team_columns(request.actor)
    return listing.show(request, lists.TEAM_LIST, rows, columns, template="people/teams.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.USER_ADMIN)
def export_teams(request: ActorRequest) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name = f"{place}-teams-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.TEAMS_EXPORT, name=name, back=reverse("people:teams", args=[place]))


def found_team(request: ActorRequest, pk: int) -> Team:
    team = selectors.get_team(request.actor, pk)
    if team is None:
        raise Http404
    return team


def page_of(request: ActorRequest, team: Team) -> str:
    return reverse("people:team", args=[request.actor.enterprise_public_id, team.pk])


@require_safe
@requires(Permission.USER_ADMIN)
def show_team(request: ActorRequest, pk: int) -> HttpResponse:
    team = found_team(request, pk)
    grants = list(selectors.list_grants_of(team))
    return render(
        request,
        "people/team.html",
        {
            "team": team,
            "people": selectors.list_team_people(team),
            "grants": grants,
            "topics": ", ".join(selectors.list_topics(grants)),
            "story": story_lines(selectors.list_story(request.actor, team)),
            "followed": selectors.list_followed(request.actor, team),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.USER_ADMIN)
def new_team(request: ActorRequest) -> HttpResponse:
    return _edited(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.USER_ADMIN)
def change_team(request: ActorRequest, pk: int) -> HttpResponse:
    return _edited(request, found_team(request, pk))


def _edited(request: ActorRequest, team: Team | None) -> HttpResponse:
    form = TeamForm(request.POST or None, initial=_initial(team, request.actor))
    if request.method == "POST" and form.is_valid():
        people, unknown = selectors.find_members(request.actor, form.cleaned_data["people"].splitlines())
        if unknown:
            names = ", ".join(unknown[:5])
            form.add_error("people", _("Nobody here has this address: %(names)s.") % {"names": names})
        else:
            saved = _saved(request, team, form, people)
            if saved:
                messages.success(request, _("Saved."))
                return redirect(page_of(request, saved))
    back = page_of(request, team) if team else reverse("people:teams", args=[request.actor.enterprise_public_id])
    context = {"form": form, "team": team, "back": back}
    return render(request, "people/team_form.html", context, status=422 if form.errors else 200)


def _saved(request: ActorRequest, team: Team | None, form: TeamForm, people: set[int]) -> Team | None:
    """The team as it is now; None where it was refused, with the reason beside the field."""
    words = {name: form.cleaned_data[name] for name in ("name", "email", "language", "time_zone")}
    try:
        return services.set_team(
            team.pk if team else None, **words, people=people, actor=request.actor, at=timezone.now()
        )
    except Refused as refusal:
        form.add_error(refusal.field or None, str(refusal.message))
        return None


def _initial(team: Team | None, actor: Actor) -> dict[str, Any]:
    if team is None:
        company = who.get_enterprise(services.enterprise_of(actor))
        return {"language": company.language, "time_zone": company.time_zone}
    people = "\n".join(each.user.email for each in selectors.list_team_people(team))
    about = {name: getattr(team, name) for name in ("name", "email", "language", "time_zone")}
    return {**about, "people": people}


@require_POST
@fresh
@requires(Permission.USER_ADMIN)
def close_team(request: ActorRequest, pk: int) -> HttpResponse:
    team = found_team(request, pk)
    try:
        services.close_team(pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=page_of(request, team))
    messages.success(request, _("The team is ended. What it held has ended with it."))
    return redirect("people:teams", request.actor.enterprise_public_id)
