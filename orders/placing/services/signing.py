"""An order is signed by a named signatory, and so submitted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.selectors import get_enterprise
from orders import services as orders
from orders.models import Authorisation, Order, OrderItem, OrderStatus, QuoteStatus
from orders.permissions import Permission
from orders.placing import rules, selectors
from orders.placing.services.drafting import locked, require_day, require_seen
from orders.selectors import list_items
from portal import events
from portal.actors import Actor
from portal.errors import IllegalMove, Refused
from portal.tenancy import of_enterprise


@dataclass(frozen=True)
class Signatory:
    """Who orders in the customer's name; ``address`` is of the network, as the portal saw it."""

    name: str
    title: str
    signature: str
    address: str = ""


@transaction.atomic
def submit_order(order_id: int, signatory: Signatory, *, seen: int, actor: Actor, at: datetime) -> Order:
    """Sign an order and hand it in: what it says is frozen with its hash, and the carrier's inbox has it.

    Raises Overtaken where it is not the revision ``seen`` any more; Refused where the signature is not the
    signatory's name, where a price is still to be accepted, where its day has passed meanwhile, and as
    ``require_placeable`` does; IllegalMove where it is submitted already.
    """
    order = locked(actor, order_id, Permission.ORDER_CREATE)
    if order.status not in {OrderStatus.DRAFT, OrderStatus.RETURNED}:
        raise IllegalMove()
    require_seen(order, seen)
    items = list_items(actor, order)
    _require_signature(signatory)
    _require_ready(order, items, actor, at)
    orders.require_placeable(order.account, [each.service for each in items if each.service], order=order)
    paper = _sign(order, items, signatory, actor, at)
    orders.bring(order, OrderStatus.SUBMITTED)
    order.submitted_at, order.placed_on, order.placed_by = at, orders.day_of(order, at), signatory.name
    order.private_to, order.remarks, order.revision = None, [], order.revision + 1
    order.save(update_fields=["submitted_at", "placed_on", "placed_by", "private_to", "remarks", "revision"])
    signed: dict[str, Any] = {"signatory": signatory.name, "title": signatory.title, "sha256": paper.sha256}
    events.record("order.placed", subject=order, actor=actor, at=at, order=order.number, type=order.type, **signed)
    events.hint_after_commit("orders.print_authorisation", order.enterprise_id, paper.pk)
    return order


def _require_signature(signatory: Signatory) -> None:
    typed, name = (" ".join(each.split()).casefold() for each in (signatory.signature, signatory.name))
    if not typed or typed != name:
        raise Refused(
            _("Type the signatory's name once more, exactly as above: that is the signature."), field="signature"
        )


def _require_ready(order: Order, items: list[OrderItem], actor: Actor, at: datetime) -> None:
    if order.requested_on is None:
        raise Refused(
            _("The order has no requested date (CRD) yet."), way_out=_("Nothing was changed. Change the order first.")
        )
    if not items:
        raise Refused(_("The order has no item yet."), way_out=_("Nothing was changed. Change the order first."))
    require_day(order.requested_on, order.enterprise_id, items, at)
    if not any(each.product.is_icb for each in items):
        return
    quotes = selectors.list_quotes(actor, order)
    if not quotes or quotes[0].status != QuoteStatus.ACCEPTED:
        raise Refused(
            _("A part of this order is priced case by case (ICB), and no price is accepted yet."),
            way_out=_("Nothing was changed. Ask for the price, or accept the one that was offered."),
        )


def _sign(order: Order, items: list[OrderItem], signatory: Signatory, actor: Actor, at: datetime) -> Authorisation:
    enterprise = get_enterprise(order.enterprise_id)
    content = {
        **selectors.frozen(order, items, enterprise=enterprise.legal_name),
        "signatory": signatory.name,
        "signatory_title": signatory.title,
        "signature": signatory.signature,
        "signed_at": at.isoformat(),
        "signed_by": actor.name,
        "address": signatory.address,
    }
    version = of_enterprise(Authorisation.objects, actor).filter(order=order).count() + 1
    return Authorisation.objects.create(
        enterprise_id=order.enterprise_id, order=order, version=version, name=signatory.name, title=signatory.title,
        signature=signatory.signature, signed_at=at, signed_by=actor.name, email=actor.email,
        address=signatory.address, content=content, sha256=rules.fingerprint(content),
    )  # fmt: skip
