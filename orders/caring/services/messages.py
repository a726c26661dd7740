"""Messages between both sides of an order, and what the carrier's people note for themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from orders.caring.selectors import get_own_order
from orders.caring.services import promises
from orders.models import InternalNote, Message, Order
from orders.services import locked_orders
from portal import events
from portal.actors import Actor
from portal.errors import Refused
from portal.files import Accepted, keep
from portal.tenancy import of_enterprise


@transaction.atomic
def write_message(
    order_id: int,
    *,
    text: str,
    actor: Actor,
    at: datetime,
    uploads: Sequence[Accepted] = (),
    update_by: datetime | None = None,
) -> Message:
    """Write to the other side about an order; they are told by mail.

    What the carrier writes answers what the customer asked, keeps the promised update, and may promise the
    next one (``update_by``). Refuses more files than one may add, and a promise for a moment that has passed or is
    too far off.
    """
    order = locked_orders(actor).get(pk=order_id) if actor.is_staff else get_own_order(actor, order_id)
    text = text.strip()
    message = Message.objects.create(
        enterprise_id=order.enterprise_id, order=order, at=at, text=text, is_ours=actor.is_staff,
        author=actor.name, author_user_id=actor.user_id, files=len(uploads),
    )  # fmt: skip
    kept = keep(message, uploads, actor=actor, at=at)
    _read(order, actor, at)
    if actor.is_staff:
        _answer(order, at)
        promises.settle(order, actor=actor, at=at)
        if update_by:
            promises.promise(order, due_at=update_by, about="", actor=actor, at=at, is_told=False)
    files = [{"id": each.pk, "name": each.name, "size": each.size} for each in kept]
    events.record(
        "order.message_sent", subject=message, actor=actor, at=at, order=order.number, files=files, update_by=update_by
    )
    return message


def _read(order: Order, actor: Actor, at: datetime) -> int:
    theirs = of_enterprise(Message.objects, actor).filter(order=order, is_ours=not actor.is_staff, read_at=None)
    return theirs.update(read_at=at, read_by=actor.name)


def _answer(order: Order, at: datetime) -> int:
    asked = Message.objects.filter(enterprise_id=order.enterprise_id, order=order, is_ours=False, answered_at=None)
    return asked.update(answered_at=at)


@transaction.atomic
def mark_read(order_id: int, *, actor: Actor, at: datetime) -> int:
    """Somebody has read what the other side wrote; says how many messages that were. No event: the row says who."""
    return _read(get_own_order(actor, order_id), actor, at)


@transaction.atomic
def close_questions(order_id: int, *, actor: Actor, at: datetime) -> int:
    """What the customer wrote needs no answer here: it was a thank-you, or was answered by telephone.

    Refuses where nothing is unanswered.
    """
    order = locked_orders(actor).get(pk=order_id)
    _read(order, actor, at)
    count = _answer(order, at)
    if not count:
        raise Refused(_("Nothing is unanswered here."))
    events.record("order.questions_closed", subject=order, actor=actor, at=at, order=order.number, count=count)
    return count


@transaction.atomic
def write_note(order_id: int, *, text: str, actor: Actor, at: datetime) -> InternalNote:
    """Note something for colleagues. The journal says that, and not what: the customers' side can read the journal."""
    order = locked_orders(actor).get(pk=order_id)
    here: dict[str, Any] = {"enterprise_id": order.enterprise_id, "order": order}
    note = InternalNote.objects.create(**here, at=at, text=text.strip(), author=actor.name)
    events.record("order.note_kept", subject=note, actor=actor, at=at, order=order.number)
    return note
