"""Customer not ready (CNR): set, warned of, cleared with a new date, and what follows when its days are over."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.selectors import get_enterprise
from orders import services
from orders.activating import rules, selectors, terms
from orders.models import (
    MILESTONE_FLOW,
    NOT_READY_FLOW,
    ORDER_FLOW,
    ChargeReason,
    Milestone,
    MilestoneStatus,
    NotReady,
    NotReadyOutcome,
    NotReadyReason,
    NotReadyThen,
    Order,
    OrderStatus,
    Owner,
)
from orders.selectors import is_dlr_missing
from portal import events
from portal import terms as termbook
from portal.actors import Actor, system
from portal.errors import IllegalMove, Refused
from portal.tenancy import of_enterprise


@transaction.atomic
def set_not_ready(order_id: int, *, reason: str, note: str = "", actor: Actor, at: datetime) -> NotReady:
    """Hold an order because its customer is not ready; from then on its days are counted.

    They run for ``order.cnr_days`` from the original due date, and for ``order.cnr_least_days`` at least. Raises
    IllegalMove where the order cannot be held, and for a second CNR beside an open one.
    """
    order = services.locked_orders(actor).select_related("account").get(pk=order_id)
    if order.status != OrderStatus.HELD:
        services.bring(order, OrderStatus.HELD)
    elif open_of(order, actor):
        raise IllegalMove(_("The customer is set as not ready already."))
    found = _row(order, services.day_of(order, at))
    found.reason, found.note, found.set_at, found.set_by = NotReadyReason(reason), note, at, actor.name
    found.save(force_insert=True)
    _record("order.not_ready", found, actor=actor, at=at)
    return found


def _row(order: Order, today: date) -> NotReady:
    book = _book(order, today)
    due_on = order.committed_on or order.requested_on or order.expected_on or today
    last_on = rules.last_day(due_on, today, days=book.value(terms.NOT_READY_DAYS), least=book.value(terms.LEAST_DAYS))
    then = NotReadyThen(book.value(terms.THEN))
    if order.service_id is None:
        then = NotReadyThen.CANCEL
    charge = Decimal(0)
    if then == NotReadyThen.CANCEL:
        percent = book.value(terms.CHARGE_PERCENT)
        charge = rules.charge_of(order.one_time, percent=percent, currency=order.account.currency)
    return NotReady(
        enterprise_id=order.enterprise_id, order=order, due_on=due_on, last_on=last_on, then=then, charge=charge
    )


def _book(order: Order, today: date) -> termbook.Book:
    return termbook.book(get_enterprise(order.enterprise_id), on=today, names=terms.NOT_READY)


def open_of(order: Order, actor: Actor) -> NotReady | None:
    """The CNR that an order waits in, if it does."""
    return of_enterprise(NotReady.objects, actor).filter(order=order, outcome=NotReadyOutcome.OPEN).first()


def _open(order_id: int, actor: Actor) -> tuple[Order, NotReady]:
    """The order, locked, and its open CNR. Raises IllegalMove where there is none."""
    order = services.locked_orders(actor).select_related("account").get(pk=order_id)
    found = open_of(order, actor)
    if found is None or order.status != OrderStatus.HELD:
        raise IllegalMove(_("The order does not wait for the customer to be ready any more."))
    found.order = order
    return order, found


def _record(kind: str, found: NotReady, *, actor: Actor, at: datetime, **more: Any) -> None:
    order = found.order
    facts = {
        "order": order.number,
        "why": found.reason,
        "note": found.note,
        "due_on": found.due_on,
        "last_on": found.last_on,
        "then": found.then,
        "charge": found.charge,
        "currency": order.account.currency,
    }
    events.record(kind, subject=found, actor=actor, at=at, **{**facts, **more})


# --- cleared ----------------------------------------------------------------------------------------------


@transaction.atomic
def clear_not_ready(order_id: int, *, new_on: date, actor: Actor, at: datetime) -> NotReady:
    """The customer is ready for a new date: the order goes on, and its open steps of the customer's wait for that day.

    Refuses a day that is no business day, nearer than ``order.cnr_new_date_notice_days`` business days, or later than
    ``order.cnr_new_date_days`` from today.
    """
    order, found = _open(order_id, actor)
    first, last = selectors.bounds(order, at)
    if not first <= new_on <= last:
        words = {"first": date_format(first), "last": date_format(last)}
        raise Refused(_("Choose a day from %(first)s to %(last)s.") % words, field="new_on")
    services.require_workday(selectors.days_of(order, at), new_on, field="new_on")
    _move_steps(order, new_on)
    order.expected_on = new_on
    order.save(update_fields=["expected_on"])
    services.bring(order, OrderStatus.IN_PROGRESS)
    _end(found, NotReadyOutcome.CLEARED, actor=actor, at=at, new_on=new_on)
    _record("order.not_ready_cleared", found, actor=actor, at=at, new_on=new_on)
    return found


def _move_steps(order: Order, new_on: date) -> None:
    """What was to be done before the new day is expected on it."""
    late = order.milestones.filter(status__in=MILESTONE_FLOW.open_states(), owner=Owner.CUSTOMER)
    late.update(expected_on=new_on)


def _end(found: NotReady, outcome: NotReadyOutcome, *, actor: Actor, at: datetime, new_on: date | None = None) -> None:
    NOT_READY_FLOW.require(found.outcome, outcome)
    found.outcome, found.ended_at, found.ended_by, found.new_on = outcome, at, actor.name, new_on
    found.save(update_fields=["outcome", "ended_at", "ended_by", "new_on"])


def end_when_met(orders: Collection[Order], actor: Actor, at: datetime) -> None:
    """A step of each was done while the orders waited: their customers were ready after all."""
    met = NotReadyOutcome.MET
    NOT_READY_FLOW.require(NotReadyOutcome.OPEN, met)
    rows = of_enterprise(NotReady.objects, actor).filter(order__in=orders, outcome=NotReadyOutcome.OPEN)
    rows.update(outcome=met, ended_at=at, ended_by=actor.name)


# --- by itself --------------------------------------------------------------------------------------------


@transaction.atomic
def watch_not_ready(enterprise_id: int, pk: int, *, at: datetime) -> None:
    """Warn of a CNR's last day, once for each term; on the day after, do what was said. May run twice."""
    actor = system(enterprise_id)
    order = services.locked_orders(actor).select_related("account").get(not_readies=pk)
    found = open_of(order, actor)
    if found is None or found.pk != pk:
        return
    found.order = order
    if order.status != OrderStatus.HELD:
        # Cancelled or brought on otherwise; that told its own story.
        _end(found, NotReadyOutcome.MET, actor=actor, at=at)
        return
    left = (found.last_on - services.day_of(order, at)).days
    if left < 0:
        _carry_out(order, found, actor=actor, at=at)
        return
    _warn(found, left, actor=actor, at=at)


