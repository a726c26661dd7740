"""People, what they hold, and teams as JSON, on the same selectors and services as the pages."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from accounts import selectors as who
from accounts import services
from accounts.models import MEMBERSHIP_FLOW, Membership, Team
from accounts.people import lists, selectors
from accounts.permissions import Permission
from accounts.rules import Rights
from portal.api import ApiRequest, ApiView, FlowState, Href, Moment, Nothing, Taken, found, operation, paged, taken
from portal.errors import Refused
from portal.policy import fresh, requires

TAG, TEAMS = "people", "teams of people"


class PersonRow(serializers.Serializer[Any]):
    """One of the enterprise's people. ``state`` is TM Forum's word for ``status``; ``seen_on`` their last day here."""

    id = serializers.IntegerField(source="pk")
    href = Href("people:person", "pk")
    name = serializers.CharField()
    title = serializers.CharField()
    email = serializers.EmailField(source="user.email")
    phone = serializers.CharField()
    status = serializers.ChoiceField(choices=MEMBERSHIP_FLOW.states.choices)
    state = FlowState(MEMBERSHIP_FLOW)
    is_administrator = serializers.BooleanField()
    has_authenticator_app = serializers.BooleanField(source="has_totp")
    has_passkey = serializers.BooleanField()
    created_at = Moment()
    seen_on = serializers.DateField(allow_null=True)
    invited_until = Moment(allow_null=True)


class GrantShape(serializers.Serializer[Any]):
    """A permission on an account (its number), on a group of accounts (its name) or, with neither, on all.

    ``team`` is the team through which it is held; null where it is held by oneself.
    """

    permission = serializers.CharField()
    account = serializers.CharField(source="account.number", default=None, allow_null=True)
    group = serializers.CharField(source="group.name", default=None, allow_null=True)
    team = serializers.CharField(source="team.name", default=None, allow_null=True)
    since = Moment(source="since_at")
    given_by = serializers.CharField()


class TeamName(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()


class PersonShape(PersonRow):
    """The same with all that they hold. Whoever changes it sends ``seen`` along, so that nobody's change is lost."""

    grants = GrantShape(many=True, source="held")
    teams = TeamName(many=True, source="in_teams")
    seen = serializers.CharField()


class PersonGone(serializers.Serializer[Any]):
    """Who was removed: the journal keeps what they did."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=MEMBERSHIP_FLOW.states.choices)


# --- what is sent ---------------------------------------------------------------------------------


class WantedGrant(Taken):
    """A permission, and where: an account by its number, a group by its name, or neither for the whole enterprise."""

    permission = serializers.CharField(max_length=40)
    account = serializers.CharField(max_length=40, default="")
    group = serializers.CharField(max_length=120, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["account"] and attrs["group"]:
            raise serializers.ValidationError({"group": [_("Name an account or a group, not both.")]})
        return attrs


class WantedRights(Taken):
    """All that somebody holds by themselves from now on, in place of what they held; ``seen`` is what was read."""

    seen = serializers.CharField(max_length=20)
    is_administrator = serializers.BooleanField()
    grants = WantedGrant(many=True, max_length=1000)  # type: ignore[call-arg]


class NewPerson(Taken):
    """Whom to invite, and what they hold from the start; ``like`` is the address of a colleague who holds the same."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=200)
    title = serializers.CharField(max_length=120, allow_blank=True, default="")
    language = serializers.ChoiceField(choices=settings.LANGUAGES, default="")
    is_administrator = serializers.BooleanField(default=False)
    grants = WantedGrant(many=True, max_length=1000, default=list)  # type: ignore[call-arg]
    like = serializers.EmailField(allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["like"] and (attrs["grants"] or attrs["is_administrator"]):
            raise serializers.ValidationError({"like": [_("Name a colleague, or say what they hold, not both.")]})
        return attrs


class NewDetails(Taken):
    name = serializers.CharField(max_length=200)
    title = serializers.CharField(max_length=120, allow_blank=True)
    phone = serializers.CharField(max_length=40, allow_blank=True)


class Leaving(Taken):
    """Who takes over keys and shared views, by the address; null where nobody does, and they end."""

    heir = serializers.EmailField(allow_null=True)


def _rights(request: ApiRequest, sent: dict[str, Any]) -> Rights:
    """What was sent, found here. Raises ValidationError, beside the grant that names what there is not."""
    held, unknown = selectors.find_held(request.actor, sent["grants"])
    if unknown:
        words = _("There is no such permission, account or group here.")
        raise serializers.ValidationError(
            {"grants": [{"permission": [words]} if place in unknown else {} for place in range(len(sent["grants"]))]}
        )
    return Rights(sent.get("is_administrator", False), held)


def _from_the_start(request: ApiRequest, sent: dict[str, Any]) -> Rights:
    if not sent["like"]:
        return _rights(request, sent)
    colleague = selectors.get_by_email(request.actor, sent["like"].lower())
    if colleague is None:
        raise Refused(_("Nobody here has this address."), field="like")
    return who.get_rights(colleague)


# --- people ---------------------------------------------------------------------------------------


def _whole(request: ApiRequest, pk: int) -> Any:
    person: Any = found(selectors.get_person(request.actor, pk))
    person.held = selectors.list_grants_of(person)
    person.in_teams = selectors.list_teams_of(person)
    person.seen = who.get_rights(person).fingerprint
    return PersonShape(person, context={"request": request}).data


class People(ApiView):
    @operation(PersonRow, page=lists.PEOPLE, summary="The enterprise's people", tag=TAG)
    @requires(Permission.USER_ADMIN)
    def get(self, request: ApiRequest) -> Response:
        """All but those who were removed."""
        return paged(request, lists.PEOPLE, selectors.list_people(request.actor), PersonRow)


class PersonDetail(ApiView):
    @operation(PersonShape, summary="One person, and what they hold", tag=TAG)
    @requires(Permission.USER_ADMIN)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_whole(request, pk))


