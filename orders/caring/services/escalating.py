"""An order taken to the next of those who answer for it, and what came of it."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from orders.caring import selectors
from orders.models import (
    ESCALATION_FLOW,
    ORDER_FLOW,
    EscalatedBy,
    Escalation,
    EscalationStatus,
    Order,
)
from orders.services import locked_orders
from portal import cells, events
from portal.actors import Actor
from portal.errors import IllegalMove, Refused
from portal.tenancy import of_enterprise


@transaction.atomic
def escalate(order_id: int, *, reason: str, wants_call: bool, actor: Actor, at: datetime) -> Escalation:
    """Take an order to the next rung of its ladder, who is told by mail with the reason.

    Refuses an order that is closed, and to the customer a second time within ``order.escalation_minutes``.
    """
    order = selectors.get_own_order(actor, order_id)
    by_whom = EscalatedBy.STAFF if actor.is_staff else EscalatedBy.CUSTOMER
    return take_up(order, reason=reason.strip(), wants_call=wants_call, actor=actor, at=at, by_whom=by_whom)


def take_up(
    order: Order,
    *,
    reason: str,
    wants_call: bool,
    actor: Actor,
    at: datetime,
    by_whom: EscalatedBy,
    due_at: datetime | None = None,
) -> Escalation:
    """The same for an order at hand; ``due_at`` is the moment of a promise that was missed."""
    if order.status not in ORDER_FLOW.open_states():
        raise IllegalMove(_("This order is closed. Write a message if something is still wrong."))
    ladder = selectors.get_ladder(actor, order, now=at)
    if by_whom == EscalatedBy.CUSTOMER and ladder.again_at:
        raise _too_soon(ladder)
    rung, told = ladder.next, ladder.told
    made = Escalation(
        enterprise_id=order.enterprise_id, order=order, level=ladder.level + 1, card=rung.card if rung else None,
        told=told.name if told else "", reason=reason, wants_call=wants_call, at=at, by=actor.name, by_whom=by_whom,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Refused(_("Somebody escalated this order in the same moment. Look at its present state.")) from error
    facts: dict[str, Any] = {
        "order": order.number,
        "level": made.level,
        "told": made.told,
        "reason": reason,
        "due_at": due_at,
    }
    events.record("order.escalated", subject=made, actor=actor, at=at, **facts, by_whom=by_whom, wants_call=wants_call)
    return made


def _too_soon(ladder: selectors.Ladder) -> Refused:
    last = ladder.escalations[0]
    words = _("This order was escalated to %(name)s already. You can take it further at %(moment)s.")
    return Refused(
        words % {"name": last.told or _("our desk"), "moment": cells.zoned(ladder.again_at)},
        way_out=_("Nothing was lost: until then write a message, or call who has it now."),
        field="reason",
    )


@transaction.atomic
def resolve_escalations(order_id: int, *, resolution: str, actor: Actor, at: datetime) -> list[Escalation]:
    """What was escalated is settled: the customer reads how, and the ladder begins anew.

    Refuses where nothing is escalated.
    """
    order = locked_orders(actor).get(pk=order_id)
    rows = of_enterprise(Escalation.objects, actor).filter(order=order, status=EscalationStatus.OPEN)
    found = list(rows.order_by("level"))
    if not found:
        raise IllegalMove(_("Nothing is escalated on this order any more."))
    for each in found:
        ESCALATION_FLOW.require(each.status, EscalationStatus.RESOLVED)
        each.status, each.resolution = EscalationStatus.RESOLVED, resolution.strip()
        each.resolved_at, each.resolved_by = at, actor.name
        each.save(update_fields=["status", "resolution", "resolved_at", "resolved_by"])
    facts: dict[str, Any] = {"order": order.number, "reason": resolution.strip(), "levels": len(found)}
    events.record("order.escalation_resolved", subject=found[-1], actor=actor, at=at, **facts)
    return found
