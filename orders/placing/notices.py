"""What is told of an order until it is in the plan, and to whom."""

from collections.abc import Iterable
from copy import copy
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.notices import customers_people
from accounts.selectors import reachable
from accounts.serving.notices import of_account_team
from orders import selectors
from orders.models import Order
from orders.notices import told_order
from orders.permissions import Permission
from orders.placing import rules
from orders.placing.selectors import told_remarks
from portal import money
from portal.models import Event
from portal.notices import EventKind, Recipient, register


def _people(event: Event) -> Iterable[Recipient]:
    reason = _("You are named to hear about your company's orders.")
    return customers_people(event, permission=Permission.ORDER_VIEW, wants="orders", reason=reason)


def _sellers(event: Event) -> Iterable[Recipient]:
    yield from of_account_team(event, roles=list(rules.SEATS), reason=_("You price the orders of this account."))


def _deciders(event: Event) -> Iterable[Recipient]:
    """Who may order here, and who may accept the terms of quotes; nobody is told twice."""
    found: dict[str, Recipient] = {}
    for permission in (Permission.ORDER_CREATE, Permission.ORDER_APPROVE_ONLY):
        reason = _("You may accept quotes for this account.")
        for each in customers_people(event, permission=permission, wants="orders", reason=reason):
            if each.party is None or each.party.kind != "accounts.contact":
                found.setdefault(each.address, each)
    return found.values()


def _context(event: Event) -> dict[str, Any]:
    # One of its own: other events of the order may be told with it, each with the remarks of its time.
    order, facts = copy(told_order(event)), event.facts
    order.remarks = facts.get("remarks", [])
    return {
        "order": order,
        "care_manager": reachable(order.care_manager),
        "reason_given": facts.get("reason", ""),
        "remarks": told_remarks(order),
        "signatory": facts.get("signatory", ""),
        "asked": event.actor_name,
        "words": facts.get("words", ""),
        "answer": facts.get("answer", ""),
        "valid_until": selectors.day_in(facts, "valid_until_on"),
        **_amounts(facts),
    }


def _amounts(facts: dict[str, Any]) -> dict[str, str]:
    if "monthly" not in facts:
        return {}
    said = (money.spoken(Decimal(facts[name]), facts["currency"]) for name in ("monthly", "one_time"))
    return dict(zip(("monthly", "one_time"), said, strict=True))


def _reasons(facts: dict[str, Any]) -> dict[str, Any]:
    return {"note": " · ".join(each["words"] for each in told_remarks(Order(remarks=facts.get("remarks", []))))}


def _reason(facts: dict[str, Any]) -> dict[str, Any]:
    return {"note": facts.get("reason", "")}


def _signed(facts: dict[str, Any]) -> dict[str, Any]:
    if not facts.get("signatory"):
        return {}
    return {"note": _now("Signed by %(signatory)s, %(title)s") % {**facts}}


def _priced(facts: dict[str, Any]) -> dict[str, Any]:
    said = _amounts(facts)
    return {"note": _now("%(monthly)s monthly, %(one_time)s one-time") % said} if said else {}


def register_kinds() -> None:
    register(
        EventKind("order.drafted", story=_("%(actor)s began this order as a draft")),
        EventKind("order.changed", story=_("%(actor)s changed the order before it was taken")),
        EventKind("order.dropped", story=_("%(actor)s threw the draft away"), tone="gray"),
        EventKind("order.withdrawn", story=_("%(actor)s withdrew the order"), tone="gray"),
        EventKind(
            "order.price_asked", story=_("%(actor)s asked for a price"), recipients=_sellers, context=_context,
            is_for_followers=lambda _event: False,
        ),
        EventKind("order.priced", story=_("%(actor)s proposed a price"), words=_priced, is_internal=True),
        EventKind(
            "order.quoted", story=_("A price was offered"), recipients=_deciders, context=_context, words=_priced,
            tone="amber", is_for_followers=lambda _event: False,
        ),
        EventKind(
            "order.quote_accepted", story=_("%(actor)s accepted the price"), recipients=_sellers, context=_context,
            words=_priced, tone="green", is_for_followers=lambda _event: False,
        ),
        EventKind(
            "order.quote_declined", story=_("%(actor)s declined the price"), recipients=_sellers, context=_context,
            words=_priced, tone="amber", is_for_followers=lambda _event: False,
        ),
        EventKind("order.placed", story=_("Order placed"), recipients=_people, context=_context, words=_signed),
        EventKind(
            "order.returned", story=_("Returned to be corrected"), recipients=_people, context=_context,
            words=_reasons, tone="amber",
        ),
        EventKind(
            "order.rejected", story=_("Order not accepted"), recipients=_people, context=_context, words=_reason,
            tone="red",
        ),
    )  # fmt: skip
