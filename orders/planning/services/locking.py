"""The order that an act is about, locked and looked at, and what the act costs."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from orders import services
from orders.models import (
    ChargeReason,
    ChoiceStatus,
    DeliveryChoice,
    Order,
    SparedWhy,
    Supplement,
    SupplementKind,
    SupplementStatus,
)
from orders.planning import selectors
from portal.actors import Actor
from portal.errors import IllegalMove


def order_under_way(order_id: int, actor: Actor) -> Order:
    """The order, locked. Raises IllegalMove for one that the carrier has not taken yet, or that is closed."""
    order = services.locked_orders(actor).select_related("product", "account").get(pk=order_id)
    if not selectors.is_under_way(order):
        raise IllegalMove(_("This order is not under way, so its plan stays as it is."))
    return order


def add_charge(
    order: Order, reason: ChargeReason, amount: Decimal, currency: str, *, ref: int, at: datetime
) -> None:  # fmt: skip
    """Let an order cost what was agreed to: on the account's next bill, and among its one-time charges.

    In another currency than the account's the record stands for itself, and is billed by hand.
    """
    if not amount:
        return
    services.owe(order, reason, amount, ref=ref, currency=currency, at=at)
    if currency == order.account.currency:
        order.one_time += amount
        order.save(update_fields=["one_time"])


_REASONS = {
    SupplementKind.CANCEL: ChargeReason.CANCELLATION,
    SupplementKind.DUE_DATE: ChargeReason.NEW_DATE,
    SupplementKind.OTHER: ChargeReason.OTHER,
}
_SPARED = {
    SupplementStatus.DECLINED: SparedWhy.DECLINED,
    SupplementStatus.TAKEN_BACK: SparedWhy.TAKEN_BACK,
}


def settle_supplement(order: Order, row: Supplement, *, at: datetime) -> None:
    """What an answered change costs: what was agreed to where it was done, and else nothing, which is said."""
    reason = _REASONS[SupplementKind(row.kind)]
    if row.status != SupplementStatus.DONE:
        if row.charge:
            why = _SPARED[SupplementStatus(row.status)]
            services.spare(order, reason, why, amount=row.charge, ref=row.pk, currency=row.currency, at=at)
    elif row.charge:
        add_charge(order, reason, row.charge, row.currency, ref=row.pk, at=at)
    elif row.kind == SupplementKind.CANCEL:
        services.spare(order, reason, SparedWhy.IN_TIME, ref=row.pk, at=at)


def spare_expedite(order: Order, actor: Actor, at: datetime) -> None:
    """An order is called off: an expedite that was agreed to costs nothing."""
    wish = selectors.open_choice(selectors.list_choices(actor, order))
    if wish and wish.status == ChoiceStatus.AGREED and wish.fee:
        spare_wish(order, wish, SparedWhy.NOT_DELIVERED, at=at)


def spare_wish(order: Order, wish: DeliveryChoice, why: SparedWhy, *, at: datetime) -> None:
    """An expedite that costs nothing after all."""
    fee, currency = wish.fee, wish.currency
    services.spare(order, ChargeReason.EXPEDITE, why, amount=fee, ref=wish.pk, currency=currency, at=at)
