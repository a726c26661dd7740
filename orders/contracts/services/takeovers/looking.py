"""What the carrier's task does of services that are offered: as staff, outside every enterprise.

Whoever offers reads the same whether the account they named is there or not, and whether it is another's or nobody's.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import MOVE_FLOW, Account, Enterprise, MoveStatus, Said
from accounts.selectors import get_enterprise
from accounts.services import find_proven
from orders.contracts.rules import MOVED
from orders.contracts.selectors import takeovers as here
from orders.contracts.services.takeovers.asking import SEAL, facts_of
from orders.contracts.services.takeovers.deciding import close_side, free_moved, settle_takeover
from orders.models import ORDER_FLOW, Order, Takeover, TakeoverSide
from portal import events, seals
from portal.actors import system
from portal.tenancy import tenant_scope


@transaction.atomic
def look_at_takeover(enterprise_id: int, pk: int, *, at: datetime) -> None:
    """Bring what was offered to the other side, once; a second run, or one that lost the race, does nothing."""
    with tenant_scope(enterprise_id):
        rows = TakeoverSide.objects.filter(enterprise_id=enterprise_id, pk=pk, status=MoveStatus.ASKED, gives=True)
        side = rows.select_for_update(of=("self",)).first()
        asker = get_enterprise(enterprise_id)
        goes_on = side is not None and Order.objects.filter(
            enterprise_id=enterprise_id, pk=side.order_key, status__in=ORDER_FLOW.open_states()
        ).exists()  # fmt: skip
    if side is None:
        return
    if side.said != Said.AGREED or not goes_on:
        close_side(side, MoveStatus.WITHDRAWN, at=at, outcome=MOVED if free_moved(side, at=at) else "")
        return
    typed = seals.unseal(side.proof, purpose=SEAL)
    found = find_proven(
        side.account, kind=side.proof_kind, typed=typed, asker=asker, currency=side.currency, failed="takeover.failed",
        at=at,
    )  # fmt: skip
    if found is None:
        # The same for an account that is there and for one that is not.
        close_side(side, MoveStatus.MISFIT, at=at)
        return
    _open(side, asker, *found, at=at)


def _open(side: TakeoverSide, asker: Enterprise, owner: Enterprise, account: Account, *, at: datetime) -> None:
    takeover = Takeover.objects.create(
        number=side.number, source=asker, target=owner, order_key=side.order_key, account=account.number,
        account_key=account.pk, services=side.services, effective_on=side.effective_on,
        answer_by_on=side.answer_by_on, why=side.why, made_at=at,
    )  # fmt: skip
    with tenant_scope(asker.pk):
        MOVE_FLOW.require(side.status, MoveStatus.OPEN)
        side.takeover_id, side.proof, side.status = takeover.pk, "", MoveStatus.OPEN
        # In its own spelling, which nobody hears who has not proven it.
        side.account = account.number
        side.save(update_fields=["takeover_id", "proof", "status", "account"])
    with tenant_scope(owner.pk):
        _reach(takeover, side, asker, owner, at=at)
    settle_takeover(takeover.pk, at=at)


def _reach(takeover: Takeover, side: TakeoverSide, asker: Enterprise, owner: Enterprise, *, at: datetime) -> None:
    """Bring it to the administrators of the account's enterprise; where nobody is, the carrier alone decides."""
    theirs = TakeoverSide.objects.create(
        enterprise=owner, takeover_id=takeover.pk, number=side.number, gives=False, other_name=asker.name,
        account=side.account, services=side.services, currency=side.currency, effective_on=side.effective_on,
        answer_by_on=side.answer_by_on, why=side.why, asked_at=side.asked_at, status=MoveStatus.OPEN,
        said=Said.AGREED if here.is_empty(owner.pk) else Said.NOTHING, other_said=Said.AGREED,
    )  # fmt: skip
    facts = {**facts_of(theirs), "other": asker.name}
    events.record("takeover.reached", subject=theirs, actor=system(owner.pk), at=at, **facts)
