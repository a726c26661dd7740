"""Tables for spreadsheets: nothing in them runs."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.csvfile import csv_response


def body(*cells: object) -> str:
    return csv_response("name", ["Head"], [cells]).content.decode("utf-8").removeprefix("\ufeffHead\r\n")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "  =1+1", "\t1", "\r1", "\n=1"])
def test_texts_that_look_like_formulas_are_defused(text):
    assert body(text).strip('"').startswith("'")


@pytest.mark.parametrize(
    "value, written",
    [
        (None, '""'),
        ("plain, with comma", '"plain, with comma"'),
        (Decimal("-5.10"), "-5.10"),
        (-3, "-3"),
        (date(2026, 11, 3), "2026-11-03"),
        (datetime(2026, 11, 3, 4, 5, tzinfo=UTC), "2026-11-03T04:05:00+00:00"),
        ("Año", "Año"),
    ],
)
def test_values_stay_what_they_are(value, written):
    assert body(value) == f"{written}\r\n"


def test_it_is_a_download_that_excel_reads_as_utf8():
    answer = csv_response("orders", ["=Head"], [])
    assert answer["Content-Disposition"] == 'attachment; filename="orders.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf'=Head")
