"""The account team for programs."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from accounts import selectors, services
from accounts.models import TeamRole
from accounts.permissions import Permission
from accounts.serving import lists
from accounts.serving import selectors as serving
from portal.api import ApiRequest, ApiView, Nothing, Taken, found, operation, paged, taken
from portal.errors import Refused
from portal.policy import requires, signed_in
from portal.terms import PRODUCT_LINES

TAG = "team"


class TeamPerson(serializers.Serializer[Any]):
    """One of the carrier's people."""

    name = serializers.CharField()
    title = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.EmailField()


class WorkingHours(serializers.Serializer[Any]):
    """On which weekdays (1 is Monday) and between which clock times of their own zone somebody works."""

    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=7))
    opens = serializers.TimeField(format="%H:%M")
    closes = serializers.TimeField(format="%H:%M")
    time_zone = serializers.CharField()


class Absence(serializers.Serializer[Any]):
    """That somebody is away now: the last day of it, and whom to call meanwhile."""

    until = serializers.DateField(source="last_day")
    deputy = TeamPerson(source="stand_in", allow_null=True)


class TeamAccount(serializers.Serializer[Any]):
    number = serializers.CharField()
    name = serializers.CharField()


class TeamPlace(TeamPerson):
    """Somebody who serves the enterprise, or one account of it; ``escalation`` is the order to call them in.

    Without ``families`` they answer for every product.
    """

    id = serializers.IntegerField(source="pk")
    role = serializers.ChoiceField(choices=TeamRole.choices)
    name = serializers.CharField(source="card.name")
    title = serializers.CharField(source="card.title")
    phone = serializers.CharField(source="card.phone")
    email = serializers.EmailField(source="card.email")
    account = TeamAccount(allow_null=True)
    families = serializers.ListField(child=serializers.CharField())
    escalation = serializers.IntegerField()
    languages = serializers.ListField(child=serializers.CharField(), source="card.languages")
    region = serializers.CharField(source="card.region")
    hours = serializers.CharField(source="card.hours")
    working_hours = WorkingHours(source="card.working_hours", allow_null=True)
    away = Absence(source="card.away", allow_null=True)


class TeamShape(serializers.Serializer[Any]):
    results = TeamPlace(many=True)


class Team(ApiView):
    @operation(TeamShape, summary="The account team", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest) -> Response:
        """Who serves the enterprise and the accounts within reach, in the order to call them."""
        members = selectors.list_whole_team(request.actor)
        return Response({"results": TeamPlace(members, many=True).data})


# --- the carrier's tools ------------------------------------------------------------------------


class NewPlace(Taken):
    """Who serves as what: a colleague by their address; an account by its number, or the whole company without one.

    Without ``families`` they answer for every product; 1 is called first.
    """

    role = serializers.ChoiceField(choices=TeamRole.choices)
    email = serializers.EmailField()
    account = serializers.CharField(max_length=40, allow_blank=True, default="")
    families = serializers.ListField(child=serializers.CharField(max_length=20), max_length=50, default=list)
    escalation = serializers.IntegerField(min_value=1, max_value=9, default=1)

    def validate_families(self, names: list[str]) -> list[str]:
        if set(names) - set(PRODUCT_LINES):
            raise serializers.ValidationError(_("There is no such product family."))
        return sorted(set(names))


class PlaceEnded(serializers.Serializer[Any]):
    """A place that is no more; the journal keeps that it was."""

    role = serializers.ChoiceField(choices=TeamRole.choices)
    name = serializers.CharField(source="card.name")


class TeamAdd(ApiView):
    @operation(
        TeamPlace,
        takes=NewPlace,
        status=201,
        summary="Name somebody who serves this customer",
        tag=TAG,
        example={"role": "service_manager", "email": "rui.alves@northvane.example", "escalation": 2},
    )
    @requires(Permission.TEAM_MANAGE)
    def post(self, request: ApiRequest) -> Response:
        """Customers see it at once."""
        sent = taken(request, NewPlace)
        colleague, account = selectors.find_colleague(sent["email"]), None
        if colleague is None:
            raise Refused(_("Nobody here has this address."), field="email")
        if sent["account"]:
            account = selectors.get_account(request.actor, sent["account"])
            if account is None:
                raise Refused(_("There is no account of this number here."), field="account")
        families, turn = tuple(sent["families"]), sent["escalation"]
        place = services.Place(colleague.card_id, sent["role"], account.pk if account else None, families, turn)
        made = services.add_place(place, actor=request.actor, at=timezone.now())
        return Response(TeamPlace(found(selectors.get_place(request.actor, made.pk))).data, status=201)


class TeamEnd(ApiView):
    @operation(PlaceEnded, takes=Nothing, summary="End somebody's place in the account team", tag=TAG)
    @requires(Permission.TEAM_MANAGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        place = found(selectors.get_place(request.actor, pk))
        taken(request, Nothing)
        services.end_place(pk, actor=request.actor, at=timezone.now())
        return Response(PlaceEnded(place).data)


class TeamGap(serializers.Serializer[Any]):
    """A customer whose account team lacks a role that the terms demand."""

    enterprise = serializers.CharField(source="public_id")
    name = serializers.CharField()
    lacks = serializers.SerializerMethodField()

    def get_lacks(self, row: Any) -> list[str]:
        return [gap.name.removeprefix("lacks_") for gap in serving.lacks(row)]


class TeamGaps(ApiView):
    @operation(TeamGap, page=lists.GAPS, summary="Customers whose account team lacks somebody", tag=TAG)
    @requires(Permission.TEAM_MANAGE)
    def get(self, request: ApiRequest) -> Response:
        rows = serving.list_gaps(request.actor, on=timezone.localdate())
        return paged(request, lists.GAPS, rows, TeamGap)
