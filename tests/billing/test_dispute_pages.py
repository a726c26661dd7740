"""A customer disputes, an analyst decides: through the pages, and what they refuse."""

from datetime import timedelta

import pytest

from billing.models import BillRun, Credit, Dispute, DisputedLine
from portal.models import Event
from tests import make
from tests.billing import builders as b
from tests.billing.builders import page, url
from tests.faces import as_staff, inside


def claim(**fields):
    return {
        "amount": "100.00",
        "reason": "rate",
        "statement": "The order says 187.25.",
        "customer_reference": "AP-7",
        **fields,
    }


def dispute(client, invoice, line, **fields):
    return client.post(url("billing:dispute_line", invoice.number, line.pk), claim(**fields))


def test_a_customer_disputes_a_line(client_of, alice, acme, invoice):
    client, line = client_of(alice), b.lines(invoice)[0]
    form = page(client, "billing:dispute_line", invoice.number, line.pk)
    assert 'value="287.25"' in form.text and "At most $287.25" in form.text
    answer = dispute(client, invoice, line)
    with inside(acme):
        found = Dispute.objects.get()
    assert answer.status_code == 302 and answer.url == url("billing:dispute", found.number)
    text = client.get(answer.url).text
    for words in (
        "$100.00 of $287.25",
        "The order says 187.25.",
        "AP-7",
        "You get an answer by",
        "Alice Moreau disputed",
    ):
        assert words in text
    text = page(client, "billing:invoice", invoice.number).text
    assert "$100.00 is in dispute and not due" in text and "$3,037.25" in text and found.number in text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"amount": "287.26"}, "At most $287.25 of this line can be disputed."),
        ({"amount": "0"}, "more than zero"),
        ({"amount": "-5"}, "more than zero"),
        ({"amount": "1.005"}, "no more than 2 decimal places"),
        ({"amount": "much"}, "Enter a number."),
        ({"amount": "1,234.5"}, "Enter a number."),
        ({"amount": "9" * 40}, "digits"),
        ({"statement": "   "}, "This field is required."),
        ({"reason": "whim"}, "not one of the available choices"),
        ({"customer_reference": "x" * 41}, "at most 40 characters"),
    ],
)
def test_a_wrong_claim_comes_back_with_what_was_typed(client_of, alice, acme, invoice, fields, message):
    answer = dispute(client_of(alice), invoice, b.lines(invoice)[0], **{"statement": "Typed <by> me", **fields})
    assert answer.status_code == 422 and message in answer.text
    if "statement" not in fields:
        assert "Typed &lt;by&gt; me" in answer.text
    with inside(acme):
        assert not Dispute.objects.exists() and not Event.objects.filter(kind="dispute.opened").exists()


def test_a_line_of_another_invoice_is_not_there(client_of, alice, acme, acme_branch, invoice, month, now):
    make.charge(acme_branch, "10.00")
    other = b.issue(acme_branch, month, now)
    client = client_of(alice)
    assert dispute(client, invoice, b.lines(other)[0]).status_code == 404
    with inside(acme):
        assert not Dispute.objects.exists()


def test_a_decimal_comma_is_understood(client_of, alice, acme, invoice):
    assert dispute(client_of(alice), invoice, b.lines(invoice)[0], amount="187,25").status_code == 302
    with inside(acme):
        assert str(DisputedLine.objects.get().amount) == "187.25"


def test_a_line_under_review_is_refused_with_the_way_out(client_of, alice, acme, invoice):
    client, line = client_of(alice), b.lines(invoice)[0]
    dispute(client, invoice, line)
    answer = dispute(client, invoice, line, amount="1")
    assert answer.status_code == 409 and "already under review in DSP-" in answer.text
    with inside(acme):
        assert Dispute.objects.count() == 1


def test_after_the_last_day_it_is_refused_and_no_button_is_shown(
    client_of, alice, acme, acme_main, invoice, month, now
):
    make.charge(acme_main, "1.00")
    old = b.issue(acme_main, (month - timedelta(days=120)).replace(day=1), now - timedelta(days=100))
    client = client_of(alice)
    text = page(client, "billing:invoice", old.number).text
    assert "The last day to dispute" not in text.split("What it is for")[0] or "/dispute/" not in text
    assert "/lines/" not in text
    answer = dispute(client, old, b.lines(old)[0])
    assert answer.status_code == 409 and "last day to dispute" in answer.text
    with inside(acme):
        assert not Dispute.objects.exists()


