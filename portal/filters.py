"""Filters of lists: what the address says of each, how it narrows the rows, and how it is told.

What an address says wrongly is left out; a date that cannot be read is shown again as it was
typed, with what is wrong beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, DateField, F, QuerySet, Value, When
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.errors import Text

Params = Mapping[str, str]
LONGEST = 100
# Days that a calendar of ours can hold in every time zone.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Answer:
    """What an address says of one filter: what was typed, what of it holds, and what is wrong, all by parameter."""

    typed: Mapping[str, str]
    values: Mapping[str, str]
    faults: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Filter:
    """A question of the list: its choices, or free text where there are none; ``say`` words an answer.

    ``suggest`` is the route, inside the enterprise, that suggests texts while one types.
    """

    key: str
    label: Text
    apply: Callable[[QuerySet[Any], str], QuerySet[Any]]
    choices: Sequence[tuple[str, Text]] = ()
    hint: Text = ""
    say: Callable[[str], Text] | None = None
    longest: int = LONGEST
    suggest: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def read(self, params: Params) -> Answer:
        value = params.get(self.key, "").strip()[: self.longest]
        if not value or "\0" in value:
            return _NOTHING
        is_known = not self.choices or any(code == value for code, _label in self.choices)
        return Answer({self.key: value}, {self.key: value} if is_known else {})

    def narrow(self, rows: QuerySet[Any], values: Params) -> QuerySet[Any]:
        return self.apply(rows, values[self.key])

    def said(self, values: Params) -> Text:
        """What it narrows to, in words."""
        value = values[self.key]
        if self.say:
            return self.say(value)
        return next((label for code, label in self.choices if code == value), value)

    def fault(self, name: str, value: str) -> Text:
        """What a program says wrongly; nothing where it is right."""
        known = {code for code, _label in self.choices}
        if not known or not value or value in known:
            return ""
        return _("One of: %(choices)s.") % {"choices": ", ".join(sorted(known))}


_NOTHING = Answer({}, {})


@dataclass(frozen=True)
class DateRange:
    """From a day up to and including another, where the reader is; either may be left open.

    ``field`` is a date, or a moment if its name ends with _at. ``absent`` is what a date that can
    be null counts as in the index that serves it.
    """

    key: str
    label: Text
    field: str
    absent: date | None = None

    @property
    def names(self) -> tuple[str, str]:
        return f"{self.key}_from", f"{self.key}_to"

    def read(self, params: Params) -> Answer:
        typed = {name: params.get(name, "").strip()[:LONGEST] for name in self.names}
        typed = {name: text for name, text in typed.items() if text}
        if not typed:
            return _NOTHING
        days = {name: _day(text) for name, text in typed.items()}
        faults: dict[str, Text] = {
            name: _("This is no day of the calendar. Write it as 2026-09-30.") for name in typed if days[name] is None
        }
        start, end = self.names
        if not faults and len(typed) == 2 and days[start] > days[end]:  # type: ignore[operator]
            faults[end] = _("This day is before the first one.")
        return Answer(typed, {} if faults else {name: f"{day:%Y-%m-%d}" for name, day in days.items()}, faults)

    def narrow(self, rows: QuerySet[Any], values: Params) -> QuerySet[Any]:
        start, end = (_day(values.get(name, "")) for name in self.names)
        name = self.field
        if self.absent is not None:
            # As the index has it, without those that have no date.
            rows, name = rows.alias(_day=dated(name, self.absent)).filter(_day__lt=self.absent), "_day"
        if self.field == "at" or self.field.endswith("_at"):
            found = {f"{name}__gte": start and _midnight(start), f"{name}__lt": end and _midnight(end, days=1)}
        else:
            found = {f"{name}__gte": start, f"{name}__lte": end}
        return rows.filter(**{key: bound for key, bound in found.items() if bound})

    def said(self, values: Params) -> Text:
        days = (_day(values.get(name, "")) for name in self.names)
        start, end = (day and date_format(day, "DATE_FORMAT") for day in days)
        if start and end:
            return start if start == end else f"{start} – {end}"
        return _("from %(day)s") % {"day": start} if start else _("up to %(day)s") % {"day": end}

    def fault(self, name: str, value: str) -> Text:
        return self.read({name: value}).faults.get(name, "")


AnyFilter = Filter | DateRange


def dated(name: str, absent: date) -> Case:
    """A date that can be null, as another day where it is: what an index by expression and its readers share.

    Not COALESCE, which PostgreSQL does not look up in an index behind row-level security.
    """
    missing = When(**{f"{name}__isnull": True}, then=Value(absent))
    return Case(missing, default=F(name), output_field=DateField())


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and FIRST_DAY <= day <= LAST_DAY else None


def _midnight(day: date, *, days: int = 0) -> datetime:
    """The beginning of a day where the reader is."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), datetime.min.time()))
