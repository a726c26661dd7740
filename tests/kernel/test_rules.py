"""The kernel's pure parts: money, calendars, flows, terms, lists."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import money, terms
from portal.calendars import BusinessHours
from portal.errors import IllegalMove
from portal.flows import FLOWS
from portal.models import CarrierTerm, EnterpriseTerm
from portal.tenancy import tenant_scope
from tests.faces import as_staff, inside


@pytest.mark.parametrize(
    ("amount", "currency", "kept"),
    [("1.005", "USD", "1.01"), ("-1.005", "USD", "-1.01"), ("2.4", "CLP", "2"), ("2.5", "CLP", "3")],
)
def test_amounts_round_half_up_to_their_currency(amount, currency, kept):
    assert money.rounded(Decimal(amount), currency) == Decimal(kept)


@pytest.mark.parametrize(
    ("amount", "currency", "language", "spoken"),
    [
        ("18014.91", "USD", "en", "$18,014.91"),
        ("-95", "USD", "en", "−$95.00"),
        ("1234.5", "BRL", "pt", "R$\xa01.234,50"),
        ("1234.5", "CAD", "en", "CA$1,234.50"),
        ("1234", "CLP", "es", "CLP\xa01,234"),
    ],
)
def test_amounts_are_written_as_their_reader_does(amount, currency, language, spoken):
    assert money.spoken(Decimal(amount), currency, language) == spoken


CENTRAL = BusinessHours()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Chicago"))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-20T18:00", 1, "2026-11-20T19:00"),
        ("2026-11-20T18:00", 2, "2026-11-23T08:00"),  # over the weekend
        ("2026-11-25T18:00", 2, "2026-11-27T08:00"),  # over Thanksgiving
        ("2026-03-06T19:00", 12, "2026-03-09T19:00"),  # over the night the clocks change
    ],
)
def test_business_hours_skip_nights_weekends_and_holidays(start, hours, end):
    assert CENTRAL.add_hours(at(start), hours) == at(end)


@given(
    start=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    first=st.integers(1, 100),
    second=st.integers(0, 100),
)
def test_more_hours_never_end_earlier_and_add_up(start, first, second):
    middle = CENTRAL.add_hours(start, first)
    assert middle > start
    assert CENTRAL.add_hours(middle, second) == CENTRAL.add_hours(start, first + second)


def test_a_calendar_without_hours_says_so():
    with pytest.raises(ValueError, match="no working hours"):
        BusinessHours(week=((),) * 7).add_hours(datetime(2026, 1, 5, tzinfo=UTC), 1)


def test_flows_name_only_states_they_have():
    for flow in FLOWS.values():
        known = set(flow.states.values)
        assert set(flow.moves) <= known and set().union(*flow.moves.values()) <= known
        assert set(flow.tones) == set(flow.standard) == known, flow.name


def test_a_move_that_is_not_in_the_table_is_refused():
    with pytest.raises(IllegalMove):
        FLOWS["milestone"].require("planned", "completed")


def test_every_flow_is_held_by_a_constraint(db):
    from django.apps import apps

    held = {c.name for m in apps.get_models() for c in m._meta.constraints}
    for name in FLOWS:
        assert any(constraint.startswith(f"{name}_") and constraint.endswith("_known") for constraint in held), name


@pytest.fixture
def window(monkeypatch):
    term = terms.Term("test.window", 90, "days", "A window", "test")
    monkeypatch.setitem(terms.DECLARED, term.name, term)
    return term.name


def test_terms_resolve_from_the_narrowest_and_by_date(window, acme):
    day = date(2026, 6, 1)

    def value(**scope):
        return terms.value(window, on=day, enterprise_id=acme.pk, **scope)

    with inside(acme):
        assert value() == 90
    with as_staff():
        CarrierTerm.objects.create(name=window, value=60, starts_on=day)
        CarrierTerm.objects.create(name=window, value=61, starts_on=day + timedelta(days=1))
        CarrierTerm.objects.create(name=window, value=50, segment="wholesale", starts_on=day)
    with inside(acme):
        assert value() == 60
        assert value(segment="wholesale") == 50
        assert terms.value(window, on=day - timedelta(days=1)) == 90
    with as_staff(), tenant_scope(acme.pk):
        EnterpriseTerm.objects.create(enterprise=acme, name=window, value=120, starts_on=day)
        EnterpriseTerm.objects.create(enterprise=acme, name=window, value=7, contract="MSA-1", starts_on=day)
    with inside(acme):
        assert value(segment="wholesale") == 120
        assert value(contract="MSA-1") == 7


def test_an_undeclared_term_is_an_error(db):
    with pytest.raises(KeyError):
        terms.value("no.such", on=date(2026, 1, 1))
