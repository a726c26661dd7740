"""Making a long file: claimed by lease, read in parts, kept once, told, and removed after its time."""

import hashlib
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from portal import celery, events, files, terms
from portal.actors import Actor, system
from portal.errors import Refused
from portal.exports.asking import TASKS
from portal.exports.kinds import KINDS, ExportKind, reach_of
from portal.lists import rows_after
from portal.models import EXPORT_FLOW, Export, ExportState
from portal.tenancy import tenant_scope

log = logging.getLogger(__name__)

BATCH = 1_000  # rows in memory at a time
LEASE = timedelta(seconds=120)  # renewed with every batch
PAUSE = timedelta(seconds=30)  # after an error
MOST_ATTEMPTS = 5


class _Lost(Exception):
    """Somebody else has the lease: this worker was thought dead."""


@dataclass
class _Made:
    """A file while it is written."""

    content: IO[bytes]
    digest: Any
    size: int = 0
    rows: int = 0
    reach: list[int] | None = None
    email: str = ""

    def write(self, piece: bytes) -> None:
        self.content.write(piece)
        self.digest.update(piece)
        self.size += len(piece)


def make(enterprise_id: int, export_id: int, *, now: datetime) -> bool:
    """Make one file, if nobody else is doing so; True when it is ready by this call.

    May run twice, late, or be killed anywhere: the lease runs out, and the next worker begins anew.
    """
    export = _claim(enterprise_id, export_id, now=now)
    if export is None:
        return False
    with translation.override(export.language), timezone.override(export.time_zone), _a_file() as made:
        try:
            _write(export, KINDS[export.kind], made)
            return _keep(export, made)
        except _Lost:
            return False
        except Refused as refusal:
            _fail(export, f"{refusal.message} {refusal.way_out}", made.email)
        except Exception as error:
            log.exception("Export %s of enterprise %s failed.", export_id, enterprise_id)
            _give_back(export, error, made.email)
        return False


@contextmanager
def _a_file() -> Iterator[_Made]:
    with tempfile.TemporaryFile() as content:
        yield _Made(content, hashlib.sha256())


def _claim(enterprise_id: int, export_id: int, *, now: datetime) -> Export | None:
    """Take the lease; the count of attempts is the token that fences off an older worker."""
    free = Q(state=ExportState.WAITING) | Q(state=ExportState.WORKING, lease_until__lt=now)
    with tenant_scope(enterprise_id):
        rows = Export.objects.filter(free, enterprise_id=enterprise_id, pk=export_id)
        export = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if export is None:
            return None
        if export.face != settings.FACE:
            # The relay cannot see whose it is, and gives them all to the customers' worker.
            celery.hint(TASKS[export.face], enterprise_id=enterprise_id, pk=export_id)
            return None
        EXPORT_FLOW.require(export.state, ExportState.WORKING)
        export.state, export.attempts = ExportState.WORKING, export.attempts + 1
        export.lease_until = export.due_at = now + LEASE
        export.rows_done, export.rows_total = 0, None
        export.save(update_fields=["state", "attempts", "lease_until", "due_at", "rows_done", "rows_total"])
        return export


def _write(export: Export, kind: ExportKind, made: _Made) -> None:
    """Header and rows, in batches, each in a transaction of its own and with the person's rights of that moment."""
    if export.attempts > MOST_ATTEMPTS:
        raise Refused(_("This file could not be prepared."), way_out=_("Narrow the list by its filters and try again."))
    shape = kind.shape(made)
    last: Any = None
    while True:
        with tenant_scope(export.enterprise_id):
            actor = _person(export, kind, made)
            rows = kind.of_query(actor, export.query)
            if last is None:
                export.rows_total = _counted(export, rows.order_by().count())
            batch = list(rows_after(rows, kind.page.sorts[0], last)[:BATCH])
            shape.add(batch)
            made.rows += len(batch)
            _renew(export, rows_done=made.rows, rows_total=max(made.rows, export.rows_total or 0))
        if len(batch) < BATCH:
            shape.close()
            return
        last = batch[-1]


def _person(export: Export, kind: ExportKind, made: _Made) -> Actor:
    """Who asked, with the rights they have now. Raises Refused where those do not reach the list, or have changed."""
    actor: Actor | None = import_string(settings.ACTORS)(export.person_id, export.enterprise_id)
    made.email = actor.email if actor else ""
    if actor is None or not actor.may(kind.permission):
        raise Refused(
            _("You may no longer see this list, so the file was not made."),
            way_out=_("Ask your administrator for the permission, then try again."),
        )
    reach = reach_of(actor, kind)
    if made.rows and reach != made.reach:
        raise Refused(
            _("What you may see changed while the file was made."),
            way_out=_("Try again: it is made with your new rights."),
        )
    made.reach = reach
    return actor


