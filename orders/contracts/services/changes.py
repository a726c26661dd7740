"""Changes of a service: asked for, priced by the carrier, agreed to by the customer, applied when the order is done."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.selectors import get_enterprise
from inventory import services as inventory
from inventory.models import Service
from orders.contracts import selectors
from orders.contracts.services.asking import NOTHING, lock_free
from orders.models import ORDER_FLOW, ChargeReason, Order, OrderedService, OrderType
from orders.permissions import Permission
from orders.services import BILLERS, FOLLOW, left_of, locked_orders, owe, place_order
from portal import events, money
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import base_role, of_enterprise

# What of a service an order of change can make otherwise.
_FIELDS = ("bandwidth", "a_site_id", "z_site_id")


@transaction.atomic
def request_change(
    service_id: int,
    *,
    requested_on: date | None = None,
    bandwidth: str = "",
    a_site_id: int | None = None,
    z_site_id: int | None = None,
    gives_up_z: bool = False,
    note: str = "",
    customer_reference: str = "",
    actor: Actor,
    at: datetime,
) -> Order:
    """Ask for another bandwidth, other locations, or for less of them (a partial disconnect).

    The carrier names the new price before anything is done. Raises Refused where nothing is to
    change, for a day that has passed, and for a service about which something is under way.
    """
    service = lock_free(service_id, actor=actor, permission=Permission.SERVICE_CHANGE)
    wanted = {"bandwidth": bandwidth.strip(), "a_site_id": a_site_id, "z_site_id": z_site_id}
    changed = {name: value for name, value in wanted.items() if value and value != getattr(service, name)}
    _require_sense(service, changed, gives_up_z=gives_up_z, note=note)
    if requested_on and requested_on < selectors.today_of(get_enterprise(service.enterprise_id), at):
        raise Refused(_("This day has passed."), field="requested_on")
    a_site, z_site = changed.get("a_site_id", service.a_site_id), changed.get("z_site_id", service.z_site_id)
    order = place_order(
        account=service.account, product=service.product, type=OrderType.CHANGE, title=_title(service),
        service=service, a_site_id=a_site, z_site_id=None if gives_up_z else z_site, requested_on=requested_on,
        monthly=service.monthly, customer_reference=customer_reference, actor=actor, at=at,
    )  # fmt: skip
    OrderedService.objects.create(
        enterprise_id=order.enterprise_id, order=order, service=service, note=note, gives_up_z=gives_up_z, **changed
    )
    events.record(
        "change.asked", subject=order, actor=actor, at=at, order=order.number, service=service.number, note=note
    )
    return order


def _require_sense(service: Service, changed: dict[str, Any], *, gives_up_z: bool, note: str) -> None:
    if gives_up_z and not service.z_site_id:
        raise Refused(
            _("The service has one location alone. To give that up, have it disconnected."), field="gives_up_z"
        )
    if gives_up_z and "z_site_id" in changed:
        raise Refused(_("Either give the second location up, or choose another."), field="gives_up_z")
    if not changed and not gives_up_z and not note:
        raise Refused(_("Say what is to change: nothing here differs from the service as it is."), field="bandwidth")


def _title(service: Service) -> str:
    with translation.override("en"):
        return f"Change {service.product.name}" + (f", {service.route}" if service.route else "")


def _open_line(order_id: int, actor: Actor, *permissions: str) -> tuple[Order, OrderedService]:
    """One of the permissions on the order's account opens it."""
    order = locked_orders(actor).select_related("account").get(pk=order_id, type=OrderType.CHANGE)
    if not any(actor.may_on(each, order.account_id) for each in permissions):
        raise Order.DoesNotExist
    if order.status not in ORDER_FLOW.open_states():
        raise Refused(_("This order is closed."), way_out=NOTHING)
    return order, of_enterprise(OrderedService.objects, actor).select_related("service").get(order=order)


@transaction.atomic
def price_change(order_id: int, *, monthly: Decimal, one_time: Decimal, actor: Actor, at: datetime) -> Order:
    """Name what the service costs once it is changed; the customer agrees to it, or has the order cancelled.

    Another price may be named until they have agreed. Raises Refused after that.
    """
    order, line = _open_line(order_id, actor, Permission.ORDER_PRICE)
    if line.agreed_at:
        raise Refused(_("The customer has agreed to the price already."), way_out=NOTHING)
    for name, amount in (("monthly", monthly), ("one_time", one_time)):
        if amount < 0 or amount != money.rounded(amount, order.account.currency):
            raise Refused(_("Type an amount in the account's currency, as 1200.00."), field=name)
    line.monthly, order.monthly, order.one_time = monthly, monthly, one_time
    line.save(update_fields=["monthly"])
    order.save(update_fields=["monthly", "one_time"])
    amounts = {"monthly": monthly, "one_time": one_time, "currency": order.account.currency}
    events.record("change.priced", subject=order, actor=actor, at=at, order=order.number, **amounts)
    return order


