"""Technical details: answered and confirmed by the customer, reviewed by an engineer, who reserves the capacity."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.rules import answer_faults
from orders import services
from orders.models import (
    ANSWER_FLOW,
    Answer,
    AnswerStatus,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    Order,
    Owner,
    Reservation,
)
from orders.planning import selectors
from orders.planning.selectors import fingerprint, seen_of
from orders.planning.services.locking import order_under_way
from orders.rules import TAKES_CAPACITY
from orders.selectors import is_dlr_missing
from portal import events, files
from portal.actors import Actor
from portal.errors import IllegalMove, Refused, Text
from portal.files import Accepted
from portal.tenancy import of_enterprise


class WrongAnswers(Refused):
    """Some answers are not what the product asks for: ``faults`` says which, by the question's key."""

    message = _("Some of the answers cannot be taken as they are.")
    way_out = _("Nothing was sent. Correct them and send them again.")

    def __init__(self, faults: Mapping[str, Text]) -> None:
        super().__init__()
        self.faults = dict(faults)


@transaction.atomic
def answer_questions(
    order_id: int,
    *,
    actor: Actor,
    at: datetime,
    answers: Mapping[str, Any],
    seen: str | None = None,
    uploads: Sequence[Accepted] = (),
) -> Order:
    """Answer the technical questions of the ordered product, in their types; files may come with them.

    Answers that the engineer accepted stay unless they are given otherwise. The step is the carrier's
    then, unless the product's design layout record (DLR) is still missing. Raises WrongAnswers for
    what the product does not take, and Refused where somebody else answered since ``seen``.
    """
    order = order_under_way(order_id, actor)
    known = selectors.list_answers(actor, order)
    if seen is not None and seen != seen_of(known):
        raise Refused(
            _("Somebody else has answered, or an engineer has looked at the answers, since you opened this page."),
            way_out=_("Nothing was sent, and what you typed is still here. Compare, and send again."),
        )
    questions = selectors.list_questions(order)
    faults = answer_faults(questions, answers)
    if faults:
        raise WrongAnswers(faults)
    given = {key: value for key, value in answers.items() if value not in (None, "")}
    changed = [_written(order, known.get(key), key, value, actor, at) for key, value in given.items()]
    kept = files.keep(order, uploads, actor=actor, at=at)
    step = selectors.details_due(actor, order)
    deadline = step.expected_on if step else None
    if not is_dlr_missing(actor, order):
        _give_to(step, Owner.CARRIER)
    late = bool(deadline and services.day_of(order, at) > deadline)
    facts: dict[str, Any] = {"order": order.number, "count": len([each for each in changed if each]), "is_late": late}
    facts["files"] = [{"id": each.pk, "name": each.name, "size": each.size, "sha256": each.sha256} for each in kept]
    events.record("order.answered", subject=order, actor=actor, at=at, **facts)
    return order


_SAID = ["value", "status", "reason", "answered_by", "answered_at", "reviewed_by", "reviewed_at"]


def _written(order: Order, known: Answer | None, key: str, value: Any, actor: Actor, at: datetime) -> bool:
    """Write one answer; False where it says what it said, and is not to be answered anew."""
    if known and known.value == value and known.status != AnswerStatus.RETURNED:
        return False
    if known is None:
        known = Answer(enterprise_id=order.enterprise_id, order=order, key=key)
    elif known.status != AnswerStatus.GIVEN:
        if known.status == AnswerStatus.ACCEPTED:
            ANSWER_FLOW.require(known.status, AnswerStatus.RETURNED)
            known.status = AnswerStatus.RETURNED
        ANSWER_FLOW.require(known.status, AnswerStatus.GIVEN)
    known.value, known.status, known.reason = value, AnswerStatus.GIVEN, ""
    known.answered_by, known.answered_at = actor.name, at
    known.reviewed_by, known.reviewed_at = "", None
    # The customers' side may write what an answer says, and not whose it is.
    known.save(update_fields=_SAID if known.pk else None)
    return True


def _give_to(step: Milestone | None, owner: Owner) -> None:
    if step and step.owner != owner:
        step.owner = owner
        step.save(update_fields=["owner"])