class PersonInvite(ApiView):
    @operation(
        PersonShape,
        takes=NewPerson,
        status=201,
        summary="Invite somebody",
        tag=TAG,
        example={
            "email": "ana.lima+noc@acme.example",
            "name": "Ana Lima",
            "title": "Shift lead",
            "language": "pt",
            "grants": [{"permission": "order.view"}, {"permission": "billing.view", "account": "5-KTR2P"}],
        },
    )
    @fresh
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest) -> Response:
        """They are pending until they accept by mail. Nobody gives more than they may do themselves."""
        sent = taken(request, NewPerson)
        invited = services.Invited(sent["email"], " ".join(sent["name"].split()), sent["title"], sent["language"])
        made = services.invite(invited, _from_the_start(request, sent), actor=request.actor, at=timezone.now())
        body = _whole(request, made.pk)
        return Response(body, status=201, headers={"Location": body["href"]})


class _PersonAct(ApiView):
    def act(self, request: ApiRequest, pk: int, service: Callable[..., Membership], shape: type[Taken]) -> Response:
        person = found(selectors.get_person(request.actor, pk))
        sent = taken(request, shape)
        if shape is WantedRights:
            sent = {"wanted": _rights(request, sent), "seen": sent["seen"]}
        service(person.pk, actor=request.actor, at=timezone.now(), **sent)
        return Response(_whole(request, pk))


class PersonInviteAgain(_PersonAct):
    @operation(PersonShape, takes=Nothing, summary="Send another invitation", tag=TAG)
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """The one before is void."""
        return self.act(request, pk, services.invite_again, Nothing)


class PersonDetails(_PersonAct):
    @operation(PersonShape, takes=NewDetails, summary="Change a person's name, title and phone", tag=TAG)
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        return self.act(request, pk, services.change_details, NewDetails)


class PersonRights(_PersonAct):
    @operation(
        PersonShape,
        takes=WantedRights,
        summary="Change what a person holds",
        tag=TAG,
        example={
            "seen": "8d969eef6ecad3c2",
            "is_administrator": False,
            "grants": [{"permission": "order.view", "group": "West"}],
        },
    )
    @fresh
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Holds from their next request on. Refused where somebody else changed it since it was read."""
        return self.act(request, pk, services.set_rights, WantedRights)


class PersonDeactivate(_PersonAct):
    @operation(PersonShape, takes=Nothing, summary="Close the enterprise to a person", tag=TAG)
    @fresh
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """What they hold is kept for when they are back. Never the last system administrator."""
        return self.act(request, pk, services.deactivate, Nothing)


class PersonReactivate(_PersonAct):
    @operation(PersonShape, takes=Nothing, summary="Let a person in again", tag=TAG)
    @fresh
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """With what they held."""
        return self.act(request, pk, services.reactivate, Nothing)


class PersonRemove(ApiView):
    @operation(PersonGone, takes=Leaving, summary="Remove a person", tag=TAG)
    @fresh
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Their rights end, and what others rely on goes to the heir. Never the last system administrator."""
        found(selectors.get_person(request.actor, pk))
        email = taken(request, Leaving)["heir"]
        heir = selectors.get_by_email(request.actor, email.lower()) if email else None
        if email and heir is None:
            raise Refused(_("Nobody here has this address."), field="heir")
        heir_id = heir.pk if heir else None
        gone = services.remove(pk, heir_id=heir_id, actor=request.actor, at=timezone.now())
        return Response(PersonGone(gone).data)