def test_who_sees_two_accounts_but_may_dispute_on_one(
    client_of, acme, acme_main, acme_branch, alan, alice, invoice, now
):
    from accounts.models import Membership

    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    make.grant(member, "billing.view", acme_main)
    make.grant(member, "dispute.manage", acme_branch)
    client, line = client_of(alan), b.lines(invoice)[0]
    text = page(client, "billing:invoice", invoice.number).text
    assert "by who holds the permission" in text and "/lines/" not in text
    assert dispute(client, invoice, line).status_code == 404
    with inside(acme):
        assert not Dispute.objects.exists()
    opened = b.dispute(alice, invoice, b.claim(line), at=now)
    assert client.post(url("billing:withdraw", opened.number)).status_code == 404
    with inside(acme):
        assert Dispute.objects.get().status == "open"


def test_a_customer_withdraws(client_of, alice, alan, bob, acme, invoice, now):
    found = b.dispute(alice, invoice, at=now)
    client, target = client_of(alice), url("billing:withdraw", found.number)
    assert client_of(bob).post(target).status_code == 404
    assert client_of(alan).post(target).status_code == 403
    assert client.get(target).status_code == 405
    with inside(acme):
        assert Dispute.objects.get().status == "open"
    assert client.post(target).status_code == 302
    assert client.post(target).status_code == 409
    with inside(acme):
        assert Dispute.objects.get().status == "withdrawn"


def decide(client, line, credited="100.00", decision="The order says 187.25."):
    return client.post(url("billing:decide", line.pk, face="staff"), {"credited": credited, "decision": decision})


def test_an_analyst_decides_and_the_next_invoice_shows_it(client_of, alice, dora, acme, acme_main, invoice, now):
    make.team(acme, dora, "billing_analyst")
    found = b.dispute(alice, invoice, at=now)
    line, client = b.disputed(found), client_of(dora)
    assert found.number in page(client, "billing_work:disputes", enterprise="").text
    assert "From 0, which denies" in page(client, "billing:decide", line.pk).text
    answer = decide(client, line)
    assert answer.status_code == 302 and answer.url == url("billing:dispute", found.number, face="staff")
    with inside(acme):
        assert Credit.objects.get().amount == 100
    text = page(client_of(alice), "billing:dispute", found.number).text
    for words in ("Partly upheld", "The order says 187.25.", "CRN-", "on your next invoice", "Dora Brandt decided"):
        assert words in text
    assert "decided or withdrawn already" in page(client, "billing:decide", line.pk).text

    month = (invoice.period_on + timedelta(days=32)).replace(day=1)
    after = b.issue(acme_main, month, now + timedelta(days=30))
    text = page(client_of(alice), "billing:invoice", after.number).text
    assert found.number in text and "−$100.00" in text and "$3,037.25" in text
    assert f"/invoices/{after.number}/" in page(client_of(alice), "billing:invoice", invoice.number).text


@pytest.mark.parametrize(
    ("credited", "decision", "message"),
    [
        ("287.26", "Because.", "no more can be credited"),
        ("-1", "Because.", "less than zero"),
        ("1.005", "Because.", "no more than 2 decimal places"),
        ("1.00", " ", "This field is required."),
    ],
)
def test_a_wrong_decision_comes_back(client_of, alice, dora, acme, invoice, now, credited, decision, message):
    make.team(acme, dora, "billing_analyst")
    line = b.disputed(b.dispute(alice, invoice, at=now))
    answer = decide(client_of(dora), line, credited, decision)
    assert answer.status_code == 422 and message in answer.text and f'value="{credited}"' in answer.text
    with inside(acme):
        assert DisputedLine.objects.get().outcome == "open" and not Credit.objects.exists()


def test_a_second_decision_is_refused(client_of, alice, dora, acme, invoice, now):
    make.team(acme, dora, "billing_analyst")
    line = b.disputed(b.dispute(alice, invoice, at=now))
    client = client_of(dora)
    assert decide(client, line, "1.00").status_code == 302
    assert decide(client, line, "2.00").status_code == 409
    with inside(acme):
        assert Credit.objects.get().amount == 1


def test_only_analysts_decide_and_run(client_of, alice, carol, invoice, now, acme):
    line = b.disputed(b.dispute(alice, invoice, at=now))
    client = client_of(carol)
    assert decide(client, line).status_code == 403
    for name in ("billing_work:disputes", "billing_work:runs"):
        assert page(client, name, enterprise="").status_code == 403
    assert (
        client.post(url("billing_work:runs", enterprise="", face="staff"), {"period_on": "2026-11"}).status_code == 403
    )
    with inside(acme):
        assert not Credit.objects.exists()
    with as_staff():
        assert not BillRun.objects.exists()
