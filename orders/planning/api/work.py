"""The engineers' work list and the steps of orders as JSON, across customers."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from inventory.models import Family
from orders.api import TAG
from orders.models import Basis, MilestoneKind, OrderType, Owner
from orders.permissions import Permission
from orders.planning import lists, selectors, services
from orders.planning.selectors import Place
from orders.rules import STEPS
from portal.api import ApiRequest, ApiView, Moment, Taken, found, operation, paged, taken
from portal.policy import requires


class ReviewRow(serializers.Serializer[Any]):
    """An order with technical answers that wait for an engineer, and since when."""

    enterprise = serializers.CharField(source="enterprise.public_id")
    customer = serializers.CharField(source="enterprise.name")
    number = serializers.CharField()
    title = serializers.CharField()
    product = serializers.CharField(source="product.code")
    waiting = serializers.IntegerField()
    since = Moment()


class StepShape(serializers.Serializer[Any]):
    """A step: on basis ``share`` the ``amount`` is percent of the whole time, else business days."""

    kind = serializers.ChoiceField(choices=MilestoneKind.choices)
    owner = serializers.ChoiceField(choices=Owner.choices)
    basis = serializers.ChoiceField(choices=Basis.choices)
    amount = serializers.IntegerField()
    action = serializers.CharField()
    action_es = serializers.CharField()
    action_pt = serializers.CharField()


class PlaceShape(serializers.Serializer[Any]):
    """The steps of orders of a family or a product; of neither, of all."""

    family = serializers.CharField()
    product = serializers.CharField(source="product.code", default=None, allow_null=True)
    steps = StepShape(many=True)


class StepsShape(serializers.Serializer[Any]):
    """What binds orders of a type where nothing narrower does, and each place that has steps of its own."""

    type = serializers.ChoiceField(choices=OrderType.choices)
    binding = StepShape(many=True)
    own = PlaceShape(many=True)


class NewStep(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=MilestoneKind.choices)
    owner = serializers.ChoiceField(choices=Owner.choices)
    basis = serializers.ChoiceField(choices=Basis.choices)
    amount = serializers.IntegerField(min_value=-250, max_value=250)
    action = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    action_es = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    action_pt = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["basis"] == Basis.SHARE and not 0 <= attrs["amount"] <= 100:
            raise serializers.ValidationError({"amount": [_("Type a percentage from 0 to 100.")]})
        return attrs


class StepsPlace(Taken):
    """A family, or a product by its code; neither for all orders of the type."""

    family = serializers.ChoiceField(choices=Family.choices, required=False, default="", allow_blank=True)
    product = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class NewSteps(StepsPlace):
    steps = NewStep(many=True)


class Reviews(ApiView):
    @operation(ReviewRow, page=lists.REVIEW_LIST.page, summary="Technical answers to review", tag=TAG)
    @requires(Permission.ORDER_REVIEW)
    def get(self, request: ApiRequest) -> Response:
        """Across all customers. The review itself is of the order."""
        return paged(request, lists.REVIEW_LIST.page, selectors.list_to_review(request.actor), ReviewRow)


def _shown(order_type: str) -> Response:
    own = [each for each in selectors.list_places() if each.order_type == order_type]
    places = [{"family": each.family, "product": each.product, "steps": lists.step_rows(each)} for each in own]
    return Response(StepsShape({"type": order_type, "binding": lists.step_rows(Place(order_type)), "own": places}).data)


def _place(request: ApiRequest, order_type: str, shape: type[Taken]) -> tuple[Place, dict[str, Any]]:
    """Find, and only then read what was sent."""
    found(order_type if order_type in STEPS else None)
    sent = taken(request, shape)
    return found(selectors.find_place(order_type, sent.pop("family"), sent.pop("product"))), sent


class Steps(ApiView):
    @operation(StepsShape, summary="The steps of orders of a type", tag=TAG)
    @requires(Permission.MILESTONE_CHANGE)
    def get(self, request: ApiRequest, order_type: str) -> Response:
        return _shown(found(order_type if order_type in STEPS else None))


class StepsSet(ApiView):
    @operation(
        StepsShape,
        takes=NewSteps,
        summary="Set the steps of orders",
        tag=TAG,
        example={
            "family": "wavelength",
            "steps": [
                {"kind": "acknowledged", "owner": "carrier", "basis": "share", "amount": 0},
                {"kind": "activation", "owner": "customer", "basis": "share", "amount": 100},
            ],
        },
    )
    @requires(Permission.MILESTONE_CHANGE)
    def post(self, request: ApiRequest, order_type: str) -> Response:
        """In place of those the place had; orders that are taken from now on have them."""
        place, sent = _place(request, order_type, NewSteps)
        rows = [dict(each) for each in sent["steps"]]
        services.set_steps(place, rows, actor=request.actor, at=timezone.now())
        return _shown(order_type)


class StepsClear(ApiView):
    @operation(StepsShape, takes=StepsPlace, summary="Give up the steps of a family or product", tag=TAG)
    @requires(Permission.MILESTONE_CHANGE)
    def post(self, request: ApiRequest, order_type: str) -> Response:
        """Those of the wider place bind again, or those shipped."""
        place, _sent = _place(request, order_type, StepsPlace)
        services.clear_steps(place, actor=request.actor, at=timezone.now())
        return _shown(order_type)