def _warn(found: NotReady, left: int, *, actor: Actor, at: datetime) -> None:
    book = _book(found.order, services.day_of(found.order, at))
    days = rules.warning(left, found.warned_days, [book.value(terms.WARN_DAYS), book.value(terms.LAST_WARN_DAYS)])
    if days is not None:
        found.warned_days = days
        found.save(update_fields=["warned_days"])
        _record("order.not_ready_warned", found, actor=actor, at=at, left=left)


def _carry_out(order: Order, found: NotReady, *, actor: Actor, at: datetime) -> None:
    if found.then == NotReadyThen.BILL and order.service_id:
        today = services.day_of(order, at)
        start_billing(order, on=today, actor=actor, at=at)
        services.bring(order, OrderStatus.PENDING)
        _end(found, NotReadyOutcome.BILLED, actor=actor, at=at)
        _record("order.not_ready_billed", found, actor=actor, at=at, on=today)
        return
    services.cancel_order(order, actor=actor, at=at)
    _end(found, NotReadyOutcome.CANCELLED, actor=actor, at=at)
    services.owe(order, ChargeReason.NOT_READY, found.charge, ref=found.pk, at=at)
    _record("order.not_ready_cancelled", found, actor=actor, at=at)


def start_billing(order: Order, *, on: date, actor: Actor, at: datetime) -> None:
    """Service commencement: the order's services are in use, and charged, from a day on; once."""
    if order.commenced_on is None:
        order.commenced_on = on
        order.save(update_fields=["commenced_on"])
    services.begin_services(order, actor, order.commenced_on, at)


@transaction.atomic
def hold_if_silent(enterprise_id: int, milestone_id: int, *, at: datetime) -> NotReady | None:
    """Set an order as not ready where a step of the customer's is past its date by ``order.cnr_silence_days``.

    Where a design layout record (DLR) is owed that is why, and ``order.cnr_dlr_days`` are what it may be late.
    May run twice: an order that is held is left as it is.
    """
    actor = system(enterprise_id)
    order = services.locked_orders(actor).select_related("product").get(milestones=milestone_id)
    step = order.milestones.get(pk=milestone_id)
    # What is billed already costs the customer's own time alone.
    if order.commenced_on or not ORDER_FLOW.allows(order.status, OrderStatus.HELD):
        return None
    reason = rules.why(step.kind, is_dlr_missing=is_dlr_missing(actor, order))
    if not reason or not _is_late(order, step, reason, services.day_of(order, at)):
        return None
    return set_not_ready(order.pk, reason=reason, actor=actor, at=at)


def _is_late(order: Order, step: Milestone, reason: str, today: date) -> bool:
    if step.status != MilestoneStatus.IN_PROGRESS or step.owner != Owner.CUSTOMER:
        return False
    name = terms.DLR_DAYS if reason == NotReadyReason.LATE_DLR else terms.SILENCE_DAYS
    days = termbook.value(name, on=today, of=get_enterprise(order.enterprise_id))
    return step.expected_on is not None and step.expected_on + timedelta(days=days) < today
