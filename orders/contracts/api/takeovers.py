"""Services that go to another company as JSON, on the same selectors and services as the pages."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import MOVE_FLOW, Said
from accounts.permissions import Permission
from orders.api import TAG
from orders.contracts import services
from orders.contracts.lists import takeovers as lists
from orders.contracts.selectors import takeovers as selectors
from orders.models import Takeover, TakeoverSide
from portal import registries
from portal.api import ApiRequest, ApiView, FlowState, Href, Moment, Nothing, Taken, found, operation, paged, taken
from portal.policy import fresh, requires


class OfferedService(serializers.Serializer[Any]):
    """What is offered of a service, as it was then; ``monthly`` in the currency of the transfer."""

    number = serializers.CharField()
    product = serializers.CharField()
    bandwidth = serializers.CharField()
    places = serializers.ListField(child=serializers.CharField())
    monthly = serializers.CharField()
    contract_ends_on = serializers.DateField(allow_null=True)


class TakeoverShape(serializers.Serializer[Any]):
    """Services that change company, as one's own side has it. ``gives`` says whether they leave.

    ``other_name`` is empty for the giver until the other company has agreed; ``number`` is the giver's order.
    """

    id = serializers.IntegerField(source="pk")
    href = Href("orders:takeover", "pk")
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=MOVE_FLOW.states.choices)
    state = FlowState(MOVE_FLOW)
    gives = serializers.BooleanField()
    other_name = serializers.CharField()
    account = serializers.CharField()
    services = OfferedService(many=True)
    currency = serializers.CharField()
    effective_on = serializers.DateField()
    answer_by_on = serializers.DateField()
    why = serializers.CharField()
    asked_at = Moment()
    asked_by = serializers.CharField()
    said = serializers.ChoiceField(choices=Said.choices, allow_blank=True)
    said_by = serializers.CharField()
    other_said = serializers.ChoiceField(choices=Said.choices, allow_blank=True)
    carrier_at = Moment(allow_null=True)


class NewTakeover(Taken):
    """Services of one account by their numbers, and the other company's account with a proof."""

    services = serializers.ListField(child=serializers.CharField(max_length=40), max_length=selectors.OFFERED)
    account = serializers.CharField(max_length=40)
    proof_kind = serializers.CharField(max_length=20)
    proof = serializers.CharField(max_length=120)
    effective_on = serializers.DateField()
    why = serializers.CharField(max_length=500, allow_blank=True, default="")

    def validate_proof_kind(self, value: str) -> str:
        if value not in registries.proofs():
            raise serializers.ValidationError(_("There is no such proof."))
        return value


class TakeoverRefusal(Taken):
    """Why not; both sides read it."""

    reason = serializers.CharField(max_length=500)


def _side(request: ApiRequest, pk: int) -> TakeoverSide:
    return found(selectors.get_side(request.actor, pk))


def _shown(request: ApiRequest, side: TakeoverSide, status: int = 200) -> Response:
    body = TakeoverShape(side, context={"request": request}).data
    return Response(body, status=status, headers={"Location": body["href"]} if status == 201 else None)


class Takeovers(ApiView):
    @operation(TakeoverShape, page=lists.OURS, summary="Services that change company", tag=TAG)
    @requires(Permission.ENTERPRISE_ADMIN)
    def get(self, request: ApiRequest) -> Response:
        """What is given to other companies, and what others offer."""
        return paged(request, lists.OURS, selectors.list_sides(request.actor), TakeoverShape)


class TakeoverDetail(ApiView):
    @operation(TakeoverShape, summary="One transfer between companies", tag=TAG)
    @requires(Permission.ENTERPRISE_ADMIN)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return _shown(request, _side(request, pk))


