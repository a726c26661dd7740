"""Services that cross to another enterprise on their day: ended in the one, begun in the other, in one transaction."""

import logging
from datetime import date, datetime

from django.db import DatabaseError, transaction

from accounts.models import MOVE_FLOW, Account, AccountStatus, MoveStatus
from accounts.selectors import carriers_day
from inventory import services as inventory
from inventory.services import Given
from orders.contracts.selectors import IN_USE
from orders.contracts.selectors import takeovers as here
from orders.contracts.services.asking import conclude
from orders.contracts.services.takeovers.deciding import settle_takeover, tell
from orders.contracts.services.takeovers.looking import look_at_takeover
from orders.models import Order, OrderedService, OrderStatus, Takeover, TakeoverSide
from orders.services import BILLERS, MonthlyCharge, locked_orders
from portal.actors import Actor, system
from portal.errors import Refused
from portal.tenancy import of_enterprise, tenant_scope

log = logging.getLogger(__name__)

# A service with what it costs at each biller.
_Crossing = tuple[Given, list[list[MonthlyCharge]]]
_CONCLUDABLE = {OrderStatus.SUBMITTED, OrderStatus.ACKNOWLEDGED, OrderStatus.IN_PROGRESS, OrderStatus.PENDING}


class CannotCross(Exception):
    """Why services cannot cross as they are. In English, for the carrier's people."""


def follow_takeovers(at: datetime) -> None:
    """Look at what was asked and said anywhere, and carry out what is due; each in a transaction of its own.

    Called as staff outside any enterprise. What fails waits for the next time, and holds nothing up.
    """
    settled = set()
    for enterprise_id, pk, takeover in here.list_waiting():
        try:
            if takeover is None:
                look_at_takeover(enterprise_id, pk, at=at)
            elif takeover not in settled:
                settled.add(takeover)
                settle_takeover(takeover, at=at)
        except Exception:
            log.exception("Side %s of a takeover waits for the next time.", pk)
    for pk in here.list_due(carriers_day(at)):
        _try(pk, at)


def _try(pk: int, at: datetime) -> None:
    try:
        carry_out_takeover(pk, at=at)
    except (CannotCross, Refused) as error:
        log.error("Takeover %s cannot be carried out: %s", pk, error)
        Takeover.objects.filter(pk=pk).update(last_error=str(error)[:500])
    except DatabaseError:
        # Somebody holds a row: the next round tries again.
        log.exception("Takeover %s waits for the next round.", pk)


@transaction.atomic
def carry_out_takeover(pk: int, *, at: datetime) -> bool:
    """Carry out one that is approved and due; False where it is not (any more).

    The giver's services end, with their history, orders and invoices; the receiver's begin, with theirs. What is
    billed ends and begins on the same day. Raises CannotCross where something is no longer as it was approved; then
    nothing has changed.
    """
    takeover = here.list_takeovers().select_for_update(of=("self",)).get(pk=pk)
    if takeover.status != MoveStatus.APPROVED or takeover.effective_on > carriers_day(at):
        return False
    with tenant_scope(takeover.source_id):
        crossing = _give(takeover, at)
    with tenant_scope(takeover.target_id):
        _take(takeover, crossing, at)
    MOVE_FLOW.require(takeover.status, MoveStatus.DONE)
    takeover.status, takeover.ended_at, takeover.last_error = MoveStatus.DONE, at, ""
    takeover.save(update_fields=["status", "ended_at", "last_error"])
    return True


def _give(takeover: Takeover, at: datetime) -> list[_Crossing]:
    actor = system(takeover.source_id)
    order = locked_orders(actor).select_related("account").filter(pk=takeover.order_key).first()
    if order is None or order.status not in _CONCLUDABLE:
        raise CannotCross(f"Order {takeover.number} is not under way.")
    lines = of_enterprise(OrderedService.objects, actor).filter(order=order).order_by("service_id")
    found = [_end(line, order, takeover.effective_on, actor, at) for line in lines.select_related("service")]
    side = of_enterprise(TakeoverSide.objects, actor).get(takeover_id=takeover.pk)
    _close(side)
    conclude(order, actor=actor, at=at)
    tell(side, "takeover.gone", at=at, other=side.other_name)
    return found


def _end(line: OrderedService, order: Order, on: date, actor: Actor, at: datetime) -> _Crossing:
    service = inventory.lock_whole(line.service_id, actor=actor)
    if service.status not in IN_USE or service.account_id != order.account_id:
        raise CannotCross(f"{service.number} is not in use on account {order.account.number} any more.")
    given = inventory.describe(service, actor=actor)
    charges = [each.charges(service, on=on, actor=actor) for each in BILLERS]
    for biller in BILLERS:
        biller.stop(service, on=on, actor=actor)
    inventory.give_away(service, on=on, order=order.number, actor=actor, at=at)
    line.applied_at, line.before = at, {"account": order.account.number}
    line.save(update_fields=["applied_at", "before"])
    return given, charges


def _take(takeover: Takeover, crossing: list[_Crossing], at: datetime) -> None:
    actor = system(takeover.target_id)
    rows = of_enterprise(Account.objects, actor).filter(pk=takeover.account_key).exclude(status=AccountStatus.CLOSED)
    account = rows.select_for_update(of=("self",), no_key=True).first()
    if account is None:
        raise CannotCross(f"Account {takeover.account} is closed, or not there any more.")
    side = of_enterprise(TakeoverSide.objects, actor).get(takeover_id=takeover.pk)
    if account.currency != side.currency:
        raise CannotCross(f"Account {takeover.account} is billed in another currency by now.")
    for given, charges in crossing:
        service = inventory.take_in(
            given, account=account, on=takeover.effective_on, order=takeover.number, actor=actor, at=at
        )
        for biller, lines in zip(BILLERS, charges, strict=True):
            biller.carry_on(service, lines, on=takeover.effective_on, actor=actor)
    _close(side)
    tell(side, "takeover.came", at=at, other=side.other_name)


def _close(side: TakeoverSide) -> None:
    MOVE_FLOW.require(side.status, MoveStatus.DONE)
    side.status = MoveStatus.DONE
    side.save(update_fields=["status"])
