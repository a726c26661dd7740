"""Who a caller is and what they may do; and the enterprise's keys, without their secrets."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts.keys import lists, selectors
from accounts.models import KEY_FLOW, ApiKey
from accounts.permissions import Permission
from accounts.selectors import get_key_expiry, list_account_numbers
from portal.actors import Actor
from portal.api import ApiRequest, ApiView, FlowState, Moment, found, operation, paged
from portal.policy import requires, signed_in

TAG = "me"


class MyEnterprise(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class MyPermission(serializers.Serializer[Any]):
    """What may be done; ``accounts`` are numbers, or null for all of the enterprise."""

    permission = serializers.CharField()
    accounts = serializers.ListField(child=serializers.CharField(), allow_null=True)


class WhoAmI(serializers.Serializer[Any]):
    """The caller: a person, one of the carrier's staff, or a program by its key."""

    kind = serializers.ChoiceField(choices=["customer", "staff", "key"])
    name = serializers.CharField()
    email = serializers.EmailField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    enterprise = MyEnterprise(allow_null=True)
    permissions = MyPermission(many=True)
    key_expires_at = Moment(allow_null=True)


_EXAMPLE = {
    "kind": "key",
    "name": "API key Billing robot of Alice Moreau",
    "email": "robots@acme.example",
    "language": "en",
    "time_zone": "America/Denver",
    "enterprise": {"id": "204817", "name": "Acme Freight"},
    "permissions": [{"permission": "billing.view", "accounts": ["5-KTR2P"]}],
    "key_expires_at": "2027-05-20T06:00:00Z",
}


def _said(actor: Actor) -> dict[str, Any]:
    numbers = list_account_numbers(actor)
    here = {"id": actor.enterprise_public_id, "name": actor.enterprise_name}
    return {
        "kind": actor.kind,
        "name": actor.name,
        "email": actor.email,
        "language": actor.language,
        "time_zone": actor.time_zone,
        "enterprise": here if actor.enterprise_id else None,
        "permissions": [
            {"permission": code, "accounts": None if reach is None else sorted(numbers[pk] for pk in reach)}
            for code, reach in sorted(actor.permissions.items())
        ],
        "key_expires_at": get_key_expiry(actor),
    }


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
