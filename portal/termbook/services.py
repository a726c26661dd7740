"""What sets a term from a day on, and takes back what has not begun.

Nothing that has begun to bind is ever changed: a mistake is corrected by another value from today
on. The database grants no more than this.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal import events, locator, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.models import CarrierTerm, EnterpriseTerm
from portal.tenancy import of_enterprise, tenant_scope
from portal.terms import R, Setting, Term


class TermMoved(Refused):
    """Somebody else set the term since the page was loaded."""

    message = _("Somebody else has set this term since you opened the page.")
    way_out = _("Nothing was changed. Look at what they set, and decide anew.")


class TermBegun(Refused):
    """What has begun to bind, or was withdrawn, is history."""

    message = _("This has begun to bind or was withdrawn, so it stays as it is in the history.")
    way_out = _("Nothing was changed. Set another value from today on instead.")


@dataclass(frozen=True)
class Wish:
    """A value wanted from a day on; none ends the place's own value. ``seen`` is the last row one knew of."""

    value: Any
    starts_on: date
    reason: str
    seen: int = 0
    is_end: bool = False


def local_today(actor: Actor, at: datetime) -> date:
    return at.astimezone(ZoneInfo(actor.time_zone)).date()


@transaction.atomic
def set_term(term: Term, wish: Wish, *, place: tuple[str, str, str], actor: Actor, at: datetime) -> CarrierTerm:
    """Set a term of the carrier's for a product line, segment and country ('' for all) from a day on.

    The day is today or later where the actor is. Raises Refused for a day that has passed, a
    value that is none of the term's kind or stands there already, and a reason that says nothing;
    TermMoved where somebody else was quicker.
    """
    row = prepare_carrier(term, wish, place=place, actor=actor, at=at)
    _insert(row)
    house_id = locator.house_id()
    facts = {"product_line": place[0], "segment": place[1], "country": place[2]}
    with tenant_scope(house_id):
        events.record("term.set", subject=row, actor=actor, at=at, enterprise_id=house_id, **facts, **_facts(row))
    return row


def prepare_carrier(term: Term, wish: Wish, *, place: tuple[str, str, str], actor: Actor, at: datetime) -> CarrierTerm:
    """The row that ``set_term`` would write, checked and unsaved: what a preview shows."""
    product_line, segment, country = place
    known = CarrierTerm.objects.filter(name=term.name)
    row = CarrierTerm(product_line=product_line, segment=segment, country=country)
    return _prepare(row, term, wish, list(known), actor=actor, at=at)


@transaction.atomic
def agree_term(term: Term, wish: Wish, *, contract: str, actor: Actor, at: datetime) -> EnterpriseTerm:
    """Agree on a term with the actor's enterprise, or for one contract of it, from a day on.

    Refuses what ``set_term`` refuses.
    """
    row = prepare_agreed(term, wish, contract=contract, actor=actor, at=at)
    _insert(row)
    events.record("term.agreed", subject=row, actor=actor, at=at, contract=contract, **_facts(row))
    return row


def prepare_agreed(term: Term, wish: Wish, *, contract: str, actor: Actor, at: datetime) -> EnterpriseTerm:
    """The row that ``agree_term`` would write, checked and unsaved."""
    known = of_enterprise(EnterpriseTerm.objects, actor).filter(name=term.name)
    assert actor.enterprise_id is not None
    row = EnterpriseTerm(enterprise_id=actor.enterprise_id, contract=contract)
    return _prepare(row, term, wish, list(known), actor=actor, at=at)


def _prepare(row: R, term: Term, wish: Wish, known: list[R], *, actor: Actor, at: datetime) -> R:
    if wish.starts_on < local_today(actor, at):
        raise Refused(_("The past stays as it was. Choose today or a later day."), field="starts_on")
    if len(" ".join(wish.reason.split())) < 5:
        raise Refused(_("Say in a few words why: it stands in the history."), field="reason")
    if max((each.pk for each in known), default=0) != wish.seen:
        raise TermMoved()
    row.name, row.starts_on, row.is_end = term.name, wish.starts_on, wish.is_end
    row.reason = " ".join(wish.reason.split())[:300]
    row.set_by, row.set_by_user_id, row.set_at = actor.name, actor.user_id, at
    here = [each for each in known if each.place == row.place]
    row.revision = 1 + max((each.revision for each in here if each.starts_on == wish.starts_on), default=-1)
    stands = next(iter(terms.begun(here, on=wish.starts_on)), None)
    row.value = _clean(term, wish, stands)
    if stands and not wish.is_end and stands.value == row.value:
        raise Refused(_("This value stands there already on that day."), field="value")
    return row


def _clean(term: Term, wish: Wish, stands: Setting | None) -> Any:
    if wish.is_end:
        if stands is None:
            raise Refused(_("There is no value of its own here that could end."), field="is_end")
        return stands.value
    try:
        return term.kind.clean(wish.value)
    except ValueError as error:
        raise Refused(str(error), field="value") from error


def _insert(row: Setting) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        # Two who saw the same history: the table holds one revision of a place and day.
        raise TermMoved() from error


def _facts(row: Setting) -> dict[str, Any]:
    return {
        "term": row.name,
        "value": row.value,
        "is_end": row.is_end,
        "starts_on": row.starts_on,
        "reason": row.reason,
    }


@transaction.atomic
def withdraw_term(row: CarrierTerm, *, actor: Actor, at: datetime, reason: str) -> CarrierTerm:
    """Take back a value of the carrier's that has not begun. Raises TermBegun where it has."""
    _withdraw(CarrierTerm.objects.filter(pk=row.pk), row, actor=actor, at=at, reason=reason)
    house_id = locator.house_id()
    with tenant_scope(house_id):
        facts = {**_facts(row), "reason": row.withdrawal_reason}
        events.record("term.withdrawn", subject=row, actor=actor, at=at, enterprise_id=house_id, **facts)
    return row


@transaction.atomic
def withdraw_agreed(row: EnterpriseTerm, *, actor: Actor, at: datetime, reason: str) -> EnterpriseTerm:
    """Take back what was agreed and has not begun. Raises TermBegun where it has."""
    _withdraw(of_enterprise(EnterpriseTerm.objects, actor).filter(pk=row.pk), row, actor=actor, at=at, reason=reason)
    facts = {**_facts(row), "reason": row.withdrawal_reason}
    events.record("term.agreement_withdrawn", subject=row, actor=actor, at=at, **facts)
    return row


def _withdraw(rows: Any, row: Setting, *, actor: Actor, at: datetime, reason: str) -> None:
    said = " ".join(reason.split())[:300]
    if len(said) < 5:
        raise Refused(_("Say in a few words why: it stands in the history."), field="reason")
    row.withdrawn_at, row.withdrawn_by, row.withdrawal_reason = at, actor.name, said
    waiting = rows.filter(withdrawn_at__isnull=True, starts_on__gt=local_today(actor, at))
    if not waiting.update(withdrawn_at=at, withdrawn_by=actor.name, withdrawal_reason=said):
        raise TermBegun()
