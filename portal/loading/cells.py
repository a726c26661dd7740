"""What a cell may hold: how it is read, and how that is said to who filled it in."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import is_currency
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.enums import ChoicesType

from portal.loading.faults import Wrong
from portal.money import unit

LARGEST = Decimal("9999999999.99")
EARLIEST, LATEST = date(1980, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True)
class Cell:
    """``read`` takes the cell's text and today; it raises Wrong. ``expected`` says what it takes."""

    expected: str
    read: Callable[[str, date], Any]
    is_dated: bool = False


def text(pattern: str = "", expected: str = "") -> Cell:
    """Words on one line; how long they may be, the database's column says."""
    compiled = re.compile(pattern)

    def read(value: str, today: date) -> str:
        if not value.isprintable():
            raise Wrong("holds a line break or a control character; expected one line of text")
        if pattern and not compiled.fullmatch(value):
            raise Wrong(f"“{value}” is not {expected}")
        return value

    return Cell(expected or "text", read)


def _read_lines(value: str, today: date) -> str:
    if not value.replace("\n", "").replace("\r", "").replace("\t", "").isprintable():
        raise Wrong("holds a control character; expected text")
    return value.replace("\r\n", "\n")


LINES = Cell("text, of several lines where it needs them", _read_lines)
WORDS = text()
PHONE = text(r"\+?[0-9][0-9 ().-]*( ext\.? ?\d+)?", "a phone number as +1 303 555 0142")
CODE = text(r"[A-Za-z0-9][A-Za-z0-9._/ -]*", "a key of letters, digits and . _ / -")
# Stands in addresses, where a slash would begin another part.
NUMBER = text(r"[A-Za-z0-9][A-Za-z0-9._ -]*", "a number of letters, digits and . _ -")
SLUG = text(r"[A-Za-z0-9_-]+", "a key of letters, digits, _ and -")


def one_of(options: ChoicesType | Callable[[], Iterable[str]], what: str = "") -> Cell:
    """One of a few words, which a refusal lists; a function is asked for them when they are needed."""

    def known() -> list[str]:
        return [str(value) for value in (options.values if isinstance(options, ChoicesType) else options())]

    def read(value: str, today: date) -> str:
        if value not in known():
            raise Wrong(f"“{value}” is not known; expected one of {', '.join(known())}")
        return value

    return Cell(what or f"one of `{'`, `'.join(known())}`", read)


_RELATIVE = re.compile(r"(?:today(?P<days>[+-]\d{1,5})?|month(?:(?P<months>[+-]\d{1,4})(?P<after>\+\d{1,3})?)?)")
_DATE = "a date as 2026-05-31, or counted from the day of loading: today-12, today+30, month-2, month-1+14"


@lru_cache(maxsize=4096)
def read_date(value: str, today: date) -> date:
    """ISO, or relative to the day of loading."""
    relative = _RELATIVE.fullmatch(value)
    found = _relative(relative, today) if relative else _iso(value)
    if found is None:
        raise Wrong(f"“{value}” is not {_DATE}")
    if not EARLIEST <= found <= LATEST:
        raise Wrong(f"{value} is not between {EARLIEST} and {LATEST}")
    return found


def _iso(value: str) -> date | None:
    # Not fromisoformat alone: it would also take 20260531 and 2026-W22-7.
    if len(value) != 10 or not value[4] == value[7] == "-":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _relative(match: re.Match[str], today: date) -> date:
    """From today by days, or from the first of a month: ``month-1+14`` is the fifteenth of the last one."""
    if match[0].startswith("today"):
        return today + timedelta(days=int(match["days"] or 0))
    year, month = divmod(today.year * 12 + today.month - 1 + int(match["months"] or 0), 12)
    year = min(max(year, EARLIEST.year - 1), LATEST.year + 1)
    return date(year, month + 1, 1) + timedelta(days=int(match["after"] or 0))


DATE = Cell(_DATE, read_date, is_dated=True)


def _read_moment(value: str, today: date) -> datetime:
    """A date with an hour of UTC, or noon of it."""
    day, _, clock = value.partition(" ")
    try:
        hour = time.fromisoformat(clock) if clock else time(12)
    except ValueError:
        raise Wrong(f"“{clock}” is not a time as 14:20") from None
    return datetime.combine(read_date(day, today), hour.replace(tzinfo=None), UTC)


