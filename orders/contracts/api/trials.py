"""Trials as JSON, on the same selectors and services as the pages."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from orders.api import TAG, OrderRow, find_order
from orders.contracts import selectors, services
from orders.models import Order, OrderType, TrialEnd
from orders.permissions import Permission
from portal.api import ApiRequest, ApiView, Nothing, Taken, found, operation, taken
from portal.policy import requires


class TrialShape(serializers.Serializer[Any]):
    """What is tried out: for how many days from its activation; ``ends_on`` is the first day without it."""

    order = serializers.CharField(source="order.number")
    days = serializers.IntegerField()
    ends_on = serializers.DateField(allow_null=True)
    became = serializers.ChoiceField(choices=TrialEnd.choices, allow_blank=True)
    kept_as = serializers.CharField()


class NewTrial(Taken):
    """A product of the catalogue by its code, for an account; ``a_site`` is the key of a site."""

    product = serializers.CharField(max_length=40)
    account = serializers.CharField(max_length=40)
    days = serializers.IntegerField(min_value=1, max_value=1000)
    a_site = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    requested_on = serializers.DateField(required=False, default=None, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    customer_reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class KeptTrial(Taken):
    """For how long the service is kept."""

    term_months = serializers.IntegerField(min_value=1, max_value=240)
    customer_reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


def _written(request: ApiRequest, order: Order) -> Response:
    body = OrderRow(order, context={"request": request}).data
    return Response(body, status=201, headers={"Location": body["href"]})


def _trial(request: ApiRequest, number: str, *permissions: str) -> Order:
    return find_order(request, number, *permissions, type=OrderType.TRIAL)


class TrialAsk(ApiView):
    @operation(
        OrderRow,
        takes=NewTrial,
        status=201,
        summary="Try something out",
        tag=TAG,
        example={"product": "ip-1g", "account": "5-KTR2P", "days": 20, "note": "Failover to the second line."},
    )
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest) -> Response:
        """Nothing is billed for the days agreed; they count from the activation."""
        sent = taken(request, NewTrial)
        account = selectors.get_account(request.actor, sent.pop("account"))
        product = selectors.list_products().filter(code=sent.pop("product")).first()
        code = sent.pop("a_site")
        site = selectors.list_sites(request.actor).filter(code=code).first() if code else None
        missing = {
            "account": [] if account else [_("There is no such account for which you may order.")],
            "product": [] if product else [_("The catalogue has no such product.")],
            "a_site": [] if site or not code else [_("You have no such site.")],
        }
        if account is None or product is None or missing["a_site"]:
            raise serializers.ValidationError({name: words for name, words in missing.items() if words})
        order = services.request_trial(
            account=account, product=product, a_site_id=site.pk if site else None, **sent, actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
        return _written(request, order)


class TrialDetail(ApiView):
    @operation(TrialShape, summary="How a trial stands", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        return Response(TrialShape(found(selectors.get_trial(request.actor, _trial(request, number)))).data)


class TrialKeep(ApiView):
    @operation(OrderRow, takes=KeptTrial, status=201, summary="Keep what was tried out", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Answers the order that keeps it; the service goes on meanwhile."""
        order, sent = _trial(request, number, Permission.ORDER_CREATE), taken(request, KeptTrial)
        return _written(request, services.keep_trial(order.pk, **sent, actor=request.actor, at=timezone.now()))


class TrialEndNow(ApiView):
    @operation(TrialShape, takes=Nothing, summary="End a trial before its day", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The service stops today. Nothing is billed for it."""
        order = _trial(request, number, Permission.ORDER_CREATE)
        taken(request, Nothing)
        services.end_trial(order.pk, actor=request.actor, at=timezone.now())
        return Response(TrialShape(selectors.get_trial(request.actor, order)).data)
