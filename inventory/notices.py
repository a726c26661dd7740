"""What is told of services."""

from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.notices import EventKind, register


def _renamed(facts: dict[str, Any]) -> dict[str, Any]:
    before = facts.get("before")
    return {
        "name": _("“%(name)s”") % {"name": facts["name"]} if facts.get("name") else _("nothing of their own"),
        "note": _("before: “%(name)s”") % {"name": before} if before else "",
    }


def _day(facts: dict[str, Any]) -> dict[str, Any]:
    day = parse_date(facts.get("on", ""))
    return {"on": date_format(day)} if day else {}


def register_kinds() -> None:
    register(
        # Silent: the order that asks for it tells of it.
        EventKind("service.planned", story=gettext_lazy("Service %(service)s is ordered")),
        # Silent: the order that brings a service tells of it.
        EventKind("service.activated", story=gettext_lazy("Service %(service)s is active from %(on)s"), tone="green"),
        # Silent: the orders that do it tell of it.
        EventKind(
            "service.ending", story=gettext_lazy("Service %(service)s is to stop on %(on)s"), tone="amber", words=_day
        ),
        EventKind(
            "service.terminated", story=gettext_lazy("Service %(service)s ended on %(on)s"), tone="gray", words=_day
        ),
        # Silent: the order that offers it, and the offer, tell of it.
        EventKind(
            "service.given",
            story=gettext_lazy("Service %(service)s went to another company on %(on)s, by %(order)s"),
            tone="gray",
            words=_day,
        ),
        EventKind(
            "service.taken_over",
            story=gettext_lazy("Service %(service)s came from another company on %(on)s, to account %(account)s"),
            tone="green",
            words=_day,
        ),
        # Silent: a name is for those who look, and the story keeps it.
        EventKind(
            "service.renamed",
            story=gettext_lazy("The customer calls %(service)s now: %(name)s"),
            words=_renamed,
        ),
        # Silent: whoever waits for it follows the order that it belongs to.
        EventKind(
            "service.dlr_added",
            story=gettext_lazy("Version %(version)s of the design layout record (DLR) of %(service)s was added"),
        ),
    )
