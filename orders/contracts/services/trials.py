"""Trials: a service for so many days, then kept by an order of its own or given up."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.selectors import get_enterprise
from inventory import services as inventory
from inventory.models import Product, Service, ServiceStatus
from orders.contracts import rules, selectors
from orders.contracts import terms as names
from orders.contracts.services.asking import NOTHING
from orders.models import Order, OrderStatus, OrderType, Trial, TrialEnd
from orders.permissions import Permission
from orders.services import FOLLOW, day_of, locked_orders, place_order
from portal import events, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import base_role, of_enterprise, within_accounts


@transaction.atomic
def request_trial(
    *,
    account: Account,
    product: Product,
    days: int,
    requested_on: date | None = None,
    a_site_id: int | None = None,
    note: str = "",
    customer_reference: str = "",
    actor: Actor,
    at: datetime,
) -> Order:
    """Try a product out for so many days, which count from its activation; nothing is billed for it.

    Raises Refused beyond ``contract.trial_days``, and beyond ``contract.trials_open`` at once.
    """
    enterprise = get_enterprise(account.enterprise_id)
    today = selectors.today_of(enterprise, at)
    book = terms.book(enterprise, on=today, names=[names.TRIAL_DAYS, names.TRIALS])
    if not 1 <= days <= book.value(names.TRIAL_DAYS):
        raise Refused(_("Choose from 1 to %(most)s days.") % {"most": book.value(names.TRIAL_DAYS)}, field="days")
    if requested_on and requested_on < today:
        raise Refused(_("This day has passed."), field="requested_on")
    if selectors.count_trials(actor) >= book.value(names.TRIALS):
        words = _("%(most)s trials at once are agreed, and so many are under way.")
        raise Refused(words % {"most": book.value(names.TRIALS)}, way_out=_("Keep one of them, or end it first."))
    order = place_order(
        account=account, product=product, type=OrderType.TRIAL, title=f"Trial of {product.name}",
        requested_on=requested_on, a_site_id=a_site_id, customer_reference=customer_reference, actor=actor, at=at,
    )  # fmt: skip
    Trial.objects.create(enterprise_id=order.enterprise_id, order=order, days=days)
    events.record("trial.asked", subject=order, actor=actor, at=at, order=order.number, days=days, note=note)
    return order


def outcome(order: Order, actor: Actor, on: date, at: datetime) -> str:
    """The service begins, and with it the days of the trial; until it is kept it bears the order's number."""
    asked = Trial.objects.filter(enterprise_id=order.enterprise_id, order=order).first()
    if asked is None:
        return ""
    if base_role() == "portal_app":
        # Customers cannot write services: the task begins it at once.
        events.hint_after_commit(FOLLOW, order.enterprise_id, order.pk)
        return ""
    return _begin(order, asked, actor=actor, on=on, at=at)


def _begin(order: Order, asked: Trial, *, actor: Actor, on: date, at: datetime) -> str:
    if order.service is None:
        order.service = Service.objects.create(
            enterprise_id=order.enterprise_id, number=f"TRIAL-{order.number}", product_id=order.product_id,
            account_id=order.account_id, a_site_id=order.a_site_id, z_site_id=order.z_site_id,
        )  # fmt: skip
        order.save(update_fields=["service"])
    service = inventory.lock_whole(order.service.pk, actor=actor)
    if service.status == ServiceStatus.PENDING:
        inventory.activate_service(service.pk, actor=actor, on=on, at=at)
    asked.ends_on = rules.earliest_stop(on, asked.days)
    asked.save(update_fields=["ends_on"])
    return str(service.number)


def _running(order_id: int, actor: Actor) -> tuple[Order, Trial]:
    rows = within_accounts(locked_orders(actor).select_related("account", "product"), actor, Permission.ORDER_CREATE)
    order = rows.get(pk=order_id, type=OrderType.TRIAL)
    asked = of_enterprise(Trial.objects, actor).get(order=order)
    if asked.became or order.status != OrderStatus.COMPLETED or asked.ends_on is None:
        raise Refused(_("This trial is over, or has not begun."), way_out=NOTHING)
    return order, asked


@transaction.atomic
def keep_trial(order_id: int, *, term_months: int, customer_reference: str = "", actor: Actor, at: datetime) -> Order:
    """Keep what was tried out: an order for it as a new service, which goes on meanwhile. Returns that order."""
    order, asked = _running(order_id, actor)
    kept = place_order(
        account=order.account, product=order.product, type=OrderType.NEW, title=f"Keep {order.product.name}",
        service_id=order.service_id, a_site_id=order.a_site_id, z_site_id=order.z_site_id, term_months=term_months,
        customer_reference=customer_reference, actor=actor, at=at,
    )  # fmt: skip
    asked.became, asked.kept_as = TrialEnd.KEPT, kept.number
    asked.save(update_fields=["became", "kept_as"])
    events.record("trial.kept", subject=order, actor=actor, at=at, order=order.number, kept=kept.number)
    return kept


@transaction.atomic
def end_trial(order_id: int, *, actor: Actor, at: datetime) -> Order:
    """End a trial before its day: the service stops today."""
    order, asked = _running(order_id, actor)
    _end(order, asked, on=day_of(order, at), actor=actor, at=at)
    return order


def _end(order: Order, asked: Trial, *, on: date, actor: Actor, at: datetime) -> None:
    asked.became = TrialEnd.ENDED
    asked.save(update_fields=["became"])
    if order.service_id:
        service = inventory.lock_whole(order.service_id, actor=actor)
        if service.status != ServiceStatus.TERMINATED:
            inventory.end(service, on=max(on, service.started_on or on), actor=actor, at=at)
    events.record("trial.ended", subject=order, actor=actor, at=at, order=order.number, on=on)


@transaction.atomic
def follow_trial(order_id: int, *, actor: Actor, at: datetime) -> bool:
    """Speak of a trial's end in time, and end it on its day; each once."""
    order = locked_orders(actor).get(pk=order_id)
    asked = of_enterprise(Trial.objects, actor).filter(order=order, became="").first()
    if asked is None or order.status != OrderStatus.COMPLETED:
        return False
    if asked.ends_on is None:
        return bool(_begin(order, asked, actor=actor, on=order.completed_on or day_of(order, at), at=at))
    today, enterprise = day_of(order, at), get_enterprise(order.enterprise_id)
    if today >= asked.ends_on:
        _end(order, asked, on=asked.ends_on, actor=actor, at=at)
        return True
    days = terms.value(names.TRIAL_WARNING, on=today, of=enterprise)
    if asked.warned_at or (asked.ends_on - today).days > days:
        return False
    asked.warned_at = at
    asked.save(update_fields=["warned_at"])
    events.record("trial.ending", subject=order, actor=actor, at=at, order=order.number, on=asked.ends_on)
    return True
