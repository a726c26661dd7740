"""Orders as programs write, price, sign and check them, on the same services as the pages."""

from collections.abc import Callable, Mapping
from typing import Any

from allauth.account.adapter import get_adapter
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from accounts.selectors import find_colleague
from inventory.models import Product, Site
from orders.api import TAG, find_order
from orders.models import Order
from orders.permissions import Permission
from orders.placing import lists, rules, selectors, services
from orders.placing.api.shapes import (
    ChangedOrder,
    ContentsShape,
    DraftSeen,
    InboxRow,
    NewOrder,
    NewPrice,
    QuoteAnswered,
    Rejection,
    Return,
    Signature,
    Taker,
)
from orders.selectors import list_items
from portal.api import (
    ApiRequest,
    ApiView,
    Nothing,
    Taken,
    operation,
    paged,
    taken,
)
from portal.errors import Refused
from portal.policy import requires


def _contents(request: ApiRequest, number: str) -> Any:
    order: Any = find_order(request, number)
    order.held = list_items(request.actor, order)
    order.offers = selectors.list_quotes(request.actor, order)
    for each in order.offers:
        each.order = order
    order.paper = selectors.get_authorisation(request.actor, order)
    return ContentsShape(order, context={"request": request}).data


def _wish(request: ApiRequest, sent: dict[str, Any]) -> services.Wish:
    """As the services take it. Raises ValidationError for an account, product or site that is not there."""
    account = selectors.list_accounts(request.actor).filter(number=sent.pop("account")).first()
    if account is None:
        raise serializers.ValidationError({"account": [_("There is no such account for which you may order.")]})
    items = sent.pop("items")
    products = {each.code: each for each in selectors.list_catalogue()}
    keys = {each[f"{end}_site"] for each in items for end in "az"}
    sites = {each.code: each for each in selectors.list_sites(request.actor).filter(code__in=keys)}
    faults = [_faults(each, products, sites, may_price=request.actor.is_staff) for each in items]
    for fault in [fault for each, fault in zip(items, faults, strict=True) if each["is_primary"]][1:]:
        fault.setdefault("is_primary", []).append(str(rules.ONE_PRIMARY))
    if any(faults):
        raise serializers.ValidationError({"items": faults})
    return services.Wish(account, [_line(each, products, sites) for each in items], **sent)


def _faults(
    item: dict[str, Any], products: Mapping[str, Product], sites: Mapping[str, Site], *, may_price: bool
) -> dict[str, list[str]]:
    found_: dict[str, list[str]] = {}
    if item["product"] not in products:
        found_["product"] = [_("The catalogue has no such product.")]
    elif item["is_primary"] and products[item["product"]].sites_to_begin < 2:
        found_["is_primary"] = [str(rules.NO_PRIMARY)]
    for end in "az":
        if item[f"{end}_site"] and item[f"{end}_site"] not in sites:
            found_[f"{end}_site"] = [_("You have no such site.")]
        if item[f"{end}_site"] and item.get(f"{end}_new"):
            found_[f"{end}_new"] = [_("Choose a site, or write a new address: not both.")]
    for name in ("monthly", "one_time"):
        if name in item and not may_price:
            found_[name] = [_("Prices are given by the carrier.")]
    return found_


def _line(item: dict[str, Any], products: Mapping[str, Product], sites: Mapping[str, Site]) -> services.Line:
    new = {end: dict(item.get(f"{end}_new") or {}) for end in "az"}
    for address in new.values():
        if address:
            address["name"] = address["name"] or address["street"][:120]
    prices = {name: item[name] for name in ("monthly", "one_time") if name in item}
    return services.Line(
        products[item["product"]], sites.get(item["a_site"]), sites.get(item["z_site"]), new["a"], new["z"],
        item["bandwidth"], item["quantity"], is_priced=bool(prices), is_primary=item["is_primary"], **prices,
    )  # fmt: skip


_WRITTEN = {
    "account": "5-KTR2P",
    "requested_on": "2027-01-19",
    "term_months": 36,
    "customer_reference": "PO 4500-7788",
    "items": [
        {
            "product": "wave-10g",
            "bandwidth": "10 Gbps",
            "a_site": "DEN-HQ",
            "z_new": {"street": "2 Main St", "city": "Reno", "country": "US"},
        }
    ],
}


class Drafts(ApiView):
    @operation(ContentsShape, takes=NewOrder, status=201, summary="Write an order", tag=TAG, example=_WRITTEN)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest) -> Response:
        """It is kept as a draft: nothing is ordered until it is signed. Refused for a day on which nobody works."""
        wish = _wish(request, taken(request, NewOrder))
        order = services.draft_order(wish, actor=request.actor, at=timezone.now())
        body = _contents(request, order.number)
        return Response(body, status=201, headers={"Location": body["href"]})


