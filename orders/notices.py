"""What is told of orders: every change of a milestone reaches the customer's people by mail."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.notices import customers_people
from accounts.selectors import reachable, with_absences
from orders import selectors
from orders.models import ChargeReason, Order, Owner
from orders.permissions import Permission
from portal import money
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, Recipient, register
from portal.together import asked_for_all


def _people(event: Event) -> list[Recipient]:
    """Who may see the order's account, and its contacts who asked to hear of orders."""
    return customers_people(
        event,
        permission=Permission.ORDER_VIEW,
        wants="orders",
        reason=_("You are named to hear about your company's orders."),
    )


def _people_unless_all_is_done(event: Event) -> Iterable[Recipient]:
    """Nobody for the last milestone: the mail that the order is complete says it too."""
    return _people(event) if event.facts.get("following") else []


def told_order(event: Event) -> Order:
    """The order that an event is about, as it stands. Raises DoesNotExist where there is none."""
    order = _orders(event.enterprise_id, event.story_id)
    if order is None:
        raise Order.DoesNotExist(f"Order {event.story_id} of enterprise {event.enterprise_id}.")
    return order


@asked_for_all("story_id")
def _orders(enterprise_id: int, keys: Collection[int]) -> dict[int, Order | None]:
    rows = Order.objects.filter(enterprise_id=enterprise_id, pk__in=keys)
    found = {each.pk: each for each in rows.select_related("account", "product", "service", "care_manager")}
    with_absences(each.care_manager for each in found.values() if each.care_manager)
    return {pk: found.get(pk) for pk in keys}


def _context(event: Event) -> dict[str, Any]:
    """The order as it stands, and what changed as the journal froze it."""
    order, facts = told_order(event), event.facts
    following = facts.get("following")
    return {
        "order": order,
        "care_manager": reachable(order.care_manager),
        "milestone": selectors.step_in(facts) if "step" in facts else None,
        "following": selectors.step_in(following) if following else None,
        "reason_given": facts.get("reason", ""),
        "note": facts.get("note", ""),
        "is_done": facts.get("is_done", False),
        "service": facts.get("service", ""),
        **{
            name: selectors.day_in(facts, name)
            for name in ("before", "after", "order_before", "order_after", "completed_on", "committed_on")
        },
    }


def _words(facts: dict[str, Any]) -> dict[str, Any]:
    """Milestones and dates as the reader's language writes them."""
    words: dict[str, Any] = {"milestone": selectors.step_in(facts).label} if "step" in facts else {}
    for name in ("before", "after"):
        day = selectors.day_in(facts, name)
        words[name] = date_format(day, "DATE_FORMAT") if day else _("no date")
    return words


def _words_of_a_move(facts: dict[str, Any]) -> dict[str, Any]:
    """The same, and whom the milestone waited for: the customer is "you" on their own face alone."""
    if "step" not in facts:
        return _words(facts)
    step = selectors.step_in(facts)
    names: dict[str, Text] = {Owner.CARRIER: settings.CARRIER["short_name"]}
    if settings.FACE == "staff":
        names[Owner.CUSTOMER] = _("customer")
    return {**_words(facts), "word": names.get(step.owner) or step.get_owner_display(), "tone": step.owner_tone}


def _words_of_a_charge(facts: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"note": facts.get("reason", "")}
    if "amount" in facts:
        said["amount"] = money.spoken(Decimal(facts["amount"]), facts["currency"])
    if "charge" in facts:
        said["charge"] = ChargeReason(facts["charge"]).label
    return said


def _context_of_a_charge(event: Event) -> dict[str, Any]:
    """The order, and what is waived of it in its own currency."""
    facts = event.facts
    return {
        **_context(event),
        "amount": Decimal(facts["amount"]) if "amount" in facts else None,
        "currency": facts.get("currency", ""),
        "what": ChargeReason(facts["charge"]).label if "charge" in facts else "",
    }


def handed_over(facts: dict[str, Any]) -> dict[str, Any]:
    names = {"before": facts.get("before", ""), "after": facts.get("after", "")}
    words = _("%(after)s, in place of %(before)s") if names["after"] else _("%(before)s no longer; nobody is named yet")
    said = words % names
    return {"note": f"{said}\n{facts['reason']}" if facts.get("reason") else said}


def register_kinds() -> None:
    register(
        EventKind(
            "milestone.completed",
            story=_("%(milestone)s: done"),
            recipients=_people_unless_all_is_done,
            context=_context,
            tone="green",
            words=_words,
            is_for_followers=lambda event: bool(event.facts.get("following")),
        ),
        EventKind(
            "milestone.delayed",
            story=_("%(milestone)s moved from %(before)s to %(after)s"),
            recipients=_people,
            context=_context,
            tone="amber",
            words=_words_of_a_move,
        ),
        EventKind(
            "milestone.noted",
            story=_("Note on %(milestone)s"),
            recipients=_people,
            context=_context,
            words=_words,
        ),
        EventKind(
            "order.charge_waived",
            story=_("%(actor)s waived %(amount)s: %(charge)s"),
            recipients=_people,
            context=_context_of_a_charge,
            tone="green",
            words=_words_of_a_charge,
        ),
        EventKind("order.completed", story=_("Order completed"), recipients=_people, context=_context, tone="green"),
    )