# --- teams ----------------------------------------------------------------------------------------


class PeopleTeamRow(serializers.Serializer[Any]):
    """A team of the enterprise's people: it holds permissions, and has a mailbox where ``email`` is not empty."""

    id = serializers.IntegerField(source="pk")
    href = Href("people:team", "pk")
    name = serializers.CharField()
    email = serializers.CharField()
    size = serializers.IntegerField(source="count")


class TeamColleague(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    email = serializers.EmailField(source="user.email")
    status = serializers.ChoiceField(choices=MEMBERSHIP_FLOW.states.choices)


class PeopleTeamShape(PeopleTeamRow):
    """The same with who is in it and what it holds; ``seen`` as with a person."""

    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    time_zone = serializers.CharField()
    people = TeamColleague(many=True, source="colleagues")
    grants = GrantShape(many=True, source="held")
    seen = serializers.CharField()


class WantedTeam(Taken):
    """A team's name, shared mailbox, in whose language and time zone, and people by address; empty words stay."""

    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(allow_blank=True, default="")
    language = serializers.ChoiceField(choices=settings.LANGUAGES, allow_blank=True, default="")
    time_zone = serializers.CharField(max_length=50, allow_blank=True, default="")
    people = serializers.ListField(child=serializers.EmailField(), max_length=1000)


class WantedTeamRights(Taken):
    """All that a team holds from now on; ``seen`` is what was read."""

    seen = serializers.CharField(max_length=20)
    grants = WantedGrant(many=True, max_length=1000)  # type: ignore[call-arg]


def _team(request: ApiRequest, pk: int) -> Any:
    team: Any = found(selectors.get_team(request.actor, pk))
    team.colleagues, team.held = selectors.list_team_people(team), selectors.list_grants_of(team)
    team.seen = who.get_rights(team).fingerprint
    return PeopleTeamShape(team, context={"request": request}).data


def _save_team(request: ApiRequest, pk: int | None) -> Team:
    sent = taken(request, WantedTeam)
    people, unknown = selectors.find_members(request.actor, sent.pop("people"))
    if unknown:
        names = ", ".join(unknown[:5])
        raise Refused(_("Nobody here has this address: %(names)s.") % {"names": names}, field="people")
    return services.set_team(pk, **sent, people=people, actor=request.actor, at=timezone.now())


class PeopleTeams(ApiView):
    @operation(PeopleTeamRow, page=lists.TEAMS, summary="The teams of the enterprise's people", tag=TEAMS)
    @requires(Permission.USER_ADMIN)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, lists.TEAMS, selectors.list_teams(request.actor), PeopleTeamRow)


class PeopleTeamDetail(ApiView):
    @operation(PeopleTeamShape, summary="One team: who is in it, and what it holds", tag=TEAMS)
    @requires(Permission.USER_ADMIN)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_team(request, pk))


class PeopleTeamNew(ApiView):
    @operation(PeopleTeamShape, takes=WantedTeam, status=201, summary="Make a team", tag=TEAMS)
    @fresh
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest) -> Response:
        """It holds nothing yet."""
        body = _team(request, _save_team(request, None).pk)
        return Response(body, status=201, headers={"Location": body["href"]})


class PeopleTeamChange(ApiView):
    @operation(PeopleTeamShape, takes=WantedTeam, summary="Change a team and who is in it", tag=TEAMS)
    @fresh
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Who is not named is in it no longer."""
        found(selectors.get_team(request.actor, pk))
        return Response(_team(request, _save_team(request, pk).pk))


class PeopleTeamRights(ApiView):
    @operation(PeopleTeamShape, takes=WantedTeamRights, summary="Change what a team holds", tag=TEAMS)
    @fresh
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Holds from their next requests on. Refused where somebody else changed it since it was read."""
        team = found(selectors.get_team(request.actor, pk))
        sent = taken(request, WantedTeamRights)
        wanted = _rights(request, sent)
        services.set_team_rights(team.pk, wanted, seen=sent["seen"], actor=request.actor, at=timezone.now())
        return Response(_team(request, pk))


class PeopleTeamClose(ApiView):
    @operation(TeamName, takes=Nothing, summary="End a team", tag=TEAMS)
    @fresh
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """What it held ends with it."""
        team = found(selectors.get_team(request.actor, pk))
        taken(request, Nothing)
        return Response(TeamName(services.close_team(team.pk, actor=request.actor, at=timezone.now())).data)
