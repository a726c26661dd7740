"""What both sides and the carrier have said of a move, and what follows from it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.models import MOVE_FLOW, Move, MoveSide, MoveStatus, Said
from accounts.moving import selectors as here
from accounts.moving import terms as names
from accounts.moving.services import along
from portal import events, terms
from portal.actors import Actor, system
from portal.errors import Refused
from portal.tenancy import tenant_scope


@transaction.atomic
def settle(pk: int, *, at: datetime) -> Move:
    """Draw what follows from what both sides and the carrier have said; again it changes nothing."""
    move = Move.objects.select_for_update(of=("self",)).get(pk=pk)
    if move.status not in MOVE_FLOW.open_states():
        return move
    sides = here.list_sides_of(move)
    stopped = next((each for each in sides if each.said in {Said.DECLINED, Said.WITHDRAWN}), None)
    if stopped:
        status = MoveStatus.WITHDRAWN if stopped.said == Said.WITHDRAWN else MoveStatus.DECLINED
        # Who has not agreed before is not named to who guessed their ID.
        by = stopped.enterprise.name if stopped.is_asker or status == MoveStatus.WITHDRAWN else ""
        _end(move, sides, status, at=at, reason=stopped.answer, by=by)
        return move
    if move.status == MoveStatus.OPEN and _has_lapsed(move, sides, at):
        _end(move, sides, MoveStatus.LAPSED, at=at)
        return move
    if move.status == MoveStatus.OPEN and move.approved_at and all(each.said == Said.AGREED for each in sides):
        MOVE_FLOW.require(move.status, MoveStatus.APPROVED)
        move.status = MoveStatus.APPROVED
        move.save(update_fields=["status"])
    _copy(move, sides, at=at)
    along.offer(move, sides, at=at)
    return move


def _has_lapsed(move: Move, sides: list[MoveSide], at: datetime) -> bool:
    today = selectors.carriers_day(at)
    asker = next((each.enterprise for each in sides if each.is_asker), None)
    return today > move.effective_on + timedelta(days=terms.value(names.LAPSE, on=today, of=asker))


def _end(
    move: Move, sides: Iterable[MoveSide], status: MoveStatus, *, at: datetime, reason: str = "", by: str = ""
) -> None:
    MOVE_FLOW.require(move.status, status)
    move.status, move.ended_at = status, at
    move.save(update_fields=["status", "ended_at"])
    for each in sides:
        with tenant_scope(each.enterprise_id):
            each.status = status
            each.save(update_fields=["status"])
            _tell_end(each, status, at=at, reason=reason, by=by)


def _copy(move: Move, sides: list[MoveSide], *, at: datetime) -> None:
    """Each side reads in its own row where the move stands; who has agreed is named to the other."""
    for each in sides:
        other = next((one for one in sides if one.pk != each.pk), None)
        before = (each.status, each.other_said, each.other_name, each.carrier_at)
        is_new = move.status == MoveStatus.APPROVED != each.status
        if each.status != move.status:
            MOVE_FLOW.require(each.status, move.status)
        each.status, each.carrier_at = MoveStatus(move.status), move.approved_at
        # Where nobody is there to agree, the carrier's yes says that the other is there.
        if other and (other.said_by or move.approved_at):
            each.other_said = other.said
            if other.said == Said.AGREED:
                each.other, each.other_name = other.enterprise.public_id, other.enterprise.name
        if move.founding and move.approved_at:
            each.other_name = move.founding["legal_name"]
        if before == (each.status, each.other_said, each.other_name, each.carrier_at):
            continue
        with tenant_scope(each.enterprise_id):
            each.save(update_fields=["status", "other_said", "other", "other_name", "carrier_at"])
            if is_new:
                facts: dict[str, Any] = {"number": move.number, "numbers": move.accounts}
                facts |= {"effective_on": move.effective_on, "gives": each.gives}
                actor = system(each.enterprise_id)
                events.record("move.approved", subject=each, actor=actor, at=at, **facts)


@transaction.atomic
def approve(pk: int, *, grounds: str, actor: Actor, at: datetime) -> Move:
    """The carrier's yes. Raises Refused where it is no longer asked for, and where it cannot be carried out."""
    move = Move.objects.select_for_update(of=("self",)).get(pk=pk)
    if move.status != MoveStatus.OPEN or move.approved_at:
        raise Refused(_("There is nothing to decide any more. Look at it as it is now."))
    if move.is_to_new and not move.founding:
        raise Refused(_("Say first what the new enterprise is called, and who administers it."))
    if move.unknown:
        raise Refused(_("No customer has the ID %(id)s. Stop it, and say why.") % {"id": move.unknown})
    missing = here.list_missing(move.source_id, move.accounts) if move.source_id else []
    if missing:
        raise Refused(_("Not an account of theirs: %(numbers)s") % {"numbers": ", ".join(missing[:9])})
    move.approved_by, move.approved_at, move.grounds = actor.name, at, grounds.strip()
    move.save(update_fields=["approved_by", "approved_at", "grounds"])
    return settle(pk, at=at)


@transaction.atomic
def found(pk: int, *, record: Mapping[str, str], first: services.Invited, actor: Actor, at: datetime) -> Move:
    """Say what the enterprise is like to which accounts are split off, and who is its first administrator.

    It is made on the day. ``record`` are fields of Enterprise. Raises Refused where the move is to one that is there,
    or was approved, and for an address that is none.
    """
    move = Move.objects.select_for_update(of=("self",)).get(pk=pk)
    if move.status != MoveStatus.OPEN or move.approved_at or not move.is_to_new:
        raise Refused(_("There is nothing to decide any more. Look at it as it is now."))
    email = services.clean_email(first.email)
    move.founding = dict(record)
    move.claimant = {"email": email, "name": first.name, "language": record.get("language", "")}
    move.save(update_fields=["founding", "claimant"])
    return move


@transaction.atomic
def stop(pk: int, *, reason: str, actor: Actor, at: datetime) -> Move:
    """The carrier's no, also to what it had approved, until it is carried out."""
    move = Move.objects.select_for_update(of=("self",)).get(pk=pk)
    if move.status not in MOVE_FLOW.open_states():
        raise Refused(_("There is nothing to decide any more. Look at it as it is now."))
    move.approved_by, move.grounds = actor.name, reason.strip()
    move.save(update_fields=["approved_by", "grounds"])
    _end(move, here.list_sides_of(move), MoveStatus.DECLINED, at=at, reason=reason.strip(), by="")
    return move


def end_side(side: MoveSide, status: MoveStatus, *, at: datetime) -> None:
    with tenant_scope(side.enterprise_id):
        MOVE_FLOW.require(side.status, status)
        side.status, side.proof = status, ""
        side.save(update_fields=["status", "proof"])
        _tell_end(side, status, at=at)


def _tell_end(side: MoveSide, status: MoveStatus, *, at: datetime, reason: str = "", by: str = "") -> None:
    actor = system(side.enterprise_id)
    facts = {"outcome": status, "numbers": side.accounts, "number": side.number, "reason": reason, "by": by}
    events.record(
        "move.ended", subject=side, actor=actor, at=at, enterprise_id=side.enterprise_id, **facts
    )  # fmt: skip
