"""Letting staff into a customer's data, and out again."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise, StaffVisit, TeamMember, TeamRole
from portal import events, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise


def open_enterprise(enterprise_id: int, *, actor: Actor, reason: str, at: datetime) -> StaffVisit:
    """Let staff into a customer's data for a while; the customer's journal says who and why.

    The span is the term ``staff.visit_minutes``. Raises Refused without a reason.
    """
    reason = " ".join(reason.split())
    if len(reason) < 5:
        raise Refused(_("Say in a few words why you open this customer's data."), field="reason")
    return _open(enterprise_id, actor=actor, at=at, reason=reason[:200])


def open_assigned(assignment: TeamMember, *, actor: Actor, at: datetime) -> StaffVisit:
    """The same for who serves this customer, or stands in for who does: the place in the account team is the reason."""
    why: dict[str, str] = {"role": TeamRole(assignment.role)}
    if assignment.card_id != actor.person_id:
        why["stands_for"] = assignment.card.name
    return _open(assignment.enterprise_id, actor=actor, at=at, **why)


@transaction.atomic
def _open(enterprise_id: int, *, actor: Actor, at: datetime, **why: str) -> StaffVisit:
    assert actor.person_id is not None
    enterprise = Enterprise.objects.get(enterprise_id=enterprise_id)
    today = at.astimezone(ZoneInfo(enterprise.time_zone)).date()
    minutes = terms.value("staff.visit_minutes", on=today, of=enterprise)
    until = at + timedelta(minutes=minutes)
    visit = StaffVisit.objects.create(
        enterprise_id=enterprise_id, card_id=actor.person_id, started_at=at, until_at=until, **why
    )
    facts: dict[str, Any] = {"until": until, **why}
    events.record("enterprise.opened", subject=visit, actor=actor, at=at, **facts)
    return visit


@transaction.atomic
def leave_enterprise(*, actor: Actor, at: datetime) -> None:
    """End the staff member's visits here, before their time."""
    visits = of_enterprise(StaffVisit.objects, actor).filter(card_id=actor.person_id, until_at__gt=at)
    visit = visits.order_by("-until_at").first()
    if visit is None:
        return
    visits.update(until_at=at)
    events.record("enterprise.left", subject=visit, actor=actor, at=at)
