"""Orders and their milestones as JSON, on the same selectors and services as the pages."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from inventory.api import ServiceAccount, ServiceProduct, SiteAddress
from orders import lists, selectors, services
from orders.models import (
    MILESTONE_FLOW,
    ORDER_CHARGE_FLOW,
    ORDER_FLOW,
    ChargeReason,
    Milestone,
    MilestoneKind,
    Order,
    OrderType,
    Owner,
    SparedWhy,
)
from orders.permissions import Permission
from portal import looks
from portal.api import (
    ApiRequest,
    ApiView,
    FlowState,
    Href,
    Moment,
    MoneyField,
    Nothing,
    Taken,
    found,
    operation,
    paged,
    taken,
)
from portal.policy import requires

TAG = "orders"


class OrderAccount(ServiceAccount):
    pass


class OrderProduct(ServiceProduct):
    pass


class OrderSite(SiteAddress):
    pass


class CareManager(serializers.Serializer[Any]):
    """Whom to call about the order."""

    name = serializers.CharField()
    title = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.EmailField()


class MilestoneShape(serializers.Serializer[Any]):
    """A step of an order. ``state`` is TM Forum's word (TMF622 v5), ``owner`` whose move it is."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(choices=MilestoneKind.choices)
    detail = serializers.CharField()
    name = serializers.CharField(source="label")
    status = serializers.ChoiceField(choices=MILESTONE_FLOW.states.choices)
    state = FlowState(MILESTONE_FLOW)
    owner = serializers.ChoiceField(choices=Owner.choices)
    planned_on = serializers.DateField(allow_null=True)
    expected_on = serializers.DateField(allow_null=True)
    completed_at = Moment(allow_null=True)
    note = serializers.CharField()
    next_action = serializers.CharField(source="action")


class OrderRow(serializers.Serializer[Any]):
    """An order with its dates: asked for (CRD), committed to (CCD), now expected, done.

    ``state`` is TM Forum's word (TMF622) for ``status``.
    """

    number = serializers.CharField()
    href = Href("orders:order", "number")
    type = serializers.ChoiceField(choices=OrderType.choices)
    status = serializers.ChoiceField(choices=ORDER_FLOW.states.choices)
    state = FlowState(ORDER_FLOW)
    title = serializers.CharField()
    customer_reference = serializers.CharField()
    account = OrderAccount()
    product = OrderProduct()
    service = serializers.CharField(source="service.number", default=None, allow_null=True)
    placed_on = serializers.DateField()
    requested_on = serializers.DateField(allow_null=True)
    committed_on = serializers.DateField(allow_null=True)
    expected_on = serializers.DateField(allow_null=True)
    completed_on = serializers.DateField(allow_null=True)
    days_late = serializers.IntegerField()


class DateMove(serializers.Serializer[Any]):
    """Why the date is another: which milestone moved (null: the committed date), from when to when, by whom, why."""

    at = Moment()
    milestone = serializers.CharField(source="milestone.label", default=None, allow_null=True)
    owner = serializers.ChoiceField(choices=Owner.choices, source="milestone.owner", default=None, allow_null=True)
    before = serializers.DateField(allow_null=True)
    after = serializers.DateField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    by = serializers.CharField()


class OrderChargeShape(serializers.Serializer[Any]):
    """What an order costs once, or does not. ``state`` is TM Forum's word (TMF678) for ``status``.

    What is owed stands on the account's next invoice; what ``is_by_hand`` is in another currency than the account's.
    ``why`` says why it is not charged, ``words`` why it was waived, as the customer reads it.
    """

    id = serializers.IntegerField(source="pk")
    reason = serializers.ChoiceField(choices=ChargeReason.choices)
    status = serializers.ChoiceField(choices=ORDER_CHARGE_FLOW.states.choices, source="state")
    state = FlowState(ORDER_CHARGE_FLOW, source=None)
    service = serializers.CharField(source="service.number", default=None, allow_null=True)
    amount = MoneyField("amount", currency="currency")
    is_by_hand = serializers.BooleanField()
    day = serializers.DateField()
    why = serializers.ChoiceField(choices=SparedWhy.choices, allow_blank=True)
    words = serializers.CharField()
    settled_at = Moment(allow_null=True)
    settled_by = serializers.CharField()


class OrderShape(OrderRow):
    """An order with its steps, what it costs once, and every move of its dates, the latest first."""

    placed_by = serializers.CharField()
    a_site = OrderSite(allow_null=True)
    z_site = OrderSite(allow_null=True)
    care_manager = CareManager(allow_null=True)
    monthly = MoneyField("monthly", currency="account.currency")
    one_time = MoneyField("one_time", currency="account.currency")
    term_months = serializers.IntegerField()
    milestones = MilestoneShape(many=True, source="steps")
    charges = OrderChargeShape(many=True, source="costs")
    date_moves = DateMove(many=True, source="moves")


