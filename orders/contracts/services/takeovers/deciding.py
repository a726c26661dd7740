"""What both sides and the carrier have said of services that are offered, and what follows from it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import MOVE_FLOW, MoveStatus, Said
from accounts.selectors import carriers_day
from orders.contracts.rules import MOVED
from orders.contracts.selectors import takeovers as here
from orders.contracts.services.takeovers.asking import facts_of
from orders.models import ORDER_FLOW, Order, OrderStatus, Takeover, TakeoverSide
from orders.services import bring, locked_orders
from portal import events
from portal.actors import Actor, system
from portal.errors import Refused
from portal.tenancy import tenant_scope

_OVER = _("There is nothing to decide any more. Look at it as it is now.")


def _locked(pk: int) -> Takeover:
    return here.list_takeovers().select_for_update(of=("self",)).get(pk=pk)


@transaction.atomic
def settle_takeover(pk: int, *, at: datetime) -> Takeover:
    """Draw what follows from what both sides and the carrier have said; again it changes nothing.

    What all agree to later than its day takes effect on the day they do: nobody pays for days in
    which they had not agreed.
    """
    takeover = _locked(pk)
    if takeover.status not in MOVE_FLOW.open_states():
        return takeover
    sides = here.list_sides_of(takeover)
    stopped = next((each for each in sides if each.said in {Said.DECLINED, Said.WITHDRAWN}), None)
    today = carriers_day(at)
    if stopped:
        status = MoveStatus.WITHDRAWN if stopped.said == Said.WITHDRAWN else MoveStatus.DECLINED
        # Who has not agreed before is not named to who knew their account.
        by = stopped.enterprise.name if stopped.gives or status == MoveStatus.WITHDRAWN else ""
        _end(takeover, sides, status, at=at, reason=stopped.answer, by=by)
    elif not _goes_on(takeover):
        giver = next(each for each in sides if each.gives)
        _end(takeover, sides, MoveStatus.WITHDRAWN, at=at, outcome=MOVED if free_moved(giver, at=at) else "")
    elif takeover.status == MoveStatus.OPEN and today > takeover.answer_by_on:
        _end(takeover, sides, MoveStatus.LAPSED, at=at)
    else:
        if takeover.status == MoveStatus.OPEN and takeover.approved_at and all(each.said for each in sides):
            MOVE_FLOW.require(takeover.status, MoveStatus.APPROVED)
            takeover.status, takeover.effective_on = MoveStatus.APPROVED, max(takeover.effective_on, today)
            takeover.save(update_fields=["status", "effective_on"])
        _copy(takeover, sides, at=at)
    return takeover


def _goes_on(takeover: Takeover) -> bool:
    """Whether the giver's order is still under way: it may have been cancelled, or its account have moved away."""
    rows = Order.objects.filter(enterprise_id=takeover.source_id, pk=takeover.order_key)
    return rows.filter(status__in=ORDER_FLOW.open_states()).exists()


def _copy(takeover: Takeover, sides: list[TakeoverSide], *, at: datetime) -> None:
    """Each side reads in its own row where it stands; the receiver is named to the giver once they have agreed."""
    for each in sides:
        other = next(one for one in sides if one.pk != each.pk)
        before = (each.status, each.other_said, each.other_name, each.carrier_at, each.effective_on)
        is_new = takeover.status == MoveStatus.APPROVED != each.status
        if each.status != takeover.status:
            MOVE_FLOW.require(each.status, takeover.status)
        each.status, each.carrier_at = MoveStatus(takeover.status), takeover.approved_at
        each.other_said, each.effective_on = other.said, takeover.effective_on
        if other.said == Said.AGREED:
            each.other_name = other.enterprise.name
        if before == (each.status, each.other_said, each.other_name, each.carrier_at, each.effective_on):
            continue
        with tenant_scope(each.enterprise_id):
            each.save(update_fields=["status", "other_said", "other_name", "carrier_at", "effective_on"])
            if is_new:
                tell(each, "takeover.approved", at=at, other=each.other_name)


def tell(side: TakeoverSide, kind: str, *, at: datetime, **facts: str) -> None:
    """The giver reads it in its order's story, the receiver in the offer's. Called inside the side's enterprise."""
    actor = system(side.enterprise_id)
    order = Order.objects.filter(enterprise_id=side.enterprise_id, pk=side.order_key).first() if side.gives else None
    events.record(kind, subject=order or side, actor=actor, at=at, **{**facts_of(side), **facts})


def _end(
    takeover: Takeover, sides: list[TakeoverSide], status: MoveStatus, *, at: datetime, reason: str = "", by: str = "",
    outcome: str = "",
) -> None:  # fmt: skip
    MOVE_FLOW.require(takeover.status, status)
    takeover.status, takeover.ended_at = status, at
    takeover.save(update_fields=["status", "ended_at"])
    for each in sides:
        close_side(each, status, at=at, reason=reason, by=by, outcome=outcome)


def close_side(
    side: TakeoverSide, status: MoveStatus, *, at: datetime, reason: str = "", by: str = "", outcome: str = ""
) -> None:
    """It comes to nothing for one side; the giver's order is cancelled, and its services are free again.

    ``outcome`` is told in place of the status.
    """
    with tenant_scope(side.enterprise_id):
        MOVE_FLOW.require(side.status, status)
        side.status, side.proof = status, ""
        side.save(update_fields=["status", "proof"])
        order = locked_orders(system(side.enterprise_id)).filter(pk=side.order_key).first() if side.gives else None
        if order and order.status in ORDER_FLOW.open_states():
            bring(order, OrderStatus.CANCELLED)
        tell(side, "takeover.ended", at=at, outcome=outcome or status, reason=reason, by=by)


def free_moved(side: TakeoverSide, *, at: datetime) -> bool:
    """Whether the giver's order is another enterprise's, because its account has moved; it is cancelled there.

    An offer is of who made it: where the services belong now nobody has agreed to give them, and they are free.
    Called as staff outside any enterprise.
    """
    rows = Order.objects.filter(pk=side.order_key).exclude(enterprise_id=side.enterprise_id)
    home = rows.values_list("enterprise_id", flat=True).first()
    if home is None:
        return False
    with tenant_scope(home):
        actor = system(home)
        order = locked_orders(actor).filter(pk=side.order_key).first()
        if order and order.status in ORDER_FLOW.open_states():
            bring(order, OrderStatus.CANCELLED)
            events.record("takeover.ended", subject=order, actor=actor, at=at, outcome=MOVED, **facts_of(side))
    return True


@transaction.atomic
def approve_takeover(pk: int, *, grounds: str, actor: Actor, at: datetime) -> Takeover:
    """The carrier's yes. Raises Refused where it is no longer asked for."""
    takeover = _locked(pk)
    if takeover.status != MoveStatus.OPEN or takeover.approved_at:
        raise Refused(_OVER)
    takeover.approved_by, takeover.approved_at, takeover.grounds = actor.name, at, grounds.strip()
    takeover.save(update_fields=["approved_by", "approved_at", "grounds"])
    return settle_takeover(pk, at=at)


@transaction.atomic
def stop_takeover(pk: int, *, reason: str, actor: Actor, at: datetime) -> Takeover:
    """The carrier's no, also to what it had approved, until it is carried out."""
    takeover = _locked(pk)
    if takeover.status not in MOVE_FLOW.open_states():
        raise Refused(_OVER)
    takeover.approved_by, takeover.grounds = actor.name, reason.strip()
    takeover.save(update_fields=["approved_by", "grounds"])
    _end(takeover, here.list_sides_of(takeover), MoveStatus.DECLINED, at=at, reason=reason.strip())
    return takeover
