"""Doing something with chosen rows: what happens to each, and what nobody may do."""

import csv
import hashlib
import io
import zipfile
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings
from django.utils import timezone

from accounts.models import Enterprise, Grant, StaffRole
from billing import lists
from portal import tasks
from portal.listing import acting
from portal.models import Event, Export, Notice
from tests import make
from tests.billing import builders
from tests.faces import as_staff, face_settings, inside, playing

CHOSEN = "/e/204817/orders/chosen/"
INVOICES = "/e/204817/billing/chosen/"


def rows_in(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv"), answer
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def said(browser, answer) -> str:
    assert answer.status_code == 302, answer
    return browser.get(answer.url).content.decode()


# --- orders ------------------------------------------------------------------------------------


def test_chosen_orders_are_a_file_in_the_lists_order(acme_main, alice, client_of):
    orders = [make.order(acme_main, placed_on=date(2026, 3, day)) for day in (1, 2, 3)]
    answer = client_of(alice).post(CHOSEN, {"action": "csv", "row": [orders[0].pk, orders[2].pk]})
    assert [row["Order"] for row in rows_in(answer)] == [orders[2].number, orders[0].number]
    assert "204817-orders-" in answer["Content-Disposition"]


def test_without_a_script_the_box_for_all_stands_for_the_page(acme_main, alice, client_of):
    orders = [make.order(acme_main) for _ in range(3)]
    browser = client_of(alice)
    page = browser.get("/e/204817/orders/").content.decode()
    assert page.count('form="list-picks"') == 4 and 'name="all"' in page
    sent = {"action": "csv", "all": "1", "page": " ".join(str(order.pk) for order in orders[:2])}
    assert len(rows_in(browser.post(CHOSEN, sent))) == 2


def test_a_row_out_of_reach_is_as_one_that_is_not_there(acme_main, acme_branch, borealis_main, alan, alice, client_of):
    mine, theirs, foreign = make.order(acme_branch), make.order(acme_main), make.order(borealis_main)
    rows = rows_in(client_of(alan).post(CHOSEN, {"action": "csv", "row": [mine.pk, theirs.pk, foreign.pk, 987654321]}))
    assert [row["Order"] for row in rows] == [mine.number]
    browser = client_of(alice)
    assert "is not there any more" in said(browser, browser.post(CHOSEN, {"action": "csv", "row": [foreign.pk]}))


@pytest.mark.parametrize("row", ["", "x", "-1", "1.5", "٣", "9" * 40, "0"])
def test_nothing_chosen_does_nothing(acme_main, alice, client_of, row):
    make.order(acme_main)
    browser = client_of(alice)
    assert "Nothing was done" in said(browser, browser.post(CHOSEN, {"action": "csv", "row": row}))


def test_more_than_the_limit_is_refused(acme_main, alice, client_of, monkeypatch):
    monkeypatch.setattr(acting, "MOST", 2)
    orders = [make.order(acme_main) for _ in range(3)]
    answer = client_of(alice).post(CHOSEN, {"action": "csv", "row": [order.pk for order in orders]})
    assert answer.status_code == 409 and "At most 2 rows can be chosen at once; these are 3." in answer.text


@pytest.mark.parametrize("action", ["", "pdfs", "nothing"])
def test_an_action_that_the_list_has_not_is_not_there(acme_main, alice, client_of, action):
    assert client_of(alice).post(CHOSEN, {"action": action, "row": make.order(acme_main).pk}).status_code == 404


def test_the_way_back_is_one_of_ours(acme_main, alice, client_of):
    answer = client_of(alice).post(CHOSEN, {"action": "csv", "next": "https://elsewhere.example/"})
    assert answer.url == "/e/204817/orders/"
    answer = client_of(alice).post(CHOSEN, {"action": "csv", "next": "/e/204817/orders/?status=open"})
    assert answer.url == "/e/204817/orders/?status=open"


# --- invoices and their papers -------------------------------------------------------------------


@pytest.fixture
def invoices(acme_main):
    """Twelve months, each with its paper."""
    make.charge(acme_main)
    found = [builders.issue(acme_main, date(2026, month, 1)) for month in range(1, 13)]
    for each in found:
        paper(each)
    return found


def paper(invoice):
    content = f"%PDF-1.7 {invoice.number}".encode()
    with inside(invoice.enterprise):
        name = default_storage.save(f"invoices/{invoice.enterprise_id}/{invoice.pk}.pdf", ContentFile(content))
        invoice.pdf_name, invoice.pdf_sha256 = name, hashlib.sha256(content).hexdigest()
        invoice.save(update_fields=["pdf_name", "pdf_sha256"])


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def test_a_few_papers_come_at_once_in_one_archive(invoices, alice, client_of):
    answer = client_of(alice).post(INVOICES, {"action": "pdfs", "row": [each.pk for each in invoices[:2]]})
    assert answer["Content-Type"] == "application/zip" and ".zip" in answer["Content-Disposition"]
    found = opened(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    assert found == {f"{each.number}.pdf": f"%PDF-1.7 {each.number}".encode() for each in invoices[:2]}


def test_a_paper_that_is_missing_or_not_the_one_issued_is_named(invoices, acme, alice, acme_branch, client_of):
    make.charge(acme_branch)
    later = builders.issue(acme_branch, date(2026, 1, 1))
    with default_storage.open(invoices[0].pdf_name, "wb") as file:
        file.write(b"other")
    rows = [invoices[0].pk, invoices[1].pk, later.pk]
    found = opened(client_of(alice).post(INVOICES, {"action": "pdfs", "row": rows}).content)
    assert set(found) == {f"{invoices[1].number}.pdf", "not-included.txt"}
    words = found["not-included.txt"].decode()
    assert f"{later.number}: its PDF is not made yet" in words and f"{invoices[0].number}: The stored file" in words
    browser = client_of(alice)
    answer = browser.post(INVOICES, {"action": "pdfs", "row": [later.pk]})
    assert "none of these invoices has its PDF yet" in said(browser, answer)


@pytest.mark.parametrize("is_large", [False, True], ids=["many", "large"])
def test_many_or_large_ones_are_put_together_in_the_background(invoices, acme, alice, client_of, monkeypatch, is_large):
    if is_large:
        monkeypatch.setattr(lists.declared, "PAPERS_BYTES", 10)
    chosen = invoices[:3] if is_large else invoices
    browser = client_of(alice)
    answer = browser.post(INVOICES, {"action": "pdfs", "row": [each.pk for each in chosen]})
    assert answer.status_code == 303 and answer.url == "/e/204817/downloads/"
    with inside(acme):
        export = Export.objects.get(enterprise=acme)
    with override_settings(**face_settings("customer")), playing("portal_app"):
        tasks.export(enterprise_id=acme.pk, pk=export.pk)
    with inside(acme):
        export.refresh_from_db()
        assert (export.state, export.rows_done) == ("done", len(chosen))
        name = export.file.name
    # The day it is for Alice, who asked for it.
    day = timezone.localdate(timezone=ZoneInfo("America/Denver"))
    assert name == f"invoice-pdfs-{day:%Y-%m-%d}.zip"
    page = browser.get("/e/204817/downloads/").content.decode()
    assert "PDFs of invoices" in page and f"{len(chosen)} chosen invoices" in page
    file = browser.get(f"/e/204817/files/{export.file_id}/")
    assert file["Content-Type"] == "application/zip"
    assert set(opened(b"".join(file.streaming_content))) == {f"{each.number}.pdf" for each in chosen}


def test_an_archive_too_large_is_refused_and_said(invoices, acme, alice, client_of, monkeypatch):
    monkeypatch.setattr("portal.exports.kinds.Archive.__init__.__kwdefaults__", {"most": 10})
    browser = client_of(alice)
    browser.post(INVOICES, {"action": "pdfs", "row": [each.pk for each in invoices]})
    with inside(acme):
        export = Export.objects.get(enterprise=acme)
    with override_settings(**face_settings("customer")), playing("portal_app"):
        tasks.export(enterprise_id=acme.pk, pk=export.pk)
    with inside(acme):
        export.refresh_from_db()
        assert export.state == "failed" and "too large for one archive" in export.reason and export.file is None


def test_papers_of_what_one_may_no_longer_see_are_not_made(invoices, acme, acme_main, client_of):
    person = make.user("fin@acme.example")
    grant = make.grant(make.member(acme, person, "Fin Clerk"), "billing.view", acme_main)
    client_of(person).post(INVOICES, {"action": "pdfs", "row": [each.pk for each in invoices]})
    with inside(acme):
        Grant.objects.filter(pk=grant.pk).update(until_at=timezone.now())
        export = Export.objects.get(enterprise=acme)
    with override_settings(**face_settings("customer")), playing("portal_app"):
        tasks.export(enterprise_id=acme.pk, pk=export.pk)
    with inside(acme):
        export.refresh_from_db()
        assert export.state == "failed" and export.file is None


def test_chosen_invoices_are_a_file_too(invoices, alice, client_of):
    rows = rows_in(client_of(alice).post(INVOICES, {"action": "csv", "row": [invoices[0].pk]}))
    assert [row["Invoice"] for row in rows] == [invoices[0].number]


# --- mails that were given up -----------------------------------------------------------------------


@pytest.fixture
def mails(acme, acme_main, borealis_main, alice, bob, dora, deliver):
    """Four mails of two customers: three were given up, one was delivered."""
    for account in (acme_main, borealis_main):
        make.charge(account)
        builders.start(dora)
        builders.dispute(alice if account is acme_main else bob, builders.issue(account))
    deliver()
    with as_staff():
        found = list(Notice.objects.order_by("pk"))
    for each in found[:-1]:
        with inside(each_enterprise(each)):
            Notice.objects.filter(pk=each.pk).update(state="failed", attempts=8, last_error="550 no such user")
    return found


def each_enterprise(notice):
    return Enterprise(enterprise_id=notice.enterprise_id)


def test_mails_that_were_given_up_are_tried_again_and_the_others_are_said(mails, client_of):
    owen = make.staff("Owen Admin", "platform_admin")
    browser = client_of(owen)
    answer = browser.post("/notices/chosen/", {"action": "try-again", "row": [each.pk for each in mails]})
    page = said(browser, answer)
    failed = len(mails) - 1
    assert f"{failed} mail" in page and "tried again" in page and "1 could not: it was not given up" in page
    with as_staff():
        states = list(Notice.objects.order_by("pk").values_list("state", "attempts")[: len(mails)])
        assert states[:-1] == [("waiting", 0)] * failed and states[-1][0] == "done"
        told = Event.objects.filter(kind="notice.retried")
        assert {(e.enterprise_id, e.actor_name) for e in told} == {(m.enterprise_id, "Owen Admin") for m in mails[:-1]}


def test_who_may_only_read_the_log_tries_nothing_again(mails, client_of):
    with as_staff():
        StaffRole.objects.filter(code="technician").update(permissions=["notice.view"])
    browser = client_of(make.staff("Rita Reader", "technician"))
    page = browser.get("/notices/").content.decode()
    assert 'name="row"' not in page and "Try again" not in page.split('id="list-again"')[0]
    answer = browser.post("/notices/chosen/", {"action": "try-again", "row": [mails[0].pk]})
    assert answer.status_code == 403
    with as_staff():
        assert Notice.objects.get(pk=mails[0].pk).state == "failed"
