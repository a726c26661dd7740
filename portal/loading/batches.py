"""A few thousand rows at a time: looked at together, then written together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from portal.loading.faults import Faults
from portal.loading.keys import Keys, target
from portal.loading.tables import TABLES, Column, Key, Reference, Row, Table
from portal.loading.upsert import Outcome, Values, upsert


@dataclass
class Load:
    """One run over one folder."""

    folder: Path
    today: date
    faults: Faults = field(default_factory=Faults)
    keys: Keys = field(default_factory=Keys)
    # Files whose header is wrong: what refers to them cannot be judged.
    unreadable: set[str] = field(default_factory=set)
    # What this run made, by file: only with it come rows that the portal's people rule from then on.
    made: dict[str, set[int]] = field(default_factory=dict)


class Checking:
    """The faults of one file's rows beyond their single cells."""

    def __init__(self, load: Load, table: Table) -> None:
        self.load, self.table = load, table
        self._alone: dict[str, dict[str, int]] = {name: {} for name in table.alone}

    def fault(self, row: Row, column: str, text: str) -> None:
        self.load.faults.add(self.table.file, row.line, column, text)

    def look_at(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._doubles(row)
        sound = [row for row in rows if row.is_sound]
        for reference in self.table.references:
            self._dangling(reference, sound)
        for check in self.table.checks:
            check(self, sound)

    def _doubles(self, row: Row) -> None:
        table = self.table
        key = table.key_of(row)
        if not row.is_sound and any(name not in row.values for name in table.key):
            return
        first = self.load.keys.first_line(table, key, row.line)
        if first != row.line:
            self.fault(row, table.key[-1], f"stands twice: line {first} has the same {' and '.join(table.key)}")
            return
        for name, seen in self._alone.items():
            folded = str(row.values[name]).casefold()
            if seen.setdefault(folded, row.line) != row.line:
                self.fault(row, name, f"“{row.values[name]}” is taken by line {seen[folded]}")

    def _dangling(self, reference: Reference, rows: Sequence[Row]) -> None:
        load = self.load
        if reference.to in load.unreadable:
            return
        keys = [(row, target(reference, row)) for row in rows]
        absent = [(row, key) for row, key in keys if key is not None and not load.keys.is_in_folder(reference.to, key)]
        if not absent:
            return
        found = load.keys.find(reference.to, [key for _, key in absent])
        for row, key in absent:
            if key not in found:
                self.fault(row, reference.name, self._nothing(reference, row, key))

    def _nothing(self, reference: Reference, row: Row, key: Key) -> str:
        to = TABLES[reference.to]
        if reference.within:
            owner = ", ".join(f"{name} {row.values[name]}" for name in reference.within)
            return f"“{key[-1]}” is not one of {owner}: expected a row of {to.file} with both"
        return f"“{key[-1]}” is unknown: expected a row of {to.file}"


@dataclass
class Batch:
    """Rows that are written: what each said, and what became of it."""

    load: Load
    table: Table
    rows: list[Row]
    outcome: Outcome

    @property
    def ids(self) -> list[int]:
        return self.outcome.ids

    def new(self) -> list[tuple[Row, int]]:
        """The rows that were not there before, with their keys in the database."""
        return [(row, pk) for row, pk in zip(self.rows, self.ids, strict=True) if pk in self.outcome.new]

    def ids_of(self, column: str) -> list[int | None]:
        """What each row's reference points at."""
        reference = self.table.by_name[column]
        assert isinstance(reference, Reference)
        return self.load.keys.resolve(reference, self.rows)


def write(load: Load, table: Table, rows: list[Row]) -> Outcome:
    """Write one batch of a table and what belongs to it."""
    if table.only_with:
        rows = _of_new_parents(load, table, rows)
    if not rows:
        return Outcome()
    columns = [column for column in table.columns if column.attname and column.name in rows[0].values]
    outcome = upsert(
        table.model,
        _values(load, columns, rows),
        key=[str(table.by_name[name].attname) for name in table.key],
        kept=frozenset(str(column.attname) for column in columns if column.is_first_time_only),
        kept_of=[_kept_of(columns, row) for row in rows],
    )
    load.keys.remember(table, [table.key_of(row) for row in rows], outcome.ids)
    load.made.setdefault(table.name, set()).update(outcome.new)
    for step in table.afterwards:
        step(Batch(load, table, rows, outcome))
    return outcome


def _of_new_parents(load: Load, table: Table, rows: list[Row]) -> list[Row]:
    reference = table.by_name[table.only_with]
    assert isinstance(reference, Reference)
    made = load.made.get(reference.to, set())
    return [row for row, pk in zip(rows, load.keys.resolve(reference, rows), strict=True) if pk in made]


def _values(load: Load, columns: list[Column], rows: list[Row]) -> list[Values]:
    """Each row as the model's fields, references as the database's keys."""
    lists = [
        load.keys.resolve(column, rows) if isinstance(column, Reference) else [row.values[column.name] for row in rows]
        for column in columns
    ]
    names = [str(column.attname) for column in columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True)]


def _kept_of(columns: list[Column], row: Row) -> frozenset[str]:
    """What this one row leaves as it is: dates that count from today, and ends that an empty cell would undo."""
    return frozenset(
        str(column.attname)
        for column in columns
        if column.name in row.relative or (column.is_never_emptied and row.values[column.name] is None)
    )