class Contents(ApiView):
    @operation(ContentsShape, summary="What an order asks for, its quotes and who signed it", tag=TAG)
    @requires(Permission.ORDER_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        return Response(_contents(request, number))


class Change(ApiView):
    @operation(
        ContentsShape, takes=ChangedOrder, summary="Write a draft anew", tag=TAG,
        example={**_WRITTEN, "revision": 0},
    )  # fmt: skip
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """A draft, or an order that was returned. 409 where it is not the revision any more."""
        order = find_order(request, number, Permission.ORDER_CREATE)
        sent = taken(request, ChangedOrder)
        seen = sent.pop("revision")
        wish = _wish(request, sent)
        services.change_order(order.pk, wish, seen=seen, actor=request.actor, at=timezone.now())
        return Response(_contents(request, number))


class _Step(ApiView):
    """One step of an order; its contents are the answer."""

    def act(
        self, request: ApiRequest, number: str, permission: str, shape: type[Taken], do: Callable[..., object]
    ) -> Response:
        order = find_order(request, number, permission)
        do(order, taken(request, shape), {"actor": request.actor, "at": timezone.now()})
        return Response(_contents(request, number))


class Submit(_Step):
    @operation(
        ContentsShape, takes=Signature, summary="Sign and submit an order", tag=TAG,
        example={"revision": 0, "name": "Ana Moreau", "title": "CIO", "signature": "Ana Moreau"},
    )  # fmt: skip
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """What it says is frozen with its hash. Refused while a price is to be accepted."""
        address = str(get_adapter().get_client_ip(request._request) or "")

        def do(order: Order, sent: dict[str, Any], by: dict[str, Any]) -> None:
            seen = sent.pop("revision")
            services.submit_order(order.pk, services.Signatory(**sent, address=address), seen=seen, **by)

        return self.act(request, number, Permission.ORDER_CREATE, Signature, do)


class AskPrice(_Step):
    @operation(ContentsShape, takes=DraftSeen, summary="Ask for the price of an ICB order", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The account director and the sales engineer answer it together."""
        return self.act(
            request, number, Permission.ORDER_CREATE, DraftSeen,
            lambda order, sent, by: services.ask_price(order.pk, seen=sent["revision"], **by),
        )  # fmt: skip


class Withdraw(_Step):
    @operation(ContentsShape, takes=Nothing, summary="Throw a draft away, or withdraw an order", tag=TAG)
    @requires(Permission.ORDER_CREATE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """As long as the carrier has not taken it."""
        return self.act(
            request, number, Permission.ORDER_CREATE, Nothing,
            lambda order, _sent, by: services.withdraw_order(order.pk, **by),
        )  # fmt: skip


class QuoteAnswer(_Step):
    @operation(
        ContentsShape, takes=QuoteAnswered, summary="Accept or decline a quote", tag=TAG,
        example={"version": 1, "accepts": True, "words": ""},
    )  # fmt: skip
    @requires(Permission.ORDER_VIEW)
    def post(self, request: ApiRequest, number: str) -> Response:
        """For who may place orders on the account, or accept the terms of quotes. Refused once it has expired."""
        find_order(request, number, Permission.ORDER_CREATE, Permission.ORDER_APPROVE_ONLY)
        return self.act(
            request, number, Permission.ORDER_VIEW, QuoteAnswered,
            lambda order, sent, by: services.answer_quote(order.pk, **sent, **by),
        )  # fmt: skip


# --- the carrier's people ---------------------------------------------------------------------------------------


class PriceIt(_Step):
    @operation(ContentsShape, takes=NewPrice, summary="Price an ICB order from one's seat", tag=TAG)
    @requires(Permission.ORDER_PRICE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Once the account director and the sales engineer say the same, the customer is offered it."""
        return self.act(
            request, number, Permission.ORDER_PRICE, NewPrice,
            lambda order, sent, by: services.price_order(order.pk, services.Price(**sent), **by),
        )  # fmt: skip


class TakeIt(_Step):
    @operation(
        ContentsShape, takes=Taker, summary="Take a submitted order and name its care manager", tag=TAG,
        example={"care_manager": "maren.holt@northvane.example"},
    )  # fmt: skip
    @requires(Permission.ORDER_ASSIGN)
    def post(self, request: ApiRequest, number: str) -> Response:
        """It is acknowledged and planned; its new sites and services are entered."""

        def do(order: Order, sent: dict[str, Any], by: dict[str, Any]) -> None:
            colleague = find_colleague(sent["care_manager"])
            if colleague is None:
                raise Refused(_("Nobody here has this address."), field="care_manager")
            services.take_order(order.pk, care_manager=colleague.card, **by)

        return self.act(request, number, Permission.ORDER_ASSIGN, Taker, do)


class ReturnIt(_Step):
    @operation(
        ContentsShape, takes=Return, summary="Return a submitted order with reasons", tag=TAG,
        example={"remarks": [{"item": 1, "words": "Which cage?"}]},
    )  # fmt: skip
    @requires(Permission.ORDER_ASSIGN)
    def post(self, request: ApiRequest, number: str) -> Response:
        """The customer's people are told."""
        return self.act(
            request, number, Permission.ORDER_ASSIGN, Return,
            lambda order, sent, by: services.return_order(
                order.pk, [services.Remark(**each) for each in sent["remarks"]], **by
            ),
        )  # fmt: skip


class RejectIt(_Step):
    @operation(ContentsShape, takes=Rejection, summary="Turn a submitted order down", tag=TAG)
    @requires(Permission.ORDER_ASSIGN)
    def post(self, request: ApiRequest, number: str) -> Response:
        """For good. The customer's people are told."""
        return self.act(
            request, number, Permission.ORDER_ASSIGN, Rejection,
            lambda order, sent, by: services.reject_order(order.pk, **sent, **by),
        )  # fmt: skip


class Inbox(ApiView):
    @operation(InboxRow, page=lists.INBOX, summary="Submitted orders that nobody has taken", tag=TAG)
    @requires(Permission.ORDER_ASSIGN)
    def get(self, request: ApiRequest) -> Response:
        """Of all customers."""
        return paged(request, lists.INBOX, selectors.list_inbox_whole(request.actor), InboxRow)
