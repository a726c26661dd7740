"""Who is told what, in their language, with a link that leads there."""

from decimal import Decimal

import pytest

from accounts.models import Grant, User
from billing import services
from portal import documents
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders as b
from tests.faces import as_app, as_staff, inside


@pytest.fixture(autouse=True)
def quick_print(monkeypatch):
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7")


@pytest.fixture
def invoice(acme, acme_main):
    make.charge(acme_main, "287.25", service=make.service(acme_main, number="ET-500-00871"))
    return b.issue(acme_main)


def ready(invoice):
    with as_staff():
        services.make_pdf(invoice.enterprise_id, invoice.pk, at=b.ISSUED_AT)


def to(mailoutbox):
    return sorted(mail.to[0].split("<")[-1].rstrip(">") for mail in mailoutbox)


def test_the_bill_is_ready(invoice, acme, acme_branch, alice, alan, bob, deliver, mailoutbox):
    """Told: who may see this account, and its billing contact. Not: Alan, who sees another account."""
    make.contact(acme, "ap@acme.example", wants_billing=True)
    make.contact(acme, "noc@acme.example", wants_orders=True)
    ready(invoice)
    deliver()
    assert to(mailoutbox) == ["alice@acme.example", "ap@acme.example"]
    mail = next(mail for mail in mailoutbox if "alice" in mail.to[0])
    assert mail.subject == "Your bill INV-2026-000001 is ready: $287.25, due 20 Dec 2026"
    html = mail.alternatives[0][0]
    for words in ("$287.25", "20 Dec 2026", "/e/204817/billing/invoices/INV-2026-000001/", "5-KTR2P", "18 Feb 2027"):
        assert words in mail.body and words in html
    assert not mail.attachments
    ready(invoice)
    deliver()
    assert len(mailoutbox) == 2


def test_what_was_told_leads_to_the_invoice_for_as_long_as_it_is_within_reach(
    invoice, acme, acme_main, acme_branch, client_of, deliver
):
    reader = make.user("reader@acme.example")
    right = make.grant(make.member(acme, reader, "Rea Der"), "billing.view", acme_main)
    ready(invoice)
    [notice] = [each for each in deliver() if each.recipient == reader.email]
    way = b.url("billing:invoice", invoice.number)

    def shown():
        page = client_of(reader).get(f"/e/204817/notices/{notice.pk}/")
        assert page.status_code == 200 and "$287.25" in page.text
        return f'href="{way}">See the invoice' in page.text

    assert shown()
    with inside(acme):
        Grant.objects.filter(pk=right.pk).update(account=acme_branch)
    assert not shown()


def test_nothing_to_pay_is_said_so(acme, acme_main, invoice, alice, dora, deliver, mailoutbox):
    line = b.disputed(b.dispute(alice, invoice))
    b.decide(dora, line, "287.25")
    after = b.issue(acme_main, b.DECEMBER, b.LATER)
    assert after.total == Decimal(0)
    ready(after)
    deliver()
    mail = next(mail for mail in mailoutbox if after.number in mail.subject)
    assert mail.subject.endswith("nothing to pay") and "Due" not in mail.body


def test_a_dispute_is_confirmed_and_its_analyst_hears_of_it(acme, invoice, alice, dora, deliver, mailoutbox):
    make.team(acme, dora, "billing_analyst")
    found = b.dispute(alice, invoice, b.claim(b.lines(invoice)[0], "100.00", statement="Rate says <b>187.25</b>."))
    deliver()
    assert to(mailoutbox) == ["alice@acme.example", "dora@northvane.example"]
    hers = {mail.to[0].split()[0]: mail for mail in mailoutbox}
    assert "We have your dispute" in hers["Alice"].body and "Acme Freight, Inc. disputes a charge" in hers["Dora"].body
    for mail in mailoutbox:
        for words in (found.number, "$100.00 of $287.25", f"/e/204817/billing/disputes/{found.number}/"):
            assert words in mail.body and words in mail.alternatives[0][0]
        assert "&lt;b&gt;" in mail.alternatives[0][0] and "<b>187.25</b>." in mail.body
    assert "11:00 MST" in hers["Alice"].body and "18:00 UTC" in hers["Dora"].body


def test_an_analyst_who_signs_in_by_another_address_hears_of_it_all_the_same(
    acme, invoice, alice, dora, deliver, mailoutbox
):
    make.team(acme, dora, "billing_analyst")
    User.objects.filter(pk=dora.pk).update(email="dora@home.example")
    b.dispute(alice, invoice)
    assert "dora@northvane.example" in [n.recipient for n in deliver()]


def test_an_analyst_who_has_left_is_not_told(acme, invoice, alice, dora, deliver, mailoutbox):
    make.team(acme, dora, "billing_analyst")
    User.objects.filter(pk=dora.pk).update(is_active=False)
    b.dispute(alice, invoice)
    assert "dora@northvane.example" not in [n.recipient for n in deliver()]


@pytest.mark.parametrize(("credited", "subject"), [("100.00", "$100.00 credited"), ("0", "no credit")])
def test_the_decision_is_told_with_its_reason(acme, invoice, alice, dora, deliver, mailoutbox, credited, subject):
    b.decide(dora, b.disputed(b.dispute(alice, invoice)), credited)
    deliver()
    mail = mailoutbox[-1]
    assert mail.subject.endswith(f"is decided: {subject}") and mail.to == ["Alice Moreau <alice@acme.example>"]
    for body in (mail.body, mail.alternatives[0][0]):
        assert "Checked against the order." in body and "Dora Brandt" in body
        assert ("CRN-2026-00001" in body) == bool(Decimal(credited))


def test_a_withdrawal_is_told_to_both_sides(acme, invoice, alice, dora, deliver, mailoutbox):
    make.team(acme, dora, "billing_analyst")
    found = b.dispute(alice, invoice)
    actor = b.customer(alice, acme)
    with as_app(), tenant_scope(acme.pk):
        services.withdraw_dispute(found.pk, actor=actor, at=b.LATER)
    deliver()
    told = [mail for mail in mailoutbox if "was withdrawn" in mail.subject]
    assert to(told) == ["alice@acme.example", "dora@northvane.example"]
    assert all("Alice Moreau withdrew" in mail.body and "20 Dec 2026" in mail.body for mail in told)


def test_mails_are_written_in_the_readers_language(borealis, borealis_main, bob, deliver, mailoutbox):
    make.charge(borealis_main, "1234.50")
    ready(b.issue(borealis_main))
    deliver()
    assert [mail.to for mail in mailoutbox] == [["Bob Fuentes <bob@borealis.example>"]]
    assert "USD\xa01,234.50" in mailoutbox[0].body and "20 dic 2026" in mailoutbox[0].body
