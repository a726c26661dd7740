"""What care managers do to milestones: complete, move and annotate them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from orders.models import MILESTONE_FLOW, ORDER_FLOW, Milestone, MilestoneStatus, Order, OrderStatus, Owner
from orders.rules import order_date_after
from orders.services.orders import conclude_order, locked_orders, require_open
from orders.services.steps import day_of
from portal import events
from portal.actors import Actor
from portal.errors import IllegalMove, Refused

# Where a completed milestone brings its order; what it waited for has come.
_ONWARD: dict[str, OrderStatus] = {
    OrderStatus.SUBMITTED: OrderStatus.ACKNOWLEDGED,
    OrderStatus.ACKNOWLEDGED: OrderStatus.IN_PROGRESS,
    OrderStatus.PENDING: OrderStatus.IN_PROGRESS,
    OrderStatus.HELD: OrderStatus.IN_PROGRESS,
}
# What else follows when orders that were held go on; the part of the app that held them says so, for all at once.
ON_RELEASE: list[Callable[[Collection[Order], Actor, datetime], None]] = []


@transaction.atomic
def complete_milestone(milestone_id: int, *, actor: Actor, at: datetime) -> Milestone:
    """Complete a milestone and start the next planned one; the last to close completes its order.

    Raises IllegalMove unless the milestone is in progress and the order open.
    """
    order = locked_orders(actor).get(milestones=milestone_id)
    steps = list(order.milestones.order_by("position"))
    milestone = next(each for each in steps if each.pk == milestone_id)
    require_open(order)
    finish([(milestone, steps)], actor=actor, at=at)
    return milestone


def finish(done: Iterable[tuple[Milestone, Sequence[Milestone]]], *, actor: Actor, at: datetime) -> None:
    """Complete milestones of locked, open orders, one of each; beside each stand all steps of its order, in theirs.

    The next planned one begins, the order goes on from what it waited for, and with its last step it is concluded.
    However many they are, it is written in a handful of statements. Raises IllegalMove for one not in progress.
    """
    finished, begun, about, last = list[Milestone](), list[Milestone](), [], list[Order]()
    for step, steps in done:
        MILESTONE_FLOW.require(step.status, MilestoneStatus.COMPLETED)
        step.status, step.completed_at = MilestoneStatus.COMPLETED, at
        left = [each for each in steps if each.status in MILESTONE_FLOW.open_states()]
        begun += _start_next(left)
        finished.append(step)
        about.append((step, {**_facts_of(step), "following": _facts_of(left[0]) if left else None}))
        last += [] if left else [step.order]
    _write(finished, status=MilestoneStatus.COMPLETED, completed_at=at)
    _write(begun, status=MilestoneStatus.IN_PROGRESS)
    _go_on([step.order for step in finished], actor, at)
    events.record_many("milestone.completed", about, actor=actor, at=at)
    for order in last:
        conclude_order(order, actor=actor, at=at)


def _start_next(left: Sequence[Milestone]) -> list[Milestone]:
    """Start the next planned one of the open milestones of an order, if there is one."""
    planned = [step for step in left if step.status == MilestoneStatus.PLANNED][:1]
    for step in planned:
        MILESTONE_FLOW.require(step.status, MilestoneStatus.IN_PROGRESS)
        step.status = MilestoneStatus.IN_PROGRESS
    return planned


def _write(steps: Sequence[Milestone], **values: Any) -> None:
    if steps:
        Milestone.objects.filter(pk__in=[each.pk for each in steps]).update(**values)


def _go_on(orders: Sequence[Order], actor: Actor, at: datetime) -> None:
    """What each of them waited for has come."""
    held = [order for order in orders if order.status == OrderStatus.HELD]
    for released in ON_RELEASE if held else ():
        released(held, actor, at)
    by_target: dict[OrderStatus, list[Order]] = defaultdict(list)
    for order in orders:
        if order.status in _ONWARD:
            by_target[_ONWARD[OrderStatus(order.status)]].append(order)
    for target, moved in by_target.items():
        for order in moved:
            ORDER_FLOW.require(order.status, target)
            order.status = target
        Order.objects.filter(pk__in=[each.pk for each in moved]).update(status=target)


@transaction.atomic
def delay_milestone(
    milestone_id: int, *, actor: Actor, at: datetime, expected_on: date, owner: str, reason: str
) -> Milestone:
    """Give an open milestone another expected date, later or earlier; the order's follows.

    ``owner`` is whom it waits for from now on. Refuses a milestone that is closed, a date in the
    customer's past, the date it has already, and a move without a reason: date honesty asks who,
    why and by how much.
    """
    order, milestone = _lock(milestone_id, actor)
    require_open(order)
    if milestone.status not in MILESTONE_FLOW.open_states():
        raise IllegalMove(_("This milestone is closed, so its date can no longer move."))
    reason = _said(reason, field="reason")
    _require_new_date(expected_on, milestone=milestone, today=day_of(order, at))
    before, milestone.expected_on, milestone.owner = milestone.expected_on, expected_on, Owner(owner)
    milestone.save(update_fields=["expected_on", "owner"])
    facts: dict[str, Any] = {
        "before": before,
        "after": expected_on,
        "reason": reason,
        **_move_order(order, before, expected_on),
    }
    events.record("milestone.delayed", subject=milestone, actor=actor, at=at, **_facts_of(milestone), **facts)
    return milestone


def _require_new_date(expected_on: date, *, milestone: Milestone, today: date) -> None:
    if expected_on < today:
        raise Refused(_("This date has passed. Choose today or a later day."), field="expected_on")
    if expected_on == milestone.expected_on:
        raise Refused(_("The milestone is expected on this day already."), field="expected_on")


def _move_order(order: Order, before: date | None, after: date) -> dict[str, date | None]:
    """Let the order's expected date follow its milestone's; returns both dates, to be frozen."""
    others = order.milestones.filter(status__in=MILESTONE_FLOW.open_states()).values_list("expected_on", flat=True)
    was = order.expected_on
    order.expected_on = order_date_after(was, before=before, after=after, others=others, committed=order.committed_on)
    if order.expected_on != was:
        order.save(update_fields=["expected_on"])
    return {"order_before": was, "order_after": order.expected_on}


@transaction.atomic
def annotate_milestone(milestone_id: int, *, actor: Actor, at: datetime, note: str) -> Milestone:
    """Write what the customer should know about a milestone, in place of the note before.

    Refuses an empty note, and the very note that stands there: a second press tells nobody twice.
    """
    _order, milestone = _lock(milestone_id, actor)
    note = _said(note, field="note")
    if note == milestone.note:
        raise Refused(_("This note stands there already."), field="note")
    milestone.note = note
    milestone.save(update_fields=["note"])
    is_done = milestone.status not in MILESTONE_FLOW.open_states()
    facts = {**_facts_of(milestone), "note": note, "is_done": is_done}
    events.record("milestone.noted", subject=milestone, actor=actor, at=at, **facts)
    return milestone


def _lock(milestone_id: int, actor: Actor) -> tuple[Order, Milestone]:
    """The order, locked, and its milestone as it stands under the lock."""
    order = locked_orders(actor).get(milestones=milestone_id)
    return order, order.milestones.get(pk=milestone_id)


def _said(text: str, *, field: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(_("Say it in a few words: the customer reads them."), field=field)
    return text


def _facts_of(milestone: Milestone) -> dict[str, Any]:
    """A milestone as the journal freezes it. Its label is English there; pages say it in their own language."""
    with translation.override("en"):
        label = milestone.label
    return {
        "order": milestone.order.number,
        "milestone": label,
        "step": milestone.kind,
        "detail": milestone.detail,
        "owner": milestone.owner,
        "expected_on": milestone.expected_on,
    }
