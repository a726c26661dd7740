"""A line is contested, decided and credited on the next invoice: never more than was disputed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from billing import services
from billing.models import Credit, Dispute, DisputedLine, Invoice
from portal.errors import IllegalMove, Refused
from portal.models import Event
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders as b
from tests.faces import as_app, as_staff, inside


@pytest.fixture
def invoice(acme, acme_main):
    make.charge(acme_main, "287.25", service=make.service(acme_main, number="ET-500-00871"))
    make.charge(acme_main, "2850.00", code="Z")
    return b.issue(acme_main)


@pytest.fixture
def line(invoice):
    return b.lines(invoice)[0]


def nothing_changed(enterprise, disputes=0):
    with inside(enterprise):
        assert Dispute.objects.count() == disputes == DisputedLine.objects.count()
        assert not Credit.objects.exists()
        assert Event.objects.filter(kind__startswith="dispute.").count() == disputes


def test_a_part_of_a_line_is_disputed(acme, invoice, line, alice):
    found = b.dispute(alice, invoice, b.claim(line, "100.00", statement=" Billed after the disconnect. "))
    assert found.number.startswith("DSP-2026-") and found.status == "open"
    assert (found.opened_by, found.opened_by_email) == ("Alice Moreau", "alice@acme.example")
    one = b.disputed(found)
    assert (one.amount, one.outcome, one.statement) == (Decimal("100.00"), "open", "Billed after the disconnect.")
    with inside(acme):
        event = Event.objects.get(kind="dispute.opened")
    assert event.facts == {"number": found.number, "invoice": invoice.number, "amount": "100.00", "currency": "USD"}
    assert event.account_id == invoice.account_id


def test_the_answer_is_due_after_48_working_hours(acme, invoice, alice):
    # Friday 20 November, noon in Chicago: 7 h, then four days of 12 h less Thanksgiving, then 5 h.
    found = b.dispute(alice, invoice, at=datetime(2026, 11, 20, 18, tzinfo=UTC))
    assert found.answer_by_at == datetime(2026, 11, 27, 18, tzinfo=UTC)


def test_wholesale_has_shorter_days(acme, invoice, alice):
    with inside(acme):
        acme.segment = "wholesale"
        acme.save()
    # Noon: 5 h, then Mon–Wed 27 h and Fri 9 h make 41, then Monday 30 November 08:00 plus 7 h.
    found = b.dispute(alice, invoice, at=datetime(2026, 11, 20, 18, tzinfo=UTC))
    assert found.answer_by_at == datetime(2026, 11, 30, 21, tzinfo=UTC)


def test_several_lines_in_one_dispute(acme, invoice, alice, dora):
    first, second = b.lines(invoice)
    found = b.dispute(alice, invoice, b.claim(first), b.claim(second, "1.00"))
    with inside(acme):
        one, two = found.lines.select_related("enterprise").order_by("line__position")
    b.decide(dora, one, "0")
    with inside(acme):
        assert Dispute.objects.get().status == "open"
    b.decide(dora, two, "1.00")
    with inside(acme):
        assert (Dispute.objects.get().status, Dispute.objects.get().decided_at) == ("decided", b.ISSUED_AT)


@pytest.mark.parametrize(
    ("amount", "field"),
    [
        ("287.26", "amount"),
        ("0", "amount"),
        ("-1", "amount"),
        ("1.005", "amount"),
        ("1E+40", "amount"),
        ("NaN", "amount"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(acme, invoice, line, alice, amount, field):
    with pytest.raises(Refused) as refusal:
        b.dispute(alice, invoice, b.claim(line, amount))
    assert refusal.value.field == field
    nothing_changed(acme)


def test_without_a_word_of_why_it_is_refused(acme, invoice, line, alice):
    with pytest.raises(Refused) as refusal:
        b.dispute(alice, invoice, b.claim(line, statement="  "))
    assert refusal.value.field == "statement"
    nothing_changed(acme)


def test_a_line_is_under_review_once(acme, invoice, line, alice):
    number = b.dispute(alice, invoice, b.claim(line, "100.00")).number
    with pytest.raises(Refused, match=number):
        b.dispute(alice, invoice, b.claim(line, "10.00"))
    nothing_changed(acme, disputes=1)


def test_the_same_line_twice_in_one_dispute_is_refused(acme, invoice, line, alice):
    with pytest.raises(Refused):
        b.dispute(alice, invoice, b.claim(line, "10.00"), b.claim(line, "10.00"))
    nothing_changed(acme)


def test_a_dispute_without_lines_is_refused(acme, invoice, alice):
    actor = b.customer(alice, acme)
    with as_app(), tenant_scope(acme.pk), pytest.raises(Refused):
        services.open_dispute(invoice.pk, actor=actor, at=b.ISSUED_AT, lines=[])
    nothing_changed(acme)


def test_the_last_day_goes_by_the_enterprises_date(acme, invoice, line, alice):
    # 18 February in Chicago is the 19th in UTC from 06:00 on.
    with pytest.raises(Refused, match="18 Feb 2027"):
        b.dispute(alice, invoice, at=datetime(2027, 2, 19, 6, tzinfo=UTC))
    nothing_changed(acme)
    assert b.dispute(alice, invoice, at=datetime(2027, 2, 19, 5, 59, tzinfo=UTC)).status == "open"


def test_a_line_of_another_invoice_is_not_there(acme, acme_branch, invoice, alice):
    make.charge(acme_branch, "10.00")
    other = b.issue(acme_branch)
    with pytest.raises(type(b.lines(other)[0]).DoesNotExist):
        b.dispute(alice, invoice, b.claim(b.lines(other)[0]))
    nothing_changed(acme)


def test_beyond_the_accounts_one_may_dispute_on_there_is_no_invoice(acme, invoice, line, alan):
    with pytest.raises(Invoice.DoesNotExist):
        b.dispute(alan, invoice, b.claim(line))
    nothing_changed(acme)


@pytest.mark.parametrize(("credited", "outcome"), [("0", "denied"), ("0.01", "partly"), ("287.25", "upheld")])
def test_the_decision_closes_the_dispute(acme, invoice, alice, dora, credited, outcome):
    one = b.disputed(b.dispute(alice, invoice))
    decided = b.decide(dora, one, credited)
    assert (decided.outcome, decided.decided_by) == (outcome, "Dora Brandt")
    with inside(acme):
        assert Dispute.objects.get().status == "decided"
        credits = list(Credit.objects.values_list("number", "amount", "currency", "issued_on"))
        event = Event.objects.get(kind="dispute.decided")
    due = [("CRN-2026-00001", Decimal(credited), "USD", date(2026, 11, 20))] if Decimal(credited) else []
    assert credits == due
    assert event.facts["credited"] == credited and event.facts["outcome"] == outcome


def test_the_next_invoice_shows_the_credit_and_no_further_one_does(acme, acme_main, invoice, alice, dora):
    found = b.dispute(alice, invoice)
    b.decide(dora, b.disputed(found), "187.25")
    after = b.issue(acme_main, b.DECEMBER, b.LATER)
    last = b.lines(after)[-1]
    assert (last.kind, last.amount, last.service_number) == ("credit", Decimal("-187.25"), "ET-500-00871")
    assert found.number in last.text and invoice.number in last.text
    assert after.total == Decimal("2950.00")
    assert b.issue(acme_main, date(2027, 1, 1), datetime(2027, 1, 20, tzinfo=UTC)).total == Decimal("3137.25")


def test_a_credit_line_cannot_be_disputed(acme, acme_main, invoice, alice, dora):
    b.decide(dora, b.disputed(b.dispute(alice, invoice)), "187.25")
    after = b.issue(acme_main, b.DECEMBER, b.LATER)
    with pytest.raises(Refused, match="money back"):
        b.dispute(alice, after, b.claim(b.lines(after)[-1], "1.00"), at=b.LATER)


def test_after_a_decision_what_is_left_can_be_disputed(acme, invoice, line, alice, dora):
    b.decide(dora, b.disputed(b.dispute(alice, invoice, b.claim(line, "200.00"))), "150.00")
    with pytest.raises(Refused):
        b.dispute(alice, invoice, b.claim(line, "137.26"))
    assert b.dispute(alice, invoice, b.claim(line, "137.25")).status == "open"


@pytest.mark.parametrize("credited", ["287.26", "-0.01", "1.005", "NaN", "1E+40"])
def test_a_credit_that_cannot_be_is_refused(acme, invoice, alice, dora, credited):
    one = b.disputed(b.dispute(alice, invoice))
    with pytest.raises(Refused) as refusal:
        b.decide(dora, one, credited)
    assert refusal.value.field == "credited"
    nothing_changed(acme, disputes=1)
    with inside(acme):
        assert DisputedLine.objects.get().outcome == "open"


def test_a_decision_without_explanation_is_refused(acme, invoice, alice, dora):
    one = b.disputed(b.dispute(alice, invoice))
    actor = b.staff(dora, acme)
    with as_staff(), tenant_scope(acme.pk), pytest.raises(Refused) as refusal:
        services.decide(one.pk, actor=actor, at=b.ISSUED_AT, credited=Decimal(1), decision=" ")
    assert refusal.value.field == "decision"
    nothing_changed(acme, disputes=1)


def test_a_decision_is_taken_once(acme, invoice, alice, dora):
    one = b.disputed(b.dispute(alice, invoice))
    b.decide(dora, one, "1.00")
    with pytest.raises(IllegalMove):
        b.decide(dora, one, "2.00")
    with inside(acme):
        assert Credit.objects.get().amount == Decimal("1.00")


def _withdraw(person, found):
    actor = b.customer(person, found.enterprise)
    with as_app(), tenant_scope(found.enterprise_id):
        return services.withdraw_dispute(found.pk, actor=actor, at=b.LATER)


def test_a_dispute_is_withdrawn(acme, invoice, line, alice):
    found = b.dispute(alice, invoice)
    assert _withdraw(alice, found).status == "withdrawn"
    assert b.disputed(found).outcome == "withdrawn"
    with pytest.raises(IllegalMove):
        _withdraw(alice, found)
    assert b.dispute(alice, invoice, b.claim(line), at=b.LATER).status == "open"


def test_withdrawing_leaves_what_is_decided(acme, invoice, alice, dora):
    first, second = b.lines(invoice)
    found = b.dispute(alice, invoice, b.claim(first), b.claim(second))
    with inside(acme):
        one = found.lines.select_related("enterprise").get(line=first)
    b.decide(dora, one, "5.00")
    assert _withdraw(alice, found).status == "decided"
    with inside(acme):
        assert sorted(found.lines.values_list("outcome", flat=True)) == ["partly", "withdrawn"]
