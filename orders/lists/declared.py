"""The lists of orders as they are declared: sorts, filters, files, and what can be done with chosen rows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import in_group
from inventory.models import Family
from orders import rules, selectors
from orders.models import ORDER_FLOW, Milestone, Order, OrderProject, OrderStatus
from orders.permissions import Permission
from portal import identifiers
from portal.csvfile import csv_response
from portal.exports import INLINE_ROWS, ExportKind
from portal.http import ActorRequest
from portal.listing import Action, Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort

UNDER_WAY = "open"


def status_word(status: str) -> str:
    """The state in the reader's words: "you" are the customer only on the customers' face."""
    if status == OrderStatus.RETURNED and settings.FACE == "staff":
        return _("Returned to the customer")
    if status == OrderStatus.PENDING and settings.FACE == "staff":
        return _("Waiting for the customer")
    if status == OrderStatus.HELD and settings.FACE == "customer":
        return _("On hold until you are ready (CNR)")
    return str(OrderStatus(status).label)


status_label = lazy(status_word, str)


def _by_status(rows: QuerySet[Order], value: str) -> QuerySet[Order]:
    return rows.filter(status__in=ORDER_FLOW.open_states() if value == UNDER_WAY else [value])


def by_number(rows: QuerySet[Order], value: str) -> QuerySet[Order]:
    typed = identifiers.cleaned(value)
    if not typed:
        return rows.none()
    found = identifiers.spellings(typed)
    return rows.filter(identifiers.is_one_of("number_key", found) | identifiers.is_one_of("reference_key", found))


def _in_project(rows: QuerySet[Order], value: str) -> QuerySet[Order]:
    """By the project's name, or its reference; enterprises may call theirs alike."""
    typed = " ".join(value.split())
    named = OrderProject.objects.filter(Q(name=typed) | Q(reference=typed))
    return rows.filter(project__in=named.values("pk"))


ORDERS = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest first"), "placed_on", is_descending=True, column="placed"),
        Sort("oldest", gettext_lazy("Oldest first"), "placed_on", column="placed"),
        Sort("number", gettext_lazy("Number"), "number", column="order"),
        Sort("number-down", gettext_lazy("Number, last first"), "number", is_descending=True, column="order"),
        Sort("committed", gettext_lazy("Committed first"), "committed_on", column="committed", absent=date.max),
        Sort(
            "committed-down",
            gettext_lazy("Committed last"),
            "committed_on",
            is_descending=True,
            column="committed",
            absent=date.max,
        ),
    ],
    filters=[
        Filter(
            "status",
            gettext_lazy("State"),
            _by_status,
            choices=[
                (UNDER_WAY, gettext_lazy("All under way")),
                *((status.value, status_label(status)) for status in OrderStatus),
            ],
        ),
        Filter(
            "family",
            gettext_lazy("Product"),
            lambda rows, value: rows.filter(product__family=value),
            choices=Family.choices,
        ),
        Filter(
            "account",
            gettext_lazy("Account number"),
            lambda rows, value: rows.filter(account__number__in=rules.spellings(value)),
        ),
        Filter("group", gettext_lazy("Account group"), in_group, suggest="accounts:suggest_groups"),
        Filter("project", gettext_lazy("Project"), _in_project, suggest="orders:suggest_projects"),
        Filter("q", gettext_lazy("Order number or PO"), by_number, hint="ORD-2026-00417"),
        DateRange("placed", gettext_lazy("Placed"), "placed_on"),
        DateRange("committed", gettext_lazy("Committed"), "committed_on", absent=date.max),
    ],
)

# A care manager's, across customers: found by who owns them, and few enough to be put in order then.
MINE = ListPage(
    sorts=[
        Sort("due", gettext_lazy("Due first"), "expected_on", column="expected", absent=date.max),
        Sort(
            "due-down", gettext_lazy("Due last"), "expected_on", is_descending=True, column="expected", absent=date.max
        ),
        Sort("oldest", gettext_lazy("Oldest first"), "placed_on", column="placed"),
        Sort("newest", gettext_lazy("Newest first"), "placed_on", is_descending=True, column="placed"),
    ],
    filters=[
        Filter(
            "status",
            gettext_lazy("State"),
            lambda rows, value: rows.filter(status=value),
            choices=[(each, status_label(each)) for each in ORDER_FLOW.open_states()],
        ),
        Filter(
            "family",
            gettext_lazy("Product"),
            lambda rows, value: rows.filter(product__family=value),
            choices=Family.choices,
        ),
        Filter(
            "customer", gettext_lazy("Enterprise number"), lambda rows, value: rows.filter(enterprise__public_id=value)
        ),
        Filter("q", gettext_lazy("Order number or PO"), by_number),
        DateRange("expected", gettext_lazy("Expected"), "expected_on"),
    ],
)


EXPORT_CAP = INLINE_ROWS  # rows; more is prepared in the background


def export_header() -> list[str]:
    return [
        _("Order"), _("Type"), _("State"), _("What"), _("Account"), _("Your reference (PO)"), _("Product"),
        _("A end"), _("Z end"), _("Placed"), _("You asked for (CRD)"), _("We committed to (CCD)"),
        _("We now expect"), _("Completed"), _("Monthly (MRC)"), _("One-time (NRC)"), _("Currency"), _("Next milestone"),
    ]  # fmt: skip


def export_rows(orders: Iterable[Order]) -> list[list[Any]]:
    return [_export_row(order) for order in orders]


def _export_row(order: Order) -> list[Any]:
    steps: list[Milestone] = getattr(order, "open_steps", [])
    return [
        order.number, order.get_type_display(), status_word(order.status), order.title, order.account.number,
        order.customer_reference, order.product.name, order.a_site, order.z_site, order.placed_on,
        order.requested_on, order.committed_on, order.expected_on, order.completed_on, order.monthly,
        order.one_time, order.account.currency, steps[0].label if steps else None,
    ]  # fmt: skip


ORDERS_EXPORT = ExportKind(
    name="orders",
    title=gettext_lazy("Orders"),
    permission=Permission.ORDER_VIEW,
    page=ORDERS,
    rows=selectors.list_orders_whole,
    header=export_header,
    cells=export_rows,
)


def _file_of(request: ActorRequest, rows: list[Any]) -> HttpResponse:
    name = f"{request.actor.enterprise_public_id}-orders-{timezone.localdate():%Y-%m-%d}-chosen"
    return csv_response(name, export_header(), export_rows(rows))


ORDER_LIST = Listing(
    name="orders",
    title=gettext_lazy("Orders"),
    page=ORDERS,
    permission=Permission.ORDER_VIEW,
    url="orders:list",
    export="orders:export",
    bulk="orders:chosen",
    actions=[Action("csv", gettext_lazy("Download these as CSV"), "download", _file_of, Permission.ORDER_VIEW)],
    nothing=Words(
        gettext_lazy("No orders yet"),
        gettext_lazy(
            "As soon as something is ordered for an account you may see, it stands here with its dates and milestones."
            " If you miss one, ask your administrator, or call us on %(phone)s."
        ),
        icon="truck",
    ),
    none_found=Words(
        gettext_lazy("No order answers to that"),
        gettext_lazy(
            "Order numbers and POs must be whole; blanks, dashes and case do not matter for order numbers. Choose"
            " another state, product or time, or show all."
        ),
    ),
)
