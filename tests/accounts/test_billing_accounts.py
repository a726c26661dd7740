"""Billing accounts: who sees them, who changes what of them, and what two who edit at once are told."""

import re
from datetime import date

import pytest

from accounts.models import Account, Contact
from portal import registries
from portal.models import Event
from tests import make
from tests.billing import builders
from tests.faces import as_staff, inside

OURS = {
    "alias": "Rechnungen Süd",
    "address": "Acme Freight\n88 Harbor Way",
    "country": "US",
    "service_address": "",
    "po_reference": "4500-7721",
}
CARRIERS = {**{name: OURS[name] for name in OURS if name != "alias"}, "name": "Acme main", "msa_number": "MSA-7"}


def seen(browser, path):
    """The revision that a page shows."""
    return re.search(r'name="seen" value="(\d+)"', browser.get(path).text)[1]


def now(account):
    with inside(account.enterprise):
        return Account.objects.get(pk=account.pk)


def events(account, kind):
    with inside(account.enterprise):
        return list(Event.objects.filter(kind=kind).order_by("pk"))


@pytest.fixture
def analyst(acme):
    person = make.staff("Dora Brandt", "billing_analyst")
    make.team(acme, person, "billing_analyst")
    return person


@pytest.fixture
def where(acme, acme_main):
    return f"/e/{acme.public_id}/accounts/{acme_main.pk}/"


def test_the_list_shows_the_accounts_within_reach_and_no_others(client_of, acme, acme_main, alice, alan):
    page = client_of(alice).get(f"/e/{acme.public_id}/accounts/").text
    assert "5-KTR2P" in page and "5-KTR3Q" in page
    page = client_of(alan).get(f"/e/{acme.public_id}/accounts/").text
    assert "5-KTR2P" not in page and "5-KTR3Q" in page


def test_an_account_out_of_reach_is_not_there(client_of, acme, where, alan, bob, borealis_main):
    assert client_of(alan).get(where).status_code == 404
    assert client_of(bob).get(where).status_code == 404
    assert client_of(alan).get(f"/e/{acme.public_id}/accounts/{borealis_main.pk}/").status_code == 404


def test_the_list_is_narrowed_by_a_part_of_the_number_name_or_btn(client_of, acme, alice):
    make.account(acme, "Harbor", number="9-HRB", btn="+1 303 555 0121", status="closed")
    make.account(acme, "Mill", number="9-MIL")
    browser = client_of(alice)
    for query in ("q=harb", "q=9-hr", "q=555 0121", "status=closed"):
        page = browser.get(f"/e/{acme.public_id}/accounts/?{query}").text
        assert "9-HRB" in page and "9-MIL" not in page, query


def test_the_file_of_accounts_holds_the_same_and_runs_no_formula(client_of, acme, alan, acme_main, acme_branch):
    with inside(acme):
        Account.objects.filter(pk=acme_branch.pk).update(alias="=1+1")
    answer = client_of(alan).get(f"/e/{acme.public_id}/accounts/export.csv").content.decode()
    assert "5-KTR3Q" in answer and "5-KTR2P" not in answer
    assert ",'=1+1," in answer


def test_the_page_tells_what_hangs_on_it_whom_to_call_and_its_contract(client_of, where, acme, acme_main, alice, carol):
    make.order(acme_main)
    make.contact(acme, "ap@acme.example", name="Accounts payable", wants_billing=True)
    with inside(acme):
        Account.objects.filter(pk=acme_main.pk).update(payment_days=45, contract_ends_on=date(2030, 1, 31))
    page = client_of(alice).get(where).text
    assert "Carol Okafor" in page and "Accounts payable" in page and "45 days net" in page
    assert f"/e/{acme.public_id}/orders/?account=5-KTR2P" in page


def test_what_hangs_on_an_account_is_told_to_who_may_see_it_there(client_of, where, acme, acme_main, acme_branch):
    member = make.member(acme, make.user("ula@acme.example"), "Ula User")
    make.grant(member, "order.view", acme_main)
    make.grant(member, "billing.view", acme_branch)
    page = client_of(member.user).get(where).text
    assert "/orders/?account=5-KTR2P" in page and "/billing/?account=5-KTR2P" not in page
    page = client_of(member.user).get(f"/e/{acme.public_id}/accounts/{acme_branch.pk}/").text
    assert "/billing/?account=5-KTR3Q" in page and "/orders/?account=5-KTR3Q" not in page


