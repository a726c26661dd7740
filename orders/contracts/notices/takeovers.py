"""What is told of services that go to another company, to each of the two."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import MoveStatus
from accounts.selectors import list_all_administrators
from orders.contracts.notices import Told, told, words
from orders.contracts.rules import MOVED
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, Recipient, register

# What it came to, as its mail and its story say it.
_OUTCOMES: dict[str, Text] = {
    MoveStatus.DECLINED: _("It was declined"),
    MoveStatus.WITHDRAWN: _("It was cancelled"),
    MoveStatus.LAPSED: _("Not all have agreed in time"),
    MOVED: _("The account of these services has changed company meanwhile"),
    MoveStatus.MISFIT: _("What you gave does not show an account to which these services can go"),
}


def _administrators(event: Event) -> Iterable[Recipient]:
    for member in list_all_administrators(event.enterprise_id):
        user = member.user
        yield Recipient(user.email, member.name, user.language, user.time_zone, _("You administer this enterprise."))


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    """The day as the reader writes it, what it is about, and what it came to."""
    about = [str(_OUTCOMES.get(facts.get("outcome", ""), "")), facts.get("by", ""), facts.get("reason", "")]
    names, count = facts.get("services", []), facts.get("count", 0)
    what = names[0] if len(names) == 1 else ngettext("%(n)s service", "%(n)s services", count) % {"n": count}
    return {**words(facts), "what": what, "note": ": ".join(each for each in about if each)}


def _told(name: str, *, story: Text, title: Text, sentence: Text, advice: Text = "", tone: str) -> EventKind:
    mail = Told(title, sentence, advice, door="orders:takeovers", words=_said)
    return told(name, story=story, told=mail, recipients=_administrators, tone=tone, words=_said)


KINDS = (
    EventKind(
        "takeover.asked",
        story=_("%(actor)s offered %(what)s to account %(account)s of another company, from %(on)s on"),
        tone="amber",
        words=_said,
    ),
    EventKind(
        "takeover.failed",
        story=_("Enterprise %(other)s offered services to account %(account)s and could not show that you agree"),
        tone="amber",
    ),
    _told(
        "takeover.reached",
        story=_("%(other)s offers %(what)s to account %(account)s, from %(on)s on"),
        title=_("%(other)s offers you services: %(number)s"),
        sentence=_("They offer you %(what)s for account %(account)s, from %(on)s on."),
        advice=_("Look at them and at what they cost, and take them or decline. Nothing happens until you agree."),
        tone="amber",
    ),
    EventKind("takeover.agreed", story=_("%(actor)s agreed to take the services"), tone="green"),
    EventKind("takeover.declined", story=_("%(actor)s declined"), tone="red", words=_said),
    EventKind("takeover.withdrawn", story=_("%(actor)s cancelled it"), tone="gray", words=_said),
    _told(
        "takeover.approved",
        story=_("All have agreed to change company on %(on)s: %(what)s"),
        title=_("All have agreed to %(number)s"),
        sentence=_("It changes company on %(on)s: %(what)s. Until then either side can cancel."),
        tone="blue",
    ),
    _told(
        "takeover.ended",
        story=_("The services do not change company"),
        title=_("%(number)s comes to nothing"),
        sentence=_("Nothing changes company: %(what)s. %(note)s"),
        tone="red",
    ),
    _told(
        "takeover.gone",
        story=_("Went to %(other)s on %(on)s: %(what)s"),
        title=_("%(what)s: with %(other)s from now on"),
        sentence=_("You are billed until the day before %(on)s, and no longer: %(what)s."),
        advice=_("Their history, orders, tickets and invoices until then stay with you."),
        tone="gray",
    ),
    _told(
        "takeover.came",
        story=_("Came from %(other)s on %(on)s: %(what)s"),
        title=_("%(what)s: yours from now on, from %(other)s"),
        sentence=_("Account %(account)s pays from %(on)s on: %(what)s."),
        tone="green",
    ),
)


def register_kinds() -> None:
    register(*KINDS)
