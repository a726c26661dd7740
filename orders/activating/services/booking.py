"""Activation calls: slots that engineers open and close, and the calls that orders book in them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.selectors import find_house_id, get_enterprise
from orders import services
from orders.activating import selectors, terms
from orders.activating.services.notready import set_not_ready
from orders.models import (
    CALL_FLOW,
    ActivationCall,
    ActivationSlot,
    CallStatus,
    MilestoneKind,
    NotReadyReason,
    Order,
    OrderStatus,
    Owner,
)
from portal import events
from portal import terms as termbook
from portal.actors import Actor
from portal.errors import IllegalMove, Refused
from portal.tenancy import tenant_scope


@transaction.atomic
def open_slots(
    starts: Sequence[datetime],
    *,
    minutes: int,
    actor: Actor,
    at: datetime,
    region: str = "",
    families: Collection[str] = (),
    bridge: str = "",
) -> list[ActivationSlot]:
    """Offer times of the engineer who asks; those that meet an open slot of theirs, or are past, are left out."""
    assert actor.person_id is not None
    mine = ActivationSlot.objects.filter(engineer_id=actor.person_id, closed_at=None)
    length = timedelta(minutes=minutes)
    found: list[ActivationSlot] = []
    busy = list(mine.filter(ends_at__gt=at).values_list("starts_at", "ends_at"))
    for start in sorted(set(starts)):
        end = start + length
        if start > at and not any(start < ends and begins < end for begins, ends in busy):
            busy.append((start, end))
            found.append(
                ActivationSlot(
                    engineer_id=actor.person_id, starts_at=start, ends_at=end, region=region,
                    families=sorted(families), bridge=bridge,
                )
            )  # fmt: skip
    if not found:
        raise Refused(_("All of these times have passed, or are offered already. Choose others."), field="day")
    ActivationSlot.objects.bulk_create(found)
    _record("order.slots_opened", found[0], actor=actor, at=at, count=len(found))
    return found


@transaction.atomic
def close_slots(keys: Collection[int], *, actor: Actor, at: datetime) -> int:
    """Offer times no longer; one that is taken stays, and its call is moved or called off first. Returns how many."""
    mine = ActivationSlot.objects.filter(engineer_id=actor.person_id, pk__in=keys, taken_at=None, closed_at=None)
    first = mine.first()
    count = mine.update(closed_at=at)
    if first:
        _record("order.slots_closed", first, actor=actor, at=at, count=count)
    return count


def _record(kind: str, slot: ActivationSlot, *, actor: Actor, at: datetime, **facts: Any) -> None:
    """Slots belong to no customer, so they stand in the carrier's own journal."""
    house_id = find_house_id()
    with tenant_scope(house_id):
        events.record(kind, subject=slot, actor=actor, at=at, enterprise_id=house_id, **facts)


# --- calls ------------------------------------------------------------------------------------------------


@transaction.atomic
def book_call(
    order_id: int, slot_id: int, *, contact_name: str, contact_phone: str, note: str = "", actor: Actor, at: datetime
) -> ActivationCall:
    """Book a slot for an order, in place of the one it has.

    Raises Refused for a slot that is gone, does not fit or is past, and where the customer moves a call less than
    ``order.activation_change_hours`` ahead.
    """
    order = services.locked_orders(actor).select_related("product").get(pk=order_id)
    _require_to_activate(order, actor)
    before = selectors.booked_call(actor, order)
    if before and not actor.is_staff and is_late(order, before, at):
        raise Refused(
            _("The call is too near to be moved here."),
            way_out=_("Nothing was changed. Call your care manager or the engineer."),
            field="slot",
        )
    slot = selectors.list_free_slots(order, at).filter(pk=slot_id).first()
    # Whoever comes second waits for the first, and then finds it taken.
    if slot is None or not ActivationSlot.objects.filter(pk=slot_id, taken_at=None, closed_at=None).update(taken_at=at):
        raise Refused(_("This time has been taken meanwhile. Choose another."), field="slot")
    if before:
        _end(before, CallStatus.MOVED, is_free=True)
    call = ActivationCall.objects.create(
        enterprise_id=order.enterprise_id, order=order, slot=slot, engineer_id=slot.engineer_id,
        starts_at=slot.starts_at, ends_at=slot.ends_at, bridge=slot.bridge, contact_name=contact_name,
        contact_phone=contact_phone, note=note, booked_at=at, booked_by=actor.name,
    )  # fmt: skip
    _expect(order, call)
    services.touch(order, MilestoneKind.ACTIVATION_PLANNED, at=at)
    facts = {"before_at": before.starts_at if before else None, "contact": contact_name}
    record("order.activation_booked", call, actor=actor, at=at, **facts)
    return call


