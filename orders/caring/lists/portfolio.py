"""The account director's home: their customers, what waits there, which contracts end; on a page, and as files."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models import Service
from orders.caring.selectors import work
from orders.lists.declared import status_word
from orders.models import Order
from orders.permissions import Permission
from portal import money
from portal.actors import Actor
from portal.exports import ExportKind
from portal.lists import ListPage, Sort

CARD_ROWS, PAGE_ROWS = 8, 200


def portfolio_card(actor: Actor) -> dict[str, Any] | None:
    """The enterprises in whose team one sells; nothing for who sells to nobody, or inside a customer."""
    if actor.enterprise_id is not None or actor.person_id is None or not work.mine_to_sell(actor).exists():
        return None
    return {**portfolio(actor, most=CARD_ROWS), "is_card": True}


def portfolio(actor: Actor, *, most: int) -> dict[str, Any]:
    """The customers of whoever sells, what waits for a price or signature there, and which contracts end.

    Of each the first ``most``; ``cut`` says of how many, where there are more.
    """
    today = timezone.localdate()
    kinds: dict[str, QuerySet[Any]] = {
        "rows": work.list_portfolio(actor),
        "awaited": work.list_awaited(actor),
        "ending": work.list_ending(actor, today=today),
    }
    data: dict[str, Any] = {name: list(rows[: most + 1]) for name, rows in kinds.items()}
    cut = {name: rows.count() for name, rows in kinds.items() if len(data[name]) > most}
    data = {name: found[:most] for name, found in data.items()}
    for row in data["rows"]:
        row["brings"] = money.spoken(row["monthly"], row["account__currency"])
    return {**data, "cut": cut, "most": most, "today": today}


# --- as files: of all rows, taken at once, since one in the background belongs to one enterprise --------------------


def customers_header() -> list[str]:
    return [
        _("Enterprise"), _("Customer"), _("Orders under way"), _("Late"), _("On order, monthly (MRC)"), _("Currency"),
    ]  # fmt: skip


def customers_rows(rows: Iterable[dict[str, Any]]) -> list[list[Any]]:
    names = (
        "enterprise__public_id", "enterprise__legal_name", "open", "late", "monthly", "account__currency",
    )  # fmt: skip
    return [[row[name] for name in names] for row in rows]


def _awaited_header() -> list[str]:
    return [
        _("Enterprise"), _("Customer"), _("Order"), _("State"), _("What"), _("Account"), _("Placed"),
        _("Monthly (MRC)"), _("One-time (NRC)"), _("Currency"),
    ]  # fmt: skip


def _awaited_row(order: Order) -> list[Any]:
    amounts = [None, None] if order.is_unpriced else [order.monthly, order.one_time]
    return [
        order.enterprise.public_id, order.enterprise.name, order.number, status_word(order.status), order.title,
        order.account.number, order.placed_on, *amounts, order.account.currency,
    ]  # fmt: skip


AWAITED_EXPORT = ExportKind(
    name="portfolio-awaited",
    title=gettext_lazy("Prices and signatures awaited"),
    permission=Permission.ORDER_VIEW,
    page=ListPage(sorts=[Sort("oldest", gettext_lazy("Oldest first"), "placed_on")]),
    rows=work.list_awaited,
    header=_awaited_header,
    cells=lambda rows: [_awaited_row(each) for each in rows],
)


def _ending_header() -> list[str]:
    return [
        _("Enterprise"), _("Customer"), _("Service"), _("Product"), _("Account"), _("Contract ends"),
        _("Monthly (MRC)"), _("Currency"),
    ]  # fmt: skip


def _ending_row(service: Service) -> list[Any]:
    return [
        service.enterprise.public_id, service.enterprise.name, service.number, service.product.name,
        service.account.number, service.contract_ends_on, service.monthly, service.account.currency,
    ]  # fmt: skip


ENDING_EXPORT = ExportKind(
    name="portfolio-ending",
    title=gettext_lazy("Contracts that end"),
    permission=Permission.ORDER_VIEW,
    page=ListPage(sorts=[Sort("first", gettext_lazy("Ends first"), "contract_ends_on")]),
    rows=lambda actor: work.list_ending(actor, today=timezone.localdate()),
    header=_ending_header,
    cells=lambda rows: [_ending_row(each) for each in rows],
)
EXPORTS = {"awaited": AWAITED_EXPORT, "ending": ENDING_EXPORT}
