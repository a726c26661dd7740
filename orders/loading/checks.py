"""The columns that many files of orders share, and how a moment that follows another is checked."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from portal.loading.batches import Checking
from portal.loading.cells import CODE, Cell
from portal.loading.faults import Wrong
from portal.loading.tables import Reference, Row

Check = Callable[[Checking, Sequence[Row]], None]

ENTERPRISE = Reference("enterprise", CODE, "Whose it is.", is_required=True, to="enterprises")
ORDER = Reference("order", CODE, "The order's number.", is_required=True, to="orders", within=("enterprise",))
SERVICE = Reference("service", CODE, "Of which service.", is_required=True, to="services", within=("enterprise",))
# What an order brings along; from then on the portal's people rule it.
WITH_ORDER = "Loaded together with its order: of an order that is there already, nothing is touched."


def measure(places: int, least: int, most: int) -> Cell:
    """A number with decimals, within bounds."""

    def read(value: str, today: date) -> Decimal:
        if not re.fullmatch(rf"-?\d{{1,9}}(\.\d{{1,{places}}})?", value, re.ASCII):
            raise Wrong(f"“{value}” is not a number with at most {places} decimals")
        if not least <= Decimal(value) <= most:
            raise Wrong(f"{value} is not between {least} and {most}")
        return Decimal(value)

    return Cell(f"a number from {least} to {most}, with at most {places} decimals", read)


def not_before(earlier: str, later: str) -> Check:
    """A date that cannot be before another; where one of them is empty there is nothing to check."""

    def check(checking: Checking, rows: Sequence[Row]) -> None:
        for row in rows:
            first, second = row.values.get(earlier), row.values.get(later)
            if first and second and second < first:
                checking.fault(row, later, f"is before {earlier}")

    return check


def filled_when(column: str, other: str, states: frozenset[str], default: str) -> Check:
    """``column`` is filled exactly where ``other`` is one of ``states``."""

    def check(checking: Checking, rows: Sequence[Row]) -> None:
        for row in rows:
            state = row.values.get(other, default)
            if (state in states) != bool(row.values.get(column)):
                checking.fault(row, column, f"is {'empty' if state in states else 'filled'}, but {other} is {state}")

    return check


def one_each(column: str, state: str, default: str) -> Check:
    """An order has at most one row in which ``column`` is ``state``."""

    def check(checking: Checking, rows: Sequence[Row]) -> None:
        seen: set[tuple[str, str]] = set()
        for row in rows:
            key = (row.values["enterprise"], row.values["order"])
            if row.values.get(column, default) != state:
                continue
            if key in seen:
                checking.fault(row, column, f"is {state} a second time for order {key[1]}")
            seen.add(key)

    return check
