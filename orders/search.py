"""Orders, and the services they bring, found by what people quote."""

from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from inventory.models import SERVICE_FLOW, Service
from orders import selectors
from orders.lists.declared import status_label
from orders.models import ORDER_FLOW, Order
from portal import identifiers
from portal.actors import Actor
from portal.registries import Hit

HITS = 5


def find_orders(actor: Actor, typed: str) -> list[Hit]:
    """Orders by their number or the customer's own reference."""
    found = identifiers.find(
        selectors.find_orders(actor), ["number_key", "reference_key"], typed, most=HITS, is_whole=_is_outside(actor)
    )
    return [_order(actor, each) for each in found]


def _order(actor: Actor, order: Order) -> Hit:
    return Hit(
        _("Order"),
        order.number,
        order.title,
        "orders:order",
        (order.number,),
        state=status_label(order.status),
        tone=ORDER_FLOW.tone(order.status),
        **_whose(actor, order),
    )


def find_services(actor: Actor, typed: str) -> list[Hit]:
    """Services by their ID or the customer's own name; seen best on the latest order about them."""
    rows = selectors.find_services(actor)
    found = identifiers.find(rows, ["number_key", "alias_key"], typed, most=HITS, is_whole=_is_outside(actor))
    return [_service(actor, each) for each in found]


def _service(actor: Actor, service: Service) -> Hit:
    parts = (service.alias, service.product.name, service.bandwidth, service.route)
    order: str = service.latest_order  # type: ignore[attr-defined]
    leads = _("its latest order, %(number)s") if order else _("the orders of its account, %(number)s")
    account = service.account.number
    return Hit(
        _("Service"),
        service.number,
        " · ".join(part for part in parts if part),
        "orders:order" if order else "orders:list",
        (order,) if order else (),
        state=service.get_status_display(),
        tone=SERVICE_FLOW.tone(service.status),
        leads_to=str(leads) % {"number": order or account},
        query="" if order else f"?account={quote(account)}",
        **_whose(actor, service),
    )


def _is_outside(actor: Actor) -> bool:
    return actor.enterprise_id is None


def _whose(actor: Actor, thing: Order | Service) -> dict[str, str]:
    """Whose it is, for staff who look across all customers."""
    if not _is_outside(actor):
        return {}
    return {"enterprise": thing.enterprise.public_id, "whose": thing.enterprise.name}