MOMENT = Cell(
    f"{_DATE}; then, if known, the time in UTC: 2026-05-31 14:20 (noon where none is given)",
    _read_moment,
    is_dated=True,
)


def is_relative(value: str) -> bool:
    """Whether a cell's date counts from the day of loading."""
    return _RELATIVE.fullmatch(value.partition(" ")[0]) is not None


@lru_cache(maxsize=4096)
def _read_amount(value: str, today: date) -> Decimal:
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value, re.ASCII):
        raise Wrong(f"“{value}” is not an amount as 2850.00 (a point before the cents, no thousands mark, no currency)")
    amount = Decimal(value)
    if amount != amount.quantize(Decimal("0.01")):
        raise Wrong(f"{value} has more than two decimals")
    if not 0 <= amount <= LARGEST:
        raise Wrong(f"{value} is not between 0 and {LARGEST}")
    return amount.quantize(Decimal("0.01"))


AMOUNT = Cell("an amount as 2850.00", _read_amount)


def whole(least: int, most: int) -> Cell:
    """A whole number within bounds."""

    def read(value: str, today: date) -> int:
        if not value.isascii() or not value.isdecimal() or not least <= int(value) <= most:
            raise Wrong(f"“{value}” is not a whole number from {least} to {most}")
        return int(value)

    return Cell(f"a whole number from {least} to {most}", read)


def _read_time(value: str, today: date) -> time:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise Wrong(f"“{value}” is not a time of day as 07:00")
    return time.fromisoformat(value)


TIME = Cell("a time of day as `07:00`", _read_time)


def _read_weekdays(value: str, today: date) -> list[int]:
    span = re.fullmatch(r"([1-7])-([1-7])", value)
    days = range(int(span[1]), int(span[2]) + 1) if span else [int(each) for each in re.findall(r"\b[1-7]\b", value)]
    if not days or not re.fullmatch(r"[1-7][1-7 -]*", value):
        raise Wrong(f"“{value}” is not a list of weekdays as 1-5 or 1 3 5")
    return sorted({day - 1 for day in days})


WEEKDAYS = Cell("weekdays, 1 is Monday: `1-5`, `1 3 5`", _read_weekdays)


def _read_flag(value: str, today: date) -> bool:
    if value not in {"yes", "no"}:
        raise Wrong(f"“{value}” is neither yes nor no")
    return value == "yes"


FLAG = Cell("`yes` or `no`", _read_flag)


@lru_cache(maxsize=4096)
def _read_email(value: str, today: date) -> str:
    try:
        validate_email(value)
    except ValidationError:
        raise Wrong(f"“{value}” is not a mail address as name@company.example") from None
    return value.lower()


EMAIL = Cell("a mail address", _read_email)


def _languages() -> list[str]:
    return [code for code, _ in settings.LANGUAGES]


LANGUAGE = one_of(_languages, "a language that the portal speaks: `en`, `es` or `pt`")


def _read_language_list(value: str, today: date) -> list[str]:
    return [str(LANGUAGE.read(word, today)) for word in value.split()]


LANGUAGE_LIST = Cell("languages in order of preference, separated by spaces: `es en`", _read_language_list)


@cache
def countries() -> frozenset[str]:
    """Every country that an address can be in, by its two letters."""
    # Babel also knows regions (001), pseudo places (ZZ, XA) and unions (EU), none of which has an address.
    apart = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - apart


def _read_country(value: str, today: date) -> str:
    if value not in countries():
        raise Wrong(f"“{value}” is not a country by its two capital letters, as US or MX")
    return value


COUNTRY = Cell("a country by its two capital letters (ISO 3166): `US`, `MX`", _read_country)


def _read_currency(value: str, today: date) -> str:
    if not re.fullmatch(r"[A-Z]{3}", value) or not is_currency(value):
        raise Wrong(f"“{value}” is not a currency by its three capital letters, as USD or BRL")
    if unit(value) < Decimal("0.01"):
        raise Wrong(f"{value} has more than two decimals, and invoices keep two")
    return value


CURRENCY = Cell("a currency by its three capital letters (ISO 4217): `USD`, `BRL`", _read_currency)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _read_zone(value: str, today: date) -> str:
    if value not in _zones():
        raise Wrong(f"“{value}” is not a time zone as America/Chicago")
    return value


TIME_ZONE = Cell("a time zone by its tz database name: `America/Chicago`", _read_zone)
