"""What the carrier's task does of moves that are asked for: as staff, outside every enterprise.

Who asks reads the same whether the enterprise they named is a customer or not: their request waits for approval. The
carrier's people, and the enterprise that is asked, read what is so.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import selectors, services
from accounts.models import MOVE_FLOW, Enterprise, Move, MoveKind, MoveSide, MoveStatus, Said
from accounts.moving import selectors as here
from accounts.moving.services.asking import SEAL
from accounts.moving.services.deciding import end_side, settle
from portal import events, numbers, seals
from portal.actors import system
from portal.tenancy import tenant_scope


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
        end_side(side, MoveStatus.WITHDRAWN, at=at)
        return
    is_proven = side.kind == MoveKind.ACCOUNT
    other = _owner_of_proven(side, asker, at) if is_proven else _customer(side.other, asker)
    if other is None and is_proven:
        # The same for an account that is there and for one that is not.
        end_side(side, MoveStatus.MISFIT, at=at)
        return
    _open(side, asker, other, at=at)


def _customer(public_id: str, asker: Enterprise) -> Enterprise | None:
    """Who has the ID, where that is a customer with whom accounts can move."""
    key = selectors.find_enterprise_id(public_id)
    if key is None:
        return None
    with tenant_scope(key):
        other = selectors.get_enterprise(key)
    is_fit = other.is_active and not other.is_house and not other.is_holding
    return other if is_fit and other.pk != asker.pk else None


def _owner_of_proven(side: MoveSide, asker: Enterprise, at: datetime) -> Enterprise | None:
    typed = seals.unseal(side.proof, purpose=SEAL)
    found = services.find_proven(
        side.accounts[0], kind=side.proof_kind, typed=typed, asker=asker, failed="move.failed", at=at
    )
    if found is None:
        return None
    owner, account = found
    # In its own spelling, which nobody hears who has not proven it.
    side.accounts = [account.number]
    return owner


def _open(side: MoveSide, asker: Enterprise, other: Enterprise | None, *, at: datetime) -> None:
    source, target = (asker, other) if side.gives else (other, asker)
    move = Move.objects.create(
        number=numbers.take("move", year=at.year),
        kind=side.kind,
        source=source,
        target=target,
        unknown="" if other else side.other,
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
    if other:
        with tenant_scope(other.pk):
            _reach(other, move, side, asker, at=at)
    settle(move.pk, at=at)


def _reach(other: Enterprise, move: Move, side: MoveSide, asker: Enterprise, *, at: datetime) -> None:
    """Bring it to the administrators of the other enterprise."""
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
        said=Said.AGREED if here.is_empty(other) else Said.NOTHING,
        status=MoveStatus.OPEN,
    )
    facts: dict[str, Any] = {"number": move.number, "numbers": side.accounts, "other": asker.public_id}
    actor = system(other.pk)
    events.record("move.reached", subject=theirs, actor=actor, at=at, enterprise_id=other.pk, **facts)