def test_a_customer_changes_what_is_theirs_with_before_and_after(client_of, where, acme_main, alice):
    browser = client_of(alice)
    answer = browser.post(f"{where}change/", {**OURS, "seen": seen(browser, f"{where}change/")}, follow=True)
    assert answer.redirect_chain and "Rechnungen Süd" in answer.text
    account = now(acme_main)
    assert (account.alias, account.po_reference, account.revision) == ("Rechnungen Süd", "4500-7721", 1)
    changes = {
        each["field"]: (each["before"], each["after"])
        for each in events(acme_main, "account.changed")[0].facts["changes"]
    }
    assert changes["address"] == ("", "Acme Freight\n88 Harbor Way")
    assert "Customer&#x27;s own name: — → Rechnungen Süd" in answer.text


def test_a_customer_changes_nothing_that_is_the_carriers(client_of, where, acme_main, alice):
    browser = client_of(alice)
    typed = {**OURS, "seen": "0", "name": "Mine", "payment_days": "365", "status": "closed", "msa_number": "X"}
    assert browser.post(f"{where}change/", typed).status_code == 302
    account = now(acme_main)
    assert (account.alias, account.name, account.payment_days, account.msa_number) == (
        "Rechnungen Süd",
        "Acme main",
        None,
        "",
    )


def test_staff_change_the_contract_and_not_the_customers_own_name(client_of, where, acme, acme_main, analyst):
    browser = client_of(analyst)
    browser.get(f"/e/{acme.public_id}/")
    typed = {**CARRIERS, "seen": "0", "payment_days": "45", "contract_starts_on": "2026-01-01", "alias": "no"}
    assert browser.post(f"{where}change/", {**typed, "contract_ends_on": "2025-12-31"}).status_code == 422
    assert now(acme_main).payment_days is None
    assert browser.post(f"{where}change/", {**typed, "contract_ends_on": "2028-12-31"}).status_code == 302
    account = now(acme_main)
    assert (account.payment_days, account.contract_ends_on, account.alias) == (45, date(2028, 12, 31), "")


def test_staff_without_the_permission_change_nothing(client_of, where, acme, acme_main, carol):
    browser = client_of(carol)
    browser.get(f"/e/{acme.public_id}/")
    assert browser.get(where).status_code == 200
    assert browser.post(f"{where}change/", {**CARRIERS, "seen": "0", "name": "X"}).status_code == 403
    assert browser.post(f"{where}status/", {"status": "closed", "reason": "because I can"}).status_code == 403
    assert (now(acme_main).name, now(acme_main).status) == ("Acme main", "active")


def test_of_two_who_edit_at_once_the_second_is_told_and_keeps_what_was_typed(
    client_of, where, acme, acme_main, alice, analyst
):
    ours, theirs = client_of(alice), client_of(analyst)
    theirs.get(f"/e/{acme.public_id}/")
    shown = seen(ours, f"{where}change/")
    assert theirs.post(f"{where}change/", {**CARRIERS, "seen": shown, "po_reference": "from Dora"}).status_code == 302
    answer = ours.post(f"{where}change/", {**OURS, "seen": shown})
    assert answer.status_code == 409
    assert "Dora Brandt" in answer.text and "from Dora" in answer.text and 'value="Rechnungen Süd"' in answer.text
    assert (now(acme_main).po_reference, now(acme_main).alias) == ("from Dora", "")
    again = re.search(r'name="seen" value="(\d+)"', answer.text)[1]
    assert ours.post(f"{where}change/", {**OURS, "seen": again}).status_code == 302
    assert now(acme_main).po_reference == "4500-7721"


def test_saving_what_stands_there_is_no_change(client_of, where, acme_main, alice):
    browser = client_of(alice)
    for shown in ("0", "0"):
        assert browser.post(f"{where}change/", {**OURS, "seen": shown}).status_code == 302
    assert len(events(acme_main, "account.changed")) == 1


def test_another_delivery_waits_for_its_cycle_and_is_told(client_of, where, acme, acme_main, alice, deliver):
    make.contact(acme, "ap@acme.example", wants_billing=True, language="es")
    browser = client_of(alice)
    assert browser.post(f"{where}delivery/", {"delivery": "paper"}, follow=True).status_code == 200
    account = now(acme_main)
    today = date.today()
    months = (account.delivery_from_on.year - today.year) * 12 + account.delivery_from_on.month - today.month
    assert (account.delivery, account.delivery_next, account.delivery_from_on.day) == ("electronic", "paper", 1)
    assert months in {1, 2, 3} and account.delivery_on(account.delivery_from_on) == "paper"
    assert {each.recipient for each in deliver()} == {"alice@acme.example", "ap@acme.example"}
    for _ in range(2):  # what is asked for twice is asked for once
        browser.post(f"{where}delivery/", {"delivery": "electronic"})
    assert (now(acme_main).delivery_next, now(acme_main).delivery_from_on) == ("", None)
    assert len(events(acme_main, "account.delivery_changed")) == 2


