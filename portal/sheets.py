"""Reading a table that somebody made with a spreadsheet: in any of its encodings and separators.

What is typed comes back as it was typed; what is wrong is told by line and column.
"""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_SEPARATORS = ",;\t"
# What spreadsheets run; our own files mark such texts with an apostrophe.
_FORMULA = re.compile(r"[=+\-@＝＋－＠]")
_PHONE = re.compile(r"\+[0-9][0-9 ().-]*")
_MARKED = re.compile(r"'(?=[=+\-@＝＋－＠\t])")


class NoTable(ValueError):
    """A file that cannot be read at all, for a reason in words."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell, or with a whole row where no column is named."""

    line: int
    column: str
    text: str


@dataclass
class Looked:
    """A table as it was read: its rows as typed, what they come to, and what is wrong."""

    rows: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_guessed: bool = False  # the encoding is not the one that is asked for

    @property
    def is_sound(self) -> bool:
        return bool(self.rows) and not self.faults


def read(content: bytes, *, columns: Sequence[str], required: Sequence[str], most: int) -> Looked:
    """The rows of a file, cell by cell as they were typed. Raises NoTable for what is no such table."""
    text, is_guessed = _decoded(content)
    looked = Looked(is_guessed=is_guessed)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        header = _header(next(reader, []), columns, required)
        end = reader.line_num
        for cells in reader:
            line, end = end + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                _take(looked, header, cells, line)
            if len(looked.rows) > most:
                words = ngettext(
                    "There is more than %(most)s row in it.", "There are more than %(most)s rows in it.", most
                )
                raise NoTable(f"{words % {'most': most}} {_('Divide it into several files.')}")
    except csv.Error as error:
        raise NoTable(_("Line %(line)s is not CSV: a quotation mark is missing or too many.")
                      % {"line": reader.line_num}) from error  # fmt: skip
    if not looked.rows:
        raise NoTable(_("There is no row below the header."))
    return looked


def _decoded(content: bytes) -> tuple[str, bool]:
    """The text, and whether its encoding had to be guessed: older spreadsheets write Windows' Western one."""
    if b"\0" in content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NoTable(_("This is not a CSV file. In your spreadsheet choose “Save as”, then CSV UTF-8."))
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16"), False
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), True


def _separator(text: str) -> str:
    """What stands between the header's cells: a comma, or what spreadsheets use where the comma is a decimal sign."""
    first = text.split("\n", 1)[0]
    return max(_SEPARATORS, key=first.count)


def _header(names: list[str], columns: Sequence[str], required: Sequence[str]) -> list[str]:
    given = [name.strip().lower() for name in names]
    if not any(given):
        raise NoTable(_("The first line must name the columns: %(columns)s.") % {"columns": ", ".join(columns)})
    unknown = [name for name in given if name not in columns]
    twice = sorted({name for name in given if given.count(name) > 1 and name in columns})
    missing = [name for name in required if name not in given]
    if unknown:
        words = _("The first line names columns that are not known: %(names)s. There are: %(columns)s.")
        raise NoTable(words % {"names": ", ".join(f"“{name}”" for name in unknown), "columns": ", ".join(columns)})
    if twice:
        raise NoTable(_("These columns stand twice in the first line: %(names)s.") % {"names": ", ".join(twice)})
    if missing:
        raise NoTable(_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    return given


def _take(looked: Looked, header: list[str], cells: list[str], line: int) -> None:
    if len(cells) != len(header):
        words = _("It has %(cells)s cells where the first line has %(columns)s.")
        looked.faults.append(Fault(line, "", words % {"cells": len(cells), "columns": len(header)}))
        cells = (cells + [""] * len(header))[: len(header)]
    row = {name: _MARKED.sub("", cell.strip(), count=1) for name, cell in zip(header, cells, strict=True)}
    for name, cell in row.items():
        if _FORMULA.match(cell) and not _PHONE.fullmatch(cell):
            text = _("“%(cell)s” begins like a formula. Write the value itself.") % {"cell": cell[:40]}
            looked.faults.append(Fault(line, name, text))
    looked.rows.append(row)
    looked.lines.append(line)
