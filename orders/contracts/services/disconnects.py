"""Disconnects: asked for with notice, taken back in time, carried out on their day."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from inventory import services as inventory
from inventory.models import Service, ServiceStatus
from orders.contracts import selectors
from orders.contracts.services.asking import NOTHING, conclude, lock_free
from orders.models import (
    ORDER_FLOW,
    ChargeReason,
    Disconnect,
    EndReason,
    Order,
    OrderStatus,
    OrderType,
    SparedWhy,
)
from orders.permissions import Permission
from orders.services import BILLERS, bring, day_of, locked_orders, owe, place_order, spare
from portal import events, money
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise, within_accounts


@transaction.atomic
def request_disconnect(
    service_id: int,
    *,
    stops_on: date,
    reason: str,
    note: str = "",
    customer_reference: str = "",
    seen: str | None = None,
    actor: Actor,
    at: datetime,
) -> Order:
    """Have a service stop on a day; from now on it is being disconnected.

    ``stops_on`` is the first day without it, at least ``contract.notice_days`` calendar days ahead.
    ``seen`` is the estimate that was looked at. Raises Refused for less notice, for an estimate
    that is another by now, and for a service about which something is under way.
    """
    service = lock_free(service_id, actor=actor, permission=Permission.DISCONNECT_REQUEST)
    found = selectors.estimate(service, stops_on=stops_on, at=at)
    if stops_on < found.earliest_on:
        words = _("%(days)s calendar days' notice are agreed: choose %(day)s or a later day.")
        said = {"days": found.notice_days, "day": date_format(found.earliest_on)}
        raise Refused(words % said, field="stops_on")
    if seen is not None and seen != found.seen:
        raise Refused(_changed(found), way_out=_("Nothing was sent yet."), field="seen")
    order = place_order(
        account=service.account, product=service.product, type=OrderType.DISCONNECT, title=_title(service),
        service=service, a_site_id=service.a_site_id, z_site_id=service.z_site_id, requested_on=stops_on,
        expected_on=stops_on, one_time=found.fee, customer_reference=customer_reference, actor=actor, at=at,
    )  # fmt: skip
    Disconnect.objects.create(
        enterprise_id=order.enterprise_id, order=order, service=service, stops_on=stops_on,
        cancel_by_on=found.cancel_by_on, reason=EndReason(reason), note=note, was=service.status,
        contract_ends_on=found.contract_ends_on, months_left=found.months, monthly=found.monthly,
        percent=found.percent, fee=found.fee,
    )  # fmt: skip
    inventory.end_later(service, on=stops_on, actor=actor, at=at)
    _record("disconnect.asked", order, service, actor=actor, at=at, on=stops_on, until=found.cancel_by_on)
    return order


def _changed(found: selectors.Estimate) -> str:
    """The estimate that is seen now, for who sends what another one stood beside."""
    words = _(
        "The estimate is for another day: an end on %(day)s is estimated at %(fee)s. Look at it, and send it again."
    )
    fee = money.spoken(found.fee, found.currency)
    return words % {"day": date_format(found.stops_on), "fee": fee}


def _title(service: Service) -> str:
    with translation.override("en"):
        return f"Disconnect {service.product.name}" + (f", {service.route}" if service.route else "")


def _record(kind: str, order: Order, service: Service, *, actor: Actor, at: datetime, **facts: Any) -> None:
    events.record(kind, subject=order, actor=actor, at=at, order=order.number, service=service.number, **facts)


@transaction.atomic
def keep_service(order_id: int, *, actor: Actor, at: datetime) -> Order:
    """Take a disconnect back: the order is cancelled, and the service is what it was.

    Until ``contract.keep_days`` before billing stops, by the customer's calendar. Raises Refused
    after that day, and IllegalMove once it is closed.
    """
    rows = within_accounts(locked_orders(actor).select_related("account"), actor, Permission.DISCONNECT_REQUEST)
    order = rows.get(pk=order_id, type=OrderType.DISCONNECT)
    asked = of_enterprise(Disconnect.objects, actor).select_related("service").get(order=order)
    if order.status in ORDER_FLOW.open_states() and day_of(order, at) > asked.cancel_by_on:
        raise Refused(
            _("A disconnect can be taken back until %(day)s.") % {"day": date_format(asked.cancel_by_on)},
            way_out=_("Nothing was changed. Call your care manager, or order the service anew."),
        )
    bring(order, OrderStatus.CANCELLED)
    if asked.fee:
        spare(order, ChargeReason.EARLY_END, SparedWhy.TAKEN_BACK, amount=asked.fee, ref=asked.pk, at=at)
    _record("disconnect.withdrawn", order, asked.service, actor=actor, at=at)
    return order


def undo(order: Order) -> None:
    """A disconnect that comes to nothing: its service goes on as before."""
    asked = Disconnect.objects.filter(enterprise_id=order.enterprise_id, order=order).first()
    if asked is None:
        return
    services = Service.objects.filter(enterprise_id=order.enterprise_id).select_for_update(of=("self",))
    inventory.keep(services.get(pk=asked.service_id), state=ServiceStatus(asked.was))


@transaction.atomic
def finish_disconnect(order_id: int, *, actor: Actor, at: datetime) -> bool:
    """On its day: the service ends, and so does its billing. False where it is not due, or done already."""
    order = locked_orders(actor).get(pk=order_id)
    asked = of_enterprise(Disconnect.objects, actor).filter(order=order).first()
    waits = {OrderStatus.DRAFT, OrderStatus.PRICING, OrderStatus.RETURNED, OrderStatus.CANCELLING}
    if asked is None or order.status not in set(ORDER_FLOW.open_states()) - waits:
        return False
    if day_of(order, at) < asked.stops_on:
        return False
    conclude(order, actor=actor, at=at)
    return True


def outcome(order: Order, actor: Actor, on: date, at: datetime) -> str:
    """Raises Refused before the day: until then the customer pays for it, and may keep it."""
    asked = Disconnect.objects.filter(enterprise_id=order.enterprise_id, order=order).first()
    if asked is None:
        return ""
    if on < asked.stops_on:
        day = {"day": date_format(asked.stops_on)}
        raise Refused(
            _("The service stops on %(day)s. The order is completed on that day by itself.") % day, way_out=NOTHING
        )
    service = inventory.lock_whole(asked.service_id, actor=actor)
    inventory.end(service, on=asked.stops_on, actor=actor, at=at)
    for biller in BILLERS:
        biller.stop(service, on=asked.stops_on, actor=actor)
    owe(
        order, ChargeReason.EARLY_END, asked.fee, ref=asked.pk, service=service, on=asked.stops_on,
        none=SparedWhy.TERM_OVER, at=at,
    )  # fmt: skip
    return ""
