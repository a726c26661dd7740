"""What becomes of a person's line in an access review when their rights change, they are closed out, or leave."""

from datetime import datetime

from accounts import selectors
from accounts.models import (
    ANSWER_FLOW,
    REVIEW_FLOW,
    AccessReview,
    Membership,
    ReviewAnswer,
    ReviewLine,
    ReviewStatus,
    Team,
)
from portal import events
from portal.actors import Actor
from portal.tenancy import of_enterprise


def settle_review(member: Membership, answer: ReviewAnswer, *, actor: Actor, at: datetime) -> None:
    """Note in the review under way that something was decided about somebody; within the change itself.

    What the carrier's people change, and what somebody changes about themselves, confirms nothing. Whoever is out is
    out by any hand.
    """
    if answer != ReviewAnswer.ENDED and (actor.is_staff or member.pk == actor.person_id):
        return
    waiting = of_enterprise(ReviewLine.objects, actor).filter(membership=member, answer=ReviewAnswer.WAITS)
    if waiting.exists():
        answer_line(waiting.select_related("membership").get(), answer, actor=actor, at=at)


def settle_team_review(team: Team, answer: ReviewAnswer, *, actor: Actor, at: datetime) -> None:
    """The same of a team, when its rights change or it is closed."""
    waiting = of_enterprise(ReviewLine.objects, actor).filter(team=team, answer=ReviewAnswer.WAITS)
    if not actor.is_staff and waiting.exists():
        answer_line(waiting.select_related("team").get(), answer, actor=actor, at=at)


def answer_line(line: ReviewLine, answer: ReviewAnswer, *, actor: Actor, at: datetime) -> ReviewLine:
    """Say it of one person or team, whose row the caller holds; what they have now is kept with it.

    The last answer ends the review. Raises IllegalMove for a line that is decided.
    """
    # Held until the end: of two last lines each must see the other's.
    review = of_enterprise(AccessReview.objects, actor).select_for_update(of=("self",)).get(pk=line.review_id)
    locked = of_enterprise(ReviewLine.objects, actor).select_for_update(of=("self",)).get(pk=line.pk)
    ANSWER_FLOW.require(locked.answer, answer)
    locked.answer, locked.decided_at, locked.decided_by = answer, at, actor.name
    holder = line.membership or line.team
    assert holder is not None
    locked.was_administrator = isinstance(holder, Membership) and holder.is_administrator
    locked.held = selectors.freeze_held(holder)
    locked.save(update_fields=["answer", "decided_at", "decided_by", "held", "was_administrator"])
    _end_if_done(review, actor=actor, at=at)
    return locked


def _end_if_done(review: AccessReview, *, actor: Actor, at: datetime) -> None:
    lines = of_enterprise(ReviewLine.objects, actor).filter(review=review)
    if lines.filter(answer=ReviewAnswer.WAITS).exists():
        return
    REVIEW_FLOW.require(review.status, ReviewStatus.DONE)
    review.status, review.ended_at = ReviewStatus.DONE, at
    review.save(update_fields=["status", "ended_at"])
    answers = list(lines.values_list("answer", flat=True))
    counts = {each.value: answers.count(each) for each in (ReviewAnswer.KEPT, ReviewAnswer.CHANGED, ReviewAnswer.ENDED)}
    events.record("review.done", subject=review, actor=actor, at=at, number=review.number, **counts)
