"""What is priced case by case (ICB): asked for, answered by two of the carrier's people, accepted by the customer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from orders import services as orders
from orders.models import QUOTE_FLOW, Order, OrderItem, OrderStatus, Quote, QuoteStatus
from orders.permissions import Permission
from orders.placing import rules
from orders.placing.services.drafting import locked, require_seen, withdraw_quotes
from orders.selectors import list_items
from portal import events
from portal.actors import Actor
from portal.errors import IllegalMove, Refused
from portal.tenancy import of_enterprise


@dataclass(frozen=True)
class Price:
    """What all items of an order cost together, in the account's currency, until when, and in words."""

    monthly: Decimal
    one_time: Decimal
    term_months: int
    valid_until_on: date
    words: str = ""


@transaction.atomic
def ask_price(order_id: int, *, seen: int, actor: Actor, at: datetime) -> Order:
    """Hand a draft with ICB items to the account director and the sales engineer.

    Raises Overtaken, IllegalMove for what is no draft, and Refused where everything has its price already.
    """
    order = locked(actor, order_id, Permission.ORDER_CREATE)
    require_seen(order, seen)
    if not any(each.product.is_icb for each in list_items(actor, order)):
        raise Refused(
            _("Nothing in this order is priced case by case."), way_out=_("Nothing was changed. Sign and submit it.")
        )
    orders.bring(order, OrderStatus.PRICING)
    order.private_to = None
    order.save(update_fields=["private_to"])
    withdraw_quotes(order)
    events.record("order.price_asked", subject=order, actor=actor, at=at, order=order.number)
    return order


def _quotes(actor: Actor, order: Order) -> QuerySet[Quote]:
    return of_enterprise(Quote.objects, actor).filter(order=order)


@transaction.atomic
def price_order(order_id: int, price: Price, *, actor: Actor, at: datetime) -> Quote:
    """Say what an ICB order costs, from one's seat: the account director's, or the sales engineer's.

    The first to answer proposes; the other agrees by answering the same, and only then is the customer
    offered it. Another answer is a new proposal, to which the first must agree in turn. Raises Refused for who
    has neither seat and for a day that is past, IllegalMove where no price is asked for.
    """
    order = locked(actor, order_id, Permission.ORDER_PRICE)
    if order.status != OrderStatus.PRICING:
        raise IllegalMove()
    seat = rules.SEATS.get(actor.role)
    if seat is None:
        raise Refused(
            _("A price is given by the account director and the sales engineer."),
            way_out=_("Nothing was changed. Ask one of them: they stand in the account team."),
        )
    _require_price(order, price, at)
    quote = _proposal(order, price, actor)
    setattr(quote, seat, actor.name)
    setattr(quote, f"{seat}_at", at)
    is_agreed = bool(quote.director and quote.engineer)
    if is_agreed:
        QUOTE_FLOW.require(quote.status, QuoteStatus.OFFERED)
        quote.status = QuoteStatus.OFFERED
    quote.save()
    if is_agreed:
        orders.bring(order, OrderStatus.DRAFT)
    _tell("order.quoted" if is_agreed else "order.priced", quote, order, actor, at)
    return quote


def _require_price(order: Order, price: Price, at: datetime) -> None:
    if price.valid_until_on < orders.day_of(order, at):
        raise Refused(_("This day has passed, so nobody could accept it."), field="valid_until_on")
    if price.monthly < 0 or price.one_time < 0:
        raise Refused(_("A price is not below zero."), field="monthly" if price.monthly < 0 else "one_time")


def _proposal(order: Order, price: Price, actor: Actor) -> Quote:
    """The proposal that says the same and lacks the other's yes, or a new one in place of what was proposed."""
    open_now = _quotes(actor, order).filter(status=QuoteStatus.PROPOSED).order_by("-version").first()
    fields = {
        "monthly": price.monthly, "one_time": price.one_time, "term_months": price.term_months,
        "valid_until_on": price.valid_until_on,
    }  # fmt: skip
    if open_now and all(getattr(open_now, name) == value for name, value in fields.items()):
        open_now.words = price.words or open_now.words
        return open_now
    if open_now:
        QUOTE_FLOW.require(open_now.status, QuoteStatus.WITHDRAWN)
        open_now.status = QuoteStatus.WITHDRAWN
        open_now.save(update_fields=["status"])
    version = _quotes(actor, order).count() + 1
    return Quote(enterprise_id=order.enterprise_id, order=order, version=version, words=price.words, **fields)


@transaction.atomic
def answer_quote(order_id: int, *, version: int, accepts: bool, words: str = "", actor: Actor, at: datetime) -> Quote:
    """The customer takes the price or leaves it; taken, it is the order's, which can be signed then.

    For who may place orders on the account, or accept the terms of quotes. Raises IllegalMove where another
    quote stands by now, and Refused once it has expired.
    """
    is_writer = _may_write(actor, order_id)
    order = locked(actor, order_id, Permission.ORDER_CREATE if is_writer else Permission.ORDER_APPROVE_ONLY)
    quote = _quotes(actor, order).order_by("-version").first()
    target = QuoteStatus.ACCEPTED if accepts else QuoteStatus.DECLINED
    if quote is None or quote.version != version or order.status != OrderStatus.DRAFT:
        raise IllegalMove()
    QUOTE_FLOW.require(quote.status, target)
    if accepts and quote.valid_until_on < orders.day_of(order, at):
        message = _("This quote expired on %(day)s.")
        raise Refused(
            message % {"day": date_format(quote.valid_until_on)},
            way_out=_("Nothing was changed. Ask for the price again: it is usually the same."),
        )
    quote.status, quote.answer, quote.answered_by, quote.answered_at = target, words, actor.name, at
    quote.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    if accepts:
        _put_price(order, quote)
    _tell("order.quote_accepted" if accepts else "order.quote_declined", quote, order, actor, at)
    return quote


def _may_write(actor: Actor, order_id: int) -> bool:
    reach = actor.accounts_for(Permission.ORDER_CREATE)
    account = of_enterprise(Order.objects, actor).values_list("account_id", flat=True).filter(pk=order_id).first()
    return reach is None or account in reach


def _put_price(order: Order, quote: Quote) -> None:
    """The quote's amounts are the order's; of an order of one item they are the item's too."""
    order.monthly, order.one_time, order.term_months = quote.monthly, quote.one_time, quote.term_months
    order.revision += 1
    order.save(update_fields=["monthly", "one_time", "term_months", "revision"])
    items = OrderItem.objects.filter(enterprise_id=order.enterprise_id, order=order)
    if len(items) == 1:
        items.update(monthly=quote.monthly, one_time=quote.one_time, is_priced=True)


def _tell(kind: str, quote: Quote, order: Order, actor: Actor, at: datetime) -> None:
    events.record(
        kind, subject=quote, actor=actor, at=at, order=order.number, version=quote.version, monthly=quote.monthly,
        one_time=quote.one_time, currency=order.account.currency, valid_until_on=quote.valid_until_on,
        words=quote.words, answer=quote.answer,
    )  # fmt: skip
