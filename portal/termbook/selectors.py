"""The terms as they are set: what binds where, what is agreed, what is still to begin."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.db.models import Q, QuerySet

from portal import terms
from portal.actors import Actor
from portal.models import CarrierTerm, EnterpriseTerm
from portal.suggestions import MOST, Suggestion
from portal.tenancy import of_enterprise
from portal.terms import Setting, Term

AGREED_CAP = 200


@dataclass(frozen=True)
class Row:
    """One declared term, as the list of all shows it."""

    term: Term
    value: Any
    is_shipped: bool
    narrower: int
    agreed: int
    scheduled: int


@dataclass(frozen=True)
class Bound:
    """One term as it binds one enterprise: the value, where it comes from, and what comes next."""

    term: Term
    value: Any
    source: Setting | None
    contracts: list[EnterpriseTerm]
    upcoming: list[tuple[date, Any]]
    own: list[EnterpriseTerm]


def get_term(name: str) -> Term | None:
    return terms.DECLARED.get(name)


def declared(*, is_staff: bool = True) -> list[Term]:
    """All terms by area and name; without the carrier's own business for customers."""
    found = [term for term in terms.DECLARED.values() if is_staff or not term.is_internal]
    return sorted(found, key=lambda term: (str(terms.AREAS.get(term.area, term.area)), term.name))


def list_rows(actor: Actor, *, today: date) -> list[Row]:
    """Every term with what binds today in general: two queries however many there are."""
    carriers = terms.by_name(CarrierTerm.objects.all())
    agreed = terms.by_name(of_enterprise(EnterpriseTerm.objects, actor))
    return [_row(term, carriers.get(term.name, []), agreed.get(term.name, []), today) for term in declared()]


def _row(term: Term, carriers: list[CarrierTerm], agreed: list[EnterpriseTerm], today: date) -> Row:
    general = terms.binding(carriers, [], on=today)
    return Row(
        term=term,
        value=general.value if general else term.value,
        is_shipped=general is None,
        narrower=sum(any(row.place) for row in terms.begun(carriers, on=today)) + len(term.by_segment),
        agreed=len({row.enterprise_id for row in agreed if row.withdrawn_at is None}),
        scheduled=sum(is_scheduled(row, today) for row in carriers) + sum(is_scheduled(row, today) for row in agreed),
    )


def is_scheduled(row: Setting, today: date) -> bool:
    """Set, not withdrawn, and not begun: it can still be withdrawn."""
    return row.withdrawn_at is None and row.starts_on > today


def list_carrier_rows(name: str) -> list[CarrierTerm]:
    """All that was ever set for the carrier, the last set first."""
    return list(CarrierTerm.objects.filter(name=name).order_by("-id"))


def list_agreed_rows(actor: Actor, name: str) -> list[EnterpriseTerm]:
    """What is agreed with single enterprises, the last first: with all for staff outside, else with one."""
    rows = of_enterprise(EnterpriseTerm.objects, actor).filter(name=name)
    return list(rows.select_related("enterprise").order_by("-id")[:AGREED_CAP])


def get_carrier_row(name: str, pk: int) -> CarrierTerm | None:
    return CarrierTerm.objects.filter(name=name, pk=pk).first()


def get_agreed_row(actor: Actor, pk: int) -> EnterpriseTerm | None:
    return of_enterprise(EnterpriseTerm.objects, actor).filter(pk=pk).first()


def get_today(actor: Actor, at: datetime) -> date:
    """The date of a moment where the actor's enterprise is: the one that its terms bind by."""
    zone = _enterprises().values_list("time_zone", flat=True).get(pk=actor.enterprise_id)
    return at.astimezone(ZoneInfo(zone)).date()


def list_bound(actor: Actor, *, today: date) -> list[Bound]:
    """Every term as it binds the actor's enterprise: three queries however many there are."""
    enterprise = _enterprises().get(pk=actor.enterprise_id)
    carriers = terms.by_name(CarrierTerm.objects.all())
    agreed = terms.by_name(of_enterprise(EnterpriseTerm.objects, actor).order_by("-id"))
    known = declared(is_staff=actor.is_staff)
    return [_bound(t, carriers.get(t.name, []), agreed.get(t.name, []), enterprise, today) for t in known]


