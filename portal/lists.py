"""Lists: selector, columns, indexed sorts and filters declared once, shown by one function.

Filters, sort and place live in the URL. Pages are found by key and not by counting, so that the
thousandth costs what the first does; counts stop at a cap.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import number_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.cells import Head
from portal.errors import Text
from portal.filters import Answer, AnyFilter, DateRange, Filter, Params, dated
from portal.tenancy import narrowed_by

__all__ = ["COUNT_CAP", "PAGE_SIZE", "DateRange", "Filter", "ListPage", "Page", "Params", "Sort", "count",
           "count_label", "label_of", "rows_after"]  # fmt: skip

PAGE_SIZE = 50
COUNT_CAP = 1000
_BEYOND_ALL = 10**9  # no number of ours is as large


@dataclass(frozen=True)
class Sort:
    """An order that an index serves: one field, then the id.

    ``column`` is the key of the column whose head offers it. A date that can be null is ``absent``
    where it is, in the index too: a day after all others.
    """

    key: str
    label: Text
    field: str
    is_descending: bool = False
    column: str = ""
    absent: date | None = None
    is_number: bool = False

    def on(self, rows: QuerySet[Any]) -> tuple[QuerySet[Any], str]:
        """The rows, and the name of what they are ordered by."""
        if self.absent is None:
            return rows, self.field
        return rows.alias(_place=dated(self.field, self.absent)), "_place"

    def along(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the order of the index, whichever way."""
        rows, name = self.on(rows)
        return rows.order_by(name)


@dataclass(frozen=True)
class ChosenFilter:
    """A filter as the page shows it."""

    key: str
    label: Text
    hint: Text = ""
    value: str = ""
    choices: Sequence[tuple[str, Text]] = ()
    # Of a range: each {name, label, value, fault}.
    ends: Sequence[Mapping[str, Any]] = ()
    suggest: str = ""

    @property
    def options(self) -> SafeString:
        """The choices, as the select has them."""
        found = ((code, escape(label), code == self.value) for code, label in self.choices)
        return mark_safe(  # noqa: S308 - codes are ours, labels escaped
            "".join(f'<option value="{code}"{" selected" * chosen}>{label}</option>' for code, label, chosen in found)
        )


@dataclass(frozen=True)
class Chip:
    """What narrows the list, in words, and the address without it."""

    label: Text
    value: Text
    url: str


@dataclass(frozen=True)
class Page:
    """One page of a list, ready for its template."""

    rows: list[Any]
    filters: list[ChosenFilter]
    chips: list[Chip]
    sorts: list[dict[str, Any]]
    count: int  # at most one more than the cap
    previous_url: str
    next_url: str
    is_filtered: bool
    is_wrong: bool  # something that was typed could not be followed
    query: str  # filters and sort, as they stand in the address
    sort: Sort

    @property
    def count_label(self) -> str:
        return label_of(self.count)

    @property
    def questions(self) -> list[ChosenFilter]:
        return [each for each in self.filters if not each.ends]

    @property
    def ranges(self) -> list[ChosenFilter]:
        """The filters by days."""
        return [each for each in self.filters if each.ends]

    @property
    def is_sorted(self) -> bool:
        """In another order than the list's first."""
        return not self.sorts[0]["current"]

    def heads(self) -> dict[str, Head]:
        """The columns whose head sorts, by key: where it leads, and the way it is sorted now."""
        found: dict[str, list[dict[str, Any]]] = {}
        for each in self.sorts:
            found.setdefault(each["sort"].column, []).append(each)
        found.pop("", None)
        return {column: _head(links) for column, links in found.items()}


def _head(links: list[dict[str, Any]]) -> Head:
    at = next((place for place, link in enumerate(links) if link["current"]), -1)
    following = links[(at + 1) % len(links)]
    way = "" if at < 0 else "descending" if links[at]["sort"].is_descending else "ascending"
    return Head(following["url"], way)


