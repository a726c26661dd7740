"""Proration and limits, for any price, month and cut."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import rules
from billing.rules import Billable, lines_for_month, prorated
from portal.money import rounded

prices = st.decimals(min_value="-99999.99", max_value="9999999.99", places=2)
months = st.dates(min_value=date(1999, 1, 1), max_value=date(2101, 12, 1)).map(lambda day: day.replace(day=1))
currencies = st.sampled_from(["USD", "BRL", "CLP"])


@st.composite
def cut_months(draw: st.DrawFn) -> tuple[date, list[date]]:
    """A month and the days at which it is cut, its ends among them."""
    month = draw(months)
    days = rules.days_in(month)
    cuts = draw(st.lists(st.integers(0, days), max_size=12))
    return month, [month + timedelta(days=n) for n in sorted([0, days, *cuts])]


@given(prices, cut_months(), currencies)
def test_the_parts_of_a_month_add_up_to_its_price_however_it_is_cut(price, cut, currency):
    _, days = cut
    parts = [prorated(price, a, b, currency=currency) for a, b in pairwise(days)]
    assert sum(parts) == rounded(price, currency)


@given(prices, cut_months())
def test_each_part_is_within_one_unit_of_its_own_fraction(price, cut):
    month, days = cut
    for a, b in pairwise(days):
        exact = price * (b - a).days / rules.days_in(month)
        assert abs(prorated(price, a, b, currency="USD") - exact) <= Decimal("0.01")


@given(prices, months)
def test_a_full_month_is_the_price_and_no_day_is_nothing(price, month):
    assert prorated(price, month, rules.next_month(month), currency="USD") == price
    assert prorated(price, month, month, currency="USD") == 0


@given(prices, st.integers(1999, 2100))
def test_a_year_is_twelve_months(price, year):
    charge = Billable(1, True, price, date(year, 1, 1), date(year + 1, 1, 1))
    billed = [line for n in range(1, 13) for line in lines_for_month([charge], date(year, n, 1), currency="USD")]
    assert sum(line.amount for line in billed) == 12 * price


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1)), st.integers(0, 400), st.integers(0, 400))
def test_the_lines_of_a_charge_cover_each_of_its_days_once(start, length, cut):
    end = start + timedelta(days=length)
    middle = min(start + timedelta(days=cut), end)
    charges = [Billable(1, True, Decimal("100"), start, middle), Billable(2, True, Decimal("100"), middle, end)]
    month, days, amount = rules.month_of(start), 0, Decimal(0)
    while month <= end:
        for line in lines_for_month(charges, month, currency="USD"):
            assert line.days == (line.to_on - line.from_on).days > 0
            days, amount = days + line.days, amount + line.amount
        month = rules.next_month(month)
    assert days == length
    whole = [Billable(3, True, Decimal("100"), start, end)]
    month, uncut = rules.month_of(start), Decimal(0)
    while month <= end:
        uncut += sum(line.amount for line in lines_for_month(whole, month, currency="USD"))
        month = rules.next_month(month)
    assert amount == uncut


@pytest.mark.parametrize(
    ("first", "end", "amount"),
    [
        (date(2026, 11, 12), date(2026, 12, 1), "411.67"),  # 19 of 30 days of 650.00
        (date(2026, 11, 1), date(2026, 11, 12), "238.33"),
        (date(2024, 2, 1), date(2024, 2, 29), "627.59"),  # 28 of 29 days: leap February
        (date(2023, 2, 1), date(2023, 2, 28), "626.79"),  # 27 of 28
        (date(2026, 12, 31), date(2027, 1, 1), "20.97"),  # the last of 31
    ],
)
def test_worked_examples(first, end, amount):
    assert prorated(Decimal("650.00"), first, end, currency="USD") == Decimal(amount)


def test_days_of_two_months_or_backwards_are_no_share():
    for first, end in [(date(2026, 11, 12), date(2026, 12, 2)), (date(2026, 11, 12), date(2026, 11, 11))]:
        with pytest.raises(ValueError, match="not within one month"):
            prorated(Decimal(1), first, end, currency="USD")


def test_a_one_time_charge_is_billed_whole_in_the_month_it_starts():
    charge = Billable(1, False, Decimal("500.00"), date(2026, 11, 30))
    assert [line.amount for line in lines_for_month([charge], date(2026, 11, 1), currency="USD")] == [500]
    assert lines_for_month([charge], date(2026, 12, 1), currency="USD") == []
    assert lines_for_month([charge], date(2026, 10, 1), currency="USD") == []


def test_a_charge_outside_the_month_is_left_out():
    november = date(2026, 11, 1)
    before = Billable(1, True, Decimal(9), date(2020, 1, 1), november)
    after = Billable(2, True, Decimal(9), date(2026, 12, 1))
    empty = Billable(3, True, Decimal(9), date(2026, 11, 5), date(2026, 11, 5))
    assert lines_for_month([before, after, empty], november, currency="USD") == []


amounts = st.decimals(min_value=0, max_value=10000, places=2)


@given(amounts, amounts, amounts)
def test_never_more_is_disputable_than_is_left(amount, credited, in_dispute):
    left = rules.disputable(amount, credited=credited, in_dispute=in_dispute)
    assert 0 <= left <= amount
    if credited + in_dispute <= amount:
        assert left + credited + in_dispute == amount


def test_the_outcome_follows_from_the_credit():
    hundred = Decimal("100.00")
    assert [rules.outcome_of(hundred, Decimal(n)) for n in ("0.00", "0.01", "99.99", "100")] == [
        "denied",
        "partly",
        "partly",
        "upheld",
    ]


def test_two_months_are_compared_charge_by_charge():
    """Parts of one charge are added up; what is the same is only counted."""
    d = Decimal
    now = [("A", "Wave", d(60)), ("A", "Wave", d(30)), ("B", "Port", d(5)), ("", "Fee", d(7)), ("C", "Fee", d(-7))]
    before = [("A", "Wave", d(100)), ("B", "Port", d(5)), ("D", "Gone", d(3)), ("", "Fee", d(6))]
    now, before = ([((*each[:2], ""), each[2]) for each in rows] for rows in (now, before))
    found = rules.compared(now, before)
    assert [(each.service, each.kind, each.by) for each in found.changes] == [
        ("A", "less", d(-10)), ("", "more", d(1)), ("C", "new", d(-7)), ("D", "gone", d(-3)),
    ]  # fmt: skip
    assert (found.unchanged, found.unchanged_sum, found.by) == (1, d(5), d(-19))
