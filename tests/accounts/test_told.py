"""Who is closed out, let in, or finds another door is told of it, and nobody else."""

import pytest
from django.utils import timezone

from accounts.models import Membership
from portal import events
from portal.actors import system
from portal.tenancy import tenant_scope
from tests import make
from tests.accounts.test_api_by_key import member_of
from tests.faces import as_app, as_staff, inside


@pytest.fixture
def told(deliver):
    """Who was told what since the last time, and in which words."""
    seen = set()

    def since():
        fresh = [each for each in deliver() if each.pk not in seen]
        seen.update(each.pk for each in fresh)
        return {(each.kind, each.recipient): each for each in fresh}

    return since


@pytest.fixture
def joined(acme, alan):
    member = member_of(acme, alan)
    with inside(acme):
        Membership.objects.filter(pk=member.pk).update(joined_at=member.created_at)
    return member


def post(client, member, verb, **data):
    answer = client.post(f"/e/204817/people/{member.pk}/{verb}/", data)
    assert answer.status_code == 302, answer


def test_who_is_closed_out_let_in_and_removed_hears_of_it_in_their_own_language(client_of, alice, alan, joined, told):
    with as_app():
        type(alan).objects.filter(pk=alan.pk).update(language="es")
    client = client_of(alice)
    for verb, kind in (("deactivate", "deactivated"), ("reactivate", "reactivated"), ("remove", "removed")):
        post(client, joined, verb)
        (((what, whom), mail),) = told().items()
        assert (what, whom, mail.language) == (f"person.{kind}", alan.email, "es")
        assert "Alice Moreau" in mail.body_text and "Acme Freight" in mail.subject


def test_who_never_joined_is_told_nothing_of_an_invitation_that_was_taken_back(client_of, acme, alice, told):
    member = make.member(acme, make.user("late@acme.example"), "Late", status="pending")
    post(client_of(alice), member, "remove")
    assert told() == {}


def test_the_other_administrators_hear_when_the_door_changes(client_of, acme, alice, alan, told):
    make.member(acme, make.user("ada@acme.example"), "Ada & Co", is_administrator=True)
    client = client_of(alice)
    for sent in ({"everybody": "1"}, {}):
        client.post("/e/204817/second-step/", sent)
    kinds = {f"enterprise.second_step_{each}" for each in ("asked", "eased")}
    assert {key for key in told() if key[0] in kinds} == {(kind, "ada@acme.example") for kind in kinds}


def test_who_is_in_a_team_hears_what_it_may_do(client_of, acme, alice, alan, told):
    client = client_of(alice)
    body = {"name": "Desk", "people": [alan.email, alice.email]}
    made = client.post("/api/v1/e/204817/people/teams/new/", body, content_type="application/json").json()
    told()
    rights = {"seen": made["seen"], "grants": [{"permission": "user.admin"}]}
    path = f"/api/v1/e/204817/people/teams/{made['id']}/rights/"
    assert client.post(path, rights, content_type="application/json").status_code == 200
    (((what, whom), mail),) = told().items()
    assert (what, whom) == ("team.rights_changed", alan.email) and "Invite colleagues" in mail.body_text


def test_the_words_of_a_name_stand_in_the_subject_as_they_are(acme, alice, alan, joined, client_of, told):
    with as_staff(), tenant_scope(acme.pk):
        type(acme).objects.filter(pk=acme.pk).update(custom_name="Acme & Sons <West>")
    post(client_of(alice), joined, "deactivate")
    (mail,) = told().values()
    assert mail.subject == "Your access to Acme & Sons <West> is closed"
    assert "Acme &amp; Sons &lt;West&gt;" in mail.body_html and "<West>" not in mail.body_html


def test_who_looks_after_a_program_hears_that_its_owner_left(client_of, acme, alice, alan, joined, told):
    """Alice did it and knows; the other administrator and the key's contact do not."""
    make.member(acme, make.user("ada@acme.example"), "Ada", is_administrator=True)
    make.api_key(acme, alan, status="active")
    post(client_of(alice), joined, "remove")
    left = {whom: mail for (what, whom), mail in told().items() if what == "api_key.left"}
    assert set(left) == {"ada@acme.example", "robots@x.example"}
    assert "Billing robot" in left["robots@x.example"].body_text


def test_administrators_hear_of_a_term_that_they_can_see(acme, alice, alan, told):
    for name in ("billing.payment_days", "billing.pdf_wait_minutes"):
        row = make.agreed(acme, name, 45)
        with as_app(), tenant_scope(acme.pk):
            events.record("term.agreed", subject=row, actor=system(acme.pk), at=timezone.now(), term=name)
    assert set(told()) == {("term.agreed", alice.email)}
