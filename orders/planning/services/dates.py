"""The dates of an order: the one we commit to, the one the customer wants, and what an earlier one costs."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.selectors import get_enterprise
from orders import rules, services
from orders.models import (
    CHOICE_FLOW,
    MILESTONE_FLOW,
    SUPPLEMENT_FLOW,
    ChargeReason,
    Choice,
    ChoiceStatus,
    DeliveryChoice,
    MilestoneKind,
    Order,
    SparedWhy,
    SupplementKind,
    SupplementStatus,
)
from orders.planning import selectors
from orders.planning import terms as names
from orders.planning.services.locking import add_charge, order_under_way, settle_supplement, spare_wish
from portal import events, money, terms
from portal.actors import Actor
from portal.errors import IllegalMove, Refused


@transaction.atomic
def commit_date(order_id: int, *, actor: Actor, at: datetime, committed_on: date, reason: str = "") -> Order:
    """Give an order the date that we commit to (CCD), or another; the journal says who, why and by how much.

    The steps that were to come with the old date come with the new one, and a date that the customer
    asked for is answered by it. Refused before capacity is reserved, beyond the day until which it
    is held, for a date that has passed, and for another date without a reason.
    """
    order = order_under_way(order_id, actor)
    today, before, reason = services.day_of(order, at), order.committed_on, reason.strip()
    if committed_on < today:
        raise Refused(_("This date has passed. Choose today or a later day."), field="committed_on")
    if committed_on == before:
        raise Refused(_("We have committed to this day already."), field="committed_on")
    if before and len(reason) < 5:
        raise Refused(_("Say it in a few words: the customer reads them."), field="reason")
    _require_capacity(order, committed_on, actor)
    hours = services.working_days(order.enterprise_id, on=today)
    _move_steps(order, before or order.expected_on, committed_on)
    order.committed_on = order.expected_on = committed_on
    order.free_until_on = services.free_until(order, hours, committed_on)
    order.save(update_fields=["committed_on", "expected_on", "free_until_on"])
    services.touch(order, MilestoneKind.DELIVERY_DATE, at=at)
    _answer_wishes(order, actor, at)
    facts: dict[str, Any] = {"order": order.number, "before": before, "after": committed_on, "reason": reason}
    events.record("order.committed", subject=order, actor=actor, at=at, **facts)
    return order


def _require_capacity(order: Order, committed_on: date, actor: Actor) -> None:
    if order.type not in rules.TAKES_CAPACITY:
        return
    held = selectors.list_reservations(actor, order)
    if not held:
        raise Refused(
            _("No capacity is reserved for this order, so no date can be committed to."),
            way_out=_(
                "Nothing was changed. An engineer reviews the technical answers and reserves the capacity first."
            ),
            field="committed_on",
        )
    if held[0].until_on < committed_on:
        until = {"day": date_format(held[0].until_on)}
        raise Refused(
            _("The capacity is reserved until %(day)s only.") % until,
            way_out=_("Nothing was changed. Have it reserved for longer, or choose an earlier day."),
            field="committed_on",
        )


def _move_steps(order: Order, before: date | None, after: date) -> None:
    """Open steps that fell on the old date or behind it go with the new one; no other comes after it."""
    for step in order.milestones.filter(status__in=MILESTONE_FLOW.open_states()).exclude(expected_on=None):
        assert step.expected_on is not None
        moved = after + (step.expected_on - before) if before and step.expected_on >= before else step.expected_on
        if before is None or step.expected_on < before:
            moved = min(step.expected_on, after)
        if moved != step.expected_on:
            step.expected_on = moved
            step.save(update_fields=["expected_on"])


def _answer_wishes(order: Order, actor: Actor, at: datetime) -> None:
    """A new date answers who asked for another one, and agrees to an expedite that it keeps."""
    asked = selectors.open_supplement(selectors.list_supplements(actor, order))
    if asked and asked.kind == SupplementKind.DUE_DATE:
        SUPPLEMENT_FLOW.require(asked.status, SupplementStatus.DONE)
        asked.status, asked.decided_by, asked.decided_at = SupplementStatus.DONE, actor.name, at
        asked.save(update_fields=["status", "decided_by", "decided_at"])
        settle_supplement(order, asked, at=at)
    wish, day = selectors.open_choice(selectors.list_choices(actor, order)), order.committed_on
    if wish and wish.status == ChoiceStatus.ASKED and wish.wanted_on and day and day <= wish.wanted_on:
        CHOICE_FLOW.require(wish.status, ChoiceStatus.AGREED)
        wish.status = ChoiceStatus.AGREED
        wish.save(update_fields=["status"])


# --- how the customer wants it ---------------------------------------------------------------------


@dataclass(frozen=True)
class Price:
    """What an expedite costs: the business days improved against the standard interval, and the fee."""

    wanted_on: date
    standard_on: date
    soonest_on: date
    days: int
    fee: Decimal
    currency: str


def price_expedite(order: Order, wanted_on: date, *, at: datetime) -> Price:
    """Work out an expedite: a fee for each business day improved (wholesale price list: 300 USD, only if met).

    Refused where the product cannot be expedited, or not to that day: with the reason, and the
    day that can be had.
    """
    shortest = order.product.shortest_days
    if shortest is None or order.product.is_icb:
        raise Refused(
            _("%(product)s cannot be expedited: its delivery depends on work that nobody can shorten.")
            % {"product": order.product.name},
            way_out=_("Nothing was changed. Ask for the earliest convenience, or a firm date."),
            field="wanted_on",
        )
    hours = services.working_days(order.enterprise_id, on=order.placed_on)
    today = services.day_of(order, at)
    standard = hours.add_business_days(order.placed_on, order.product.interval_days)
    soonest = max(hours.add_business_days(order.placed_on, shortest), hours.add_business_days(today, 1))
    services.require_workday(hours, wanted_on, field="wanted_on")
    if wanted_on < soonest:
        words = {"day": date_format(soonest), "n": shortest}
        raise Refused(
            _("The network needs at least %(n)s business days. The earliest day that can be had is %(day)s.") % words,
            field="wanted_on",
        )
    if wanted_on >= standard:
        words = {"day": date_format(standard)}
        raise Refused(
            _("The usual time ends on %(day)s already, so this day costs nothing: ask for it as a firm date.") % words,
            field="wanted_on",
        )
    days = rules.business_days_between(hours, wanted_on, standard)
    each, currency = terms.value(names.EXPEDITE_DAY, on=today, of=get_enterprise(order.enterprise_id))
    return Price(wanted_on, standard, soonest, days, money.rounded(each * days, currency), currency)


@transaction.atomic
def choose_delivery(
    order_id: int,
    *,
    actor: Actor,
    at: datetime,
    choice: str,
    wanted_on: date | None = None,
    agreed: Decimal | None = None,
) -> DeliveryChoice:
    """Note how the customer wants an order delivered, in place of what was wished for before.

    On a firm date nothing is delivered or billed earlier; ``agreed`` is the fee that was shown for an
    expedite. Refused once we have committed to a date, which a supplement changes; for a day that has
    passed or on which nobody works; and where the fee is another than the one agreed to.
    """
    order = order_under_way(order_id, actor)
    if order.committed_on and choice != Choice.EXPEDITE:
        raise IllegalMove(_("We have committed to a date already. Ask for another date instead."))
    about: dict[str, Any] = {}
    if choice == Choice.EXPEDITE:
        assert wanted_on is not None
        price = price_expedite(order, wanted_on, at=at)
        _require_agreed(price, agreed)
        about = {"days": price.days, "fee": price.fee, "currency": price.currency, "status": ChoiceStatus.ASKED}
    elif choice == Choice.FIRM:
        require_later_day(order, wanted_on, at)
    day = wanted_on if choice != Choice.EARLIEST else None
    _replace(selectors.open_choice(selectors.list_choices(actor, order)))
    row = DeliveryChoice.objects.create(
        enterprise_id=order.enterprise_id, order=order, choice=choice, wanted_on=day, chosen_at=at,
        chosen_by=actor.name, **about,
    )  # fmt: skip
    if row.wanted_on:
        order.requested_on = row.wanted_on
        order.save(update_fields=["requested_on"])
    facts: dict[str, Any] = {"order": order.number, "choice": choice, "wanted_on": row.wanted_on}
    facts |= {"fee": row.fee, "currency": row.currency, "days": row.days}
    events.record("order.delivery_chosen", subject=order, actor=actor, at=at, **facts)
    return row


def _require_agreed(price: Price, agreed: Decimal | None) -> None:
    if agreed != price.fee:
        raise Refused(
            _("The fee has changed since it was shown to you: it is %(fee)s now.")
            % {"fee": money.spoken(price.fee, price.currency)},
            way_out=_("Nothing was ordered. Look at the fee as it is now, and agree to that."),
            field="wanted_on",
        )


def require_later_day(order: Order, wanted_on: date | None, at: datetime) -> None:
    today = services.day_of(order, at)
    if wanted_on is None:
        raise Refused(_("Choose the day."), field="wanted_on")
    if wanted_on <= today:
        raise Refused(_("This date has passed. Choose a later day."), field="wanted_on")
    services.require_workday(services.working_days(order.enterprise_id, on=today), wanted_on, field="wanted_on")


def _replace(known: DeliveryChoice | None) -> None:
    if known:
        CHOICE_FLOW.require(known.status, ChoiceStatus.REPLACED)
        known.status = ChoiceStatus.REPLACED
        known.save(update_fields=["status"])


@transaction.atomic
def decide_expedite(
    order_id: int, *, actor: Actor, at: datetime, reason: str, alternative_on: date | None = None
) -> DeliveryChoice:
    """Say that an expedite cannot be had, why, and which day can; agreeing is committing to its date.

    Raises IllegalMove where none is asked for.
    """
    order = order_under_way(order_id, actor)
    wish = selectors.open_choice(selectors.list_choices(actor, order))
    if wish is None or wish.status != ChoiceStatus.ASKED:
        raise IllegalMove(_("No expedite is asked for on this order now."))
    if len(reason.strip()) < 5:
        raise Refused(_("Say it in a few words: the customer reads them."), field="reason")
    if alternative_on and alternative_on < services.day_of(order, at):
        raise Refused(_("This date has passed. Choose today or a later day."), field="alternative_on")
    CHOICE_FLOW.require(wish.status, ChoiceStatus.REFUSED)
    wish.status, wish.reason, wish.alternative_on = ChoiceStatus.REFUSED, reason.strip(), alternative_on
    wish.save(update_fields=["status", "reason", "alternative_on"])
    facts: dict[str, Any] = {
        "order": order.number,
        "reason": wish.reason,
        "wanted_on": wish.wanted_on,
        "after": alternative_on,
    }
    events.record("order.expedite_refused", subject=order, actor=actor, at=at, **facts)
    return wish


def settle_expedite(order: Order, actor: Actor, on: date, at: datetime) -> None:
    """On the day an order is concluded: an expedite is charged where its date was met, and else costs nothing."""
    wish = selectors.open_choice(selectors.list_choices(actor, order))
    if wish is None or wish.status != ChoiceStatus.AGREED or wish.wanted_on is None:
        return
    # Met is the day on which the service was ready, whenever it was accepted.
    is_met = (order.commenced_on or on) <= wish.wanted_on
    outcome = ChoiceStatus.MET if is_met else ChoiceStatus.MISSED
    CHOICE_FLOW.require(wish.status, outcome)
    wish.status = outcome
    wish.save(update_fields=["status"])
    if is_met:
        add_charge(order, ChargeReason.EXPEDITE, wish.fee, wish.currency, ref=wish.pk, at=at)
    else:
        spare_wish(order, wish, SparedWhy.DATE_MISSED, at=at)
    facts: dict[str, Any] = {"order": order.number, "fee": wish.fee if is_met else 0, "currency": wish.currency}
    events.record("order.expedite_settled", subject=order, actor=actor, at=at, **facts)
