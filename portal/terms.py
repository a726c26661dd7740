"""The carrier's policy data: every number and window a carrier could set differently.

An app declares a term with the value it is shipped with and where that comes from. The carrier
sets another from a date on, for all or for a product line, segment or country; an enterprise or
one of its contracts may have agreed on its own. The narrowest that has begun binds: contract,
enterprise, product line, segment, country, carrier; among those of one place the latest to have
begun, and of two that begin on the same day the one set last. Callers say on which date they ask.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from django.db.models import Value

from portal.errors import Text
from portal.kinds import Kind, Whole
from portal.models import CarrierTerm, EnterpriseTerm


@dataclass(frozen=True)
class Term:
    """One term: its name, the shipped value, its unit, what it binds, and the rule's source.

    ``by_segment`` ships other values to some segments. ``scopes`` are the places its callers ask
    for, so that no value is set that would never bind; ``is_internal`` keeps a term that concerns
    only the carrier's own work off the customers' page.
    """

    name: str
    value: Any
    unit: str
    text: Text
    source: Text
    kind: Kind = field(default_factory=Whole)
    title: Text = ""
    by_segment: Mapping[str, Any] = field(default_factory=dict)
    scopes: tuple[str, ...] = ("segment", "country")
    is_internal: bool = False

    @property
    def area(self) -> str:
        return self.name.partition(".")[0]

    def shipped_for(self, segment: str) -> Any:
        return self.by_segment.get(segment, self.value)

    def spoken(self, value: Any) -> str:
        """A value in the reader's words, with its unit."""
        return self.kind.spoken(value, self.unit)


DECLARED: dict[str, Term] = {}
# What the first part of a name means, in words.
AREAS: dict[str, Text] = {}
# The carrier's product lines, for terms that differ by them: code -> name.
PRODUCT_LINES: dict[str, Text] = {}


def declare(*terms: Term, areas: Mapping[str, Text] | None = None) -> None:
    """Make terms known. Raises ValueError for a shipped value that is none of its kind."""
    for term in terms:
        for shipped in (term.value, *term.by_segment.values()):
            term.kind.clean(shipped)
        DECLARED[term.name] = term
    AREAS.update(areas or {})


class Customer(Protocol):
    """What resolution needs to know of an enterprise."""

    segment: str
    country: str

    @property
    def pk(self) -> Any: ...


Setting = CarrierTerm | EnterpriseTerm
R = TypeVar("R", CarrierTerm, EnterpriseTerm)


def begun(rows: Iterable[R], *, on: date) -> list[R]:
    """What stands in each place on a date: the latest to have begun there, the last set of one day.

    A row that ended its place's own value leaves the place to the wider one.
    """
    latest: dict[tuple[str, ...], R] = {}
    for row in rows:
        if row.withdrawn_at is None and row.starts_on <= on:
            known = latest.get(row.place)
            if known is None or (known.starts_on, known.revision) < (row.starts_on, row.revision):
                latest[row.place] = row
    return [row for row in latest.values() if not row.is_end]


def binding(
    carriers: Iterable[CarrierTerm],
    agreed: Iterable[EnterpriseTerm],
    *,
    on: date,
    contract: str = "",
    product_line: str = "",
    segment: str = "",
    country: str = "",
) -> Setting | None:
    """The row of one term that binds, or None where the shipped value does."""
    own = [row for row in begun(agreed, on=on) if row.contract in {"", contract}]
    if own:
        return max(own, key=lambda row: bool(row.contract))
    asked = (product_line, segment, country)
    fitting = [row for row in begun(carriers, on=on) if _fits(row.place, asked)]
    return max(fitting, key=lambda row: tuple(map(bool, row.place)), default=None)


def _fits(place: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return all(part in {"", wanted} for part, wanted in zip(place, asked, strict=True))


@dataclass(frozen=True)
class Book:
    """The terms as they bind one enterprise, or nobody in particular, on one date; read at once."""

    on: date
    carriers: Mapping[str, list[CarrierTerm]]
    agreed: Mapping[str, list[EnterpriseTerm]]
    segment: str = ""
    country: str = ""

    def row(self, name: str, *, contract: str = "", product_line: str = "") -> Setting | None:
        """The row that binds, or None where the shipped value does."""
        return binding(
            self.carriers.get(name, []),
            self.agreed.get(name, []),
            on=self.on,
            contract=contract,
            product_line=product_line,
            segment=self.segment,
            country=self.country,
        )

    def value(self, name: str, *, contract: str = "", product_line: str = "") -> Any:
        """The value that binds, as the callers compute with it. Raises KeyError for an undeclared term."""
        term = DECLARED[name]
        row = self.row(name, contract=contract, product_line=product_line)
        return term.kind.read(row.value if row else term.shipped_for(self.segment))


def book(customer: Customer, *, on: date, names: Collection[str] = ()) -> Book:
    """The terms of one enterprise, all or the named ones, in two queries however many there are."""
    carriers = CarrierTerm.objects.filter(starts_on__lte=on)
    agreed = EnterpriseTerm.objects.filter(starts_on__lte=on, enterprise_id=customer.pk)
    if names:
        carriers, agreed = carriers.filter(name__in=names), agreed.filter(name__in=names)
    return Book(on, by_name(carriers), by_name(agreed), customer.segment, customer.country)


def value(
    name: str,
    *,
    on: date,
    of: Customer | None = None,
    enterprise_id: int | None = None,
    contract: str = "",
    product_line: str = "",
    segment: str = "",
    country: str = "",
) -> Any:
    """The value that binds on a date, for an enterprise or for one of its parts.

    Raises KeyError for a term nobody declared.
    """
    whose = (of.pk, of.segment, of.country) if of else (enterprise_id, segment, country)
    return _bare_book([name], on, *whose).value(name, contract=contract, product_line=product_line)


def values(
    names: Collection[str], *, on: date, enterprise_id: int | None = None, segment: str = "", country: str = ""
) -> dict[str, Any]:
    """Several terms as ``value`` gives one, read at once."""
    found = _bare_book(names, on, enterprise_id, segment, country)
    return {name: found.value(name) for name in names}


# What of a row says whether it binds, and the value; and its place.
_BINDING = ("name", "value", "starts_on", "is_end", "revision", "withdrawn_at")
_PLACE = ("product_line", "segment", "country")


def _bare_book(names: Collection[str], on: date, enterprise_id: int | None, segment: str, country: str) -> Book:
    """A book of a few terms without who set what and why, in one query: pages ask for values in passing."""
    asked = {"name__in": names, "starts_on__lte": on}
    found = CarrierTerm.objects.filter(**asked).values_list(Value("carrier"), *_BINDING, *_PLACE)
    if enterprise_id is not None:
        agreed = EnterpriseTerm.objects.filter(**asked, enterprise_id=enterprise_id)
        # A union has as many columns on both sides.
        nowhere = [Value("")] * (len(_PLACE) - 1)
        found = found.union(agreed.values_list(Value("enterprise"), *_BINDING, "contract", *nowhere), all=True)
    carriers, agreements = [], []
    for whose, *row in found:
        binding, place = dict(zip(_BINDING, row, strict=False)), row[len(_BINDING) :]
        if whose == "carrier":
            carriers.append(CarrierTerm(**binding, **dict(zip(_PLACE, place, strict=True))))
        else:
            agreements.append(EnterpriseTerm(**binding, contract=place[0]))
    return Book(on, by_name(carriers), by_name(agreements), segment, country)


def by_name(rows: Iterable[R]) -> dict[str, list[R]]:
    found: dict[str, list[R]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row)
    return found
