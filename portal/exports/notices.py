"""Whom a file in the background concerns: the one person who asked for it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.exports.kinds import KINDS
from portal.models import Event
from portal.notices import EventKind, Recipient, register


def _person(event: Event) -> Iterable[Recipient]:
    facts = event.facts
    yield Recipient(
        address=facts["email"],
        name=facts["name"],
        language=facts["language"],
        time_zone=facts["time_zone"],
        reason=_("You asked for this file."),
        face=facts["face"],
    )


def _list(event: Event) -> dict[str, Any]:
    return {"title": KINDS[event.facts["list"]].title}


def register_kinds() -> None:
    register(
        EventKind("export.asked", story=_("%(actor)s asked for a file of %(list)s")),
        EventKind("export.ready", story=_("The file is ready"), recipients=_person, context=_list, tone="green"),
        EventKind(
            "export.failed", story=_("The file could not be made"), recipients=_person, context=_list, tone="red"
        ),
    )
