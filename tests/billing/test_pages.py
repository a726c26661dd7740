"""The pages of both faces: what they show, to whom, and how they refuse."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from billing import selectors, services
from billing.models import BillRun, BillRunPart, Invoice
from portal import documents
from tests import make
from tests.billing import builders as b
from tests.billing.builders import page, url
from tests.faces import as_staff, inside


def test_the_invoice_page_says_what_it_is_for(client_of, alice, invoice):
    answer = page(client_of(alice), "billing:invoice", invoice.number)
    assert answer.status_code == 200
    for words in ("$3,137.25", invoice.number, "ET-500-00871", "the whole month", "90 days left", "5-KTR2P"):
        assert words in answer.text
    assert answer.text.count("/dispute/") == 2


def test_staff_see_it_without_the_customers_buttons(client_of, carol, invoice):
    answer = page(client_of(carol), "billing:invoice", invoice.number)
    assert answer.status_code == 200 and "/dispute/" not in answer.text


def test_the_list_filters_and_sums(client_of, alice, acme_branch, invoice, month, now):
    make.charge(acme_branch, "10.00")
    other = b.issue(acme_branch, month, now)
    b.dispute(alice, invoice, at=now)
    client = client_of(alice)
    answer = page(client, "billing:invoices")
    assert invoice.number in answer.text and other.number in answer.text and "$2,850.00" in answer.text
    for query, found, missing in (
        ("dispute=yes", invoice, other),
        ("dispute=no", other, invoice),
        ("account=5-KTR3Q", other, invoice),
        (f"number={invoice.number.lower()}", invoice, other),
    ):
        text = client.get(f"{url('billing:invoices')}?{query}").text
        assert found.number in text and missing.number not in text
    assert "No invoice answers to that" in client.get(f"{url('billing:invoices')}?number=INV-1").text


def test_empty_lists_say_what_will_come(client_of, alice, dora):
    client = client_of(alice)
    assert "No invoice yet" in page(client, "billing:invoices").text
    assert "Nothing is disputed" in page(client, "billing:disputes").text
    assert "No dispute answers" in client.get(f"{url('billing:disputes')}?number=DSP-1").text
    staff = client_of(dora)
    assert "Nothing waits for a decision" in page(staff, "billing_work:disputes", enterprise="").text
    assert "No month has been billed yet" in page(staff, "billing_work:runs", enterprise="").text


THINGS = ("billing:invoice", "billing:pdf", "billing:csv", "billing:dispute_line", "billing:dispute")


@pytest.mark.parametrize("name", THINGS)
def test_what_is_not_within_reach_is_not_there(client_of, alice, alan, bob, invoice, now, name):
    """Bob is of another enterprise; Alan sees another account."""
    line = b.lines(invoice)[1].pk
    found = b.dispute(alice, invoice, at=now)
    args = {"billing:dispute": [found.number], "billing:dispute_line": [invoice.number, line]}.get(
        name, [invoice.number]
    )
    assert page(client_of(alice), name, *args).status_code in (200, 409)
    assert page(client_of(bob), name, *args).status_code == 404
    assert page(client_of(bob), name, *args, enterprise="305120").status_code in (404,)
    expected = 403 if name == "billing:dispute_line" else 404
    assert page(client_of(alan), name, *args).status_code == expected


def test_lists_leave_out_what_is_not_within_reach(client_of, alan, alice, invoice, now):
    found = b.dispute(alice, invoice, at=now)
    client = client_of(alan)
    assert invoice.number not in page(client, "billing:invoices").text
    assert found.number not in page(client, "billing:disputes").text


# --- runs --------------------------------------------------------------------------------------


def test_an_analyst_runs_a_month(client_of, dora, acme, acme_main, month, monkeypatch):
    make.charge(acme_main, "100.00")
    client = client_of(dora)
    runs = url("billing_work:runs", enterprise="", face="staff")
    answer = client.post(runs, {"period_on": f"{month:%Y-%m}"})
    with as_staff():
        run = BillRun.objects.get()
    assert answer.status_code == 302 and (run.period_on, run.started_by) == (month, "Dora Brandt")
    text = client.get(answer.url).text
    assert "0 of 1" in text and 'hx-trigger="every 3s"' in text and "Running" in client.get(runs).text
    with as_staff():
        BillRunPart.objects.update(last_error="5-KTR2P: lock timeout")
    assert "5-KTR2P: lock timeout" in client.get(answer.url).text

    b.bill(run, acme, timezone.now())
    fragment = client.get(answer.url, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment and "1 of 1" in fragment and "Make the missing PDFs" in fragment
    assert client.post(url("billing_work:print", run.pk, enterprise="", face="staff")).status_code == 302
    with as_staff():
        invoice = Invoice.objects.get()
        monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF")
        services.make_pdf(acme.pk, invoice.pk, at=timezone.now())
    assert "hx-trigger" not in client.get(answer.url).text


def test_the_story_of_an_invoice_is_told_to_each_side_as_it_concerns_them(
    client_of, alice, dora, acme, invoice, monkeypatch
):
    make.team(acme, dora, "billing_analyst")
    with as_staff(), monkeypatch.context() as patch:
        patch.setattr(documents, "render", lambda *_, **__: 1 / 0)
        services.make_pdf(acme.pk, invoice.pk, at=timezone.now())
    with as_staff(), monkeypatch.context() as patch:
        patch.setattr(documents, "render", lambda *_, **__: b"%PDF")
        services.make_pdf(acme.pk, invoice.pk, at=timezone.now())
    hers, theirs = (page(client_of(person), "billing:invoice", invoice.number).text for person in (alice, dora))
    for text in (hers, theirs):
        assert "Issued: $3,137.25" in text
    assert "ZeroDivisionError" in theirs and "could not be made" not in hers


def test_the_story_of_an_invoice_tells_its_pdf_its_disputes_its_credits_and_its_mails(
    client_of, alice, dora, acme, invoice, deliver, monkeypatch
):
    with as_staff(), monkeypatch.context() as patch:
        patch.setattr(documents, "render", lambda *_, **__: b"%PDF")
        services.make_pdf(acme.pk, invoice.pk, at=timezone.now())
    b.decide(dora, b.disputed(b.dispute(alice, invoice)), "30.00")
    deliver()
    text = page(client_of(alice), "billing:invoice", invoice.number).text
    for words in ("The PDF is ready", "Alice Moreau disputed", "$30.00 of", "credited", "Told by mail to 1 person"):
        assert words in text, words


@pytest.mark.parametrize("typed", ["2999-01", "2026-13", "soon", ""])
def test_a_month_that_cannot_be_billed_is_refused(client_of, dora, acme_main, typed):
    client = client_of(dora)
    answer = client.post(url("billing_work:runs", enterprise="", face="staff"), {"period_on": typed})
    assert answer.status_code == 422 and 'class="confirm" open' in answer.text
    with as_staff():
        assert not BillRun.objects.exists()


# --- files ----------------------------------------------------------------------------------------


def test_the_pdf_is_handed_out_as_it_was_issued(client_of, alice, acme, invoice, monkeypatch):
    client = client_of(alice)
    early = page(client, "billing:pdf", invoice.number)
    assert early.status_code == 409 and "still being made" in early.text

    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 the document")
    with as_staff():
        services.make_pdf(acme.pk, invoice.pk, at=timezone.now())
    answer = page(client, "billing:pdf", invoice.number)
    assert answer.content == b"%PDF-1.7 the document" and answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{invoice.number}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]


def test_a_file_that_is_not_the_one_issued_is_kept_back(client_of, alice, acme, invoice, monkeypatch):
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 the document")
    with as_staff():
        services.make_pdf(acme.pk, invoice.pk, at=timezone.now())
    with inside(acme):
        name = Invoice.objects.get().pdf_name
    with open(default_storage.path(name), "ab") as file:
        file.write(b"!")
    answer = page(client_of(alice), "billing:pdf", invoice.number)
    assert answer.status_code == 409 and "not the document that was issued" in answer.text
    default_storage.delete(name)
    assert page(client_of(alice), "billing:pdf", invoice.number).status_code == 409


def test_the_csv_recomputes_and_runs_no_formula(client_of, alice, invoice):
    answer = page(client_of(alice), "billing:csv", invoice.number)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Amount"] for row in rows] == ["287.25", "2850.00"]
    assert rows[1]["Charge"] == "'=SUM(A1) Wave" and rows[0]["Days"] == rows[0]["Days of the month"]


def test_the_filter_holds_with_the_wall_open(
    alice, alan, bob, acme, invoice, borealis, borealis_main, dora, month, now
):
    """As the staff's role, which sees every row: what is found is the actor's all the same."""
    make.charge(borealis_main, "10.00")
    other = b.issue(borealis_main, month, now)
    mine, theirs = b.dispute(alice, invoice, at=now), b.dispute(bob, other, at=now)
    b.decide(dora, b.disputed(theirs), "5.00", now)
    actor, limited = b.customer(alice, acme), b.customer(alan, acme)
    with as_staff():
        assert [x.pk for x in selectors.list_invoices(actor)] == [invoice.pk]
        assert [x.pk for x in selectors.list_disputes(actor)] == [mine.pk]
        assert [x.dispute_id for x in selectors.list_disputed_lines(actor)] == [mine.pk]
        lines = selectors.list_lines(b.customer(bob, borealis), other)
        assert selectors.disputes_of(lines) == {theirs.pk}
        assert selectors.list_lines(actor, other) == [] == selectors.list_credits_given(actor, other, lines)
        assert selectors.get_credits_of(actor, theirs) == {}
        for found in (selectors.list_invoices, selectors.list_disputes, selectors.list_disputed_lines):
            assert not found(limited).exists()


# --- home, and the cost of a page -----------------------------------------------------------------


def test_home_shows_invoices_and_the_analysts_queue(client_of, alice, dora, acme, invoice, now):
    found = b.dispute(alice, invoice, at=now)
    b.start(dora, invoice.period_on, now)
    assert "All invoices" in client_of(alice).get(url("accounts:home")).text
    text = client_of(dora).get("/").text
    assert found.number in text and "Last bill run" in text
    make.team(acme, dora, "billing_analyst")
    inside_text = client_of(dora).get(url("accounts:home", face="staff")).text
    assert found.number in inside_text and invoice.number in inside_text and "Last bill run" not in inside_text


def test_pages_cost_the_same_for_more_rows(client_of, alice, dora, acme, acme_main, month, now):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def more(count):
        for _ in range(count):
            account = make.account(acme, number=f"5-{make.number()}")
            for _ in range(3):
                make.charge(account, "50.00")
            one = b.issue(account, month, now)
            b.decide(dora, b.disputed(b.dispute(alice, one, at=now)), "10.00", now)
            b.dispute(alice, one, b.claim(b.lines(one)[1]), at=now)
        for _ in range(count * 3):
            make.charge(acme_main, "5.00")

    def queries(client, target):
        client.get(target)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(target).status_code == 200
        return len(seen)

    customer, staff = client_of(alice), client_of(dora)
    lists = [(customer, url("billing:invoices")), (customer, url("billing:disputes")), (customer, url("accounts:home"))]
    lists += [(staff, url("billing_work:disputes", enterprise="", face="staff")), (staff, "/")]
    more(3)
    small = b.issue(acme_main, month, now)
    first = [queries(*each) for each in lists] + [queries(customer, url("billing:invoice", small.number))]
    more(6)
    large = b.issue(acme_main, (month - timedelta(days=1)).replace(day=1), now)
    assert len(b.lines(large)) > len(b.lines(small))
    second = [queries(*each) for each in lists] + [queries(customer, url("billing:invoice", large.number))]
    assert first == second


def test_what_changed_since_the_month_before_is_said_first(client_of, alice, acme, acme_main):
    kept, raised = (make.service(acme_main, number=f"WV-10G-00000{n}") for n in (1, 2))
    make.charge(acme_main, "100.00", text="Wave", service=kept)
    make.charge(acme_main, "2850.00", text="Wave", service=raised, ends_on=b.DECEMBER)
    make.charge(acme_main, "50.00", text="Router", ends_on=b.DECEMBER)
    before = b.issue(acme_main)
    client = client_of(alice)
    assert "What changed since" not in client.get(b.url("billing:invoice", before.number)).text
    make.charge(acme_main, "2950.00", text="Wave", service=raised, starts_on=b.DECEMBER)
    make.charge(acme_main, "75.00", text="Port", starts_on=b.DECEMBER)
    now = b.issue(acme_main, b.DECEMBER, b.LATER)
    page = client.get(b.url("billing:invoice", now.number)).text
    card = page.split('id="changes-title"')[1].split("</section>")[0]
    for words in (
        "What changed since November 2026", "+$125.00", "+$100.00", "more than before", "+$75.00",
        "new on this invoice", "−$50.00", "no longer billed", "1 charge unchanged, $100.00", before.number,
    ):  # fmt: skip
        assert words in card, words
    assert kept.number not in card and raised.number in card


def test_the_last_months_are_plotted_from_two_on_with_their_table(client_of, alice, acme, acme_main):
    make.charge(acme_main, "100.00", starts_on=b.NOVEMBER.replace(day=16))
    b.issue(acme_main)
    client = client_of(alice)
    assert "Billed by month" not in page(client, "billing:invoices").text
    make.charge(acme_main, "40.00", starts_on=b.NOVEMBER.replace(month=9), ends_on=b.NOVEMBER.replace(month=10))
    b.issue(acme_main, b.NOVEMBER.replace(month=9), b.ISSUED_AT.replace(month=9))
    text = page(client, "billing:invoices").text
    plot = text.split('<figure class="plot">')[1].split("</figure>")[0]
    # October, in which nothing was billed, is one of the months.
    assert "Billed by month, USD" in plot and "between $0.00 and $50.00" in plot
    assert plot.count("plot-bar") == 3 and "September 2026" in plot and "$40.00" in plot
    assert "Billed by month" not in client.get(url("billing:invoices"), {"dispute": "no"}).text


def test_a_dispute_shows_whose_clock_runs(client_of, alice, acme, dora, acme_main):
    make.charge(acme_main, "287.25")
    invoice = b.issue(acme_main)
    found = b.dispute(alice, invoice, at=timezone.now() - timedelta(hours=1))
    client = client_of(alice)
    text = page(client, "billing:dispute", found.number).text
    assert "You get an answer by" in text and "clock runs" in text and "data-clock=" in text
    with inside(acme):
        type(found).objects.filter(pk=found.pk).update(answer_by_at=timezone.now() - timedelta(minutes=30))
    late = page(client, "billing:dispute", found.number).text
    assert "target missed, clock runs on" in late and "past it" in late
    b.decide(dora, b.disputed(found), "0", at=timezone.now())
    decided = page(client, "billing:dispute", found.number).text
    assert "target missed" in decided and "data-clock=" not in decided
