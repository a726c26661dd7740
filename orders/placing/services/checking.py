"""What the carrier does with a submitted order: take it, return it with reasons, or turn it down."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffCard
from inventory import services as inventory
from inventory.models import Site
from orders import services as orders
from orders.models import ItemAction, Order, OrderItem, OrderStatus
from orders.permissions import Permission
from orders.placing.services.drafting import locked
from orders.selectors import list_items
from portal import events
from portal.actors import Actor
from portal.errors import IllegalMove, Refused


@dataclass(frozen=True)
class Remark:
    """What is wrong: of one item (its position), of a field of the order, or of the whole."""

    words: str
    item: int | None = None
    field: str = ""


class Assigned(IllegalMove):
    """A colleague was quicker."""

    def __init__(self, order: Order) -> None:
        name = order.care_manager.name if order.care_manager else ""
        taken = _("%(number)s is with %(name)s already.") % {"number": order.number, "name": name}
        moved = _("%(number)s does not wait in the inbox any more.") % {"number": order.number}
        super().__init__(taken if name else moved, way_out=_("Nothing was changed. Take the next one."))


def _submitted(actor: Actor, order_id: int) -> Order:
    order = locked(actor, order_id, Permission.ORDER_ASSIGN)
    if order.status != OrderStatus.SUBMITTED:
        raise Assigned(order)
    return order


@transaction.atomic
def take_order(order_id: int, *, care_manager: StaffCard, actor: Actor, at: datetime) -> Order:
    """Accept a submitted order and give it to a care manager; its sites and services are entered, and it is planned.

    Of two who take the same order one is told who was quicker (Assigned).
    """
    order = _submitted(actor, order_id)
    _enter(order, actor, at)
    return orders.acknowledge_order(order.pk, care_manager_id=care_manager.pk, actor=actor, at=at)


def _enter(order: Order, actor: Actor, at: datetime) -> None:
    """What is to be delivered gets its sites and its services, one for each of a quantity; the first is the order's."""
    items = list_items(actor, order) or [orders.own_item(order)]
    for item in items:
        item.a_site, item.z_site = (
            item.a_site or _site(actor, item.a_new, at),
            item.z_site or _site(actor, item.z_new, at),
        )
    each_alone = [one for item in items for one in _split(item)]
    if each_alone[0].action == ItemAction.ADD and each_alone[0].service is None:
        # A service that was tried out stays the order's, however often its items were written anew.
        each_alone[0].service = order.service
    for one in each_alone:
        if one.action == ItemAction.ADD and one.service is None:
            one.service = inventory.plan_service(
                account=order.account, product=one.product, actor=actor, at=at, a_site=one.a_site, z_site=one.z_site,
                bandwidth=one.bandwidth, monthly=one.monthly, one_time=one.one_time, term_months=order.term_months,
            )  # fmt: skip
    order.items.all().delete()
    orders.write_items(order, each_alone)
    first = each_alone[0]
    order.service, order.a_site, order.z_site = order.service or first.service, first.a_site, first.z_site
    order.save(update_fields=["service", "a_site", "z_site"])


def _site(actor: Actor, new: dict[str, str], at: datetime) -> Site | None:
    return inventory.enter_site(actor, new, at=at) if new else None


def _split(item: OrderItem) -> list[OrderItem]:
    """An item of three is three of one: each is delivered by itself, at its share of the price."""
    count = item.quantity if item.action == ItemAction.ADD and item.service_id is None else 1
    return [
        OrderItem(
            action=item.action, product=item.product, service=item.service, a_site=item.a_site, z_site=item.z_site,
            a_new=item.a_new, z_new=item.z_new, bandwidth=item.bandwidth,
            quantity=item.quantity if count == 1 else 1,
            monthly=_share(item.monthly, count, place), one_time=_share(item.one_time, count, place),
            is_priced=item.is_priced, is_primary=item.is_primary and place == 0,
        )
        for place in range(count)
    ]  # fmt: skip


def _share(amount: Decimal, count: int, place: int) -> Decimal:
    """To the cent; the first has what does not divide."""
    cents = int(amount * 100)
    return Decimal(cents // count + (cents % count if place == 0 else 0)) / 100


@transaction.atomic
def return_order(order_id: int, remarks: Sequence[Remark], *, actor: Actor, at: datetime) -> Order:
    """Give an order back to be corrected; each remark says what of it. Raises Refused without one, and Assigned."""
    order = _submitted(actor, order_id)
    said = [each for each in remarks if each.words.strip()]
    if not said:
        raise Refused(_("Say what is to be corrected: the customer reads it."), field="reason")
    positions = set(order.items.values_list("position", flat=True))
    if any(each.item is not None and each.item not in positions for each in said):
        raise Refused(_("The order has no such item."), field="remarks")
    orders.bring(order, OrderStatus.RETURNED)
    order.remarks, order.revision = [asdict(each) for each in said], order.revision + 1
    order.save(update_fields=["remarks", "revision"])
    events.record("order.returned", subject=order, actor=actor, at=at, order=order.number, remarks=order.remarks)
    return order


@transaction.atomic
def reject_order(order_id: int, *, reason: str, actor: Actor, at: datetime) -> Order:
    """Turn an order down for good, and say why. Raises Refused without a reason, Assigned too late."""
    order = _submitted(actor, order_id)
    if not reason.strip():
        raise Refused(_("Say why: the customer reads it."), field="reason")
    orders.bring(order, OrderStatus.REJECTED)
    events.record("order.rejected", subject=order, actor=actor, at=at, order=order.number, reason=reason.strip())
    return order
