"""Dates and spellings, without a database."""

from datetime import date

import pytest

from orders import rules

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
