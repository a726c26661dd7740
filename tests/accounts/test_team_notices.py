"""What a team hears of: its people by what the team may do, and its shared mailbox; each once, and no more."""

import pytest
from django.utils import timezone

from accounts import selectors, services
from accounts.models import Grant, Membership
from accounts.rules import Held, Rights
from portal.models import Notice
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import FaceClient, as_app, as_staff, inside
from tests.orders.conftest import steps_of

NOC = "noc@acme.example"


@pytest.fixture
def pia(acme):
    """May do nothing by herself, and reads Portuguese."""
    person = make.user("pia@acme.example", language="pt")
    make.member(acme, person, "Pia Costa")
    return person


@pytest.fixture
def team(acme, acme_branch, alice, pia):
    """Sees the orders of one account."""
    with as_app(), tenant_scope(acme.pk):
        actor = selectors.get_customer_actor(alice, acme)
        member = Membership.objects.get(user=pia)
        made = services.set_team(None, name="NOC", email=NOC, people={member.pk}, actor=actor, at=timezone.now())
        held = Rights(held=frozenset({Held("order.view", account_id=acme_branch.pk)}))
        seen = selectors.get_rights(made).fingerprint
        services.set_team_rights(made.pk, held, seen=seen, actor=actor, at=timezone.now())
    return made


def told(account, carol, deliver, kind="milestone.noted"):
    order = make.order(account)
    page = f"/e/{account.enterprise.public_id}/orders/milestones/{steps_of(order)[0].pk}/annotate/"
    assert FaceClient("staff").sign_in(carol).post(page, {"note": "Ready now"}).status_code == 302
    number = order.number
    return sorted(each.recipient for each in deliver() if each.kind == kind and number in each.body_text)


def test_the_mailbox_and_the_people_hear_of_what_the_team_sees_and_of_nothing_else(
    acme_main, acme_branch, alice, carol, pia, team, deliver
):
    assert told(acme_branch, carol, deliver) == [alice.email, NOC, pia.email]
    assert told(acme_main, carol, deliver) == [alice.email]


def test_the_mailbox_is_written_to_in_the_teams_language_and_time_zone(
    acme_branch, alice, carol, pia, team, deliver, client_of
):
    client, page = client_of(alice), f"/e/204817/people/teams/{team.pk}/change/"
    sent = {"name": "NOC", "email": NOC, "people": "pia@acme.example", "language": "es", "time_zone": "Asia/Tokyo"}
    assert client.post(page, {**sent, "time_zone": "Mars/Olympus"}).status_code == 422
    assert client.post(page, {**sent, "language": "tlh"}).status_code == 422
    with inside(acme_branch.enterprise):
        team.refresh_from_db()
        assert (team.language, team.time_zone) == ("en", acme_branch.enterprise.time_zone)
    assert client.post(page, sent).status_code == 302
    assert "Asia/Tokyo" in client.get(page).content.decode()
    told(acme_branch, carol, deliver)
    with as_staff():
        notice = Notice.objects.filter(recipient=NOC).latest("pk")
    assert notice.language == "es" and "Orden recibida" in notice.body_text
    # What is not sent stays.
    assert client.post(page, {"name": "NOC", "email": NOC, "people": ""}).status_code == 302
    with inside(acme_branch.enterprise):
        team.refresh_from_db()
        assert (team.language, team.time_zone) == ("es", "Asia/Tokyo")


def test_a_mailbox_that_is_named_twice_hears_once(acme, acme_branch, alice, carol, pia, team, deliver):
    make.contact(acme, NOC, wants_orders=True)
    assert told(acme_branch, carol, deliver).count(NOC) == 1


def test_an_ended_team_hears_of_nothing(acme, acme_branch, alice, carol, pia, team, deliver, client_of):
    page = f"/e/204817/people/teams/{team.pk}/"
    assert "hears of: orders" in client_of(alice).get(page).content.decode()
    assert client_of(alice).post(f"{page}close/").status_code == 302
    assert told(acme_branch, carol, deliver) == [alice.email]


def test_a_team_that_gives_rights_hears_of_requests_for_access(acme, alice, alan, pia, team, deliver):
    with inside(acme):
        Grant.objects.create(enterprise=acme, team=team, permission="user.admin")
    FaceClient("customer").sign_in(alan).post("/e/204817/access/ask/", {"permission": "order.create"})
    found = sorted(each.recipient for each in deliver() if each.kind == "access.asked")
    # Pia gives rights now, but not this one: she may not do it herself.
    assert found == [alice.email, NOC]
