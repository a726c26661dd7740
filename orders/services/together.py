"""One milestone completed on many orders at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.models import MILESTONE_FLOW, ORDER_FLOW, Milestone, MilestoneStatus, Order, OrderStatus
from orders.services.milestones import _ONWARD, _facts_of
from orders.services.orders import conclude_order, locked_orders
from portal import events
from portal.actors import Actor
from portal.errors import Text


@transaction.atomic
def complete_kind(keys: Collection[int], kind: str, *, actor: Actor, at: datetime) -> tuple[int, list[Text]]:
    """Complete the milestone of a kind on orders of one enterprise; how many, and why not on the others.

    As ``complete_milestone`` does for one, with an event an order, in a handful of statements for all. The orders
    are locked in the order of their keys: of two people at the same milestone the second finds it done.
    """
    orders = {each.pk: each for each in locked_orders(actor).filter(pk__in=keys).order_by("pk")}
    steps: dict[int, list[Milestone]] = defaultdict(list)
    for step in Milestone.objects.filter(order_id__in=orders).order_by("order_id", "position"):
        step.order = orders[step.order_id]
        steps[step.order_id].append(step)
    done, failed = [], list[Text]()
    for pk, order in orders.items():
        here = next((s for s in steps[pk] if s.kind == kind and s.status == MilestoneStatus.IN_PROGRESS), None)
        if here is None or order.status not in ORDER_FLOW.open_states():
            failed.append(_("%(number)s does not stand at this milestone any more") % {"number": order.number})
        else:
            done.append(here)
    _write(done, steps, actor=actor, at=at)
    return len(done), failed


def _write(done: list[Milestone], steps: dict[int, list[Milestone]], *, actor: Actor, at: datetime) -> None:
    begun, about, last = list[Milestone](), [], list[Order]()
    for step in done:
        MILESTONE_FLOW.require(step.status, MilestoneStatus.COMPLETED)
        step.status, step.completed_at = MilestoneStatus.COMPLETED, at
        left = [each for each in steps[step.order_id] if each.status in MILESTONE_FLOW.open_states()]
        planned = next((each for each in left if each.status == MilestoneStatus.PLANNED), None)
        if planned:
            planned.status = MilestoneStatus.IN_PROGRESS
            begun.append(planned)
        about.append((step, {**_facts_of(step), "following": _facts_of(left[0]) if left else None}))
        last += [] if left else [step.order]
    Milestone.objects.filter(pk__in=[each.pk for each in done]).update(
        status=MilestoneStatus.COMPLETED, completed_at=at
    )
    Milestone.objects.filter(pk__in=[each.pk for each in begun]).update(status=MilestoneStatus.IN_PROGRESS)
    _bring_onward([each.order for each in done])
    events.record_many("milestone.completed", about, actor=actor, at=at)
    for order in last:
        conclude_order(order, actor=actor, at=at)


def _bring_onward(orders: list[Order]) -> None:
    by_target: dict[OrderStatus, list[Order]] = defaultdict(list)
    for order in orders:
        if order.status in _ONWARD:
            by_target[_ONWARD[OrderStatus(order.status)]].append(order)
    for target, moved in by_target.items():
        for order in moved:
            ORDER_FLOW.require(order.status, target)
            order.status = target
        Order.objects.filter(pk__in=[each.pk for each in moved]).update(status=target)
