"""Which value binds: against a reference that spells the rule out, and in few queries."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from portal import terms
from portal.kinds import Choice, Fraction, Hours, Percent, Sum, Whole, Window, YesNo
from portal.models import CarrierTerm, EnterpriseTerm
from tests import make
from tests.faces import as_staff, inside

DAY = date(2026, 6, 1)
_days = st.integers(0, 4).map(lambda n: DAY + timedelta(days=n))
_when = st.none() | st.just("withdrawn")


@st.composite
def _rows(draw, model, **places):
    """What was set over time: each further one of a place and day has the next revision."""
    found, seen = [], {}
    for number in range(draw(st.integers(0, 8))):
        place = {name: draw(st.sampled_from(options)) for name, options in places.items()}
        starts_on = draw(_days)
        key = (*place.values(), starts_on)
        seen[key] = seen.get(key, -1) + 1
        withdrawn = draw(st.sampled_from([None, None, None, "then"]))
        is_end = draw(st.sampled_from([False, False, True]))
        row = model(value=number, starts_on=starts_on, revision=seen[key], is_end=is_end, **place)
        row.withdrawn_at = withdrawn
        found.append(row)
    return draw(st.permutations(found))


CARRIERS = _rows(CarrierTerm, product_line=["", "ip"], segment=["", "wholesale"], country=["", "CL"])
AGREED = _rows(EnterpriseTerm, contract=["", "MSA-1"])


def _latest(rows):
    """The last row set of the latest day, or none where that one ends its place's own value."""
    last = None
    for row in rows:
        if last is None or (row.starts_on, row.revision) > (last.starts_on, last.revision):
            last = row
    return None if last is None or last.is_end else last


def reference(carriers, agreed, on, contract, product_line, segment, country):
    """The rule step by step, from the narrowest place to the widest."""

    def here(rows, **place):
        fitting = [r for r in rows if all(getattr(r, name) == value for name, value in place.items())]
        return _latest([r for r in fitting if r.starts_on <= on and r.withdrawn_at is None])

    steps = [here(agreed, contract=contract)] if contract else []
    steps.append(here(agreed, contract=""))
    for line in [product_line, ""] if product_line else [""]:
        for part in [segment, ""] if segment else [""]:
            for land in [country, ""] if country else [""]:
                steps.append(here(carriers, product_line=line, segment=part, country=land))
    return next((row for row in steps if row is not None), None)


@given(
    carriers=CARRIERS,
    agreed=AGREED,
    on=_days,
    contract=st.sampled_from(["", "MSA-1", "MSA-2"]),
    product_line=st.sampled_from(["", "ip", "voice"]),
    segment=st.sampled_from(["", "wholesale", "enterprise"]),
    country=st.sampled_from(["", "CL", "US"]),
)
def test_the_narrowest_that_has_begun_binds(carriers, agreed, on, contract, product_line, segment, country):
    where = {"contract": contract, "product_line": product_line, "segment": segment, "country": country}
    assert terms.binding(carriers, agreed, on=on, **where) is reference(carriers, agreed, on, **where)


@pytest.fixture
def window(monkeypatch):
    term = terms.Term("test.window", 90, "days", "A window", "test", by_segment={"wholesale": 60})
    monkeypatch.setitem(terms.DECLARED, term.name, term)
    return term.name


def set_for_all(name, value, **fields):
    with as_staff():
        return CarrierTerm.objects.create(name=name, value=value, **{"starts_on": DAY, **fields})


def test_of_two_set_for_the_same_day_the_last_binds(window, acme):
    for revision, value in enumerate((5, 6, 7)):
        set_for_all(window, value, revision=revision)
        make.agreed(acme, window, 10 * value, starts_on=DAY + timedelta(days=1), revision=revision)
    with inside(acme):
        assert terms.value(window, on=DAY, of=acme) == 7
        assert terms.value(window, on=DAY + timedelta(days=1), of=acme) == 70


def test_a_segment_is_shipped_with_its_own_value(window, acme):
    with inside(acme):
        assert terms.value(window, on=DAY, segment="wholesale") == 60
        acme.segment = "wholesale"
        assert terms.book(acme, on=DAY).value(window) == 60
        set_for_all(window, 30)
        assert terms.value(window, on=DAY, of=acme) == 30


def test_an_ended_agreement_gives_way_to_the_wider_value(window, acme):
    make.agreed(acme, window, 7, starts_on=DAY)
    make.agreed(acme, window, 7, starts_on=DAY + timedelta(days=2), is_end=True)
    set_for_all(window, 30)
    with inside(acme):
        assert [terms.value(window, on=DAY + timedelta(days=n), of=acme) for n in range(3)] == [7, 7, 30]


def test_all_terms_of_an_enterprise_take_two_queries(window, acme):
    for n in range(20):
        set_for_all(window, n + 1, starts_on=DAY + timedelta(days=n))
        make.agreed(acme, "billing.payment_days", n, starts_on=DAY + timedelta(days=n))
    with inside(acme), CaptureQueriesContext(connection) as queries:
        found = terms.book(acme, on=DAY + timedelta(days=30))
        values = {name: found.value(name) for name in terms.DECLARED}
    assert len([q for q in queries if "term" in q["sql"]]) == 2
    assert values[window] == 20 and values["billing.payment_days"] == 19


