"""What the carrier's people do until a service is turned up, as JSON: holds, calls, tests, sign-offs and times."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Enterprise
from inventory.models import Family
from orders.activating import rules, selectors, services
from orders.activating.api import (
    BOOKED,
    ActivationShape,
    Booking,
    ReadyDate,
    SlotShape,
    act,
    book,
    ready,
    shown_activation,
)
from orders.activating.lists import SLOTS, TESTS
from orders.api import TAG, find_order
from orders.models import NotReadyReason
from orders.permissions import Permission
from portal.api import ApiRequest, ApiView, Moment, Nothing, Taken, operation, paged, taken
from portal.errors import Refused
from portal.policy import requires


class TestShape(serializers.Serializer[Any]):
    """What was measured: loss in percent, delay (both ways) and jitter in ms, throughput in Mbps, light in dBm."""

    __test__ = False  # no class of tests
    tested_at = Moment()
    tested_by = serializers.CharField()
    has_passed = serializers.BooleanField()
    loss_percent = serializers.DecimalField(6, 3, allow_null=True)
    delay_ms = serializers.DecimalField(8, 2, allow_null=True)
    jitter_ms = serializers.DecimalField(8, 2, allow_null=True)
    throughput_mbps = serializers.DecimalField(12, 2, allow_null=True)
    light_dbm = serializers.DecimalField(5, 2, allow_null=True)
    checks = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField()


class OfferedTime(SlotShape):
    """A time of one's own, to whom it is offered, and whether an order has taken it."""

    region = serializers.CharField()
    families = serializers.ListField(child=serializers.CharField())
    bridge = serializers.CharField()
    taken_at = Moment(allow_null=True)


class NotReadyWords(Taken):
    """Why the customer is not ready, in the customer's own reading."""

    reason = serializers.ChoiceField(choices=NotReadyReason.choices)
    note = serializers.CharField(min_length=5, max_length=500)


def _figure(digits: int, places: int, least: int | None = None, most: int | None = None) -> serializers.DecimalField:
    return serializers.DecimalField(
        digits, places, min_value=least, max_value=most, required=False, allow_null=True, default=None
    )


class NewTest(Taken):
    """A test record; what was not measured is left out. One that did not pass says what did not."""

    has_passed = serializers.BooleanField()
    loss_percent = _figure(6, 3, 0, 100)
    delay_ms = _figure(8, 2, 0)
    jitter_ms = _figure(8, 2, 0)
    throughput_mbps = _figure(12, 2, 0)
    light_dbm = _figure(5, 2)
    checks = serializers.MultipleChoiceField(choices=sorted(rules.CHECKS), required=False, default=set)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["has_passed"] and not attrs["note"]:
            raise serializers.ValidationError({"note": [_("Say what did not pass.")]})
        return attrs


class SitePosition(Taken):
    """Which of the order's items."""

    position = serializers.IntegerField(min_value=1, max_value=1000)


class SiteUpDay(SitePosition):
    """Since when its site is up: not before the order was placed, not after today."""

    up_on = serializers.DateField()


class NewTimes(Taken):
    """When each call begins; without a region and families they are offered to all."""

    starts = serializers.ListField(child=serializers.DateTimeField(default_timezone=UTC), min_length=1, max_length=500)
    minutes = serializers.IntegerField(min_value=15, max_value=480)
    region = serializers.ChoiceField(choices=Enterprise.Region.choices, required=False, default="", allow_blank=True)
    families = serializers.ListField(
        child=serializers.ChoiceField(choices=Family.choices), required=False, default=list, max_length=50
    )
    bridge = serializers.CharField(max_length=200)


class ClosedTimes(Taken):
    """Times of one's own by their ``id``; one that is taken stays."""

    slots = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=500
    )


class HowMany(serializers.Serializer[Any]):
    count = serializers.IntegerField()


