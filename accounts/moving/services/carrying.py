"""Carrying out what was approved, on its day: the owner's job."""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import DatabaseError, IntegrityError, transaction

from accounts import selectors, services
from accounts.models import (
    MOVE_FLOW,
    Account,
    CustomerNumber,
    Enterprise,
    Move,
    MoveKind,
    MoveSide,
    MoveStatus,
)
from accounts.moving import selectors as here
from accounts.moving.services import along
from accounts.moving.services.mover import CannotMove, NotYet, move
from accounts.rules import Rights
from portal import events, locator
from portal.actors import Actor, ActorKind, system
from portal.models import Locator
from portal.tenancy import tenant_scope

log = logging.getLogger(__name__)


def carry_out_due(at: datetime) -> list[str]:
    """Carry out whatever is due on this day of the carrier's; what cannot be done says why and waits for a person."""
    done = []
    for pk in here.list_due(selectors.carriers_day(at)):
        try:
            found = carry_out(pk, at=at)
        except NotYet:
            log.info("Move %s waits until what happened is told.", pk)
        except CannotMove as error:
            _note(pk, str(error))
        except DatabaseError as error:
            # Somebody holds a row, or two numbers are the same: the next round tries again, and staff see why.
            _note(pk, str(error).splitlines()[0] if isinstance(error, IntegrityError) else "")
            log.exception("Move %s waits for the next round.", pk)
        else:
            if found:
                done.append(f"{found}: {', '.join(found.accounts) or 'all accounts'} moved.")
    return done


def _note(pk: int, reason: str) -> None:
    if reason:
        log.error("Move %s cannot be carried out: %s", pk, reason)
        Move.objects.filter(pk=pk).update(last_error=reason[:500])


@transaction.atomic
def carry_out(pk: int, *, at: datetime) -> Move | None:
    """Carry out one move that is approved and due; None where it is not (any more).

    Raises CannotMove, and NotYet as the mover does; then nothing has changed.
    """
    found = Move.objects.select_for_update(of=("self",)).get(pk=pk)
    if found.status != MoveStatus.APPROVED or found.effective_on > selectors.carriers_day(at):
        return None
    source = found.source
    assert source is not None  # what names an ID that no customer has is never approved
    accounts = here.list_moving(source.pk, found.accounts)
    missing = set(found.accounts) - {each.number for each in accounts}
    if missing or not accounts:
        raise CannotMove(f"Not there any more: {', '.join(sorted(missing)) or 'any account'}.")
    if found.target is None:
        found.target = _new_home(source, accounts[0], found.founding or {})
    comers = along.list_agreed(found)
    keys = [each.pk for each in accounts]
    moved = move(keys, source=source, target=found.target, reference=found.number, at=at)
    if found.kind == MoveKind.MERGE:
        _carry_numbers(source, found.target)
    MOVE_FLOW.require(found.status, MoveStatus.DONE)
    found.status, found.ended_at, found.last_error = MoveStatus.DONE, at, ""
    found.moved = moved.rows
    found.save()
    _close_sides(found, at=at)
    along.bring(comers, accounts, found, source, found.target, at)
    _invite_first(found, found.target, at=at)
    return found


def _invite_first(found: Move, home: Enterprise, *, at: datetime) -> None:
    """The first of an enterprise that was made for this move: who registered, or whom the carrier's people named."""
    if not found.claimant:
        return
    first = services.Invited(**found.claimant)
    with tenant_scope(home.pk):
        if found.founding:
            staff = Actor(kind=ActorKind.STAFF, name=found.approved_by, enterprise_id=home.pk)
            administers = Rights(is_administrator=True)
            services.invite(first, administers, actor=staff, at=at, grounds=found.grounds)
        else:
            services.claim(first, actor=system(home.pk), at=at)


def _new_home(holding: Enterprise, account: Account, founding: Mapping[str, str]) -> Enterprise:
    """An enterprise for accounts of which nobody is: as the carrier's people wrote it, else named like the account."""
    like_others = {
        "legal_name": account.name,
        "segment": holding.segment,
        "region": holding.region,
        "country": account.country,
        "language": holding.language,
        "time_zone": holding.time_zone,
    }
    made = Enterprise.objects.create(public_id=_free_id(), **{**like_others, **founding})
    locator.remember([locator.row(locator.ENTERPRISE, made.public_id, enterprise_id=made.pk, is_exclusive=True)])
    return made


def _free_id() -> str:
    """A public ID that no enterprise has; of two who take the same at once the second tries again."""
    while True:
        found = str(100_000 + secrets.randbelow(900_000))
        if locator.find(locator.ENTERPRISE, found) is None:
            return found


def _carry_numbers(source: Enterprise, target: Enterprise) -> None:
    """Who is merged brings its customer numbers: by them other systems go on finding the accounts."""
    CustomerNumber.objects.filter(enterprise=source).update(enterprise=target)
    rows = Locator.objects.filter(kind=locator.CUSTOMER_NUMBER, enterprise_id=source.pk)
    rows.update(enterprise_id=target.pk)


def _close_sides(found: Move, *, at: datetime) -> None:
    for side in MoveSide.objects.filter(move_id=found.pk):
        MOVE_FLOW.require(side.status, MoveStatus.DONE)
        side.status = MoveStatus.DONE
        side.save(update_fields=["status"])
        actor = system(side.enterprise_id)
        events.record("move.done", subject=side, actor=actor, at=at, number=found.number, numbers=found.accounts)
