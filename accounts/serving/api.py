"""The account team for programs."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import selectors
from accounts.models import TeamRole
from portal.api import ApiRequest, ApiView, operation
from portal.policy import signed_in

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