def _bound(
    term: Term, carriers: list[CarrierTerm], agreed: list[EnterpriseTerm], enterprise: Any, today: date
) -> Bound:
    where = {"segment": enterprise.segment, "country": enterprise.country}
    source = terms.binding(carriers, agreed, on=today, **where)
    days = {row.starts_on for row in carriers if is_scheduled(row, today)}
    days |= {row.starts_on for row in agreed if is_scheduled(row, today)}
    values = [(day, terms.binding(carriers, agreed, on=day, **where)) for day in sorted({today} | days)]
    shipped = term.shipped_for(enterprise.segment)
    found = [(day, row.value if row else shipped) for day, row in values]
    return Bound(
        term=term,
        value=found[0][1],
        source=source,
        contracts=[row for row in terms.begun(agreed, on=today) if row.contract],
        # Only what will bind this enterprise: a wider value changes nothing for who has agreed on its own.
        upcoming=[(day, value) for (_, before), (day, value) in pairwise(found) if value != before],
        own=agreed,
    )


def value_at(term: Term, rows: Iterable[CarrierTerm], place: tuple[str, str, str], on: date) -> Any:
    """What binds in a place of the carrier's on a date, agreements aside."""
    product_line, segment, country = place
    row = terms.binding(rows, [], on=on, product_line=product_line, segment=segment, country=country)
    return row.value if row else term.shipped_for(segment)


def count_touched(actor: Actor, term: Term, wanted: CarrierTerm) -> int:
    """For how many customers another value binds on the day it begins; asked by staff outside any.

    A value of one product line counts the customers of its segment and country, whatever they buy.
    """
    rows = list_carrier_rows(term.name)
    agreed: dict[int, list[EnterpriseTerm]] = {}
    for row in of_enterprise(EnterpriseTerm.objects, actor).filter(name=term.name):
        agreed.setdefault(row.enterprise_id, []).append(row)
    customers = _enterprises().filter(is_house=False, is_active=True).values_list("pk", "segment", "country")
    touched = 0
    for pk, segment, country in customers:
        where = {"segment": segment, "country": country, "product_line": wanted.product_line}
        own = agreed.get(pk, [])
        before = terms.binding(rows, own, on=wanted.starts_on, **where)
        after = terms.binding([*rows, wanted], own, on=wanted.starts_on, **where)
        shipped = term.shipped_for(segment)
        touched += (before.value if before else shipped) != (after.value if after else shipped)
    return touched


def _enterprises() -> QuerySet[Any]:
    found: QuerySet[Any] = apps.get_model(settings.ENTERPRISE_MODEL)._default_manager.all()
    return found


def find_customers(actor: Actor, typed: str) -> list[Suggestion]:
    """Customers by a part of their legal name or the beginning of their number; for staff outside any."""
    rows = of_enterprise(_enterprises(), actor).filter(is_house=False, is_active=True).order_by("legal_name")
    rows = rows.filter(Q(public_id__startswith=typed) | Q(legal_name__icontains=typed))
    return [Suggestion(each.public_id, each.legal_name) for each in rows[:MOST]]


def segments() -> list[tuple[str, Any]]:
    """The customers' segments, as the enterprise's table knows them."""
    return list(apps.get_model(settings.ENTERPRISE_MODEL)._meta.get_field("segment").choices or [])


def value_here(actor: Actor, term: Term, contract: str, on: date, *, wanted: EnterpriseTerm | None = None) -> Any:
    """What binds the actor's enterprise on a date, with one more row if ``wanted``."""
    enterprise = _enterprises().get(pk=actor.enterprise_id)
    agreed = [*of_enterprise(EnterpriseTerm.objects, actor).filter(name=term.name), *([wanted] if wanted else [])]
    where = {"segment": enterprise.segment, "country": enterprise.country}
    row = terms.binding(list_carrier_rows(term.name), agreed, on=on, contract=contract, **where)
    return row.value if row else term.shipped_for(enterprise.segment)
