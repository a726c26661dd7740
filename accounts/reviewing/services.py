"""Access reviews: begun by their rhythm or by hand, answered person by person, reminded of, and late."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import selectors as people
from accounts import services
from accounts.models import (
    AccessReview,
    Enterprise,
    Membership,
    MembershipStatus,
    ReviewAnswer,
    ReviewLine,
    ReviewStatus,
    Team,
)
from accounts.reviewing import selectors
from accounts.reviewing import terms as names
from portal import events, terms
from portal.actors import Actor, system
from portal.errors import Refused
from portal.tenancy import of_enterprise, tenant_scope


@transaction.atomic
def begin(*, actor: Actor, at: datetime) -> AccessReview:
    """Ask the administrators to confirm everybody who is here now, and the teams that hold anything.

    They have the days of the term ``people.review_due_days``. Raises Refused while another review is under way, and
    where there is nobody but oneself.
    """
    # Held until the end: two who begin at once begin one.
    enterprise = Enterprise.objects.select_for_update(of=("self",)).get(pk=services.enterprise_of(actor))
    if people.get_open_review(actor):
        raise Refused(_("A review is under way already."))
    if not selectors.may_begin(actor):
        raise Refused(_("Nobody is here but you. There is nothing to confirm."))
    today = _today(enterprise, at)
    days = terms.value(names.WITHIN, on=today, of=enterprise)
    last = of_enterprise(AccessReview.objects, actor).order_by("-number").first()
    review = AccessReview.objects.create(
        enterprise_id=enterprise.pk,
        number=last.number + 1 if last else 1,
        opened_at=at,
        opened_by=actor.name,
        due_on=today + timedelta(days=days),
        reminded_on=today,
    )
    rows = of_enterprise(Membership.objects, actor).exclude(status=MembershipStatus.REMOVED).order_by("name", "id")
    ReviewLine.objects.bulk_create(
        ReviewLine(enterprise_id=enterprise.pk, review=review, membership=each, name=each.name) for each in rows
    )
    ReviewLine.objects.bulk_create(
        ReviewLine(enterprise_id=enterprise.pk, review=review, team=each, name=each.name)
        for each in selectors.list_teams_with_rights(actor)
    )
    events.record("review.opened", subject=review, actor=actor, at=at, number=review.number, due=review.due_on)
    return review


@transaction.atomic
def confirm(line_id: int, *, seen: str, actor: Actor, at: datetime) -> ReviewLine:
    """Say that somebody, or a team, keeps what they have; what that is stays with the answer.

    ``seen`` is the fingerprint of what the actor was shown. Raises Refused for what was decided or changed meanwhile,
    for oneself while another administrator is there, for one's own team, and for an administrator where one is none
    oneself.
    """
    line = of_enterprise(ReviewLine.objects, actor).get(pk=line_id)
    holder = _held_until_the_end(line, actor)
    # As it is now that nobody changes it.
    line = selectors.list_lines(actor).get(pk=line_id)
    if line.answer != ReviewAnswer.WAITS:
        raise Refused(_("%(name)s was decided about meanwhile.") % {"name": holder.name})
    if selectors.fingerprint(line) != seen:
        raise Refused(_("What %(name)s may do has changed since it was shown. Look again.") % {"name": holder.name})
    _check_may_confirm(line, actor)
    services.answer_line(line, ReviewAnswer.KEPT, actor=actor, at=at)
    events.record("rights.confirmed", subject=holder, actor=actor, at=at, person=holder.name)
    return line


def _held_until_the_end(line: ReviewLine, actor: Actor) -> Membership | Team:
    if line.membership_id:
        return services.lock_member(line.membership_id, actor=actor)
    assert line.team_id is not None
    return of_enterprise(Team.objects, actor).select_for_update(of=("self",)).get(pk=line.team_id)


def _check_may_confirm(line: ReviewLine, actor: Actor) -> None:
    member = line.membership
    if member is None:
        people: Any = line.team.open_people if line.team else []
        if any(each.membership_id == actor.person_id for each in people) and not services.is_administrator(actor):
            raise Refused(_("Nobody confirms their own team: an administrator does."))
        return
    if member.pk == actor.person_id and selectors.list_others_who_decide(actor, member).exists():
        raise Refused(_("Nobody confirms themselves: another administrator does."))
    if member.is_administrator and not services.is_administrator(actor):
        raise Refused(_("Only a system administrator confirms another one."))


def look(enterprise_id: int, *, at: datetime) -> str:
    """What today asks for of an enterprise's review: begun, reminded, late, or nothing. Twice a day is as once."""
    with tenant_scope(enterprise_id), transaction.atomic():
        enterprise = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise_id)
        if not enterprise.is_active:
            return ""
        actor, today = system(enterprise_id), _today(enterprise, at)
        book = terms.book(enterprise, on=today)
        review = of_enterprise(AccessReview.objects, actor).filter(status=ReviewStatus.OPEN).first()
        if review is None:
            return _begin_in_time(enterprise, book.value(names.EVERY), today, actor=actor, at=at)
        _forget_the_gone(review, actor=actor, at=at)
        review.refresh_from_db()
        if review.status == ReviewStatus.DONE:
            return ""
        if today > review.due_on and review.late_at is None:
            return _be_late(review, today, is_closing=book.value(names.LATE) == names.CLOSE, actor=actor, at=at)
        if today - review.reminded_on >= timedelta(days=book.value(names.REMIND)):
            return _remind(review, today, actor=actor, at=at)
    return ""


