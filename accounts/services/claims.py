"""Accounts of customers that the carrier did not know yet: claimed by whoever proves them."""

from datetime import datetime

from django.db import transaction

from accounts.models import MOVE_FLOW, Account, Move, MoveKind, MoveStatus
from accounts.selectors import carriers_day
from accounts.services.members import Invited, clean_email
from portal import numbers


@transaction.atomic
def claim_account(account: Account, claimant: Invited, *, at: datetime) -> Move | None:
    """Let an account that waits in a holding enterprise move to one of its own, of which somebody is the first.

    The owner's job carries it out, and sends the link. None where somebody else's claim is under way.
    """
    # Of two at once one is first.
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
    claims = Move.objects.filter(source_id=account.enterprise_id, status__in=MOVE_FLOW.open_states())
    if claims.filter(accounts__contains=[account.number]).exists():
        return None
    return Move.objects.create(
        number=numbers.take("move", year=at.year),
        kind=MoveKind.CLAIM,
        status=MoveStatus.APPROVED,
        source_id=account.enterprise_id,
        accounts=[account.number],
        effective_on=carriers_day(at),
        made_at=at,
        approved_at=at,
        claimant={
            "email": clean_email(claimant.email),
            "name": claimant.name,
            "language": claimant.language,
        },
    )