@pytest.mark.parametrize("is_agreed", [False, True])
def test_values_alone_take_one_query(window, acme, is_agreed):
    for n in range(20):
        set_for_all(window, n + 1, starts_on=DAY + timedelta(days=n))
        if is_agreed:
            make.agreed(acme, "billing.payment_days", n, starts_on=DAY + timedelta(days=n))
            make.agreed(acme, "billing.payment_days", 80 + n, starts_on=DAY + timedelta(days=n), contract="MSA-1")
    names, later = [window, "billing.payment_days"], DAY + timedelta(days=30)
    with inside(acme), CaptureQueriesContext(connection) as queries:
        found = terms.values(names, on=later, enterprise_id=acme.pk)
    assert len([q for q in queries if "term" in q["sql"]]) == 1
    assert found == {window: 20, "billing.payment_days": 19 if is_agreed else 30}
    with inside(acme):
        book = terms.book(acme, on=later)
        assert found == {name: book.value(name) for name in names}
        in_contract = terms.value("billing.payment_days", on=later, of=acme, contract="MSA-1")
    assert in_contract == (99 if is_agreed else 30)


def test_another_enterprises_agreement_binds_nobody_else(window, acme, borealis):
    make.agreed(acme, window, 7)
    with inside(borealis):
        assert terms.value(window, on=DAY, of=borealis) == 90
        # Even where the wrong enterprise is asked for, the wall shows nothing.
        assert terms.value(window, on=DAY, enterprise_id=acme.pk) == 90


ALWAYS = {"time_zone": "UTC", "country": "", "weekdays": list(range(7)), "windows": [["00:00", "00:00"]]}
HOURS = {
    "time_zone": "America/Chicago",
    "country": "US",
    "weekdays": [4, 0],
    "windows": [["13:00", "17:00"], ["08:00", "12:00"]],
}


@pytest.mark.parametrize(
    ("kind", "raw", "kept", "spoken"),
    [
        (Whole(0, 90), 30, 30, "30 days"),
        (Whole(0, 90), 1, 1, "1 day"),
        (Fraction(Decimal(0), Decimal(10)), "1.50", "1.50", "1.50 days"),
        (Percent(), "12.5", "12.5", "12.5 %"),
        (Sum(), {"amount": "300", "currency": "USD"}, {"amount": "300.00", "currency": "USD"}, "$300.00"),
        (Sum(), {"amount": "1.234", "currency": "KWD"}, {"amount": "1.234", "currency": "KWD"}, "KWD\xa01.234"),
        (YesNo(), True, True, "yes"),
        (Choice({"firm": "Firm date"}), "firm", "firm", "Firm date"),
        (Window(), ["22:00", "06:00"], ["22:00", "06:00"], "22:00 to 06:00"),
        (
            Hours(),
            HOURS,
            {**HOURS, "weekdays": [0, 4], "windows": [["08:00", "12:00"], ["13:00", "17:00"]]},
            "Mon, Fri, 08:00–12:00, 13:00–17:00, America/Chicago, closed on holidays (United States)",
        ),
        (Hours(), ALWAYS, ALWAYS, "every day, 00:00–00:00, UTC"),
    ],
)
def test_each_kind_of_value_is_kept_in_one_form_and_said_in_words(kind, raw, kept, spoken):
    assert kind.clean(raw) == kept == kind.clean(kept)
    assert kind.spoken(kept, "days") == spoken
    assert kind.read(kept) is not None


WRONG_HOURS = [
    {**HOURS, "windows": [["12:00", "08:00"]]},
    {**HOURS, "windows": [["08:00", "12:00"], ["11:00", "17:00"]]},
    {**HOURS, "windows": [["09:00", "09:00"]]},
    {**HOURS, "windows": ["09:00"]},
    {**HOURS, "windows": []},
    {**HOURS, "windows": [["8:00", "12:00"]]},
    {**HOURS, "weekdays": []},
    {**HOURS, "weekdays": [7]},
    {**HOURS, "weekdays": [True]},
    {**HOURS, "country": "QQ"},
    {**HOURS, "time_zone": "Mars/Base"},
    {"time_zone": "UTC"},
    "08:00",
]


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        *((Whole(1, 90), raw) for raw in (0, 91, 30.0, "30", True, None)),
        *((Fraction(Decimal(0), Decimal(10)), raw) for raw in (1.5, "x", "NaN", "11", "1.234", None, True)),
        (Percent(), "101"),
        *((Sum(), raw) for raw in ("300", {"amount": "1"}, {"amount": "1.5", "currency": "CLP"})),
        *((Sum(), {"amount": amount, "currency": "USD"}) for amount in ("-1", "1.001", 1.5, "Infinity", "1e9")),
        *((Sum(), {"amount": "1", "currency": code}) for code in ("usd", "ZZZ", None)),
        *((YesNo(), raw) for raw in ("yes", 1, None)),
        *((Choice({"firm": "Firm date"}), raw) for raw in ("soft", None, 1)),
        *((Window(), raw) for raw in (["06:00"], ["06:00", "06:00"], ["06:00", "24:00"], "06:00", [6, 7])),
        *((Hours(), raw) for raw in WRONG_HOURS),
    ],
)
def test_what_is_none_of_its_kind_is_refused_in_words(kind, raw):
    with pytest.raises(ValueError, match=r"[.]$"):
        kind.clean(raw)


def test_a_term_cannot_be_shipped_with_what_is_none_of_its_kind():
    with pytest.raises(ValueError):
        terms.declare(terms.Term("test.broken", "soon", "days", "A window", "test"))
    assert "test.broken" not in terms.DECLARED


def test_every_declared_term_has_a_title_an_area_and_a_value_in_words():
    for term in terms.DECLARED.values():
        assert term.title and term.area in terms.AREAS and term.text and term.source
        assert term.spoken(term.value)
