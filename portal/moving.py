"""Moving rows from one enterprise to another: what each tenant table says of it, and the owner's statements.

Links between tenant tables are composite, so that a row and all that hangs on it change their
enterprise in one transaction, with the constraints asked at its end. Apps declare every tenant
table; a test fails for one that nobody thought of.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from portal.tables import Table, TenantForeignKey, tables


@dataclass(frozen=True)
class Root:
    """What is moved by name; all else hangs on it."""


@dataclass(frozen=True)
class Along:
    """Moves with the row that a column of it names."""

    parent: str
    column: str


@dataclass(frozen=True)
class WithThing:
    """Moves with whatever thing its ``subject_type`` and ``subject_id`` name."""


@dataclass(frozen=True)
class Shared:
    """Used by rows that move and by rows that stay: goes along, or is copied; known by a key on either side."""

    key: str


@dataclass(frozen=True)
class Story:
    """The journal: it stays as it was written, and what it tells of moving things is told on the other side too."""


@dataclass(frozen=True)
class LeftBehind:
    """Belongs to the people who stay: it is ended, and from then on names the former root in ``column``."""

    column: str
    is_span: bool = True


@dataclass(frozen=True)
class Stays:
    """Does not move, and why."""

    why: str


@dataclass(frozen=True)
class EndsWithThing:
    """Belongs to the people who stay: it goes when the thing moves that ``subject_type`` and ``subject_id`` name."""


Way = Root | Along | WithThing | Shared | Story | LeftBehind | EndsWithThing | Stays

WAYS: dict[str, Way] = {}

# Makes what an enterprise keeps, or gets, of a row that is another's while rows there go on naming it, by table: gets
# the row's key, the enterprise and the key of the root there, and gives the key of the former self; None for none.
Former = Callable[[int, int, int], int | None]
FORMERS: dict[str, Former] = {}
# Clears the way for what hangs on roots, by their keys, in an enterprise where former selves of it may stand.
WAY_MAKERS: list[Callable[[Sequence[int], int], None]] = []

# Events that came with a thing carry this fact: the number of the enterprise in which they happened.
CAME_FROM = "moved_from"


def declare(ways: Mapping[str, Way]) -> None:
    """Say of tables, by their names, how their rows move."""
    WAYS.update(ways)


def keep_former(name: str, make: Former) -> None:
    """Say of a table how a former self of its rows is made."""
    FORMERS[name] = make


def named(way: type[Way]) -> list[str]:
    """The tables of one way, in the order of their names."""
    return sorted(name for name, each in WAYS.items() if isinstance(each, way))


def in_order() -> list[str]:
    """The root and what hangs on it, each after what it hangs on."""
    found = named(Root)
    waiting = {name: way for name, way in WAYS.items() if isinstance(way, Along)}
    while waiting:
        ready = sorted(name for name, way in waiting.items() if way.parent in found)
        if not ready:
            raise ValueError(f"Nothing that these tables hang on moves: {sorted(waiting)}.")
        found += ready
        waiting = {name: way for name, way in waiting.items() if name not in ready}
    return found


def defer_keys() -> None:
    """Ask the composite keys at the end, when both of their ends have moved."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def check_keys() -> None:
    """Ask them now. Raises IntegrityError where a row that moved names one that stayed, or the other way round."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def carry(roots: Sequence[int], *, source: int, target: int) -> dict[str, list[int]]:
    """Give these rows, and all that hangs on them, to another enterprise; returns the keys of what moved, by table.

    For the owner alone, in a transaction, after ``defer_keys``. Its statements take each row that moves for themselves
    until the end (FOR NO KEY UPDATE; readers go on), and ask by index: the work grows with what moves, and not with
    what either enterprise has. A shared row that stays is read and copied.
    """
    moved: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        for name in in_order():
            way = WAYS[name]
            column, keys = (way.column, moved[way.parent]) if isinstance(way, Along) else ("id", list(roots))
            moved[name] = _update(cursor, name, column, keys, source, target)
        for name in named(Shared):
            moved[name] = _share(cursor, name, moved, source, target)
        labels = {tables()[name]._meta.label_lower: keys for name, keys in moved.items()}
        for name in named(WithThing):
            moved[name] = [pk for label in labels for pk in _with(cursor, name, label, labels[label], source, target)]
        for name in named(EndsWithThing):
            for label, keys in labels.items():
                _end(cursor, name, label, keys, source)
    return moved


def _update(cursor: CursorWrapper, name: str, column: str, keys: list[int], source: int, target: int) -> list[int]:
    cursor.execute(
        f'UPDATE "{name}" SET enterprise_id = %s WHERE enterprise_id = %s AND "{column}" = ANY(%s) RETURNING id',
        [target, source, keys],
    )
    return sorted(pk for (pk,) in cursor.fetchall())


def _with(cursor: CursorWrapper, name: str, label: str, keys: list[int], source: int, target: int) -> list[int]:
    cursor.execute(
        f'UPDATE "{name}" SET enterprise_id = %s'
        " WHERE enterprise_id = %s AND subject_type = %s AND subject_id = ANY(%s) RETURNING id",
        [target, source, label, keys],
    )
    return sorted(pk for (pk,) in cursor.fetchall())


def _end(cursor: CursorWrapper, name: str, label: str, keys: list[int], source: int) -> None:
    cursor.execute(
        f'DELETE FROM "{name}" WHERE enterprise_id = %s AND subject_type = %s AND subject_id = ANY(%s)',
        [source, label, keys],
    )


# --- what rows that move and rows that stay both use ------------------------------------------------


def _links_to(name: str, among: Iterable[str]) -> list[tuple[str, str]]:
    """The columns that name rows of a table: (table, column)."""
    known = tables()
    return [
        (each, field.column)
        for each in among
        for field in known[each]._meta.local_fields
        if isinstance(field, TenantForeignKey) and field.related_model is known[name]
    ]


def _share(cursor: CursorWrapper, name: str, moved: Mapping[str, list[int]], source: int, target: int) -> list[int]:
    """Bring what the moved rows use: the target's own where it has one of the same key, else the row, or a copy."""
    came = []
    for pk in _used(cursor, name, moved, source):
        there = _same(cursor, name, pk, target)
        if there is None and not _is_used(cursor, name, pk, source):
            cursor.execute(f'UPDATE "{name}" SET enterprise_id = %s WHERE id = %s', [target, pk])
            came.append(pk)
            continue
        new = there or _copy(cursor, name, pk, target)
        for table, column in _links_to(name, moved):
            cursor.execute(
                f'UPDATE "{table}" SET "{column}" = %s WHERE enterprise_id = %s AND "{column}" = %s AND id = ANY(%s)',
                [new, target, pk, moved[table]],
            )
    return came


