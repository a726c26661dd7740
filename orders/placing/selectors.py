"""What is ordered, priced and signed, as each actor may see it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountStatus, TeamMember, TeamRole
from accounts.selectors import get_enterprise, list_team
from inventory.models import Product, ProductPrice, Site
from inventory.permissions import Permission as ServicePermission
from orders.models import Authorisation, Order, OrderItem, OrderProject, OrderStatus, Quote
from orders.permissions import Permission
from orders.placing import rules
from orders.selectors import list_orders
from portal.actors import Actor
from portal.errors import Refused
from portal.suggestions import MOST, Suggestion
from portal.tenancy import of_enterprise, within_accounts

# --- the catalogue and the customer's places -------------------------------------------------------------


def list_catalogue() -> QuerySet[Product]:
    """Every product, by family and name."""
    return Product.objects.order_by("family", "name")


def list_prices(actor: Actor, products: Iterable[Product]) -> dict[int, list[ProductPrice]]:
    """What products that are not priced case by case cost by the list, in the currencies of the actor's accounts."""
    keys = [each.pk for each in products if not each.is_icb]
    currencies = list_accounts(actor).order_by("currency").values_list("currency", flat=True).distinct()
    rows = ProductPrice.objects.filter(product_id__in=keys, currency__in=list(currencies))
    found: dict[int, list[ProductPrice]] = {}
    for each in rows.order_by("product_id", "currency", "monthly", "one_time"):
        found.setdefault(each.product_id, []).append(each)
    return found


def list_accounts(actor: Actor) -> QuerySet[Account]:
    """The accounts for which the actor may order."""
    rows = of_enterprise(Account.objects, actor).exclude(status=AccountStatus.CLOSED)
    return within_accounts(rows, actor, Permission.ORDER_CREATE, path="pk").order_by("number")


def find_accounts(actor: Actor, typed: str) -> list[Suggestion]:
    """Those whose number begins so, or whose name holds what was typed."""
    rows = list_accounts(actor).filter(
        Q(number__istartswith=typed) | Q(name__icontains=typed) | Q(alias__icontains=typed)
    )
    return [Suggestion(each.number, each.called) for each in rows[:MOST]]


def list_sites(actor: Actor) -> QuerySet[Site]:
    """The sites of the services and orders that the actor may see; whoever sees every account sees every site."""
    rows = of_enterprise(Site.objects, actor).order_by("name", "pk")
    seen = actor.accounts_for(ServicePermission.SERVICE_VIEW)
    if seen is None or actor.accounts_for(Permission.ORDER_CREATE) is None:
        return rows
    from inventory.selectors import list_services

    services, orders = list_services(actor).order_by(), list_orders(actor).order_by()
    ends = [each.exclude(**{f"{end}_site": None}).values(f"{end}_site") for each in (services, orders) for end in "az"]
    return rows.filter(Q(pk__in=ends[0]) | Q(pk__in=ends[1]) | Q(pk__in=ends[2]) | Q(pk__in=ends[3]))


def find_sites(actor: Actor, typed: str) -> list[Suggestion]:
    """Those whose key begins so, or whose name, city or street holds what was typed."""
    fits = Q(code__istartswith=typed) | Q(name__icontains=typed) | Q(city__icontains=typed) | Q(street__icontains=typed)
    return [Suggestion(each.code, each.name, each.address) for each in list_sites(actor).filter(fits)[:MOST]]


def list_projects(actor: Actor) -> QuerySet[OrderProject]:
    """The projects that have an order within the actor's reach."""
    orders = list_orders(actor).order_by().exclude(project=None)
    return of_enterprise(OrderProject.objects, actor).filter(pk__in=orders.values("project_id")).order_by("name")


def find_projects(actor: Actor, typed: str) -> list[Suggestion]:
    """Those whose name or reference holds what was typed."""
    rows = list_projects(actor).filter(Q(name__icontains=typed) | Q(reference__icontains=typed))
    return [Suggestion(each.name, hint=each.reference) for each in rows[:MOST]]


def countries_of(enterprise_id: int, items: Iterable[OrderItem]) -> set[str]:
    """Where people work on the order: the countries of its sites, or else the enterprise's own."""
    found = {each.country for item in items for each in (item.a_site, item.z_site) if each}
    found |= {new["country"] for item in items for new in (item.a_new, item.z_new) if new.get("country")}
    return found or {get_enterprise(enterprise_id).country}


# --- the order's own parts ------------------------------------------------------------------------------------


def list_quotes(actor: Actor, order: Order) -> list[Quote]:
    """What it was to cost, the latest first."""
    return list(of_enterprise(Quote.objects, actor).filter(order=order).order_by("-version"))


def get_authorisation(actor: Actor, order: Order) -> Authorisation | None:
    """The latest signature under the order."""
    return of_enterprise(Authorisation.objects, actor).filter(order=order).order_by("-version").first()


