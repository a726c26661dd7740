"""Every night: has each event its to-do, and each told one its notices? What lacks is told, and nothing is mended.

A mail that nobody expected is worse than a finding that a person looks at.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from portal import notices
from portal.models import Event, Notice, Todo
from portal.moving import CAME_FROM
from portal.tables import Queue
from portal.tenancy import tenant_scope

log = logging.getLogger(__name__)

# Two nights, so that one which was missed is made up for; the last hour may still be under way.
WINDOW = timedelta(days=2)
UNDER_WAY = timedelta(hours=1)


def compare(now: datetime) -> dict[str, int]:
    """How many events lack their to-do, and how many that were told lack their notices; as staff.

    One enterprise after the other: each is a question of a millisecond, all at once would be one
    through the whole journal.
    """
    lacks = {"todo": 0, "notice": 0}
    enterprises = apps.get_model(settings.ENTERPRISE_MODEL)._default_manager
    for enterprise_id in enterprises.order_by("pk").values_list("pk", flat=True):
        recent = _recent(enterprise_id, now)
        lacks["todo"] += _tell("to-do", recent.exclude(_has(Todo)))
        untold = recent.filter(_has(Todo, state=Queue.State.DONE)).exclude(_has(Notice))
        with tenant_scope(enterprise_id):
            lacks["notice"] += _tell("notice", [event for event in untold if _has_readers(event)])
    return lacks


def _recent(enterprise_id: int, now: datetime) -> QuerySet[Event]:
    told = [kind.name for kind in notices.KINDS.values() if not kind.is_silent]
    span = (now - WINDOW, now - UNDER_WAY)
    rows = Event.objects.filter(enterprise_id=enterprise_id, at__range=span, kind__in=told)
    # What came with a thing that moved was told where it happened.
    return rows.exclude(facts__has_key=CAME_FROM)


def _has(queue: type[Todo] | type[Notice], **fields: object) -> Exists:
    return Exists(queue.objects.filter(enterprise_id=OuterRef("enterprise_id"), event=OuterRef("pk"), **fields))


def _has_readers(event: Event) -> bool:
    recipients = notices.KINDS[event.kind].recipients
    return recipients is not None and any(reader.address for reader in recipients(event))


def _tell(lack: str, events: Iterable[Event]) -> int:
    ids = [event.pk for event in events]
    if ids:
        log.error("Events without a %s: %s", lack, ids[:20])
    return len(ids)
