"""Services that a customer's administrators offer to another enterprise, and what is said to an offer.

What they write stands in their own enterprise. A task of the carrier's brings it to the other side: so
nobody learns by asking which accounts there are.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import MOVE_FLOW, Enterprise, Said
from accounts.selectors import carriers_day, get_enterprise
from accounts.services import enterprise_of
from inventory.models import Service
from orders.contracts import rules, selectors
from orders.contracts import terms as names
from orders.contracts.selectors import takeovers as here
from orders.contracts.services.asking import lock_free
from orders.models import ItemAction, Order, OrderedService, OrderItem, OrderType, TakeoverSide, Trial
from orders.permissions import Permission
from orders.services import place_order
from portal import events, seals, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise

SEAL = "takeover"
LOOK = "orders.look_at_takeovers"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Offer:
    """Services, by their keys, for an account of another enterprise that is named by its number and a proof."""

    services: tuple[int, ...]
    account: str
    proof_kind: str
    proof: str
    effective_on: date
    why: str = ""


@transaction.atomic
def offer_services(offer: Offer, *, actor: Actor, at: datetime) -> TakeoverSide:
    """Offer services of one account to another enterprise's; an order of it is written. Nothing of the other is read.

    Who asks agrees for the enterprise. Raises Refused for services that are not on one account, that are tried out,
    or about which something is under way, for one's own account, for a day too near, and beyond
    ``contract.takeovers_daily``.
    """
    owner = get_enterprise(enterprise_of(actor))
    _check_pace(owner, actor, at)
    _check_day(offer, owner, at)
    if selectors.find_account(actor, offer.account):
        words = _("This account is of your own enterprise. Transfer the service to it from the service's page.")
        raise Refused(words, field="account")
    found = _locked(offer.services, actor)
    order = _place(found, offer, actor=actor, at=at)
    days = terms.value(names.ANSWER, on=at.date(), of=owner)
    side = TakeoverSide.objects.create(
        enterprise=owner, order_key=order.pk, number=order.number, gives=True, account=offer.account.strip(),
        services=[snapshot(each) for each in found], currency=found[0].account.currency,
        effective_on=offer.effective_on, answer_by_on=rules.earliest_stop(offer.effective_on, days), why=offer.why,
        proof_kind=offer.proof_kind, proof=seals.seal(offer.proof, purpose=SEAL), asked_at=at, asked_by=actor.name,
        said=Said.AGREED, said_at=at, said_by=actor.name,
    )  # fmt: skip
    events.record("takeover.asked", subject=order, actor=actor, at=at, **facts_of(side))
    events.hint_after_commit(LOOK, owner.pk, side.pk)
    return side


def _check_pace(owner: Enterprise, actor: Actor, at: datetime) -> None:
    # Held until the end, so that two at once are counted one after the other.
    of_enterprise(Enterprise.objects, actor).select_for_update(of=("self",), no_key=True).get()
    if here.count_asked(actor, at - _DAY) >= terms.value(names.TAKEOVERS, on=at.date(), of=owner):
        raise Refused(
            _("Your enterprise has offered a lot today. Ask again tomorrow, or call your account team."),
        )


def _check_day(offer: Offer, owner: Enterprise, at: datetime) -> None:
    first = carriers_day(at) + timedelta(days=terms.value(names.TAKEOVER_DAYS, on=at.date(), of=owner))
    if offer.effective_on < first:
        raise Refused(
            _("Choose %(day)s or a later day.") % {"day": date_format(first, "DATE_FORMAT")}, field="effective_on"
        )


def _locked(keys: tuple[int, ...], actor: Actor) -> list[Service]:
    found = [lock_free(pk, actor=actor, permission=Permission.SERVICE_CHANGE) for pk in sorted(set(keys))]
    if not found:
        raise Refused(_("Say which services."), field="services")
    if len({each.account_id for each in found}) > 1:
        raise Refused(_("These services are on several accounts. Offer those of one account at a time."),
                      field="services")  # fmt: skip
    tried = of_enterprise(Trial.objects, actor).filter(became="", order__service__in=[each.pk for each in found])
    first = tried.select_related("order__service").first()
    if first:
        said = {"service": first.order.service.number}
        raise Refused(_("%(service)s is being tried out. Keep it first.") % said, field="services")
    return found


def _place(found: list[Service], offer: Offer, *, actor: Actor, at: datetime) -> Order:
    first, monthly = found[0], sum(each.monthly for each in found)
    order = place_order(
        account=first.account, product=first.product, type=OrderType.TRANSFER, title=_title(found),
        service=first if len(found) == 1 else None, requested_on=offer.effective_on, expected_on=offer.effective_on,
        monthly=monthly, items=[_item(each) for each in found], actor=actor, at=at,
    )  # fmt: skip
    lines = [OrderedService(enterprise_id=order.enterprise_id, order=order, service=each) for each in found]
    OrderedService.objects.bulk_create(lines)
    return order


def _item(service: Service) -> OrderItem:
    return OrderItem(
        action=ItemAction.MODIFY, product=service.product, service=service, a_site_id=service.a_site_id,
        z_site_id=service.z_site_id, bandwidth=service.bandwidth, monthly=service.monthly,
    )  # fmt: skip


def _title(found: list[Service]) -> str:
    with translation.override("en"):
        what = found[0].product.name if len(found) == 1 else f"{len(found)} services"
        return f"Transfer {what} to another company"


def snapshot(service: Service) -> dict[str, Any]:
    """What the receiver reads of a service that is offered: what it is and costs, and nothing of its history."""
    places = [site.address or str(site) for site in (service.a_site, service.z_site) if site]
    ends_on = service.contract_ends_on
    return {
        "number": service.number, "product": service.product.name, "bandwidth": service.bandwidth, "places": places,
        "monthly": f"{service.monthly}", "contract_ends_on": ends_on.isoformat() if ends_on else None,
    }  # fmt: skip


def facts_of(side: TakeoverSide) -> dict[str, Any]:
    """What every event of a takeover says."""
    numbers = [each["number"] for each in side.services]
    return {
        "number": side.number, "account": side.account, "count": len(numbers), "services": numbers[:100],
        "on": side.effective_on,
    }  # fmt: skip


def _open_side(pk: int, actor: Actor) -> TakeoverSide:
    """The row is the lock: two answers at once take turns, and the second finds the first."""
    side = here.list_sides(actor).select_for_update(of=("self",)).get(pk=pk)
    if side.status not in MOVE_FLOW.open_states() or side.said in {Said.DECLINED, Said.WITHDRAWN}:
        raise Refused(_("There is nothing to decide any more. Look at it as it is now."))
    return side


@transaction.atomic
def accept_takeover(pk: int, *, actor: Actor, at: datetime) -> TakeoverSide:
    """Take what is offered, for the receiver. Raises Refused where somebody has answered, and for the giver."""
    side = _open_side(pk, actor)
    if side.said or side.gives:
        raise Refused(_("There is nothing to decide any more. Look at it as it is now."))
    return _say(side, Said.AGREED, "", actor=actor, at=at)


@transaction.atomic
def refuse_takeover(pk: int, *, reason: str, actor: Actor, at: datetime) -> TakeoverSide:
    """Decline what is offered, or cancel what one's own side has agreed to; until its day. Nothing crosses then."""
    side = _open_side(pk, actor)
    said = Said.WITHDRAWN if side.said == Said.AGREED else Said.DECLINED
    return _say(side, said, reason.strip(), actor=actor, at=at)


def _say(side: TakeoverSide, said: Said, answer: str, *, actor: Actor, at: datetime) -> TakeoverSide:
    side.said, side.said_at, side.said_by, side.answer = said, at, actor.name, answer
    side.save(update_fields=["said", "said_at", "said_by", "answer"])
    about = of_enterprise(Order.objects, actor).get(pk=side.order_key) if side.gives else side
    events.record(f"takeover.{said}", subject=about, actor=actor, at=at, reason=answer, **facts_of(side))
    events.hint_after_commit(LOOK, side.enterprise_id, side.pk)
    return side