def get_project(actor: Actor, order: Order) -> OrderProject | None:
    return of_enterprise(OrderProject.objects, actor).filter(orders=order).first()


def read_pdf(paper: Authorisation) -> bytes:
    """The stored PDF. Raises Refused where the file is gone or not the one that was printed."""
    try:
        with default_storage.open(paper.pdf_name) as file:
            content: bytes = file.read()
    except OSError:
        content = b""
    if not constant_time_compare(hashlib.sha256(content).hexdigest(), paper.pdf_sha256):
        raise Refused(
            _("The stored file differs from the document that was signed, so we do not hand it out."),
            way_out=_("What was signed stands on the order's page, with its hash. Please tell your care manager."),
        )
    return content


def known_papers(enterprise_id: int, names: Sequence[str]) -> Iterable[str]:
    """Of these files below ``authorisations/`` those that an authorisation names."""
    rows = Authorisation.objects.filter(enterprise_id=enterprise_id, pdf_name__in=names)
    return rows.values_list("pdf_name", flat=True)


_FIELDS = {
    "requested_on": _("Requested date (CRD)"),
    "customer_reference": _("Purchase order (PO)"),
    "term_months": _("Term"),
    "signatory": _("Signatory"),
}


def told_remarks(order: Order) -> list[dict[str, str]]:
    """Why an order was returned, each with what it is about."""
    return [
        {"about": _about(each.get("item"), each.get("field", "")), "words": each.get("words", "")}
        for each in order.remarks
    ]


def _about(item: int | None, field: str) -> str:
    if item is not None:
        return str(_("Item %(position)s") % {"position": item})
    return str(_FIELDS.get(field, ""))


# --- the carrier's inbox ----------------------------------------------------------------------------------------


def list_inbox(actor: Actor) -> QuerySet[Order]:
    """Orders that wait to be checked and taken, across all enterprises, the oldest first."""
    rows = within_accounts(of_enterprise(Order.objects, actor), actor, Permission.ORDER_ASSIGN)
    rows = rows.filter(status=OrderStatus.SUBMITTED).select_related("enterprise", "account", "product")
    return rows.order_by("placed_on", "id")


def list_inbox_whole(actor: Actor) -> QuerySet[Order]:
    """The same with all that a file of them tells."""
    return list_inbox(actor).select_related("service", "a_site", "z_site", "care_manager")


def list_to_price(actor: Actor) -> QuerySet[Order]:
    """Orders that wait for a price, of the customers in whose account team the actor sells, the oldest first."""
    whose = TeamMember.objects.filter(card_id=actor.person_id, role__in=rules.SEATS).values("enterprise_id")
    rows = within_accounts(of_enterprise(Order.objects, actor), actor, Permission.ORDER_PRICE)
    rows = rows.filter(status=OrderStatus.PRICING, enterprise_id__in=whose).select_related("enterprise", "account")
    return rows.order_by("placed_on", "id")


def suggested_care_manager(actor: Actor, order: Order) -> str:
    """The mail address of the care manager whom the account's team names first, or ""."""
    known = getattr(order, "known_team", None)
    team = list_team(actor, order.account_id) if known is None else known
    managers = [each for each in team if each.role == TeamRole.CARE_MANAGER]
    place = min(managers, key=lambda each: (each.account_id is None, each.escalation), default=None)
    return place.card.email if place else ""


def frozen(order: Order, items: Iterable[OrderItem], *, enterprise: str) -> dict[str, Any]:
    """What a signatory signs, in plain values."""
    return {
        "order": order.number,
        "revision": order.revision,
        "enterprise": enterprise,
        "account": order.account.number,
        "account_name": order.account.name,
        "title": order.title,
        "customer_reference": order.customer_reference,
        "requested_on": _day(order.requested_on),
        "term_months": order.term_months,
        "monthly": str(order.monthly),
        "one_time": str(order.one_time),
        "currency": order.account.currency,
        "price_follows": order.is_unpriced,
        "notes": order.notes,
        "items": [
            {
                "position": item.position, "action": item.action, "product": item.product.name,
                "service": item.service.number if item.service else "", "a_end": item.a_end, "z_end": item.z_end,
                "bandwidth": item.bandwidth, "quantity": item.quantity,
                "price_follows": item.is_unpriced and not item.is_in_total, "is_in_total": item.is_in_total,
                **{name: str(value) if value else "" for name, value in _prices(item)},
                # Said where it is so: what was signed before stays as its hash has it.
                **({"is_primary": True} if item.is_primary else {}),
            }
            for item in items
        ],
    }  # fmt: skip


def _prices(item: OrderItem) -> list[tuple[str, Any]]:
    return [("monthly", item.monthly), ("one_time", item.one_time)]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
