"""Moves of accounts as JSON, on the same selectors and services as the pages."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import MOVE_FLOW, Enterprise, Move, MoveKind, MoveSide, Said
from accounts.moving import lists, selectors, services
from accounts.moving.forms import MOST, WHATS
from accounts.permissions import Permission
from accounts.services import Invited
from portal import registries
from portal.api import ApiRequest, ApiView, FlowState, Href, Moment, Nothing, Taken, found, operation, paged, taken
from portal.policy import fresh, requires

TAG = "moves of accounts"


class AccountMoveRow(serializers.Serializer[Any]):
    """Accounts that are to change enterprise, as one's own has it; without numbers all of them.

    ``gives`` says whether they leave. ``other_name`` is empty until the other side has agreed.
    """

    id = serializers.IntegerField(source="pk")
    href = Href("moving:move", "pk")
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=MoveKind.choices)
    status = serializers.ChoiceField(choices=MOVE_FLOW.states.choices)
    state = FlowState(MOVE_FLOW)
    gives = serializers.BooleanField()
    other = serializers.CharField()
    other_name = serializers.CharField()
    accounts = serializers.ListField(child=serializers.CharField())
    effective_on = serializers.DateField()
    why = serializers.CharField()
    asked_at = Moment()
    asked_by = serializers.CharField()
    said = serializers.ChoiceField(choices=Said.choices, allow_blank=True)
    other_said = serializers.ChoiceField(choices=Said.choices, allow_blank=True)
    carrier_at = Moment(allow_null=True)


class ComingPerson(serializers.Serializer[Any]):
    """Who may come along: ``rights`` holds for each permission the account numbers, null for all that come."""

    member = serializers.IntegerField()
    name = serializers.CharField()
    title = serializers.CharField()
    rights = serializers.DictField(child=serializers.ListField(child=serializers.CharField(), allow_null=True))
    is_chosen = serializers.BooleanField()


class AccountMoveShape(AccountMoveRow):
    """The same with who may come along when enterprises are merged."""

    people = ComingPerson(many=True)


class NewAccountMove(Taken):
    """What is wished: ``account`` takes one account with a proof, the others name the other enterprise.

    ``give``, ``take`` and ``new`` need account numbers; ``join`` and ``absorb`` are about all accounts.
    """

    what = serializers.ChoiceField(choices=[(code, words) for code, (_kind, _gives, words) in WHATS.items()])
    accounts = serializers.ListField(child=serializers.CharField(max_length=40), max_length=MOST, default=list)
    other = serializers.CharField(max_length=20, allow_blank=True, default="")
    proof_kind = serializers.CharField(max_length=20, allow_blank=True, default="")
    proof = serializers.CharField(max_length=120, allow_blank=True, default="")
    effective_on = serializers.DateField()
    why = serializers.CharField(max_length=500, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in self._needed(attrs["what"]) if not attrs[name]]
        if missing:
            raise serializers.ValidationError({name: [_("This field is required.")] for name in missing})
        if attrs["what"] == "account" and attrs["proof_kind"] not in registries.proofs():
            raise serializers.ValidationError({"proof_kind": [_("There is no such proof.")]})
        if attrs["what"] == "account" and len(attrs["accounts"]) > 1:
            raise serializers.ValidationError({"accounts": [_("One account at a time is brought in with a proof.")]})
        return attrs

    @staticmethod
    def _needed(what: str) -> list[str]:
        kind = WHATS[what][0]
        if kind == MoveKind.ACCOUNT:
            return ["accounts", "proof_kind", "proof"]
        return (["accounts"] if kind == MoveKind.SPLIT else []) + ([] if what == "new" else ["other"])


class MoveRefusal(Taken):
    """Why not; the other side reads it."""

    reason = serializers.CharField(max_length=500)


class ChosenPeople(Taken):
    """The ``member`` of each who comes along."""

    people = serializers.ListField(child=serializers.IntegerField(), max_length=selectors.OFFERED)


def _side(request: ApiRequest, pk: int) -> MoveSide:
    return found(selectors.get_side(request.actor, pk))


def _shown(request: ApiRequest, pk: int) -> Any:
    side: Any = _side(request, pk)
    side.people = lists.comers(side, selectors.list_offered(request.actor, side))
    return AccountMoveShape(side, context={"request": request}).data


class AccountMoves(ApiView):
    @operation(AccountMoveRow, page=lists.OURS, summary="Moves of accounts that concern the enterprise", tag=TAG)
    @requires(Permission.ENTERPRISE_ADMIN)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, lists.OURS, selectors.list_sides(request.actor), AccountMoveRow)


class AccountMoveDetail(ApiView):
    @operation(AccountMoveShape, summary="One move of accounts", tag=TAG)
    @requires(Permission.ENTERPRISE_ADMIN)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_shown(request, pk))


class AccountMoveAsk(ApiView):
    @operation(
        AccountMoveShape,
        takes=NewAccountMove,
        status=201,
        summary="Ask for a move of accounts",
        tag=TAG,
        example={
            "what": "account",
            "accounts": ["5-KTR2P"],
            "proof_kind": "invoice",
            "proof": "INV-2026-004711",
            "effective_on": "2027-01-01",
            "why": "The branch was bought.",
        },
    )
    @fresh
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest) -> Response:
        """It is looked at, and waits for both sides' and our consent. A customer or not: the answer is the same."""
        sent = taken(request, NewAccountMove)
        kind, gives, _words = WHATS[sent.pop("what")]
        wish = services.Wish(kind=kind, gives=gives, **{**sent, "accounts": tuple(dict.fromkeys(sent["accounts"]))})
        made = services.ask(wish, actor=request.actor, at=timezone.now())
        body = _shown(request, made.pk)
        return Response(body, status=201, headers={"Location": body["href"]})


