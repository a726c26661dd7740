"""What is told of moves, and to whom."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import selectors
from accounts.models import MoveSide, MoveStatus
from accounts.notices import Plain, plain
from portal.cells import in_a_line
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, Recipient, register


def _numbers(facts: dict[str, Any]) -> dict[str, Any]:
    return {"note": in_a_line(facts.get("numbers", []))}


def _people(facts: dict[str, Any]) -> dict[str, Any]:
    return {"note": in_a_line(facts.get("people", [])) or _("nobody")}


def _context(event: Event) -> dict[str, Any]:
    return {"numbers": event.facts["numbers"][:100], "more": max(0, event.facts["count"] - 100)}


def administrators(event: Event) -> Iterable[Recipient]:
    """Those who administer the enterprise."""
    for member in selectors.list_all_administrators(event.enterprise_id):
        user = member.user
        reason = gettext_lazy("You administer this enterprise.")
        yield Recipient(user.email, member.name, user.language, user.time_zone, reason)


# What a move came to, as its mail and its story say it.
OUTCOMES: dict[str, Text] = {
    MoveStatus.DECLINED: gettext_lazy("It was declined"),
    MoveStatus.WITHDRAWN: gettext_lazy("It was cancelled"),
    MoveStatus.LAPSED: gettext_lazy("Not all have agreed in time"),
    MoveStatus.MISFIT: gettext_lazy("What you gave does not show that the accounts are there and are to move"),
}


def _ended(facts: dict[str, Any]) -> dict[str, Any]:
    said = [str(OUTCOMES.get(facts.get("outcome", ""), "")), facts.get("by", ""), facts.get("reason", "")]
    return {"note": ": ".join(each for each in said if each)}


def _side(event: Event) -> dict[str, Any]:
    side = MoveSide.objects.get(enterprise_id=event.enterprise_id, pk=event.subject_id)
    outcome = OUTCOMES.get(event.facts.get("outcome", ""), "")
    return {"side": side, "numbers": in_a_line(side.accounts), "outcome": outcome}


def register_kinds() -> None:
    _register_moves()
    register(*_OF_PEOPLE)
    register(
        EventKind("account.code_made", story=gettext_lazy("%(actor)s made an authentication code for the account")),
        EventKind("account.code_ended", story=gettext_lazy("%(actor)s ended an authentication code"), tone="gray"),
        EventKind(
            "move.failed",
            story=gettext_lazy(
                "Enterprise %(other)s asked for account %(account)s and could not prove that it is theirs"
            ),
            tone="amber",
        ),
        EventKind(
            "accounts.left",
            story=gettext_lazy("%(count)s billing accounts moved to %(other)s"),
            recipients=administrators,
            context=_context,
            words=_numbers,
            tone="amber",
        ),
        EventKind(
            "accounts.came",
            story=gettext_lazy("%(count)s billing accounts came from %(other)s"),
            recipients=administrators,
            context=_context,
            words=_numbers,
            tone="green",
        ),
        EventKind("account.came", story=gettext_lazy("The account came from %(other)s"), tone="green"),
    )


def _register_moves() -> None:
    register(
        EventKind("move.asked", story=gettext_lazy("%(actor)s asked that accounts move"), words=_numbers, tone="amber"),
        EventKind(
            "move.reached",
            story=gettext_lazy("Enterprise %(other)s asks that accounts move: %(number)s"),
            recipients=administrators,
            context=_side,
            words=_numbers,
            tone="amber",
        ),
        EventKind("move.agreed", story=gettext_lazy("%(actor)s agreed"), tone="green"),
        EventKind("move.declined", story=gettext_lazy("%(actor)s declined"), tone="red"),
        EventKind("move.withdrawn", story=gettext_lazy("%(actor)s cancelled it"), tone="gray"),
        EventKind(
            "move.approved",
            story=gettext_lazy("All have agreed: the accounts move on their day"),
            recipients=administrators,
            context=_side,
            words=_numbers,
            tone="blue",
        ),
        EventKind(
            "move.ended",
            story=gettext_lazy("The accounts do not move"),
            recipients=administrators,
            context=_side,
            words=_ended,
            tone="red",
        ),
        EventKind("move.done", story=gettext_lazy("The accounts have moved"), words=_numbers, tone="green"),
    )


# Who comes along when enterprises are merged.
_OF_PEOPLE = (
    EventKind("move.people_chosen", story=gettext_lazy("%(actor)s said who comes along"), words=_people, tone="blue"),
    plain(
        "move.people_offered",
        story=gettext_lazy("Enterprise %(other)s said who comes along"),
        recipients=administrators,
        mail=Plain(
            gettext_lazy("Who comes along to %(company)s"),
            gettext_lazy("Enterprise %(other)s says who of its people comes along when its accounts move to you."),
            gettext_lazy("Choose whom you let in. Nobody is invited whom you do not choose."),
            "moving:list",
        ),
        words=_people,
        tone="amber",
    ),
)
