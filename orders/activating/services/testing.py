"""Tests of a service, the sign-off of its turn-up, and the connection notice that follows."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise
from accounts.selectors import get_enterprise
from orders import services
from orders.activating import selectors, terms
from orders.activating.services.booking import end_call
from orders.models import (
    MILESTONE_FLOW,
    ORDER_FLOW,
    ActivationTest,
    CallStatus,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    Order,
    OrderStatus,
    OrderType,
    Owner,
    TurnUp,
)
from portal import documents, events, files
from portal import terms as termbook
from portal.actors import Actor, system
from portal.errors import IllegalMove, Refused
from portal.tenancy import of_enterprise, tenant_scope

log = logging.getLogger(__name__)


@transaction.atomic
def record_test(
    order_id: int,
    *,
    has_passed: bool,
    measured: Mapping[str, Decimal | None],
    checks: Sequence[str],
    note: str,
    uploads: Sequence[files.Accepted] = (),
    actor: Actor,
    at: datetime,
) -> ActivationTest:
    """Keep what was measured; a test that did not pass ends the call, and another is booked.

    Refuses an order with nothing to test now.
    """
    order = services.locked_orders(actor).get(pk=order_id)
    _require_released(order, actor)
    if not selectors.is_to_activate(actor, order):
        raise IllegalMove(_("This order has nothing to be tested now."))
    call = selectors.booked_call(actor, order)
    test = ActivationTest.objects.create(
        enterprise_id=order.enterprise_id, order=order, call=call, tested_at=at, tested_by=actor.name,
        has_passed=has_passed, checks=list(checks), note=note, **measured,
    )  # fmt: skip
    files.keep(test, uploads, actor=actor, at=at)
    if call and not has_passed:
        end_call(call, CallStatus.FAILED)
        order.milestones.filter(kind=MilestoneKind.ACTIVATION, completed_at=None).update(owner=Owner.CUSTOMER)
    kind = "order.test_passed" if has_passed else "order.test_failed"
    events.record(kind, subject=test, actor=actor, at=at, order=order.number, note=note)
    return test


def _require_released(order: Order, actor: Actor) -> None:
    """Else the days of customer not ready would run on, and end an order that is delivered.

    Where enough sites are up, who is late at a further one stops nothing: the activation that is done ends the hold.
    """
    if order.status != OrderStatus.HELD:
        return
    sites = selectors.sites_of(actor, order)
    under_way = order.milestones.filter(kind=MilestoneKind.ACTIVATION, status=MilestoneStatus.IN_PROGRESS)
    if sites is None or sites.met_on is None or not under_way.exists():
        raise IllegalMove(_("The order is on hold. Choose a new date first; then test it and sign it off."))


@transaction.atomic
def sign_off(order_id: int, *, actor: Actor, at: datetime) -> TurnUp:
    """The service is turned up: the activation is done, the connection notice goes out, the customer's word is awaited.

    Service commencement is the day of the call, or of the test where there was none; of an order of several sites
    the day on which enough of them were up. Raises IllegalMove while steps before the activation are open, and
    Refused without a passed test, or before enough sites are up, the primary among them if one is named.
    """
    order = services.locked_orders(actor).select_related("product", "service", "account").get(pk=order_id)
    _require_released(order, actor)
    if not selectors.is_to_activate(actor, order):
        raise IllegalMove(_("This service is signed off already, or is not to be turned up now."))
    test = selectors.list_tests(actor, order).first()
    if test is None or not test.has_passed:
        raise Refused(
            _("There is no test that passed yet."),
            way_out=_("Nothing was changed. Test the service and record that it passed, then sign it off."),
        )
    call = selectors.booked_call(actor, order)
    today = services.day_of(order, at)
    ready_on = _commencement(order, services.day_of(order, call.starts_at if call else test.tested_at), actor)
    ready_on = min(ready_on, today)
    found = TurnUp.objects.create(
        enterprise_id=order.enterprise_id, order=order, service=order.service, test=test, signed_at=at,
        signed_by=actor.name, ready_on=ready_on, accept_by_on=_accept_by(order, today),
        notice=selectors.notice_of(actor, order, test),
    )  # fmt: skip
    if call:
        end_call(call, CallStatus.DONE)
    if order.service is None or order.service.started_on is None:
        order.commenced_on = ready_on
        order.save(update_fields=["commenced_on"])
    _advance(order, found, actor=actor, at=at)
    days: dict[str, Any] = {"ready_on": ready_on, "accept_by_on": found.accept_by_on}
    events.record("order.turned_up", subject=found, actor=actor, at=at, order=order.number, **days)
    events.hint_after_commit("orders.print_notice", order.enterprise_id, found.pk)
    return found


def _commencement(order: Order, tested_on: date, actor: Actor) -> date:
    """From which day on it is charged: from the call or test on, or from when enough of several sites were up.

    What was refused is charged from when it was tested again. Raises Refused where too few sites are up.
    """
    sites = selectors.sites_of(actor, order)
    if sites is None:
        return tested_on
    met_on = sites.met_on
    if met_on is None:
        raise Refused(
            sites.waits_for,
            way_out=_("Nothing was changed. Mark the sites that are up on the order's page, then sign it off."),
        )
    return max(met_on, tested_on) if selectors.latest_turn_up(actor, order) else met_on


def _accept_by(order: Order, today: date) -> date:
    enterprise = get_enterprise(order.enterprise_id)
    book = termbook.book(enterprise, on=today, names=[terms.ACCEPT_DAYS, terms.ACCEPT_COUNT])
    days = book.value(terms.ACCEPT_DAYS)
    if book.value(terms.ACCEPT_COUNT) == terms.BUSINESS:
        return services.working_days(order.enterprise_id, on=today).add_business_days(today, days)
    return today + timedelta(days=days)


def _advance(order: Order, found: TurnUp, *, actor: Actor, at: datetime) -> None:
    """Complete the activation, and let the acceptance wait for the customer."""
    _lay_last_steps(order, services.day_of(order, at))
    step = order.milestones.filter(kind=MilestoneKind.ACTIVATION, status__in=MILESTONE_FLOW.open_states()).first()
    if step is not None:
        if step.status != MilestoneStatus.IN_PROGRESS:
            raise IllegalMove(_("Steps before the activation are still open. Complete them first."))
        services.complete_milestone(step.pk, actor=actor, at=at)
    waiting = order.milestones.filter(kind=MilestoneKind.ACCEPTANCE, status__in=MILESTONE_FLOW.open_states())
    waiting.update(owner=Owner.CUSTOMER, expected_on=found.accept_by_on)


def _lay_last_steps(order: Order, today: date) -> None:
    """An order ends with its acceptance or its first invoice, as the term of its region says."""
    kinds = dict(order.milestones.order_by("position").values_list("kind", "pk"))
    last = order.milestones.order_by("-position").values_list("position", flat=True).first() or 0
    wanted = [(MilestoneKind.ACCEPTANCE, Owner.CUSTOMER)]
    # Nothing is billed for a trial, so none waits for it.
    if order.type != OrderType.TRIAL and selectors.closes_at(order, today) == terms.FIRST_BILL:
        wanted.append((MilestoneKind.FIRST_BILL, Owner.CARRIER))
    else:
        _skip_first_bill(order)
    for kind, owner in wanted:
        if kind not in kinds:
            last += 1
            Milestone.objects.create(
                enterprise_id=order.enterprise_id, order=order, position=last, kind=kind, owner=owner
            )


def _skip_first_bill(order: Order) -> None:
    for step in order.milestones.filter(kind=MilestoneKind.FIRST_BILL, status__in=MILESTONE_FLOW.open_states()):
        MILESTONE_FLOW.require(step.status, MilestoneStatus.SKIPPED)
        step.status = MilestoneStatus.SKIPPED
        step.save(update_fields=["status"])


# --- the connection notice --------------------------------------------------------------------------------


def print_notice(enterprise_id: int, turn_up_id: int, *, at: datetime) -> bool:
    """Print the connection notice and tell it; where it cannot be printed it is told without its document.

    May run twice or be killed anywhere: whoever marks it told keeps the file. Printing stands outside every
    transaction, because it takes seconds.
    """
    with tenant_scope(enterprise_id):
        found = _untold(enterprise_id, turn_up_id)
        if found is None:
            return False
        context, how = selectors.document_of(found), _how(get_enterprise(enterprise_id))
    try:
        pdf = documents.render("documents/connection_notice.html", context, **how)
    except Exception:
        log.exception("The connection notice of order %s could not be printed.", found.order.number)
        pdf = b""
    return _tell_notice(enterprise_id, turn_up_id, pdf, at=at)


def _how(enterprise: Enterprise) -> dict[str, str]:
    is_letter = enterprise.region == Enterprise.Region.NORTH_AMERICA
    paper = documents.LETTER if is_letter else documents.A4
    return {"language": enterprise.language, "time_zone": enterprise.time_zone, "paper": paper}


def _untold(enterprise_id: int, turn_up_id: int, *, for_update: bool = False) -> TurnUp | None:
    rows = of_enterprise(TurnUp.objects, system(enterprise_id))
    rows = rows.select_for_update(of=("self",)) if for_update else rows
    return rows.select_related("order__account", "service").filter(pk=turn_up_id, noticed_at=None).first()


def _tell_notice(enterprise_id: int, turn_up_id: int, pdf: bytes, *, at: datetime) -> bool:
    actor = system(enterprise_id)
    key = files.put(enterprise_id, ContentFile(pdf)) if pdf else ""
    with tenant_scope(enterprise_id):
        order = services.locked_orders(actor).get(turn_ups=turn_up_id)
        found = _untold(enterprise_id, turn_up_id, for_update=True)
        if found is None:
            return False
        found.noticed_at = at
        found.save(update_fields=["noticed_at"])
        if order.status in ORDER_FLOW.open_states():
            services.touch(order, MilestoneKind.CONNECTION_NOTICE, at=at)
        if pdf:
            files.hang(
                found, key, name=f"{found.order.number}-connection-notice.pdf", media_type="application/pdf",
                size=len(pdf), sha256=hashlib.sha256(pdf).hexdigest(), actor=actor, at=at,
            )  # fmt: skip
        facts: dict[str, Any] = {"order": found.order.number, "ready_on": found.ready_on}
        facts["accept_by_on"] = found.accept_by_on
        facts["is_attached"] = bool(pdf)
        events.record("order.connection_notice", subject=found, actor=actor, at=at, **facts)
    return True
