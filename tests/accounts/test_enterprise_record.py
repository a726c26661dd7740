"""An enterprise's record: what each side decides of it, its numbers, and closing it."""

import re

import pytest
from django.db import connection

from accounts.models import CustomerNumber, Enterprise
from portal import locator
from portal.models import Event
from tests import make
from tests.accounts.refusing import unchanged
from tests.faces import as_staff, inside

OURS = {"seen": "0", "custom_name": "Acme", "language": "es", "time_zone": "America/Denver"}
CARRIERS = {
    "seen": "0", "legal_name": "Acme Freight Holdings, Inc.", "segment": "wholesale", "region": "na", "country": "US",
    "language": "en", "time_zone": "America/Chicago",
}  # fmt: skip


@pytest.fixture
def director(acme):
    person = make.staff("Hanna Doyle", "account_director")
    make.team(acme, person, "account_director")
    return person


@pytest.fixture
def desk(client_of, acme, director):
    browser = client_of(director)
    browser.get(f"/e/{acme.public_id}/")
    return browser


def now(enterprise):
    with inside(enterprise):
        return Enterprise.objects.get(pk=enterprise.pk)


def test_an_administrator_decides_name_language_zone_and_self_registration(client_of, acme, alice, director):
    browser, there = client_of(alice), f"/e/{acme.public_id}/enterprise/"
    page = browser.get(there).text
    assert "Hanna Doyle" in page and "Acme Freight, Inc." in page
    answer = browser.post(there, OURS, follow=True)
    assert answer.status_code == 200
    record = now(acme)
    assert (record.name, record.language, record.time_zone, record.is_self_registration_open, record.revision) == (
        "Acme", "es", "America/Denver", False, 1,
    )  # fmt: skip
    assert record.legal_name == "Acme Freight, Inc."
    assert "Self-registration: yes → no" in answer.text


def test_what_is_the_carriers_a_customer_cannot_send(client_of, acme, alice):
    answer = client_of(alice).post(
        f"/e/{acme.public_id}/enterprise/", {**OURS, "legal_name": "Mine", "segment": "wholesale"}
    )
    assert answer.status_code == 302
    assert (now(acme).legal_name, now(acme).segment, now(acme).custom_name) == (
        "Acme Freight, Inc.",
        "enterprise",
        "Acme",
    )


def test_who_does_not_administer_sees_no_record(client_of, acme, alan, bob):
    there = f"/e/{acme.public_id}/enterprise/"
    assert client_of(alan).get(there).status_code == 403
    assert client_of(alan).post(there, OURS).status_code == 403
    assert client_of(bob).post(there, OURS).status_code == 404
    assert now(acme).custom_name == ""


def test_of_two_administrators_the_second_is_told_what_the_first_changed(client_of, acme, alice):
    other = make.user("amy@acme.example")
    make.member(acme, other, "Amy Ito", is_administrator=True)
    there = f"/e/{acme.public_id}/enterprise/"
    assert client_of(other).post(there, {**OURS, "custom_name": "Acme by Amy"}).status_code == 302
    answer = client_of(alice).post(there, OURS)
    assert answer.status_code == 409
    assert "Amy Ito" in answer.text and "Acme by Amy" in answer.text
    assert re.search(r'name="custom_name" value="Acme"', answer.text)
    assert now(acme).custom_name == "Acme by Amy"


def test_staff_change_the_carriers_part_and_the_customer_reads_it(client_of, acme, alice, desk):
    there = f"/e/{acme.public_id}/enterprise/"
    assert desk.post(f"{there}change/", {**CARRIERS, "country": "Atlantis"}).status_code == 422
    assert now(acme).segment == "enterprise"
    assert desk.post(f"{there}change/", CARRIERS).status_code == 302
    assert (now(acme).segment, now(acme).legal_name) == ("wholesale", "Acme Freight Holdings, Inc.")
    assert "Segment: Enterprise → National wholesale" in client_of(alice).get(there).text


