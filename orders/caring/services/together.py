"""What is done for many orders at once, whichever customers they are of; called by staff outside any enterprise."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffCard
from orders import services
from orders.caring.services.messages import write_message
from orders.models import ORDER_FLOW, MilestoneKind, Order
from orders.services import locked_orders
from portal import events
from portal.actors import Actor
from portal.errors import Refused, Text
from portal.tenancy import tenant_scope

# A step that only a test, a customer's word, a bill or the network itself completes, and no list of orders.
BY_ITSELF = (
    MilestoneKind.ACTIVATION,
    MilestoneKind.ACCEPTANCE,
    MilestoneKind.DISCONNECTED,
    MilestoneKind.FIRST_BILL,
)


def _by_enterprise(orders: Sequence[Order]) -> Iterator[tuple[int, list[Order]]]:
    """In an order that is the same for everybody, so that two such works do not wait for each other."""
    for enterprise_id, rows in groupby(
        sorted(orders, key=lambda each: (each.enterprise_id, each.pk)), key=lambda each: each.enterprise_id
    ):
        yield enterprise_id, list(rows)


@transaction.atomic
def complete_together(orders: Sequence[Order], kind: str, *, actor: Actor, at: datetime) -> tuple[int, list[Text]]:
    """Complete the milestone of a kind on all of them; how many, and why not on the others.

    Refuses a kind that is completed one by one alone.
    """
    if kind in BY_ITSELF:
        raise Refused(_("This milestone is completed on each order by itself."), field="kind")
    count, failed = 0, list[Text]()
    for enterprise_id, rows in _by_enterprise(orders):
        with tenant_scope(enterprise_id):
            done, reasons = services.complete_kind([each.pk for each in rows], kind, actor=actor, at=at)
        count, failed = count + done, failed + reasons
    return count, failed


@transaction.atomic
def write_together(orders: Sequence[Order], *, text: str, actor: Actor, at: datetime) -> int:
    """The same message on each of them."""
    for enterprise_id, rows in _by_enterprise(orders):
        with tenant_scope(enterprise_id):
            for each in rows:
                write_message(each.pk, text=text, actor=actor, at=at)
    return len(orders)


@transaction.atomic
def hand_over(orders: Sequence[Order], card_id: int, *, words: str, actor: Actor, at: datetime) -> int:
    """Give orders to a colleague; each customer is told once an account who it is now. Returns how many went.

    Refuses where the colleague has all of them already.
    """
    card, count = StaffCard.objects.get(pk=card_id), 0
    for enterprise_id, rows in _by_enterprise(orders):
        with tenant_scope(enterprise_id):
            count += _hand_over(rows, card, words=words.strip(), actor=actor, at=at)
    if not count:
        raise Refused(_("%(name)s is their care manager already.") % {"name": card.name}, field="who")
    return count


def _hand_over(rows: Sequence[Order], card: StaffCard, *, words: str, actor: Actor, at: datetime) -> int:
    locked = locked_orders(actor).filter(pk__in=[each.pk for each in rows], status__in=ORDER_FLOW.open_states())
    going = [each for each in locked.order_by("account_id", "pk") if each.care_manager_id != card.pk]
    before = {each.pk: each.care_manager.name for each in rows if each.care_manager}
    for _account, group in groupby(going, key=lambda each: each.account_id):
        together = list(group)
        for place, order in enumerate(together):
            order.care_manager = card
            order.save(update_fields=["care_manager"])
            events.record(
                "order.handed_over", subject=order, actor=actor, at=at, before=before.get(order.pk, ""),
                after=card.name, reason=words, is_told=place == 0, orders=[e.number for e in together],
            )  # fmt: skip
    return len(going)
