"""The lists of this app, and its part of staff's home."""

from typing import Any

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
