"""terms.csv: the numbers and windows that this carrier sets otherwise than they are shipped."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from portal import terms
from portal.loading.batches import Checking
from portal.loading.cells import CODE, COUNTRY, DATE, Cell, one_of
from portal.loading.faults import Wrong
from portal.loading.tables import Column, Row, Table
from portal.models import CarrierTerm

_KEY = ("name", "product_line", "segment", "country", "starts_on")


def _read_value(value: str, today: date) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise Wrong(f'“{value}” is not a value as 30, 1.5, true or ["Mon", "Tue"]') from None


def _like_the_shipped(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        term = terms.DECLARED[row.values["name"]]
        try:
            term.kind.clean(row.values["value"])
        except ValueError as error:
            checking.fault(row, "value", f"is not of the kind of {json.dumps(term.value)} ({term.unit}): {error}")


def _not_set_in_the_portal(checking: Checking, rows: Sequence[Row]) -> None:
    """What staff have set for the same place and day stands: a file must not hide it or be hidden."""
    names = {row.values["name"] for row in rows}
    by_staff = Q(set_by_user_id__isnull=False) | Q(withdrawn_at__isnull=False)
    known = CarrierTerm.objects.filter(by_staff, name__in=names)
    taken = {(each.name, *each.place, each.starts_on) for each in known}
    for row in rows:
        if tuple(row.values.get(column, "") for column in _KEY) in taken:
            checking.fault(row, "starts_on", "is a day for which the term was set or withdrawn in the portal")


FILES = (
    Table(
        "terms",
        "The carrier's policy where it differs from what the portal is shipped with. What staff have set there stands.",
        CarrierTerm,
        (
            Column(
                "name",
                one_of(lambda: sorted(terms.DECLARED), "a term that the portal knows"),
                "Which term.",
                is_required=True,
            ),
            Column(
                "value",
                Cell("a value of the same kind as the shipped one", _read_value),
                "Its value.",
                is_required=True,
            ),
            Column("product_line", CODE, "Only for this product line."),
            Column("segment", CODE, "Only for this segment."),
            Column("country", COUNTRY, "Only for this country."),
            Column("starts_on", DATE, "From which day on it holds.", is_required=True),
        ),
        key=_KEY,
        checks=(_like_the_shipped, _not_set_in_the_portal),
    ),
)
