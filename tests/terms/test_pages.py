"""The book of terms: who sees it, who sets what, and what can never be changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.html import escape

from portal import terms
from portal.actors import Actor, ActorKind
from portal.errors import Refused
from portal.models import CarrierTerm, EnterpriseTerm, Event
from portal.tenancy import tenant_scope
from portal.termbook import services
from tests import make
from tests.faces import as_app, as_staff, inside

PAY = "billing.payment_days"
TODAY = date.today()
NEXT_MONTH = TODAY + timedelta(days=30)


@pytest.fixture
def acme(acme):
    """Where it is the same day as where these tests run."""
    with inside(acme):
        acme.time_zone = "UTC"
        acme.save(update_fields=["time_zone"])
    return acme


def typed(value="45", **fields):
    return {"value": value, "starts_on": str(NEXT_MONTH), "reason": "Board decision of May", "seen": "0", **fields}


def rows():
    with as_staff():
        return list(CarrierTerm.objects.order_by("id"))


def agreements():
    with as_staff():
        return list(EnterpriseTerm.objects.order_by("id"))


def events(kind):
    with as_staff():
        return list(Event.objects.filter(kind=kind).select_related("enterprise"))


def set_it(browser, name=PAY, **fields):
    return browser.post(f"/terms/{name}/set/", {**typed(**fields), "confirmed": "1"})


def test_every_declared_term_is_listed_and_has_its_page(browser):
    page = browser.get("/terms/").content.decode()
    for term in terms.DECLARED.values():
        assert escape(str(term.title)) in page
        one = browser.get(f"/terms/{term.name}/").content.decode()
        assert escape(str(term.source)) in one and term.name in one and "as shipped" in one
    assert browser.get("/terms/no.such/").status_code == 404


def test_a_value_is_previewed_then_set_and_stands_in_the_history(browser, acme, borealis):
    preview = browser.post(f"/terms/{PAY}/set/", typed()).content.decode()
    assert "30 days" in preview and "45 days" in preview and "2 customers" in preview
    assert rows() == []

    answer = set_it(browser)
    assert answer.status_code == 302
    row = rows()[0]
    assert (row.value, row.starts_on, row.set_by, row.reason) == (
        45,
        NEXT_MONTH,
        "Owen Kessler",
        "Board decision of May",
    )
    page = browser.get(answer.url).content.decode()
    assert "45 days" in page and "Board decision of May" in page and "Owen Kessler" in page
    told = events("term.set")
    assert len(told) == 1 and told[0].enterprise.is_house and told[0].facts["value"] == 45


def test_the_preview_counts_only_whom_it_touches(browser, acme, borealis):
    make.agreed(acme, PAY, 60)
    assert "1 customer." in browser.post(f"/terms/{PAY}/set/", typed()).content.decode()
    chile = browser.post(f"/terms/{PAY}/set/", typed(country="CL")).content.decode()
    assert "Chile" in chile and "1 customer." in chile
    brazil = browser.post(f"/terms/{PAY}/set/", typed(country="BR")).content.decode()
    assert "It changes nothing for any customer" in brazil


def test_the_preview_says_what_follows(browser):
    set_it(browser)
    tomorrow = str(TODAY + timedelta(days=1))
    page = browser.post(f"/terms/{PAY}/set/", typed("40", starts_on=tomorrow, seen=str(rows()[0].pk))).content.decode()
    assert "Only until" in page and "45 days" in page


def test_one_can_go_back_from_the_preview_and_change_it(browser):
    page = browser.post(f"/terms/{PAY}/set/", {**typed(), "change": "1"})
    assert page.status_code == 200 and 'value="45"' in page.content.decode() and rows() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"value": "soon"},
        {"value": "9999"},
        {"starts_on": str(TODAY - timedelta(days=2))},
        {"starts_on": ""},
        {"reason": "no"},
        {"reason": "     x"},
        {"country": "QQ"},
        {"is_end": "on"},
        {"value": "", "is_end": "on"},
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_set(browser, fields):
    answer = set_it(browser, **fields)
    text = answer.content.decode()
    # What no field shows, such as the end of a value that there is not, stands above the form.
    assert answer.status_code == 422 and ('class="field-error"' in text or "form-errors" in text)
    assert rows() == [] and events("term.set") == []


def test_the_same_value_again_is_refused(browser):
    set_it(browser)
    answer = set_it(browser, seen=str(rows()[0].pk))
    assert answer.status_code == 422 and "stands there already" in answer.content.decode()
    assert len(rows()) == 1


def test_who_did_not_see_the_last_value_is_refused(browser):
    """Two administrators with the same page: the second is told, and nothing is written."""
    assert set_it(browser).status_code == 302
    for extra in ({}, {"confirmed": "1"}):
        answer = browser.post(f"/terms/{PAY}/set/", {**typed("50"), **extra})
        assert answer.status_code == 409
        assert "Somebody else has set this term" in answer.content.decode()
    assert [row.value for row in rows()] == [45] and len(events("term.set")) == 1


def test_a_mistake_of_the_same_day_is_corrected_by_another_row(browser):
    set_it(browser, starts_on=str(TODAY))
    set_it(browser, value="40", starts_on=str(TODAY), seen=str(rows()[0].pk))
    assert [(row.value, row.revision) for row in rows()] == [(45, 0), (40, 1)]
    with as_staff():
        assert terms.value(PAY, on=TODAY) == 40


def test_what_has_not_begun_can_be_withdrawn_once(browser):
    set_it(browser)
    row = rows()[0]
    url = f"/terms/{PAY}/{row.pk}/withdraw/"
    assert browser.post(url, {"reason": "no"}).status_code == 409
    assert rows()[0].withdrawn_at is None

    assert browser.post(url, {"reason": "The board thought again"}).status_code == 302
    assert rows()[0].withdrawn_by == "Owen Kessler" and len(events("term.withdrawn")) == 1
    with as_staff():
        assert terms.value(PAY, on=NEXT_MONTH) == 30
    page = browser.get(f"/terms/{PAY}/").content.decode()
    assert "withdrawn by Owen Kessler: The board thought again" in page

    again = browser.post(url, {"reason": "And once more"})
    assert again.status_code == 409 and "stays as it is in the history" in again.content.decode()
    assert rows()[0].withdrawal_reason == "The board thought again" and len(events("term.withdrawn")) == 1


def test_what_has_begun_cannot_be_withdrawn(browser):
    set_it(browser, starts_on=str(TODAY))
    answer = browser.post(f"/terms/{PAY}/{rows()[0].pk}/withdraw/", {"reason": "Too late for this"})
    assert answer.status_code == 409 and rows()[0].withdrawn_at is None
    assert browser.post(f"/terms/{PAY}/999999/withdraw/", {"reason": "No such row"}).status_code == 404


def test_the_database_lets_nobody_rewrite_the_history(browser, acme):
    set_it(browser)
    agreed = make.agreed(acme, PAY, 60)

    def refused(work):
        with pytest.raises(DatabaseError), transaction.atomic():
            work()

    with as_staff():
        refused(lambda: CarrierTerm.objects.update(value=1))
        refused(lambda: CarrierTerm.objects.update(starts_on=TODAY))
        refused(lambda: CarrierTerm.objects.all().delete())
        with tenant_scope(acme.pk):
            refused(lambda: EnterpriseTerm.objects.update(value=1))
            refused(lambda: EnterpriseTerm.objects.all().delete())
            refused(lambda: CarrierTerm.objects.create(name=PAY, value=1, starts_on=TODAY))
    with as_app(), tenant_scope(acme.pk):
        refused(lambda: EnterpriseTerm.objects.create(enterprise=acme, name=PAY, value=1, starts_on=TODAY))
        refused(lambda: EnterpriseTerm.objects.update(withdrawn_at=timezone.now()))
        refused(lambda: CarrierTerm.objects.create(name=PAY, value=1, starts_on=TODAY))
    with as_staff():
        CarrierTerm.objects.update(withdrawn_at=timezone.now())
        refused(lambda: CarrierTerm.objects.update(withdrawn_at=None))
    assert agreements() == [agreed]


def test_two_at_once_leave_one_value_and_one_refusal(transactional_db, owen):
    actor = Actor(kind=ActorKind.STAFF, name="Owen Kessler", user_id=owen.pk)
    gate = Barrier(2)

    def work(value):
        try:
            with as_staff(), transaction.atomic():
                gate.wait(10)
                wish = services.Wish(value=value, starts_on=NEXT_MONTH, reason="Both at the same moment")
                return services.set_term(terms.DECLARED[PAY], wish, place=("", "", ""), actor=actor, at=timezone.now())
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(work, [40, 50]))
    assert sorted(type(each).__name__ for each in results) == ["CarrierTerm", "TermMoved"]
    assert len(rows()) == 1 and len(events("term.set")) == 1


# --- inside one customer -----------------------------------------------------------------------


@pytest.fixture
def inside_acme(browser, acme, owen):
    make.team(acme, owen, "account_director")
    return browser


def agree(browser, acme, name=PAY, **fields):
    return browser.post(f"/e/{acme.public_id}/terms/agree/?term={name}", {**typed(**fields), "confirmed": "1"})


def test_staff_agree_on_a_value_that_the_customers_administrator_reads(inside_acme, client_of, acme, alice):
    page = inside_acme.get(f"/e/{acme.public_id}/terms/").content.decode()
    assert "Time to pay" in page and "Agree on another" in page and "Waiting for a PDF" in page
    url = f"/e/{acme.public_id}/terms/agree/?term={PAY}"
    preview = inside_acme.post(url, typed("60", starts_on=str(TODAY))).content.decode()
    assert "30 days" in preview and "60 days" in preview and acme.name in preview and agreements() == []

    assert agree(inside_acme, acme, value="60", starts_on=str(TODAY)).status_code == 302
    assert agreements()[0].enterprise_id == acme.pk
    told = events("term.agreed")
    assert len(told) == 1 and told[0].enterprise_id == acme.pk
    with inside(acme):
        assert terms.value(PAY, on=TODAY, of=acme) == 60

    theirs = client_of(alice).get(f"/e/{acme.public_id}/terms/").content.decode()
    assert "60 days" in theirs and "Agreed with you" in theirs
    # Who agreed on it and why is the carrier's own history; so is what binds only its own work.
    for word in ("Agree on another", "Board decision", "Waiting for a PDF", "Owen"):
        assert word not in theirs
    across = inside_acme.get(f"/terms/{PAY}/").content.decode()
    assert acme.name in across and "60 days" in across


def test_what_is_to_begin_stands_on_the_customers_page(inside_acme, client_of, acme, alice):
    set_it(inside_acme, value="45", starts_on=str(TODAY + timedelta(days=9)))
    agree(inside_acme, acme, value="60")
    page = client_of(alice).get(f"/e/{acme.public_id}/terms/").content.decode()
    assert "30 days" in page and ": 45 days" in page and ": 60 days" in page


def test_a_wider_value_to_begin_is_not_promised_to_who_agreed_on_another(inside_acme, client_of, acme, alice):
    make.agreed(acme, PAY, 60)
    set_it(inside_acme, value="45")
    page = client_of(alice).get(f"/e/{acme.public_id}/terms/").content.decode()
    assert "60 days" in page and "45 days" not in page


def test_an_agreement_that_has_not_begun_can_be_withdrawn(inside_acme, acme):
    agree(inside_acme, acme)
    url = f"/e/{acme.public_id}/terms/{agreements()[0].pk}/withdraw/"
    assert "Withdraw what begins on" in inside_acme.get(f"/e/{acme.public_id}/terms/").content.decode()
    assert inside_acme.post(url, {"reason": "They changed their mind"}).status_code == 302
    assert agreements()[0].withdrawn_at and len(events("term.agreement_withdrawn")) == 1
    assert inside_acme.post(url, {"reason": "They changed their mind"}).status_code == 409


def test_an_agreement_can_end(inside_acme, acme):
    make.agreed(acme, PAY, 60)
    last = agreements()[0].pk
    answer = agree(inside_acme, acme, value="", is_end="on", starts_on=str(TODAY), seen=str(last))
    assert answer.status_code == 302
    with inside(acme):
        assert terms.value(PAY, on=TODAY, of=acme) == 30


def test_the_second_to_agree_is_refused(inside_acme, acme):
    agree(inside_acme, acme)
    answer = agree(inside_acme, acme, value="61")
    assert answer.status_code == 409 and len(agreements()) == 1


def test_a_contract_has_its_own_value_where_callers_ask_by_contract(inside_acme, client_of, acme, alice, monkeypatch):
    term = terms.Term("billing.test", 9, "days", "A test", "test", title="By contract", scopes=("contract",))
    monkeypatch.setitem(terms.DECLARED, term.name, term)
    form = inside_acme.get(f"/e/{acme.public_id}/terms/agree/?term=billing.test").content.decode()
    assert 'name="contract"' in form
    assert 'name="contract"' not in inside_acme.get(f"/e/{acme.public_id}/terms/agree/?term={PAY}").content.decode()
    assert (
        agree(inside_acme, acme, "billing.test", value="5", contract="MSA-1", starts_on=str(TODAY)).status_code == 302
    )
    with inside(acme):
        assert terms.value("billing.test", on=TODAY, of=acme, contract="MSA-1") == 5
        assert terms.value("billing.test", on=TODAY, of=acme) == 9
    page = client_of(alice).get(f"/e/{acme.public_id}/terms/").content.decode()
    assert "Contract MSA-1: 5 days" in page


def test_a_term_that_nobody_knows_has_no_page(inside_acme, acme):
    assert inside_acme.get(f"/e/{acme.public_id}/terms/agree/?term=no.such").status_code == 404
    assert inside_acme.get(f"/e/{acme.public_id}/terms/agree/").status_code == 404


def test_only_administrators_of_the_customer_see_its_terms(client_of, acme, alan):
    assert client_of(alan).get(f"/e/{acme.public_id}/terms/").status_code == 403


def test_who_may_only_look_is_refused_to_set(client_of, acme, carol, erin):
    looker = client_of(erin)
    assert looker.get(f"/terms/{PAY}/").status_code == 200
    assert "Set another value" not in looker.get(f"/terms/{PAY}/").content.decode()
    assert set_it(looker).status_code == 403 and rows() == []
    manager = client_of(carol)
    assert manager.get(f"/e/{acme.public_id}/terms/").status_code == 200
    assert agree(manager, acme).status_code == 403 and agreements() == []


def kind_of(monkeypatch, kind, shipped, unit=""):
    term = terms.Term(
        "billing.test", shipped, unit, "A test", "test", kind=kind, title="Of a kind", scopes=("product_line",)
    )
    monkeypatch.setitem(terms.DECLARED, term.name, term)


@pytest.mark.parametrize(
    ("kind", "shipped", "fields", "kept"),
    [
        ("Fraction(Decimal(0), Decimal(9))", "1.5", {"value": "2.25"}, "2.25"),
        ("Percent()", "10", {"value": "12.5"}, "12.5"),
        (
            "Sum()",
            {"amount": "300.00", "currency": "USD"},
            {"amount": "250", "currency": "brl"},
            {"amount": "250.00", "currency": "BRL"},
        ),
        ("YesNo()", True, {"value": "no"}, False),
        ("Choice({'firm': 'Firm', 'soft': 'Soft'})", "firm", {"value": "soft"}, "soft"),
        ("Window()", ["00:00", "06:00"], {"opens": "22:00", "closes": "05:00"}, ["22:00", "05:00"]),
        (
            "Hours()",
            {"time_zone": "UTC", "country": "", "weekdays": [0], "windows": [["08:00", "12:00"]]},
            {"weekdays": ["6", "0"], "windows": "13:00-17:00", "time_zone": "Asia/Kolkata", "calendar_country": "IN"},
            {"time_zone": "Asia/Kolkata", "country": "IN", "weekdays": [0, 6], "windows": [["13:00", "17:00"]]},
        ),
    ],
)
def test_each_kind_of_value_has_its_fields(browser, monkeypatch, kind, shipped, fields, kept):
    from decimal import Decimal

    from portal import kinds

    kind_of(monkeypatch, eval(kind, {**vars(kinds), "Decimal": Decimal}), shipped)
    assert browser.get("/terms/billing.test/set/").status_code == 200
    sent = {**typed(), "product_line": "ip", **fields}
    if "value" not in fields:
        sent.pop("value")
    preview = browser.post("/terms/billing.test/set/", sent)
    assert preview.status_code == 200 and "Internet" in preview.content.decode()
    assert browser.post("/terms/billing.test/set/", {**sent, "confirmed": "1"}).status_code == 302
    assert rows()[0].value == kept and rows()[0].product_line == "ip"
    assert browser.get("/terms/billing.test/").status_code == 200


def test_hours_that_overlap_are_refused_beside_their_field(browser):
    wrong = {"weekdays": ["0"], "windows": "08:00-12:00, 11:00-13:00", "time_zone": "UTC", "calendar_country": ""}
    answer = browser.post("/terms/billing.live_hours/set/", {**typed(), **wrong, "confirmed": "1"})
    assert answer.status_code == 422 and "must not overlap" in answer.content.decode() and rows() == []


def test_a_segments_own_hours_bind_its_disputes_only(browser, acme):
    hours = {"weekdays": ["0", "1", "2", "3"], "windows": "10:00-11:00", "time_zone": "UTC", "calendar_country": ""}
    set_it(browser, "billing.live_hours", segment="wholesale", starts_on=str(TODAY), **hours)
    with inside(acme):
        assert len([w for w in terms.value("billing.live_hours", on=TODAY, of=acme).week if w]) == 5
        acme.segment = "wholesale"
        assert len([w for w in terms.value("billing.live_hours", on=TODAY, of=acme).week if w]) == 4


def test_the_pages_take_as_many_queries_for_ten_rows_as_for_twenty(browser, acme):
    from django.test.utils import CaptureQueriesContext

    def count(path):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        return len(queries)

    def fill(start):
        for n in range(start, start + 10):
            with as_staff():
                CarrierTerm.objects.create(name=PAY, value=n, starts_on=TODAY + timedelta(days=n))
            make.agreed(acme, PAY, n, starts_on=TODAY + timedelta(days=n))

    fill(1)
    paths = ("/terms/", f"/terms/{PAY}/")
    first = [count(path) for path in paths]
    fill(11)
    assert [count(path) for path in paths] == first
