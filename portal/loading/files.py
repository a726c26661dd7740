"""Reading one CSV file: its header, its rows, and every fault of a single cell."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from portal.loading.cells import is_relative
from portal.loading.faults import Faults, Wrong
from portal.loading.tables import Column, Row, Table


class File:
    """One file of the folder, read row by row as often as it is asked for.

    Without ``faults`` it is read for the second time, and what was wrong has been said.
    """

    def __init__(self, folder: Path, table: Table, today: date) -> None:
        self.table = table
        self._path = folder / table.file
        self._today = today
        self._lengths = {c.name: _longest(table, c) for c in table.columns}

    def exists(self) -> bool:
        return self._path.is_file()

    def rows(self, faults: Faults) -> Iterator[Row]:
        """Every row; one with a fault has only the values that could be read."""
        try:
            # utf-8-sig: spreadsheets begin their files with a byte order mark.
            with self._path.open(encoding="utf-8-sig", newline="") as stream:
                yield from self._read(csv.reader(stream, strict=True), faults)
        except UnicodeDecodeError as error:
            faults.add(self.table.file, 0, "", f"is not UTF-8 ({error.reason} at byte {error.start + 1})")
        except OSError as error:
            faults.add(self.table.file, 0, "", f"cannot be read: {error.strerror}")

    def _read(self, reader: Any, faults: Faults) -> Iterator[Row]:
        file = self.table.file
        try:
            columns = self._header(next(reader, []), faults)
            end = reader.line_num
            for cells in reader:
                # A quoted cell may span lines; the row is where it begins.
                line, end = end + 1, reader.line_num
                if columns and any(cell.strip() for cell in cells):
                    yield self._row(columns, cells, line, faults)
        except csv.Error as error:
            faults.add(file, reader.line_num, "", f"is not CSV: {error}")

    def _header(self, names: list[str], faults: Faults) -> list[Column]:
        """The columns in the file's order, or none when the header is wrong."""
        known, names = self.table.by_name, [name.strip() for name in names]
        wrong = [(n, f"unknown column; this file has {', '.join(known)}") for n in names if n not in known]
        wrong += [(n, "this column stands twice in the header") for n in known if names.count(n) > 1]
        wrong += [(n, "this column is missing") for n, c in known.items() if c.is_required and n not in names]
        if len(names) == 1 and ";" in names[0]:
            wrong = [("", "the columns must be separated by commas, not by semicolons")]
        if not names:
            wrong = [("", f"is empty; expected a header line: {','.join(known)}")]
        for name, text in wrong:
            faults.add(self.table.file, 1, name, text)
        return [] if wrong else [known[name] for name in names]

    def _row(self, columns: list[Column], cells: list[str], line: int, faults: Faults) -> Row:
        if len(cells) != len(columns):
            text = f"has {len(cells)} cells, the header has {len(columns)} (a comma inside a text needs “quotes”)"
            faults.add(self.table.file, line, "", text)
            return Row(line, {}, is_sound=False)
        # A part of the key is never unknown: a column left out is empty in every row.
        values: dict[str, Any] = {name: self.table.by_name[name].default for name in self._unnamed(columns)}
        relative: set[str] = set()
        for column, cell in zip(columns, cells, strict=True):
            cell = cell.strip()
            try:
                values[column.name] = self._value(column, cell)
            except Wrong as error:
                faults.add(self.table.file, line, column.name, str(error))
            else:
                if column.cell.is_dated and is_relative(cell):
                    relative.add(column.name)
        return Row(line, values, frozenset(relative), is_sound=all(column.name in values for column in columns))

    def _unnamed(self, columns: list[Column]) -> list[str]:
        return [name for name in self.table.key if self.table.by_name[name] not in columns]

    def _value(self, column: Column, cell: str) -> Any:
        if not cell:
            if column.is_required:
                raise Wrong(f"is empty; expected {column.cell.expected}")
            return column.default
        value = column.cell.read(cell, self._today)
        longest = self._lengths[column.name]
        if longest and isinstance(value, str) and len(value) > longest:
            raise Wrong(f"is too long: {len(value)} characters where {longest} are allowed")
        return value


def _longest(table: Table, column: Column) -> int | None:
    """How long a text may be, from the database's own column."""
    if column.field_name is None or column.attname != column.field_name:
        return None
    found: int | None = getattr(table.model._meta.get_field(column.field_name), "max_length", None)
    return found
