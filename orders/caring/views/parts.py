"""What this part adds to the order's page."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.caring import forms, selectors
from orders.models import ORDER_FLOW, Order, OrderStatus, Promise, PromiseStatus
from orders.permissions import Permission
from portal import files
from portal.actors import Actor
from portal.clocks import Clock

OTHERS = 5
PROMISE_ID = "promise-%s"  # the message's form on the same page promises too


def messages_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """The thread, the latest first, and the form to write into it."""
    rows = list(selectors.list_messages(actor, order)[: selectors.SHOWN])
    form: forms.WriteForm | None = None
    if may_write(actor, order):
        shape = forms.AnswerForm if actor.is_staff else forms.QuestionForm
        form = shape(limits=files.limits(actor.enterprise_id, on=timezone.now().date()))
    return {
        "messages": selectors.with_files(actor, rows),
        "unread": len(selectors.unread(actor, rows)),
        "unanswered": sum(not each.is_ours and each.answered_at is None for each in rows),
        "form": form,
        "kept": [(form, order.pk)] if form else [],
        "order": order,
    }


def may_write(actor: Actor, order: Order) -> bool:
    """Customers who see an order write about it; of the carrier's people, who looks after orders."""
    return not actor.is_staff or actor.may_on(Permission.ORDER_CARE, order.account_id)


def care_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """When the next word comes, who answers for the order, and how to take it further."""
    now = timezone.now()
    team = getattr(order, "known_team", None)
    ladder = selectors.get_ladder(actor, order, now=now, team=team)
    promises = list(selectors.list_promises(actor, order)[: selectors.SHOWN])
    is_open = order.status in ORDER_FLOW.open_states()
    # Before it is submitted nobody of the carrier owes a word on it.
    is_open = is_open and order.status not in (OrderStatus.DRAFT, OrderStatus.RETURNED)
    if not is_open and not promises and not ladder.escalations:
        return None
    escalation, resolution = forms.EscalationForm(), forms.ResolutionForm()
    promise = forms.PromiseForm(auto_id=PROMISE_ID)
    return {
        "order": order,
        "ladder": ladder,
        "promises": promises,
        "clock": promise_clock(promises, now),
        "is_open": is_open,
        "may_care": may_write(actor, order) and actor.is_staff,
        "promise": promise,
        "escalation": escalation,
        "resolution": resolution,
        "kept": [(form, order.pk) for form in (escalation, resolution, promise)],
        "wait": ladder.again_at if not actor.is_staff else None,
    }


def promise_clock(promises: list[Promise], now: datetime) -> Clock | None:
    """Of the update that is promised, or was missed and still has not come."""
    pending = next((e for e in promises if e.status in (PromiseStatus.OPEN, PromiseStatus.MISSED)), None)
    if pending is None or pending is not promises[0]:
        return None
    title = _("Next update promised by") if settings.FACE == "staff" else _("Our next update by")
    return Clock(title=title, started_at=pending.made_at, target_at=pending.due_at, now=now, note=pending.about)


def notes_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """What the carrier's people tell one another; nothing of it on the customers' side, where the table is shut."""
    if not actor.is_staff:
        return None
    may_note = may_write(actor, order)
    rows = list(selectors.list_notes(actor, order)[: selectors.SHOWN])
    return (
        {"notes": rows, "form": forms.InternalNoteForm() if may_note else None, "order": order}
        if (rows or may_note)
        else None
    )


def others_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """Beside the order, for staff: what else is under way at this customer."""
    if not actor.is_staff:
        return None
    rows = list(selectors.list_others(actor, order)[: OTHERS + 1])
    return {"orders": rows[:OTHERS], "has_more": len(rows) > OTHERS} if rows else None
