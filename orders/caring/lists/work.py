"""The care manager's workbench, the calendar of activations, and the account director's part of the home."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from orders.caring.selectors import work
from orders.lists import MINE, work_columns
from orders.lists.declared import export_header, export_rows
from orders.models import Milestone, Order, OrderStatus
from orders.permissions import Permission
from portal import money
from portal.actors import Actor
from portal.cells import Cell, Column, day, ident, status, with_small, zoned
from portal.errors import Text
from portal.exports import ExportKind
from portal.http import ActorRequest
from portal.listing import Action, Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort, label_of

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
_BY_PROMISE = Sort("promise", gettext_lazy("Promised update first"), "promise_at", column="needs")
WORK = replace(
    MINE,
    sorts=[*MINE.sorts, _BY_PROMISE],
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
            "query": f"?due={name}" + ("&sort=promise" if name == "promises" else ""),
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
    return format_html_join(" ", "{}", ((each,) for each in found)) if found else None


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
        yield _("customer not ready"), "amber"
    if order.is_slipping:
        yield _("slipping"), "amber"
    quiet = (now - order.told_at).days if order.told_at else None
    if quiet:
        yield ngettext("silent for %(n)s day", "silent for %(n)s days", quiet) % {"n": quiet}, "gray"


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


# --- the calendar of activations ----------------------------------------------------------------------


def _spans(today: date) -> dict[str, tuple[date, date]]:
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return {
        "week": (monday, monday + timedelta(days=7)),
        "next-week": (monday + timedelta(days=7), monday + timedelta(days=14)),
        "month": (first, following),
        "next-month": (following, (following + timedelta(days=32)).replace(day=1)),
    }


def _in_span(rows: QuerySet[Milestone], value: str) -> QuerySet[Milestone]:
    first, after = _spans(timezone.localdate())[value]
    return rows.filter(expected_on__gte=first, expected_on__lt=after)


CALENDAR = ListPage(
    sorts=[Sort("day", gettext_lazy("By day"), "expected_on", column="order")],
    filters=[
        Filter(
            "when",
            gettext_lazy("When"),
            _in_span,
            choices=[
                ("week", gettext_lazy("This week")),
                ("next-week", gettext_lazy("Next week")),
                ("month", gettext_lazy("This month")),
                ("next-month", gettext_lazy("Next month")),
            ],
        ),
        Filter(
            "manager",
            gettext_lazy("Care manager"),
            lambda rows, value: rows.filter(order__care_manager__name__icontains=value),
            hint=gettext_lazy("a part of the name"),
        ),
        Filter(
            "customer", gettext_lazy("Enterprise number"), lambda rows, value: rows.filter(enterprise__public_id=value)
        ),
        DateRange("on", gettext_lazy("Day"), "expected_on"),
    ],
)


def calendar_columns() -> list[Column]:
    nobody = _("nobody yet")
    return [
        Column(_("Order"), _order_of, is_lead=True, key="order"),
        Column(_("Customer"), lambda each: each.enterprise.name, key="customer"),
        Column(_("What"), lambda each: with_small(each.order.title, each.detail, _where(each)), key="what"),
        Column(_("Day"), lambda each: day(each.expected_on), key="day"),
        Column(
            _("Care manager"), lambda each: each.order.care_manager.name if each.order.care_manager else nobody,
            key="manager",
        ),
    ]  # fmt: skip


def _order_of(step: Milestone) -> Cell:
    return ident(step.order.number, reverse("orders:order", args=[step.enterprise.public_id, step.order.number]))


def _where(step: Milestone) -> str:
    return " – ".join(site.city for site in (step.order.a_site, step.order.z_site) if site)


def _calendar_header() -> list[str]:
    return [_("Day"), _("Order"), _("Enterprise"), _("Customer"), _("What"), _("Where"), _("Care manager")]


def _calendar_rows(steps: Iterable[Milestone]) -> list[list[Any]]:
    return [
        [
            each.expected_on, each.order.number, each.enterprise.public_id, each.enterprise.name, each.order.title,
            _where(each), each.order.care_manager.name if each.order.care_manager else None,
        ]
        for each in steps
    ]  # fmt: skip


CALENDAR_EXPORT = ExportKind(
    name="activations",
    title=gettext_lazy("Activations"),
    permission=Permission.ORDER_CARE,
    page=CALENDAR,
    rows=work.list_activations,
    header=_calendar_header,
    cells=_calendar_rows,
)
CALENDAR_LIST = Listing(
    name="activations",
    title=gettext_lazy("Activations"),
    page=CALENDAR,
    permission=Permission.ORDER_CARE,
    url="orders_work:calendar",
    export="orders_work:calendar_export",
    is_inside=False,
    groups=lambda each: date_format(each.expected_on, "l, j F Y") if get_language() == "en" else _local(each),
    nothing=Words(
        gettext_lazy("No activation has a day yet"),
        gettext_lazy("As soon as an order's activation call has a day, it stands here, whichever customer it is for."),
        icon="calendar",
    ),
    none_found=Words(
        gettext_lazy("No activation answers to that"), gettext_lazy("Choose another time or person, or show all.")
    ),
)


def _local(step: Milestone) -> str:
    assert step.expected_on is not None
    return f"{date_format(step.expected_on, 'l')}, {date_format(step.expected_on, 'DATE_FORMAT')}"


# --- the account director's home ----------------------------------------------------------------------

CARD_ROWS = 8


def portfolio_card(actor: Actor) -> dict[str, Any] | None:
    """The enterprises in whose team one sells; nothing for who sells to nobody, or inside a customer."""
    if actor.enterprise_id is not None or actor.person_id is None or not work.mine_to_sell(actor).exists():
        return None
    today, language = timezone.localdate(), get_language() or "en"
    rows = list(work.list_portfolio(actor)[:CARD_ROWS])
    for row in rows:
        row["brings"] = money.spoken(row["monthly"], row["account__currency"], language)
    return {
        "rows": rows,
        "awaited": list(work.list_awaited(actor)[:CARD_ROWS]),
        "ending": list(work.list_ending(actor, today=today)[:CARD_ROWS]),
        "today": today,
    }


# --- iCalendar (RFC 5545) -------------------------------------------------------------------------------


def icalendar(steps: Iterable[Milestone], *, stamp: datetime) -> str:
    """Activations as events of a whole day; the same event keeps its identifier when its day moves."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Demarc//Activations//EN", "METHOD:PUBLISH"]
    for each in steps:
        assert each.expected_on is not None
        page = reverse("orders:order", args=[each.enterprise.public_id, each.order.number])
        manager = each.order.care_manager.name if each.order.care_manager else ""
        told = "\n".join(part for part in (each.order.title, manager) if part)
        lines += [
            "BEGIN:VEVENT", f"UID:milestone-{each.pk}@{settings.MAIL_DOMAIN}", f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{each.expected_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{each.expected_on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_plain(f'{each.order.number}: {each.label}, {each.enterprise.name}')}",
            f"DESCRIPTION:{_plain(told)}", f"LOCATION:{_plain(_where(each))}", f"URL:{settings.STAFF_URL}{page}",
            "END:VEVENT",
        ]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _plain(text: str) -> str:
    """Free words, with what has a meaning in the file escaped."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """At most 75 octets a line, no character cut in two: a line that goes on begins with a blank."""
    parts, part = list[str](), ""
    for letter in line:
        if len(f"{part}{letter}".encode()) > 74:
            parts, part = [*parts, part], ""
        part += letter
    return "\r\n ".join([*parts, part])
