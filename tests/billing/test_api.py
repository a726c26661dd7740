"""Invoices and disputes over the API: what the pages show, and what a customer may do."""

import hashlib
import json
import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from billing.models import Credit, Dispute, DisputedLine, Invoice, InvoiceLine
from portal import repeats
from portal.models import ApiAnswer, Event, Todo
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders as b
from tests.faces import as_app, as_staff, face_settings, inside
from tests.kernel.test_api import said

PLACE = "/api/v1/e/204817/billing/"


def claim(position=1, amount="87.25", **more):
    return {"position": position, "amount": amount, "reason": "rate", "statement": "The order says less.", **more}


def post(client, path, body=None, **headers):
    return client.post(PLACE + path, json.dumps(body or {}), content_type="application/json", headers=headers)


def contest(client, invoice, /, *claims, of="", headers=None, **more):
    body = {"lines": list(claims or [claim()]), **more}
    return post(client, f"invoices/{of or invoice.number}/disputes/", body, **(headers or {}))


def state_of(enterprise):
    """All that an act on an invoice could change."""
    with inside(enterprise):
        models = (Invoice, InvoiceLine, Dispute, DisputedLine, Credit, Event, Todo, ApiAnswer)
        return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


# --- reading -----------------------------------------------------------------------------------


def test_an_invoice_reads_as_its_page_does(client_of, alice, invoice):
    b.dispute(alice, invoice, b.claim(b.lines(invoice)[0], "87.25"))
    body = client_of(alice).get(f"{PLACE}invoices/{invoice.number}/").json()
    assert body["total"] == {"value": "3137.25", "currency": "USD"}
    assert (body["in_dispute"]["value"], body["due"]["value"]) == ("87.25", "3050.00")
    assert (body["status"], body["state"]) == ("issued", "sent")
    assert body["bill_to"]["account_number"] == "5-KTR2P" and body["pdf_sha256"] == ""
    row = client_of(alice).get(f"{PLACE}invoices/").json()["results"][0]
    assert row == {name: body[name] for name in row}
    lines = client_of(alice).get(body["lines"]).json()["results"]
    assert [line["position"] for line in lines] == [1, 2]
    assert lines[0]["disputable"]["value"] == str(b.lines(invoice)[0].amount - Decimal("87.25"))
    assert lines[0]["disputes"][0]["state"] == "disputeBeingInvestigated"


def test_lines_are_paged(client_of, acme_main, alice, month, now):
    for place in range(5):
        make.charge(acme_main, f"{place + 1}.00")
    invoice = b.issue(acme_main, month, now)
    browser, found, url = client_of(alice), [], f"{PLACE}invoices/{invoice.number}/lines/?limit=2"
    while url:
        body = browser.get(url).json()
        found += [row["position"] for row in body["results"]]
        url = body["next"]
    assert (found, body["count"]) == ([1, 2, 3, 4, 5], 5)


def test_a_one_time_line_has_no_last_day(client_of, acme_main, alice, month, now):
    make.charge(acme_main, "75.00", kind="one_time", starts_on=month)
    invoice = b.issue(acme_main, month, now)
    (line,) = client_of(alice).get(f"{PLACE}invoices/{invoice.number}/lines/").json()["results"]
    assert (line["from_on"], line["last_on"], line["days"]) == (month.isoformat(), None, 0)


def test_a_dispute_reads_as_its_page_does(client_of, alice, dora, acme, acme_main, invoice):
    opened = b.dispute(alice, invoice, b.claim(b.lines(invoice)[0], "87.25"))
    b.decide(dora, b.disputed(opened), "80.00")
    body = client_of(alice).get(f"{PLACE}disputes/{opened.number}/").json()
    assert (body["status"], body["state"]) == ("decided", "resolved")
    assert (body["contested"]["value"], body["credited"]["value"]) == ("87.25", "80.00")
    assert body["invoice"]["number"] == invoice.number and body["opened_at"].endswith("Z")
    (line,) = body["lines"]
    assert (line["position"], line["outcome"], line["state"]) == (1, "partly", "credit")
    assert line["credit_note"]["amount"]["value"] == "80.00" and line["credit_note"]["invoice"] is None
    row = client_of(alice).get(f"{PLACE}disputes/").json()["results"][0]
    assert row == {name: body[name] for name in row}


