"""What activation shows beside its own pages: the files of an order, an engineer's next calls, the API's lists."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.activating import selectors
from orders.models import ActivationTest, MilestoneKind, MilestoneStatus, Order, TurnUp
from portal.actors import Actor
from portal.lists import ListPage, Sort
from portal.models import StoredFile

# Nothing narrows them.
TESTS = ListPage(sorts=[Sort("newest", gettext_lazy("Newest first"), "tested_at", is_descending=True)])
SLOTS = ListPage(sorts=[Sort("next", gettext_lazy("Next first"), "starts_at")])

FILES, CALLS = 40, 5
AHEAD = timedelta(days=14)
SINCE = timedelta(hours=2)  # a call that may still go on

# Before one of these has begun nobody can have added a file.
_BRING_FILES = frozenset(
    {MilestoneKind.TECHNICAL_DETAILS, MilestoneKind.READY_TO_TEST, MilestoneKind.ACTIVATION, MilestoneKind.ACCEPTANCE}
)


def files_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """On an order's page: what was added to its technical details, its tests and its acceptance, the latest first."""
    steps = getattr(order, "known_steps", None)
    if steps is not None and all(each.kind not in _BRING_FILES or not _has_begun(each.status) for each in steps):
        return None
    found = list(selectors.list_order_files(actor, order)[:FILES])
    return {"files": [{"file": each, "of": _what_it_is_of(each)} for each in found]} if found else None


def _has_begun(status: str) -> bool:
    return status in {MilestoneStatus.IN_PROGRESS, MilestoneStatus.COMPLETED}


def _what_it_is_of(file: StoredFile) -> str:
    if file.subject_type == Order._meta.label_lower:
        return _("technical details")
    if file.subject_type == ActivationTest._meta.label_lower:
        return _("test")
    assert file.subject_type == TurnUp._meta.label_lower
    return _("refusal of the service") if file.added_by_user_id else _("connection notice")


def calls_card(actor: Actor) -> dict[str, Any] | None:
    """Of an engineer's home: the calls that come next, whichever customer they are for."""
    if actor.enterprise_id is not None:
        return None
    now = timezone.now()
    found = list(selectors.list_booked_calls(actor, now - SINCE, now + AHEAD)[:CALLS])
    return {"calls": found} if found else None