def test_who_may_not_choose_the_delivery_changes_nothing(client_of, acme, acme_branch, alan):
    where = f"/e/{acme.public_id}/accounts/{acme_branch.pk}/delivery/"
    assert client_of(alan).post(where, {"delivery": "paper"}).status_code == 403
    assert now(acme_branch).delivery_next == ""


def test_an_account_is_suspended_closed_and_reopened_with_a_reason_that_its_people_read(
    client_of, where, acme, acme_main, alice, analyst, deliver
):
    browser = client_of(analyst)
    browser.get(f"/e/{acme.public_id}/")
    assert browser.post(f"{where}status/", {"status": "suspended", "reason": "x"}).status_code == 422
    assert now(acme_main).status == "active"
    for status in ("suspended", "closed", "active"):
        assert browser.post(f"{where}status/", {"status": status, "reason": f"Now it is {status}"}).status_code == 302
        assert (now(acme_main).status, now(acme_main).status_reason) == (status, f"Now it is {status}")
    assert browser.post(f"{where}status/", {"status": "active", "reason": "Once more"}).status_code == 409
    assert browser.post(f"{where}status/", {"status": "gone", "reason": "Once more"}).status_code == 404
    assert {each.recipient for each in deliver()} == {"alice@acme.example"}


def test_the_customers_face_has_no_way_to_the_status(client_of, where, acme_main, alice):
    assert client_of(alice).post(f"{where}status/", {"status": "closed", "reason": "I want it"}).status_code == 404
    assert now(acme_main).status == "active"


def test_staff_add_an_account_that_is_paperless_and_unique_at_the_carrier(client_of, acme, borealis_main, analyst):
    browser = client_of(analyst)
    browser.get(f"/e/{acme.public_id}/")
    typed = {"seen": "0", "number": "7-bor1a", "name": "Third", "currency": "USD", "country": "US"}
    taken = browser.post(f"/e/{acme.public_id}/accounts/new/", typed)
    assert taken.status_code == 422
    assert browser.post(f"/e/{acme.public_id}/accounts/new/", {**typed, "number": "5-NEW1"}).status_code == 302
    with as_staff():
        made = Account.objects.get(number="5-NEW1")
        assert not Account.objects.filter(number="7-bor1a").exists()
    assert (made.enterprise_id, made.delivery) == (acme.pk, "electronic")


def test_an_account_with_net_days_of_its_own_is_due_by_them(acme, acme_main, acme_branch):
    for account, days in ((acme_main, 45), (acme_branch, None)):
        with inside(acme):
            Account.objects.filter(pk=account.pk).update(payment_days=days)
        make.charge(account)
    first, second = (builders.issue(each) for each in (acme_main, acme_branch))
    assert [(each.due_on - each.issued_on).days for each in (first, second)] == [45, 30]


def test_programs_read_what_the_pages_show(client_of, acme, acme_main, acme_branch, alan, bob):
    make.contact(acme, "branch@acme.example", account=acme_branch, wants_billing=True)
    browser, there = client_of(alan), f"/api/v1/e/{acme.public_id}/accounts/"
    rows = browser.get(there).json()["results"]
    assert [row["number"] for row in rows] == ["5-KTR3Q"]
    one = browser.get(rows[0]["href"]).json()
    assert (one["payment_days"], one["delivery"], one["contacts"][0]["email"]) == (
        30,
        "electronic",
        "branch@acme.example",
    )
    assert browser.get(f"{there}{acme_main.pk}/").status_code == 404
    assert client_of(bob).get(there).status_code == 404


