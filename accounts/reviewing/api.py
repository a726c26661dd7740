"""Access reviews as JSON, on the same selectors and services as the pages."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import ANSWER_FLOW, REVIEW_FLOW, AccessReview, MembershipStatus, ReviewAnswer, ReviewLine
from accounts.permissions import Permission
from accounts.reviewing import lists, selectors, services
from accounts.selectors import list_reviews
from portal.api import ApiRequest, ApiView, FlowState, Moment, Nothing, Taken, found, operation, paged, taken
from portal.policy import requires

TAG = "access reviews"
_HELD = ("permission", "group", "account", "team")


class ReviewShape(serializers.Serializer[Any]):
    """A review: begun, due, and how many of its people and teams still wait for an answer."""

    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=REVIEW_FLOW.states.choices)
    state = FlowState(REVIEW_FLOW)
    opened_at = Moment()
    opened_by = serializers.CharField()
    due_on = serializers.DateField()
    late_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    people = serializers.IntegerField()
    waiting = serializers.IntegerField()


class ReviewLineShape(serializers.Serializer[Any]):
    """A person or a team of a review. ``seen`` is the fingerprint of what they hold, which confirming asks for.

    Each of ``held`` names a permission, the group or the account it is held to (all accounts where both are
    empty), and the team it comes through, if any.
    """

    id = serializers.IntegerField(source="pk")
    review = serializers.IntegerField(source="review.number")
    person = serializers.IntegerField(source="membership_id", allow_null=True)
    team = serializers.IntegerField(source="team_id", allow_null=True)
    name = serializers.CharField()
    answer = serializers.ChoiceField(choices=ReviewAnswer.choices)
    state = FlowState(ANSWER_FLOW, source="answer")
    is_administrator = serializers.SerializerMethodField()
    is_active = serializers.SerializerMethodField()
    held = serializers.SerializerMethodField()
    seen = serializers.SerializerMethodField()
    decided_at = Moment(allow_null=True)
    decided_by = serializers.CharField()

    def get_is_administrator(self, line: ReviewLine) -> bool:
        return lists.administers(line)

    def get_is_active(self, line: ReviewLine) -> bool:
        return line.membership is None or line.membership.status == MembershipStatus.ACTIVE

    def get_held(self, line: ReviewLine) -> list[dict[str, str]]:
        return [{name: each.get(name, "") for name in _HELD} for each in selectors.held_by(line)]

    def get_seen(self, line: ReviewLine) -> str:
        return selectors.fingerprint(line)


class ReviewSeen(Taken):
    """The fingerprint that stood with the line."""

    seen = serializers.CharField(max_length=16)


class Reviews(ApiView):
    @operation(ReviewShape, page=lists.REVIEWS, summary="Access reviews", tag=TAG)
    @requires(Permission.USER_ADMIN)
    def get(self, request: ApiRequest) -> Response:
        """The newest first."""
        return paged(request, lists.REVIEWS, list_reviews(request.actor), ReviewShape)


class ReviewBegin(ApiView):
    @operation(ReviewShape, takes=Nothing, status=201, summary="Begin an access review", tag=TAG)
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest) -> Response:
        """Refused while one is under way, and where there is nobody to confirm."""
        taken(request, Nothing)
        made = services.begin(actor=request.actor, at=timezone.now())
        return Response(ReviewShape(_review(request, made)).data, status=201)


class ReviewLines(ApiView):
    @operation(ReviewLineShape, page=lists.LINES, summary="People and teams of access reviews", tag=TAG)
    @requires(Permission.USER_ADMIN)
    def get(self, request: ApiRequest) -> Response:
        """What each holds now, or held when it was decided. To change or end it, change the person or the team."""
        return paged(request, lists.LINES, selectors.list_lines(request.actor), ReviewLineShape)


class ReviewLineConfirm(ApiView):
    @operation(ReviewLineShape, takes=ReviewSeen, summary="Confirm that somebody keeps what they hold", tag=TAG)
    @requires(Permission.USER_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Refused for oneself while another administrator is there, and where it changed since it was shown."""
        line = found(selectors.list_lines(request.actor).filter(pk=pk).first())
        services.confirm(line.pk, **taken(request, ReviewSeen), actor=request.actor, at=timezone.now())
        return Response(ReviewLineShape(selectors.list_lines(request.actor).get(pk=pk)).data)


def _review(request: ApiRequest, made: AccessReview) -> AccessReview:
    return list_reviews(request.actor).get(pk=made.pk)