def test_the_document_is_given_as_the_page_gives_it(client_of, alice, invoice):
    browser = client_of(alice)
    path = f"{PLACE}invoices/{invoice.number}/pdf/"
    assert said(browser.get(path), 409, "refused")["way_out"]
    name = default_storage.save("x.pdf", ContentFile(b"%PDF-1.7 text"))
    with inside(invoice.enterprise):
        Invoice.objects.update(pdf_name=name, pdf_sha256="0" * 64)
    assert "not the document" in said(browser.get(path), 409, "refused")["detail"]


def test_a_printed_document_is_given_for_whatever_is_accepted_of_it(client_of, alice, acme_main, month, now):
    make.charge(acme_main, "10.00")
    invoice = b.issue(acme_main, month, now)
    name = default_storage.save("x.pdf", ContentFile(b"%PDF-1.7 text"))
    with inside(invoice.enterprise):
        Invoice.objects.update(pdf_name=name, pdf_sha256=hashlib.sha256(b"%PDF-1.7 text").hexdigest())
    path = f"invoices/{invoice.number}/pdf/"
    browser = client_of(alice)
    page = browser.get(f"/e/204817/billing/{path}")
    for accept in ("*/*", "application/pdf", "application/json"):
        answer = browser.get(PLACE + path, headers={"Accept": accept})
        assert (answer.status_code, answer.content) == (200, b"%PDF-1.7 text")
        for header in ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy"):
            assert answer[header] == page[header]
    said(browser.get(PLACE + path, headers={"Accept": "text/csv"}), 406, "not-acceptable")


def test_staff_read_the_same_inside(client_of, carol, acme, invoice):
    body = client_of(carol).get(f"{PLACE}invoices/{invoice.number}/").json()
    assert body["number"] == invoice.number
    said(client_of(carol).post(f"{PLACE}invoices/{invoice.number}/disputes/"), 404, "not-found")


@pytest.mark.parametrize("path", ["invoices/", "invoices/{}/lines/", "disputes/", "disputes/{}/"])
def test_queries_do_not_grow_with_the_rows(client_of, alice, acme, acme_main, path):
    for _ in range(4):
        make.charge(acme_main, "10.00")
    invoice = b.issue(acme_main)
    opened = b.dispute(alice, invoice, *(b.claim(line) for line in b.lines(invoice)[:2]))
    browser, counts = client_of(alice), []
    url = PLACE + path.format(opened.number if path.startswith("disputes") else invoice.number)
    for attempt in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url).status_code == 200
        counts.append(len(seen))
        if not attempt:
            b.dispute(alice, b.issue(acme_main, b.DECEMBER))
            b.dispute(alice, invoice, b.claim(b.lines(invoice)[2]))
            with inside(acme):
                # A line more in the same dispute, as if it had been opened with three.
                last = b.lines(invoice)[3]
                DisputedLine.objects.create(
                    enterprise=acme, dispute=opened, line=last, reason="rate", statement="x", amount=last.amount
                )
    # One of them keeps who saw it.
    assert counts[0] == counts[1] and counts[0] < 21, counts


# --- disputing ---------------------------------------------------------------------------------


