"""What a term's value can be: how it is checked, read, and said to a person.

A value is kept as JSON. ``clean`` brings it into its one form or raises ValueError in words for
the person; ``read`` makes of it what the callers compute with.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo, available_timezones

import holidays
from babel import Locale
from babel.numbers import is_currency
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import number_format, time_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal import money
from portal.calendars import BusinessHours
from portal.errors import Text

# How a unit is said of a number; further ones come with the terms that use them.
UNITS: dict[str, Callable[[int], str]] = {
    "days": lambda n: ngettext("%(n)s day", "%(n)s days", n),
    "business days": lambda n: ngettext("%(n)s business day", "%(n)s business days", n),
    "hours": lambda n: ngettext("%(n)s hour", "%(n)s hours", n),
    "business hours": lambda n: ngettext("%(n)s business hour", "%(n)s business hours", n),
    "minutes": lambda n: ngettext("%(n)s minute", "%(n)s minutes", n),
    "calls": lambda n: ngettext("%(n)s call", "%(n)s calls", n),
    "searches": lambda n: ngettext("%(n)s search", "%(n)s searches", n),
    "files": lambda n: ngettext("%(n)s file", "%(n)s files", n),
    "codes": lambda n: ngettext("%(n)s code", "%(n)s codes", n),
    "requests": lambda n: ngettext("%(n)s request", "%(n)s requests", n),
    "kilobytes": lambda n: "%(n)s kB",
    "months": lambda n: ngettext("%(n)s month", "%(n)s months", n),
    "rows": lambda n: ngettext("%(n)s row", "%(n)s rows", n),
}


class Kind(Protocol):
    """One kind of value."""

    def clean(self, value: Any) -> Any: ...

    def read(self, value: Any) -> Any: ...

    def spoken(self, value: Any, unit: str) -> str: ...


def _with_unit(value: int | Decimal, unit: str) -> str:
    shown = number_format(value, use_l10n=True, force_grouping=True)
    # "1.5" takes the plural in all our languages.
    plural = int(value) if value == int(value) else 2
    return UNITS[unit](plural) % {"n": shown} if unit in UNITS else f"{shown} {unit}".strip()


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    least: int = 1
    most: int = 100_000

    def clean(self, value: Any) -> int:
        if type(value) is not int or not self.least <= value <= self.most:
            bounds = {"least": self.least, "most": self.most}
            raise ValueError(_("Expected a whole number from %(least)s to %(most)s.") % bounds)
        return value

    def read(self, value: Any) -> int:
        return int(value)

    def spoken(self, value: Any, unit: str) -> str:
        return _with_unit(int(value), unit)


@dataclass(frozen=True)
class Fraction:
    """A number with decimals within bounds, kept as text so that nothing is lost."""

    least: Decimal
    most: Decimal
    places: int = 2

    def clean(self, value: Any) -> str:
        found = _decimal(value)
        if found is None or not self.least <= found <= self.most or -_exponent(found) > self.places:
            bounds = {"least": self.least, "most": self.most, "places": self.places}
            raise ValueError(
                _("Expected a number from %(least)s to %(most)s with at most %(places)s decimals.") % bounds
            )
        return f"{found:f}"

    def read(self, value: Any) -> Decimal:
        return Decimal(value)

    def spoken(self, value: Any, unit: str) -> str:
        return _with_unit(Decimal(value), unit)


@dataclass(frozen=True)
class Percent(Fraction):
    """A share of a hundred."""

    least: Decimal = Decimal(0)
    most: Decimal = Decimal(100)

    def spoken(self, value: Any, unit: str) -> str:
        return _("%(share)s %%") % {"share": number_format(Decimal(value), use_l10n=True)}


def _decimal(value: Any) -> Decimal | None:
    # A JSON number with decimals has lost some of them already; only text is exact.
    if type(value) not in {int, str}:
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _exponent(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return min(0, int(exponent))


@dataclass(frozen=True)
class Sum:
    """An amount of money, kept with its currency."""

    most: Decimal = Decimal("9999999.99")

    def clean(self, value: Any) -> dict[str, str]:
        amount, currency = (value.get("amount"), value.get("currency")) if isinstance(value, Mapping) else (None, None)
        found = _decimal(amount)
        if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency) or not is_currency(currency):
            raise ValueError(_("Expected a currency by its three capital letters, as USD."))
        if found is None or not 0 <= found <= self.most or found != money.rounded(found, currency):
            raise ValueError(_("Expected an amount in whole units of its currency, not below zero."))
        return {"amount": str(money.rounded(found, currency)), "currency": currency}

    def read(self, value: Any) -> tuple[Decimal, str]:
        return Decimal(value["amount"]), value["currency"]

    def spoken(self, value: Any, unit: str) -> str:
        amount, currency = self.read(value)
        return money.spoken(amount, currency)


@dataclass(frozen=True)
class YesNo:
    """Whether something is so."""

    def clean(self, value: Any) -> bool:
        if type(value) is not bool:
            raise ValueError(_("Expected yes or no."))
        return value

    def read(self, value: Any) -> bool:
        return bool(value)

    def spoken(self, value: Any, unit: str) -> str:
        return _("yes") if value else _("no")


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    options: Mapping[str, Text]

    def clean(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise ValueError(_("Expected one of: %(options)s.") % {"options": ", ".join(self.options)})
        return value

    def read(self, value: Any) -> str:
        return str(value)

    def spoken(self, value: Any, unit: str) -> str:
        return str(self.options.get(value, value))


@dataclass(frozen=True)
class Window:
    """A time of day from one clock time to another, over midnight where it ends earlier."""

    def clean(self, value: Any) -> list[str]:
        if not isinstance(value, list) or len(value) != 2 or value[0] == value[1]:
            raise ValueError(_("Expected two different times, as 00:00 and 06:00."))
        return [_clock(text) for text in value]

    def read(self, value: Any) -> tuple[time, time]:
        return time.fromisoformat(value[0]), time.fromisoformat(value[1])

    def spoken(self, value: Any, unit: str) -> str:
        return _("%(start)s to %(end)s") % {"start": _spoken_clock(value[0]), "end": _spoken_clock(value[1])}


def _clock(text: Any) -> str:
    if not isinstance(text, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(_("Expected times as 07:00."))
    return text


def _spoken_clock(text: str) -> str:
    return time_format(time.fromisoformat(text), "TIME_FORMAT")


@dataclass(frozen=True)
class Hours:
    """A calendar: when people work, where, and whose holidays they keep.

    {"time_zone": "America/Chicago", "country": "US", "weekdays": [0, 1, 2, 3, 4],
    "windows": [["07:00", "19:00"]]}; Monday is 0, a window that ends at 00:00 ends with the day,
    and an empty country keeps no holidays.
    """

    def clean(self, value: Any) -> dict[str, Any]:
        keys = {"time_zone", "country", "weekdays", "windows"}
        if not isinstance(value, Mapping) or set(value) != keys:
            raise ValueError(_("Expected a calendar of: %(keys)s.") % {"keys": ", ".join(sorted(keys))})
        if value["time_zone"] not in _zones():
            raise ValueError(_("Expected a time zone as America/Chicago."))
        if value["country"] and value["country"] not in _countries_with_holidays():
            raise ValueError(_("The holidays of this country are not known. Choose another, or none."))
        days = value["weekdays"]
        if not isinstance(days, list) or not days or any(type(day) is not int or not 0 <= day <= 6 for day in days):
            raise ValueError(_("Choose at least one weekday."))
        windows = self._windows(value["windows"])
        return {**value, "weekdays": sorted(set(days)), "windows": windows}

    def _windows(self, windows: Any) -> list[list[str]]:
        if not isinstance(windows, list) or not windows:
            raise ValueError(_("Expected hours as 07:00-12:00, 13:00-19:00."))
        if any(not isinstance(each, list) or len(each) != 2 for each in windows):
            raise ValueError(_("Expected hours as 07:00-12:00, 13:00-19:00."))
        found = sorted([_clock(text) for text in each] for each in windows)
        ends = [end if end != "00:00" else "24:00" for _start, end in found]
        if any(start >= end for (start, _), end in zip(found, ends, strict=True)):
            raise ValueError(_("Hours must end after they begin, and before the day is over."))
        if any(end > following[0] for end, following in zip(ends, found[1:], strict=False)):
            raise ValueError(_("Hours must not overlap."))
        return found

    def read(self, value: Any) -> BusinessHours:
        windows = tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in value["windows"])
        return BusinessHours.on(
            value["weekdays"], *windows, time_zone=value["time_zone"], country=value["country"] or None
        )

    def spoken(self, value: Any, unit: str) -> str:
        windows = ", ".join(f"{_spoken_clock(start)}–{_spoken_clock(end)}" for start, end in value["windows"])
        parts = [_spoken_days(value["weekdays"]), windows, value["time_zone"]]
        if value["country"]:
            land = Locale(get_language() or "en").territories.get(value["country"], value["country"])
            parts.append(_("closed on holidays (%(country)s)") % {"country": land})
        return ", ".join(parts)


def _spoken_days(days: list[int]) -> str:
    if len(days) == 1:
        return str(WEEKDAYS[days[0]])
    if len(days) == 7:
        return _("every day")
    if days == list(range(days[0], days[-1] + 1)):
        return f"{WEEKDAYS_ABBR[days[0]]}–{WEEKDAYS_ABBR[days[-1]]}"
    return ", ".join(str(WEEKDAYS_ABBR[day]) for day in days)


def spoken_shift(days: Sequence[int], opens: time, closes: time, *, of: str, to: tzinfo, now: datetime) -> str:
    """When somebody works, told in another time zone, with its letters: Mon–Fri 08:00–17:00 CST.

    ``of`` is the zone they work in. Weekdays move where midnight lies between; the distance is the one of ``now``.
    """
    if len(days) == 7 and opens == closes:
        return _("around the clock")
    monday = (now - timedelta(days=now.weekday())).date()
    start, end = (datetime.combine(monday, clock, ZoneInfo(of)).astimezone(to) for clock in (opens, closes))
    moved = (start.date() - monday).days
    spoken = _spoken_days(sorted((day + moved) % 7 for day in days))
    zone = start.tzname() or ""
    letters = f"GMT{zone}" if zone[:1] in "+-" else zone
    return f"{spoken} {time_format(start, 'TIME_FORMAT')}–{time_format(end, 'TIME_FORMAT')} {letters}"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _countries_with_holidays() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries())