def _today(enterprise: Enterprise, at: datetime) -> date:
    return at.astimezone(ZoneInfo(enterprise.time_zone)).date()


def _begin_in_time(enterprise: Enterprise, days: int, today: date, *, actor: Actor, at: datetime) -> str:
    last = of_enterprise(AccessReview.objects, actor).order_by("-number").first()
    since = _today(enterprise, last.opened_at if last else enterprise.created_at)
    has_somebody = people.list_administrators(actor) and selectors.may_begin(actor)
    if today - since < timedelta(days=days) or not has_somebody:
        return ""
    begin(actor=actor, at=at)
    return "begun"


def _forget_the_gone(review: AccessReview, *, actor: Actor, at: datetime) -> None:
    """Who is out by whatever way needs no answer."""
    for member in selectors.list_waiting_people(review):
        if member.status == MembershipStatus.REMOVED:
            services.settle_review(member, ReviewAnswer.ENDED, actor=actor, at=at)


def _be_late(review: AccessReview, today: date, *, is_closing: bool, actor: Actor, at: datetime) -> str:
    """Its time is over: administrators and the carrier's people hear of it, once."""
    waiting = selectors.list_waiting_people(review)
    closing = [
        each for each in waiting if is_closing and each.status == MembershipStatus.ACTIVE and not each.is_administrator
    ]
    AccessReview.objects.filter(enterprise_id=review.enterprise_id, pk=review.pk).update(late_at=at, reminded_on=today)
    facts: dict[str, Any] = {
        "number": review.number,
        "due": review.due_on,
        "waiting": selectors.list_waiting(review).count(),
        "closed": len(closing),
    }
    events.record("review.late", subject=review, actor=actor, at=at, **facts)
    for each in closing:
        services.deactivate(each.pk, actor=actor, at=at, why="unconfirmed")
    return "late"


def _remind(review: AccessReview, today: date, *, actor: Actor, at: datetime) -> str:
    AccessReview.objects.filter(enterprise_id=review.enterprise_id, pk=review.pk).update(reminded_on=today)
    waiting = selectors.list_waiting(review).count()
    facts: dict[str, Any] = {"number": review.number, "due": review.due_on, "waiting": waiting}
    events.record("review.reminded", subject=review, actor=actor, at=at, **facts)
    return "reminded"
