"""Time zones as people choose them: by their city, with the present distance from Greenwich."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale, get_global
from babel.dates import get_timezone_location

LOCALES = {"en": "en_US", "es": "es_419", "pt": "pt_BR"}


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The zones that have a city of their own, without the old names of others."""
    of_cities = set(get_global("zone_territories")) & available_timezones()
    return tuple(sorted(name for name in of_cities if "/" in name and not name.startswith("Etc/")))


def is_known(name: str) -> bool:
    return name in available_timezones()


class City(NamedTuple):
    """A zone by the city it is named for, and its country, as the reader calls them."""

    zone: str
    city: str
    country: str


@lru_cache(maxsize=8)
def cities(language: str) -> tuple[City, ...]:
    """Every zone that has a city, in the language, by the city's name."""
    locale = Locale.parse(LOCALES.get(language, "en_US"))
    territories = get_global("zone_territories")
    found = (
        City(
            name,
            # Without the province before it, where the locale has no name of its own for the city.
            str(get_timezone_location(name, locale=locale, return_city=True)).rpartition("/")[2],
            str(locale.territories.get(territories[name], territories[name])),
        )
        for name in names()
    )
    return tuple(sorted(found, key=lambda each: each.city))


def offset(name: str, now: datetime) -> str:
    """The present distance from Greenwich: GMT-7."""
    minutes = int((now.astimezone(ZoneInfo(name)).utcoffset() or now - now).total_seconds()) // 60
    if not minutes:
        return "GMT"
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'-' if minutes < 0 else '+'}{hours}{f':{rest:02d}' if rest else ''}"
