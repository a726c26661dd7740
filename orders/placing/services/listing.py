"""What items cost that nobody has named a price for: as they stood before, or by the list."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from accounts.models import Account
from inventory.models import Product, ProductPrice
from inventory.rules import plain_bandwidth
from orders.models import OrderItem
from portal import money


def asks(item: OrderItem) -> tuple[Any, ...]:
    """All that the price of an item is for."""
    return item.product_id, item.a_end, item.z_end, item.bandwidth, item.quantity


def put_prices(items: Sequence[OrderItem], account: Account, *, before: Iterable[OrderItem] = ()) -> None:
    """Price the items that have no price yet: at what the same ones cost ``before``, else by the list.

    What is priced case by case (ICB), or does not stand on the list in the account's currency, waits for its price.
    """
    known = {asks(each): each for each in before}
    wanting = [each for each in items if not each.is_priced]
    listed = _listed({each.product for each in wanting if not each.product.is_icb}, account.currency)
    for item in wanting:
        same = known.get(asks(item))
        if same and (same.is_priced or same.monthly or same.one_time):
            item.monthly, item.one_time, item.is_priced = same.monthly, same.one_time, same.is_priced
            continue
        price = listed.get((item.product_id, plain_bandwidth(item.bandwidth))) or listed.get((item.product_id, ""))
        if price:
            item.monthly = money.rounded(price.monthly * item.quantity, account.currency)
            item.one_time = money.rounded(price.one_time * item.quantity, account.currency)
            item.is_priced = True


def _listed(products: Iterable[Product], currency: str) -> Mapping[tuple[int, str], ProductPrice]:
    """The list prices by product and bandwidth, "" for any."""
    keys = [each.pk for each in products]
    rows = ProductPrice.objects.filter(product_id__in=keys, currency=currency) if keys else ()
    return {(each.product_id, plain_bandwidth(each.bandwidth)): each for each in rows}