@dataclass(frozen=True)
class ListPage:
    """A list as declared: which sorts it offers, which filters, how many rows a page."""

    sorts: Sequence[Sort]
    filters: Sequence[AnyFilter] = field(default_factory=tuple)
    page_size: int = PAGE_SIZE

    def show(self, rows: Any, params: Params, keep: Params | None = None) -> Page:
        """The page that the address asks for; what it says wrongly is left out.

        ``rows`` is a queryset or, for what no table holds, a list, which is shown whole. ``keep``
        is what the links carry besides.
        """
        answers = [each.read(params) for each in self.filters]
        asked = {name: value for answer in answers for name, value in answer.values.items()}
        rows, sort = self._narrowed(rows, answers), self._sort(params)
        found, has_previous, has_next = (
            (rows, False, False) if isinstance(rows, list) else self._window(rows, sort, params)
        )
        kept = {**asked, **(keep or {})}
        ordered = {"sort": sort.key} if params.get("sort") == sort.key else {}
        chosen = {**kept, **ordered}
        return Page(
            rows=found,
            filters=[_chosen(each, answer) for each, answer in zip(self.filters, answers, strict=True)],
            chips=[_chip(*each, chosen) for each in zip(self.filters, answers, strict=True) if each[1].values],
            sorts=[_sort_link(each, sort, kept) for each in self.sorts],
            count=len(rows) if isinstance(rows, list) else count(sort.along(rows)),
            previous_url=_url(chosen, before=_cursor(found[0], sort)) if has_previous and found else "",
            next_url=_url(chosen, after=_cursor(found[-1], sort)) if has_next and found else "",
            is_filtered=bool(asked),
            is_wrong=any(answer.faults for answer in answers),
            query=urlencode({**asked, **ordered}),
            sort=sort,
        )

    def filtered(self, rows: QuerySet[Any], params: Params) -> QuerySet[Any]:
        """All the rows that the page's filters leave, for an export."""
        narrowed: QuerySet[Any] = self._narrowed(rows, [each.read(params) for each in self.filters])
        return narrowed

    def query(self, params: Params) -> str:
        """The filters as they stand in the URL, without what they say wrongly."""
        return urlencode([pair for each in self.filters for pair in each.read(params).values.items()])

    def whole_query(self, params: Params) -> str:
        """The same with the sort, where it is not the first: what a saved view keeps."""
        sort = self._sort(params)
        parts = [self.query(params), urlencode({"sort": sort.key}) if sort is not self.sorts[0] else ""]
        return "&".join(part for part in parts if part)

    def said(self, params: Params) -> list[tuple[Text, Text]]:
        """What the parameters narrow the list to, in words: each filter's name and its answer."""
        answers = ((each, each.read(params).values) for each in self.filters)
        return [(each.label, each.said(values)) for each, values in answers if values]

    def faults(self, params: Params) -> dict[str, Text]:
        """What the parameters say wrongly, by name: a page leaves it out, where a program must be told."""
        known = {name: each for each in self.filters for name in each.names}
        found: dict[str, Text] = {}
        for name, value in params.items():
            fault = self._fault(name, value, params, known)
            if fault:
                found[name] = fault
        if not found:
            found = {name: fault for each in self.filters for name, fault in each.read(params).faults.items()}
        return found

    def _fault(self, name: str, value: str, params: Params, known: Mapping[str, AnyFilter]) -> Text:
        if name in ("before", "after"):
            return _("This is no place in this list.") if value and _place(value, self._sort(params)) is None else ""
        if name == "sort":
            keys = {each.key for each in self.sorts}
            return (
                _("One of: %(choices)s.") % {"choices": ", ".join(sorted(keys))} if value and value not in keys else ""
            )
        return known[name].fault(name, value) if name in known else _("This list has no such parameter.")

    def _sort(self, params: Params) -> Sort:
        return next((each for each in self.sorts if each.key == params.get("sort")), self.sorts[0])

    def _narrowed(self, rows: Any, answers: Sequence[Answer]) -> Any:
        for each, answer in zip(self.filters, answers, strict=True):
            if answer.values:
                rows = each.narrow(rows, answer.values)
        return rows

    def _window(self, rows: QuerySet[Any], sort: Sort, params: Params) -> tuple[list[Any], bool, bool]:
        """The rows of this page, and whether there are some before and after."""
        before, after = _place(params.get("before", ""), sort), _place(params.get("after", ""), sort)
        place, is_back = (before, True) if before else (after, False)
        is_descending = sort.is_descending != is_back
        rows, name = sort.on(rows)
        if place:
            rows = rows.filter(_beyond(name, place, is_descending))
        sign = "-" if is_descending else ""
        found = list(rows.order_by(f"{sign}{name}", f"{sign}pk")[: self.page_size + 1])
        has_more, found = len(found) > self.page_size, found[: self.page_size]
        if is_back:
            return found[::-1], has_more, True
        return found, bool(after), has_more


