"""Dates and spellings, without a database."""

from datetime import date, time

import pytest

from orders import rules
from portal.calendars import BusinessHours

D = [date(2026, 11, day) for day in range(1, 31)]


@pytest.mark.parametrize(
    "current, before, after, others, committed, expected",
    [
        (None, None, D[5], [], None, None),  # no date of the order's own: none is invented
        (D[9], D[4], D[12], [D[12]], D[9], D[12]),  # pushed past the order's date
        (D[9], D[4], D[6], [D[6]], D[9], D[9]),  # within it
        (D[9], None, D[6], [D[6]], D[9], D[9]),  # a first date within it
        (D[20], D[20], D[6], [D[6], D[8]], D[4], D[8]),  # the carrier of the date comes back
        (D[20], D[20], D[6], [D[6], None], D[9], D[9]),  # not to before the commitment
        (D[20], D[20], D[6], [D[6], None], None, D[6]),
    ],
)
def test_the_orders_date_follows_its_milestones(current, before, after, others, committed, expected):
    found = rules.order_date_after(current, before=before, after=after, others=others, committed=committed)
    assert found == expected


@pytest.mark.parametrize(
    "typed", ["ORD-2026-00388", "ord-2026-00388", " ORD 2026 00388 ", "ord202600388", "ORD-2026-388"]
)
def test_an_order_number_is_known_however_it_is_typed(typed):
    assert "ORD-2026-00388" in rules.spellings(typed)


def test_a_reference_is_also_taken_as_typed():
    assert {"Po 4500 7721", "PO 4500 7721", "PO45007721"} <= rules.spellings("Po  4500 7721")


def test_business_days_are_counted_backwards_too():
    days = rules.WorkDays.of({"US"})
    friday, tuesday = D[5], D[9]
    assert rules.business_days_between(days, friday, tuesday) == 2
    assert rules.business_days_between(days, tuesday, friday) == -2
    assert days.add_business_days(friday, 2) == tuesday and days.add_business_days(tuesday, -2) == friday


def test_calendars_without_a_day_in_common_are_told_of_and_not_searched_for_ever():
    weekends = BusinessHours.on([5, 6], (time(9), time(17)))
    assert rules.WorkDays.of(set(), weekends).add_business_days(D[5], 1) == D[6]
    with pytest.raises(ValueError, match="no day in common"):
        rules.WorkDays.of({"US"}, weekends).add_business_days(D[5], 1)


@pytest.mark.parametrize(
    "status, day, state",
    [
        ("completed", D[0], "done"),
        ("skipped", D[0], "skipped"),
        ("in_progress", D[9], "now"),
        ("in_progress", D[8], "late"),
        ("planned", D[8], "late"),
        ("planned", D[10], "next"),
        ("planned", None, "next"),
    ],
)
def test_where_a_milestone_stands(status, day, state):
    assert rules.step_state(status, day, D[9]) == state