class TakeoverOffer(ApiView):
    @operation(
        TakeoverShape,
        takes=NewTakeover,
        status=201,
        summary="Offer services to another company",
        tag=TAG,
        example={
            "services": ["WV-10G-003318"],
            "account": "5-BRL01",
            "proof_kind": "code",
            "proof": "ABCD-EFGH-JKLM-NPQR",
            "effective_on": "2027-01-01",
            "why": "The branch was sold.",
        },
    )
    @fresh
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest) -> Response:
        """It is looked at, and waits for the other company's consent and ours. The answer is always the same."""
        sent = taken(request, NewTakeover)
        numbers = sent.pop("services")
        known = selectors.find_services(request.actor, numbers)
        missing = sorted(set(numbers) - {each.number for each in known})
        if missing:
            words = _("Not a service of yours: %(number)s") % {"number": missing[0]}
            raise serializers.ValidationError({"services": [words]})
        offer = services.Offer(tuple(each.pk for each in known), **sent)
        return _shown(request, services.offer_services(offer, actor=request.actor, at=timezone.now()), 201)


class TakeoverAccept(ApiView):
    @operation(TakeoverShape, takes=Nothing, summary="Take services that are offered", tag=TAG)
    @fresh
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """They are one's own from their day on, once the carrier has agreed too."""
        side = _side(request, pk)
        taken(request, Nothing)
        return _shown(request, services.accept_takeover(side.pk, actor=request.actor, at=timezone.now()))


class TakeoverRefuse(ApiView):
    @operation(TakeoverShape, takes=TakeoverRefusal, summary="Decline or cancel a transfer between companies", tag=TAG)
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """What is offered, or what one has agreed to or asked for, until its day."""
        side = _side(request, pk)
        sent = taken(request, TakeoverRefusal)
        return _shown(request, services.refuse_takeover(side.pk, **sent, actor=request.actor, at=timezone.now()))


# --- the carrier's people ------------------------------------------------------------------------------


class TakeoverParty(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class TakeoverCase(serializers.Serializer[Any]):
    """Services that go from one customer to another; ``last_error`` says why they could not on their day."""

    id = serializers.IntegerField(source="pk")
    href = serializers.SerializerMethodField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=MOVE_FLOW.states.choices)
    state = FlowState(MOVE_FLOW)
    from_enterprise = TakeoverParty(source="source")
    to_enterprise = TakeoverParty(source="target")
    account = serializers.CharField()
    services = OfferedService(many=True)
    effective_on = serializers.DateField()
    answer_by_on = serializers.DateField()
    why = serializers.CharField()
    made_at = Moment()
    approved_at = Moment(allow_null=True)
    approved_by = serializers.CharField()
    grounds = serializers.CharField()
    ended_at = Moment(allow_null=True)
    last_error = serializers.CharField()

    def get_href(self, takeover: Takeover) -> str:
        return str(reverse("api:orders_work:takeover", args=[takeover.pk], request=self.context["request"]))


class TakeoverGrounds(Taken):
    """How the carrier knows that it is right."""

    grounds = serializers.CharField(max_length=500)


def _case(request: ApiRequest, pk: int) -> Any:
    return TakeoverCase(found(selectors.get_takeover(pk)), context={"request": request}).data


class TakeoverCases(ApiView):
    @operation(TakeoverCase, page=lists.ALL, summary="Transfers between companies", tag=TAG)
    @requires(Permission.ENTERPRISE_CHANGE)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, lists.ALL, selectors.list_takeovers(), TakeoverCase)


class TakeoverCaseDetail(ApiView):
    @operation(TakeoverCase, summary="One transfer between companies", tag=TAG)
    @requires(Permission.ENTERPRISE_CHANGE)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_case(request, pk))


class TakeoverCaseApprove(ApiView):
    @operation(TakeoverCase, takes=TakeoverGrounds, summary="Approve a transfer between companies", tag=TAG)
    @fresh
    @requires(Permission.ENTERPRISE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """It is carried out on its day, once both sides have agreed."""
        _case(request, pk)
        services.approve_takeover(pk, **taken(request, TakeoverGrounds), actor=request.actor, at=timezone.now())
        return Response(_case(request, pk))


class TakeoverCaseStop(ApiView):
    @operation(TakeoverCase, takes=TakeoverRefusal, summary="Stop a transfer between companies", tag=TAG)
    @requires(Permission.ENTERPRISE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Both sides are told why."""
        _case(request, pk)
        services.stop_takeover(pk, **taken(request, TakeoverRefusal), actor=request.actor, at=timezone.now())
        return Response(_case(request, pk))
