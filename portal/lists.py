"""Lists: selector, columns, indexed sorts and filters declared once, shown by one function.

Filters, sort and place live in the URL. Pages are found by key and not by counting, so that the
thousandth costs what the first does; counts stop at a cap.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from portal.errors import Text

PAGE_SIZE = 50
COUNT_CAP = 1000

Params = Mapping[str, str]


@dataclass(frozen=True)
class Sort:
    """An order that an index serves: one field that is never null, then the id."""

    key: str
    label: Text
    field: str
    is_descending: bool = False


@dataclass(frozen=True)
class Filter:
    """A question of the list: its choices, or free text where there are none."""

    key: str
    label: Text
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]]
    choices: Sequence[tuple[str, Text]] = ()
    hint: Text = ""


@dataclass(frozen=True)
class ChosenFilter:
    """A filter as the page shows it."""

    key: str
    label: Text
    hint: Text
    value: str
    choices: list[dict[str, Any]]


@dataclass(frozen=True)
class Page:
    """One page of a list, ready for its template."""

    rows: list[Any]
    filters: list[ChosenFilter]
    sorts: list[dict[str, Any]]
    count: int  # at most one more than the cap
    previous_url: str
    next_url: str
    is_filtered: bool
    query: str

    @property
    def count_label(self) -> str:
        return _label(self.count)


@dataclass(frozen=True)
class ListPage:
    """A list as declared: which sorts it offers, which filters, how many rows a page."""

    sorts: Sequence[Sort]
    filters: Sequence[Filter] = field(default_factory=tuple)
    page_size: int = PAGE_SIZE

    def show(self, rows: QuerySet[Any], params: Params) -> Page:
        """The page that the URL's parameters ask for; what they say wrongly is left out."""
        asked = self._asked(params)
        for each in self.filters:
            if each.key in asked:
                rows = each.apply(rows, asked[each.key])
        sort = next((s for s in self.sorts if s.key == params.get("sort")), self.sorts[0])
        found, has_previous, has_next = self._window(rows, sort, params)
        chosen = {**asked, **({"sort": sort.key} if params.get("sort") == sort.key else {})}
        return Page(
            rows=found,
            filters=[self._chosen(each, asked.get(each.key, "")) for each in self.filters],
            sorts=[self._sort_link(s, sort, asked) for s in self.sorts],
            count=count(rows.order_by(sort.field)),
            previous_url=_url(chosen, before=_cursor(found[0], sort)) if has_previous and found else "",
            next_url=_url(chosen, after=_cursor(found[-1], sort)) if has_next and found else "",
            is_filtered=bool(asked),
            query=urlencode(chosen),
        )

    def filtered(self, rows: QuerySet[Any], params: Params) -> QuerySet[Any]:
        """All the rows that the page's filters leave, for an export."""
        asked = self._asked(params)
        for each in self.filters:
            if each.key in asked:
                rows = each.apply(rows, asked[each.key])
        return rows

    def query(self, params: Params) -> str:
        """The filters as they stand in the URL, without what they say wrongly."""
        return urlencode(self._asked(params))

    def faults(self, params: Params) -> dict[str, Text]:
        """What the parameters say wrongly, by name: a page leaves it out, where a program must be told."""
        known = {"sort": {each.key for each in self.sorts}}
        known |= {each.key: {code for code, _ in each.choices} for each in self.filters}
        sort = next((s for s in self.sorts if s.key == params.get("sort")), self.sorts[0])
        found: dict[str, Text] = {}
        for name, value in params.items():
            if name in ("before", "after"):
                if value and _place(value, sort) is None:
                    found[name] = _("This is no place in this list.")
            elif name not in known:
                found[name] = _("This list has no such parameter.")
            elif known[name] and value and value not in known[name]:
                found[name] = _("One of: %(choices)s.") % {"choices": ", ".join(sorted(known[name]))}
        return found

    def _asked(self, params: Params) -> dict[str, str]:
        asked = {}
        for each in self.filters:
            value = params.get(each.key, "").strip()[:100]
            if value and (not each.choices or value in {code for code, _ in each.choices}):
                asked[each.key] = value
        return asked

    @staticmethod
    def _chosen(each: Filter, value: str) -> ChosenFilter:
        choices = [{"code": code, "label": label, "selected": code == value} for code, label in each.choices]
        return ChosenFilter(key=each.key, label=each.label, hint=each.hint, value=value, choices=choices)

    @staticmethod
    def _sort_link(sort: Sort, current: Sort, asked: dict[str, str]) -> dict[str, Any]:
        return {
            "key": sort.key,
            "label": sort.label,
            "current": sort is current,
            "url": _url({**asked, "sort": sort.key}),
        }

    def _window(self, rows: QuerySet[Any], sort: Sort, params: Params) -> tuple[list[Any], bool, bool]:
        """The rows of this page, and whether there are some before and after."""
        before, after = _place(params.get("before", ""), sort), _place(params.get("after", ""), sort)
        place, is_back = (before, True) if before else (after, False)
        is_descending = sort.is_descending != is_back
        if place:
            rows = rows.filter(_beyond(sort.field, place, is_descending))
        sign = "-" if is_descending else ""
        found = list(rows.order_by(f"{sign}{sort.field}", f"{sign}pk")[: self.page_size + 1])
        has_more, found = len(found) > self.page_size, found[: self.page_size]
        if is_back:
            return found[::-1], has_more, True
        return found, bool(after), has_more


