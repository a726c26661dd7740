"""The carrier's policy data: every number and window a carrier could set differently.

An app declares a term with the value it is shipped with and where that comes from. The carrier
overrides it from a date on, for all or for a product line, segment or country; an enterprise or
one of its contracts may have agreed on another. Callers say on which date they ask.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.errors import Text
from portal.models import CarrierTerm, EnterpriseTerm


@dataclass(frozen=True)
class Term:
    """One term: its name, the shipped value, its unit, what it binds, and the rule's source."""

    name: str
    value: Any
    unit: str
    text: Text
    source: str


DECLARED: dict[str, Term] = {}


def declare(*terms: Term) -> None:
    DECLARED.update({term.name: term for term in terms})


def value(
    name: str,
    *,
    on: date,
    enterprise_id: int | None = None,
    contract: str = "",
    product_line: str = "",
    segment: str = "",
    country: str = "",
) -> Any:
    """The value that binds on a date: contract, enterprise, product line, segment, country, carrier.

    Raises KeyError for a term nobody declared.
    """
    shipped = DECLARED[name]
    if enterprise_id is not None:
        agreed = _agreed(name, on, enterprise_id, contract)
        if agreed is not None:
            return agreed.value
    rows = CarrierTerm.objects.filter(
        name=name,
        starts_on__lte=on,
        product_line__in=["", product_line],
        segment__in=["", segment],
        country__in=["", country],
    )
    best = max(rows, key=lambda r: (bool(r.product_line), bool(r.segment), bool(r.country), r.starts_on), default=None)
    return best.value if best else shipped.value


def _agreed(name: str, on: date, enterprise_id: int, contract: str) -> EnterpriseTerm | None:
    rows = EnterpriseTerm.objects.filter(
        enterprise_id=enterprise_id, name=name, starts_on__lte=on, contract__in=["", contract]
    )
    return max(rows, key=lambda r: (bool(r.contract), r.starts_on), default=None)
