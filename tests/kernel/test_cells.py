"""The cells of tables: nothing a person wrote is ever markup, and the cards of a phone know their labels."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString

from portal import cells
from portal.cells import Column

EVIL = '"><script>alert(1)</script>'
SAFE = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.mark.parametrize("cell", [cells.status, cells.ident, cells.whole, cells.quiet, cells.with_small])
def test_each_cell_escapes_what_it_is_given(cell):
    html = cell(EVIL)
    assert isinstance(html, SafeString) and SAFE in html and "<script" not in html


def test_addresses_and_small_notes_are_escaped_too():
    assert f'href="{SAFE}"' in cells.ident("ORD-1", EVIL)
    assert SAFE in cells.anchor("Name", EVIL) and SAFE in cells.with_small("Lead", EVIL)


def test_a_table_escapes_headings_labels_and_plain_cells():
    html = cells.table([Column(EVIL, lambda row: row), Column("Kept", lambda row: cells.whole("x"))], [EVIL])
    assert "<script" not in html
    assert html.count(SAFE) == 3  # its heading, the label on a phone, the cell
    assert '<span class="text-nowrap">x</span>' in html


def test_the_lead_names_the_row_and_an_empty_cell_is_empty():
    html = cells.table([Column("Order", lambda row: row, is_lead=True), Column("Note", lambda row: None)], ["A"])
    assert '<th scope="row" class="card-lead">A</th><td data-label="Note"></td>' in html


def test_a_cell_that_is_its_own_label_has_none_beside_it():
    assert "<td>A</td>" in cells.table([Column("What", lambda row: row, is_own_label=True)], ["A"])


def test_a_list_reverses_its_route_once_and_quotes_each_number():
    path = cells.paths("orders:order", "204817")
    assert path("ORD-1") == reverse("orders:order", args=["204817", "ORD-1"])
    assert path("a/b?c#d") == "/e/204817/orders/a%2Fb%3Fc%23d/"


def test_a_day_is_said_in_each_readers_language():
    said = {}
    for language in ("en", "es", "pt"):
        with translation.override(language):
            said[language] = str(cells.day(date(2026, 9, 3)))
    assert "3 Sep 2026" in said["en"] and "3 sep 2026" in said["es"] and "3 set 2026" in said["pt"]
    assert cells.day(None) is None


def test_notes_that_are_empty_are_left_out():
    assert cells.with_small("Wave", "", cells.whole("5-KTR2P")).count("·") == 0
    assert cells.with_small("Wave", "", "") == "Wave"
