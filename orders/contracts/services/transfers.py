"""Transfers between the billing accounts of an enterprise: two people of the two accounts agree to each."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, MoveStatus
from accounts.selectors import get_enterprise
from inventory import services as inventory
from inventory.models import Service
from orders.contracts import rules, selectors
from orders.contracts import terms as names
from orders.contracts.services.asking import NOTHING, conclude, lock_free
from orders.models import ORDER_FLOW, Order, OrderStatus, OrderType, TakeoverSide, Transfer
from orders.permissions import Permission
from orders.services import BILLERS, bring, day_of, locked_orders, place_order
from portal import events, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise

_OF_BOTH = _("A transfer is agreed to by the customer's people of both accounts.")


@transaction.atomic
def request_transfer(
    service_id: int, *, target: str, effective_on: date, customer_reference: str = "", actor: Actor, at: datetime
) -> Order:
    """Give a service to another account, by its number, from a day on.

    Of the customer's people who asks agrees for the account that gives; where the carrier's
    people enter it, both sides still have to. Raises Refused for an account of another enterprise,
    for its own account, for one in another currency, and for a day that has passed.
    """
    service = lock_free(service_id, actor=actor, permission=Permission.SERVICE_CHANGE)
    account = _target(service, target, actor)
    enterprise = get_enterprise(service.enterprise_id)
    today = selectors.today_of(enterprise, at)
    if effective_on < today:
        raise Refused(_("This day has passed."), field="effective_on")
    days = terms.value(names.ANSWER, on=today, of=enterprise)
    order = place_order(
        account=service.account, product=service.product, type=OrderType.TRANSFER, title=_title(service),
        service=service, requested_on=effective_on, expected_on=effective_on, monthly=service.monthly,
        customer_reference=customer_reference, actor=actor, at=at,
    )  # fmt: skip
    asked = Transfer(
        enterprise_id=order.enterprise_id, order=order, service=service, target=account, effective_on=effective_on,
        answer_by_on=rules.earliest_stop(max(today, effective_on), days),
    )  # fmt: skip
    if not actor.is_staff:
        asked.given_by, asked.giver_id, asked.given_at = actor.name, actor.user_id, at
    asked.save()
    _record("transfer.asked", order, asked, actor=actor, at=at, on=effective_on)
    return order


def _target(service: Service, number: str, actor: Actor) -> Account:
    account = selectors.find_account(actor, number)
    if account is None:
        raise Refused(
            _("No account of this enterprise has the number %(number)s.") % {"number": number.strip()[:40]},
            way_out=_(
                "Nothing was changed. To give a service to another company, offer it under Transfers between companies;"
                " to give a whole account, ask under Moves of accounts."
            ),
            field="target",
        )
    if account.pk == service.account_id:
        raise Refused(_("The service is on this account already. Choose another one."), field="target")
    if account.currency != service.account.currency:
        raise Refused(
            _("This account is billed in another currency. Choose an account with the same currency."), field="target"
        )
    return account


def _title(service: Service) -> str:
    with translation.override("en"):
        return f"Transfer {service.product.name}" + (f", {service.route}" if service.route else "")


def _record(kind: str, order: Order, asked: Transfer, *, actor: Actor, at: datetime, **facts: Any) -> None:
    events.record(
        kind, subject=order, actor=actor, at=at, order=order.number, service=asked.service.number,
        target=asked.target.number, **facts,
    )  # fmt: skip


def _locked(order_id: int, actor: Actor) -> tuple[Order, Transfer]:
    """Who takes a service may reach its new account alone, so either finds the order. Refuses who is of neither."""
    order = locked_orders(actor).select_related("account").get(pk=order_id, type=OrderType.TRANSFER)
    asked = of_enterprise(Transfer.objects, actor).select_related("service", "target").get(order=order)
    if not any(actor.may_on(Permission.SERVICE_CHANGE, pk) for pk in (order.account_id, asked.target_id)):
        raise Refused(_OF_BOTH, way_out=NOTHING)
    if order.status not in ORDER_FLOW.open_states():
        raise Refused(_("This order is closed."), way_out=NOTHING)
    return order, asked


@transaction.atomic
def approve_transfer(order_id: int, *, actor: Actor, at: datetime) -> Order:
    """Agree for the side on whose account one may change services, and that has not agreed yet.

    Raises Refused for the carrier's people, for who has agreed for the other side, and where all is agreed.
    """
    order, asked = _locked(order_id, actor)
    if actor.is_staff:
        raise Refused(_OF_BOTH, way_out=NOTHING)
    if asked.is_agreed:
        raise Refused(_("Both sides have agreed already."), way_out=NOTHING)
    if actor.user_id in {asked.giver_id, asked.taker_id}:
        raise Refused(
            _("Two different people agree to a transfer, and you are the one already."),
            way_out=_("Nothing was changed. Somebody else who may change services on the other account answers it."),
        )
    gives = asked.given_at is None and actor.may_on(Permission.SERVICE_CHANGE, order.account_id)
    if not gives and (asked.taken_at or not actor.may_on(Permission.SERVICE_CHANGE, asked.target_id)):
        raise Refused(_("Somebody of the other account is to answer."), way_out=NOTHING)
    if gives:
        asked.given_by, asked.giver_id, asked.given_at = actor.name, actor.user_id, at
    else:
        asked.taken_by, asked.taker_id, asked.taken_at = actor.name, actor.user_id, at
    asked.save(update_fields=["given_by", "giver_id", "given_at", "taken_by", "taker_id", "taken_at"])
    _record("transfer.approved", order, asked, actor=actor, at=at, on=asked.effective_on, is_agreed=asked.is_agreed)
    return order


@transaction.atomic
def decline_transfer(order_id: int, *, actor: Actor, at: datetime) -> Order:
    """Either side, or the carrier's people for them, gives the transfer up; nothing was moved yet."""
    order, asked = _locked(order_id, actor)
    bring(order, OrderStatus.CANCELLED)
    _record("transfer.declined", order, asked, actor=actor, at=at)
    return order


