"""People who have not been here for long: warned by mail, then closed out, and in the end removed.

The rules act on each membership by itself; whoever is still seen elsewhere goes on there.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from accounts.models import Enterprise, Membership, MembershipStatus
from accounts.services import members
from accounts.services.rights import lock_administrators
from portal import events, terms
from portal.actors import Actor, system
from portal.errors import Refused
from portal.tenancy import tenant_scope

DAYS, WARN_DAYS, REMOVE_DAYS = "people.idle_days", "people.idle_warn_days", "people.idle_remove_days"


def note_seen(member: Membership, today: date) -> None:
    """Somebody was here today; written once a day."""
    if member.seen_on is None or member.seen_on < today:
        Membership.objects.filter(enterprise_id=member.enterprise_id, pk=member.pk).update(
            seen_on=today, warned_at=None
        )


def look_for_idle(enterprise_id: int, *, at: datetime) -> dict[str, int]:
    """Warn, close out and remove an enterprise's idle people; how many of each. Twice a day does no more than once.

    The days are terms. The last system administrator is warned and stays.
    """
    with tenant_scope(enterprise_id):
        enterprise = Enterprise.objects.get(enterprise_id=enterprise_id)
        actor = system(enterprise_id)
        today = at.astimezone(ZoneInfo(enterprise.time_zone)).date()
        book = terms.book(enterprise, on=today)
        idle, warn, gone = (book.value(name) for name in (DAYS, WARN_DAYS, REMOVE_DAYS))
        # Nobody is closed out whose warning is not as old as it says.
        warned = _since(enterprise_id, today - timedelta(days=idle), MembershipStatus.ACTIVE)
        warned = warned.filter(warned_at__lte=at - timedelta(days=warn))
        closed = _close(warned, actor=actor, at=at)
        removed = _remove(_since(enterprise_id, today - timedelta(days=gone), MembershipStatus.INACTIVE), actor, at)
        told = _warn(_since(enterprise_id, today - timedelta(days=idle - warn), MembershipStatus.ACTIVE), actor, at)
    return {"warned": told, "closed": closed, "removed": removed}


def _since(enterprise_id: int, day: date, status: MembershipStatus) -> QuerySet[Membership]:
    """Those of a status who were here last on that day or before it."""
    rows = Membership.objects.filter(enterprise_id=enterprise_id, status=status)
    last = Coalesce(F("seen_on"), TruncDate("joined_at"), TruncDate("created_at"))
    return rows.annotate(last_on=last).filter(last_on__lte=day).order_by("pk")


def _close(rows: QuerySet[Membership], *, actor: Actor, at: datetime) -> int:
    return sum(_done(members.deactivate, pk, actor=actor, at=at) for pk in rows.values_list("pk", flat=True))


def _remove(rows: QuerySet[Membership], actor: Actor, at: datetime) -> int:
    return sum(_done(members.remove, pk, actor=actor, at=at) for pk in rows.values_list("pk", flat=True))


def _done(act: members.Closing, pk: int, *, actor: Actor, at: datetime) -> bool:
    try:
        act(pk, actor=actor, at=at, why="idle")
    except Refused:
        # The last administrator, or somebody else was quicker.
        return False
    return True


@transaction.atomic
def _warn(rows: QuerySet[Membership], actor: Actor, at: datetime) -> int:
    lock_administrators(actor)
    told = list(rows.filter(warned_at=None).select_for_update(of=("self",)))
    for member in told:
        Membership.objects.filter(enterprise_id=member.enterprise_id, pk=member.pk).update(warned_at=at)
        events.record("person.idle", subject=member, actor=actor, at=at, person=member.name)
    return len(told)
