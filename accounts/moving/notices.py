"""What is told of moves, and to whom."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import selectors
from portal.models import Event
from portal.notices import EventKind, Recipient, register

_SHOWN = 20  # account numbers in a line; more are counted


def numbers_said(numbers: list[str]) -> str:
    """Account numbers in a line."""
    rest = len(numbers) - _SHOWN
    shown = ", ".join(numbers[:_SHOWN])
    return _("%(numbers)s and %(count)s more") % {"numbers": shown, "count": rest} if rest > 0 else shown


def _numbers(facts: dict[str, Any]) -> dict[str, Any]:
    return {"note": numbers_said(facts.get("numbers", []))}


def _context(event: Event) -> dict[str, Any]:
    return {"numbers": event.facts["numbers"][:100], "more": max(0, event.facts["count"] - 100)}


def administrators(event: Event) -> Iterable[Recipient]:
    """Those who administer the enterprise."""
    for member in selectors.list_all_administrators(event.enterprise_id):
        user = member.user
        reason = gettext_lazy("You administer this enterprise.")
        yield Recipient(user.email, member.name, user.language, user.time_zone, reason)


def register_kinds() -> None:
    register(
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
