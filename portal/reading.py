"""How rows are asked for where every page asks: the statement and its rows cost more than finding them."""

from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import Lookup, Model, QuerySet

M = TypeVar("M", bound=Model)


class AnyOf(Lookup):
    """``column = ANY(array)``: one parameter, however many there are; keys or plain names."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        if not all(isinstance(each, int) for each in self.rhs):
            return f"{column} = ANY(%s)", [*params, self.rhs]
        # The driver would write an expression for each key; the server reads one text five times as fast.
        return f"{column} = ANY(%s::bigint[])", [*params, "{" + ",".join(map(str, self.rhs)) + "}"]


class AnyFrom(Lookup):
    """``column = ANY(array)`` with the array of an ``ArraySubquery``.

    Beside an OR each half is then found along its index; with ``IN`` every row would be read.
    """

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, params = self.process_lhs(compiler, connection)
        array, more = compiler.compile(self.rhs)
        return f"{column} = ANY({array})", [*params, *more]


def the_one(rows: QuerySet[M]) -> M | None:
    """The row that a unique key finds, or None. Unlike ``first`` it asks for no order."""
    return next(iter(rows[:1]), None)


def joined(rows: QuerySet[M], path: str, *columns: str) -> QuerySet[M]:
    """The rows with the thing that ``path`` leads to, read with these columns and its keys; others when touched."""
    model: Any = rows.model
    for part in path.split("__"):
        model = model._meta.get_field(part).related_model
    kept = {"enterprise", *columns}
    fields = [each.name for each in model._meta.concrete_fields if not each.primary_key and each.name not in kept]
    return rows.select_related(path).defer(*(f"{path}__{name}" for name in fields))
