"""From the keys that files use to the database's own, for a batch at a time."""

from collections.abc import Iterable, Sequence
from typing import Any

from portal.loading.faults import LoadRefused
from portal.loading.tables import TABLES, Key, Reference, Row, Table


class Keys:
    """What the folder names and what the database has already; each key is asked for once."""

    def __init__(self) -> None:
        self.lines: dict[str, dict[Key, int]] = {}
        self._ids: dict[str, dict[Key, int]] = {}

    def first_line(self, table: Table, key: Key, line: int) -> int:
        """The line on which the folder first names the key: this one, unless it stands twice."""
        return self.lines.setdefault(table.name, {}).setdefault(key, line)

    def is_in_folder(self, table: str, key: Key) -> bool:
        return key in self.lines.get(table, ())

    def remember(self, table: Table, keys: Iterable[Key], ids: Iterable[int]) -> None:
        self._ids.setdefault(table.name, {}).update(zip(keys, ids, strict=True))

    def find(self, table: str, keys: Iterable[Key]) -> dict[Key, int]:
        """The database's keys of those that exist there."""
        known = self._ids.setdefault(table, {})
        wanted = {key for key in keys if key not in known}
        if wanted:
            known.update(_in_database(TABLES[table], wanted))
        return known

    def resolve(self, reference: Reference, rows: Sequence[Row]) -> list[int | None]:
        """What each row's reference points at; None for an empty cell. Raises LoadRefused for nothing."""
        keys = [target(reference, row) for row in rows]
        found = self.find(reference.to, [key for key in keys if key is not None])
        for key in keys:
            if key is not None and key not in found:
                raise LoadRefused(f"{key[-1]} of {TABLES[reference.to].file} went away while it was being loaded.")
        return [None if key is None else found[key] for key in keys]


def target(reference: Reference, row: Row) -> Key | None:
    """The key that a row's reference names, or None where it names nothing."""
    value = row.values.get(reference.name)
    if value is None or value == "":
        return None
    return (*(row.values.get(name) for name in reference.within), value)


def _in_database(table: Table, keys: set[Key]) -> dict[Key, int]:
    # Each part of the key by itself narrows enough; the pairs are matched here.
    parts: list[set[Any]] = [set(part) for part in zip(*keys, strict=True)]
    conditions = {
        f"{path}__in": values for path, values in zip(table.lookups, parts, strict=True) if None not in values
    }
    found = table.model._default_manager.filter(**conditions).values_list("pk", *table.lookups)
    return {tuple(key): pk for pk, *key in found if tuple(key) in keys}