@transaction.atomic
def finish_transfer(order_id: int, *, actor: Actor, at: datetime) -> bool:
    """On its day the service changes its account, if both sides have agreed; given up if nobody answers in time."""
    order = locked_orders(actor).get(pk=order_id)
    asked = of_enterprise(Transfer.objects, actor).select_related("service", "target").filter(order=order).first()
    if asked is None or order.status not in ORDER_FLOW.open_states():
        return False
    today = day_of(order, at)
    if not asked.is_agreed and today > asked.answer_by_on:
        bring(order, OrderStatus.CANCELLED)
        _record("transfer.lapsed", order, asked, actor=actor, at=at)
        return True
    waits = {OrderStatus.RETURNED, OrderStatus.CANCELLING, OrderStatus.PRICING, OrderStatus.DRAFT}
    if not asked.is_agreed or today < asked.effective_on or order.status in waits:
        return False
    conclude(order, actor=actor, at=at)
    return True


def _require_crossed(order: Order) -> None:
    """An order that gives services to another enterprise is concluded by what carries it out, and by nothing else."""
    sides = TakeoverSide.objects.filter(enterprise_id=order.enterprise_id, order_key=order.pk, gives=True)
    if sides.exclude(status=MoveStatus.DONE).exists():
        raise Refused(_("This order is concluded by itself, once both companies and we have agreed."), way_out=NOTHING)


def outcome(order: Order, actor: Actor, on: date, at: datetime) -> str:
    """The service is on its new account, which pays from this day on. Raises Refused before both agreed and the day."""
    rows = Transfer.objects.filter(enterprise_id=order.enterprise_id, order=order)
    asked = rows.select_related("service", "target").first()
    if asked is None:
        _require_crossed(order)
        return ""
    if not asked.is_agreed:
        raise Refused(_("Both accounts' people have to agree to the transfer first."), way_out=NOTHING)
    if on < asked.effective_on:
        day = {"day": date_format(asked.effective_on)}
        raise Refused(_("The transfer takes effect on %(day)s by itself.") % day, way_out=NOTHING)
    service = inventory.lock_whole(asked.service_id, actor=actor)
    before, service.account = service.account.number, asked.target
    service.save(update_fields=["account"])
    for biller in BILLERS:
        biller.move(service, account=asked.target, on=asked.effective_on, actor=actor)
    _record("transfer.applied", order, asked, actor=actor, at=at, before=before, on=asked.effective_on)
    return ""
