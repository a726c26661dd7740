"""Which sites of a VPN are up: with enough of them its service begins."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from orders import services
from orders.activating import selectors
from orders.models import ORDER_FLOW, UNPLACED, Decision, Order, OrderItem
from portal import events
from portal.actors import Actor
from portal.errors import IllegalMove, Refused


@transaction.atomic
def mark_site_up(order_id: int, position: int, *, up_on: date, actor: Actor, at: datetime) -> OrderItem:
    """The carrier found a site of an order up on a day, while the order is under way.

    Refuses a day to come, one before the order was placed, and a site that is up already or that is not one of several.
    """
    order, site = _site(order_id, position, actor)
    if site.up_on is not None:
        raise IllegalMove(_("%(site)s is marked as up already.") % {"site": site.place})
    today = services.day_of(order, at)
    if not order.placed_on <= up_on <= today:
        words = {"first": date_format(order.placed_on), "last": date_format(today)}
        raise Refused(
            _("Choose a day from %(first)s, when the order was placed, to today, %(last)s.") % words, field="up_on"
        )
    site.up_on, site.up_by = up_on, actor.name
    site.save(update_fields=["up_on", "up_by"])
    _record("order.site_up", order, site, actor=actor, at=at, up_on=up_on)
    return site


@transaction.atomic
def take_site_back(order_id: int, position: int, *, actor: Actor, at: datetime) -> OrderItem:
    """A site is not up after all. Refuses it once the order is signed off: billing stands on it."""
    order, site = _site(order_id, position, actor)
    if site.up_on is None:
        raise IllegalMove(_("%(site)s is not marked as up any more.") % {"site": site.place})
    turn_up = selectors.latest_turn_up(actor, order)
    if turn_up is not None and turn_up.decision != Decision.REFUSED:
        raise IllegalMove(_("The order is signed off, so its sites stay as they are."))
    was, site.up_on, site.up_by = site.up_on, None, ""
    site.save(update_fields=["up_on", "up_by"])
    _record("order.site_taken_back", order, site, actor=actor, at=at, up_on=was)
    return site


def _site(order_id: int, position: int, actor: Actor) -> tuple[Order, OrderItem]:
    """The order, locked, and one of its sites. Raises IllegalMove where it is not under way, or has no such site."""
    order = services.locked_orders(actor).get(pk=order_id)
    if order.status in UNPLACED or order.status not in ORDER_FLOW.open_states():
        raise IllegalMove(_("This order is not under way, so its sites stay as they are."))
    sites = selectors.sites_of(actor, order)
    found = next((each for each in sites.items if each.position == position), None) if sites else None
    if found is None:
        raise IllegalMove(_("This order has no such site to be marked as up."))
    return order, found


def _record(kind: str, order: Order, site: OrderItem, *, actor: Actor, at: datetime, **facts: Any) -> None:
    events.record(kind, subject=order, actor=actor, at=at, order=order.number, site=site.place, **facts)
