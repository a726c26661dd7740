"""Business hours, holidays and time zones: pure computations, no database.

A window stands between two clock times of one day, and what counts is the time that passes:
every clock time names the first moment at which the clocks of the place show it, or jump over
it. So a day on which the clocks change has as many hours as pass in it. Half-day holidays count
as whole working days: a deadline then comes sooner, in the customer's favour.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

Window = tuple[time, time]
MIDNIGHT = time(0)
ALWAYS: Window = (MIDNIGHT, MIDNIGHT)
# Within so many days a calendar that has working hours at all has enough of them.
_FAR = 3660


@dataclass(frozen=True)
class BusinessHours:
    """When people work: local windows on each weekday, Monday first, less a country's holidays.

    A window that closes at midnight ends with its day. Windows of one day neither overlap nor
    run backwards: ValueError.
    """

    time_zone: str = "America/Chicago"
    week: tuple[tuple[Window, ...], ...] = (((time(7), time(19)),),) * 5 + ((), ())
    country: str | None = "US"

    def __post_init__(self) -> None:
        for windows in self.week:
            edges = [(opens, closes if closes != MIDNIGHT else time.max) for opens, closes in windows]
            flat = [edge for pair in edges for edge in pair]
            if flat != sorted(flat) or any(opens == closes for opens, closes in edges):
                raise ValueError(f"{windows} overlap or run backwards.")

    @classmethod
    def on(
        cls,
        weekdays: Iterable[int],
        *windows: Window,
        time_zone: str = "America/Chicago",
        country: str | None = "US",
    ) -> "BusinessHours":
        """The same windows on each of the weekdays."""
        chosen = set(weekdays)
        week = tuple(tuple(sorted(windows)) if day in chosen else () for day in range(7))
        return cls(time_zone=time_zone, week=week, country=country)

    @classmethod
    def weekdays_of(cls, country: str) -> "BusinessHours":
        """Monday to Friday less the country's holidays; where they are not known, Monday to Friday."""
        known = country in holidays.list_supported_countries()
        return cls(country=country if known else None)

    @classmethod
    def around_the_clock(cls) -> "BusinessHours":
        """Every hour of every day."""
        return cls.on(range(7), ALWAYS, time_zone="UTC", country=None)

    # --- days ---------------------------------------------------------------------------------

    def is_business_day(self, day: date) -> bool:
        return bool(self.week[day.weekday()]) and not (self.country and day in _holidays(self.country, day.year))

    def add_business_days(self, day: date, count: int) -> date:
        """The ``count``-th business day after ``day``, or before it where ``count`` is negative.

        The day itself is day 0, whether people work on it or not; 0 gives the day itself. Raises
        ValueError where no such day is near.
        """
        step = timedelta(days=1 if count > 0 else -1)
        left, passed = abs(count), 0
        while left:
            day, passed = day + step, passed + 1
            if self.is_business_day(day):
                left, passed = left - 1, 0
            if passed > _FAR:
                raise ValueError("This calendar has no working hours.")
        return day

    # --- moments ------------------------------------------------------------------------------

    def is_open(self, moment: datetime) -> bool:
        """Whether people work at an aware moment."""
        return any(opening <= moment < closing for opening, closing in self._spans_around(moment))

    def next_opening(self, moment: datetime) -> datetime:
        """The first working moment at or after an aware one: itself while people work."""
        for opening, closing in self._spans_from(moment):
            if moment < closing:
                return max(opening, moment)
        raise ValueError("This calendar has no working hours.")

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The first moment by which ``span`` of working time has passed since an aware ``start``.

        Raises ValueError for a negative span, and where the coming years have too few working hours.
        """
        if span < timedelta(0):
            raise ValueError("Working time does not run backwards.")
        if not span:
            return start
        for opening, closing in self._spans_from(start):
            begin = max(opening, start)
            if begin < closing:
                if span <= closing - begin:
                    return begin + span
                span -= closing - begin
        raise ValueError("This calendar has no working hours.")

    def add_hours(self, start: datetime, hours: int) -> datetime:
        """The same in whole hours."""
        return self.add(start, timedelta(hours=hours))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time passes from one aware moment to another; nothing where they run backwards."""
        passed = timedelta(0)
        if end <= start:
            return passed
        for opening, closing in self._spans_from(start, until=end):
            passed += max(min(closing, end) - max(opening, start), timedelta(0))
        return passed

    def _spans_from(self, start: datetime, until: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        if not any(self.week):
            return
        zone = ZoneInfo(self.time_zone)
        # A day back: a window that the clocks moved may still be open from before midnight.
        day = start.astimezone(zone).date() - timedelta(days=1)
        days = (until.astimezone(zone).date() - day).days + 1 if until else _FAR
        for offset in range(days):
            yield from self._spans(day + timedelta(days=offset), zone)

    def _spans_around(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        return self._spans_from(moment, until=moment)

    def _spans(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """The day's openings and closings in UTC, so that a day of 23 or 25 hours counts as it passes."""
        if not self.is_business_day(day):
            return
        for opens, closes in self.week[day.weekday()]:
            end = day + timedelta(days=1) if closes == MIDNIGHT else day
            opening, closing = _first_moment(day, opens, zone), _first_moment(end, closes, zone)
            if opening < closing:
                yield opening, closing


def _first_moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the clocks of the zone first show this time, or jump over it; in UTC."""
    wall = datetime.combine(day, clock, zone)
    found = wall.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    # The clocks jump over it: Python reads it by the offset before, which is later than the jump.
    before = wall.utcoffset()
    earliest = wall.replace(fold=1).astimezone(UTC)
    minutes = range(int((found - earliest).total_seconds()) // 60 + 1)
    jump = bisect_left(
        minutes, True, key=lambda n: (earliest + timedelta(minutes=n)).astimezone(zone).utcoffset() != before
    )
    return earliest + timedelta(minutes=jump)


@lru_cache(maxsize=512)
def _holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays of a whole country; those of single states and half days are left out."""
    return frozenset(holidays.country_holidays(country, years=year))