def _used(cursor: CursorWrapper, name: str, moved: Mapping[str, list[int]], source: int) -> list[int]:
    found: set[int] = set()
    for table, column in _links_to(name, moved):
        cursor.execute(
            f'SELECT DISTINCT s.id FROM "{table}" t JOIN "{name}" s ON s.id = t."{column}"'
            " WHERE t.id = ANY(%s) AND s.enterprise_id = %s",
            [moved[table], source],
        )
        found |= {pk for (pk,) in cursor.fetchall()}
    return sorted(found)


def _same(cursor: CursorWrapper, name: str, pk: int, target: int) -> int | None:
    way = WAYS[name]
    assert isinstance(way, Shared)
    cursor.execute(
        f'SELECT t.id FROM "{name}" t JOIN "{name}" s USING ("{way.key}") WHERE s.id = %s AND t.enterprise_id = %s',
        [pk, target],
    )
    row = cursor.fetchone()
    return int(row[0]) if row else None


def _is_used(cursor: CursorWrapper, name: str, pk: int, source: int) -> bool:
    for table, column in _links_to(name, WAYS):
        cursor.execute(f'SELECT 1 FROM "{table}" WHERE enterprise_id = %s AND "{column}" = %s LIMIT 1', [source, pk])
        if cursor.fetchone():
            return True
    return False


def _copy(cursor: CursorWrapper, name: str, pk: int, target: int) -> int:
    columns = ", ".join(_columns(tables()[name], but={"id", "enterprise_id"}))
    taken = f'SELECT %s, {columns} FROM "{name}" WHERE id = %s'
    cursor.execute(f'INSERT INTO "{name}" (enterprise_id, {columns}) {taken} RETURNING id', [target, pk])
    return int(cursor.fetchone()[0])


def _columns(model: type[Table], *, but: set[str]) -> list[str]:
    fields = (field for field in model._meta.local_concrete_fields if not field.generated)
    return [f'"{field.column}"' for field in fields if field.column not in but]


# --- what names a row on the other side: an order of before a service went to another account -------------


def sever(moved: Mapping[str, Sequence[int]], *, source: int, target: int) -> None:
    """Let rows that name a row which is the other enterprise's by now name its former self; after ``carry``."""
    with connection.cursor() as cursor:
        for name, make in FORMERS.items():
            for table, column in _links_to(name, in_order()):
                for here, there, by, keys in (
                    (target, source, "id", moved.get(table, [])),
                    (source, target, column, moved.get(name, [])),
                ):
                    for pk, old in _crossing(cursor, table, column, name, here, there, by, keys):
                        new = make(old, here, _root_of(cursor, table, pk))
                        if new is not None:
                            cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', [new, pk])


