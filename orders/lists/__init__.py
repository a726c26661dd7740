"""Orders as lists and pages show them: sorts, filters, columns, dates, facts and the story."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.models import Service
from inventory.permissions import Permission as ServicePermission
from orders import selectors
from orders.lists.declared import (
    EXPORT_CAP,
    MINE,
    ORDER_LIST,
    ORDERS,
    ORDERS_EXPORT,
    status_word,
)
from orders.models import ORDER_FLOW, OWNER_TONES, UNPLACED, Milestone, Order, OrderStatus, OrderType, Owner
from portal import money
from portal.actors import Actor
from portal.cells import Cell, Column, beside, day, days, ident, paths, quiet, status, whole, with_small, words
from portal.lists import count_label

__all__ = [
    "EXPORT_CAP", "MINE", "ORDERS", "ORDERS_EXPORT", "ORDER_LIST", "card_columns",
    "my_orders_card", "order_columns", "order_dates", "order_facts", "orders_of_service", "told_with_service",
    "under_way_card", "work_columns",
]  # fmt: skip


def order_columns(actor: Actor, *, today: date) -> list[Column]:
    """An enterprise's orders: where each stands, and who moves next."""
    path = paths("orders:order", actor.enterprise_public_id)
    states = {each.value: status(status_word(each), ORDER_FLOW.tone(each)) for each in OrderStatus}
    return [
        Column(_("Order"), lambda order: ident(order.number, path(order.number)), is_lead=True, key="order"),
        Column(_("What"), _what(), is_own_label=True, key="what"),
        Column(_("State"), lambda order: states[order.status], key="state"),
        Column(_("Next milestone"), _next_step(), key="next"),
        Column(_("Committed"), _committed(), key="committed"),
        Column(_("On time?"), _punctuality(today), key="punctuality"),
        Column(_("Placed"), lambda order: day(order.placed_on), key="placed", is_extra=True),
        Column(_("Requested (CRD)"), lambda order: day(order.requested_on), key="requested", is_extra=True),
        Column(_("Expected"), lambda order: day(order.expected_on), key="expected", is_extra=True),
        Column(_("Completed"), lambda order: day(order.completed_on), key="completed", is_extra=True),
        Column(_("Account"), lambda order: ident(order.account.number), key="account", is_extra=True),
        Column(_("Your reference (PO)"), lambda order: order.customer_reference, key="reference", is_extra=True),
        Column(
            _("Monthly (MRC)"), lambda order: _amount(order.monthly, order), css="num", key="monthly", is_extra=True
        ),
        Column(
            _("One-time (NRC)"), lambda order: _amount(order.one_time, order), css="num", key="one_time", is_extra=True
        ),
    ]


def _amount(value: Decimal, order: Order) -> str:
    return money.spoken(value, order.account.currency)


def card_columns(actor: Actor, *, today: date) -> list[Column]:
    """The same in a card of the home page."""
    columns = {each.key: each for each in order_columns(actor, today=today)}
    what = replace(columns["what"], cell=lambda each: each.title)
    step = replace(columns["next"], cell=_dated_step())
    return [columns["order"], what, step, columns["committed"], columns["punctuality"]]


def work_columns(*, today: date) -> list[Column]:
    """A care manager's orders, each in its customer's place."""
    no_date = quiet(_("no date yet"))
    states = {each.value: status(status_word(each), ORDER_FLOW.tone(each)) for each in OrderStatus}
    return [
        Column(_("Order"), _order_of_customer, is_lead=True, key="order"),
        Column(_("What"), lambda order: order.title, is_own_label=True, key="what"),
        Column(_("Customer"), lambda order: order.enterprise.name, key="customer"),
        Column(_("Next milestone"), _next_step(), key="next"),
        Column(_("Expected"), lambda order: day(order.expected_on) or no_date, key="expected"),
        Column(_("On time?"), _punctuality(today), key="punctuality"),
        Column(_("State"), lambda order: states[order.status], key="state", is_extra=True),
        Column(_("Placed"), lambda order: day(order.placed_on), key="placed", is_extra=True),
        Column(_("Committed"), lambda order: day(order.committed_on), key="committed", is_extra=True),
    ]


