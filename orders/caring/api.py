"""Messages, promises and escalations of an order as JSON, and the care manager's work across customers."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from orders.api import TAG, find_order
from orders.caring import selectors, services
from orders.caring.lists import work as lists
from orders.caring.lists.api import ESCALATIONS, MESSAGES, NOTES, PROMISES
from orders.caring.selectors import work
from orders.models import EscalatedBy, EscalationStatus, PromiseStatus
from orders.permissions import Permission
from portal.api import ApiRequest, ApiView, Moment, Nothing, Taken, operation, paged, taken
from portal.policy import requires


class OrderMessage(serializers.Serializer[Any]):
    """What one side wrote to the other. Its files are downloaded from the order's page."""

    id = serializers.IntegerField(source="pk")
    at = Moment()
    text = serializers.CharField()
    is_ours = serializers.BooleanField(help_text="Whether the carrier wrote it.")
    author = serializers.CharField()
    files = serializers.IntegerField(help_text="How many files hang on it.")
    read_at = Moment(allow_null=True)
    read_by = serializers.CharField()


class PromisedUpdate(serializers.Serializer[Any]):
    """The next update, promised for a moment."""

    due_at = Moment()
    about = serializers.CharField()
    status = serializers.ChoiceField(choices=PromiseStatus.choices)
    made_at = Moment()
    made_by = serializers.CharField()
    kept_at = Moment(allow_null=True)


class OrderEscalation(serializers.Serializer[Any]):
    """How the order was taken up the ladder: to whom, why, and what came of it."""

    level = serializers.IntegerField()
    told = serializers.CharField()
    reason = serializers.CharField()
    wants_call = serializers.BooleanField()
    at = Moment()
    by = serializers.CharField()
    by_whom = serializers.ChoiceField(choices=EscalatedBy.choices)
    status = serializers.ChoiceField(choices=EscalationStatus.choices)
    resolved_at = Moment(allow_null=True)
    resolved_by = serializers.CharField()
    resolution = serializers.CharField()


class InternalNoteShape(serializers.Serializer[Any]):
    """What the carrier's people tell one another; no customer is ever shown it."""

    id = serializers.IntegerField(source="pk")
    at = Moment()
    text = serializers.CharField()
    author = serializers.CharField()


class NewMessage(Taken):
    """Words to the other side."""

    text = serializers.CharField(max_length=5000)


class NewAnswer(NewMessage):
    """Words to the customer, and until when the next ones follow."""

    update_by = serializers.DateTimeField(required=False, allow_null=True, default=None)


class NewEscalation(Taken):
    """Why it must go further up, and whether to be called back."""

    reason = serializers.CharField(min_length=5, max_length=1000)
    wants_call = serializers.BooleanField(default=False)


class Resolution(Taken):
    """What was done; the customer reads it."""

    resolution = serializers.CharField(min_length=5, max_length=1000)


class NewInternalNote(Taken):
    """For colleagues alone."""

    text = serializers.CharField(max_length=5000)


