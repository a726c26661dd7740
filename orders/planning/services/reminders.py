"""Reminders: of a visit to a site, and of what the customer owes, so many business days before."""

from datetime import datetime
from typing import Any

from orders import rules, services
from orders.models import MILESTONE_FLOW, Milestone, MilestoneKind, Order, Owner
from orders.planning import selectors
from orders.planning import terms as names
from portal import events, terms
from portal.actors import system
from portal.tenancy import of_enterprise, tenant_scope


def remind(enterprise_id: int, milestone_id: int, *, at: datetime) -> bool:
    """Remind the customer of a step where its time has come; True when somebody is told now.

    Each reminder goes once for the day it is about: the order's row is the lock, and the step notes it.
    A step that moved to another day is reminded of anew.
    """
    actor = system(enterprise_id)
    with tenant_scope(enterprise_id):
        order = services.locked_orders(actor).filter(milestones=milestone_id).first()
        if order is None or not selectors.is_under_way(order):
            return False
        step = of_enterprise(Milestone.objects, actor).get(pk=milestone_id)
        days = _due(order, step, at)
        if days is None:
            return False
        step.reminded = [*step.reminded, f"{step.expected_on}/{days}"]
        step.save(update_fields=["reminded"])
        if step.kind == MilestoneKind.SITE_VISIT:
            services.touch(order, MilestoneKind.REMINDER, at=at)
        facts: dict[str, Any] = {"order": order.number, "step": step.kind, "detail": step.detail, "owner": step.owner}
        kind = "order.visit_reminded" if step.kind == MilestoneKind.SITE_VISIT else "order.asked_again"
        events.record(kind, subject=order, actor=actor, at=at, expected_on=step.expected_on, days=days, **facts)
    return True


def _due(order: Order, step: Milestone, at: datetime) -> int | None:
    """Which reminder is to go now, in business days before; None where none is, or it has gone."""
    if step.status not in MILESTONE_FLOW.open_states() or step.expected_on is None:
        return None
    is_visit = step.kind == MilestoneKind.SITE_VISIT
    if not is_visit and step.owner != Owner.CUSTOMER:
        return None
    today = services.day_of(order, at)
    asked = (names.VISIT_FIRST, names.VISIT_LAST) if is_visit else (names.ASK_DAYS,)
    ahead = terms.values(asked, on=today, enterprise_id=order.enterprise_id)
    left = rules.business_days_between(services.working_days(order.enterprise_id, on=today), today, step.expected_on)
    # The last that is due: a step that came near at once is not reminded of twice on one day.
    due = min((ahead[name] for name in asked if 0 <= left <= ahead[name]), default=None)
    return None if due is None or f"{step.expected_on}/{due}" in step.reminded else due
