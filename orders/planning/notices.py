"""What is told of an order's plan: what was acknowledged, promised, sent back, refused and changed, and reminders."""

from collections.abc import Callable
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from inventory.models import Family, ProductQuestion
from orders.models import Choice, Order, OrderType, SupplementKind
from orders.notices import _context as order_of
from orders.notices import _people as people
from orders.selectors import day_in, step_in
from portal import money
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, register

Facts = dict[str, Any]


def _day(facts: Facts, name: str) -> str:
    day = day_in(facts, name)
    return date_format(day) if day else _now("no date")


def _amount(facts: Facts, name: str) -> str:
    from decimal import Decimal

    amount, currency = Decimal(str(facts.get(name) or 0)), facts.get("currency") or ""
    return money.spoken(amount, currency) if amount and currency else _now("no charge")


def _said(facts: Facts) -> dict[str, Any]:
    """Frozen facts in the reader's words."""
    words: dict[str, Any] = {
        name: _day(facts, name) for name in ("before", "after", "wanted_on", "expected_on", "until_on")
    }
    words |= {"charge": _amount(facts, "charge"), "fee": _amount(facts, "fee")}
    if facts.get("change"):
        words["change"] = SupplementKind(facts["change"]).label
    if facts.get("choice"):
        words["choice"] = Choice(facts["choice"]).label
    if facts.get("type"):
        words["type"] = OrderType(facts["type"]).label
        words["place"] = dict(Family.choices).get(facts.get("place", ""), facts.get("place", ""))
    if "step" in facts:
        words["step"] = step_in(facts).ask
    return words


def _of_commitment(facts: Facts) -> dict[str, Any]:
    note = facts.get("reason", "")
    if not facts.get("before"):
        return {**_said(facts), "before": _now("no date"), "note": note}
    return {**_said(facts), "note": note}


def _of_supplement(facts: Facts) -> dict[str, Any]:
    return {**_said(facts), "note": facts.get("decision") or facts.get("words", "")}


def _of_return(facts: Facts) -> dict[str, Any]:
    return {"note": "; ".join(reason for _key, reason in facts.get("returned", []))}


Line = Callable[[Order, Facts], str]


def _mail(title: Text, sentence: Line, lines: Callable[[Order, Facts], list[Any]] | None = None, door: str = "") -> Any:
    """The context of a mail: its title, a sentence and lines, in the language in which they are read."""

    def context(event: Event) -> dict[str, Any]:
        found = order_of(event)
        order, facts = found["order"], event.facts
        speak: Callable[[], Any] = lazy(lambda: sentence(order, facts), str)
        return {
            **found, "title": title, "sentence": speak(), "lines": lines(order, facts) if lines else [],
            "door": door or "orders:plan",
        }  # fmt: skip

    return context


def _acknowledged(order: Order, facts: Facts) -> str:
    words = {
        "title": order.title,
        "number": order.number,
        "name": order.care_manager.name if order.care_manager else "",
    }
    return (
        _now(
            "We have taken your order %(number)s (%(title)s). %(name)s is your care manager for it. The letter of"
            " acknowledgement says what was ordered and what comes next."
        )
        % words
    )


def _committed(order: Order, facts: Facts) -> str:
    words = {
        "number": order.number,
        "title": order.title,
        "before": _day(facts, "before"),
        "after": _day(facts, "after"),
    }
    words["reason"] = facts.get("reason", "")
    if not facts.get("before"):
        return _now("We commit to %(after)s for your order %(number)s (%(title)s).") % words
    return (
        _now("For your order %(number)s (%(title)s) we now commit to %(after)s, in place of %(before)s: %(reason)s")
        % words
    )


def _returned(order: Order, facts: Facts) -> str:
    words = {"number": order.number, "title": order.title}
    return (
        _now("Some technical answers of your order %(number)s (%(title)s) came back. Please answer them anew:") % words
    )


def _returned_lines(order: Order, facts: Facts) -> list[Any]:
    asked = {each.key: each for each in ProductQuestion.objects.filter(product_id=order.product_id)}

    def line(key: str, reason: str) -> Any:
        return lazy(lambda: f"{asked[key].asked if key in asked else key}: {reason}", str)()

    return [line(key, reason) for key, reason in facts.get("returned", [])]


def _not_earlier(order: Order, facts: Facts) -> str:
    reason = facts.get("reason", "")
    # A sentence follows what somebody typed.
    reason = reason if reason.endswith((".", "!", "?")) else f"{reason}."
    words = {"number": order.number, "wanted": _day(facts, "wanted_on"), "reason": reason}
    said = _now("Your order %(number)s cannot be delivered by %(wanted)s: %(reason)s") % words
    if facts.get("after"):
        said += " " + _now("What we can do is %(day)s.") % {"day": _day(facts, "after")}
    return said + " " + _now("Nothing is charged.")


