"""Renewals: a new term for one service, for all of a master contract, or for all of an account."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.selectors import get_enterprise
from inventory import services as inventory
from inventory.models import Service
from orders.contracts import rules, selectors
from orders.contracts import terms as names
from orders.contracts.services.asking import lock_free
from orders.models import Order, OrderedService, OrderType
from orders.permissions import Permission
from orders.services import FOLLOW, place_order
from portal import events, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import base_role


@transaction.atomic
def request_renewal(
    service_ids: Collection[int],
    *,
    term_months: int,
    customer_reference: str = "",
    actor: Actor,
    at: datetime,
) -> Order:
    """Renew services for a new term at the price that they have; one order for all of them.

    The first is the one whose account pays for the order. The new term begins where the present
    one ends, or with the conclusion where that is over. Raises Refused for a longer term than
    ``contract.longest_months``, and where one of them is not in use or under way in another order.
    """
    if not service_ids:
        raise Refused(_("Choose at least one service."), field="covers")
    # Locked in the order of their keys, so that two renewals at once wait for one another.
    locked = {pk: lock_free(pk, actor=actor, permission=Permission.SERVICE_CHANGE) for pk in sorted(set(service_ids))}
    first = locked[next(iter(service_ids))]
    today = selectors.today_of(get_enterprise(first.enterprise_id), at)
    most = terms.value(names.MONTHS, on=today, of=get_enterprise(first.enterprise_id))
    if not 1 <= term_months <= most:
        raise Refused(_("Choose from 1 to %(most)s months.") % {"most": most}, field="term_months")
    services = list(locked.values())
    order = place_order(
        account=first.account, product=first.product, type=OrderType.RENEWAL, title=_title(first, services),
        service=first if len(services) == 1 else None, term_months=term_months,
        monthly=sum(each.monthly for each in services if each.account.currency == first.account.currency),
        customer_reference=customer_reference, actor=actor, at=at,
    )  # fmt: skip
    OrderedService.objects.bulk_create(
        OrderedService(enterprise_id=order.enterprise_id, order=order, service=each, term_months=term_months)
        for each in services
    )
    numbers = [each.number for each in services]
    events.record(
        "renewal.asked", subject=order, actor=actor, at=at, order=order.number, months=term_months,
        services=numbers[:100], count=len(numbers),
    )  # fmt: skip
    return order


def _title(first: Service, services: list[Service]) -> str:
    with translation.override("en"):
        if len(services) > 1:
            return f"Renew {len(services)} services"
        return f"Renew {first.product.name}" + (f", {first.route}" if first.route else "")


def outcome(order: Order, actor: Actor, on: date, at: datetime) -> str:
    """Every service of the order has its new term and its new end."""
    if base_role() == "portal_app":
        events.hint_after_commit(FOLLOW, order.enterprise_id, order.pk)
        return ""
    for line in OrderedService.objects.filter(enterprise_id=order.enterprise_id, order=order).order_by("service_id"):
        apply(line, order, actor=actor, on=on, at=at)
    return ""


def apply(line: OrderedService, order: Order, *, actor: Actor, on: date, at: datetime) -> None:
    """Give one service its new term."""
    if line.applied_at:
        return
    service = inventory.lock_whole(line.service_id, actor=actor)
    before = service.contract_ends_on
    line.before = {"term_months": service.term_months, "contract_ends_on": f"{before or ''}"}
    service.contract_ends_on = rules.renewed_until(before, months=line.term_months, on=on)
    service.term_months = line.term_months
    service.save(update_fields=["contract_ends_on", "term_months"])
    line.applied_at = at
    line.save(update_fields=["before", "applied_at"])
    events.record(
        "renewal.applied", subject=order, actor=actor, at=at, order=order.number, service=service.number,
        before=before, after=service.contract_ends_on, months=line.term_months,
    )  # fmt: skip