def _counted(export: Export, rows: int) -> int:
    most = terms.value("exports.most_rows", on=export.asked_at.date(), enterprise_id=export.enterprise_id)
    if rows > most:
        raise Refused(
            _("The list has %(rows)s rows, and one file holds at most %(most)s.") % {"rows": rows, "most": most},
            way_out=_("Narrow the list by its filters, and take several files."),
        )
    return rows


def _mine(export: Export) -> Any:
    return Export.objects.filter(
        enterprise_id=export.enterprise_id, pk=export.pk, attempts=export.attempts, state=ExportState.WORKING
    )


def _renew(export: Export, **values: object) -> None:
    until = timezone.now() + LEASE
    if _mine(export).update(lease_until=until, due_at=until, **values) != 1:
        raise _Lost()


def _keep(export: Export, made: _Made) -> bool:
    """Store the file, then say in one transaction that it is ready; whose lease is gone takes theirs away."""
    made.content.seek(0)
    key, at = files.put(export.enterprise_id, File(made.content)), timezone.now()
    with tenant_scope(export.enterprise_id):
        found = _mine(export).select_for_update(of=("self",)).first()
        if found is not None:
            _finish(found, key, made, at)
    if found is None:
        default_storage.delete(key)
    return found is not None


def _finish(export: Export, key: str, made: _Made, at: datetime) -> None:
    EXPORT_FLOW.require(export.state, ExportState.DONE)
    kind = KINDS[export.kind]
    export.file = files.hang(
        export, key, name=f"{kind.name}-{timezone.localdate(at):%Y-%m-%d}.{kind.ending}", media_type=kind.media_type,
        size=made.size, sha256=made.digest.hexdigest(), actor=system(export.enterprise_id), at=at,
    )  # fmt: skip
    days = terms.value("exports.kept_days", on=at.date(), enterprise_id=export.enterprise_id)
    export.state, export.lease_until, export.reach = ExportState.DONE, None, made.reach
    export.done_at, export.expires_at, export.last_error = at, at + timedelta(days=days), ""
    export.save(update_fields=["file", "state", "lease_until", "reach", "done_at", "expires_at", "last_error"])
    _tell("export.ready", export, made.email, at, rows=made.rows)


def _tell(kind: str, export: Export, email: str, at: datetime, **facts: Any) -> None:
    whom: dict[str, Any] = {
        "email": email,
        "name": export.person_name,
        "language": export.language,
        "time_zone": export.time_zone,
    }
    actor = system(export.enterprise_id)
    events.record(kind, subject=export, actor=actor, at=at, list=export.kind, face=export.face, **whom, **facts)


def _fail(export: Export, reason: str, email: str, *, error: str = "") -> None:
    """It cannot be: said on the page and in a mail, until the person tries again."""
    at = timezone.now()
    with tenant_scope(export.enterprise_id):
        found = _mine(export).select_for_update(of=("self",)).first()
        if found is None:
            return
        EXPORT_FLOW.require(found.state, ExportState.FAILED)
        found.state, found.lease_until, found.done_at = ExportState.FAILED, None, at
        found.reason, found.last_error = reason[:300], error[:500]
        found.save(update_fields=["state", "lease_until", "done_at", "reason", "last_error"])
        _tell("export.failed", found, email, at, reason=found.reason)


def _give_back(export: Export, error: Exception, email: str) -> None:
    """An error may pass: another attempt a little later, and after the last one a person is told."""
    if export.attempts >= MOST_ATTEMPTS:
        reason = _("This file could not be prepared, for a reason on our side. Please try again later, or call us.")
        _fail(export, reason, email, error=str(error))
        return
    with tenant_scope(export.enterprise_id):
        EXPORT_FLOW.require(ExportState.WORKING, ExportState.WAITING)
        due_at = timezone.now() + PAUSE * export.attempts
        _mine(export).update(
            state=ExportState.WAITING, lease_until=None, due_at=due_at, hinted_at=None, last_error=str(error)[:500]
        )


def expire(now: datetime) -> int:
    """Remove the files whose time is over; as staff, who see them all. Returns how many."""
    over = Export.objects.filter(state=ExportState.DONE, expires_at__lte=now).order_by("expires_at")
    found = list(over.values_list("enterprise_id", "pk"))
    for enterprise_id, pk in found:
        with tenant_scope(enterprise_id):
            _expire(enterprise_id, pk)
    return len(found)


def _expire(enterprise_id: int, pk: int) -> None:
    rows = Export.objects.filter(enterprise_id=enterprise_id, pk=pk, state=ExportState.DONE)
    export = rows.select_for_update(of=("self",)).first()
    if export is None:
        return
    EXPORT_FLOW.require(export.state, ExportState.EXPIRED)
    stored, export.file, export.state = export.file, None, ExportState.EXPIRED
    export.save(update_fields=["file", "state"])
    assert stored is not None  # what is done has its file
    files.remove(stored)
