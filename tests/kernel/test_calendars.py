"""Business hours against a reference that counts minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.calendars import ALWAYS, BusinessHours

MINUTE = timedelta(minutes=1)
# Both directions of the clocks, at night and at midnight, half and three-quarter hours, and none at all.
ZONES = ["America/Chicago", "America/Santiago", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe",
         "Asia/Kathmandu", "Europe/Madrid", "America/Havana", "UTC"]  # fmt: skip
# Around the days on which some of these clocks change in 2026, and holidays.
STARTS = [date(2026, 3, 7), date(2026, 3, 28), date(2026, 4, 3), date(2026, 9, 5), date(2026, 10, 3),
          date(2026, 10, 24), date(2026, 10, 31), date(2026, 11, 25), date(2026, 12, 24)]  # fmt: skip


@st.composite
def _windows(draw):
    edges = draw(st.lists(st.integers(0, 95), min_size=0, max_size=6, unique=True).map(sorted))
    edges = edges[: len(edges) // 2 * 2]
    clocks = [time(edge // 4, edge % 4 * 15) for edge in edges]
    found = list(zip(clocks[::2], clocks[1::2], strict=True))
    if found and draw(st.booleans()):
        found[-1] = (found[-1][0], time(0))
    return tuple(found)


@st.composite
def calendars(draw):
    week = tuple(draw(_windows() | st.just((ALWAYS,)) | st.just(())) for _ in range(7))
    return BusinessHours(
        time_zone=draw(st.sampled_from(ZONES)), week=week, country=draw(st.sampled_from(["US", "CL", "BR", "IN", None]))
    )


@st.composite
def moments(draw):
    day = datetime.combine(draw(st.sampled_from(STARTS)), time(0), UTC)
    return day + draw(st.integers(0, 2 * 24 * 60)) * MINUTE


def reference_minutes(calendar, start, end):
    """Every minute of [start, end) that is worked, by reading the clock on the wall of each.

    A window stands from the first minute at which the wall shows its opening, or has jumped
    over it, to the first that shows its closing.
    """
    zone = ZoneInfo(calendar.time_zone)
    first = min(start, end) - timedelta(days=2)
    seen = {}
    walls = []
    moment = first
    while moment < end + timedelta(days=2):
        wall = moment.astimezone(zone).replace(tzinfo=None)
        walls.append((moment, wall))
        moment += MINUTE
    highest = walls[0][1]
    for moment, wall in walls:
        while highest <= wall:
            seen[highest] = moment
            highest += MINUTE
    worked = set()
    day = first.astimezone(zone).date() + timedelta(days=1)
    while day <= end.astimezone(zone).date():
        if calendar.is_business_day(day):
            for opens, closes in calendar.week[day.weekday()]:
                until = day + timedelta(days=1) if closes == time(0) else day
                moment = seen[datetime.combine(day, opens)]
                while moment < seen[datetime.combine(until, closes)]:
                    worked.add(moment)
                    moment += MINUTE
        day += timedelta(days=1)
    return sorted(moment for moment in worked if start <= moment < end)


@settings(max_examples=60, deadline=None)
@given(calendar=calendars(), start=moments(), length=st.integers(0, 2 * 24 * 60))
def test_what_passes_is_what_the_clocks_on_the_wall_say(calendar, start, length):
    end = start + length * MINUTE
    worked = reference_minutes(calendar, start, end + MINUTE)
    assert calendar.between(start, end) == sum(moment < end for moment in worked) * MINUTE
    for moment in (start, end):
        assert calendar.is_open(moment) == (moment in worked)
    if worked:
        assert calendar.next_opening(start) == worked[0]
        span = len(worked) * MINUTE
        assert calendar.add(start, span) == worked[-1] + MINUTE


@settings(deadline=None)
@given(calendar=calendars(), start=moments(), first=st.integers(0, 3000), second=st.integers(0, 3000))
def test_adding_is_additive_and_counting_is_its_inverse(calendar, start, first, second):
    assume(any(calendar.week))
    one, two = first * MINUTE, second * MINUTE
    middle = calendar.add(start, one)
    assert calendar.add(middle, two) == calendar.add(start, one + two)
    assert calendar.between(start, middle) == one
    assert middle >= start + one
    assert calendar.between(start, middle) + calendar.between(middle, middle + two) == calendar.between(
        start, middle + two
    )


@settings(deadline=None)
@given(calendar=calendars(), start=moments(), later=st.integers(0, 3000), span=st.integers(0, 3000))
def test_who_starts_later_does_not_end_earlier(calendar, start, later, span):
    assume(any(calendar.week))
    assert calendar.add(start + later * MINUTE, span * MINUTE) >= calendar.add(start, span * MINUTE)


@settings(deadline=None)
@given(calendar=calendars(), start=moments())
def test_the_next_opening_is_open_and_nothing_is_worked_before_it(calendar, start):
    assume(any(calendar.week))
    opening = calendar.next_opening(start)
    assert opening >= start and calendar.is_open(opening)
    assert calendar.between(start, opening) == timedelta(0)


@settings(deadline=None)
@given(calendar=calendars(), day=st.sampled_from(STARTS), count=st.integers(-40, 40))
def test_business_days_are_counted_one_by_one(calendar, day, count):
    assume(any(calendar.week))
    reached = calendar.add_business_days(day, count)
    low, high = sorted((day, reached))
    between = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    counted = [d for d in between if calendar.is_business_day(d) and d != day]
    assert len(counted) == abs(count)
    assert count == 0 or calendar.is_business_day(reached)


CHICAGO = ZoneInfo("America/Chicago")


def at(text, zone=CHICAGO):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_a_day_that_loses_an_hour_has_one_less_and_one_that_gains_has_one_more():
    always = BusinessHours.on(range(7), ALWAYS, country=None)
    assert always.between(at("2026-03-08T00:00"), at("2026-03-09T00:00")) == timedelta(hours=23)
    assert always.between(at("2026-11-01T00:00"), at("2026-11-02T00:00")) == timedelta(hours=25)


def test_a_window_in_the_hour_that_the_clocks_jump_over_does_not_exist():
    night = BusinessHours.on(range(7), (time(2, 15), time(2, 45)), country=None)
    assert night.between(at("2026-03-08T00:00"), at("2026-03-09T00:00")) == timedelta(0)
    assert night.between(at("2026-03-07T00:00"), at("2026-03-08T00:00")) == timedelta(minutes=30)


def test_the_hour_that_comes_twice_counts_once_in_a_window_that_ends_in_it():
    night = BusinessHours.on(range(7), (time(0, 30), time(1, 30)), country=None)
    assert night.between(at("2026-11-01T00:00"), at("2026-11-02T00:00")) == timedelta(hours=1)


def test_several_windows_a_day_leave_out_the_break():
    shifts = BusinessHours.on(range(5), (time(13), time(17)), (time(8), time(12)), country=None)
    assert shifts.add_hours(at("2026-11-16T11:00"), 2) == at("2026-11-16T14:00")
    assert not shifts.is_open(at("2026-11-16T12:30")) and shifts.is_open(at("2026-11-16T13:00"))


def test_a_week_from_sunday_to_thursday():
    week = BusinessHours.on([6, 0, 1, 2, 3], (time(8), time(16)), time_zone="Asia/Dubai", country=None)
    assert week.next_opening(at("2026-11-20T09:00", ZoneInfo("Asia/Dubai"))) == at(
        "2026-11-22T08:00", ZoneInfo("Asia/Dubai")
    )


def test_around_the_clock_is_plain_time():
    start = datetime(2026, 3, 8, 5, 17, tzinfo=UTC)
    assert BusinessHours.around_the_clock().add_hours(start, 1000) == start + timedelta(hours=1000)


@pytest.mark.parametrize(
    ("country", "holiday"),
    [("US", "2026-11-26"), ("CL", "2026-09-18"), ("BR", "2026-09-07"), ("MX", "2026-09-16"), ("AR", "2026-07-09")],
)
def test_each_country_keeps_its_own_holidays(country, holiday):
    day = date.fromisoformat(holiday)
    calendar = BusinessHours(country=country)
    assert day.weekday() < 5 and not calendar.is_business_day(day)
    assert BusinessHours(country=None).is_business_day(day)
    assert calendar.add_business_days(day - timedelta(days=1), 1) > day


def test_half_day_holidays_are_whole_working_days():
    """Christmas Eve is a half day in the library's own category; the customer's deadline comes sooner."""
    assert BusinessHours(country="US").is_business_day(date(2026, 12, 24))


@pytest.mark.parametrize(
    "windows",
    [
        ((time(9), time(8)),),
        ((time(9), time(9)),),
        ((time(8), time(12)), (time(11), time(13))),
        ((time(8), time(0)), (time(9), time(10))),
    ],
)
def test_windows_that_overlap_or_run_backwards_are_refused(windows):
    with pytest.raises(ValueError, match="overlap or run backwards"):
        BusinessHours.on(range(5), *windows)


def test_nobody_waits_forever_for_a_calendar_without_hours():
    nothing = BusinessHours(week=((),) * 7)
    for ask in (lambda: nothing.next_opening(datetime.now(UTC)), lambda: nothing.add_business_days(date.today(), 1)):
        with pytest.raises(ValueError, match="no working hours"):
            ask()
    assert nothing.between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)) == timedelta(0)


def test_working_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        BusinessHours().add(datetime.now(UTC), -MINUTE)
    now = datetime.now(UTC)
    assert BusinessHours().between(now, now - timedelta(days=3)) == timedelta(0)
