"""What a leaver leaves is shown before they are removed, with what becomes of it, and goes to who takes over."""

import pytest

from accounts.models import ApiKey, Membership
from portal.models import Event
from tests import make
from tests.faces import inside


@pytest.fixture
def left(acme, alan):
    """Alan has a key, and has asked for more."""
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    return member, make.api_key(acme, alan, name="Ledger robot"), make.access_request(member, "billing.pay")


def picture(acme):
    with inside(acme):
        keys = sorted(ApiKey.objects.values_list("pk", "owner_id", "status"))
        return keys, sorted(Membership.objects.values_list("pk", "status")), Event.objects.count()


def page(member):
    return f"/e/204817/people/{member.pk}/remove/"


def test_the_page_shows_what_they_leave_and_what_becomes_of_it(acme, alice, left, client_of):
    member, key, asked = left
    before = picture(acme)
    shown = client_of(alice).get(page(member)).content.decode()
    assert f"/keys/{key.pk}/" in shown and "Ledger robot" in shown and "They end at once." in shown
    assert f"/access/{asked.pk}/" in shown and "They are withdrawn." in shown
    assert picture(acme) == before


def test_who_takes_over_gets_it_and_who_cannot_changes_nothing(acme, alice, left, client_of):
    member, key, _asked = left
    before, browser = picture(acme), client_of(alice)
    unable = make.member(acme, make.user("una@acme.example"), "Una Able")
    before = picture(acme)
    assert browser.post(page(member), {"heir": "nobody@acme.example"}).status_code == 422
    assert browser.post(page(member), {"heir": unable.user.email}).status_code == 409
    assert picture(acme) == before
    assert browser.post(page(member), {"heir": alice.email}).status_code == 302
    with inside(acme):
        heir = Membership.objects.get(user=alice)
        assert ApiKey.objects.get(pk=key.pk).owner_id == heir.pk
        assert Membership.objects.get(pk=member.pk).status == "removed"


def test_who_leaves_nothing_is_said_so(acme, alice, alan, client_of):
    with inside(acme):
        member = Membership.objects.get(user=alan)
    assert "They leave nothing that others rely on." in client_of(alice).get(page(member)).content.decode()
