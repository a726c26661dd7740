"""The lists of this app, and its part of staff's home."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import selectors
from portal.actors import Actor
from portal.lists import Filter, ListPage, Sort, count_label

VISITS = ListPage(sorts=[Sort("newest", _("Newest first"), "started_at", is_descending=True)])

ENTERPRISES = ListPage(
    sorts=[Sort("name", _("Name"), "legal_name")],
    filters=[Filter("id", _("Enterprise number"), lambda rows, value: rows.filter(public_id=value))],
)


def failures_card(actor: Actor) -> dict[str, Any] | None:
    """How many mails, and how many events, wait for a person; outside any enterprise."""
    if actor.enterprise_id is not None:
        return None
    return {
        "undelivered": count_label(selectors.list_undelivered(actor)),
        "untold": count_label(selectors.list_untold(actor)),
    }


def switch_entries(places: list[tuple[int, str, str]], current: str, at: str) -> list[dict[str, Any]]:
    """Enterprises as the switcher lists them; ``at`` is the door that is open now."""
    query = f"?{urlencode({'at': at})}" if at and at != "accounts:home" else ""
    return [
        {
            "public_id": public_id,
            "name": name,
            "url": reverse("accounts:home", args=[public_id]) + query,
            "current": public_id == current,
        }
        for _id, public_id, name in places
    ]


def greeting(name: str, hour: int) -> str:
    """A word to somebody at their hour of the day."""
    words = _("Good morning, %(name)s") if hour < 12 else _("Good afternoon, %(name)s")
    if hour >= 18:
        words = _("Good evening, %(name)s")
    return str(words) % {"name": name.split()[0] if name.split() else name}