@transaction.atomic
def agree_to_price(order_id: int, *, monthly: Decimal, one_time: Decimal, actor: Actor, at: datetime) -> Order:
    """The customer agrees to the price that they have seen. Raises Refused where it is another by now, or none yet."""
    order, line = _open_line(order_id, actor, Permission.ORDER_APPROVE_ONLY, Permission.SERVICE_CHANGE)
    if line.agreed_at:
        raise Refused(_("The price is agreed already."), way_out=NOTHING)
    if line.monthly is None or (line.monthly, order.one_time) != (monthly, one_time):
        raise Refused(_("The price has changed since it was shown to you. Look at it again."), way_out=NOTHING)
    line.agreed_at, line.agreed_by = at, actor.name
    line.save(update_fields=["agreed_at", "agreed_by"])
    amounts = {"monthly": monthly, "one_time": one_time, "currency": order.account.currency}
    events.record("change.agreed", subject=order, actor=actor, at=at, order=order.number, **amounts)
    return order


def outcome(order: Order, actor: Actor, on: date, at: datetime) -> str:
    """The service is what was ordered, from this day on. Raises Refused until its price is agreed to.

    Customers cannot write services: where one of theirs concludes the order, the task does this at once.
    """
    lines = list(OrderedService.objects.filter(enterprise_id=order.enterprise_id, order=order).order_by("service_id"))
    if any(line.agreed_at is None for line in lines):
        raise Refused(
            _("The customer has not agreed to the new price yet."),
            way_out=_("Nothing was changed. Name the price on the order, and wait for their word."),
        )
    if base_role() == "portal_app":
        events.hint_after_commit(FOLLOW, order.enterprise_id, order.pk)
        return ""
    for line in lines:
        apply(line, order, actor=actor, on=on, at=at)
    return ""


def apply(line: OrderedService, order: Order, *, actor: Actor, on: date, at: datetime) -> None:
    """Make the service what the line says; the journal tells what it was and what it is."""
    if line.applied_at:
        return
    service = inventory.lock_whole(line.service_id, actor=actor)
    before = {name: getattr(service, name) for name in (*_FIELDS, "monthly")}
    for name in _FIELDS:
        setattr(service, name, getattr(line, name) or getattr(service, name))
    if line.gives_up_z:
        service.z_site_id = None
    if line.monthly is not None:
        service.monthly = line.monthly
    service.save(update_fields=["bandwidth", "a_site", "z_site", "monthly"])
    _mark(line, before, at)
    for biller in BILLERS:
        biller.reprice(service, monthly=service.monthly, on=on, actor=actor)
    once = left_of(order)
    if once:
        owe(order, ChargeReason.CHANGE, once, ref=line.pk, service=service, on=on, at=at)
    _record(order, line, service, before, actor=actor, on=on, at=at)


def _record(
    order: Order,
    line: OrderedService,
    service: Service,
    before: dict[str, Any],
    *,
    actor: Actor,
    on: date,
    at: datetime,
) -> None:
    facts = {
        "bandwidth": [before["bandwidth"], service.bandwidth],
        "monthly": [before["monthly"], service.monthly],
        "places": [_codes(before, line), [site.code for site in (service.a_site, service.z_site) if site]],
    }
    events.record(
        "change.applied", subject=order, actor=actor, at=at, order=order.number, service=service.number, on=on,
        currency=order.account.currency, changes={name: pair for name, pair in facts.items() if pair[0] != pair[1]},
    )  # fmt: skip


def _codes(before: dict[str, Any], line: OrderedService) -> list[str]:
    keys = [before["a_site_id"], before["z_site_id"]]
    codes = selectors.codes_of_sites(line.enterprise_id, [key for key in keys if key])
    return [codes[key] for key in keys if key]


def _mark(line: OrderedService, before: dict[str, Any], at: datetime) -> None:
    line.before = {name: str(value) if value is not None else "" for name, value in before.items()}
    line.applied_at = at
    line.save(update_fields=["before", "applied_at"])
