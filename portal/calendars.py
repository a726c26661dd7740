"""Business hours, holidays and time zones: pure computations, no database."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays


@dataclass(frozen=True)
class BusinessHours:
    """When people work: local hours on weekdays, less the country's holidays."""

    time_zone: str = "America/Chicago"
    opens: time = time(7)
    closes: time = time(19)
    country: str = "US"
    weekdays: frozenset[int] = field(default_factory=lambda: frozenset(range(5)))

    def is_business_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in _holidays(self.country, day.year)

    def add_hours(self, start: datetime, hours: float) -> datetime:
        """The moment by which that many working hours have passed since an aware ``start``.

        Raises ValueError where no day of the coming years has a working hour.
        """
        left = timedelta(hours=hours)
        day = start.astimezone(ZoneInfo(self.time_zone)).date()
        for offset in range(2000):
            opening, closing = self._span(day + timedelta(days=offset))
            begin = max(opening, start)
            if begin < closing and left <= closing - begin:
                return begin + left
            left -= max(closing - begin, timedelta(0))
        raise ValueError("This calendar has no working hours.")

    def _span(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing in UTC, so that a day of 23 or 25 hours counts as it passes."""
        zone = ZoneInfo(self.time_zone)
        opening = datetime.combine(day, self.opens, zone).astimezone(ZoneInfo("UTC"))
        if not self.is_business_day(day):
            return opening, opening
        return opening, datetime.combine(day, self.closes, zone).astimezone(ZoneInfo("UTC"))


def _holidays(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year)
