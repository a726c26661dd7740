"""What contracts compute from dates and amounts alone."""

import calendar
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from portal import money

# What an offer of services comes to whose account goes to another company meanwhile.
MOVED = "moved"


def months_left(from_on: date, ends_on: date | None) -> int:
    """Months from a day until the end of a term, a begun one counted whole; 0 on or after the end, or without one."""
    if ends_on is None or from_on >= ends_on:
        return 0
    whole = (ends_on.year - from_on.year) * 12 + ends_on.month - from_on.month
    return whole + (1 if add_months(from_on, whole) < ends_on else 0)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return day.replace(year=years, month=month + 1, day=min(day.day, last))


def early_fee(monthly: Decimal, *, months: int, percent: Decimal, currency: str) -> Decimal:
    """What ending a term early comes to: the months that are left, each at a share of its price."""
    return money.rounded(monthly * months * percent / 100, currency)


def renewed_until(ends_on: date | None, *, months: int, on: date) -> date:
    """The new end of a term: after the present one, or after the day where that is over."""
    return add_months(max(ends_on, on) if ends_on else on, months)


def warning_due(ends_on: date | None, *, today: date, days: Collection[int]) -> int | None:
    """Which of the warnings is due: the nearest that has come; None where none has, or the end is past."""
    if ends_on is None:
        return None
    left = (ends_on - today).days
    reached = [each for each in days if left <= each]
    return min(reached) if reached and left >= 0 else None


def earliest_stop(today: date, notice_days: int) -> date:
    return today + timedelta(days=notice_days)