class Hold(ApiView):
    @operation(
        ActivationShape,
        takes=NotReadyWords,
        summary="Set an order on customer not ready",
        tag=TAG,
        example={"reason": "cannot_test", "note": "Nobody had the key of the room on Tuesday."},
    )
    @requires(Permission.ORDER_CARE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The customer's people are told, and until when they can be ready."""
        order = find_order(request, number, Permission.ORDER_CARE)
        services.set_not_ready(order.pk, **taken(request, NotReadyWords), actor=request.actor, at=timezone.now())
        return shown_activation(request, number)


class ReadyByStaff(ApiView):
    @operation(
        ActivationShape, takes=ReadyDate, summary="Clear customer not ready", tag=TAG, example={"new_on": "2026-12-14"}
    )
    @requires(Permission.ORDER_CARE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """As the customer said; the order goes on."""
        return ready(request, number, Permission.ORDER_CARE)


class BookByStaff(ApiView):
    @operation(ActivationShape, takes=Booking, summary="Book the activation call", tag=TAG, example=BOOKED)
    @requires(Permission.ORDER_ACTIVATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """For the customer, in place of the one that is booked."""
        return book(request, number, Permission.ORDER_ACTIVATE)


class _Act(ApiView):
    def act(self, request: ApiRequest, number: str, service: Callable[..., Any]) -> Response:
        return act(request, number, Permission.ORDER_ACTIVATE, service)


class CallOffByStaff(_Act):
    @operation(ActivationShape, takes=Nothing, summary="Call the activation off", tag=TAG)
    @requires(Permission.ORDER_ACTIVATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Everybody concerned is told."""
        return self.act(request, number, services.call_off)


class NoShow(_Act):
    @operation(ActivationShape, takes=Nothing, summary="Note that nobody of the customer's came", tag=TAG)
    @requires(Permission.ORDER_ACTIVATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The order is on hold, and the customer is told."""
        return self.act(request, number, services.mark_no_show)


class SiteUp(ApiView):
    @operation(
        ActivationShape,
        takes=SiteUpDay,
        summary="Mark a site of a VPN as up",
        tag=TAG,
        example={"position": 2, "up_on": "2026-11-20"},
    )
    @requires(Permission.ORDER_ACTIVATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Billing begins with the day on which enough sites are up, the primary among them."""
        order = find_order(request, number, Permission.ORDER_ACTIVATE)
        services.mark_site_up(order.pk, **taken(request, SiteUpDay), actor=request.actor, at=timezone.now())
        return shown_activation(request, number)


class SiteTakenBack(ApiView):
    @operation(
        ActivationShape, takes=SitePosition, summary="Take back that a site is up", tag=TAG, example={"position": 2}
    )
    @requires(Permission.ORDER_ACTIVATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Until the order is signed off."""
        order = find_order(request, number, Permission.ORDER_ACTIVATE)
        services.take_site_back(order.pk, **taken(request, SitePosition), actor=request.actor, at=timezone.now())
        return shown_activation(request, number)


class SignOff(_Act):
    @operation(ActivationShape, takes=Nothing, summary="Sign a turn-up off", tag=TAG)
    @requires(Permission.ORDER_ACTIVATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """After a passed test: the connection notice goes out, and the customer's word is awaited."""
        return self.act(request, number, services.sign_off)


class Tests(ApiView):
    __test__ = False

    @operation(TestShape, page=TESTS, summary="The test records of an order", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        """The latest first."""
        rows = selectors.list_tests(request.actor, find_order(request, number))
        return paged(request, TESTS, rows, TestShape)


class TestRecord(ApiView):
    __test__ = False

    @operation(
        TestShape,
        takes=NewTest,
        status=201,
        summary="Record a test",
        tag=TAG,
        example={"has_passed": True, "loss_percent": "0.000", "delay_ms": "11.20", "checks": ["link", "labels"]},
    )
    @requires(Permission.ORDER_ACTIVATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Files are added on the order's page. The customer reads it."""
        order = find_order(request, number, Permission.ORDER_ACTIVATE)
        sent = taken(request, NewTest)
        measured = {name: sent.pop(name) for name in rules.MEASURED}
        checks = sorted(sent.pop("checks"))
        made = services.record_test(
            order.pk, **sent, measured=measured, checks=checks, actor=request.actor, at=timezone.now()
        )
        return Response(TestShape(made).data, status=201)


class Slots(ApiView):
    @operation(OfferedTime, page=SLOTS, summary="The times that I offer for activations", tag=TAG)
    @requires(Permission.ORDER_ACTIVATE)
    def get(self, request: ApiRequest) -> Response:
        """From now on."""
        rows = selectors.list_my_slots(request.actor, timezone.now()).select_related("engineer")
        return paged(request, SLOTS, rows, OfferedTime)


class SlotsOpen(ApiView):
    @operation(
        HowMany,
        takes=NewTimes,
        status=201,
        summary="Offer times for activations",
        tag=TAG,
        example={"starts": ["2026-12-14T09:00:00-07:00"], "minutes": 60, "bridge": "+1 303 555 0199, code 4417"},
    )
    @requires(Permission.ORDER_ACTIVATE)
    def post(self, request: ApiRequest) -> Response:
        """One's own; refused where two would overlap."""
        sent = taken(request, NewTimes)
        try:
            made = services.open_slots(sent.pop("starts"), **sent, actor=request.actor, at=timezone.now())
        except Refused as refusal:
            # The page asks for the first day of a span.
            refusal.field = "starts" if refusal.field == "day" else refusal.field
            raise
        return Response(HowMany({"count": len(made)}).data, status=201)


class SlotsClose(ApiView):
    @operation(HowMany, takes=ClosedTimes, summary="Offer times no longer", tag=TAG)
    @requires(Permission.ORDER_ACTIVATE)
    def post(self, request: ApiRequest) -> Response:
        """How many were closed; one that is taken stays."""
        sent = taken(request, ClosedTimes)
        count = services.close_slots(sent["slots"], actor=request.actor, at=timezone.now())
        return Response(HowMany({"count": count}).data)
