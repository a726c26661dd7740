"""What an order asks for as lists show it, and the carrier's inbox."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models import Family
from orders.lists.declared import by_number, export_header, export_rows
from orders.models import ItemAction, Order, OrderItem, OrderType, Quote
from orders.permissions import Permission
from orders.placing import selectors
from orders.selectors import known_items
from portal import money
from portal.actors import Actor
from portal.cells import Cell, Column, day, ident, with_small, words
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort

INBOX = ListPage(
    sorts=[
        Sort("oldest", gettext_lazy("Oldest first"), "placed_on", column="placed"),
        Sort("newest", gettext_lazy("Newest first"), "placed_on", is_descending=True, column="placed"),
    ],
    filters=[
        Filter("type", gettext_lazy("Type"), lambda rows, value: rows.filter(type=value), choices=OrderType.choices),
        Filter(
            "family",
            gettext_lazy("Product"),
            lambda rows, value: rows.filter(product__family=value),
            choices=Family.choices,
        ),
        Filter(
            "customer", gettext_lazy("Enterprise number"), lambda rows, value: rows.filter(enterprise__public_id=value)
        ),
        Filter("q", gettext_lazy("Order number or PO"), by_number),
        DateRange("placed", gettext_lazy("Placed"), "placed_on"),
    ],
)


def _header() -> list[str]:
    return [_("Enterprise"), _("Customer"), *export_header()]


def _rows(orders: Iterable[Order]) -> list[list[Any]]:
    found = list(orders)
    told = zip(found, export_rows(found), strict=True)
    return [[each.enterprise.public_id, each.enterprise.name, *cells] for each, cells in told]


INBOX_EXPORT = ExportKind(
    name="order-inbox",
    title=gettext_lazy("Inbox of orders"),
    permission=Permission.ORDER_ASSIGN,
    page=INBOX,
    rows=selectors.list_inbox_whole,
    header=_header,
    cells=_rows,
)
INBOX_LIST = Listing(
    name="order-inbox",
    title=gettext_lazy("Inbox of orders"),
    page=INBOX,
    permission=Permission.ORDER_ASSIGN,
    url="orders_work:inbox",
    export="orders_work:export_inbox",
    is_inside=False,
    nothing=Words(
        gettext_lazy("No order waits to be taken"),
        gettext_lazy("What customers submit stands here until somebody checks it and gives it a care manager."),
        icon="list-check",
    ),
    none_found=Words(
        gettext_lazy("No waiting order answers to that"),
        gettext_lazy("Numbers must be whole. Show all, or choose something else."),
    ),
)


def inbox_columns() -> list[Column]:
    """Submitted orders of all customers, each opened in its customer's place."""
    types = words(OrderType)

    def number(order: Order) -> Cell:
        return ident(order.number, reverse("orders:order", args=[order.enterprise.public_id, order.number]))

    return [
        Column(_("Order"), number, is_lead=True, key="order"),
        Column(_("What"), lambda order: with_small(order.title, types[order.type]), is_own_label=True, key="what"),
        Column(_("Customer"), lambda order: order.enterprise.name, key="customer"),
        Column(_("Placed"), lambda order: day(order.placed_on), key="placed"),
        Column(_("Requested (CRD)"), lambda order: day(order.requested_on), key="requested"),
        Column(_("Account"), lambda order: ident(order.account.number), key="account", is_extra=True),
        Column(_("Monthly (MRC)"), _monthly, css="num", key="monthly", is_extra=True),
    ]


def _monthly(order: Order) -> str:
    return money.spoken(order.monthly, order.account.currency)


def catalogue(products: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """The catalogue by families, each with its products."""
    found: dict[str, list[Any]] = {}
    for each in products:
        found.setdefault(str(Family(each.family).label), []).append(each)
    return list(found.items())


CARD_ROWS = 8


def pricing_card(actor: Actor) -> dict[str, Any] | None:
    """Of the home of who sells or designs: what is to be priced."""
    if actor.enterprise_id is not None or actor.person_id is None:
        return None
    found = list(selectors.list_to_price(actor)[:CARD_ROWS])
    return {"orders": found} if found else None


# --- parts of the order's page -----------------------------------------------------------------------------


def quote_facts(quote: Quote, order: Order) -> dict[str, Any]:
    """A quote as it is read: amounts, term, until when, and who stands for it."""
    currency = order.account.currency
    return {
        "quote": quote,
        "tone": {"offered": "amber", "accepted": "green", "declined": "red"}.get(quote.status, "gray"),
        "facts": [
            {"label": _("Monthly (MRC)"), "term": "MRC", "value": money.spoken(quote.monthly, currency)},
            {"label": _("One-time (NRC)"), "term": "NRC", "value": money.spoken(quote.one_time, currency)},
            {"label": _("Term in months"), "value": quote.term_months},
            {"label": _("Valid until"), "value": day(quote.valid_until_on)},
            {"label": _("Account director"), "value": quote.director},
            {"label": _("Sales engineer"), "value": quote.engineer},
            {"label": _("Answered by"), "value": quote.answered_by, "hint": quote.answer},
        ],
    }


def items_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """What is ordered, item by item, in which project, and who signed for it."""
    items = known_items(actor, order)
    paper = selectors.get_authorisation(actor, order) if order.submitted_at else None
    project = selectors.get_project(actor, order) if order.project_id else None
    if not (items or paper or project or order.notes):
        return None
    return {"order": order, "items": items, "columns": item_columns(), "paper": paper, "project": project}


def item_columns() -> list[Column]:
    def what(item: OrderItem) -> Cell:
        icb = _("priced case by case (ICB)") if item.product.is_icb else ""
        # A new thing is what an order asks for; only what happens to one that is there needs a word.
        action = "" if item.action == ItemAction.ADD else item.order.get_type_display()
        primary = _("primary site") if item.is_primary else ""
        return with_small(item.product.name, action, item.bandwidth, icb, primary)

    def where(item: OrderItem) -> Cell:
        ends = [each for each in (item.a_end, item.z_end) if each]
        return with_small(ends[0], *ends[1:]) if ends else None

    return [
        Column(_("Item"), lambda item: item.position, is_lead=True, key="item"),
        Column(_("What"), what, is_own_label=True, key="what"),
        Column(_("Where"), where, key="where"),
        Column(_("How many"), lambda item: item.quantity, css="num", key="quantity"),
        Column(_("Monthly (MRC)"), lambda item: _spoken(item.monthly, item), css="num", key="monthly"),
        Column(_("One-time (NRC)"), lambda item: _spoken(item.one_time, item), css="num", key="one_time"),
    ]


def _spoken(amount: Decimal, item: OrderItem) -> str:
    """What it costs, that it costs nothing, or that this is still to be said."""
    if item.is_in_total:
        return _("in the total")
    if item.is_unpriced:
        return _("Price follows")
    return money.spoken(amount, item.order.account.currency) if amount else _("No charge")
