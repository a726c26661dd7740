"""Moves that are asked for: what each side says, what the carrier decides, and the day on which it is done.

What a customer's people write stands in their own enterprise. A task of the carrier's looks at it, and brings it to
the other side: so nobody learns by asking which accounts and enterprises there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.models import (
    MOVE_FLOW,
    Account,
    AccountStatus,
    Enterprise,
    Move,
    MoveKind,
    MoveSide,
    MoveStatus,
    Said,
)
from accounts.moving import selectors as here
from accounts.moving import terms as names
from portal import events, locator, numbers, registries, seals, terms
from portal.actors import Actor, system
from portal.errors import Refused
from portal.tenancy import of_enterprise, tenant_scope

SEAL = "move"
LOOK = "accounts.look_at_moves"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """What an enterprise's administrator asks for; ``accounts`` are numbers, as they typed them."""

    kind: str
    gives: bool
    effective_on: date
    other: str = ""
    accounts: tuple[str, ...] = ()
    why: str = ""
    proof_kind: str = ""
    proof: str = ""


# --- what customers' administrators do ------------------------------------------------------------------


@transaction.atomic
def ask(wish: Wish, *, actor: Actor, at: datetime) -> MoveSide:
    """Ask for a move. Of the other side nothing is read here.

    Raises Refused for accounts that are not one's own to give, for a day too near, for one's own
    enterprise, and beyond ``people.account_moves_daily``.
    """
    owner = selectors.get_enterprise(services.enterprise_of(actor))
    _check_pace(owner, actor, at)
    _check_wish(wish, owner, at)
    side = MoveSide.objects.create(
        enterprise=owner,
        kind=wish.kind,
        gives=wish.gives,
        is_asker=True,
        other=wish.other,
        accounts=list(wish.accounts),
        effective_on=wish.effective_on,
        why=wish.why,
        proof_kind=wish.proof_kind,
        proof=seals.seal(wish.proof, purpose=SEAL) if wish.proof else "",
        asked_at=at,
        asked_by=actor.name,
        said=Said.AGREED,
        said_at=at,
        said_by=actor.name,
    )
    events.record("move.asked", subject=side, actor=actor, at=at, numbers=side.accounts, other=side.other)
    events.hint_after_commit(LOOK, owner.pk, side.pk)
    return side


def _check_pace(owner: Enterprise, actor: Actor, at: datetime) -> None:
    # Held until the end, so that two at once are counted one after the other.
    of_enterprise(Enterprise.objects, actor).select_for_update(of=("self",), no_key=True).get()
    most = terms.value(names.ASKS, on=at.date(), of=owner)
    if here.list_sides(actor).filter(is_asker=True, asked_at__gt=at - _DAY).count() >= most:
        raise Refused(_("Your enterprise has asked for a lot today. Ask again tomorrow, or call your account team."))


def _check_wish(wish: Wish, owner: Enterprise, at: datetime) -> None:
    first = selectors.carriers_day(at) + timedelta(days=terms.value(names.NOTICE, on=at.date(), of=owner))
    if wish.effective_on < first:
        raise Refused(_("Choose %(day)s or a later day.") % {"day": first.isoformat()}, field="effective_on")
    if wish.other and wish.other == owner.public_id:
        raise Refused(_("This is your own enterprise."), field="other")
    if wish.kind != MoveKind.MERGE and not wish.accounts:
        raise Refused(_("Say which accounts."), field="accounts")
    if wish.gives:
        found = {each.number for each in here.list_moving(owner.pk, wish.accounts)}
        missing = [each for each in wish.accounts if each not in found]
        if missing:
            raise Refused(_("Not an account of yours: %(number)s") % {"number": missing[0]}, field="accounts")


@transaction.atomic
def say(pk: int, said: Said, *, answer: str = "", actor: Actor, at: datetime) -> MoveSide:
    """Agree, decline or cancel for one's own side. Raises Refused where there is nothing to say any more."""
    side = here.list_sides(actor).select_for_update(of=("self",)).get(pk=pk)
    is_open = side.status in MOVE_FLOW.open_states()
    if not is_open or (said == Said.AGREED and side.said):
        raise Refused(_("There is nothing to decide any more. Look at it as it is now."))
    if side.said in {Said.DECLINED, Said.WITHDRAWN}:
        raise Refused(_("This was declined or cancelled already."))
    side.said, side.said_at, side.said_by, side.answer = said, at, actor.name, answer.strip()
    side.save(update_fields=["said", "said_at", "said_by", "answer"])
    events.record(f"move.{said}", subject=side, actor=actor, at=at, number=side.number, reason=side.answer)
    events.hint_after_commit(LOOK, side.enterprise_id, side.pk)
    return side


# --- what the carrier's task does: as staff, outside every enterprise -------------------------------------


@transaction.atomic
def look(enterprise_id: int, pk: int, *, at: datetime) -> None:
    """Bring what was asked to the other side, once; a second run, or one that lost the race, does nothing."""
    with tenant_scope(enterprise_id):
        rows = MoveSide.objects.filter(enterprise_id=enterprise_id, pk=pk, status=MoveStatus.ASKED, move_id=None)
        side = rows.select_for_update(of=("self",)).first()
        asker = selectors.get_enterprise(enterprise_id)
    if side is None:
        return
    if side.said != Said.AGREED:
        _end_side(side, MoveStatus.WITHDRAWN, at=at)
        return
    other = _other_of(side, asker, at)
    if other is None:
        _end_side(side, MoveStatus.MISFIT, at=at)
        return
    _open(side, asker, other, at=at)