def card_work_columns(*, today: date) -> list[Column]:
    """The same in a card of staff's home."""
    return [each for each in work_columns(today=today) if not each.is_extra]


def _order_of_customer(order: Order) -> Cell:
    return ident(order.number, reverse("orders:order", args=[order.enterprise.public_id, order.number]))


# What follows makes a cell's function: words are translated once for the table, and not for each row.


def _committed() -> Callable[[Order], Cell]:
    """The day, or that there is none yet; nothing where none will come."""
    not_yet, shown = quiet(_("not yet")), days()
    return lambda order: shown(order.committed_on) or (None if order.status in CALLED_OFF else not_yet)


def _what() -> Callable[[Order], Cell]:
    types = words(OrderType)
    reference = _("PO %(reference)s")

    def cell(order: Order) -> Cell:
        po = order.customer_reference and whole(reference % {"reference": order.customer_reference})
        return with_small(order.title, types[order.type], whole(order.account.number), po)

    return cell


def _next_step() -> Callable[[Order], Cell]:
    """The milestone that an order stands at, and whose move it is."""
    # The carrier by its name, and "you" for the customer on the customers' face alone.
    owners = words(Owner) | {Owner.CARRIER.value: settings.CARRIER["short_name"]}
    if settings.FACE == "staff":
        owners[Owner.CUSTOMER.value] = _("customer")
    marks = {owner.value: status(owners[owner], OWNER_TONES[owner]) for owner in Owner}
    under_way = set(ORDER_FLOW.open_states())

    def cell(order: Order) -> Cell:
        steps: list[Milestone] = getattr(order, "open_steps", [])
        if not steps or order.status not in under_way:
            return None
        return beside(steps[0].label, marks[steps[0].owner])

    return cell


def _dated_step() -> Callable[[Order], Cell]:
    """The same, and by when."""
    step, by = _next_step(), _("by %(day)s")

    def dated(day: date | None) -> str:
        return by % {"day": date_format(day)} if day else ""

    def cell(order: Order) -> Cell:
        steps: list[Milestone] = getattr(order, "open_steps", [])
        expected = steps[0].expected_on if steps else None
        # One element, since on a phone each would be a column of its own.
        return format_html("<span>{}</span>", with_small(step(order) or "", dated(expected)))

    return cell


CALLED_OFF = frozenset({OrderStatus.CANCELLED, OrderStatus.REJECTED})


def _punctuality(today: date) -> Callable[[Order], Cell]:
    """Whether an order keeps its committed date, in a word."""
    delivered, overdue = status(_("delivered"), "green"), status(_("overdue"), "red")
    on_time, no_date = status(_("on time"), "green"), status(_("no date yet"))

    def cell(order: Order) -> Cell:
        if order.status in CALLED_OFF or order.status in UNPLACED:
            return None
        if order.status == OrderStatus.COMPLETED:
            return delivered
        if order.days_late:
            return status(_late_words(order.days_late), "red")
        if order.expected_on and order.expected_on < today:
            return overdue
        return on_time if order.committed_on else no_date

    return cell


def order_dates(order: Order, *, today: date) -> list[dict[str, Any]]:
    """Asked for, committed to, and what we now expect, side by side."""
    return [
        {
            "label": _("They asked for (CRD)") if settings.FACE == "staff" else _("You asked for (CRD)"),
            "term": "CRD",
            "value": order.requested_on or _("no date"),
        },
        {"label": _("We committed to (CCD)"), "term": "CCD", "value": order.committed_on or _("not yet")},
        _outcome(order, today),
    ]


