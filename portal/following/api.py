"""Who follows a thing as JSON, on the same selectors and services as the pages."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import ApiRequest, ApiView, Moment, Nothing, Taken, found, operation, taken
from portal.following import forms, selectors, services
from portal.hearers import Followable
from portal.policy import signed_in

TAG = "following"


class FollowerShape(serializers.Serializer[Any]):
    """Who follows: a membership, a team or a contact, and what they are known by. Who ``is_muted`` hears nothing."""

    id = serializers.IntegerField(source="row.pk")
    kind = serializers.SerializerMethodField()
    name = serializers.CharField(source="named.name")
    address = serializers.CharField(source="named.hint")
    is_muted = serializers.BooleanField(source="row.is_muted")
    added_at = Moment(source="row.added_at")
    added_by = serializers.CharField(source="row.added_by")

    def get_kind(self, follower: selectors.Follower) -> str:
        return follower.row.follower_type.rpartition(".")[2]


class FollowersShape(serializers.Serializer[Any]):
    """All who follow one thing."""

    followers = FollowerShape(many=True)


class NewFollower(Taken):
    """Who is to follow: the mail address of a colleague or a contact, or the name of a team."""

    who = serializers.CharField(max_length=200)


def _thing(request: ApiRequest, slug: str, number: str) -> tuple[Followable, Any]:
    what = found(selectors.followable(slug))
    return what, found(selectors.get_thing(request.actor, what, number))


def _answer(request: ApiRequest, thing: Any, *, status: int = 200) -> Response:
    known = selectors.followers_of(request.actor, selectors.rows_of(request.actor, thing))
    return Response(FollowersShape({"followers": known}).data, status=status)


class Followers(ApiView):
    @operation(FollowersShape, summary="Who follows an order or a dispute", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest, slug: str, number: str) -> Response:
        """``slug`` is ``order`` or ``dispute``."""
        return _answer(request, _thing(request, slug, number)[1])


class FollowerNew(ApiView):
    @operation(
        FollowersShape,
        takes=NewFollower,
        status=201,
        summary="Let somebody follow",
        tag=TAG,
        example={"who": "noc@halvorsen.example"},
    )
    @signed_in
    def post(self, request: ApiRequest, slug: str, number: str) -> Response:
        """From then on they are told what happens to it, as long as they may see it."""
        what, thing = _thing(request, slug, number)
        form = forms.blank(request.actor, what, thing, taken(request, NewFollower))
        if not form.is_valid():
            raise serializers.ValidationError({name: list(map(str, said)) for name, said in form.errors.items()})
        services.follow(what, thing, form.party(), actor=request.actor, at=timezone.now())
        return _answer(request, thing, status=201)


class FollowerEnd(ApiView):
    @operation(FollowersShape, takes=Nothing, summary="Let somebody follow no longer", tag=TAG)
    @signed_in
    def post(self, request: ApiRequest, slug: str, number: str, pk: int) -> Response:
        """One's own, a contact's, and whom one added; who decides about people may end all."""
        _what, thing = _thing(request, slug, number)
        row = found(selectors.rows_of(request.actor, thing).filter(pk=pk).first())
        services.stop(row.pk, actor=request.actor, at=timezone.now())
        return _answer(request, thing)
