"""The next update on an order: promised for a moment, kept, or missed."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from orders.caring import selectors
from orders.caring.services import escalating
from orders.caring.terms import PROMISE_DAYS
from orders.models import ORDER_FLOW, PROMISE_FLOW, EscalatedBy, Order, Promise, PromiseStatus
from orders.services import locked_orders
from portal import events, terms
from portal.actors import Actor, system
from portal.errors import IllegalMove, Refused
from portal.tenancy import tenant_scope


@transaction.atomic
def make_promise(order_id: int, *, due_at: datetime, about: str, actor: Actor, at: datetime) -> Promise:
    """Promise the customer an update by a moment; they are told, and what was promised before counts as kept.

    Refuses a moment that has passed or is too far off, and an order that is closed.
    """
    order = locked_orders(actor).get(pk=order_id)
    settle(order, actor=actor, at=at)
    return promise(order, due_at=due_at, about=about.strip(), actor=actor, at=at, is_told=True)


def promise(order: Order, *, due_at: datetime, about: str, actor: Actor, at: datetime, is_told: bool) -> Promise:
    """The same for an order that is locked; ``is_told`` where no other mail says it."""
    if order.status not in ORDER_FLOW.open_states():
        raise IllegalMove(_("This order is closed, so no further update can be promised."))
    if due_at <= at:
        raise Refused(_("This moment has passed. Choose a later one."), field="update_by")
    days = terms.value(PROMISE_DAYS, on=at.date(), enterprise_id=order.enterprise_id)
    if due_at > at + timedelta(days=days):
        raise Refused(_("At most %(days)s days ahead.") % {"days": days}, field="update_by")
    whose = order.care_manager_id or actor.person_id
    assert whose is not None, "only the carrier's people promise"
    made = Promise.objects.create(
        enterprise_id=order.enterprise_id, order=order, card_id=whose, due_at=due_at, about=about,
        made_at=at, made_by=actor.name,
    )  # fmt: skip
    facts: dict[str, Any] = {"order": order.number, "due_at": due_at, "about": about, "is_told": is_told}
    events.record("order.update_promised", subject=made, actor=actor, at=at, **facts)
    return made


def settle(order: Order, *, actor: Actor, at: datetime) -> Promise | None:
    """An update was given now: what was promised is kept, in time or late; of several that were missed, the last."""
    rows = Promise.objects.filter(enterprise_id=order.enterprise_id, order=order)
    pending = rows.filter(status__in=PROMISE_FLOW.open_states()).order_by("-due_at").first()
    if pending is None:
        return None
    is_missed = pending.status == PromiseStatus.MISSED or pending.due_at < at
    if pending.status == PromiseStatus.OPEN and is_missed:
        _bring(pending, PromiseStatus.MISSED, at=None)
    _bring(pending, PromiseStatus.LATE if is_missed else PromiseStatus.KEPT, at=at)
    events.record(
        "order.update_kept", subject=pending, actor=actor, at=at, order=order.number, due_at=pending.due_at,
        is_late=is_missed,
    )  # fmt: skip
    return pending


def _bring(pending: Promise, status: PromiseStatus, *, at: datetime | None) -> None:
    PROMISE_FLOW.require(pending.status, status)
    pending.status, pending.kept_at = status, at
    pending.save(update_fields=["status", "kept_at"])


@transaction.atomic
def keep_promise(order_id: int, *, actor: Actor, at: datetime) -> Promise:
    """The update was given by other means, as by telephone. Refuses where none is promised."""
    kept = settle(locked_orders(actor).get(pk=order_id), actor=actor, at=at)
    if kept is None:
        raise Refused(_("No update is promised on this order now."))
    return kept


def miss_promise(enterprise_id: int, promise_id: int, *, at: datetime) -> bool:
    """A promise whose moment has passed is missed, and its order goes one rung up by itself; twice is as once.

    It was kept after all where the customer heard of the order from our people in time, or the order is closed.
    True where it was missed.
    """
    with tenant_scope(enterprise_id), transaction.atomic():
        actor = system(enterprise_id)
        order = locked_orders(actor).filter(pk__in=_of(enterprise_id, promise_id).values("order_id")).first()
        found = _of(enterprise_id, promise_id).first()
        if order is None or found is None or found.status != PromiseStatus.OPEN or found.due_at > at:
            return False
        told_at = selectors.first_update(found)
        if told_at or order.status not in ORDER_FLOW.open_states():
            _bring(found, PromiseStatus.KEPT, at=told_at or found.due_at)
            facts: dict[str, Any] = {"order": order.number, "due_at": found.due_at, "is_late": False}
            events.record("order.update_kept", subject=found, actor=actor, at=at, **facts)
            return False
        _bring(found, PromiseStatus.MISSED, at=None)
        events.record("order.update_missed", subject=found, actor=actor, at=at, order=order.number, due_at=found.due_at)
        escalating.take_up(
            order, reason="", wants_call=False, actor=actor, at=at, by_whom=EscalatedBy.ITSELF, due_at=found.due_at
        )
        return True


def _of(enterprise_id: int, promise_id: int) -> QuerySet[Promise]:
    return Promise.objects.filter(enterprise_id=enterprise_id, pk=promise_id)
