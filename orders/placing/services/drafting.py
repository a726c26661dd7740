"""Drafts: written, changed and thrown away by whoever may order for the account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountStatus
from accounts.selectors import get_enterprise
from inventory.models import Product, Site
from orders import services as orders
from orders.models import QUOTE_FLOW, Order, OrderItem, OrderProject, OrderStatus, OrderType, Quote, QuoteStatus
from orders.permissions import Permission
from orders.placing import rules, selectors
from orders.placing.services.listing import asks, put_prices
from orders.placing.terms import MOST_ITEMS
from orders.selectors import list_items
from portal import events, money, terms
from portal.actors import Actor
from portal.errors import IllegalMove, Refused
from portal.tenancy import of_enterprise, within_accounts


@dataclass(frozen=True)
class Line:
    """One item as it is wished for; a site that is not known yet is an address.

    Its price is the carrier's word where ``is_priced``; else it costs what the list says.
    """

    product: Product
    a_site: Site | None = None
    z_site: Site | None = None
    a_new: Mapping[str, str] = field(default_factory=dict)
    z_new: Mapping[str, str] = field(default_factory=dict)
    bandwidth: str = ""
    quantity: int = 1
    monthly: Decimal = money.ZERO
    one_time: Decimal = money.ZERO
    is_priced: bool = False
    is_primary: bool = False

    @property
    def item(self) -> OrderItem:
        return OrderItem(
            product=self.product, a_site=self.a_site, z_site=self.z_site, a_new=dict(self.a_new),
            z_new=dict(self.z_new), bandwidth=self.bandwidth, quantity=self.quantity, monthly=self.monthly,
            one_time=self.one_time, is_priced=self.is_priced, is_primary=self.is_primary,
        )  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """An order as somebody writes it."""

    account: Account
    lines: Sequence[Line]
    title: str = ""
    requested_on: date | None = None
    term_months: int = 0
    customer_reference: str = ""
    notes: str = ""
    project: str = ""
    project_reference: str = ""
    is_private: bool = False


class Overtaken(Refused):
    """A colleague has changed the order since the page was loaded."""

    message = _("A colleague has changed this order since you opened it.")
    way_out = _("Nothing of yours was saved, and what you typed is still here. Look at the order, and send it again.")


def locked(actor: Actor, order_id: int, permission: str) -> Order:
    """The order's row, locked. Raises Order.DoesNotExist beyond the accounts on which the actor holds the permission,
    and for somebody else's private draft."""
    rows = within_accounts(orders.locked_orders(actor), actor, permission).select_related("account", "product")
    order: Order = rows.get(pk=order_id)
    if order.private_to not in {None, actor.user_id}:
        raise Order.DoesNotExist
    return order


def require_seen(order: Order, seen: int) -> None:
    """Raises Overtaken unless ``seen`` is the revision that stands now."""
    if order.revision != seen:
        raise Overtaken()


@transaction.atomic
def draft_order(wish: Wish, *, actor: Actor, at: datetime) -> Order:
    """Begin an order; it is a draft until it is signed. Raises Refused for what could never be delivered so."""
    _require_account(wish.account, actor)
    items = _items(wish, at)
    _require_day(wish, items, at)
    put_prices(items, wish.account)
    order = orders.place_order(
        account=wish.account, product=items[0].product, type=OrderType.NEW, title=_title(wish, items),
        actor=actor, at=at, status=OrderStatus.DRAFT, items=items, **_columns(wish, items, actor, at),
    )  # fmt: skip
    return order


@transaction.atomic
def change_order(order_id: int, wish: Wish, *, seen: int, actor: Actor, at: datetime) -> Order:
    """Write a draft, or an order that was returned, anew; a price that was asked for what changed holds no more.

    Raises Overtaken where it is not the revision ``seen`` any more, IllegalMove once it is placed, and
    Refused as ``draft_order``.
    """
    order = locked(actor, order_id, Permission.ORDER_CREATE)
    if order.status not in {OrderStatus.DRAFT, OrderStatus.RETURNED}:
        raise IllegalMove()
    require_seen(order, seen)
    _require_account(wish.account, actor)
    items = _items(wish, at)
    _require_day(wish, items, at)
    before = list_items(actor, order)
    is_other = _asks_for(items, wish) != _asks_for(before, order)
    is_same_deal = (order.account_id, order.term_months) == (wish.account.pk, wish.term_months)
    put_prices(items, wish.account, before=[e for e in before if is_same_deal and not (is_other and e.product.is_icb)])
    columns = {
        **_columns(wish, items, actor, at),
        "title": _title(wish, items),
        "account": wish.account,
        "product": items[0].product,
        "revision": order.revision + 1,
    }
    for name, value in columns.items():
        setattr(order, name, value)
    if order.status == OrderStatus.RETURNED:
        order.private_to = None
    order.items.all().delete()
    orders.write_items(order, items)
    if is_other:
        withdraw_quotes(order)
    else:
        _keep_price(order, actor)
    order.save(update_fields=list(columns))
    events.record("order.changed", subject=order, actor=actor, at=at, order=order.number)
    return order


def _asks_for(items: Sequence[OrderItem], terms_of: Wish | Order) -> list[Any]:
    """All that a price is for."""
    account = terms_of.account.pk
    return [account, terms_of.term_months] + [asks(each) for each in items]


