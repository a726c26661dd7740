"""Notes and files on a dispute: from the customer, from the analyst, in the story, in the mails."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing import services
from billing.models import DisputedLine
from portal.files import Accepted
from portal.models import Event, StoredFile
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders as b
from tests.billing.builders import page, url
from tests.faces import as_app, inside

PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def found(alice, invoice, now):
    return b.dispute(alice, invoice, at=now)


def add(client, found, note="", *names, face="customer"):
    uploads = [SimpleUploadedFile(name, PDF) for name in names]
    return client.post(url("billing:add_note", found.number, face=face), {"note": note, "uploads": uploads})


def state_of(enterprise):
    with inside(enterprise):
        return StoredFile.objects.count(), Event.objects.filter(kind="dispute.noted").count()


def test_files_come_with_a_new_dispute(client_of, alice, acme, invoice):
    client, line = client_of(alice), b.lines(invoice)[0]
    typed = {"amount": "100.00", "reason": "rate", "statement": "See the order.", "customer_reference": ""}
    uploads = [SimpleUploadedFile("order.pdf", PDF), SimpleUploadedFile("mail.txt", b"We agreed on 187.25.")]
    answer = client.post(url("billing:dispute_line", invoice.number, line.pk), {**typed, "uploads": uploads})
    text = client.get(answer.url).text
    for words in ("order.pdf", "mail.txt", "PDF, 14", "from Alice Moreau", "File: order.pdf (14"):
        assert words in text
    with inside(acme):
        files = Event.objects.get(kind="dispute.opened").facts["files"]
        stored = {each.name: each for each in StoredFile.objects.all()}
    assert [each["name"] for each in files] == ["order.pdf", "mail.txt"]
    assert all(stored[each["name"]].sha256 == each["sha256"] for each in files)
    assert f"/e/204817/files/{stored['order.pdf'].pk}/" in text


def test_a_customer_adds_a_note_with_files_and_the_analyst_is_told(
    client_of, alice, dora, acme, found, deliver, mailoutbox
):
    make.team(acme, dora, "billing_analyst")
    deliver()
    mailoutbox.clear()
    assert add(client_of(alice), found, "Here is <b>the</b> order.", "order.pdf").status_code == 302
    text = page(client_of(dora), "billing:dispute", found.number).text
    for words in ("Alice Moreau added to the dispute", "Here is &lt;b&gt;the&lt;/b&gt; order.", "order.pdf"):
        assert words in text
    deliver()
    assert [mail.to for mail in mailoutbox] == [["Dora Brandt <dora@northvane.example>"]]
    mail = mailoutbox[0]
    html = mail.alternatives[0][0]
    assert mail.subject == f"Alice Moreau added to dispute {found.number}"
    assert "order.pdf" in mail.body and "order.pdf" in html and "&lt;b&gt;the" in html and not mail.attachments
    assert f"http://localhost:8001{url('billing:dispute', found.number, face='staff')}" in mail.body


def test_the_analyst_answers_with_a_file_and_the_customers_people_are_told(
    client_of, alice, dora, acme, found, deliver, mailoutbox
):
    make.team(acme, dora, "billing_analyst")
    deliver()
    mailoutbox.clear()
    assert add(client_of(dora), found, "Which order is it?", "rates.pdf", face="staff").status_code == 302
    text = page(client_of(alice), "billing:dispute", found.number).text
    assert "Dora Brandt added to the dispute" in text and "from Dora Brandt" in text
    deliver()
    assert [mail.to[0].rpartition("<")[2] for mail in mailoutbox] == ["alice@acme.example>"]
    assert url("billing:dispute", found.number) in mailoutbox[0].body


def test_a_decision_can_bring_a_file(client_of, alice, dora, acme, found):
    make.team(acme, dora, "billing_analyst")
    line = b.disputed(found)
    typed = {"credited": "1.00", "decision": "See the file.", "uploads": [SimpleUploadedFile("rates.pdf", PDF)]}
    assert client_of(dora).post(url("billing:decide", line.pk, face="staff"), typed).status_code == 302
    assert "rates.pdf" in page(client_of(alice), "billing:dispute", found.number).text


def test_a_wrong_file_leaves_the_decision_open_and_typed(client_of, dora, acme, found):
    make.team(acme, dora, "billing_analyst")
    line = b.disputed(found)
    typed = {"credited": "1.00", "decision": "See the file.", "uploads": [SimpleUploadedFile("rates.exe", b"MZ")]}
    answer = client_of(dora).post(url("billing:decide", line.pk, face="staff"), typed)
    assert answer.status_code == 422 and "See the file." in answer.text and 'value="1.00"' in answer.text
    with inside(acme):
        assert DisputedLine.objects.get().outcome == "open" and not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("note", "names", "words"),
    [("", [], "Write a note, choose a file, or both."), ("Typed.", ["a.exe"], "of a kind that we do not take")],
)
def test_a_wrong_note_comes_back_with_what_was_typed(client_of, alice, acme, found, note, names, words):
    answer = add(client_of(alice), found, note, *names)
    assert answer.status_code == 422 and words in answer.text and note in answer.text
    assert state_of(acme) == (0, 0)


def test_nothing_is_added_to_a_closed_dispute(client_of, alice, acme, found):
    client = client_of(alice)
    client.post(url("billing:withdraw", found.number))
    answer = add(client, found, "Too late", "a.pdf")
    assert answer.status_code == 409 and "This dispute is closed" in answer.text
    assert "Add to the dispute" not in page(client, "billing:dispute", found.number).text
    assert state_of(acme) == (0, 0)


def test_who_may_not_adds_nothing(client_of, acme, alice, alan, bob, carol, found, acme_main, acme_branch):
    from accounts.models import Membership

    assert add(client_of(bob), found, "x").status_code == 404
    assert add(client_of(alan), found, "x").status_code == 403
    assert add(client_of(carol), found, "x", face="staff").status_code == 403
    assert "Add to the dispute" not in page(client_of(carol), "billing:dispute", found.number).text
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    make.grant(member, "billing.view", acme_main)
    make.grant(member, "dispute.manage", acme_branch)
    client = client_of(alan)
    assert add(client, found, "x").status_code == 404
    assert "Add to the dispute" not in page(client, "billing:dispute", found.number).text
    assert state_of(acme) == (0, 0)


def test_the_service_asks_again_whoever_calls_it(acme, alice, found, now):
    """As the pages do: words or files there must be."""
    from portal.errors import Refused

    actor = b.customer(alice, acme)
    with as_app(), tenant_scope(acme.pk):
        with pytest.raises(Refused, match="Write a note"):
            services.add_to_dispute(found.pk, actor=actor, at=now, note="  ")
        upload = Accepted("a.pdf", "application/pdf", PDF)
        services.add_to_dispute(found.pk, actor=actor, at=now, note="", uploads=[upload])
    assert state_of(acme) == (1, 1)


def test_the_page_costs_the_same_for_more_files(client_of, alice, acme, found):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, target = client_of(alice), url("billing:dispute", found.number)

    def queries():
        client.get(target)
        with CaptureQueriesContext(connection) as seen:
            client.get(target)
        return len(seen)

    add(client, found, "One", "a.pdf")
    first = queries()
    add(client, found, "Two", "b.pdf", "c.pdf", "d.pdf")
    assert queries() == first
