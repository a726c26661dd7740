"""The steps of an order: which it has, on which days they are planned, and those that are done by something else."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.selectors import get_enterprise
from inventory.models import ProductQuestion, ServiceStatus
from orders import rules
from orders.models import MILESTONE_FLOW, Milestone, MilestoneKind, MilestoneStatus, MilestoneTemplate, Order, OrderType
from orders.rules import STEPS, StepPlan, WorkDays
from orders.selectors import working_days
from portal.errors import Refused


def day_of(order: Order, at: datetime) -> date:
    """Which day it is for the customer."""
    return at.astimezone(ZoneInfo(get_enterprise(order.enterprise_id).time_zone)).date()


def require_workday(days: WorkDays, wanted: date, *, field: str) -> None:
    """Raises Refused, beside the field, for a day on which nobody works; the next one is named."""
    if not days.is_business_day(wanted):
        following = {"day": date_format(days.first_from(wanted))}
        raise Refused(_("Nobody works on this day. The next business day is %(day)s.") % following, field=field)


def plan_for(order: Order) -> list[StepPlan]:
    """The steps of an order: the carrier's own for its product, its family or its type, or else those shipped.

    Technical details are asked for where the product has questions, or wants a design layout record (DLR); what is
    in use already is not built again.
    """
    if order.type == OrderType.NEW and order.service and order.service.status != ServiceStatus.PENDING:
        return list(rules.KEPT_STEPS)
    rows = MilestoneTemplate.objects.filter(order_type=order.type).order_by("position")
    places: dict[tuple[int | None, str], list[StepPlan]] = {}
    for row in rows:
        places.setdefault((row.product_id, row.family), []).append(as_plan(row))
    narrow: list[tuple[int | None, str]] = [(order.product_id, ""), (None, order.product.family), (None, "")]
    found = next((places[place] for place in narrow if place in places), list(STEPS[order.type]))
    if order.product.needs_dlr or ProductQuestion.objects.filter(product_id=order.product_id).exists():
        return found
    return [step for step in found if step.kind != MilestoneKind.TECHNICAL_DETAILS]


def as_plan(row: MilestoneTemplate) -> StepPlan:
    """A template's row as a plan."""
    words = (("en", row.action), ("es", row.action_es), ("pt", row.action_pt))
    is_share = row.basis == "share"
    return StepPlan(
        row.kind, row.owner, row.amount / 100 if is_share else 0.0, row.basis, 0 if is_share else row.amount,
        tuple(pair for pair in words if pair[1]),
    )  # fmt: skip


def lay_steps(order: Order, plan: Iterable[StepPlan], *, at: datetime) -> None:
    """Give an order its milestones, each planned for its day, and the last day on which it can be changed for nothing.

    An order without a date is due after its product's standard interval, in business days. Where it
    has steps already they stay, and nothing is added.
    """
    if order.milestones.exists():
        return
    today = day_of(order, at)
    hours = working_days(order.enterprise_id, on=today)
    standard = hours.add_business_days(today, order.product.interval_days)
    due = max(today, order.committed_on or order.requested_on or standard)
    length = rules.business_days_between(hours, today, due)
    days = [(step, rules.day_of_step(step, hours, start=today, due=due, length=length)) for step in plan]
    Milestone.objects.bulk_create(
        Milestone(
            enterprise_id=order.enterprise_id, order=order, position=place, kind=step.kind, owner=step.owner,
            status=MilestoneStatus.IN_PROGRESS if place == 1 else MilestoneStatus.PLANNED,
            planned_on=day, expected_on=day, said=dict(step.said),
        )
        for place, (step, day) in enumerate(days, start=1)
    )  # fmt: skip
    if order.expected_on is None:
        order.expected_on = due
    order.free_until_on = free_until(order, hours, due)
    order.save(update_fields=["expected_on", "free_until_on"])


def free_until(order: Order, hours: WorkDays, due: date) -> date:
    """The last day on which an order that is due then can be changed for nothing."""
    return hours.add_business_days(due, -order.product.free_change_days)


def touch(order: Order, kind: str, *, at: datetime) -> Milestone | None:
    """Note that the first open step of a kind is done by something else, as a date; None where there is none.

    Under the order's lock, in the transaction of what did it, whose event tells it. What is then the
    first to come begins, where nothing else is under way.
    """
    left = list(order.milestones.filter(status__in=MILESTONE_FLOW.open_states()).order_by("position"))
    done = next((step for step in left if step.kind == kind), None)
    if done is None:
        return None
    if done.status == MilestoneStatus.PLANNED:
        MILESTONE_FLOW.require(done.status, MilestoneStatus.IN_PROGRESS)
        done.status = MilestoneStatus.IN_PROGRESS
    MILESTONE_FLOW.require(done.status, MilestoneStatus.COMPLETED)
    done.status, done.completed_at = MilestoneStatus.COMPLETED, at
    done.save(update_fields=["status", "completed_at"])
    left.remove(done)
    if left and all(step.status == MilestoneStatus.PLANNED for step in left):
        MILESTONE_FLOW.require(left[0].status, MilestoneStatus.IN_PROGRESS)
        left[0].status = MilestoneStatus.IN_PROGRESS
        left[0].save(update_fields=["status"])
    return done
