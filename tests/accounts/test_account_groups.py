"""Groups of accounts: who sees which, what lists they narrow, and what changes for people with them."""

import pytest

from accounts.models import AccountGroup, Grant, GroupedAccount, Membership
from portal.models import Event
from tests import make
from tests.accounts.refusing import unchanged
from tests.faces import as_staff, inside


@pytest.fixture
def there(acme):
    return f"/e/{acme.public_id}/account-groups/"


@pytest.fixture
def west(acme, acme_main, acme_branch):
    return make.group(acme, "West", acme_branch)


def grant(enterprise, permission, person, **fields):
    with inside(enterprise):
        member = Membership.objects.get(user=person)
        Grant.objects.create(enterprise=enterprise, membership=member, permission=permission, **fields)


def add(group, *accounts):
    with inside(group.enterprise):
        for each in accounts:
            GroupedAccount.objects.create(enterprise=group.enterprise, group=group, account=each)


def numbers(group):
    with as_staff():
        rows = GroupedAccount.objects.filter(group_id=group.pk, until_at=None)
        return set(rows.values_list("account__number", flat=True))


def test_an_administrator_makes_a_group_changes_and_deletes_it(client_of, acme, there, acme_main, acme_branch, alice):
    browser = client_of(alice)
    answer = browser.post(f"{there}new/", {"name": " West  coast ", "add": "5-KTR2P, 5-KTR3Q"}, follow=True)
    assert answer.status_code == 200 and "West coast" in answer.text
    with inside(acme):
        group = AccountGroup.objects.get()
    assert (group.name, numbers(group)) == ("West coast", {"5-KTR2P", "5-KTR3Q"})
    typed = {"name": "West", "add": "", "take": "5-KTR2P"}
    assert browser.post(f"{there}{group.pk}/change/", typed).status_code == 302
    assert numbers(group) == {"5-KTR3Q"}
    assert "left: 5-KTR2P" in browser.get(f"{there}{group.pk}/").text
    assert browser.post(f"{there}{group.pk}/close/").status_code == 302
    assert browser.get(f"{there}{group.pk}/").status_code == 404
    with inside(acme):
        kinds = Event.objects.filter(kind__startswith="group.").order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["group.made", "group.changed", "group.closed"]


def test_a_name_that_is_taken_and_numbers_that_are_not_here_are_refused(client_of, there, west, borealis_main, alice):
    browser = client_of(alice)
    for typed in ({"name": "WEST"}, {"name": ""}, {"name": "East", "add": "7-BOR1A"}, {"name": "East", "add": "5-NO"}):
        assert browser.post(f"{there}new/", typed).status_code == 422, typed
    with inside(west.enterprise):
        assert AccountGroup.objects.count() == 1


def test_groups_without_an_account_in_reach_are_not_there(
    client_of, acme, there, west, acme_main, acme_branch, alan, bob
):
    hidden, mixed = make.group(acme, "To be sold", acme_main), make.group(acme, "Mixed", acme_main, acme_branch)
    browser = client_of(alan)
    page = browser.get(there).text
    assert "West" in page and "To be sold" not in page
    assert browser.get(f"{there}{hidden.pk}/").status_code == 404
    assert "To be sold" not in browser.get(f"/e/{acme.public_id}/suggest/account-groups/?q=sold").text
    assert "To be sold" not in browser.get(f"{there}export.csv").content.decode()
    page = browser.get(f"{there}{mixed.pk}/").text
    assert "5-KTR3Q" in page and "5-KTR2P" not in page
    assert client_of(bob).get(f"{there}{west.pk}/").status_code == 404


def test_who_does_not_administer_changes_no_group(client_of, there, west, alan):
    browser = client_of(alan)
    assert browser.post(f"{there}new/", {"name": "Mine"}).status_code == 403
    assert browser.post(f"{there}{west.pk}/change/", {"name": "Mine", "take": "5-KTR3Q"}).status_code == 403
    assert browser.post(f"{there}{west.pk}/close/").status_code == 403
    assert numbers(west) == {"5-KTR3Q"}


def test_lists_are_narrowed_by_a_group(client_of, acme, west, acme_main, acme_branch, alice):
    first, second = make.order(acme_main), make.order(acme_branch)
    browser = client_of(alice)
    page = browser.get(f"/e/{acme.public_id}/orders/?group=west").text
    assert second.number in page and first.number not in page
    page = browser.get(f"/e/{acme.public_id}/accounts/?group=West").text
    assert "5-KTR3Q" in page and "5-KTR2P" not in page
    assert browser.get(f"/e/{acme.public_id}/billing/?group=West").status_code == 200


def test_where_permissions_hang_on_a_group_the_change_is_shown_before_it_is_saved(
    client_of, acme, there, west, acme_main, alice, alan
):
    grant(west.enterprise, "order.view", alan, group=west)
    order, browser, theirs = make.order(acme_main), client_of(alice), client_of(alan)
    typed = {"name": "West", "add": "5-KTR2P", "take": ""}
    page = browser.post(f"{there}{west.pk}/change/", typed)
    assert page.status_code == 200 and "Alan Tran" in page.text and numbers(west) == {"5-KTR3Q"}
    assert theirs.get(f"/e/{acme.public_id}/orders/{order.number}/").status_code == 404
    assert browser.post(f"{there}{west.pk}/change/", {**typed, "confirmed": "1"}).status_code == 302
    assert theirs.get(f"/e/{acme.public_id}/orders/{order.number}/").status_code == 200
    assert browser.post(f"{there}{west.pk}/close/").status_code == 302
    assert theirs.get(f"/e/{acme.public_id}/orders/{order.number}/").status_code == 404


def test_who_may_not_decide_rights_moves_no_account_of_a_group_that_carries_them(
    client_of, there, west, acme_main, alan
):
    """Adding an account to a group that one holds something on would be granting it to oneself."""
    grant(west.enterprise, "order.view", alan, group=west)
    for code in ("enterprise.admin", "user.admin"):
        grant(west.enterprise, code, alan)
    grant(west.enterprise, "billing.view", alan, account=acme_main)
    typed = {"name": "West", "add": "5-KTR2P", "take": "", "confirmed": "1"}
    assert client_of(alan).post(f"{there}{west.pk}/change/", typed).status_code == 409
    assert numbers(west) == {"5-KTR3Q"}


def test_programs_read_groups_with_what_is_in_reach(client_of, acme, west, acme_main, alan):
    add(west, acme_main)
    browser = client_of(alan)
    rows = browser.get(f"/api/v1/e/{acme.public_id}/account-groups/").json()["results"]
    assert [(row["name"], row["size"]) for row in rows] == [("West", 1)]
    assert browser.get(rows[0]["href"]).json()["accounts"] == ["5-KTR3Q"]


def test_chosen_accounts_become_a_group(client_of, acme, there, acme_main, acme_branch, alice, alan):
    browser, act = client_of(alice), f"/e/{acme.public_id}/accounts/chosen/"
    asked = browser.post(act, {"action": "group", "row": [acme_main.pk, acme_branch.pk]})
    assert asked.status_code == 302 and asked.url.startswith(f"{there}new/")
    page = browser.get(asked.url).text
    assert "5-KTR2P, 5-KTR3Q" in page
    assert client_of(alan).post(act, {"action": "group", "row": [acme_branch.pk]}).status_code == 403


def test_a_group_that_is_saved_as_it_is_has_not_changed(client_of, there, west, alice):
    browser = client_of(alice)
    with unchanged():
        answer = browser.post(f"{there}{west.pk}/change/", {"name": " West ", "add": "", "take": ""})
    assert answer.status_code == 302
