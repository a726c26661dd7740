"""What an order costs once, on its page: on which bill, or not charged and why."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from billing.models import InvoiceLine
from billing.permissions import Permission
from billing.selectors.of_orders import lines_of_charges
from orders import selectors as orders
from orders import services
from orders.forms import WaiveForm
from orders.models import (
    ORDER_CHARGE_FLOW,
    ORDER_FLOW,
    UNPLACED,
    ChargeReason,
    ChargeState,
    Order,
    OrderCharge,
    OrderType,
)
from orders.permissions import Permission as OrderPermission
from portal import money
from portal.actors import Actor
from portal.cells import Cell, Column, day, ident, status, with_small
from portal.errors import Text


@dataclass(frozen=True)
class Row:
    """One amount of an order, and where it stands; ``charge`` is none for what is still to come about."""

    what: str
    service: str
    amount: Decimal
    currency: str
    charge: OrderCharge | None = None
    line: InvoiceLine | None = None


def charges_of_order(actor: Actor, order: Order) -> dict[str, Any] | None:
    """None for an order that costs nothing once; one that is not placed yet asks the database nothing."""
    if order.status in UNPLACED:
        return None
    charges = list(orders.list_charges(actor, order))
    lines = lines_of_charges(actor, [each.pk for each in charges]) if charges else {}
    rows = [
        Row(each.get_reason_display(), each.service.number if each.service else "", each.amount, each.currency, each,
            lines.get(each.pk))
        for each in charges
    ]  # fmt: skip
    rows += _to_come(order, charges)
    if not rows:
        return None
    may_waive = actor.is_staff and actor.may_on(OrderPermission.ORDER_PRICE, order.account_id)
    return {
        "rows": rows,
        "columns": _columns(actor, order),
        "waivable": [
            {"row": each, "form": WaiveForm(auto_id=f"waive-{each.charge.pk}-%s")}
            for each in rows
            if may_waive and each.charge and each.charge.state == ChargeState.OWED
        ],
    }


_COMING = {
    OrderType.NEW: ChargeReason.INSTALLATION,
    OrderType.CHANGE: ChargeReason.CHANGE,
    OrderType.DISCONNECT: ChargeReason.EARLY_END,
}


def _to_come(order: Order, charges: list[OrderCharge]) -> list[Row]:
    """What the order costs once it is done, as far as that is said."""
    reason = _COMING.get(OrderType(order.type))
    if reason is None or order.status not in ORDER_FLOW.open_states() or any(each.reason == reason for each in charges):
        return []
    amount = services.left_of(order) if charges else order.one_time
    return [Row(str(reason.label), "", amount, order.account.currency)] if amount else []


def _columns(actor: Actor, order: Order) -> list[Column]:
    may_bill = actor.may_on(Permission.BILLING_VIEW, order.account_id)

    def state(row: Row) -> Cell:
        if row.charge is None:
            return _with(status(_("To come"), "gray"), _WHEN[OrderType(order.type)]())
        if row.charge.is_by_hand:
            return _with(_state(row.charge), _("in another currency than the account's: billed by hand"))
        if row.line:
            return _with(_state(row.charge), _invoice(actor, row.line) if may_bill else row.line.invoice.number)
        return _with(_state(row.charge), _why(row.charge))

    return [
        Column(_("What"), lambda row: with_small(row.what, ident(row.service)) if row.service else row.what, True),
        Column(_("Since"), lambda row: day(row.charge.day) if row.charge else "–"),
        Column(_("Amount"), _amount, css="num"),
        Column(_("Charged"), state, css="cell-mid"),
    ]


_WHEN = {
    OrderType.NEW: lambda: _("once the service begins"),
    OrderType.CHANGE: lambda: _("once the change is made"),
    OrderType.DISCONNECT: lambda: _("once the service has stopped"),
}


def _with(state: SafeString, why: Text) -> SafeString:
    """One thing: on a phone the two would else stand apart, each as wide as the cell."""
    return format_html("<span>{}</span>", with_small(state, why))


def _state(charge: OrderCharge) -> SafeString:
    return status(charge.get_state_display(), ORDER_CHARGE_FLOW.tone(charge.state))


def _why(charge: OrderCharge) -> str:
    if charge.state == ChargeState.WAIVED:
        return f"{charge.words} · {charge.settled_by}"
    return str(charge.get_why_display())


def _amount(row: Row) -> str:
    return money.spoken(row.amount, row.currency) if row.amount else _("No charge")


def _invoice(actor: Actor, line: InvoiceLine) -> SafeString:
    number = line.invoice.number
    url = reverse("billing:invoice", args=[actor.enterprise_public_id, number])
    return format_html('<a class="ident-text" href="{}#line-{}">{}</a>', url, line.pk, number)
