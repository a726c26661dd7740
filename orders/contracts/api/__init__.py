"""What is asked of services as JSON, on the same services as the pages."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from inventory.models import Service
from orders.api import TAG, OrderRow, find_order
from orders.contracts import selectors, services
from orders.models import EndReason, Order, OrderType
from orders.permissions import Permission
from portal.api import ApiRequest, ApiView, MoneyField, Nothing, Taken, found, operation, taken
from portal.policy import requires


class DisconnectEstimateShape(serializers.Serializer[Any]):
    """What a disconnect would come to: ``fee`` = ``months`` × ``monthly`` × ``percent`` ÷ 100."""

    stops_on = serializers.DateField()
    earliest_on = serializers.DateField()
    cancel_by_on = serializers.DateField()
    contract_ends_on = serializers.DateField(allow_null=True)
    months = serializers.IntegerField()
    monthly = MoneyField("monthly", currency="currency")
    percent = serializers.DecimalField(max_digits=5, decimal_places=2)
    fee = MoneyField("fee", currency="currency")


class NewDisconnect(Taken):
    """``stops_on`` is the first day without the service, and the first no longer billed."""

    stops_on = serializers.DateField()
    reason = serializers.ChoiceField(choices=EndReason.choices)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    customer_reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class NewServiceChange(Taken):
    """What is left out stays as it is; ``gives_up_z`` is a partial disconnect."""

    bandwidth = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    gives_up_z = serializers.BooleanField(required=False, default=False)
    requested_on = serializers.DateField(required=False, default=None, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    customer_reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class NewRenewal(Taken):
    """``covers`` is the service alone, all under its master contract, or all of its account."""

    term_months = serializers.IntegerField(min_value=1)
    covers = serializers.ChoiceField(choices=["service", "msa", "account"], required=False, default="service")
    customer_reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class NewTransfer(Taken):
    """``target`` is the number of another account of the enterprise."""

    target = serializers.CharField(max_length=40)
    effective_on = serializers.DateField()
    customer_reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class TransferSaid(Taken):
    """Whether the side agrees, or gives the transfer up."""

    agrees = serializers.BooleanField()


def _service(request: ApiRequest, pk: int, permission: str) -> Service:
    return found(selectors.get_service(request.actor, pk, permission))


def _written(request: ApiRequest, order: Order) -> Response:
    body = OrderRow(order, context={"request": request}).data
    return Response(body, status=201, headers={"Location": body["href"]})


class Disconnects(ApiView):
    @operation(DisconnectEstimateShape, summary="What a disconnect would come to", tag=TAG)
    @requires(Permission.DISCONNECT_REQUEST)
    def get(self, request: ApiRequest, pk: int) -> Response:
        """On the earliest day."""
        service = _service(request, pk, Permission.DISCONNECT_REQUEST)
        return Response(DisconnectEstimateShape(selectors.estimate(service, stops_on=None, at=timezone.now())).data)

    @operation(OrderRow, takes=NewDisconnect, status=201, summary="Have a service disconnected", tag=TAG)
    @requires(Permission.DISCONNECT_REQUEST)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """With the agreed notice; it can be taken back until some days before billing stops."""
        _service(request, pk, Permission.DISCONNECT_REQUEST)
        sent = taken(request, NewDisconnect)
        return _written(request, services.request_disconnect(pk, **sent, actor=request.actor, at=timezone.now()))


class Changes(ApiView):
    @operation(OrderRow, takes=NewServiceChange, status=201, summary="Ask for a change of a service", tag=TAG)
    @requires(Permission.SERVICE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """The carrier names the price; nothing is changed until it is agreed to."""
        _service(request, pk, Permission.SERVICE_CHANGE)
        sent = taken(request, NewServiceChange)
        return _written(request, services.request_change(pk, **sent, actor=request.actor, at=timezone.now()))


class Renewals(ApiView):
    @operation(
        OrderRow, takes=NewRenewal, status=201, summary="Renew a service, a master contract or an account", tag=TAG
    )
    @requires(Permission.SERVICE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """One order for all. What is under way in another order is left out of a master contract or account."""
        service = _service(request, pk, Permission.SERVICE_CHANGE)
        sent = taken(request, NewRenewal)
        chosen = selectors.renewable(request.actor, service).get(sent.pop("covers"), [service])
        keys = [service.pk, *(each.pk for each in chosen if each.pk != service.pk)]
        return _written(request, services.request_renewal(keys, **sent, actor=request.actor, at=timezone.now()))


class Transfers(ApiView):
    @operation(OrderRow, takes=NewTransfer, status=201, summary="Give a service to another account", tag=TAG)
    @requires(Permission.SERVICE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Somebody else, of the other account, agrees to it before it takes effect."""
        _service(request, pk, Permission.SERVICE_CHANGE)
        sent = taken(request, NewTransfer)
        return _written(request, services.request_transfer(pk, **sent, actor=request.actor, at=timezone.now()))


class TransferAnswer(ApiView):
    @operation(OrderRow, takes=TransferSaid, summary="TransferSaid a transfer for one's side", tag=TAG)
    @requires(Permission.SERVICE_CHANGE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Two different people agree."""
        asked = found(selectors.get_transfer_by_number(request.actor, number))
        service = services.approve_transfer if taken(request, TransferSaid)["agrees"] else services.decline_transfer
        order = service(asked.order_id, actor=request.actor, at=timezone.now())
        return Response(OrderRow(order, context={"request": request}).data)


class Keep(ApiView):
    @operation(OrderRow, takes=Nothing, summary="Take a disconnect back", tag=TAG)
    @requires(Permission.DISCONNECT_REQUEST)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Until some days before billing stops; the service goes on as before."""
        taken(request, Nothing)
        order = find_order(request, number, Permission.DISCONNECT_REQUEST, type=OrderType.DISCONNECT)
        kept = services.keep_service(order.pk, actor=request.actor, at=timezone.now())
        return Response(OrderRow(kept, context={"request": request}).data)