_EXAMPLE = {
    "number": "ORD-2026-00417",
    "href": "https://portal.carrier.example/api/v1/e/204817/orders/ORD-2026-00417/",
    "type": "new",
    "status": "in_progress",
    "state": "inProgress",
    "title": "Wave 10 Gbps, Denver to Reno",
    "customer_reference": "PO 4500-7721",
    "account": {"number": "5-KTR2P", "name": "Headquarters"},
    "product": {"code": "wave-10g", "name": "Wavelength 10 Gbps", "family": "wavelength"},
    "service": "WV-10G-004417",
    "placed_on": "2026-10-02",
    "requested_on": "2026-11-20",
    "committed_on": "2026-12-01",
    "expected_on": "2026-12-04",
    "completed_on": None,
    "days_late": 3,
}


def find_order(request: ApiRequest, number: str, *permissions: str, type: str = "") -> Order:
    """As for the pages: of this type, and with one of the permissions on its account."""
    order = found(selectors.get_order(request.actor, number, *permissions))
    return found(order if not type or order.type == type else None)


class Orders(ApiView):
    @operation(OrderRow, page=lists.ORDERS, summary="Orders", tag=TAG, example=_EXAMPLE)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest) -> Response:
        """The orders on the accounts within reach."""
        return paged(request, lists.ORDERS, selectors.list_orders_whole(request.actor), OrderRow)


class OrderDetail(ApiView):
    @operation(OrderShape, summary="One order with its milestones and dates", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        order = find_order(request, number)
        looks.note(request.actor, order, "api", label=number, at=timezone.now())
        return Response(OrderShape(_whole(request, order), context={"request": request}).data)


def _whole(request: ApiRequest, order: Order) -> Order:
    order.steps = selectors.list_milestones(request.actor, order)  # type: ignore[attr-defined]
    order.costs = selectors.list_charges(request.actor, order)  # type: ignore[attr-defined]
    order.moves = selectors.moves_of(selectors.list_story(request.actor, order))  # type: ignore[attr-defined]
    return order


# --- the care manager's tools ------------------------------------------------------------------


class NewDate(Taken):
    """Another expected date, whose move it is from now on, and why it moves: the customer reads it."""

    expected_on = serializers.DateField()
    owner = serializers.ChoiceField(choices=Owner.choices)
    reason = serializers.CharField(min_length=5, max_length=300)


class Note(Taken):
    """What the customer should know of the milestone, in place of the note before."""

    note = serializers.CharField(max_length=1000)


class Waiver(Taken):
    """Why a charge is waived: the customer reads it."""

    words = serializers.CharField(min_length=5, max_length=300)


class ChargeWaive(ApiView):
    @operation(
        OrderChargeShape, takes=Waiver, summary="Waive a charge of an order", tag=TAG,
        example={"words": "The crew came two days late."},
    )  # fmt: skip
    @requires(Permission.ORDER_PRICE)
    def post(self, request: ApiRequest, number: str, pk: int) -> Response:
        """It stands on no bill, and the customer's people are told. 409 once it is billed."""
        order = find_order(request, number, Permission.ORDER_PRICE)
        charge = found(selectors.get_charge(request.actor, order, pk))
        done = services.waive_charge(charge.pk, actor=request.actor, at=timezone.now(), **taken(request, Waiver))
        return Response(OrderChargeShape(done).data)


class _MilestoneAct(ApiView):
    def act(self, request: ApiRequest, pk: int, service: Callable[..., Milestone], shape: type[Taken]) -> Response:
        step = found(selectors.get_milestone(request.actor, pk))
        done = service(step.pk, actor=request.actor, at=timezone.now(), **taken(request, shape))
        return Response(MilestoneShape(done).data)


class MilestoneComplete(_MilestoneAct):
    @operation(MilestoneShape, takes=Nothing, summary="Complete a milestone", tag=TAG)
    @requires(Permission.MILESTONE_COMPLETE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """The next one starts; the last to close completes its order. The customer's people are told."""
        return self.act(request, pk, services.complete_milestone, Nothing)


class MilestoneDelay(_MilestoneAct):
    @operation(
        MilestoneShape,
        takes=NewDate,
        summary="Move a milestone's date",
        tag=TAG,
        example={
            "expected_on": "2026-12-04",
            "owner": "third_party",
            "reason": "The local loop failed its test; a second visit is booked.",
        },
    )
    @requires(Permission.MILESTONE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """The order's date follows. The customer's people are told."""
        return self.act(request, pk, services.delay_milestone, NewDate)


class MilestoneNote(_MilestoneAct):
    @operation(MilestoneShape, takes=Note, summary="Write a note on a milestone", tag=TAG)
    @requires(Permission.MILESTONE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """The customer's people are told."""
        return self.act(request, pk, services.annotate_milestone, Note)