@transaction.atomic
def confirm_details(order_id: int, *, actor: Actor, at: datetime, seen: str) -> Milestone:
    """The customer confirms the details of the order as they saw them.

    Raises IllegalMove where that is not asked for now, and Refused where the order changed since.
    """
    order = order_under_way(order_id, actor)
    if seen != fingerprint(order):
        raise Refused(
            _("The order has changed since you opened this page."),
            way_out=_("Nothing was confirmed. Look at the details as they are now, and confirm those."),
        )
    steps = of_enterprise(Milestone.objects, actor).filter(order=order, kind=MilestoneKind.DETAILS_CONFIRMED)
    step = steps.filter(status=MilestoneStatus.IN_PROGRESS, owner=Owner.CUSTOMER).first()
    if step is None:
        raise IllegalMove(_("The details of this order are not to be confirmed now."))
    return services.complete_milestone(step.pk, actor=actor, at=at)


@transaction.atomic
def review_answers(
    order_id: int, *, actor: Actor, at: datetime, verdicts: Mapping[str, str], seen: str | None = None
) -> Order:
    """An engineer accepts answers, or sends them back: a verdict is "" for accepted, else the reason.

    Once all are accepted the step is done; where one comes back it is the customer's again. Raises
    Refused for an answer that is not there, and where answers changed since ``seen``.
    """
    order = order_under_way(order_id, actor)
    known = selectors.list_answers(actor, order)
    if seen is not None and seen != seen_of(known):
        raise Refused(
            _("The customer, or a colleague, has changed the answers since you opened this page."),
            way_out=_("Nothing was decided. Look at the answers as they are now."),
        )
    if set(verdicts) - set(known):
        raise Refused(
            _("One of these questions has no answer yet."),
            way_out=_("Nothing was decided. Look at the answers as they are now."),
        )
    for key, reason in verdicts.items():
        _judge(known[key], reason.strip(), actor, at)
    returned = [each for each in known.values() if each.status == AnswerStatus.RETURNED]
    step = selectors.details_due(actor, order)
    if returned:
        _give_to(step, Owner.CUSTOMER)
    elif step and is_answered(actor, order):
        services.touch(order, MilestoneKind.TECHNICAL_DETAILS, at=at)
    facts: dict[str, Any] = {"order": order.number, "returned": [[each.key, each.reason] for each in returned]}
    kind = "order.answers_returned" if returned else "order.answers_accepted"
    events.record(kind, subject=order, actor=actor, at=at, **facts)
    return order


def _judge(answer: Answer, reason: str, actor: Actor, at: datetime) -> None:
    verdict = AnswerStatus.RETURNED if reason else AnswerStatus.ACCEPTED
    if answer.status == verdict:
        return
    ANSWER_FLOW.require(answer.status, verdict)
    answer.status, answer.reason, answer.reviewed_by, answer.reviewed_at = verdict, reason[:300], actor.name, at
    answer.save(update_fields=["status", "reason", "reviewed_by", "reviewed_at"])


def is_answered(actor: Actor, order: Order) -> bool:
    """Whether every question that must be answered has an answer that was accepted, none waits, and no DLR is owed."""
    known = selectors.list_answers(actor, order)
    asked = {each.key for each in selectors.list_questions(order) if each.is_required}
    accepted = {key for key, each in known.items() if each.status == AnswerStatus.ACCEPTED}
    return asked <= accepted and len(accepted) == len(known) and not is_dlr_missing(actor, order)


@transaction.atomic
def reserve_capacity(
    order_id: int, *, actor: Actor, at: datetime, what: str, place: str, until_on: date
) -> Reservation:
    """Hold capacity of the network for an order, in place of what was held for it before.

    Refused while technical answers are missing or not reviewed, for an order that takes up none,
    and until a day that has passed.
    """
    order = order_under_way(order_id, actor)
    if order.type not in TAKES_CAPACITY:
        raise Refused(_("An order of this type takes up no capacity."))
    if until_on < services.day_of(order, at):
        raise Refused(_("This date has passed. Choose today or a later day."), field="until_on")
    if not is_answered(actor, order):
        raise Refused(
            _("The technical answers are not all accepted yet."),
            way_out=_("Nothing was reserved. Review the answers first; what is still missing the customer owes."),
        )
    of_enterprise(Reservation.objects, actor).filter(order=order, released_at=None).update(released_at=at)
    held = Reservation.objects.create(
        enterprise_id=order.enterprise_id, order=order, what=what, place=place, until_on=until_on,
        reserved_by=actor.name, reserved_at=at,
    )  # fmt: skip
    facts: dict[str, Any] = {"order": order.number, "what": what, "place": place, "until_on": until_on}
    events.record("order.reserved", subject=order, actor=actor, at=at, **facts)
    return held


def release_capacity(order: Order, actor: Actor, at: datetime) -> None:
    """Let go of what is held for an order that will not be delivered; in the transaction of what ends it."""
    of_enterprise(Reservation.objects, actor).filter(order=order, released_at=None).update(released_at=at)
