"""What placing an order computes from words and dates alone."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from portal.calendars import BusinessHours

# The carrier's side of a quote: who may say yes in which of its two seats.
SEATS = {"account_director": "director", "account_manager": "director", "sales_engineer": "engineer"}


def next_possible(wanted: date, *, today: date, countries: Iterable[str]) -> date:
    """The day itself, or the first after it that is not past and on which people work in each country."""
    calendars = [BusinessHours.weekdays_of(country) for country in sorted(set(countries))]
    day = max(wanted, today)
    while not all(each.is_business_day(day) for each in calendars):
        day += timedelta(days=1)
    return day


def standard_day(today: date, days: int, countries: Iterable[str]) -> date:
    """The day after so many business days (of the first country) on which people work in all of them."""
    known = sorted(set(countries))
    calendar = BusinessHours.weekdays_of(known[0] if known else "")
    return next_possible(calendar.add_business_days(today, days), today=today, countries=known)


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 of what was signed, as JSON with sorted keys and without blanks."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
