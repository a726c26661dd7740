"""The plan of an order as JSON, on the same selectors and services as its pages."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from orders.api import TAG, find_order
from orders.models import ANSWER_FLOW, CHOICE_FLOW, SUPPLEMENT_FLOW, Choice, SupplementKind
from orders.permissions import Permission
from orders.planning import lists, selectors, services
from portal import files, looks
from portal.api import ApiRequest, ApiView, Moment, MoneyField, Nothing, Taken, found, operation, taken
from portal.errors import Refused
from portal.policy import requires


class AnswerShape(serializers.Serializer[Any]):
    """An answer to a technical question, in its own type, and what the engineer said of it."""

    key = serializers.CharField()
    value = serializers.JSONField()
    status = serializers.ChoiceField(choices=ANSWER_FLOW.states.choices)
    reason = serializers.CharField()
    answered_by = serializers.CharField()
    answered_at = Moment()


class ChoiceShape(serializers.Serializer[Any]):
    """How the customer wants it delivered; the fee of an expedite is charged only if the date is met."""

    choice = serializers.ChoiceField(choices=Choice.choices)
    status = serializers.ChoiceField(choices=CHOICE_FLOW.states.choices)
    wanted_on = serializers.DateField(allow_null=True)
    days = serializers.IntegerField(help_text="Business days improved against the standard interval.")
    fee = MoneyField("fee", currency="currency")
    reason = serializers.CharField()
    alternative_on = serializers.DateField(allow_null=True)


class SupplementShape(serializers.Serializer[Any]):
    """A change that was asked for, and the charge that was agreed to."""

    kind = serializers.ChoiceField(choices=SupplementKind.choices)
    status = serializers.ChoiceField(choices=SUPPLEMENT_FLOW.states.choices)
    wanted_on = serializers.DateField(allow_null=True)
    words = serializers.CharField()
    charge = MoneyField("charge", currency="currency")
    decision = serializers.CharField()
    asked_at = Moment()


class EstimateShape(serializers.Serializer[Any]):
    """From the carrier's own completed orders alike, in calendar days: half, and four of five, came within them."""

    alike = serializers.IntegerField()
    half_days = serializers.IntegerField()
    most_days = serializers.IntegerField()


class PlanShape(serializers.Serializer[Any]):
    """The plan of an order. ``seen`` is sent with a confirmation; ``charges`` are what changes cost now.

    ``estimate`` is null where fewer orders alike are completed than the carrier counts on.
    """

    number = serializers.CharField(source="order.number")
    requested_on = serializers.DateField(source="order.requested_on", allow_null=True)
    committed_on = serializers.DateField(source="order.committed_on", allow_null=True)
    expected_on = serializers.DateField(source="order.expected_on", allow_null=True)
    free_until_on = serializers.DateField(source="order.free_until_on", allow_null=True)
    is_free = serializers.BooleanField()
    charges = serializers.DictField(child=serializers.CharField(), source="agreed")
    is_to_be_confirmed = serializers.BooleanField(source="to_confirm")
    seen = serializers.CharField()
    estimate = EstimateShape(source="estimate.found", allow_null=True)
    choices = ChoiceShape(many=True)
    supplements = SupplementShape(many=True)
    answers = AnswerShape(many=True)


def _plan(request: ApiRequest, number: str) -> Response:
    order = find_order(request, number)
    context = lists.plan_page(request.actor, order, at=timezone.now())
    answers = list(selectors.list_answers(request.actor, order).values())
    for each in (*context["choices"], *context["supplements"]):
        # What costs nothing is noted in no currency.
        each.currency = each.currency or order.account.currency
    return Response(PlanShape({**context, "answers": answers}).data)