def test_a_customer_number_is_one_enterprises_at_the_carrier(client_of, acme, borealis, desk, director):
    there = f"/e/{acme.public_id}/enterprise/numbers/"
    assert desk.post(there, {"number": "C-100", "note": "ordering"}).status_code == 302
    with inside(acme):
        made = CustomerNumber.objects.get()
    make.team(borealis, director, "account_director")
    other = f"/e/{borealis.public_id}/enterprise/numbers/"
    assert desk.post(other, {"number": "c-100", "note": ""}).status_code == 422
    with as_staff():
        assert CustomerNumber.objects.count() == 1
    assert desk.post(f"{there}{made.pk}/remove/").status_code == 302
    with as_staff():
        assert locator.find(locator.CUSTOMER_NUMBER, "C-100") is None
    assert desk.post(other, {"number": "c-100", "note": ""}).status_code == 302


def test_a_closed_enterprise_lets_nobody_in_and_says_why(client_of, acme, alice, bob, desk, deliver):
    there, browser = f"/e/{acme.public_id}/enterprise/", client_of(alice)
    assert desk.post(f"{there}close/", {"reason": "no"}).status_code == 422
    assert browser.get(f"/e/{acme.public_id}/").status_code == 200
    assert desk.post(f"{there}close/", {"reason": "Merged into Borealis"}).status_code == 302
    for path in (f"/e/{acme.public_id}/", there, f"/api/v1/e/{acme.public_id}/accounts/"):
        assert browser.get(path).status_code == 404
    assert [(each.recipient, "Merged into Borealis" in each.body_text) for each in deliver()] == [
        ("alice@acme.example", True)
    ]
    assert desk.post(f"{there}close/", {"reason": "Merged into Borealis"}).status_code == 409
    assert "Merged into Borealis" in desk.get(there).text
    assert desk.post(f"{there}reopen/", {"reason": "It was a mistake"}).status_code == 302
    assert browser.get(f"/e/{acme.public_id}/").status_code == 200


def test_staff_who_may_only_open_it_change_nothing(client_of, acme, carol):
    browser, there = client_of(carol), f"/e/{acme.public_id}/enterprise/"
    browser.get(f"/e/{acme.public_id}/")
    assert browser.get(there).status_code == 200
    for path, typed in (("change/", CARRIERS), ("close/", {"reason": "Because"}), ("numbers/", {"number": "C-1"})):
        assert browser.post(f"{there}{path}", typed).status_code == 403, path
    assert (now(acme).segment, now(acme).is_active) == ("enterprise", True)
    with inside(acme):
        assert not CustomerNumber.objects.exists() and not Event.objects.filter(kind="enterprise.changed").exists()


def test_the_customers_side_cannot_write_what_is_the_carriers_whatever_the_code_does(acme):
    from django.db import ProgrammingError, transaction

    from portal.tenancy import tenant_scope
    from tests.faces import as_app

    for column, value in (("legal_name", "'x'"), ("is_active", "false"), ("segment", "'wholesale'")):
        with pytest.raises(ProgrammingError), transaction.atomic(), as_app(), tenant_scope(acme.pk):
            connection.cursor().execute(f"UPDATE accounts_enterprise SET {column} = {value}")
    assert now(acme).is_active


def test_staff_find_a_customer_by_a_number_of_other_systems_and_by_its_state(acme, borealis, desk):
    desk.post(f"/e/{acme.public_id}/enterprise/numbers/", {"number": "C-100", "note": ""})
    for path in ("/customers/?q=c-100", "/search/?q=C-100"):
        page = desk.get(path).text
        assert "Acme Freight" in page and "Borealis" not in page, path
    desk.post(f"/e/{acme.public_id}/enterprise/close/", {"reason": "Merged into another"})
    page = desk.get("/customers/?state=closed").text
    assert "Acme Freight" in page and "Borealis" not in page


def test_the_carriers_own_enterprise_is_never_closed(client_of, director):
    house, browser = make.house(), client_of(director)
    with unchanged():
        answer = browser.post(f"/e/{house.public_id}/enterprise/close/", {"reason": "Because I can"})
    assert answer.status_code == 409 and "always open" in answer.text


@pytest.mark.parametrize("reason", ["a      b", "      "])
def test_blanks_are_no_reason_to_close(acme, desk, reason):
    there = f"/e/{acme.public_id}/enterprise/close/"
    with unchanged():
        assert desk.post(there, {"reason": reason}).status_code in {409, 422}
    assert desk.post(there, {"reason": "Merged into Borealis"}).status_code == 302
