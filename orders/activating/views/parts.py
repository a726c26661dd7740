"""What the parts of the order's page show of readiness, activation and acceptance."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.selectors import get_enterprise
from orders.activating import forms, selectors
from orders.models import ORDER_FLOW, NotReady, NotReadyOutcome, Order, OrderStatus
from orders.permissions import Permission
from portal.actors import Actor
from portal.clocks import Clock


def not_ready_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """Why the order is on hold, how long it still can be, what follows then, and the way on."""
    if order.status != OrderStatus.HELD:
        return None
    past = list(selectors.list_not_readies(actor, order))
    found = next((each for each in past if each.outcome == NotReadyOutcome.OPEN), None)
    if found is None:
        return None
    may = actor.may_on(Permission.ORDER_CARE if actor.is_staff else Permission.ORDER_CREATE, order.account_id)
    return {
        "not_ready": found,
        "clock": countdown(found, order, timezone.now()),
        "past": [each for each in past if each is not found],
        "form": ready_form(order) if may else None,
    }


def ready_form(order: Order, *typed: Any) -> forms.ReadyForm:
    first, last = selectors.bounds(order, timezone.now())
    return forms.ReadyForm(*typed, first=first, last=last)


def countdown(found: NotReady, order: Order, now: datetime) -> Clock:
    """To the end of the last day, where the customer is."""
    zone = ZoneInfo(get_enterprise(order.enterprise_id).time_zone)
    end = datetime.combine(found.last_on + timedelta(days=1), time(0), zone)
    return Clock(_("A new date by"), started_at=min(found.set_at, now), target_at=end, now=now)


def hold_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """The care manager's button: the customer is not ready."""
    if not actor.is_staff or not actor.may_on(Permission.ORDER_CARE, order.account_id):
        return None
    if not ORDER_FLOW.allows(order.status, OrderStatus.HELD):
        return None
    return {"form": forms.NotReadyForm(auto_id="hold-%s")}
