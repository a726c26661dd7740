"""The customer's word on a service that was turned up, silence in its place."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.selectors import get_enterprise
from orders import services
from orders.activating import selectors, terms
from orders.activating.services.notready import start_billing
from orders.models import (
    DECISION_FLOW,
    MILESTONE_FLOW,
    ORDER_FLOW,
    Decision,
    MilestoneKind,
    MilestoneStatus,
    Order,
    OrderType,
    Owner,
    TurnUp,
)
from portal import events, files
from portal import terms as termbook
from portal.actors import Actor, system
from portal.errors import IllegalMove
from portal.tenancy import of_enterprise


@transaction.atomic
def accept_service(order_id: int, *, actor: Actor, at: datetime) -> TurnUp:
    """The customer takes the service as it is. Raises IllegalMove where nothing waits for their word."""
    order, found = _waiting(order_id, actor)
    _decide(found, Decision.ACCEPTED, actor=actor, at=at)
    _record("order.accepted", found, actor=actor, at=at)
    _complete(order, actor=actor, at=at)
    return found


@transaction.atomic
def refuse_service(
    order_id: int, *, reason: str, uploads: Sequence[files.Accepted] = (), actor: Actor, at: datetime
) -> TurnUp:
    """The customer does not take it: it is tested again, in a new call. Raises IllegalMove where nothing waits."""
    order, found = _waiting(order_id, actor)
    found.reason = reason
    _decide(found, Decision.REFUSED, actor=actor, at=at)
    files.keep(found, uploads, actor=actor, at=at)
    steps = order.milestones.filter(kind=MilestoneKind.ACCEPTANCE, status__in=MILESTONE_FLOW.open_states())
    steps.update(owner=Owner.CARRIER, expected_on=None)
    _record("order.refused", found, actor=actor, at=at, reason=reason)
    return found


def _waiting(order_id: int, actor: Actor) -> tuple[Order, TurnUp]:
    order = services.locked_orders(actor).select_related("service", "account").get(pk=order_id)
    rows = of_enterprise(TurnUp.objects, actor).filter(order=order, decision=Decision.WAITING)
    found = rows.first()
    if found is None or order.status not in ORDER_FLOW.open_states():
        raise IllegalMove(_("This service does not wait to be accepted any more."))
    found.order = order
    return order, found


def _decide(found: TurnUp, decision: Decision, *, actor: Actor, at: datetime) -> None:
    DECISION_FLOW.require(found.decision, decision)
    found.decision, found.decided_at, found.decided_by = decision, at, actor.name
    found.save(update_fields=["decision", "decided_at", "decided_by", "reason"])


def _record(kind: str, found: TurnUp, *, actor: Actor, at: datetime, **more: Any) -> None:
    card = selectors.engineer_of(found)
    facts = {
        "order": found.order.number,
        "ready_on": found.ready_on,
        "accept_by_on": found.accept_by_on,
        "engineer_id": card.pk if card else None,
    }
    events.record(kind, subject=found, actor=actor, at=at, **facts, **more)


def _complete(order: Order, *, actor: Actor, at: datetime) -> None:
    """The acceptance is done; where the order stays open for its first invoice, its service is the new one already."""
    # Whoever takes the service before its notice was printed does not wait for the paper.
    services.touch(order, MilestoneKind.CONNECTION_NOTICE, at=at)
    steps = order.milestones.filter(status__in=MILESTONE_FLOW.open_states())
    is_staying = steps.exclude(kind=MilestoneKind.ACCEPTANCE).exists()
    day = order.commenced_on or services.day_of(order, at)
    if is_staying and order.type in (OrderType.NEW, OrderType.TRIAL):
        start_billing(order, on=day, actor=actor, at=at)
    elif is_staying and order.type == OrderType.CHANGE:
        services.OUTCOMES[order.type](order, actor, day, at)
    step = steps.filter(kind=MilestoneKind.ACCEPTANCE, status=MilestoneStatus.IN_PROGRESS).first()
    if step:
        services.complete_milestone(step.pk, actor=actor, at=at)
    else:
        # Steps of the carrier's that still stand before it go on; the customer is not asked again.
        services.touch(order, MilestoneKind.ACCEPTANCE, at=at)


@transaction.atomic
def watch_turn_up(enterprise_id: int, pk: int, *, at: datetime) -> None:
    """Remind once of a service that waits to be accepted; accept it when its days are over. May run twice.

    Silence counts from the notice on: what nobody was told of is not accepted.
    """
    actor = system(enterprise_id)
    order = services.locked_orders(actor).select_related("service", "account").get(turn_ups=pk)
    found = of_enterprise(TurnUp.objects, actor).filter(pk=pk, decision=Decision.WAITING).first()
    if found is None or found.noticed_at is None or order.status not in ORDER_FLOW.open_states():
        return
    found.order = order
    today = services.day_of(order, at)
    days = termbook.value(terms.REMIND_DAYS, on=today, of=get_enterprise(enterprise_id))
    if today > found.accept_by_on:
        _decide(found, Decision.SILENT, actor=actor, at=at)
        _record("order.accepted_by_silence", found, actor=actor, at=at)
        _complete(order, actor=actor, at=at)
    elif found.reminded_at is None and found.accept_by_on - timedelta(days=days) <= today:
        found.reminded_at = at
        found.save(update_fields=["reminded_at"])
        _record("order.acceptance_reminded", found, actor=actor, at=at)
