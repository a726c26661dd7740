"""Who a caller is and what they may do; and the enterprise's keys, without their secrets."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import factors
from accounts.keys import lists, selectors
from accounts.models import KEY_FLOW, ApiKey, User
from accounts.permissions import Permission
from accounts.selectors import (
    get_customer_actor,
    get_enterprise,
    get_key_expiry,
    list_account_numbers,
    list_enterprises_of,
)
from portal.actors import Actor
from portal.api import ApiRequest, ApiView, FlowState, Moment, found, operation, paged
from portal.policy import requires, signed_in
from portal.tenancy import tenant_scope

TAG = "me"


class MyEnterprise(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class MyPermission(serializers.Serializer[Any]):
    """What may be done; ``accounts`` are numbers, or null for all of the enterprise."""

    permission = serializers.CharField()
    accounts = serializers.ListField(child=serializers.CharField(), allow_null=True)


class WhoAmI(serializers.Serializer[Any]):
    """The caller: a person, one of the carrier's staff, or a program by its key.

    ``role`` is the code of a staff role, or a person's title in the enterprise.
    """

    kind = serializers.ChoiceField(choices=["customer", "staff", "key"])
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.CharField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    enterprise = MyEnterprise(allow_null=True)
    permissions = MyPermission(many=True)
    key_expires_at = Moment(allow_null=True)


_EXAMPLE = {
    "kind": "key",
    "name": "API key Billing robot of Alice Moreau",
    "email": "robots@acme.example",
    "role": "",
    "language": "en",
    "time_zone": "America/Denver",
    "enterprise": {"id": "204817", "name": "Acme Freight"},
    "permissions": [{"permission": "billing.view", "accounts": ["5-KTR2P"]}],
    "key_expires_at": "2027-05-20T06:00:00Z",
}


def _said(actor: Actor) -> dict[str, Any]:
    here = {"id": actor.enterprise_public_id, "name": actor.enterprise_name}
    return {
        "kind": actor.kind,
        "name": actor.name,
        "email": actor.email,
        "role": actor.role,
        "language": actor.language,
        "time_zone": actor.time_zone,
        "enterprise": here if actor.enterprise_id else None,
        "permissions": _permissions(actor),
        "key_expires_at": get_key_expiry(actor),
    }


def _permissions(actor: Actor) -> list[dict[str, Any]]:
    numbers = list_account_numbers(actor)
    return [
        {"permission": code, "accounts": None if reach is None else sorted(numbers[pk] for pk in reach)}
        for code, reach in sorted(actor.permissions.items())
    ]


class Me(ApiView):
    @operation(WhoAmI, summary="Who I am", tag=TAG, example=_EXAMPLE)
    @signed_in
    def get(self, request: ApiRequest) -> Response:
        """A key stands in its one enterprise; a person in none here, so that what they may do is asked there."""
        return Response(WhoAmI(_said(request.actor)).data)


class MeHere(ApiView):
    @operation(WhoAmI, summary="Who I am in this enterprise, and what I may do", tag=TAG, example=_EXAMPLE)
    @signed_in
    def get(self, request: ApiRequest) -> Response:
        """As of this call: what is granted or taken away shows at the next one."""
        return Response(WhoAmI(_said(request.actor)).data)


class MyPlace(serializers.Serializer[Any]):
    """One of the enterprises that the caller may enter: as whom, with which rights, and what its door asks for."""

    id = serializers.CharField()
    name = serializers.CharField()
    is_default = serializers.BooleanField()
    called = serializers.CharField()
    role = serializers.CharField()
    asks_second_factor = serializers.BooleanField()
    asks_own_sign_on = serializers.BooleanField()
    permissions = MyPermission(many=True)


class MyPlaces(serializers.Serializer[Any]):
    results = MyPlace(many=True)


class MyEnterprises(ApiView):
    @operation(MyPlaces, summary="What I may do in each of my enterprises", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest) -> Response:
        """By name, all at once; a key has its one. The default is the one that is shown first after signing in."""
        if request.actor.key_id:
            return Response(MyPlaces({"results": [_place(request.actor, None)]}).data)
        assert isinstance(request.user, User)
        found = []
        for pk, _number, _name in list_enterprises_of(request.user):
            with tenant_scope(pk):
                actor = get_customer_actor(request.user, get_enterprise(pk))
                found += [_place(actor, request.user.default_enterprise_id)] if actor else []
        return Response(MyPlaces({"results": found}).data)


def _place(actor: Actor, default_id: int | None) -> dict[str, Any]:
    """Asked in the enterprise's scope."""
    enterprise = get_enterprise(actor.enterprise_id or 0)
    return {
        "id": enterprise.public_id,
        "name": enterprise.name,
        "is_default": enterprise.pk == default_id,
        "called": actor.name,
        "role": actor.role,
        "asks_second_factor": not actor.key_id and factors.is_demanded(actor, enterprise),
        "asks_own_sign_on": not actor.key_id and enterprise.is_sign_on_required,
        "permissions": _permissions(actor),
    }


class KeyOwner(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.EmailField(source="user.email")


class KeyShape(serializers.Serializer[Any]):
    """An API key. ``handle`` is the beginning of its present secret; the rest is kept nowhere."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    handle = serializers.CharField(allow_null=True)
    state = FlowState(KEY_FLOW)
    owner = KeyOwner()
    contact_email = serializers.EmailField()
    permissions = serializers.ListField(child=serializers.CharField())
    is_all_accounts = serializers.BooleanField()
    requested_at = Moment()
    expires_at = Moment()
    ended_at = Moment(allow_null=True)
    last_used_at = Moment(allow_null=True)
    last_used_from = serializers.CharField(allow_null=True)


class Keys(ApiView):
    @operation(KeyShape, page=lists.KEYS, summary="API keys", tag="keys")
    @requires(Permission.API_KEY_MANAGE)
    def get(self, request: ApiRequest) -> Response:
        """One's own; for administrators all of the enterprise."""
        return paged(request, lists.KEYS, selectors.list_keys(request.actor), KeyShape)


class Key(ApiView):
    @operation(KeyShape, summary="One API key", tag="keys")
    @requires(Permission.API_KEY_MANAGE)
    def get(self, request: ApiRequest, pk: int) -> Response:
        """How it stands; it is asked for, collected and reset on the portal's pages alone."""
        key: ApiKey = found(selectors.get_key(request.actor, pk))
        return Response(KeyShape(key, context={"request": request}).data)