class Messages(ApiView):
    @operation(OrderMessage, page=MESSAGES, summary="The messages of an order", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        """What both sides wrote, the latest first."""
        return paged(
            request, MESSAGES, selectors.list_messages(request.actor, find_order(request, number)), OrderMessage
        )


class MessageWrite(ApiView):
    @operation(OrderMessage, takes=NewMessage, status=201, summary="Write to the care manager", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The care manager is told by mail."""
        return _written(request, number, NewMessage)


class AnswerWrite(ApiView):
    @operation(OrderMessage, takes=NewAnswer, status=201, summary="Write to the customer", tag=TAG)
    @requires(Permission.ORDER_CARE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """It keeps the update that was promised, and may promise the next. The customer's people are told."""
        return _written(request, number, NewAnswer)


def _written(request: ApiRequest, number: str, shape: type[Taken]) -> Response:
    order = find_order(request, number)
    made = services.write_message(order.pk, actor=request.actor, at=timezone.now(), **taken(request, shape))
    return Response(OrderMessage(made).data, status=201)


class Promises(ApiView):
    @operation(PromisedUpdate, page=PROMISES, summary="The updates promised on an order", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        """The latest first."""
        return paged(
            request, PROMISES, selectors.list_promises(request.actor, find_order(request, number)), PromisedUpdate
        )


class PromiseKeep(ApiView):
    @operation(PromisedUpdate, takes=Nothing, summary="Mark the promised update as given", tag=TAG)
    @requires(Permission.ORDER_CARE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """As by telephone; a message keeps it by itself."""
        taken(request, Nothing)
        order = find_order(request, number)
        return Response(PromisedUpdate(services.keep_promise(order.pk, actor=request.actor, at=timezone.now())).data)


class Escalations(ApiView):
    @operation(OrderEscalation, page=ESCALATIONS, summary="How an order was escalated", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        """The latest first."""
        rows = selectors.list_escalations(request.actor, find_order(request, number))
        return paged(request, ESCALATIONS, rows, OrderEscalation)


class EscalationRaise(ApiView):
    @operation(OrderEscalation, takes=NewEscalation, status=201, summary="Escalate an order", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The next of those who answer for it is told by mail; once within the time the terms say."""
        return _escalated(request, number)


class EscalationByStaff(ApiView):
    @operation(OrderEscalation, takes=NewEscalation, status=201, summary="Escalate an order", tag=TAG)
    @requires(Permission.ORDER_CARE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The next of those who answer for it is told by mail."""
        return _escalated(request, number)


def _escalated(request: ApiRequest, number: str) -> Response:
    order = find_order(request, number)
    made = services.escalate(order.pk, actor=request.actor, at=timezone.now(), **taken(request, NewEscalation))
    return Response(OrderEscalation(made).data, status=201)


class EscalationResolve(ApiView):
    @operation(OrderEscalation, takes=Resolution, summary="Settle what was escalated", tag=TAG)
    @requires(Permission.ORDER_CARE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The customer's people are told with these words."""
        order, sent = find_order(request, number), taken(request, Resolution)
        settled = services.resolve_escalations(order.pk, actor=request.actor, at=timezone.now(), **sent)
        return Response(OrderEscalation(settled[-1]).data)


class Notes(ApiView):
    @operation(InternalNoteShape, page=NOTES, summary="The internal notes of an order", tag=TAG)
    @requires(Permission.ORDER_CARE)
    def get(self, request: ApiRequest, number: str) -> Response:
        """The latest first."""
        return paged(
            request, NOTES, selectors.list_notes(request.actor, find_order(request, number)), InternalNoteShape
        )


class NoteWrite(ApiView):
    @operation(InternalNoteShape, takes=NewInternalNote, status=201, summary="Write an internal note", tag=TAG)
    @requires(Permission.ORDER_CARE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """For colleagues alone; nobody is told."""
        order, sent = find_order(request, number), taken(request, NewInternalNote)
        made = services.write_note(order.pk, actor=request.actor, at=timezone.now(), **sent)
        return Response(InternalNoteShape(made).data, status=201)


class WorkRow(serializers.Serializer[Any]):
    """One of my orders under way, and what it needs."""

    enterprise = serializers.CharField(source="enterprise.public_id")
    customer = serializers.CharField(source="enterprise.name")
    number = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()
    committed_on = serializers.DateField(allow_null=True)
    expected_on = serializers.DateField(allow_null=True)
    promise_at = serializers.SerializerMethodField()
    unanswered = serializers.IntegerField(source="asked")
    told_at = Moment(allow_null=True)
    is_slipping = serializers.SerializerMethodField()
    is_escalated = serializers.BooleanField()

    def get_promise_at(self, order: Any) -> str | None:
        return order.promise_at.isoformat() if order.promise_at < work.NEVER else None

    def get_is_slipping(self, order: Any) -> bool:
        return bool(order.is_slipping)


class Work(ApiView):
    @operation(WorkRow, page=lists.WORK, summary="My orders by what is due", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest) -> Response:
        """Across all customers; ``due`` narrows it as on the page."""
        return paged(request, lists.WORK, work.list_work(request.actor), WorkRow)