def _end_side(side: MoveSide, status: MoveStatus, *, at: datetime) -> None:
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


def _other_of(side: MoveSide, asker: Enterprise, at: datetime) -> Enterprise | None:
    """The other enterprise, where what was asked is so: the account is proven, or the accounts are theirs."""
    if side.kind == MoveKind.ACCOUNT:
        return _owner_of_proven(side, asker, at)
    key = selectors.find_enterprise_id(side.other)
    if key is None:
        return None
    with tenant_scope(key):
        other = selectors.get_enterprise(key)
        if other.is_house or other.is_holding or not other.is_active or other.pk == asker.pk:
            return None
        giver = asker if side.gives else other
    with tenant_scope(giver.pk):
        found = here.list_moving(giver.pk, side.accounts)
        is_whole = bool(found) and len(found) >= len(set(side.accounts))
    return other if is_whole else None


def _owner_of_proven(side: MoveSide, asker: Enterprise, at: datetime) -> Enterprise | None:
    found = locator.find(locator.ACCOUNT, side.accounts[0])
    if found is None or found.target_id is None or found.enterprise_id == asker.pk:
        return None
    proof = registries.proofs().get(side.proof_kind)
    with tenant_scope(found.enterprise_id):
        owner = selectors.get_enterprise(found.enterprise_id)
        account = Account.objects.filter(enterprise=owner, pk=found.target_id).first()
        if account is None or owner.is_house or not owner.is_active or account.status == AccountStatus.CLOSED:
            return None
        side.accounts = [account.number]
        today = at.astimezone(ZoneInfo(owner.time_zone)).date()
        months = terms.value("people.registration_proof_months", on=today, of=owner)
        typed, since = seals.unseal(side.proof, purpose=SEAL), registries.months_before(today, months)
        if proof and proof.fits(owner.pk, account.pk, typed, since):
            return owner
        facts = {"account": account.number, "other": asker.public_id}
        events.record("move.failed", subject=account, actor=system(owner.pk), at=at, enterprise_id=owner.pk, **facts)
    return None


def _open(side: MoveSide, asker: Enterprise, other: Enterprise, *, at: datetime) -> None:
    source, target = (asker, other) if side.gives else (other, asker)
    move = Move.objects.create(
        number=numbers.take("move", year=at.year),
        kind=side.kind,
        source=source,
        target=target,
        accounts=side.accounts,
        effective_on=side.effective_on,
        why=side.why,
        made_at=at,
    )
    with tenant_scope(asker.pk):
        MOVE_FLOW.require(side.status, MoveStatus.OPEN)
        side.move_id, side.number, side.proof, side.status = move.pk, move.number, "", MoveStatus.OPEN
        # Whose an account is that one has proven, its owner says.
        side.save(update_fields=["move_id", "number", "proof", "status", "accounts"])
    with tenant_scope(other.pk):
        is_empty = here.is_empty(other)
        theirs = MoveSide.objects.create(
            enterprise=other,
            move_id=move.pk,
            number=move.number,
            kind=side.kind,
            gives=not side.gives,
            is_asker=False,
            other=asker.public_id,
            other_name=asker.name,
            accounts=side.accounts,
            effective_on=side.effective_on,
            why=side.why,
            asked_at=side.asked_at,
            # Where nobody is, the carrier alone decides.
            said=Said.AGREED if is_empty else Said.NOTHING,
            status=MoveStatus.OPEN,
        )
        facts: dict[str, Any] = {"number": move.number, "numbers": side.accounts, "other": asker.public_id}
        actor = system(other.pk)
        events.record("move.reached", subject=theirs, actor=actor, at=at, enterprise_id=other.pk, **facts)
    settle(move.pk, at=at)


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
        _end(move, sides, status, at=at, reason=stopped.answer, by=stopped.enterprise.name)
        return move
    if move.status == MoveStatus.OPEN and move.approved_at and all(each.said == Said.AGREED for each in sides):
        MOVE_FLOW.require(move.status, MoveStatus.APPROVED)
        move.status = MoveStatus.APPROVED
        move.save(update_fields=["status"])
    _copy(move, sides, at=at)
    return move


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
        if other:
            each.other_said = other.said
            is_known = other.said == Said.AGREED
            each.other, each.other_name = (
                (other.enterprise.public_id, other.enterprise.name) if is_known else (each.other, each.other_name)
            )
        if before == (each.status, each.other_said, each.other_name, each.carrier_at):
            continue
        with tenant_scope(each.enterprise_id):
            each.save(update_fields=["status", "other_said", "other", "other_name", "carrier_at"])
            if is_new:
                facts: dict[str, Any] = {"number": move.number, "numbers": move.accounts}
                facts |= {"effective_on": move.effective_on, "gives": each.gives}
                actor = system(each.enterprise_id)
                events.record("move.approved", subject=each, actor=actor, at=at, **facts)


# --- what the carrier's people do --------------------------------------------------------------------------


@transaction.atomic
def approve(pk: int, *, grounds: str, actor: Actor, at: datetime) -> Move:
    """The carrier's yes. Raises Refused where it is no longer asked for."""
    move = Move.objects.select_for_update(of=("self",)).get(pk=pk)
    if move.status != MoveStatus.OPEN or move.approved_at:
        raise Refused(_("There is nothing to decide any more. Look at it as it is now."))
    move.approved_by, move.approved_at, move.grounds = actor.name, at, grounds.strip()
    move.save(update_fields=["approved_by", "approved_at", "grounds"])
    return settle(pk, at=at)


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