def _chosen(each: AnyFilter, answer: Answer) -> ChosenFilter:
    if isinstance(each, Filter):
        value = answer.values.get(each.key, "")
        return ChosenFilter(
            key=each.key, label=each.label, hint=each.hint, value=value, choices=each.choices, suggest=each.suggest
        )
    labels = (_("From"), _("Up to and including"))
    ends = [
        {"name": name, "label": label, "value": answer.typed.get(name, ""), "fault": answer.faults.get(name, "")}
        for name, label in zip(each.names, labels, strict=True)
    ]
    return ChosenFilter(key=each.key, label=each.label, ends=ends)


def _chip(each: AnyFilter, answer: Answer, chosen: Params) -> Chip:
    others = {name: value for name, value in chosen.items() if name not in each.names}
    return Chip(each.label, each.said(answer.values), _url(others))


def _sort_link(sort: Sort, current: Sort, kept: Params) -> dict[str, Any]:
    return {
        "sort": sort,
        "key": sort.key,
        "label": sort.label,
        "current": sort is current,
        "url": _url({**kept, "sort": sort.key}),
    }


def _beyond(name: str, place: tuple[Any, int], is_descending: bool) -> Q:
    word = "lt" if is_descending else "gt"
    value, pk = place
    # The first condition alone can use the index; the second settles ties.
    return Q(**{f"{name}__{word}e": value}) & (Q(**{f"{name}__{word}": value}) | Q(**{f"pk__{word}": pk}))


def rows_after(rows: QuerySet[Any], sort: Sort, last: Any | None) -> QuerySet[Any]:
    """The rows beyond one, or all, in the sort's order: how a long list is read in parts."""
    sign = "-" if sort.is_descending else ""
    rows, name = sort.on(rows)
    if last is not None:
        rows = rows.filter(_beyond(name, (_value(last, sort), last.pk), sort.is_descending))
    return rows.order_by(f"{sign}{name}", f"{sign}pk")


def _value(row: Any, sort: Sort) -> Any:
    value = row
    for part in sort.field.split("__"):
        value = getattr(value, part)
    return sort.absent if value is None else value


def _cursor(row: Any, sort: Sort) -> str:
    value = _value(row, sort)
    text = value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
    return base64.urlsafe_b64encode(json.dumps([text, row.pk]).encode()).decode()


def _place(token: str, sort: Sort) -> tuple[Any, int] | None:
    """The place a link points at; a mangled one is the beginning."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(token.encode()))
        return _typed(value, sort), int(pk)
    except (ValueError, TypeError, OverflowError, RecursionError, InvalidOperation):
        return None


def _typed(value: Any, sort: Sort) -> date | datetime | str | int | Decimal:
    if not isinstance(value, str | int) or "\0" in str(value):
        raise ValueError("no sort value")
    if sort.is_number:
        number = Decimal(value)
        if not number.is_finite() or abs(number) >= _BEYOND_ALL:
            raise ValueError("no number")
        return number
    if sort.field == "at" or sort.field.endswith("_at"):
        moment = parse_datetime(str(value))
        if moment is None or moment.tzinfo is None:
            raise ValueError("no moment")
        return moment
    if sort.field.endswith("_on"):
        day = parse_date(str(value))
        if day is None:
            raise ValueError("no date")
        return day
    return str(value)


def _url(chosen: Mapping[str, str], **place: str) -> str:
    return "?" + urlencode({**chosen, **place})


def count(rows: QuerySet[Any]) -> int:
    """An exact count up to the cap, and one more beyond: counting a large tenant costs more than its page.

    Rows in the order of an index are counted along it; without one, a large table may be read from its start.
    Those of some accounts are counted along these, so that the count ends at the cap.
    """
    narrowed = narrowed_by(rows)
    rows = rows.order_by(narrowed) if narrowed else rows
    # Without what is worked out for each row, which no count needs.
    return rows.values("pk")[: COUNT_CAP + 1].count()


def count_label(rows: QuerySet[Any]) -> str:
    """The count as it is shown: exact up to the cap, then "1,000+"."""
    return label_of(count(rows))


def label_of(counted: int) -> str:
    """A number as a count is shown."""
    shown = number_format(min(counted, COUNT_CAP), use_l10n=True, force_grouping=True)
    return f"{shown}+" if counted > COUNT_CAP else shown