class _Say(ApiView):
    def say(self, request: ApiRequest, pk: int, said: Said, shape: type[Taken]) -> Response:
        side, sent = _side(request, pk), taken(request, shape)
        services.say(side.pk, said, answer=sent.get("reason", ""), actor=request.actor, at=timezone.now())
        return Response(_shown(request, pk))


class AccountMoveAgree(_Say):
    @operation(AccountMoveShape, takes=Nothing, summary="Agree to a move of accounts", tag=TAG)
    @fresh
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        return self.say(request, pk, Said.AGREED, Nothing)


class AccountMoveDecline(_Say):
    @operation(AccountMoveShape, takes=MoveRefusal, summary="Decline a move of accounts", tag=TAG)
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        return self.say(request, pk, Said.DECLINED, MoveRefusal)


class AccountMoveCancel(_Say):
    @operation(AccountMoveShape, takes=MoveRefusal, summary="Cancel a move of accounts", tag=TAG)
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """What one has agreed to or asked for oneself, until its day."""
        return self.say(request, pk, Said.WITHDRAWN, MoveRefusal)


class AccountMovePeople(ApiView):
    @operation(AccountMoveShape, takes=ChosenPeople, summary="Say who comes along", tag=TAG)
    @fresh
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Of one's own people whom to send, or whom to let in of those that the other side sends."""
        side, sent = _side(request, pk), taken(request, ChosenPeople)
        services.choose(side.pk, sent["people"], actor=request.actor, at=timezone.now())
        return Response(_shown(request, pk))


# --- the carrier's people ------------------------------------------------------------------------------


class MoveParty(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class MoveCaseRow(serializers.Serializer[Any]):
    """A move of accounts between two customers; ``unknown`` is an ID that was asked for and that no customer has."""

    id = serializers.IntegerField(source="pk")
    href = serializers.SerializerMethodField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=MoveKind.choices)
    status = serializers.ChoiceField(choices=MOVE_FLOW.states.choices)
    state = FlowState(MOVE_FLOW)
    from_enterprise = MoveParty(source="source", allow_null=True)
    to_enterprise = MoveParty(source="target", allow_null=True)
    unknown = serializers.CharField()
    accounts = serializers.ListField(child=serializers.CharField())
    effective_on = serializers.DateField()
    why = serializers.CharField()
    made_at = Moment()
    approved_at = Moment(allow_null=True)
    approved_by = serializers.CharField()
    grounds = serializers.CharField()
    ended_at = Moment(allow_null=True)
    last_error = serializers.CharField()

    def get_href(self, move: Move) -> str:
        return str(reverse("api:moving:move", args=[move.pk], request=self.context["request"]))


class MoveSaid(serializers.Serializer[Any]):
    enterprise = MoveParty()
    gives = serializers.BooleanField()
    said = serializers.ChoiceField(choices=Said.choices, allow_blank=True)
    said_by = serializers.CharField()
    said_at = Moment(allow_null=True)


class MoveCaseShape(MoveCaseRow):
    """The same with what either side said."""

    sides = MoveSaid(many=True)


class MoveGrounds(Taken):
    """How the carrier knows that it is right."""

    grounds = serializers.CharField(max_length=500)


class NewHome(Taken):
    """The enterprise that is made for accounts that are split off, and its first administrator."""

    legal_name = serializers.CharField(max_length=200)
    segment = serializers.ChoiceField(choices=Enterprise.Segment.choices)
    region = serializers.ChoiceField(choices=Enterprise.Region.choices)
    language = serializers.ChoiceField(choices=["en", "es", "pt"])
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)


def _case(request: ApiRequest, pk: int) -> Any:
    move: Any = found(selectors.list_moves().filter(pk=pk).first())
    move.sides = selectors.list_sides_of(move)
    return MoveCaseShape(move, context={"request": request}).data


class MoveCases(ApiView):
    @operation(MoveCaseRow, page=lists.ALL, summary="Moves of accounts between customers", tag=TAG)
    @requires(Permission.ENTERPRISE_CHANGE)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, lists.ALL, selectors.list_moves(), MoveCaseRow)


class MoveCaseDetail(ApiView):
    @operation(MoveCaseShape, summary="One move of accounts between customers", tag=TAG)
    @requires(Permission.ENTERPRISE_CHANGE)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_case(request, pk))


class MoveCaseApprove(ApiView):
    @operation(MoveCaseShape, takes=MoveGrounds, summary="Approve a move of accounts", tag=TAG)
    @fresh
    @requires(Permission.ENTERPRISE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """It is carried out on its day, once both sides have agreed."""
        _case(request, pk)
        services.approve(pk, **taken(request, MoveGrounds), actor=request.actor, at=timezone.now())
        return Response(_case(request, pk))


class MoveCaseStop(ApiView):
    @operation(MoveCaseShape, takes=MoveRefusal, summary="Stop a move of accounts", tag=TAG)
    @requires(Permission.ENTERPRISE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Both sides are told why."""
        _case(request, pk)
        services.stop(pk, **taken(request, MoveRefusal), actor=request.actor, at=timezone.now())
        return Response(_case(request, pk))


class MoveCaseFound(ApiView):
    @operation(MoveCaseShape, takes=NewHome, summary="Say what the new enterprise is like", tag=TAG)
    @fresh
    @requires(Permission.ENTERPRISE_CHANGE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """It is made on the day of the move, for the accounts that are split off."""
        _case(request, pk)
        sent = taken(request, NewHome)
        first = Invited(sent.pop("email"), sent.pop("name"), language=sent["language"])
        services.found(pk, record=sent, first=first, actor=request.actor, at=timezone.now())
        return Response(_case(request, pk))
