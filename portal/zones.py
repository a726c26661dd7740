"""Time zones as people choose them: by their city, with the present distance from Greenwich."""

from datetime import datetime
from functools import lru_cache
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


def choices(language: str, now: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    """Zones by country as the reader calls it, each with its city and present distance: "Denver (GMT-7)"."""
    return [
        (country, [(name, f"{city} ({_offset(name, now)})") for name, city in found])
        for country, found in _cities(language)
    ]


@lru_cache(maxsize=8)
def _cities(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    locale = Locale.parse(LOCALES.get(language, "en_US"))
    territories = get_global("zone_territories")
    by_country: dict[str, list[tuple[str, str]]] = {}
    for name in names():
        country = str(locale.territories.get(territories[name], territories[name]))
        by_country.setdefault(country, []).append((name, get_timezone_location(name, locale=locale, return_city=True)))
    return [(country, sorted(found, key=lambda each: each[1])) for country, found in sorted(by_country.items())]


def _offset(name: str, now: datetime) -> str:
    minutes = int((now.astimezone(ZoneInfo(name)).utcoffset() or now - now).total_seconds()) // 60
    if not minutes:
        return "GMT"
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'-' if minutes < 0 else '+'}{hours}{f':{rest:02d}' if rest else ''}"