def test_a_customer_disputes_lines_and_withdraws(client_of, alice, acme, invoice):
    browser = client_of(alice)
    answer = contest(browser, invoice, claim(1), claim(2, "100"), customer_reference="AP-1")
    assert answer.status_code == 201
    body = answer.json()
    assert answer["Location"] == body["href"] and browser.get(body["href"]).json() == body
    assert [(line["position"], line["amount"]["value"]) for line in body["lines"]] == [(1, "87.25"), (2, "100.00")]
    assert (body["customer_reference"], body["opened_by"]) == ("AP-1", "Alice Moreau")
    with inside(acme):
        assert Event.objects.filter(kind="dispute.opened").count() == 1
    done = post(browser, f"disputes/{body['number']}/withdraw/")
    assert (done.status_code, done.json()["status"]) == (200, "withdrawn")
    said(post(browser, f"disputes/{body['number']}/withdraw/"), 409, "refused")


def test_the_rules_refuse_as_on_the_page_and_say_which_line(client_of, alice, acme, invoice):
    browser = client_of(alice)
    b.dispute(alice, invoice)
    before = state_of(acme)
    body = said(contest(browser, invoice, claim(2), claim(1)), 409, "refused")
    assert body["pointer"] == "/lines/1" and "already under review" in body["detail"] and body["way_out"]
    body = said(contest(browser, invoice, claim(2, "9999.00")), 422, "invalid")
    assert body["errors"][0]["pointer"] == "/lines/0/amount" and "$2,850.00" in body["errors"][0]["detail"]
    body = said(contest(browser, invoice, claim(2, "0")), 422, "invalid")
    assert body["errors"] == [{"pointer": "/lines/0/amount", "detail": "The amount must be more than zero."}]
    said(contest(browser, invoice, claim(2, "1"), claim(2, "1")), 409, "refused")
    body = said(contest(browser, invoice, claim(2), claim(7)), 422, "invalid")
    assert [each["pointer"] for each in body["errors"]] == ["/lines/1/position"]
    said(post(browser, f"invoices/{invoice.number}/disputes/", {"lines": []}), 422, "invalid")
    assert state_of(acme) == before


def test_after_the_last_day_nothing_is_disputed(client_of, alice, acme, acme_main):
    make.charge(acme_main, "10.00")
    old = b.issue(acme_main, date(2025, 1, 1), datetime(2025, 1, 20, tzinfo=UTC))
    before = state_of(acme)
    body = said(contest(client_of(alice), old, claim(1, "1")), 409, "refused")
    assert "last day" in body["detail"] and state_of(acme) == before


def test_who_may_only_look_disputes_nothing(client_of, alan, alice, acme, acme_branch, invoice, month, now):
    """Seeing invoices is not disputing them, and disputing is for the accounts it was given for."""
    make.charge(acme_branch, "50.00")
    theirs = b.issue(acme_branch, month, now)
    opened = b.dispute(alice, invoice)
    browser = client_of(alan)
    before = state_of(acme)
    said(contest(browser, theirs), 403, "forbidden")
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    make.grant(member, "dispute.manage", make.account(acme, "Another"))
    unknown = said(contest(browser, None, of="INV-2026-999999"), 404, "not-found")
    assert said(contest(browser, theirs), 404, "not-found") == unknown  # sees it, may not dispute it
    assert said(contest(browser, invoice), 404, "not-found") == unknown  # a sibling account's
    assert said(post(browser, f"disputes/{opened.number}/withdraw/"), 404, "not-found") == unknown
    assert state_of(acme) == before


def test_a_foreign_number_answers_as_one_that_does_not_exist(client_of, alice, bob, acme, invoice):
    opened = b.dispute(alice, invoice)
    browser, before = client_of(bob), state_of(acme)
    for path in ("invoices/{}/", "invoices/{}/lines/", "invoices/{}/pdf/", "disputes/{}/"):
        theirs = opened.number if path.startswith("disputes") else invoice.number
        answers = [browser.get(f"/api/v1/e/305120/billing/{path.format(number)}").content for number in (theirs, "X-1")]
        assert answers[0] == answers[1] and b"not-found" in answers[0]
    for path in (f"invoices/{invoice.number}/disputes/", f"disputes/{opened.number}/withdraw/"):
        for place in ("305120", "204817"):
            answer = browser.post(
                f"/api/v1/e/{place}/billing/{path}",
                json.dumps({"lines": [claim()]} if "invoices" in path else {}),
                content_type="application/json",
            )
            said(answer, 404, "not-found")
    assert state_of(acme) == before


