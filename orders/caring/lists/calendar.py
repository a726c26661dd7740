"""The calendar of activations: its list, a week of it, and the same for other calendars."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from orders.caring.selectors import work
from orders.models import ActivationCall, Milestone
from orders.permissions import Permission
from portal.cells import Cell, Column, day, ident, with_small
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort


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


# --- a week of it ---------------------------------------------------------------------------------------

A_WEEK = timedelta(days=7)


def monday_of(asked: Mapping[str, str], today: date) -> date:
    """The week that is looked at: the one asked for, that of the chosen time, or this one."""
    try:
        found = parse_date(asked.get("week", ""))
    except ValueError:
        found = None
    if found is None or not 2000 < found.year < 2200:
        found = _spans(today).get(asked.get("when", ""), (today, today))[0]
    return found - timedelta(days=found.weekday())


def of_week(steps: Iterable[Milestone], calls: Mapping[int, ActivationCall], *, monday: date) -> list[dict[str, Any]]:
    """The seven days of a week, each with its activations: those with a time first, then those of the whole day."""
    days: dict[date, list[dict[str, Any]]] = {monday + timedelta(days=n): [] for n in range(7)}
    for each in steps:
        call = calls.get(each.order_id)
        at = timezone.localtime(call.starts_at) if call else None
        on = at.date() if at and at.date() in days else each.expected_on
        assert on is not None
        days[on].append({"step": each, "call": call, "at": at, "where": _where(each)})
    for entries in days.values():
        entries.sort(key=lambda entry: (entry["at"].time() if entry["at"] else time.max, entry["step"].pk))
    return [{"day": on, "entries": entries} for on, entries in days.items()]


# --- iCalendar (RFC 5545) -------------------------------------------------------------------------------


def icalendar(steps: Iterable[Milestone], calls: Mapping[int, ActivationCall], *, stamp: datetime) -> bytes:
    """Activations as events: at the time of the call that is booked, else of a whole day.

    The same event keeps its identifier when its day moves.
    """
    found = Calendar()
    for name, value in (("prodid", "-//Demarc//Activations//EN"), ("version", "2.0"), ("method", "PUBLISH")):
        found.add(name, value)
    for each in steps:
        found.add_component(_event(each, calls.get(each.order_id), stamp))
    return bytes(found.to_ical())


def _event(step: Milestone, call: ActivationCall | None, stamp: datetime) -> Event:
    assert step.expected_on is not None
    order = step.order
    page = reverse("orders:order", args=[step.enterprise.public_id, order.number])
    people = (call.engineer.name if call else "", order.care_manager.name if order.care_manager else "")
    told = (order.title, *people, call.bridge if call else "")
    facts = {
        "uid": f"milestone-{step.pk}@{settings.MAIL_DOMAIN}",
        "dtstamp": stamp,
        "dtstart": call.starts_at if call else step.expected_on,
        "dtend": call.ends_at if call else step.expected_on + timedelta(days=1),
        "summary": f"{order.number}: {step.label}, {step.enterprise.name}",
        "description": "\n".join(each for each in told if each),
        "location": _where(step),
        "url": f"{settings.STAFF_URL}{page}",
    }
    found = Event()
    for name, value in facts.items():
        found.add(name, value)
    return found
