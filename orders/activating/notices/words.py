"""Frozen facts of activation in the reader's language: for the stories, and for the mails sentence by sentence."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders import selectors
from orders.models import NotReadyReason, NotReadyThen
from portal import money
from portal.cells import zoned

Facts = dict[str, Any]
Say = Callable[[Facts], str]

_DAYS = ("due_on", "last_on", "new_on", "on", "accept_by_on", "ready_on", "up_on")


def day(facts: Facts, name: str) -> str:
    found = selectors.day_in(facts, name)
    return date_format(found) if found else ""


def when(facts: Facts, name: str) -> str:
    """A moment where the reader is, with its zone."""
    found = parse_datetime(facts.get(name) or "")
    return zoned(found) if found else ""


def why(facts: Facts) -> str:
    code = facts.get("why", "")
    return str(NotReadyReason(code).label) if code in NotReadyReason.values else ""


def charge(facts: Facts) -> str:
    """What a cancellation costs, or "" where it costs nothing."""
    value = Decimal(facts.get("charge") or 0)
    return money.spoken(value, facts.get("currency", "USD")) if value else ""


def left(days: int) -> str:
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def of_story(facts: Facts) -> Facts:
    """Dates, amounts and reasons, for the line of a story."""
    return {
        **{name: day(facts, name) for name in _DAYS if facts.get(name)},
        **{name: when(facts, name) for name in ("starts_at", "before_at") if facts.get(name)},
        "why": why(facts),
        "left": left(int(facts["left"])) if "left" in facts else "",
    }


def note(facts: Facts) -> str:
    return str(facts.get("note") or "")


# --- customer not ready -----------------------------------------------------------------------------------


def held(facts: Facts) -> str:
    return _("On hold until you are ready (CNR)")


def held_why(facts: Facts) -> str:
    return _("Why: %(why)s.") % {"why": why(facts)}


def last_day(facts: Facts) -> str:
    words = {"due": day(facts, "due_on"), "last": day(facts, "last_on")}
    return _("The order was due on %(due)s. The last day on which you can still go on is %(last)s.") % words


def then(facts: Facts) -> str:
    """What follows on the day after the last one."""
    words = {"day": day(facts, "last_on"), "charge": charge(facts)}
    if facts.get("then") == NotReadyThen.BILL:
        return _("After %(day)s billing starts, whether you are ready or not.") % words
    if words["charge"]:
        return _("After %(day)s the order is cancelled, and you are charged %(charge)s.") % words
    return _("After %(day)s the order is cancelled, at no charge.") % words


def how_to_clear(facts: Facts) -> str:
    return _("To go on, choose a new date on the order's page, or call your care manager.")


def warned(facts: Facts) -> str:
    return _("On hold: %(left)s") % {"left": left(int(facts.get("left", 0)))}


def cleared(facts: Facts) -> str:
    return _("Your order goes on: %(day)s") % {"day": day(facts, "new_on")}


def cleared_more(facts: Facts) -> str:
    return _("The order waits for you no longer. The new date is %(day)s.") % {"day": day(facts, "new_on")}


def ended(facts: Facts) -> str:
    return _("Your order is cancelled")


def cancelled(facts: Facts) -> str:
    return _("The last day to go on was %(day)s, and we have not heard a new date.") % {"day": day(facts, "last_on")}


def cancelled_charge(facts: Facts) -> str:
    cost = charge(facts)
    if not cost:
        return _("You are charged nothing for it.")
    return _("You are charged %(charge)s for what was done until now.") % {"charge": cost}


def billed(facts: Facts) -> str:
    return _("Billing has started")


def billed_more(facts: Facts) -> str:
    words = {"last": day(facts, "last_on"), "on": day(facts, "on")}
    return _("The last day to go on was %(last)s. The service is billed from %(on)s.") % words


def how_to_go_on(facts: Facts) -> str:
    return _("The order stays open: as soon as you are ready we test and hand over the service.")


# --- activation -------------------------------------------------------------------------------------------


def booked(facts: Facts) -> str:
    return _("Activation call: %(when)s") % {"when": when(facts, "starts_at")}


def booked_more(facts: Facts) -> str:
    words = {"engineer": facts.get("engineer", ""), "when": when(facts, "before_at")}
    if words["when"]:
        return _("It was on %(when)s before. %(engineer)s will turn the service up with you.") % words
    return _("%(engineer)s will turn the service up with you.") % words


def how_to_join(facts: Facts) -> str:
    return _("Join by: %(bridge)s") % {"bridge": facts["bridge"]} if facts.get("bridge") else ""


def have_ready(facts: Facts) -> str:
    return _(
        "Have your equipment powered and cabled to the demarcation, and somebody there who can reach it. If nobody"
        " comes, the order is put on hold."
    )


def called_off(facts: Facts) -> str:
    return _("The activation call of %(when)s is called off") % {"when": when(facts, "starts_at")}


def book_again(facts: Facts) -> str:
    return _("Choose another time on the order's page.")


def no_show(facts: Facts) -> str:
    return _("We missed you at the activation call of %(when)s") % {"when": when(facts, "starts_at")}


# --- delivered --------------------------------------------------------------------------------------------


def delivered(facts: Facts) -> str:
    return _("Your service is turned up: connection notice")


def delivered_more(facts: Facts) -> str:
    return _("The service was tested and is ready since %(day)s.") % {"day": day(facts, "ready_on")}


def enclosed(facts: Facts) -> str:
    if facts.get("is_attached"):
        return _("The connection notice is enclosed: its identifiers, its technical configuration, and whom to call.")
    return _("Its identifiers, its technical configuration, and whom to call stand on the order's page.")


def accept_by(facts: Facts) -> str:
    words = {"day": day(facts, "accept_by_on")}
    return _("Accept it on the order's page, or say what is wrong. Silence accepts it after %(day)s.") % words


def reminded(facts: Facts) -> str:
    return _("Accept your service by %(day)s") % {"day": day(facts, "accept_by_on")}


def silent(facts: Facts) -> str:
    return _("Your service counts as accepted")


def silent_more(facts: Facts) -> str:
    words = {"day": day(facts, "accept_by_on"), "on": day(facts, "ready_on")}
    return _("We heard nothing by %(day)s. The service is billed from %(on)s.") % words


def refused(facts: Facts) -> str:
    return _("The service was refused: it is tested again")


def refused_why(facts: Facts) -> str:
    return _("What is wrong: %(reason)s") % {"reason": facts.get("reason", "")}


def refused_more(facts: Facts) -> str:
    return _("Nothing is billed meanwhile. A new activation call can be booked on the order's page.")
