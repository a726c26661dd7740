"""The care manager's workbench."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orders.caring.selectors import work
from orders.lists import MINE, work_columns
from orders.lists.declared import export_header, export_rows
from orders.models import Order, OrderStatus
from orders.permissions import Permission
from portal.actors import Actor
from portal.cells import Cell, Column, status, zoned
from portal.errors import Text
from portal.exports import ExportKind
from portal.http import ActorRequest
from portal.listing import Action, Listing, Words
from portal.lists import Filter, Sort, label_of

# --- the workbench ------------------------------------------------------------------------------------

TABS: dict[str, Text] = {
    "promises": gettext_lazy("Updates promised"),
    "slipping": gettext_lazy("Slipping"),
    "asked": gettext_lazy("Asked twice"),
    "silent": gettext_lazy("Silent"),
    "unread": gettext_lazy("Not read"),
    "escalated": gettext_lazy("Escalated"),
    "held": gettext_lazy("Customer not ready"),
}
_SORTED = {"promises": "&sort=promise", "held": "&sort=ready"}
_BY_PROMISE = Sort("promise", gettext_lazy("Promised update first"), "promise_at", column="needs")
_BY_READY = Sort("ready", gettext_lazy("Customer not ready: days run out first"), "ready_by")
WORK = replace(
    MINE,
    sorts=[*MINE.sorts, _BY_PROMISE, _BY_READY],
    filters=[
        Filter(
            "due",
            gettext_lazy("What is due"),
            lambda rows, value: rows.filter(work.DUE[value](timezone.now())),
            choices=list(TABS.items()),
        ),
        *MINE.filters,
    ],
)


def tabs(rows: QuerySet[Order], chosen: str) -> list[dict[str, Any]]:
    """What the workbench can be narrowed to, each with how many orders there are."""
    counted = work.count_due(rows, timezone.now())
    here = [{"label": _("All my orders"), "count": label_of(counted[""]), "query": "", "is_chosen": not chosen}]
    return here + [
        {
            "label": label,
            "count": label_of(counted[name]),
            "query": f"?due={name}" + _SORTED.get(name, ""),
            "is_chosen": chosen == name,
        }
        for name, label in TABS.items()
    ]


def columns(*, today: date, now: datetime) -> list[Column]:
    """As on every list of a care manager's orders, with what each needs."""
    order, what, *rest = work_columns(today=today)
    return [order, what, Column(_("What it needs"), lambda row: needs(row, now), key="needs"), *rest]


def needs(order: Order, now: datetime) -> Cell:
    """Why the order is looked at now, the most pressing first; nothing where all is well."""
    found = [status(words, tone) for words, tone in _needs(order, now)]
    words = format_html_join(" ", "{}", ((each,) for each in found))
    return format_html('<span class="needs">{}</span>', words) if found else None


def _needs(order: Any, now: datetime) -> Iterable[tuple[str, str]]:
    if order.is_escalated:
        yield _("escalated"), "red"
    if order.promise_at < work.NEVER:
        is_late = order.promise_at <= now
        words = _("update was due %(moment)s") if is_late else _("update by %(moment)s")
        yield words % {"moment": zoned(order.promise_at)}, "red" if is_late else "blue"
    if order.asked:
        words = ngettext("%(n)s unanswered", "%(n)s unanswered", order.asked) % {"n": order.asked}
        yield words, "red" if order.asked > 1 else "amber"
    if order.status == OrderStatus.HELD:
        yield _not_ready(order, timezone.localdate(now))
    if order.is_slipping:
        yield _("slipping"), "amber"
    quiet = (now - order.told_at).days if order.told_at else None
    if quiet:
        yield ngettext("silent for %(n)s day", "silent for %(n)s days", quiet) % {"n": quiet}, "gray"


def _not_ready(order: Any, today: date) -> tuple[str, str]:
    """How long an order still waits for its customer; one that came in on hold has no days counted."""
    if order.ready_by >= work.NEVER.date():
        return _("customer not ready"), "amber"
    left, until = (order.ready_by - today).days, {"day": date_format(order.ready_by)}
    if left < 0:
        return _("customer not ready: the days were over on %(day)s") % until, "red"
    words = ngettext(
        "customer not ready: %(n)s day left, until %(day)s", "customer not ready: %(n)s days left, until %(day)s", left
    )
    return words % {"n": left, **until}, "amber"


def work_header() -> list[str]:
    return [
        _("Enterprise"), _("Customer"), *export_header(), _("Update promised by"), _("Unanswered messages"),
        _("Customer last told"), _("Slipping"), _("Escalated"),
    ]  # fmt: skip


def work_rows(orders: Iterable[Order]) -> list[list[Any]]:
    found: list[Any] = list(orders)
    return [
        [
            each.enterprise.public_id, each.enterprise.name, *row,
            each.promise_at if each.promise_at < work.NEVER else None, each.asked, each.told_at,
            _yes(each.is_slipping), _yes(each.is_escalated),
        ]
        for each, row in zip(found, export_rows(found), strict=True)
    ]  # fmt: skip


def _yes(value: bool | None) -> str:
    return _("yes") if value else ""


def list_work_whole(actor: Actor) -> QuerySet[Order]:
    """The workbench with all that a file of it tells."""
    return work.list_work(actor).select_related(
        "account", "product", "service", "a_site", "z_site", "care_manager", "enterprise"
    )


# Taken at once: a file in the background belongs to one enterprise.
WORK_EXPORT = ExportKind(
    name="my-orders",
    title=gettext_lazy("My orders"),
    permission=Permission.ORDER_VIEW,
    page=WORK,
    rows=list_work_whole,
    header=work_header,
    cells=work_rows,
)


def _together(request: ActorRequest, rows: list[Any]) -> HttpResponseBase:
    keys = "&".join(f"row={each.pk}" for each in rows)
    return redirect(f"{reverse('orders_work:together')}?{keys}")


WORK_LIST = Listing(
    name="my-orders",
    title=gettext_lazy("My orders"),
    page=WORK,
    permission=Permission.ORDER_VIEW,
    url="orders_work:mine",
    export="orders_work:export",
    bulk="orders_work:chosen",
    actions=[
        Action("together", gettext_lazy("Complete, write, hand over"), "list-check", _together, Permission.ORDER_CARE)
    ],
    is_inside=False,
    nothing=Words(
        gettext_lazy("No order is yours now"),
        gettext_lazy(
            "Orders under way that name you as their care manager stand here, whichever customer they are for."
        ),
        icon="list-check",
    ),
    none_found=Words(
        gettext_lazy("None of your orders answers to that"),
        gettext_lazy("Numbers must be whole. Show all, or choose something else."),
    ),
)
