"""The carrier's people and their roles as JSON, for its own directories; on the staff face alone."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from accounts import selectors as people
from accounts.models import Enterprise
from accounts.permissions import Permission
from accounts.staffing import lists, selectors, services
from accounts.staffing.rules import Card
from portal import zones
from portal.api import ApiRequest, ApiView, Moment, Nothing, Taken, found, operation, paged, taken
from portal.errors import Refused
from portal.policy import fresh, requires

TAG = "staff"
_LANGUAGE = serializers.ChoiceField(choices=settings.LANGUAGES)
_REGIONS = [("", "every region"), *Enterprise.Region.choices]


class ColleagueRow(serializers.Serializer[Any]):
    """One of the carrier's people: the card that customers see, and the role. ``id`` is the card's."""

    id = serializers.IntegerField(source="card_id")
    name = serializers.CharField(source="card.name")
    title = serializers.CharField(source="card.title")
    email = serializers.EmailField(source="card.email")
    phone = serializers.CharField(source="card.phone")
    languages = serializers.ListField(child=serializers.CharField(), source="card.languages")
    region = serializers.ChoiceField(choices=_REGIONS, source="card.region")
    time_zone = serializers.CharField(source="card.time_zone")
    role = serializers.CharField(source="role.code")
    state = serializers.SerializerMethodField()
    last_sign_in_at = Moment(source="user.last_login", allow_null=True)

    def get_state(self, member: Any) -> str:
        return lists.state_of(member)


class Served(serializers.Serializer[Any]):
    """A place in a customer's account team; ``account`` is the one that it is for, null for all."""

    enterprise = serializers.CharField(source="enterprise.public_id")
    account = serializers.CharField(source="account.number", default=None, allow_null=True)
    role = serializers.CharField()


class ColleagueShape(ColleagueRow):
    """The same with what the role may do, and whom they serve."""

    permissions = serializers.ListField(child=serializers.CharField(), source="role.permissions")
    serves = Served(many=True)


class RoleRow(serializers.Serializer[Any]):
    """What a role may do, and how many people have it."""

    code = serializers.CharField()
    name = serializers.CharField(source="label")
    permissions = serializers.ListField(child=serializers.CharField())
    held = serializers.IntegerField()


class NewColleague(Taken):
    """Somebody new: what customers see of them, the role, and the language of their own pages and mails."""

    email = serializers.EmailField()
    name = serializers.CharField(max_length=200)
    title = serializers.CharField(max_length=120)
    role = serializers.CharField(max_length=40)
    phone = serializers.CharField(max_length=40, allow_blank=True, default="")
    languages = serializers.ListField(child=_LANGUAGE, min_length=1)
    hours = serializers.CharField(max_length=80, allow_blank=True, default="")
    time_zone = serializers.CharField(max_length=50)
    region = serializers.ChoiceField(choices=_REGIONS, default="")
    language = serializers.ChoiceField(choices=settings.LANGUAGES)

    def validate_time_zone(self, name: str) -> str:
        if not zones.is_known(name):
            raise serializers.ValidationError(_("There is no such time zone."))
        return name


class NewRole(Taken):
    """The code of the role they get, and of the one that they were seen to have."""

    role = serializers.CharField(max_length=40)
    seen = serializers.CharField(max_length=40)


class Succession(Taken):
    """Who takes over customers and open work, by the address; null where nobody does."""

    successor = serializers.EmailField(allow_null=True)


class Passed(serializers.Serializer[Any]):
    """How many places in account teams passed on, or ended."""

    id = serializers.IntegerField()
    places = serializers.IntegerField()


def _whole(pk: int) -> Any:
    member: Any = found(selectors.get_person(pk))
    member.serves = people.list_served(pk)
    return ColleagueShape(member).data


class Staff(ApiView):
    @operation(ColleagueRow, page=lists.STAFF, summary="The carrier's people", tag=TAG)
    @requires(Permission.STAFF_VIEW)
    def get(self, request: ApiRequest) -> Response:
        """Who works here, and who did."""
        return paged(request, lists.STAFF, selectors.list_people(), ColleagueRow)


class StaffDetail(ApiView):
    @operation(ColleagueShape, summary="One colleague: role, permissions, customers", tag=TAG)
    @requires(Permission.STAFF_VIEW)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_whole(pk))


class StaffRoles(ApiView):
    @operation(RoleRow, page=lists.ROLES, summary="The roles of the carrier's people", tag=TAG)
    @requires(Permission.STAFF_VIEW)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, lists.ROLES, selectors.list_roles(), RoleRow)


class StaffHire(ApiView):
    @operation(
        ColleagueShape,
        takes=NewColleague,
        status=201,
        summary="Hire somebody",
        tag=TAG,
        example={
            "email": "rui.alves@northvane.example",
            "name": "Rui Alves",
            "title": "Billing analyst",
            "role": "billing_analyst",
            "languages": ["pt", "en"],
            "time_zone": "America/Sao_Paulo",
            "language": "pt",
        },
    )
    @fresh
    @requires(Permission.STAFF_MANAGE)
    def post(self, request: ApiRequest) -> Response:
        """A mail with the way in leaves. Nobody gives a role that may do more than they may, unless they edit roles."""
        sent = taken(request, NewColleague)
        email, role, language = (sent.pop(name) for name in ("email", "role", "language"))
        card = Card(**{**sent, "name": " ".join(sent["name"].split()), "languages": tuple(sent["languages"])})
        made = services.hire(email, card, role=role, language=language, actor=request.actor, at=timezone.now())
        return Response(_whole(made.card_id), status=201)


class StaffInvite(ApiView):
    @operation(ColleagueShape, takes=Nothing, summary="Mail a colleague the way in once more", tag=TAG)
    @fresh
    @requires(Permission.STAFF_MANAGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        found(selectors.get_person(pk))
        taken(request, Nothing)
        services.invite_again(pk, actor=request.actor, at=timezone.now())
        return Response(_whole(pk))


class StaffMove(ApiView):
    @operation(ColleagueShape, takes=NewRole, summary="Give a colleague another role", tag=TAG)
    @fresh
    @requires(Permission.STAFF_MANAGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Holds from their next request on."""
        found(selectors.get_person(pk))
        sent = taken(request, NewRole)
        services.move(pk, sent["role"], seen=sent["seen"], actor=request.actor, at=timezone.now())
        return Response(_whole(pk))


class StaffRemove(ApiView):
    @operation(Passed, takes=Succession, summary="Let a colleague go", tag=TAG)
    @fresh
    @requires(Permission.STAFF_MANAGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Their sessions end; places and work pass to the successor."""
        found(selectors.get_person(pk))
        email = taken(request, Succession)["successor"]
        heir = people.find_colleague(email) if email else None
        if email and heir is None:
            raise Refused(_("Nobody here has this address."), field="successor")
        successor_id = heir.card_id if heir else None
        places = services.remove(pk, successor_id=successor_id, actor=request.actor, at=timezone.now())
        return Response(Passed({"id": pk, "places": places}).data)
