"""What happened and who saw what: searchable and exportable by both sides, and by nobody else."""

import pytest

from accounts.audit.lists import AREAS
from portal.models import Look
from portal.notices import KINDS
from tests import make
from tests.billing import builders
from tests.faces import inside


@pytest.fixture
def invoice(acme_main):
    make.charge(acme_main, "100.00")
    return builders.issue(acme_main)


def looks(enterprise):
    with inside(enterprise):
        return sorted(Look.objects.values_list("thing_type", "way", "name"))


def test_who_saw_an_invoice_stands_in_the_log_once_a_day_and_way(client_of, alice, acme, invoice):
    client = client_of(alice)
    for _ in range(3):
        assert client.get(f"/e/204817/billing/invoices/{invoice.number}/").status_code == 200
    client.get(f"/e/204817/billing/invoices/{invoice.number}/csv/")
    client.get(f"/api/v1/e/204817/billing/invoices/{invoice.number}/")
    seen = [("billing.invoice", way, "Alice Moreau") for way in ("api", "csv", "page")]
    assert looks(acme) == seen
    page = client.get("/e/204817/audit/seen/").content.decode()
    assert invoice.number in page
    assert "Alice Moreau" in page


def test_the_carriers_people_are_seen_too(client_of, alice, carol, acme, acme_main):
    order = make.order(acme_main)
    assert client_of(carol).get(f"/e/204817/orders/{order.number}/").status_code == 200
    file = client_of(alice).get("/e/204817/audit/seen/export.csv?side=staff").content.decode()
    assert order.number in file
    assert "Carol Okafor" in file


def test_who_is_not_let_in_has_seen_nothing(client_of, alan, bob, acme, invoice):
    assert client_of(alan).get(f"/e/204817/billing/invoices/{invoice.number}/").status_code == 404
    assert client_of(bob).get(f"/e/204817/billing/invoices/{invoice.number}/").status_code == 404
    assert looks(acme) == []


def test_the_journal_is_narrowed_by_who_what_and_when_and_leaves_as_a_file(client_of, alice, alan, acme):
    client = client_of(alice)
    client.post("/e/204817/people/teams/new/", {"name": "NOC", "people": "alan@acme.example"})
    page = client.get("/e/204817/audit/?area=person&who=alice").content.decode()
    assert "made the team NOC" in page
    assert "made the team NOC" not in client.get("/e/204817/audit/?area=invoice").content.decode()
    assert "made the team NOC" not in client.get("/e/204817/audit/?at_to=2020-01-01").content.decode()
    assert "team.made" in client.get("/e/204817/audit/export.csv?area=person").content.decode()


def test_every_kind_of_event_is_found_by_what_it_is_about():
    areas = {name for code in AREAS for name in code.split()}
    assert {kind.partition(".")[0] for kind in KINDS} - areas == set()


def test_an_invoice_whose_document_is_not_there_was_not_seen_as_one(client_of, alice, acme, invoice):
    assert client_of(alice).get(f"/e/204817/billing/invoices/{invoice.number}/pdf/").status_code == 409
    assert looks(acme) == []


def test_both_sides_read_the_same_journal_and_nobody_else_does(client_of, alice, alan, bob, carol, acme):
    client_of(alice).post("/e/204817/people/teams/new/", {"name": "NOC", "people": ""})
    assert "NOC" in client_of(carol).get("/e/204817/audit/").content.decode()
    for path in ("audit/", "audit/export.csv", "audit/seen/", "audit/seen/export.csv"):
        assert client_of(alan).get(f"/e/204817/{path}").status_code == 403
        assert client_of(bob).get(f"/e/204817/{path}").status_code == 404
        assert "NOC" not in client_of(bob).get(f"/e/305120/{path}").content.decode()


def test_an_auditor_reads_it_without_administering_anything(client_of, acme, alice):
    auditor = make.member(acme, make.user("auditor@acme.example"), "Aud Itor")
    make.grant(auditor, "audit.view")
    client = client_of(auditor.user)
    assert client.get("/e/204817/audit/").status_code == 200
    assert client.get("/e/204817/people/").status_code == 403
    assert client.get("/e/204817/billing/").status_code == 403
