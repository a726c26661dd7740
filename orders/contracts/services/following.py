"""What comes with its day: disconnects, transfers and trials that are due, and words ahead of the end of contracts."""

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Account
from accounts.selectors import get_enterprise
from inventory.models import Service
from orders.contracts import rules, selectors
from orders.contracts import terms as names
from orders.contracts.services import changes, renewals
from orders.contracts.services.beginning import begin_contracts
from orders.contracts.services.disconnects import finish_disconnect
from orders.contracts.services.transfers import finish_transfer
from orders.contracts.services.trials import follow_trial
from orders.models import EndWarning, OrderedService, OrderType
from orders.services import day_of, locked_orders
from portal import events, terms
from portal.actors import Actor, system
from portal.tenancy import of_enterprise, tenant_scope

log = logging.getLogger(__name__)


@transaction.atomic
def _apply(order_id: int, *, actor: Actor, at: datetime) -> bool:
    """What a customer concluded, and only the carrier's side can write."""
    order = locked_orders(actor).select_related("account").get(pk=order_id)
    lines = of_enterprise(OrderedService.objects, actor).filter(order=order, applied_at=None).order_by("service_id")
    apply = changes.apply if order.type == OrderType.CHANGE else renewals.apply
    found = list(lines)
    for line in found:
        apply(line, order, actor=actor, on=order.completed_on or day_of(order, at), at=at)
    return bool(found)


_DO: dict[str, Callable[..., bool]] = {
    "disconnect": finish_disconnect,
    "transfer": finish_transfer,
    "trial": follow_trial,
    "change": _apply,
    "begun": begin_contracts,
}


def follow(*, at: datetime) -> int:
    """Do what is due anywhere, each in a transaction of its own; returns how much was done.

    Called as staff outside any enterprise. What fails waits for the next time, and holds nothing up.
    """
    done = 0
    # Somewhere in the world it is tomorrow already; each is asked again by its own customer's day.
    for kind, enterprise_id, pk in selectors.list_due(at.date() + timedelta(days=1)):
        try:
            with tenant_scope(enterprise_id):
                done += _DO[kind](pk, actor=system(enterprise_id), at=at)
        except Exception:
            log.exception("The %s of order %s waits for the next time.", kind, pk)
    return done


def warn_of_ends(*, at: datetime) -> int:
    """Tell each account of the contracts that end soon, once for each of the agreed days ahead; returns how many mails.

    One word for all services of an account under the same master contract. Nothing is said of
    services about which an order is under way.
    """
    told = 0
    for enterprise_id in selectors.list_ending(at.date() - timedelta(days=1), at.date() + timedelta(days=400)):
        try:
            with tenant_scope(enterprise_id):
                told += _warn(enterprise_id, at)
        except Exception:
            log.exception("The ends of contracts of enterprise %s wait for the next time.", enterprise_id)
    return told


@transaction.atomic
def _warn(enterprise_id: int, at: datetime) -> int:
    enterprise, actor = get_enterprise(enterprise_id), system(enterprise_id)
    today = selectors.today_of(enterprise, at)
    book = terms.book(enterprise, on=today, names=names.WARNINGS)
    days = [book.value(name) for name in names.WARNINGS]
    groups: dict[tuple[int, str, int], list[Service]] = defaultdict(list)
    for service in selectors.ending_between(actor, today, today + timedelta(days=max(days))):
        due = rules.warning_due(service.contract_ends_on, today=today, days=days)
        if due is not None and _mark(service, due, at):
            groups[service.account_id, service.msa, due].append(service)
    for (_pk, msa, due), services in groups.items():
        _tell(services[0].account, services, msa=msa, days=due, actor=actor, at=at)
    return len(groups)


def _mark(service: Service, days: int, at: datetime) -> bool:
    """Whether this word is still to be said; said twice at once, one of the two finds the other's mark."""
    where = {"enterprise_id": service.enterprise_id, "service": service, "ends_on": service.contract_ends_on}
    return EndWarning.objects.get_or_create(**where, days=days, defaults={"told_at": at})[1]


def _tell(account: Account, services: list[Service], *, msa: str, days: int, actor: Actor, at: datetime) -> None:
    ends = sorted({service.contract_ends_on for service in services if service.contract_ends_on})
    events.record(
        "contract.ending", subject=account, actor=actor, at=at, account=account.number, msa=msa, days=days,
        first=ends[0], last=ends[-1], count=len(services), services=[each.number for each in services[:50]],
    )  # fmt: skip
