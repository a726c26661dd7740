"""What orders cost once: owed, not charged, waived, billed. The invoice that comes next takes what is owed."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from inventory.models import Service
from orders.models import (
    ORDER_CHARGE_FLOW,
    ChargeReason,
    ChargeState,
    Order,
    OrderCharge,
    OrderType,
    SparedWhy,
)
from orders.services.steps import day_of
from portal import events, money
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise

_LATE = (ChargeReason.EXPEDITE, ChargeReason.NEW_DATE, ChargeReason.OTHER, ChargeReason.CANCELLATION)
# What an order would have cost once, had it been done.
_OF_TYPE: dict[str, ChargeReason] = {
    OrderType.NEW: ChargeReason.INSTALLATION,
    OrderType.TRIAL: ChargeReason.INSTALLATION,
    OrderType.CHANGE: ChargeReason.CHANGE,
    OrderType.DISCONNECT: ChargeReason.EARLY_END,
}


def owe(
    order: Order,
    reason: ChargeReason,
    amount: Decimal,
    *,
    ref: int = 0,
    currency: str = "",
    service: Service | None = None,
    on: date | None = None,
    none: SparedWhy = SparedWhy.NONE_AGREED,
    at: datetime,
) -> None:
    """Let an order cost an amount once, from now on to be billed; in the transaction and the lock of what it is for.

    Rounded to its currency, which is the account's where none is named. Of nothing it is noted that nothing is
    charged, and why (``none``). Done twice it is owed once.
    """
    currency = currency or order.account.currency
    amount = money.rounded(amount, currency)
    state, why = (ChargeState.OWED, "") if amount else (ChargeState.SPARED, none)
    _write(order, reason, amount, ref=ref, currency=currency, service=service, state=state, why=why, on=on, at=at)


def spare(
    order: Order, reason: ChargeReason, why: SparedWhy, *, amount: Decimal = money.ZERO, ref: int = 0,
    currency: str = "", at: datetime,
) -> None:  # fmt: skip
    """Note that something is not charged, and why; ``amount`` is what it would have been."""
    currency = currency or order.account.currency
    amount = money.rounded(amount, currency)
    _write(order, reason, amount, ref=ref, currency=currency, state=ChargeState.SPARED, why=why, on=None, at=at)


def _write(
    order: Order, reason: ChargeReason, amount: Decimal, *, ref: int, currency: str, state: ChargeState, why: str,
    on: date | None, at: datetime, service: Service | None = None,
) -> None:  # fmt: skip
    # The database lets the first of two in; the second changes nothing.
    OrderCharge.objects.bulk_create(
        [
            OrderCharge(
                enterprise_id=order.enterprise_id, order=order, service=service, reason=reason, ref=ref, amount=amount,
                currency=currency, state=state, why=why, day=on or day_of(order, at), made_at=at,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def left_of(order: Order) -> Decimal:
    """What an order costs once beyond what was put on it for wishes and late changes, in the account's currency."""
    rows = OrderCharge.objects.filter(enterprise_id=order.enterprise_id, order=order, reason__in=_LATE)
    added = rows.exclude(state=ChargeState.SPARED).filter(currency=order.account.currency).aggregate(sum=Sum("amount"))
    return max(order.one_time - (added["sum"] or money.ZERO), money.ZERO)


def spare_undelivered(order: Order, actor: Actor, at: datetime) -> None:
    """An order is called off: what it would have cost once is not charged, unless that has begun."""
    reason = _OF_TYPE.get(order.type)
    amount = left_of(order)
    if reason and amount and not order.begun_at:
        spare(order, reason, SparedWhy.NOT_DELIVERED, amount=amount, at=at)


@transaction.atomic
def waive_charge(charge_id: int, *, words: str, actor: Actor, at: datetime) -> OrderCharge:
    """Let what is owed be as if it had never been, with the reason in words. Raises Refused once it is billed."""
    # The row alone is the lock, as for the invoice that takes it.
    rows = of_enterprise(OrderCharge.objects, actor).select_for_update(of=("self",))
    found = rows.select_related("order__account").get(pk=charge_id)
    words = words.strip()
    if len(words) < 5:
        raise Refused(_("Say it in a few words: the customer reads them."), field="words")
    if found.state == ChargeState.BILLED:
        raise Refused(
            _("This charge stands on an invoice already, so it cannot be waived any more."),
            way_out=_("Nothing was changed. Give it back by deciding a dispute about that line."),
        )
    ORDER_CHARGE_FLOW.require(found.state, ChargeState.WAIVED)
    found.state, found.words, found.settled_at, found.settled_by = ChargeState.WAIVED, words[:300], at, actor.name
    found.save(update_fields=["state", "words", "settled_at", "settled_by"])
    events.record(
        "order.charge_waived", subject=found, actor=actor, at=at, order=found.order.number, charge=found.reason,
        amount=found.amount, currency=found.currency, reason=found.words,
    )  # fmt: skip
    return found


def bill_charges(charges: Collection[OrderCharge], *, actor: Actor, at: datetime) -> None:
    """They stand on an invoice; called by billing, which has locked them, in the transaction of its issue."""
    for each in charges:
        ORDER_CHARGE_FLOW.require(each.state, ChargeState.BILLED)
    rows = of_enterprise(OrderCharge.objects, actor).filter(pk__in=[each.pk for each in charges])
    rows.update(state=ChargeState.BILLED, settled_at=at, settled_by=actor.name)
