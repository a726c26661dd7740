"""Supplements: what the customer wants changed of an order under way, and what that costs by then."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders import services
from orders.models import (
    ORDER_FLOW,
    SUPPLEMENT_FLOW,
    Order,
    OrderStatus,
    Supplement,
    SupplementKind,
    SupplementStatus,
)
from orders.planning import selectors
from orders.planning.services.dates import require_later_day
from orders.planning.services.locking import order_under_way, settle_supplement
from portal import events
from portal.actors import Actor
from portal.errors import IllegalMove, Refused
from portal.tenancy import of_enterprise

_FREE = (Decimal(0), "")


def price_of(order: Order, kind: str, *, actor: Actor, at: datetime) -> tuple[Decimal, str]:
    """What a change costs now, with its currency; nothing before the point of no return."""
    today = services.day_of(order, at)
    if selectors.is_free(actor, order, today=today):
        return _FREE
    return selectors.charges(order, on=today)[kind]


@transaction.atomic
def ask_supplement(
    order_id: int,
    *,
    actor: Actor,
    at: datetime,
    kind: str,
    agreed: Decimal,
    words: str = "",
    wanted_on: date | None = None,
) -> Supplement:
    """Ask for a change of an order under way: cancel it, another date, or something else.

    ``agreed`` is the charge that was shown: 0 before the point of no return, when cancelling happens at
    once; after it the carrier decides on a cancellation. Refused where the charge is another one by
    now, while another change waits, and for a day that has passed or on which nobody works.
    """
    order = order_under_way(order_id, actor)
    if order.status == OrderStatus.CANCELLING or selectors.open_supplement(selectors.list_supplements(actor, order)):
        raise IllegalMove(_("A change of this order waits for an answer already. Take it back first, or wait."))
    charge, currency = price_of(order, kind, actor=actor, at=at)
    if agreed != charge:
        raise Refused(
            _("The charge for this change is not the one that was shown to you."),
            way_out=_("Nothing was changed. Look at the charge as it is now, and decide anew."),
        )
    if kind == SupplementKind.DUE_DATE:
        require_later_day(order, wanted_on, at)
    if kind == SupplementKind.OTHER and len(words.strip()) < 5:
        raise Refused(_("Say in a few words what is to be changed."), field="words")
    row = Supplement(
        enterprise_id=order.enterprise_id, order=order, kind=kind, words=words.strip(),
        charge=charge, currency=currency, is_late=bool(charge),
        wanted_on=wanted_on if kind == SupplementKind.DUE_DATE else None,
        status_before=order.status, asked_by=actor.name, asked_at=at,
    )  # fmt: skip
    row.save()
    _DONE_AT_ONCE.get(kind, _nothing)(order, row, actor, at)
    _tell("order.supplement_asked", order, row, actor, at)
    return row


def _nothing(order: Order, row: Supplement, actor: Actor, at: datetime) -> None:
    """It waits for an answer."""


def _cancel(order: Order, row: Supplement, actor: Actor, at: datetime) -> None:
    """Nothing is spent yet: cancelled at once. After that the carrier is asked, and nothing goes on meanwhile."""
    if row.is_late:
        services.bring(order, OrderStatus.CANCELLING)
        return
    services.cancel_order(order, actor=actor, at=at)
    SUPPLEMENT_FLOW.require(row.status, SupplementStatus.DONE)
    row.status, row.decided_by, row.decided_at = SupplementStatus.DONE, actor.name, at
    row.save(update_fields=["status", "decided_by", "decided_at"])
    settle_supplement(order, row, at=at)
    events.record("order.cancelled", subject=order, actor=actor, at=at, order=order.number, reason=row.words)


def _wish_a_date(order: Order, row: Supplement, actor: Actor, at: datetime) -> None:
    order.requested_on = row.wanted_on
    order.save(update_fields=["requested_on"])


_DONE_AT_ONCE: dict[str, Callable[[Order, Supplement, Actor, datetime], None]] = {
    SupplementKind.CANCEL: _cancel,
    SupplementKind.DUE_DATE: _wish_a_date,
}


@transaction.atomic
def take_back(supplement_id: int, order_id: int, *, actor: Actor, at: datetime) -> Supplement:
    """The customer takes back what they asked for; the order goes on as it was. Raises IllegalMove once answered."""
    order = order_under_way(order_id, actor)
    row = of_enterprise(Supplement.objects, actor).get(order=order, pk=supplement_id)
    _close(order, row, SupplementStatus.TAKEN_BACK, actor, at)
    settle_supplement(order, row, at=at)
    _tell("order.supplement_taken_back", order, row, actor, at)
    return row


@transaction.atomic
def decide_supplement(
    supplement_id: int, order_id: int, *, actor: Actor, at: datetime, is_done: bool, decision: str
) -> Supplement:
    """The carrier does what was asked for, at the charge that was agreed to, or declines it with the reason.

    Raises IllegalMove once it is answered or taken back.
    """
    order = order_under_way(order_id, actor)
    row = of_enterprise(Supplement.objects, actor).get(order=order, pk=supplement_id)
    if not is_done and len(decision.strip()) < 5:
        raise Refused(_("Say it in a few words: the customer reads them."), field="decision")
    row.decision = decision.strip()
    _close(order, row, SupplementStatus.DONE if is_done else SupplementStatus.DECLINED, actor, at)
    row.save(update_fields=["decision"])
    settle_supplement(order, row, at=at)
    if is_done and row.kind == SupplementKind.CANCEL:
        events.record("order.cancelled", subject=order, actor=actor, at=at, order=order.number, reason=row.words)
    _tell("order.supplement_decided", order, row, actor, at)
    return row


def _close(order: Order, row: Supplement, status: SupplementStatus, actor: Actor, at: datetime) -> None:
    SUPPLEMENT_FLOW.require(row.status, status)
    row.status, row.decided_by, row.decided_at = status, actor.name, at
    row.save(update_fields=["status", "decided_by", "decided_at"])
    if row.kind == SupplementKind.CANCEL and order.status == OrderStatus.CANCELLING:
        is_over = status == SupplementStatus.DONE
        before = OrderStatus(row.status_before)
        back = before if ORDER_FLOW.allows(order.status, before) else OrderStatus.IN_PROGRESS
        if is_over:
            services.cancel_order(order, actor=actor, at=at)
        else:
            services.bring(order, back)


def _tell(kind: str, order: Order, row: Supplement, actor: Actor, at: datetime) -> None:
    facts: dict[str, Any] = {
        "order": order.number, "change": row.kind, "charge": row.charge, "currency": row.currency,
        "wanted_on": row.wanted_on, "words": row.words, "decision": row.decision, "status": row.status,
    }  # fmt: skip
    events.record(kind, subject=order, actor=actor, at=at, **facts)
