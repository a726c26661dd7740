"""Who serves a customer, who is away, and who stands in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, StaffAbsence, StaffCard, StaffMember, TeamMember, TeamRole
from portal import events, locator
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise, tenant_scope
from portal.terms import PRODUCT_LINES

_STAFF_LOCKS = 4117  # the space of advisory locks whose keys are cards


class PlaceMoved(Refused):
    """Somebody else changed the place since the page was loaded."""

    message = _("Somebody else has changed this place since you opened the page.")
    way_out = _("Nothing was changed. Look at the team as it stands now, and decide anew.")


@dataclass(frozen=True)
class Place:
    """A place in an account team as it is wanted: whose, as what, for what, and when to call them."""

    card_id: int
    role: str
    account_id: int | None = None
    families: tuple[str, ...] = ()
    escalation: int = 1


def lock_staff(*card_ids: int) -> None:
    """Who is being removed gets no new place meanwhile: both take this lock until their transaction ends.

    An advisory one, because inside a customer the carrier's own tables can only be read.
    """
    with connection.cursor() as cursor:
        for card_id in sorted(card_ids):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_STAFF_LOCKS, card_id % 2**31])


def require_working(card_id: int, field: str) -> StaffCard:
    """The card of somebody who works here. Raises Refused for who has left."""
    lock_staff(card_id)
    member = StaffMember.objects.filter(card_id=card_id, is_active=True).select_related("card").first()
    if member is None:
        raise Refused(_("This person does not work here any more. Choose somebody else."), field=field)
    return member.card


# --- the account team ----------------------------------------------------------------------------


@transaction.atomic
def add_place(place: Place, *, actor: Actor, at: datetime) -> TeamMember:
    """Let one of the carrier's people serve the actor's enterprise, or one account of it.

    Raises Refused for who has left, for an unknown product family or account, and for a place
    that they have already.
    """
    card = require_working(place.card_id, "who")
    assert actor.enterprise_id is not None
    made = TeamMember(enterprise_id=actor.enterprise_id, card=card)
    _fill(made, place, actor)
    events.record("team.member_added", subject=made, actor=actor, at=at, **_facts(made))
    return made


@transaction.atomic
def change_place(pk: int, place: Place, *, seen: Place, actor: Actor, at: datetime) -> TeamMember:
    """Give a place to another person, another role, account, product scope or turn.

    ``seen`` is how it stood when the page was loaded. Raises PlaceMoved where it is another by
    now, TeamMember.DoesNotExist where it has ended, and what ``add_place`` refuses.
    """
    card = require_working(place.card_id, "who")
    found = _locked(pk, actor)
    if place_of(found) != seen:
        raise PlaceMoved
    if place == seen:
        return found
    before = _facts(found)
    found.card = card
    _fill(found, place, actor)
    facts = _facts(found)
    kind = "team.member_changed" if seen.card_id == place.card_id else "team.member_replaced"
    events.record(kind, subject=found, actor=actor, at=at, before=before, **facts)
    return found


@transaction.atomic
def end_place(pk: int, *, actor: Actor, at: datetime) -> None:
    """They serve here no longer; the journal keeps that they did. Raises TeamMember.DoesNotExist."""
    found = _locked(pk, actor)
    _end(found, actor=actor, at=at)


def _locked(pk: int, actor: Actor) -> TeamMember:
    rows = of_enterprise(TeamMember.objects, actor).select_related("card", "account", "enterprise")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def _end(found: TeamMember, *, actor: Actor, at: datetime) -> None:
    events.record("team.member_ended", subject=found, actor=actor, at=at, **_facts(found))
    found.delete()


def place_of(member: TeamMember) -> Place:
    """A place as it stands."""
    return Place(member.card_id, member.role, member.account_id, tuple(member.families), member.escalation)


def _fill(made: TeamMember, place: Place, actor: Actor) -> None:
    unknown = set(place.families) - set(PRODUCT_LINES)
    if place.role not in TeamRole or unknown:
        raise Refused(_("There is no such role or product."), field="role")
    if place.account_id is not None:
        account = of_enterprise(Account.objects, actor).filter(pk=place.account_id).first()
        if account is None:
            raise Refused(_("This customer has no such account."), field="account")
        made.account = account
    else:
        made.account = None
    made.role, made.escalation, made.families = place.role, place.escalation, sorted(place.families)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Refused(_("They serve here in this role already. Change that place instead."), field="who") from error


def _facts(member: TeamMember) -> dict[str, Any]:
    return {
        "name": member.card.name,
        "role": member.role,
        "account": member.account.number if member.account else "",
        "families": list(member.families),
        "escalation": member.escalation,
        "email": member.card.email,
    }


# --- who is away -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Away:
    """Somebody is away from a day to another, both of them included, and somebody stands in."""

    card_id: int
    deputy_id: int
    first: date
    last: date


@transaction.atomic
def set_absence(away: Away, *, actor: Actor, at: datetime) -> StaffAbsence:
    """Say when one of the carrier's people is away, in whole days where they work, and who stands in.

    Raises Refused where the last day is before the first or has passed, where they are away then
    already, and for a deputy who has left or is away themselves on one of the days.
    """
    lock_staff(away.card_id, away.deputy_id)
    card, deputy = require_working(away.card_id, "who"), require_working(away.deputy_id, "deputy")
    if card == deputy:
        raise Refused(_("Nobody stands in for themselves. Choose a colleague."), field="deputy")
    if away.last < away.first:
        raise Refused(_("The last day is before the first one."), field="last")
    starts_at, ends_at = _midnight(away.first, card), _midnight(away.last + timedelta(days=1), card)
    if ends_at <= at:
        raise Refused(_("These days have passed already."), field="last")
    _require_free(card, starts_at, ends_at, field="first")
    _require_free(deputy, starts_at, ends_at, field="deputy")
    made = StaffAbsence.objects.create(card=card, deputy=deputy, starts_at=starts_at, ends_at=ends_at)
    _record_house("absence.set", made, actor=actor, at=at)
    return made


@transaction.atomic
def end_absence(pk: int, *, actor: Actor, at: datetime) -> None:
    """They are back, or do not go: what has not begun is gone, what has ends now. Over already: nothing happens."""
    rows = StaffAbsence.objects.select_related("card", "deputy").select_for_update(of=("self",))
    found = rows.filter(pk=pk, ends_at__gt=at).first()
    if found is None:
        return
    _record_house("absence.ended", found, actor=actor, at=at)
    _cut(found, at)


def _cut(absence: StaffAbsence, at: datetime) -> None:
    if absence.starts_at >= at:
        absence.delete()
    else:
        absence.ends_at = at
        absence.save(update_fields=["ends_at"])


def _midnight(day: date, card: StaffCard) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(card.time_zone))


def _require_free(card: StaffCard, starts_at: datetime, ends_at: datetime, *, field: str) -> None:
    other = StaffAbsence.objects.filter(card=card, starts_at__lt=ends_at, ends_at__gt=starts_at).first()
    if other:
        days = {"name": card.name, "first": date_format(other.first_day), "last": date_format(other.last_day)}
        raise Refused(_("%(name)s is away from %(first)s to %(last)s already.") % days, field=field)


def _record_house(kind: str, absence: StaffAbsence, *, actor: Actor, at: datetime) -> None:
    house = locator.house_id()
    facts = {
        "name": absence.card.name,
        "deputy": absence.deputy.name if absence.deputy else "",
        "first": absence.first_day,
        "last": absence.last_day,
    }
    with tenant_scope(house):
        events.record(kind, subject=absence, actor=actor, at=at, enterprise_id=house, **facts)


# --- handing over ----------------------------------------------------------------------------------


def hand_over(leaver: StaffCard, successor: StaffCard | None, *, actor: Actor, at: datetime) -> int:
    """Give the leaver's places in account teams and as a deputy to the successor; without one they end.

    Outside any enterprise, in the caller's transaction, which holds both cards' locks. Returns
    how many places there were.
    """
    mine = TeamMember.objects.filter(card=leaver).order_by("enterprise_id", "pk")
    places = list(mine.values_list("enterprise_id", "pk"))
    for enterprise_id, pk in places:
        acting = replace(actor, enterprise_id=enterprise_id)
        with tenant_scope(enterprise_id):
            _pass_on(pk, successor, actor=acting, at=at)
    ahead = StaffAbsence.objects.filter(ends_at__gt=at).select_related("card", "deputy")
    for absence in ahead.filter(card=leaver):
        _cut(absence, at)
    _pass_on_absences(ahead.filter(deputy=leaver), successor)
    return len(places)


def _pass_on(pk: int, successor: StaffCard | None, *, actor: Actor, at: datetime) -> None:
    found = _locked(pk, actor)
    twin = TeamMember.objects.filter(
        enterprise_id=found.enterprise_id, role=found.role, account=found.account_id, card=successor
    )
    if successor is None or twin.exists():
        _end(found, actor=actor, at=at)
        return
    before, found.card = _facts(found), successor
    found.save(update_fields=["card"])
    events.record("team.member_replaced", subject=found, actor=actor, at=at, before=before, **_facts(found))


def _pass_on_absences(absences: Iterable[StaffAbsence], successor: StaffCard | None) -> None:
    """Who is away themselves has no use as a deputy of themselves: nobody stands in then."""
    for absence in absences:
        absence.deputy = None if successor is None or successor.pk == absence.card_id else successor
        absence.save(update_fields=["deputy"])
