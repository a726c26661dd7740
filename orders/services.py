"""What care managers do to orders: complete, move and annotate their milestones.

The order's row is the lock of every service here: two people at two milestones of one order take
turns, so that neither takes the other's for still open.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.selectors import get_enterprise
from inventory import services as inventory
from inventory.models import ServiceStatus
from orders.models import MILESTONE_FLOW, ORDER_FLOW, Milestone, MilestoneStatus, Order, OrderStatus, OrderType, Owner
from orders.rules import order_date_after
from portal import events
from portal.actors import Actor
from portal.errors import IllegalMove, Refused
from portal.tenancy import of_enterprise, tenant_scope

# Where a completed milestone brings its order; what it waited for has come.
_ONWARD: dict[str, OrderStatus] = {
    OrderStatus.SUBMITTED: OrderStatus.ACKNOWLEDGED,
    OrderStatus.ACKNOWLEDGED: OrderStatus.IN_PROGRESS,
    OrderStatus.PENDING: OrderStatus.IN_PROGRESS,
    OrderStatus.HELD: OrderStatus.IN_PROGRESS,
}


@transaction.atomic
def complete_milestone(milestone_id: int, *, actor: Actor, at: datetime) -> Milestone:
    """Complete a milestone and start the next planned one; the last to close completes its order.

    Raises IllegalMove unless the milestone is in progress and the order open.
    """
    order, milestone = _lock(milestone_id, actor)
    _require_open(order)
    MILESTONE_FLOW.require(milestone.status, MilestoneStatus.COMPLETED)
    milestone.status, milestone.completed_at = MilestoneStatus.COMPLETED, at
    milestone.save(update_fields=["status", "completed_at"])
    upcoming = _start_next(order)
    if order.status in _ONWARD:
        _bring(order, _ONWARD[OrderStatus(order.status)])
    following = _facts_of(upcoming) if upcoming else None
    events.record(
        "milestone.completed", subject=milestone, actor=actor, at=at, **_facts_of(milestone), following=following
    )
    if upcoming is None:
        _complete(order, actor=actor, at=at)
    return milestone


def _start_next(order: Order) -> Milestone | None:
    """Start the next planned milestone; returns the one that is now to be done, or None after the last."""
    left = list(order.milestones.filter(status__in=MILESTONE_FLOW.open_states()).order_by("position"))
    planned = next((step for step in left if step.status == MilestoneStatus.PLANNED), None)
    if planned:
        MILESTONE_FLOW.require(planned.status, MilestoneStatus.IN_PROGRESS)
        planned.status = MilestoneStatus.IN_PROGRESS
        planned.save(update_fields=["status"])
    return next(iter(left), None)


def _complete(order: Order, *, actor: Actor, at: datetime) -> None:
    """All is done: the order closes on this day, and a new service begins."""
    _bring(order, OrderStatus.COMPLETED)
    # The customer's day: late on the 30th in Denver is the 1st in UTC, and billing starts on it.
    order.completed_on = _day(order, at)
    order.save(update_fields=["completed_on"])
    service = order.service if order.type == OrderType.NEW else None
    is_activated = service is not None and service.status == ServiceStatus.PENDING
    if service and is_activated:
        inventory.activate_service(service.pk, actor=actor, on=order.completed_on, at=at)
    events.record(
        "order.completed",
        subject=order,
        actor=actor,
        at=at,
        order=order.number,
        completed_on=order.completed_on,
        committed_on=order.committed_on,
        service=service.number if service and is_activated else "",
    )


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
    _require_open(order)
    if milestone.status not in MILESTONE_FLOW.open_states():
        raise IllegalMove(_("This milestone is closed, so its date can no longer move."))
    reason = _said(reason, field="reason")
    _require_new_date(expected_on, milestone=milestone, today=_day(order, at))
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
    orders = of_enterprise(Order.objects, actor)
    order = orders.select_for_update(of=("self",)).get(milestones=milestone_id)
    return order, order.milestones.get(pk=milestone_id)


def _require_open(order: Order) -> None:
    if order.status not in ORDER_FLOW.open_states():
        raise IllegalMove(_("This order is closed, so its milestones stay as they are."))


def _bring(order: Order, status: OrderStatus) -> None:
    ORDER_FLOW.require(order.status, status)
    order.status = status
    order.save(update_fields=["status"])


def _said(text: str, *, field: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(_("Say it in a few words: the customer reads them."), field=field)
    return text


def _day(order: Order, at: datetime) -> date:
    """Which day it is for the customer."""
    return at.astimezone(ZoneInfo(get_enterprise(order.enterprise_id).time_zone)).date()


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


def hand_over_orders(leaver_id: int, successor_id: int | None, actor: Actor, at: datetime) -> int:
    """Give the open orders of a care manager who leaves to the successor, or to nobody; both by their card.

    Called by staff outside any enterprise, in the transaction of the leaving. Returns how many.
    """
    mine = Order.objects.filter(care_manager_id=leaver_id, status__in=ORDER_FLOW.open_states())
    found = list(mine.order_by("enterprise_id", "pk").values_list("enterprise_id", "pk"))
    for enterprise_id, pk in found:
        with tenant_scope(enterprise_id):
            rows = Order.objects.filter(enterprise_id=enterprise_id).select_related("care_manager")
            order = rows.select_for_update(of=("self",)).get(pk=pk)
            before = order.care_manager.name if order.care_manager else ""
            order.care_manager_id = successor_id
            order.save(update_fields=["care_manager"])
            after = rows.get(pk=pk).care_manager
            name = after.name if after else ""
            events.record("order.handed_over", subject=order, actor=actor, at=at, before=before, after=name)
    return len(found)