def _beyond(name: str, place: tuple[Any, int], is_descending: bool) -> Q:
    word = "lt" if is_descending else "gt"
    value, pk = place
    # The first condition alone can use the index; the second settles ties.
    return Q(**{f"{name}__{word}e": value}) & (Q(**{f"{name}__{word}": value}) | Q(**{f"pk__{word}": pk}))


def rows_after(rows: QuerySet[Any], sort: Sort, last: Any | None) -> QuerySet[Any]:
    """The rows beyond one, or all, in the sort's order: how a long list is read in parts."""
    sign = "-" if sort.is_descending else ""
    if last is not None:
        rows = rows.filter(_beyond(sort.field, (_value(last, sort), last.pk), sort.is_descending))
    return rows.order_by(f"{sign}{sort.field}", f"{sign}pk")


def _value(row: Any, sort: Sort) -> Any:
    value = row
    for part in sort.field.split("__"):
        value = getattr(value, part)
    return value


def _cursor(row: Any, sort: Sort) -> str:
    value = _value(row, sort)
    text = value.isoformat() if isinstance(value, date) else value
    return base64.urlsafe_b64encode(json.dumps([text, row.pk]).encode()).decode()


def _place(token: str, sort: Sort) -> tuple[Any, int] | None:
    """The place a link points at; a mangled one is the beginning."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(token.encode()))
        return _typed(value, sort), int(pk)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def _typed(value: Any, sort: Sort) -> date | datetime | str | int:
    if not isinstance(value, str | int) or "\0" in str(value):
        raise ValueError("no sort value")
    if sort.field.endswith("_at"):
        moment = parse_datetime(str(value))
        if moment is None or moment.tzinfo is None:
            raise ValueError("no moment")
        return moment
    if sort.field.endswith("_on"):
        day = parse_date(str(value))
        if day is None:
            raise ValueError("no date")
        return day
    return value


def _url(chosen: Mapping[str, str], **place: str) -> str:
    return "?" + urlencode({**chosen, **place})


def count(rows: QuerySet[Any]) -> int:
    """An exact count up to the cap, and one more beyond: counting a large tenant costs more than its page.

    Rows in the order of an index are counted along it; without one, a large table may be read from its start.
    """
    # Without what is worked out for each row, which no count needs.
    return rows.values("pk")[: COUNT_CAP + 1].count()


def count_label(rows: QuerySet[Any]) -> str:
    """The count as it is shown: exact up to the cap, then "1,000+"."""
    return _label(count(rows))


def _label(counted: int) -> str:
    shown = number_format(min(counted, COUNT_CAP), use_l10n=True, force_grouping=True)
    return f"{shown}+" if counted > COUNT_CAP else shown