def withdraw_quotes(order: Order) -> None:
    """What was offered, or accepted, holds no more."""
    held = [QuoteStatus.OFFERED, QuoteStatus.ACCEPTED]
    for quote in Quote.objects.filter(enterprise_id=order.enterprise_id, order=order, status__in=held):
        QUOTE_FLOW.require(quote.status, QuoteStatus.WITHDRAWN)
        quote.status = QuoteStatus.WITHDRAWN
        quote.save(update_fields=["status"])


def _keep_price(order: Order, actor: Actor) -> None:
    """An accepted price stays on an order of which only words have changed."""
    accepted = [each for each in selectors.list_quotes(actor, order) if each.status == QuoteStatus.ACCEPTED]
    if accepted:
        order.monthly, order.one_time = accepted[0].monthly, accepted[0].one_time


def _require_account(account: Account, actor: Actor) -> None:
    if not actor.may_on(Permission.ORDER_CREATE, account.pk):
        raise Account.DoesNotExist
    if account.status == AccountStatus.CLOSED:
        message = _("The account %(number)s is closed, so nothing can be ordered for it.")
        raise Refused(message % {"number": account.number}, field="account")


def _items(wish: Wish, at: datetime) -> list[OrderItem]:
    most = terms.value(MOST_ITEMS, on=at.date(), of=get_enterprise(wish.account.enterprise_id))
    if not wish.lines:
        raise Refused(_("Choose at least one product."))
    if len(wish.lines) > most:
        raise Refused(_("An order has at most %(most)s items. Place the others in a second one.") % {"most": most})
    if sum(line.is_primary for line in wish.lines) > 1:
        raise Refused(rules.ONE_PRIMARY)
    if any(line.is_primary and line.product.sites_to_begin < 2 for line in wish.lines):
        raise Refused(rules.NO_PRIMARY)
    return [line.item for line in wish.lines]


def _require_day(wish: Wish, items: Sequence[OrderItem], at: datetime) -> None:
    require_day(wish.requested_on, wish.account.enterprise_id, items, at)


def require_day(wanted: date | None, enterprise_id: int, items: Sequence[OrderItem], at: datetime) -> None:
    """Raises Refused for a CRD that is past, or on which nobody works where it is delivered; the next day is named."""
    if wanted is None:
        return
    countries = selectors.countries_of(enterprise_id, items)
    today = orders.day_of(Order(enterprise_id=enterprise_id), at)
    days = orders.working_days(enterprise_id, on=today, countries=countries)
    possible = rules.next_possible(wanted, today=today, days=days)
    if possible == wanted:
        return
    past = _("The requested day has passed. The next possible day is %(day)s.")
    closed = _("Nobody works on the requested day where it is delivered. The next possible day is %(day)s.")
    words = (past if wanted < today else closed) % {"day": date_format(possible)}
    raise Refused(words, way_out=_("Nothing was changed. Change the day, and try again."), field="requested_on")


def _title(wish: Wish, items: Sequence[OrderItem]) -> str:
    """What it is called where nobody says it: the product, and its ends."""
    if wish.title:
        return wish.title
    first = items[0]
    ends = [_city(first.a_site, first.a_new), _city(first.z_site, first.z_new)]
    place = "–".join(each for each in ends if each)
    return f"{first.product.name}, {place}"[:200] if place else first.product.name


def _city(site: Site | None, new: Mapping[str, Any]) -> str:
    return site.city if site else str(new.get("city", ""))


def _columns(wish: Wish, items: Sequence[OrderItem], actor: Actor, at: datetime) -> dict[str, Any]:
    first = items[0]
    return {
        "a_site": first.a_site,
        "z_site": first.z_site,
        "requested_on": wish.requested_on,
        "term_months": wish.term_months,
        "customer_reference": wish.customer_reference,
        "notes": wish.notes,
        "project": _project(wish, actor, at),
        "private_to": actor.user_id if wish.is_private else None,
        "monthly": sum((each.monthly for each in items), money.ZERO),
        "one_time": sum((each.one_time for each in items), money.ZERO),
    }


def _project(wish: Wish, actor: Actor, at: datetime) -> OrderProject | None:
    """The project of that name, begun where there is none; a reference is written where one is said."""
    if not wish.project:
        return None
    begun = {"made_at": at, "made_by": actor.name, "reference": wish.project_reference}
    rows = of_enterprise(OrderProject.objects, actor)
    project, is_new = rows.get_or_create(enterprise_id=wish.account.enterprise_id, name=wish.project, defaults=begun)
    if not is_new and wish.project_reference and project.reference != wish.project_reference:
        project.reference = wish.project_reference
        project.save(update_fields=["reference"])
    return project


@transaction.atomic
def withdraw_order(order_id: int, *, actor: Actor, at: datetime) -> Order:
    """Throw a draft away, or take back an order that nobody has taken yet. Raises IllegalMove afterwards."""
    order = locked(actor, order_id, Permission.ORDER_CREATE)
    if order.status not in {OrderStatus.DRAFT, OrderStatus.PRICING, OrderStatus.SUBMITTED, OrderStatus.RETURNED}:
        raise IllegalMove(
            _("We have taken this order by now, so it cannot simply be withdrawn."),
            way_out=_("Nothing was changed. Ask for its cancellation on its page."),
        )
    kind = "order.dropped" if order.status == OrderStatus.DRAFT else "order.withdrawn"
    orders.bring(order, OrderStatus.CANCELLED)
    events.record(kind, subject=order, actor=actor, at=at, order=order.number)
    return order
