"""Tables as files for spreadsheets: the one writer of CSV."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

# Makes Excel read UTF-8.
MARK = "\ufeff"
# A spreadsheet runs a text as a formula that begins with one of these, in their full width too.
_SIGNS = "=+\\-@＝＋－＠"
# Blanks and what is not seen do not make it another text. A tab or an end of line alone can begin a formula.
_UNSEEN = r"[\s\x00-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]*"
_FORMULA = re.compile(rf"{_UNSEEN}[{_SIGNS}]|[\t\r\n\x00]")
# Where the semicolon separates, as in much of Latin America, Excel starts a cell there and at ends of lines.
_FORMULA_INSIDE = re.compile(rf"([;\r\n]{_UNSEEN})(?=[{_SIGNS}])")
_NEEDS_QUOTES = re.compile(r'[",;\t\r\n\x00]|^\s|\s$')


def csv_response(name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A CSV download; texts that a spreadsheet would run as formulas begin with an apostrophe."""
    content = (MARK + line(header)).encode() + encode(rows)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def encode(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as they stand in a file, after its header."""
    return "".join(line(row) for row in rows).encode()


def line(values: Sequence[object]) -> str:
    """One record of RFC 4180; one empty cell alone is quoted, so that it is not an empty line."""
    cells = [_quoted(_cell(value)) for value in values]
    return (",".join(cells) if cells != [""] else '""') + "\r\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def _cell(value: Any) -> str:
    """Dates as ISO and numbers as they are; only texts can carry somebody's formula."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return str(value)
    return _defused(str(value))


def _defused(text: str) -> str:
    begins = _FORMULA.match(text)
    start = begins.end() if begins else 0
    return ("'" if begins else "") + text[:start] + _FORMULA_INSIDE.sub(r"\1'", text[start:])
