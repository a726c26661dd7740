"""What is told of access reviews, and to whom."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import selectors
from portal.models import Event
from portal.notices import EventKind, Recipient, register


def _administrators(event: Event) -> Iterable[Recipient]:
    """Who wants to hear of people and access; that it is late everybody hears."""
    found = selectors.list_all_administrators(event.enterprise_id)
    for member in found if event.kind == "review.late" else selectors.who_want(found, wants="people"):
        user = member.user
        yield Recipient(
            address=user.email,
            name=member.name,
            language=user.language,
            time_zone=user.time_zone,
            reason=_("You administer this enterprise."),
        )


def _context(event: Event) -> dict[str, Any]:
    counts = {name: event.facts.get(name, 0) for name in ("waiting", "closed")}
    return {"due": date.fromisoformat(event.facts["due"]), **counts}


def _due(facts: dict[str, Any]) -> dict[str, Any]:
    due = facts.get("due")
    return {"note": _now("until %(day)s") % {"day": date_format(date.fromisoformat(due))}} if due else {}


def _waiting(facts: dict[str, Any]) -> dict[str, Any]:
    n = facts.get("waiting", 0)
    lines = [ngettext("%(n)s not confirmed", "%(n)s not confirmed", n) % {"n": n}]
    closed = facts.get("closed", 0)
    if closed:
        lines.append(ngettext("%(n)s closed out", "%(n)s closed out", closed) % {"n": closed})
    return {"note": "; ".join(lines)}


def _results(facts: dict[str, Any]) -> dict[str, Any]:
    words = _now("confirmed: %(kept)s; changed: %(changed)s; ended: %(ended)s")
    return {"note": words % {name: facts.get(name, 0) for name in ("kept", "changed", "ended")}}


def register_kinds() -> None:
    register(
        EventKind(
            "review.opened",
            story=_("Access review %(number)s began"),
            recipients=_administrators,
            context=_context,
            words=_due,
            tone="amber",
        ),
        EventKind(
            "review.reminded",
            story=_("Administrators were reminded of access review %(number)s"),
            recipients=_administrators,
            context=_context,
            words=_waiting,
            tone="gray",
        ),
        EventKind(
            "review.late",
            story=_("Access review %(number)s is late"),
            recipients=_administrators,
            context=_context,
            words=_waiting,
            tone="red",
        ),
        EventKind("review.done", story=_("Access review %(number)s is complete"), words=_results, tone="green"),
        EventKind("rights.confirmed", story=_("%(actor)s confirmed what %(person)s may do"), tone="green"),
    )
