"""Requests for access as JSON, on the same selectors and services as the pages."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts import selectors as who
from accounts.joining import lists, selectors, services
from accounts.models import ACCESS_FLOW, REGISTRATION_FLOW, AccessRequest, Registration
from accounts.permissions import Permission
from portal.api import ApiRequest, ApiView, FlowState, Href, Moment, Nothing, Taken, found, operation, paged, taken
from portal.policy import requires, signed_in

TAG = "access requests"


class AccessAsker(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    email = serializers.EmailField(source="user.email")


class AccessRequestShape(serializers.Serializer[Any]):
    """What somebody asked for: a permission, on which accounts in their words (on all where ``places`` is empty).

    It is granted by changing what the person holds.
    """

    id = serializers.IntegerField(source="pk")
    href = Href("joining:request", "pk")
    permission = serializers.CharField()
    places = serializers.CharField()
    why = serializers.CharField()
    person = AccessAsker(source="membership")
    status = serializers.ChoiceField(choices=ACCESS_FLOW.states.choices)
    state = FlowState(ACCESS_FLOW)
    asked_at = Moment()
    decided_at = Moment(allow_null=True)
    decided_by = serializers.CharField()
    answer = serializers.CharField()


class NewAccessRequest(Taken):
    """The permission that is lacking; account numbers or names of groups, one a line, and what it is needed for."""

    permission = serializers.CharField(max_length=40)
    places = serializers.CharField(max_length=500, allow_blank=True, default="")
    why = serializers.CharField(max_length=500, allow_blank=True, default="")


class Refusal(Taken):
    """Why not, in words that the asker reads."""

    answer = serializers.CharField(max_length=500)


def _shown(request: ApiRequest, pk: int) -> Any:
    asked = found(selectors.get_request(request.actor, pk))
    return AccessRequestShape(asked, context={"request": request}).data


def _person_only(request: ApiRequest) -> None:
    """A program asks for nothing: what it may do, its owner asks for with its key."""
    if request.actor.key_id:
        raise PermissionDenied


class AccessRequests(ApiView):
    @operation(AccessRequestShape, page=lists.ACCESS, summary="Requests for access", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest) -> Response:
        """One's own; for who gives rights all of them."""
        return paged(request, lists.ACCESS, who.list_access_requests(request.actor), AccessRequestShape)


class AccessRequestNew(ApiView):
    @operation(
        AccessRequestShape,
        takes=NewAccessRequest,
        status=201,
        summary="Ask for a permission",
        tag=TAG,
        example={"permission": "billing.view", "places": "5-KTR2P", "why": "I check the invoices from December on."},
    )
    @signed_in
    def post(self, request: ApiRequest) -> Response:
        """Those who decide get a mail. What waits already is asked for once."""
        _person_only(request)
        wish = services.Wish(**taken(request, NewAccessRequest))
        made = services.ask(wish, actor=request.actor, at=timezone.now())
        body = _shown(request, made.pk)
        return Response(body, status=201, headers={"Location": body["href"]})


class AccessRequestDetail(ApiView):
    @operation(AccessRequestShape, summary="One request for access", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_shown(request, pk))


class AccessRequestDecline(ApiView):
    @operation(AccessRequestShape, takes=Refusal, summary="Decline a request for access", tag=TAG)
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Never one's own."""
        asked = _found(request, pk)
        services.decline(asked.pk, **taken(request, Refusal), actor=request.actor, at=timezone.now())
        return Response(_shown(request, pk))


class AccessRequestWithdraw(ApiView):
    @operation(AccessRequestShape, takes=Nothing, summary="Take one's own request back", tag=TAG)
    @signed_in
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Before it is decided."""
        asked = _found(request, pk)
        found(asked if asked.membership_id == request.actor.person_id else None)
        taken(request, Nothing)
        services.withdraw(asked.pk, actor=request.actor, at=timezone.now())
        return Response(_shown(request, pk))


class RegistrationShape(serializers.Serializer[Any]):
    """Somebody who registered with an account number and a proof, and what came of it; the proof is never shown.

    ``customer`` is the public ID of the enterprise that the account belongs to, where the proof fitted.
    """

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    email = serializers.EmailField()
    account = serializers.CharField(source="number")
    segment = serializers.ChoiceField(choices=Registration._meta.get_field("segment").choices or [])
    status = serializers.ChoiceField(choices=REGISTRATION_FLOW.states.choices)
    state = FlowState(REGISTRATION_FLOW)
    customer = serializers.CharField(source="place")
    asked_at = Moment()


class Registrations(ApiView):
    @operation(RegistrationShape, page=lists.REGISTRATIONS, summary="Registrations", tag="registrations")
    @requires(Permission.ADMINISTRATOR_APPOINT)
    def get(self, request: ApiRequest) -> Response:
        """Who registered at the carrier. Each is judged by its proof; none waits for an answer here."""
        return paged(request, lists.REGISTRATIONS, selectors.list_registrations(request.actor), RegistrationShape)


def _found(request: ApiRequest, pk: int) -> AccessRequest:
    return found(selectors.get_request(request.actor, pk))