def _crossing(
    cursor: CursorWrapper, table: str, column: str, name: str, here: int, there: int, by: str, keys: Sequence[int]
) -> list[tuple[int, int]]:
    """The rows of one enterprise that name rows of the other: those that moved, or those that name what moved."""
    cursor.execute(
        f'SELECT t.id, s.id FROM "{table}" t JOIN "{name}" s ON s.id = t."{column}"'
        f' WHERE t.enterprise_id = %s AND s.enterprise_id = %s AND t."{by}" = ANY(%s) ORDER BY t.id',
        [here, there, list(keys)],
    )
    return [(int(pk), int(old)) for pk, old in cursor.fetchall()]


def _root_of(cursor: CursorWrapper, table: str, pk: int) -> int:
    """The root that a row hangs on."""
    way = WAYS[table]
    while isinstance(way, Along):
        cursor.execute(f'SELECT "{way.column}" FROM "{table}" WHERE id = %s', [pk])
        (pk,), table = cursor.fetchone(), way.parent
        way = WAYS[table]
    return pk


# --- what stays, and what is told again ---------------------------------------------------------------


def leave_behind(former: Mapping[int, int], *, source: int, at: datetime, by: str) -> None:
    """End what the people who stay held on moved roots, and let it name the roots' former selves; by old key."""
    with connection.cursor() as cursor:
        for name in named(LeftBehind):
            way = WAYS[name]
            assert isinstance(way, LeftBehind)
            if way.is_span:
                cursor.execute(
                    f'UPDATE "{name}" SET until_at = %s, ended_by = %s'
                    f' WHERE enterprise_id = %s AND until_at IS NULL AND "{way.column}" = ANY(%s)',
                    [at, by, source, list(former)],
                )
            _rename(cursor, name, way.column, former, source)


def take_back(former: Mapping[int, int], *, target: int) -> None:
    """What still names a root's former self in the enterprise it comes back to names the root again; by former key."""
    with connection.cursor() as cursor:
        for name in named(LeftBehind):
            way = WAYS[name]
            assert isinstance(way, LeftBehind)
            _rename(cursor, name, way.column, former, target)
        for root in named(Root):
            for name, column in _links_to(root, in_order()):
                _rename(cursor, name, column, former, target)


def _rename(cursor: CursorWrapper, name: str, column: str, keys: Mapping[int, int], owner: int) -> None:
    cursor.execute(
        f'UPDATE "{name}" t SET "{column}" = k.new FROM unnest(%s::bigint[], %s::bigint[]) AS k (old, new)'
        f' WHERE t.enterprise_id = %s AND t."{column}" = k.old',
        [list(keys), list(keys.values()), owner],
    )


_RETELL = """
INSERT INTO "{name}" (enterprise_id, actor_name, actor_user_id, facts, {columns})
SELECT %(target)s,
       CASE WHEN actor_kind IN ('staff', 'system') THEN actor_name ELSE %(called)s END,
       CASE WHEN actor_kind IN ('staff', 'system') THEN actor_user_id END,
       facts || jsonb_build_object('{came_from}', %(number)s::text), {columns}
  FROM "{name}" e
 WHERE enterprise_id = %(source)s AND story_type = %(label)s AND story_id = ANY(%(keys)s)
   AND NOT EXISTS (SELECT FROM "{name}" t
                    WHERE t.enterprise_id = %(target)s AND t.story_type = e.story_type AND t.story_id = e.story_id
                      AND t.subject_type = e.subject_type AND t.subject_id = e.subject_id
                      AND t.kind = e.kind AND t.at = e.at)
 ORDER BY e.id
"""
_TOLD_ANEW = {"id", "enterprise_id", "actor_name", "actor_user_id", "facts"}


def retell(moved: Mapping[str, list[int]], *, source: int, target: int, number: str, called: str) -> None:
    """Tell the target's readers what happened to the things that came; nobody is mailed.

    The source's people stay in the source's journal: here they are ``called`` as their enterprise
    is. The root's own story is about those people, and begins anew.
    """
    with connection.cursor() as cursor:
        for name in named(Story):
            columns = ", ".join(_columns(tables()[name], but=_TOLD_ANEW))
            statement = _RETELL.format(name=name, columns=columns, came_from=CAME_FROM)
            for table, keys in moved.items():
                if isinstance(WAYS[table], Root) or not keys:
                    continue
                label = tables()[table]._meta.label_lower
                given: dict[str, Any] = {"source": source, "target": target, "number": number, "called": called}
                cursor.execute(statement, {**given, "label": label, "keys": keys})


def unknown() -> set[str]:
    """The tenant tables that nobody has declared, by name."""
    walled = {name for name, model in tables().items() if model.table_kind == "tenant"}
    return walled ^ set(WAYS)
