"""Granting, withdrawing, and asking why: over the pages, against the real database."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import selectors, services
from accounts.models import Grant, Membership, StaffMember, Team
from accounts.rules import Held, Rights
from portal.errors import Refused
from portal.models import Event
from portal.tenancy import tenant_scope
from tests import make
from tests.accounts.refusing import unchanged
from tests.faces import as_app, inside


@pytest.fixture
def ana(acme):
    person = make.user("ana@acme.example")
    return make.member(acme, person, "Ana Ruiz", title="Buyer")


def rights_url(member, enterprise="204817"):
    return f"/e/{enterprise}/people/{member.pk}/rights/"


def seen(member):
    with inside(member.enterprise):
        return selectors.get_rights(member).fingerprint


def change(client, member, how="add", *, confirmed=True, **fields):
    sent = {"how": how, "seen": fields.pop("seen", None) or seen(member), "where": "whole", **fields}
    if confirmed:
        sent["confirmed"] = "1"
    return client.post(rights_url(member), sent)


def reach(member):
    with inside(member.enterprise):
        return selectors.get_permissions(Membership.objects.get(pk=member.pk))


def state(member):
    with inside(member.enterprise):
        return (
            sorted(Grant.objects.values_list("pk", "until_at")),
            Membership.objects.get(pk=member.pk).is_administrator,
            Event.objects.count(),
        )


def test_a_grant_is_shown_in_full_before_it_holds(client_of, alice, ana, acme_main):
    client = client_of(alice)
    sent = {"permissions": ["billing.view"], "where": "some", "scopes": acme_main.number.lower()}
    before = state(ana)
    shown = client.get(rights_url(ana))
    assert shown.status_code == 200
    preview = change(client, ana, confirmed=False, **sent)
    assert preview.status_code == 200
    assert acme_main.number in preview.content.decode()
    assert state(ana) == before
    assert change(client, ana, **sent).status_code == 302
    assert reach(ana) == {"billing.view": frozenset([acme_main.pk])}


def test_whole_sections_are_granted_at_once_and_leave_out_what_has_no_account(client_of, alice, ana, acme_main):
    change(client_of(alice), ana, sections=["Billing"], where="some", scopes=acme_main.number)
    assert {"billing.view", "dispute.manage", "billing.pay"} <= set(reach(ana))
    change(client_of(alice), ana, sections=["People and enterprise"])
    assert reach(ana)["user.admin"] is None


def test_a_group_reaches_the_accounts_that_are_in_it_now(client_of, alice, ana, acme, acme_main, acme_branch):
    group = make.group(acme, "Branches", acme_branch)
    change(client_of(alice), ana, permissions=["order.view"], where="some", scopes="branches")
    assert reach(ana) == {"order.view": frozenset([acme_branch.pk])}
    make.grouped(group, acme_main)
    assert reach(ana) == {"order.view": frozenset([acme_branch.pk, acme_main.pk])}


def test_what_names_nothing_comes_back_beside_the_field_with_what_was_typed(client_of, alice, ana, borealis_main):
    before = state(ana)
    typed = f"{borealis_main.number}\nNowhere"
    answer = change(client_of(alice), ana, permissions=["order.view"], where="some", scopes=typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is no account or group called" in page
    assert "Nowhere" in page
    assert state(ana) == before


def test_a_permission_of_the_whole_enterprise_is_not_limited_to_accounts(client_of, alice, ana, acme_main):
    before = state(ana)
    answer = change(client_of(alice), ana, permissions=["user.admin"], where="some", scopes=acme_main.number)
    assert answer.status_code == 422
    assert state(ana) == before


def test_it_holds_from_the_next_click_on_and_so_does_its_end(client_of, alice, ana, acme_main):
    admin, reader = client_of(alice), client_of(ana.user)
    assert reader.get("/e/204817/billing/").status_code == 403
    change(admin, ana, permissions=["billing.view"])
    assert reader.get("/e/204817/billing/").status_code == 200
    with inside(ana.enterprise):
        grant = Grant.objects.get(membership=ana, permission="billing.view")
    change(admin, ana, "withdraw", grants=[grant.pk])
    assert reader.get("/e/204817/billing/").status_code == 403


def test_cloning_replaces_what_is_held_by_what_the_colleague_holds(client_of, alice, alan, ana, acme_branch):
    client = client_of(alice)
    change(client, ana, permissions=["order.create"])
    change(client, ana, "clone", colleague="alan@acme.example")
    assert reach(ana) == {"order.view": frozenset([acme_branch.pk]), "billing.view": frozenset([acme_branch.pk])}


def test_the_person_is_told_what_they_may_do_now(client_of, alice, ana, acme_main, deliver):
    change(client_of(alice), ana, permissions=["billing.view"], where="some", scopes=acme_main.number)
    notices = [each for each in deliver() if each.kind == "rights.changed"]
    assert [each.recipient for each in notices] == ["ana@acme.example"]
    assert acme_main.number in notices[0].body_text


def test_two_who_change_the_same_person_do_not_undo_each_other(client_of, alice, ana):
    client, old = client_of(alice), seen(ana)
    change(client, ana, permissions=["order.view"])
    before = state(ana)
    late = change(client, ana, permissions=["billing.view"], seen=old)
    assert late.status_code == 409
    assert "Somebody else changed these rights" in late.content.decode()
    assert state(ana) == before


def test_who_may_administer_people_gives_no_more_than_they_hold(client_of, acme, alice, ana, acme_main, acme_branch):
    deputy = make.member(acme, make.user("deputy@acme.example"), "Dep Uty")
    make.grant(deputy, "user.admin")
    make.grant(deputy, "order.view", acme_branch)
    client = client_of(deputy.user)
    assert change(client, ana, permissions=["order.view"], where="some", scopes=acme_branch.number).status_code == 302
    before = state(ana)
    assert change(client, ana, permissions=["order.view"]).status_code == 409
    # What they do not hold at all is not among their choices.
    assert change(client, ana, permissions=["billing.view"]).status_code == 422
    assert change(client, ana, "administrator").status_code == 409
    assert state(ana) == before
    mine = state(deputy)
    assert change(client, deputy, permissions=["order.view"], where="some", scopes=acme_branch.number).status_code in {
        302,
        409,
    }
    assert state(deputy) == mine


def test_who_may_not_administer_people_sees_none_of_it(client_of, alan, ana):
    client, before = client_of(alan), state(ana)
    for path in ("", "why/", "teams/", f"{ana.pk}/", f"{ana.pk}/rights/", "invite/"):
        assert client.get(f"/e/204817/people/{path}").status_code == 403
    assert client.post(rights_url(ana), {"how": "administrator", "seen": seen(ana)}).status_code == 403
    assert state(ana) == before


def test_another_enterprises_administrator_finds_nobody(client_of, bob, ana, borealis):
    client, before = client_of(bob), state(ana)
    assert client.get(f"/e/204817/people/{ana.pk}/").status_code == 404
    assert client.get(f"/e/305120/people/{ana.pk}/").status_code == 404
    assert client.post(f"/e/305120/people/{ana.pk}/rights/", {"how": "administrator", "seen": "x"}).status_code == 404
    assert state(ana) == before


def test_changing_rights_takes_a_second_factor_shown_lately(client_of, alice, ana):
    client, before = client_of(alice), state(ana)
    client.wait(minutes=60)
    answer = change(client, ana, permissions=["order.view"])
    assert answer.status_code == 302
    assert "/people/" not in answer["Location"]
    assert state(ana) == before


def test_the_last_system_administrator_is_never_taken(client_of, alice, ana, acme):
    with inside(acme):
        alone = Membership.objects.select_related("enterprise").get(user=alice)
    client, before = client_of(alice), state(alone)
    assert change(client, alone, "plain").status_code == 409
    assert client.post(f"/e/204817/people/{alone.pk}/deactivate/").status_code == 409
    assert client.post(f"/e/204817/people/{alone.pk}/remove/").status_code == 409
    assert state(alone) == before
    change(client, ana, "administrator")
    assert change(client, alone, "plain").status_code == 302
    assert state(alone)[1] is False


@pytest.mark.django_db(transaction=True)
def test_of_two_last_administrators_who_leave_at_once_one_stays(acme, alice, ana):
    with inside(acme):
        Membership.objects.filter(pk=ana.pk).update(is_administrator=True)
        first = Membership.objects.get(user=alice)
    start, refused = Barrier(2), []

    def leave(member):
        try:
            with as_app(), tenant_scope(acme.pk):
                actor = selectors.get_customer_actor(member.user, acme)
                start.wait()
                services.remove(member.pk, actor=actor, at=timezone.now())
        except Refused as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=leave, args=[each]) for each in (first, ana)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    with inside(acme):
        assert Membership.objects.filter(is_administrator=True, status="active").count() == 1


def test_teams_hold_permissions_and_their_mailboxes_are_told(client_of, alice, ana, acme, acme_main, deliver):
    client = client_of(alice)
    made = client.post(
        "/e/204817/people/teams/new/",
        {"name": "NOC", "email": "noc@acme.example", "people": "ANA@acme.example\n"},
    )
    assert made.status_code == 302
    team = made["Location"].rstrip("/").rpartition("/")[2]
    with inside(acme):
        fingerprint = Rights().fingerprint
    sent = {"how": "add", "seen": fingerprint, "permissions": ["order.view"], "where": "whole", "confirmed": "1"}
    assert client.post(f"/e/204817/people/teams/{team}/rights/", sent).status_code == 302
    assert reach(ana) == {"order.view": None}
    page = client.get(f"/e/204817/people/{ana.pk}/").content.decode()
    assert "NOC" in page
    with inside(acme):
        assert [each.email for each in selectors.list_mailboxes_with(acme.pk, "order.view", acme_main.pk)] == [
            "noc@acme.example"
        ]
    assert client.post(f"/e/204817/people/teams/{team}/close/").status_code == 302
    assert reach(ana) == {}


def test_a_team_takes_nobody_from_elsewhere(client_of, alice, bob, borealis, acme):
    client = client_of(alice)
    answer = client.post("/e/204817/people/teams/new/", {"name": "NOC", "people": "bob@borealis.example"})
    assert answer.status_code == 422
    assert "Nobody here has this address" in answer.content.decode()


APPOINT = "/e/204817/administrators/"


def appoint(client, email, **fields):
    sent = {"email": email, "name": "Ana Ruiz", "language": "en", "grounds": "Service request form 4711", **fields}
    return client.post(APPOINT, sent)


def test_the_carrier_names_the_first_administrator_with_its_grounds(client_of, carol, acme, ana, deliver):
    client = client_of(carol)
    client.get("/e/204817/")
    assert appoint(client, "ana@acme.example").status_code == 302
    assert appoint(client, "new@acme.example", name="Nia New").status_code == 302
    with inside(acme):
        found = Membership.objects.filter(is_administrator=True).order_by("pk")
        assert [(each.name, each.status) for each in found] == [("Ana Ruiz", "active"), ("Nia New", "pending")]
    mails = {(each.kind, each.recipient) for each in deliver()}
    # Who administers already hears of the next one.
    assert ("administrator.named", "ana@acme.example") in mails
    assert ("person.invited", "new@acme.example") in mails
    assert "Service request form 4711" in client_of(ana.user).get("/e/204817/audit/").content.decode()


def test_without_grounds_or_the_permission_nobody_is_named(client_of, carol, dora, acme, ana):
    client, before = client_of(carol), state(ana)
    client.get("/e/204817/")
    assert appoint(client, "ana@acme.example", grounds="").status_code == 422
    other = client_of(dora)
    make.team(acme, dora, "billing_analyst")
    other.get("/e/204817/")
    opened = state(ana)
    assert appoint(other, "ana@acme.example").status_code == 403
    assert state(ana) == opened
    assert opened[1] is before[1] is False


def test_staff_change_nothing_else_of_what_customers_may_do(acme, ana, carol):
    with inside(acme):
        card = StaffMember.objects.select_related("card").get(user=carol).card
        actor = replace(selectors.get_staff_actor(carol), enterprise_id=acme.pk, person_id=card.pk)
        before = selectors.get_rights(ana)
        with pytest.raises(Refused):
            wanted = Rights(held=frozenset([Held("billing.view")]))
            services.set_rights(ana.pk, wanted, seen=before.fingerprint, actor=actor, at=timezone.now())
        assert selectors.get_rights(ana) == before


def test_the_number_of_queries_does_not_grow_with_people_or_grants(
    client_of, alice, acme, acme_main, django_assert_max_num_queries
):
    client = client_of(alice)

    def counted(path):
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    paths = ["/e/204817/people/", f"/e/204817/people/why/?permission=billing.view&account={acme_main.number}"]
    make.grant(make.member(acme, make.user("p0@acme.example"), "P 0"), "billing.view", acme_main)
    few = [counted(path) for path in paths]
    for each in range(1, 12):
        make.grant(make.member(acme, make.user(f"p{each}@acme.example"), f"P {each}"), "billing.view", acme_main)
    assert [counted(path) for path in paths] == few


def test_who_is_no_administrator_decides_about_none(client_of, alice, acme, ana):
    deputy = make.member(acme, make.user("deputy@acme.example"), "Dep Uty")
    make.grant(deputy, "user.admin")
    with inside(acme):
        alices = Membership.objects.get(user=alice)
    make.member(acme, make.user("second@acme.example"), "Second Admin", is_administrator=True)
    client = client_of(deputy.user)
    for what in ("deactivate/", "remove/"):
        with unchanged():
            answer = client.post(f"/e/204817/people/{alices.pk}/{what}")
        assert answer.status_code == 409 and "Only a system administrator" in answer.content.decode()
    assert client.post(f"/e/204817/people/{ana.pk}/deactivate/").status_code == 302


def test_what_a_team_would_gain_is_shown_before_it_holds(client_of, alice, ana, acme, acme_main):
    with inside(acme):
        team = Team.objects.create(enterprise=acme, name="NOC", language="en")
    sent = {"how": "add", "seen": Rights().fingerprint, "permissions": ["order.view"], "where": "some"}
    browser, sent = client_of(alice), {**sent, "scopes": acme_main.number}
    with unchanged():
        page = browser.post(f"/e/204817/people/teams/{team.pk}/rights/", sent).content.decode()
    assert "What changes for" in page and "NOC" in page and acme_main.number in page


def test_a_field_for_a_scope_suggests_groups_and_accounts_alike(client_of, acme, acme_main, alice):
    make.group(acme, "Main sites", acme_main)
    found = client_of(alice).get("/e/204817/people/suggest/scopes/", {"of": "where", "q": "main"}).text
    assert found.index("Main sites") < found.index(acme_main.number)