def _require_to_activate(order: Order, actor: Actor) -> None:
    if order.status == OrderStatus.HELD:
        raise IllegalMove(_("The order is on hold. Choose a new date first; then book the call."))
    if not selectors.is_to_activate(actor, order):
        raise IllegalMove(_("This order has no activation to be booked now."))


def _expect(order: Order, call: ActivationCall) -> None:
    """The step is expected on the day of the call, and waits for us; the order's date follows where it is later."""
    day = services.day_of(order, call.starts_at)
    order.milestones.filter(kind=MilestoneKind.ACTIVATION, completed_at=None).update(
        expected_on=day, owner=Owner.CARRIER
    )
    if order.expected_on is None or order.expected_on < day:
        order.expected_on = day
        order.save(update_fields=["expected_on"])


def is_late(order: Order, call: ActivationCall, at: datetime) -> bool:
    """Whether the customer may no longer change a call without being not ready."""
    hours = termbook.value(
        terms.CHANGE_HOURS, on=services.day_of(order, at), of=get_enterprise(order.enterprise_id)
    )  # fmt: skip
    return bool(call.starts_at - timedelta(hours=hours) < at)


def _end(call: ActivationCall, status: CallStatus, *, is_free: bool = False) -> None:
    CALL_FLOW.require(call.status, status)
    call.status = status
    call.save(update_fields=["status"])
    if is_free:
        ActivationSlot.objects.filter(pk=call.slot_id).update(taken_at=None)


def free_call(order: Order, actor: Actor, at: datetime) -> None:
    """The order is cancelled, and the time of its call is free for others."""
    call = selectors.booked_call(actor, order)
    if call:
        _end(call, CallStatus.CALLED_OFF, is_free=True)


def end_call(call: ActivationCall, status: CallStatus) -> None:
    """The call has taken place, or nobody came: its time stays used."""
    _end(call, status)


@transaction.atomic
def call_off(order_id: int, *, actor: Actor, at: datetime) -> ActivationCall:
    """Give a booked call back. Of a customer less than the term's hours ahead it is customer not ready."""
    order = services.locked_orders(actor).get(pk=order_id)
    call = _booked(order, actor)
    is_cnr = not actor.is_staff and is_late(order, call, at)
    _end(call, CallStatus.CALLED_OFF, is_free=True)
    order.milestones.filter(kind=MilestoneKind.ACTIVATION, completed_at=None).update(owner=Owner.CUSTOMER)
    record("order.activation_called_off", call, actor=actor, at=at)
    if is_cnr:
        hold_for_call(order, NotReadyReason.LATE_CHANGE, actor=actor, at=at)
    return call


def hold_for_call(order: Order, reason: NotReadyReason, *, actor: Actor, at: datetime) -> None:
    """What became of the call leaves the order waiting for its customer."""
    order.milestones.filter(kind=MilestoneKind.ACTIVATION, completed_at=None).update(owner=Owner.CUSTOMER)
    set_not_ready(order.pk, reason=reason, actor=actor, at=at)


@transaction.atomic
def mark_no_show(order_id: int, *, actor: Actor, at: datetime) -> ActivationCall:
    """Nobody of the customer's came to the call: customer not ready. Refuses a call that has not begun."""
    order = services.locked_orders(actor).get(pk=order_id)
    call = _booked(order, actor)
    if at < call.starts_at:
        raise Refused(_("The call has not begun yet."))
    _end(call, CallStatus.NO_SHOW)
    record("order.no_show", call, actor=actor, at=at)
    hold_for_call(order, NotReadyReason.NO_SHOW, actor=actor, at=at)
    return call


def _booked(order: Order, actor: Actor) -> ActivationCall:
    call = selectors.booked_call(actor, order)
    if call is None:
        raise IllegalMove(_("No call is booked for this order any more."))
    call.order = order
    return call


def record(kind: str, call: ActivationCall, *, actor: Actor, at: datetime, **facts: Any) -> None:
    base = {"order": call.order.number, "starts_at": call.starts_at, "engineer": call.engineer.name}
    more = {"engineer_id": call.engineer_id, "bridge": call.bridge, "note": call.note}
    events.record(kind, subject=call, actor=actor, at=at, **{**base, **more, **facts})