class Plan(ApiView):
    @operation(PlanShape, summary="The plan of an order: dates, wishes, changes, answers", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        """What was asked for, what is committed to, what a change costs now, and the estimate."""
        looks.note(request.actor, find_order(request, number), "api", label=number, at=timezone.now())
        return _plan(request, number)


class PdfRenderer(BaseRenderer):
    media_type, format = "application/pdf", "pdf"


class LetterPdf(ApiView):
    renderer_classes = [PdfRenderer, JSONRenderer]

    @operation(None, media_type="application/pdf", summary="The acknowledgement letter", tag=TAG, problems=(409,))
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> HttpResponseBase:
        """As it was sent; 409 while it is being written."""
        order = find_order(request, number)
        stored = selectors.find_letter(request.actor, order)
        if stored is None:
            raise Refused(
                _("The letter of this order is not written yet."),
                way_out=_(
                    "It is written when we take the order, and takes a few minutes. The order's page says it all."
                ),
            )
        looks.note(request.actor, order, "pdf", label=number, at=timezone.now())
        return files.hand_out(stored)


class _Act(ApiView):
    """Something done to an order: answers its plan as it is then."""

    def act(
        self, request: ApiRequest, number: str, permission: str, service: Callable[..., Any],
        shape: type[Taken], **more: Any,
    ) -> Response:  # fmt: skip
        """Find, and only then read what was sent: what is out of reach is not there, whatever is asked of it."""
        order = find_order(request, number, permission)
        given = {**taken(request, shape), **more}
        service(order.pk, actor=request.actor, at=timezone.now(), **given)
        return _plan(request, number)


class Answers(Taken):
    """The answers by key, each in the type that its question takes."""

    answers = serializers.DictField(child=serializers.JSONField())


class PlanSeen(Taken):
    """``seen`` of the plan whose details are confirmed."""

    seen = serializers.CharField(max_length=16)


class Wish(Taken):
    choice = serializers.ChoiceField(choices=[Choice.FIRM.value, Choice.EARLIEST.value])
    wanted_on = serializers.DateField(required=False, allow_null=True)


class Earlier(Taken):
    """``agreed`` is the fee: 0 asks for it by the refusal that names it."""

    wanted_on = serializers.DateField()
    agreed = serializers.DecimalField(max_digits=12, decimal_places=2)


class NewChange(Taken):
    """``agreed`` is the charge as ``charges`` of the plan says it."""

    kind = serializers.ChoiceField(choices=[SupplementKind.DUE_DATE.value, SupplementKind.OTHER.value])
    wanted_on = serializers.DateField(required=False, allow_null=True)
    words = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    agreed = serializers.DecimalField(max_digits=12, decimal_places=2)


class Cancellation(Taken):
    words = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    agreed = serializers.DecimalField(max_digits=12, decimal_places=2)


class Details(_Act):
    @operation(PlanShape, takes=Answers, summary="Answer the technical questions", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """All answers at once; an engineer reviews each. What the product does not take is named."""
        try:
            return self.act(request, number, Permission.ORDER_CREATE, services.answer_questions, Answers)
        except services.WrongAnswers as wrong:
            key, fault = next(iter(wrong.faults.items()))
            refusal = Refused(fault, way_out=wrong.way_out, field=key)
            refusal.within = "answers"
            raise refusal from wrong


class Confirm(_Act):
    @operation(PlanShape, takes=PlanSeen, summary="Confirm the details of an order", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Refused where the order changed since ``seen``."""
        return self.act(request, number, Permission.ORDER_CREATE, services.confirm_details, PlanSeen)


class Delivery(_Act):
    @operation(PlanShape, takes=Wish, summary="Choose how an order is delivered", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """On a firm date nothing is delivered or billed earlier."""
        return self.act(request, number, Permission.ORDER_CREATE, services.choose_delivery, Wish)


class Expedite(_Act):
    @operation(PlanShape, takes=Earlier, summary="Ask for an earlier date", tag=TAG)
    @requires(Permission.ORDER_EXPEDITE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The fee is charged only if the date is met."""
        return self.act(
            request, number, Permission.ORDER_EXPEDITE, services.choose_delivery, Earlier, choice=Choice.EXPEDITE
        )


class SupplementAsk(_Act):
    @operation(PlanShape, takes=NewChange, summary="Ask for a change of an order", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Free until the point of no return; after it at the charge that the plan says."""
        return self.act(request, number, Permission.ORDER_CREATE, services.ask_supplement, NewChange)


class Cancel(_Act):
    @operation(PlanShape, takes=Cancellation, summary="Cancel an order", tag=TAG)
    @requires(Permission.ORDER_CANCEL)
    def post(self, request: ApiRequest, number: str) -> Response:
        """At once before the point of no return; after it the carrier answers."""
        return self.act(
            request, number, Permission.ORDER_CANCEL, services.ask_supplement, Cancellation, kind=SupplementKind.CANCEL
        )


class TakeBack(_Act):
    @operation(PlanShape, takes=Nothing, summary="Take back the change that waits", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The order goes on as it was."""
        order = find_order(request, number, Permission.ORDER_CREATE)
        taken(request, Nothing)
        asked = found(selectors.open_supplement(selectors.list_supplements(request.actor, order)))
        services.take_back(asked.pk, order.pk, actor=request.actor, at=timezone.now())
        return _plan(request, number)


# --- the carrier's side ---------------------------------------------------------------------------


class Verdicts(Taken):
    """By an answer's key: empty accepts it, words send it back."""

    verdicts = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=300))


class Capacity(Taken):
    what = serializers.CharField(max_length=200)
    place = serializers.CharField(max_length=200)
    until_on = serializers.DateField()


class Commitment(Taken):
    """The date we commit to; another one needs its reason, which the customer reads."""

    committed_on = serializers.DateField()
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class NotEarlier(Taken):
    reason = serializers.CharField(max_length=300)
    alternative_on = serializers.DateField(required=False, allow_null=True)


class SupplementDecision(Taken):
    is_done = serializers.BooleanField()
    decision = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class Review(_Act):
    @operation(PlanShape, takes=Verdicts, summary="Review technical answers", tag=TAG)
    @requires(Permission.ORDER_REVIEW)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The customer hears of what comes back."""
        return self.act(request, number, Permission.ORDER_REVIEW, services.review_answers, Verdicts)


class Reserve(_Act):
    @operation(PlanShape, takes=Capacity, summary="Reserve capacity for an order", tag=TAG)
    @requires(Permission.ORDER_REVIEW)
    def post(self, request: ApiRequest, number: str) -> Response:
        """No date is committed to before it."""
        return self.act(request, number, Permission.ORDER_REVIEW, services.reserve_capacity, Capacity)


class Commit(_Act):
    @operation(PlanShape, takes=Commitment, summary="Commit to a date (CCD), or move it", tag=TAG)
    @requires(Permission.MILESTONE_CHANGE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The customer's people are told."""
        return self.act(request, number, Permission.MILESTONE_CHANGE, services.commit_date, Commitment)


class RefuseExpedite(_Act):
    @operation(PlanShape, takes=NotEarlier, summary="Refuse an expedite", tag=TAG)
    @requires(Permission.MILESTONE_CHANGE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """With the reason, and the date that can be had; agreeing is committing to its date."""
        return self.act(request, number, Permission.MILESTONE_CHANGE, services.decide_expedite, NotEarlier)


class Decide(_Act):
    @operation(PlanShape, takes=SupplementDecision, summary="Answer the change that was asked for", tag=TAG)
    @requires(Permission.MILESTONE_CHANGE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Done at the charge that was agreed to, or declined with the reason."""
        order = find_order(request, number, Permission.MILESTONE_CHANGE)
        given = taken(request, SupplementDecision)
        asked = found(selectors.open_supplement(selectors.list_supplements(request.actor, order)))
        services.decide_supplement(asked.pk, order.pk, actor=request.actor, at=timezone.now(), **given)
        return _plan(request, number)
