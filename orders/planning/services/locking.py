"""The order that an act is about, locked and looked at."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from orders import services
from orders.models import Order
from orders.planning import selectors
from portal.actors import Actor
from portal.errors import IllegalMove


def order_under_way(order_id: int, actor: Actor) -> Order:
    """The order, locked. Raises IllegalMove for one that the carrier has not taken yet, or that is closed."""
    order = services.locked_orders(actor).select_related("product", "account").get(pk=order_id)
    if not selectors.is_under_way(order):
        raise IllegalMove(_("This order is not under way, so its plan stays as it is."))
    return order


def add_charge(order: Order, amount: Decimal, currency: str) -> None:
    """Put what is owed now on the order's one-time charges, where it is in the account's currency.

    In another one the record of what was agreed stands for itself, and is billed by hand.
    """
    if amount and currency == order.account.currency:
        order.one_time += amount
        order.save(update_fields=["one_time"])