def test_the_list_asks_the_database_as_often_for_few_as_for_many(client_of, acme, alice, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = client_of(alice)
    counted = []
    for _ in range(2):
        for _ in range(10):
            make.account(acme)
        browser.get(f"/e/{acme.public_id}/accounts/")
        with CaptureQueriesContext(connection) as captured:
            browser.get(f"/e/{acme.public_id}/accounts/")
        counted.append(len(captured))
    assert counted[0] == counted[1]


def test_contacts_are_kept_by_those_who_may(client_of, acme, acme_branch, alice):
    browser, there = client_of(alice), f"/e/{acme.public_id}/contacts/"
    typed = {"name": "Night desk", "email": "Desk+Night@acme.example", "language": "pt", "time_zone": "UTC",
             "account": "5-KTR3Q"}  # fmt: skip
    assert browser.post(f"{there}new/", typed).status_code == 422
    assert browser.post(f"{there}new/", {**typed, "wants_orders": "on"}).status_code == 302
    with inside(acme):
        contact = Contact.objects.get()
    assert (contact.email, contact.account_id, contact.language) == ("desk+night@acme.example", acme_branch.pk, "pt")
    again = browser.post(f"{there}new/", {**typed, "wants_orders": "on"})
    assert again.status_code == 422 and "contact here already" in again.text
    page = browser.get(f"{there}{contact.pk}/").text
    assert "desk+night@acme.example" in page and "5-KTR3Q" in page
    changed = {**typed, "name": "الوردية الليلية", "account": "", "wants_billing": "on"}
    for _ in range(2):  # saved again it is no change
        assert browser.post(f"{there}{contact.pk}/", changed).status_code == 302
    assert "الوردية الليلية" in browser.get(there).text
    assert "desk+night@acme.example" in browser.get(f"{there}export.csv").content.decode()
    assert browser.post(f"{there}{contact.pk}/remove/").status_code == 302
    with inside(acme):
        assert not Contact.objects.exists()
        kinds = list(Event.objects.filter(kind__startswith="contact.").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["contact.added", "contact.changed", "contact.removed"]


def test_contacts_beyond_ones_accounts_cannot_be_touched(client_of, acme, acme_main, acme_branch, alan):
    with inside(acme):
        from accounts.models import Grant, Membership

        member = Membership.objects.get(user=alan)
        Grant.objects.create(enterprise=acme, membership=member, permission="account.change", account=acme_branch)
    theirs = make.contact(acme, "main@acme.example", account=acme_main, wants_orders=True)
    everywhere = make.contact(acme, "all@acme.example", wants_orders=True)
    mine = make.contact(acme, "branch@acme.example", account=acme_branch, wants_orders=True)
    browser, there = client_of(alan), f"/e/{acme.public_id}/contacts/"
    page = browser.get(there).text
    assert "branch@" in page and "main@" not in page and "all@" not in page
    for contact in (theirs, everywhere):
        assert browser.get(f"{there}{contact.pk}/").status_code == 404
        assert browser.post(f"{there}{contact.pk}/remove/").status_code == 404
    typed = {"name": "X", "email": "x@acme.example", "language": "en", "time_zone": "UTC", "wants_orders": "on"}
    for number in ("", "5-KTR2P"):
        assert browser.post(f"{there}new/", {**typed, "account": number}).status_code == 422
    assert browser.post(f"{there}{mine.pk}/", {**typed, "account": ""}).status_code == 422
    with inside(acme):
        Grant.objects.create(enterprise=acme, membership=member, permission="order.view", account=acme_main)
    # Who sees an account does not thereby decide who is told of it.
    answer = browser.post(f"{there}new/", {**typed, "account": "5-KTR2P"})
    assert answer.status_code == 422 and "You may not do this to this account" in answer.text
    with inside(acme):
        assert Contact.objects.count() == 3
        assert Contact.objects.get(pk=mine.pk).account_id == acme_branch.pk


@pytest.mark.parametrize("typed", ["harbor", "Süd", "555 0121", "5-ktr2"])
def test_an_account_is_found_by_what_it_is_called_and_by_nobody_beyond_reach(
    client_of, acme, acme_main, where, alice, alan, typed
):
    with inside(acme):
        Account.objects.filter(pk=acme_main.pk).update(name="Harbor Way", alias="Büro Süd", btn="+1 303 555 0121")
    assert f'href="{where}"' in client_of(alice).get(f"/e/{acme.public_id}/search/", {"q": typed}).text
    assert f'href="{where}"' not in client_of(alan).get(f"/e/{acme.public_id}/search/", {"q": typed}).text


def test_what_is_about_the_whole_enterprise_opens_no_account(client_of, acme, acme_main, where, alan):
    """Inviting colleagues, asking for keys or administering is no reason to read what an account pays."""
    person = make.user("hr@acme.example")
    member = make.member(acme, person, "Hana Rios")
    for code in sorted(registries.whole_permissions()):
        make.grant(member, code)
    browser = client_of(person)
    assert browser.get(where).status_code == 404
    assert "5-KTR2P" not in browser.get(f"/e/{acme.public_id}/accounts/").text
    assert "5-KTR2P" not in browser.get(f"/e/{acme.public_id}/accounts/export.csv").content.decode()
    assert browser.get(f"/api/v1/e/{acme.public_id}/accounts/").json()["results"] == []
    assert "5-KTR2P" not in browser.get(f"/e/{acme.public_id}/suggest/accounts/?q=5-KTR").text
    make.grant(member, "order.view", acme_main)
    assert browser.get(where).status_code == 200
