"""Readiness, activation and acceptance as JSON, on the same selectors and services as the pages."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from orders.activating import selectors, services
from orders.api import TAG, find_order
from orders.models import CALL_FLOW, DECISION_FLOW, NotReadyOutcome, NotReadyReason, NotReadyThen, OrderStatus
from orders.permissions import Permission
from portal.api import ApiRequest, ApiView, Moment, MoneyField, Nothing, Taken, operation, taken
from portal.policy import requires


class NotReadyShape(serializers.Serializer[Any]):
    """Customer not ready: until when it can be cleared, and what follows on the day after."""

    reason = serializers.ChoiceField(choices=NotReadyReason.choices)
    note = serializers.CharField()
    due_on = serializers.DateField()
    last_on = serializers.DateField()
    then = serializers.ChoiceField(choices=NotReadyThen.choices)
    charge = MoneyField("charge", currency="order.account.currency")


class CallShape(serializers.Serializer[Any]):
    """The activation call that is booked."""

    status = serializers.ChoiceField(choices=CALL_FLOW.states.choices)
    starts_at = Moment()
    ends_at = Moment()
    engineer = serializers.CharField(source="engineer.name")
    bridge = serializers.CharField()
    contact_name = serializers.CharField()
    contact_phone = serializers.CharField()


class SlotShape(serializers.Serializer[Any]):
    """A time that is offered for the call."""

    id = serializers.IntegerField(source="pk")
    starts_at = Moment()
    ends_at = Moment()
    engineer = serializers.CharField(source="engineer.name")


class TurnUpShape(serializers.Serializer[Any]):
    """The sign-off, and what was said to it; silence accepts once ``accept_by_on`` is over."""

    signed_at = Moment()
    signed_by = serializers.CharField()
    ready_on = serializers.DateField()
    accept_by_on = serializers.DateField()
    decision = serializers.ChoiceField(choices=DECISION_FLOW.states.choices)
    decided_at = Moment(allow_null=True)
    decided_by = serializers.CharField()
    reason = serializers.CharField()


class SiteShape(serializers.Serializer[Any]):
    """A site of a VPN, by its ``position`` among the order's items; ``up_on`` is null while it is not up."""

    position = serializers.IntegerField()
    site = serializers.CharField(source="place")
    is_primary = serializers.BooleanField()
    up_on = serializers.DateField(allow_null=True)
    up_by = serializers.CharField()


class SitesShape(serializers.Serializer[Any]):
    """Billing begins once ``needed`` of the sites are up, the primary among them; ``met_on`` is since when they are."""

    needed = serializers.IntegerField()
    up = serializers.IntegerField()
    met_on = serializers.DateField(allow_null=True)
    sites = SiteShape(many=True, source="items")


class ActivationShape(serializers.Serializer[Any]):
    """What an order needs to be turned up and accepted; ``sites`` where its service begins with several."""

    order = serializers.CharField()
    not_ready = NotReadyShape(allow_null=True)
    call = CallShape(allow_null=True)
    slots = SlotShape(many=True)
    turn_up = TurnUpShape(allow_null=True)
    sites = SitesShape(allow_null=True)


class ReadyDate(Taken):
    """From when on the customer is ready."""

    new_on = serializers.DateField()


class Booking(Taken):
    """Which of the offered times, and whom the engineer meets on the line."""

    slot = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    contact_name = serializers.CharField(max_length=120)
    contact_phone = serializers.CharField(max_length=40)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class ServiceRefusal(Taken):
    """What is wrong with the service."""

    reason = serializers.CharField(min_length=10, max_length=2000)


def shown_activation(request: ApiRequest, number: str) -> Response:
    actor, now = request.actor, timezone.now()
    order = find_order(request, number)
    held = (
        selectors.list_not_readies(actor, order).filter(outcome=NotReadyOutcome.OPEN).select_related("order__account")
    )
    may_book = order.status != OrderStatus.HELD and selectors.is_to_activate(actor, order)
    shown = {
        "order": order.number,
        "not_ready": held.first(),
        "call": selectors.booked_call(actor, order),
        "slots": list(selectors.list_free_slots(order, now)[:40]) if may_book else [],
        "turn_up": selectors.latest_turn_up(actor, order),
        "sites": selectors.sites_of(actor, order),
    }
    return Response(ActivationShape(shown, context={"request": request}).data)


class Activation(ApiView):
    @operation(ActivationShape, summary="Readiness, activation and acceptance of an order", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        """The call, the times that are offered, the sign-off, and whether the order waits for its customer."""
        return shown_activation(request, number)


def ready(request: ApiRequest, number: str, permission: str) -> Response:
    order = find_order(request, number, permission)
    services.clear_not_ready(order.pk, **taken(request, ReadyDate), actor=request.actor, at=timezone.now())
    return shown_activation(request, number)


class Ready(ApiView):
    @operation(
        ActivationShape, takes=ReadyDate, summary="Be ready from a day on", tag=TAG, example={"new_on": "2026-12-14"}
    )
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Ends customer not ready; the order goes on."""
        return ready(request, number, Permission.ORDER_CREATE)


def book(request: ApiRequest, number: str, permission: str) -> Response:
    order = find_order(request, number, permission)
    sent = taken(request, Booking)
    services.book_call(order.pk, sent.pop("slot"), **sent, actor=request.actor, at=timezone.now())
    return shown_activation(request, number)


BOOKED = {"slot": 4417, "contact_name": "Walt Quinn", "contact_phone": "+1 303 555 0100"}


class Book(ApiView):
    @operation(ActivationShape, takes=Booking, summary="Book the activation call", tag=TAG, example=BOOKED)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """In place of the one that is booked, if there is one; of two at one time, one gets it."""
        return book(request, number, Permission.ORDER_CREATE)


def act(request: ApiRequest, number: str, permission: str, service: Callable[..., Any]) -> Response:
    order = find_order(request, number, permission)
    taken(request, Nothing)
    service(order.pk, actor=request.actor, at=timezone.now())
    return shown_activation(request, number)


class CallOff(ApiView):
    @operation(ActivationShape, takes=Nothing, summary="Call the activation off", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Its time is free for others. Shortly before it the order is on hold until a new date is given."""
        return act(request, number, Permission.ORDER_CREATE, services.call_off)


class Accept(ApiView):
    @operation(ActivationShape, takes=Nothing, summary="Accept a service", tag=TAG)
    @requires(Permission.ORDER_ACCEPT)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The service that was turned up is taken as it is."""
        return act(request, number, Permission.ORDER_ACCEPT, services.accept_service)


class Refuse(ApiView):
    @operation(
        ActivationShape,
        takes=ServiceRefusal,
        summary="Refuse a service",
        tag=TAG,
        example={"reason": "Half of the packets are lost between 10:00 and 11:00."},
    )
    @requires(Permission.ORDER_ACCEPT)
    def post(self, request: ApiRequest, number: str) -> Response:
        """It is tested again, in a new call; the carrier's people are told."""
        order = find_order(request, number, Permission.ORDER_ACCEPT)
        services.refuse_service(order.pk, **taken(request, ServiceRefusal), actor=request.actor, at=timezone.now())
        return shown_activation(request, number)