def _decided(order: Order, facts: Facts) -> str:
    words = {
        "number": order.number,
        "change": SupplementKind(facts["change"]).label,
        "charge": _amount(facts, "charge"),
    }
    words["decision"] = facts.get("decision", "")
    if facts.get("status") == "done":
        return (
            _now("What you asked for is done: %(change)s, order %(number)s (%(charge)s). %(decision)s") % words
        ).strip()
    return (
        _now("We cannot do what you asked for (%(change)s, order %(number)s), and nothing is charged: %(decision)s")
        % words
    )


def _cancelled(order: Order, facts: Facts) -> str:
    words = {"number": order.number, "title": order.title}
    return _now("Your order %(number)s (%(title)s) is cancelled. Nothing more will be delivered for it.") % words


def _visit(order: Order, facts: Facts) -> str:
    words = {"number": order.number, "title": order.title, "day": _day(facts, "expected_on")}
    return (
        _now(
            "Our engineers come on %(day)s for your order %(number)s (%(title)s). Please see that they are let in,"
            " and that space and power are ready."
        )
        % words
    )


def _asked(order: Order, facts: Facts) -> str:
    step = step_in(facts)
    words = {"number": order.number, "ask": step.ask, "day": _day(facts, "expected_on")}
    return _now("Your order %(number)s waits for you: %(ask)s, by %(day)s. Without it the date cannot be kept.") % words


def register_kinds() -> None:
    register(
        EventKind(
            "order.acknowledged", story=_("Order acknowledged"), recipients=people,
            context=_mail(_("Your order is acknowledged"), _acknowledged, door="orders:letter"), tone="green",
        ),
        EventKind("order.letter_made", story=_("The letter of acknowledgement was written"), tone="gray"),
        EventKind("order.answered", story=_("Technical questions answered"), tone="blue"),
        EventKind(
            "order.answers_returned", story=_("Technical answers sent back"), recipients=people, tone="amber",
            context=_mail(_("Technical answers came back"), _returned, _returned_lines, door="orders:details"),
            words=_of_return,
        ),
        EventKind("order.answers_accepted", story=_("Technical answers accepted"), tone="green"),
        EventKind(
            "order.reserved", story=_("Capacity reserved until %(until_on)s: %(what)s, %(place)s"), words=_said,
            is_internal=True,
        ),
        EventKind(
            "order.committed", story=_("Committed date (CCD) from %(before)s to %(after)s"), recipients=people,
            context=_mail(_("The date we commit to"), _committed), words=_of_commitment, tone="amber",
        ),
        EventKind("order.delivery_chosen", story=_("Delivery asked for: %(choice)s (%(wanted_on)s)"), words=_said),
        EventKind(
            "order.expedite_refused", story=_("Expedite to %(wanted_on)s is not possible"), recipients=people,
            context=_mail(_("Your expedite is not possible"), _not_earlier), words=_said, tone="amber",
        ),
        EventKind("order.expedite_settled", story=_("Expedite settled: %(fee)s"), words=_said),
    )  # fmt: skip
    _register_changes()


def _register_changes() -> None:
    register(
        EventKind(
            "order.supplement_asked", story=_("Change asked for: %(change)s (%(charge)s)"), words=_of_supplement,
            tone="amber",
        ),
        EventKind("order.supplement_taken_back", story=_("Change taken back: %(change)s"), words=_said, tone="gray"),
        EventKind(
            "order.supplement_decided", story=_("Change answered: %(change)s (%(charge)s)"), recipients=people,
            context=_mail(_("Your change is answered"), _decided), words=_of_supplement,
        ),
        EventKind(
            "order.cancelled", story=_("Order cancelled"), recipients=people, tone="gray",
            context=_mail(_("Your order is cancelled"), _cancelled, door="orders:order"),
        ),
        EventKind(
            "order.visit_reminded", story=_("Reminded of the visit on %(expected_on)s"), recipients=people,
            context=_mail(_("We come to your site soon"), _visit), words=_said,
        ),
        EventKind(
            "order.asked_again", story=_("Reminded: %(step)s, by %(expected_on)s"), recipients=people,
            context=_mail(_("Your order waits for you"), _asked), words=_said, tone="amber",
        ),
        EventKind(
            "steps.set", story=_("%(actor)s set the steps of orders: %(type)s %(place)s"), words=_said, is_internal=True
        ),
        EventKind(
            "steps.cleared", story=_("%(actor)s removed the steps set for orders: %(type)s %(place)s"), words=_said,
            is_internal=True,
        ),
    )  # fmt: skip
