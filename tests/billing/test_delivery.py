"""How invoices reach the customer: as a link, as a PDF in the mail, or on paper by post."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest

from accounts.models import Account
from billing import services
from billing.models import Posting
from portal import documents
from portal.models import Event, Look
from tests import make
from tests.billing import builders as b
from tests.faces import as_staff, inside

PDF = b"%PDF-1.7 as it was issued"
LIST = "/billing/postings/"


@pytest.fixture(autouse=True)
def quick_print(monkeypatch):
    monkeypatch.setattr(documents, "render", lambda *_, **__: PDF)


@pytest.fixture
def bill(acme, acme_main):
    """An issued invoice of an account that has its invoices in a way."""

    def issue(delivery, **fields):
        with inside(acme):
            Account.objects.filter(pk=acme_main.pk).update(delivery=delivery, **fields)
        make.charge(acme_main, "287.25")
        make.contact(acme, "ap@acme.example", wants_billing=True)
        return b.issue(acme_main)

    return issue


def printed(invoice, at=b.ISSUED_AT):
    with as_staff():
        services.make_pdf(invoice.enterprise_id, invoice.pk, at=at)


def attached(mail):
    return [(name, content, kind) for name, content, kind in mail.attachments]


def kinds(owner):
    with inside(owner):
        return list(Event.objects.order_by("id").values_list("kind", flat=True))


# --- by mail --------------------------------------------------------------------------------------


def test_who_has_invoices_by_mail_gets_the_pdf_in_it(bill, alice, deliver, mailoutbox):
    invoice = bill("email")
    printed(invoice)
    printed(invoice)
    deliver()
    assert {mail.to[0].split("<")[-1].strip(">") for mail in mailoutbox} == {alice.email, "ap@acme.example"}
    for mail in mailoutbox:
        assert attached(mail) == [(f"{invoice.number}.pdf", PDF, "application/pdf")]
        assert "attached as a PDF" in mail.body and "attached as a PDF" in mail.alternatives[0][0]
        assert PDF in mail.message().as_bytes() or b"application/pdf" in mail.message().as_bytes()


@pytest.mark.parametrize(
    ("delivery", "words"), [("electronic", ""), ("paper", "on paper, by post"), ("email", "too large")]
)
def test_nobody_else_does_and_is_told_how_it_comes(bill, acme, alice, deliver, mailoutbox, delivery, words):
    make.agreed(acme, "billing.mail_pdf_kilobytes", 0)
    printed(bill(delivery))
    deliver()
    assert len(mailoutbox) == 2
    for mail in mailoutbox:
        assert not mail.attachments and words in mail.body and "attached" not in mail.body


def test_a_pdf_that_is_late_follows_the_bill_once(bill, acme, alice, deliver, mailoutbox, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("no printer")

    invoice, later = bill("email"), b.ISSUED_AT + timedelta(hours=2)
    monkeypatch.setattr(documents, "render", fail)
    printed(invoice, at=later)
    deliver()
    assert [mail.attachments for mail in mailoutbox] == [[], []] and "still being made" in mailoutbox[0].body
    monkeypatch.setattr(documents, "render", lambda *_, **__: PDF)
    for _ in range(2):
        printed(invoice, at=later)
        deliver()
    assert len(mailoutbox) == 4 and {len(mail.attachments) for mail in mailoutbox[2:]} == {1}
    assert mailoutbox[2].subject == f"The PDF of your bill {invoice.number}"


def test_a_file_that_is_not_what_was_issued_leaves_in_no_mail(bill, acme, alice, deliver, mailoutbox):
    invoice = bill("email")
    printed(invoice)
    with as_staff(), inside(acme):
        invoice.refresh_from_db()
    from django.core.files.storage import default_storage

    with default_storage.open(invoice.pdf_name, "wb") as file:
        file.write(b"%PDF-1.7 another")
    notices = [each for each in deliver() if each.kind == "invoice.issued"]
    assert not mailoutbox and {each.state for each in notices} == {"waiting"}
    assert "not the document that was issued" in notices[0].last_error


def test_a_way_that_holds_from_a_later_day_is_not_followed_yet(bill, alice, deliver, mailoutbox):
    from_on = b.ISSUED_AT.date() + timedelta(days=1)
    printed(bill("email", delivery_next="electronic", delivery_from_on=from_on))
    deliver()
    assert mailoutbox[0].attachments


# --- by post ----------------------------------------------------------------------------------------


@pytest.fixture
def posting(bill, acme):
    bill("paper", address="12 Wynkoop St\nDenver, CO 80202")
    with inside(acme):
        found = Posting.objects.get()
        found.invoice.refresh_from_db()
    return found


def test_what_goes_by_post_is_listed_downloaded_posted_and_marked(posting, acme, alice, dora, client_of):
    client, number = client_of(dora), posting.invoice.number
    chosen = {"row": [posting.pk]}
    early = client.post(f"{LIST}chosen/", {**chosen, "action": "pdfs"}, follow=True)
    assert "has its PDF yet" in early.content.decode()
    printed(posting.invoice)
    page = client.get(LIST).content.decode()
    assert number in page and "12 Wynkoop St, Denver, CO 80202" in page and "To be posted" in page
    (row,) = list(csv.DictReader(io.StringIO(client.get(f"{LIST}export.csv").content.decode().lstrip("\ufeff"))))
    assert (row["Invoice"], row["Posted"], row["Customer"]) == (number, "", acme.name)
    answer = client.post(f"{LIST}chosen/", {**chosen, "action": "pdfs"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        assert archive.namelist() == [f"{number}.pdf"] and archive.read(f"{number}.pdf") == PDF
    for _ in range(2):
        client.post(f"{LIST}chosen/", {**chosen, "action": "posted"})
    assert "Dora Brandt" in client.get(f"{LIST}?state=posted").content.decode()
    assert number not in client.get(f"{LIST}?state=waiting").content.decode()
    assert kinds(acme).count("invoice.posted") == 1
    story = client_of(alice).get(f"/e/204817/billing/invoices/{number}/").content.decode()
    assert "Dora Brandt put it into the post" in story
    with inside(acme):
        assert Look.objects.filter(way="pdf", name="Dora Brandt", label=number).count() == 1


def test_what_came_back_is_to_be_posted_after_all_with_the_reason(posting, acme, dora, erin, alice, client_of):
    printed(posting.invoice)
    client, chosen = client_of(dora), {"row": [posting.pk]}
    # What was not posted has nothing to be undone.
    client.post(f"{LIST}chosen/", {**chosen, "action": "undo"})
    client.post(f"{LIST}chosen/", {**chosen, "action": "posted"})
    page = client.post(f"{LIST}chosen/", {**chosen, "action": "undo"}).content.decode()
    assert posting.invoice.number in page and f'value="{posting.pk}"' in page
    sent = {"keys": str(posting.pk), "reason": ""}
    assert client.post(f"{LIST}undo/", sent).status_code == 422
    assert client_of(erin).post(f"{LIST}undo/", {**sent, "reason": "It came back"}).status_code == 403
    with inside(acme):
        assert Posting.objects.get().posted_on
    for _ in range(2):
        assert client.post(f"{LIST}undo/", {**sent, "reason": "It came back"}).status_code == 302
    with inside(acme):
        assert Posting.objects.get().posted_on is None
    assert kinds(acme).count("invoice.unposted") == 1
    assert posting.invoice.number in client.get(f"{LIST}?state=waiting").content.decode()
    story = client_of(alice).get(f"/e/204817/billing/invoices/{posting.invoice.number}/").content.decode()
    assert "to be posted after all" in story and "It came back" in story


def test_who_runs_no_bills_marks_nothing(posting, acme, erin, alice, client_of):
    printed(posting.invoice)
    before = kinds(acme)
    assert client_of(erin).get(LIST).status_code == 403
    assert client_of(erin).post(f"{LIST}chosen/", {"row": [posting.pk], "action": "posted"}).status_code == 403
    assert client_of(alice).post(f"{LIST}chosen/", {"row": [posting.pk], "action": "posted"}).status_code == 404
    assert kinds(acme) == before
    with inside(acme):
        assert Posting.objects.get().posted_on is None


def test_those_of_several_customers_are_marked_each_in_its_own_journal(
    posting, acme, borealis, borealis_main, dora, client_of
):
    with inside(borealis):
        Account.objects.filter(pk=borealis_main.pk).update(delivery="paper")
    make.charge(borealis_main, "10.00")
    b.issue(borealis_main)
    with inside(borealis):
        theirs = Posting.objects.get()
    client_of(dora).post(f"{LIST}chosen/", {"row": [posting.pk, theirs.pk], "action": "posted"})
    assert [kinds(each).count("invoice.posted") for each in (acme, borealis)] == [1, 1]
