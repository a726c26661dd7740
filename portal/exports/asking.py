"""Asking for a file that is made in the background."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal import events, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.exports.kinds import ExportKind, list_mine
from portal.models import EXPORT_FLOW, Export, ExportState

# Each face has a worker of its own, with its own rights in the database.
TASKS = {"customer": "portal.export", "staff": "portal.export_for_staff"}
_ANEW = ["state", "attempts", "hinted_at", "asked_at", "due_at", "rows_done", "rows_total", "reason",
         "last_error", "language", "time_zone"]  # fmt: skip
UNDER_WAY = [ExportState.WAITING, ExportState.WORKING]


@transaction.atomic
def ask(kind: ExportKind, query: str, *, actor: Actor, at: datetime) -> Export:
    """Have a list made into a file; the same list that is under way already is not begun twice.

    Raises Refused while as many as the term ``exports.at_once`` are under way for the person.
    """
    assert actor.enterprise_id is not None and actor.user_id is not None
    under_way = list_mine(actor).filter(state__in=UNDER_WAY)
    same = under_way.filter(kind=kind.name, query=query).first()
    if same is not None:
        return same
    _require_room(under_way.count(), actor, at)
    export = Export(
        enterprise_id=actor.enterprise_id,
        kind=kind.name,
        query=query,
        face=settings.FACE,
        person_id=actor.user_id,
        person_name=actor.name,
        language=actor.language,
        time_zone=actor.time_zone,
        asked_at=at,
        due_at=at,
    )
    try:
        with transaction.atomic():
            export.save(force_insert=True)
    except IntegrityError:
        # A second click was quicker.
        return under_way.get(kind=kind.name, query=query)
    events.record("export.asked", subject=export, actor=actor, at=at, list=kind.name, query=query)
    events.hint_after_commit(TASKS[export.face], export.enterprise_id, export.pk)
    return export


def _require_room(under_way: int, actor: Actor, at: datetime) -> None:
    most = terms.value("exports.at_once", on=at.date(), enterprise_id=actor.enterprise_id)
    if under_way >= most:
        raise Refused(
            _("%(count)s files are being prepared for you already.") % {"count": under_way},
            way_out=_("Wait until one of them is ready, then ask for this one."),
        )


@transaction.atomic
def ask_again(export_id: int, *, actor: Actor, at: datetime) -> Export:
    """Have a file made anew that was not possible or was removed; with the list as it is then.

    Raises Export.DoesNotExist for another person's, IllegalMove while it is there or under way,
    and Refused while too many are under way.
    """
    export = list_mine(actor).select_for_update(of=("self",)).get(pk=export_id)
    EXPORT_FLOW.require(export.state, ExportState.WAITING)
    under_way = list_mine(actor).filter(state__in=UNDER_WAY)
    if under_way.filter(kind=export.kind, query=export.query).exists():
        return export
    _require_room(under_way.count(), actor, at)
    export.hinted_at = None
    export.state, export.attempts, export.asked_at, export.due_at = ExportState.WAITING, 0, at, at
    export.rows_done, export.rows_total, export.reason, export.last_error = 0, None, "", ""
    export.language, export.time_zone = actor.language, actor.time_zone
    export.save(update_fields=_ANEW)
    events.record("export.asked", subject=export, actor=actor, at=at, list=export.kind, query=export.query)
    events.hint_after_commit(TASKS[export.face], export.enterprise_id, export.pk)
    return export