def _outcome(order: Order, today: date) -> dict[str, Any]:
    if order.completed_on:
        late = max(0, (order.completed_on - order.committed_on).days) if order.committed_on else 0
        return {"label": _("Completed"), "value": order.completed_on, "tone": "green", "note": _late_words(late)}
    if order.status in CALLED_OFF:
        return {"label": _("We now expect"), "value": _("nothing, it is cancelled"), "note": ""}
    shown = {"label": _("We now expect"), "value": order.expected_on or _("not yet known"), "note": ""}
    if order.status not in ORDER_FLOW.open_states() or not order.expected_on:
        return shown
    if order.expected_on < today:
        return {**shown, "tone": "red", "note": _("This day has passed; a new date is owed.")}
    if order.days_late:
        return {**shown, "tone": "red", "note": _late_words(order.days_late)}
    return {**shown, "note": _("On time") if order.committed_on else ""}


def _late_words(days: int) -> str:
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days} if days else ""


def order_facts(actor: Actor, order: Order) -> list[dict[str, Any]]:
    """What the customer is buying."""
    currency = order.account.currency
    months = order.term_months

    def price(amount: Any) -> str:
        return _("not priced yet") if order.is_unpriced else money.spoken(amount, currency)

    service, url = order.service, ""
    if service and actor.may_on(ServicePermission.SERVICE_VIEW, service.account_id):
        url = reverse("services:service", args=[actor.enterprise_public_id, service.pk])
    return [
        {"label": _("Order"), "value": order.number, "ident": True},
        {"label": _("Product"), "value": order.product.name},
        {"label": _("A end"), **_place(order.a_site)},
        {"label": _("Z end"), **_place(order.z_site)},
        {"label": _("Bandwidth"), "value": service.bandwidth if service else ""},
        {"label": _("Monthly (MRC)"), "term": "MRC", "value": price(order.monthly)},
        {"label": _("One-time (NRC)"), "term": "NRC", "value": price(order.one_time)},
        {
            "label": _("Term"),
            "value": ngettext("%(months)s month", "%(months)s months", months) % {"months": months} if months else "",
        },
        {"label": _("Service ID"), "value": service.number if service else "", "ident": True, "url": url},
    ]


def _place(site: Any) -> dict[str, str]:
    if site is None:
        return {"value": ""}
    return {"value": ", ".join(part for part in (site.city, site.street) if part), "hint": site.name}


CARD_ROWS = 5


def under_way_card(actor: Actor) -> dict[str, Any] | None:
    """Home of an enterprise: the orders under way, due first, and those that wait for the customer."""
    if actor.enterprise_id is None:
        return None
    card = _card(selectors.list_open_orders(actor))
    return card and {
        **card,
        "columns": card_columns(actor, today=card["today"]),
        "waiting": list(selectors.list_waiting_orders(actor)[:CARD_ROWS]),
        "most": CARD_ROWS,
    }


def my_orders_card(actor: Actor) -> dict[str, Any] | None:
    """A care manager's day: their open orders that are due first; nothing for who has none, or inside a customer."""
    if actor.enterprise_id is not None:
        return None
    card = _card(selectors.list_my_orders(actor))
    return card and {**card, "columns": card_work_columns(today=card["today"])}


def orders_of_service(actor: Actor, service: Service) -> dict[str, Any] | None:
    """Of a service's page: the orders about it, the latest first."""
    rows = list(selectors.list_orders_of(actor, service)[: selectors.TOLD])
    if not rows:
        return None
    columns = {each.key: each for each in order_columns(actor, today=timezone.localdate())}
    names = ("order", "what", "state", "next", "committed")
    return {"orders": rows, "columns": [columns[name] for name in names]}


def told_with_service(data: dict[str, Any]) -> tuple[str, list[int]]:
    """What of orders belongs to a service's story: all that happened to the orders shown there."""
    return Order._meta.label_lower, [order.pk for order in data["orders"]]


def _card(rows: QuerySet[Order]) -> dict[str, Any] | None:
    first = list(rows[:CARD_ROWS])
    if not first:
        return None
    return {"orders": first, "count": count_label(rows), "today": timezone.localdate()}