def test_no_field_of_the_tables_can_be_written_over_the_api(client_of, alice, acme, invoice):
    browser, before = client_of(alice), state_of(acme)
    models = (Dispute, DisputedLine, Invoice, InvoiceLine)
    names = {field.name for model in models for field in model._meta.get_fields()} | {"enterprise_id", "account_id"}
    for name in names - {"lines", "customer_reference"}:
        body = said(contest(browser, invoice, **{name: 1}), 422, "invalid")
        assert [each["pointer"] for each in body["errors"]] == [f"/{name}"]
    for name in names - {"position", "amount", "reason", "statement"}:
        body = said(contest(browser, invoice, claim(**{name: 1})), 422, "invalid")
        assert [each["pointer"] for each in body["errors"]] == [f"/lines/0/{name}"]
    assert state_of(acme) == before


# --- deciding ----------------------------------------------------------------------------------


def test_an_analyst_decides_a_line(client_of, alice, dora, carol, acme, borealis, invoice):
    make.team(acme, dora, "billing_analyst")
    line = b.disputed(b.dispute(alice, invoice, b.claim(b.lines(invoice)[0], "87.25")))
    path = f"disputed-lines/{line.pk}/decide/"
    analyst, manager = client_of(dora), client_of(carol)
    for browser in (analyst, manager):
        browser.get(f"{PLACE}disputes/")  # the visit is open
    before = state_of(acme)
    said(post(manager, path, {"credited": "1.00", "decision": "No."}), 403, "forbidden")
    said(post(client_of(alice), path, {"credited": "1.00", "decision": "No."}), 404, "not-found")
    body = said(post(analyst, path, {"credited": "87.26", "decision": "Yes."}), 422, "invalid")
    assert [each["pointer"] for each in body["errors"]] == ["/credited"]
    body = said(post(analyst, path, {"credited": "1", "decision": " ", "outcome": "upheld"}), 422, "invalid")
    assert [each["pointer"] for each in body["errors"]] == ["/outcome"]
    assert state_of(acme) == before
    done = post(analyst, path, {"credited": "80.00", "decision": "Checked."})
    assert (done.status_code, done.json()["status"]) == (200, "decided")
    assert done.json()["lines"][0]["credit_note"]["amount"] == {"value": "80.00", "currency": "USD"}
    said(post(analyst, path, {"credited": "80.00", "decision": "Checked."}), 409, "refused")
    make.team(borealis, dora, "billing_analyst")
    answers = [
        analyst.post(f"/api/v1/e/305120/billing/disputed-lines/{pk}/decide/", {}, content_type="application/json")
        for pk in (line.pk, 987654321)
    ]
    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}


# --- the same call twice -----------------------------------------------------------------------


def test_a_repeated_call_gets_the_first_ones_answer_and_does_nothing(client_of, alice, acme, invoice):
    browser = client_of(alice)
    key = {"Idempotency-Key": "order 66"}
    first = contest(browser, invoice, headers=key)
    after = state_of(acme)
    again = contest(browser, invoice, headers=key)
    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    said(contest(browser, invoice, claim(2), headers=key), 422, "key-reused")
    said(post(browser, f"disputes/{first.json()['number']}/withdraw/", {}, **key), 422, "key-reused")
    assert state_of(acme) == after
    with inside(acme):
        assert Dispute.objects.count() == 1


