"""Tables for spreadsheets: nothing in them runs."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.csvfile import csv_response, line


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


SIGNS = "=+-@＝＋－＠"
SEPARATED = st.text(alphabet=st.sampled_from([*SIGNS, *"\"',;\t\r\n\0 a1|\u200b\ufeff\u00a0"]), max_size=12)
UNSEEN = "".join(map(chr, range(32))) + " \x7f\xad\u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u3000"


def runs(cell):
    """Whether a spreadsheet would take the cell for a formula."""
    return cell.strip(UNSEEN).startswith(tuple(SIGNS)) or cell.startswith(("\t", "\r", "\n", "\0"))


@given(st.lists(st.one_of(SEPARATED, st.text()), min_size=1, max_size=4))
def test_no_text_runs_and_each_comes_back(cells):
    """As RFC 4180 reads it: not a formula, and but for apostrophes what was written."""
    [back] = csv.reader(io.StringIO(line(cells), newline=""), strict=True)
    assert len(back) == len(cells)
    for cell, written in zip(cells, back, strict=True):
        assert not runs(written)
        assert written == cell or written.replace("'", "") == cell.replace("'", "")


@given(st.lists(SEPARATED, min_size=1, max_size=3))
def test_no_text_runs_where_the_semicolon_separates(cells):
    """Excel in much of Latin America cuts our lines at every semicolon, whatever the quotes say."""
    for piece in line(cells).rstrip("\r\n").split(";")[1:]:
        assert not piece.strip(UNSEEN).startswith(tuple(SIGNS))


@given(st.lists(st.one_of(st.integers(), st.decimals(allow_nan=False), st.dates(), st.none()), min_size=2, max_size=4))
def test_what_is_no_text_stays_as_it_is(values):
    [back] = csv.reader(io.StringIO(line(values), newline=""))
    assert back == ["" if value is None else str(value) for value in values]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;=1+1", '"a;\'=1+1"'),
        ("＝1+1", "'＝1+1"),
        ("\u200b=1", "'\u200b=1"),
        ('"=1', '"""=1"'),
        ("two\nlines - of words", '"two\nlines - of words"'),
        ("a - b", "a - b"),
    ],
)
def test_only_what_could_run_is_changed(text, written):
    assert line([text]) == f"{written}\r\n"
