"""The files that can be loaded: each app declares its own as tables of columns.

``discover`` reads FILES of every app's ``loading`` module; the kernel knows none of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model

from portal.loading.cells import Cell

if TYPE_CHECKING:
    from portal.loading.batches import Batch, Checking

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Column:
    """One column of a file.

    ``field`` is the model's field it fills, if not of the column's own name; None when a function
    of the table's does something else with it. A column that is not required may be left out of
    the file: a new row takes the default and an old one keeps what it has. ``is_first_time_only``
    is for what the portal's people change from then on: a row that exists keeps its own.
    """

    name: str
    cell: Cell
    text: str
    is_required: bool = False
    default: Any = ""
    field: str | None = ""
    is_first_time_only: bool = False
    # An empty cell leaves what is there: the portal may have ended what the file does not know to be over.
    is_never_emptied: bool = False

    @property
    def field_name(self) -> str | None:
        return self.name if self.field == "" else self.field

    @property
    def attname(self) -> str | None:
        return self.field_name


@dataclass(frozen=True)
class Reference(Column):
    """A column that names a row of another file, or of the database.

    ``within`` are the columns of this file that begin the other's key: an account is named by its
    number within the row's enterprise.
    """

    to: str = ""
    within: tuple[str, ...] = ()
    default: Any = None

    @property
    def attname(self) -> str | None:
        return f"{self.field_name}_id" if self.field_name else None


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read: its line in the file and a value for each column the file has."""

    line: int
    values: dict[str, Any]
    # The columns whose date counts from the day of loading.
    relative: frozenset[str] = frozenset()
    is_sound: bool = True


@dataclass(frozen=True)
class Table:
    """One file: its rows' model, the columns that identify a row, and what else belongs to a row.

    ``checks`` look at a batch of rows for what no single cell shows. ``afterwards`` runs on each
    batch once it is written, for what else belongs to it: locator rows, mail addresses.
    """

    name: str
    text: str
    model: type[Model]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_required: bool = False
    # A reference: rows are written only beside one that this load made, since the portal rules them from then on.
    only_with: str = ""
    # Must be one of a kind in the whole file, whatever the key says, capitals aside.
    alone: tuple[str, ...] = ()
    checks: tuple[Callable[["Checking", Sequence[Row]], None], ...] = ()
    afterwards: tuple[Callable[["Batch"], None], ...] = field(default=())

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def references(self) -> list[Reference]:
        return [column for column in self.columns if isinstance(column, Reference)]

    def key_of(self, row: Row) -> Key:
        return tuple(row.values.get(name) for name in self.key)

    @cached_property
    def lookups(self) -> tuple[str, ...]:
        """The key as paths from the model, by which the database is asked: account__number."""
        return tuple(_path(self.by_name[name]) for name in self.key)


def _path(column: Column) -> str:
    if isinstance(column, Reference):
        return f"{column.field_name}__{TABLES[column.to].lookups[-1]}"
    return str(column.field_name)


# By name, once they are discovered.
TABLES: dict[str, Table] = {}


def discover() -> list[Table]:
    """All files in the order in which they are loaded: the apps' own order, since each refers to those before it."""
    own = [f"{app.name}.loading" for app in apps.get_app_configs() if app.name != "portal"]
    modules = ["portal.loading.terms", *(name for name in own if find_spec(name))]
    found: list[Table] = [table for name in modules for table in import_module(name).FILES]
    TABLES.update({table.name: table for table in found})
    return found