def test_a_key_belongs_to_the_person_and_the_enterprise(client_of, alice, acme, borealis, borealis_main, invoice, bob):
    ada = make.user("ada@acme.example")
    make.member(acme, ada, "Ada", is_administrator=True)
    make.member(borealis, alice, "Alice")
    key = {"Idempotency-Key": "1"}
    assert contest(client_of(alice), invoice, claim(1), headers=key).status_code == 201
    assert contest(client_of(ada), invoice, claim(2), headers=key).status_code == 201
    with as_staff():
        callers = set(ApiAnswer.objects.values_list("enterprise_id", "caller"))
    assert callers == {(acme.pk, f"customer:{alice.pk}"), (acme.pk, f"customer:{ada.pk}")}


def test_what_is_kept_of_a_call_cannot_be_changed_by_the_customers_side(client_of, alice, acme, invoice):
    assert contest(client_of(alice), invoice, headers={"Idempotency-Key": "1"}).status_code == 201
    with as_app(), tenant_scope(acme.pk):
        for change in (ApiAnswer.objects.all().delete, lambda: ApiAnswer.objects.update(request_hash="x")):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change()


def test_a_broken_call_leaves_neither_effect_nor_answer(client_of, alice, acme, invoice, monkeypatch):
    browser = client_of(alice)
    browser.raise_request_exception = False
    before = state_of(acme)
    with monkeypatch.context() as patch:
        patch.setattr("billing.api._whole", lambda *args: 1 / 0)
        said(contest(browser, invoice, headers={"Idempotency-Key": "1"}), 500, "broken")
    assert state_of(acme) == before
    assert contest(browser, invoice, headers={"Idempotency-Key": "1"}).status_code == 201


@pytest.mark.parametrize("attempt", range(2))
def test_the_same_call_twenty_times_at_once_has_one_effect_and_one_answer(
    transactional_db, client_of, alice, acme, acme_main, month, now, attempt
):
    make.charge(acme_main, "287.25")
    invoice = b.issue(acme_main, month, now)
    browsers = [client_of(alice) for _ in range(20)]
    answers = at_once([lambda each=each: contest(each, invoice, headers={"Idempotency-Key": "1"}) for each in browsers])
    assert {(each.status_code, each.content) for each in answers} == {(201, answers[0].content)}
    with inside(acme):
        assert Dispute.objects.count() == 1
        assert Event.objects.filter(kind="dispute.opened").count() == 1


def test_two_calls_with_one_key_and_different_bodies_have_one_effect(
    transactional_db, client_of, alice, acme, acme_main, month, now
):
    make.charge(acme_main, "287.25")
    invoice = b.issue(acme_main, month, now)
    browsers = client_of(alice), client_of(alice)
    key = {"Idempotency-Key": "1"}
    calls = [
        lambda each=each, amount=amount: contest(each, invoice, claim(1, amount), headers=key)
        for each, amount in zip(browsers, ("1.00", "2.00"), strict=True)
    ]
    assert sorted(each.status_code for each in at_once(calls)) == [201, 422]
    with inside(acme):
        assert Dispute.objects.count() == 1


def at_once(calls):
    """Run the calls in threads that start together; returns their answers."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            gate.wait(10)
            answers[place] = call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    with override_settings(**face_settings("customer")):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    return answers


def test_a_second_call_that_waits_too_long_is_told_so(transactional_db, client_of, alice, acme, acme_main, month, now):
    """The first one holds the key; the second gives up after its role's lock timeout."""
    make.charge(acme_main, "287.25")
    invoice = b.issue(acme_main, month, now)
    browser, holds, leave = client_of(alice), threading.Event(), threading.Event()

    def hold():
        try:
            actor = b.customer(alice, acme)
            with as_app(), tenant_scope(acme.pk):
                repeats.begin(actor, "1", "x", at=now)
                holds.set()
                leave.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert holds.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        said(contest(browser, invoice, headers={"Idempotency-Key": "1"}), 409, "under-way")
    finally:
        leave.set()
        thread.join(20)
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    with inside(acme):
        assert not Dispute.objects.exists()
