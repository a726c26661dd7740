"""Following orders and disputes: who may, who hears and why, and how one hears no more."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts.models import Contact, Grant, Membership, Team, TeamPerson
from portal.errors import Refused
from portal.following import services
from portal.hearers import THINGS, Party, sign
from portal.models import Event, Following, Notice
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders as b
from tests.faces import FaceClient, as_app, as_staff, inside
from tests.orders.conftest import steps_of

NOC = "noc+orders@acme.example"
CARD = "/e/204817/following/order/ORD-2026-00388/"


@pytest.fixture
def wave(acme_main, carol):
    return make.order(acme_main, number="ORD-2026-00388", care_manager=make.card_of(carol))


@pytest.fixture
def elena(acme, acme_main):
    """Sees the order, and wants no mails about orders in general."""
    person = make.user("elena@acme.example")
    make.grant(make.member(acme, person, "Elena Ruiz", wants_orders=False), "order.view", acme_main)
    return person


@pytest.fixture
def noc(acme, acme_main):
    """A team with a shared mailbox that sees the order's account."""
    with inside(acme):
        team = Team.objects.create(enterprise=acme, name="Network Operations", email=NOC, language="en")
        Grant.objects.create(enterprise=acme, team=team, permission="order.view", account=acme_main)
    return team


@pytest.fixture
def tech(acme, acme_main):
    return make.contact(acme, "tech@site.example", name="Site technician", account=acme_main)


@pytest.fixture
def told(wave, carol, deliver, mailoutbox):
    """Who hears that a note was written, by address, with their mails."""
    count = iter(range(100))

    def write() -> dict[str, Any]:
        mailoutbox.clear()
        page = f"/e/204817/orders/milestones/{steps_of(wave)[0].pk}/annotate/"
        assert FaceClient("staff").sign_in(carol).post(page, {"note": f"Note {next(count)}"}).status_code == 302
        deliver()
        found = {re.search(r"[\w.+-]+@[\w.-]+", mail.to[0]).group(): mail for mail in mailoutbox}
        assert len(found) == len(mailoutbox), "somebody was written to twice"
        return found

    return write


def notices_of(user) -> list[Notice]:
    with as_staff():
        return list(Notice.objects.filter(recipient=user.email).order_by("pk"))


def member_of(acme, user):
    with inside(acme):
        return Membership.objects.get(user=user)


def rows(acme) -> list[Following]:
    with inside(acme):
        return list(Following.objects.order_by("pk"))


def journal(acme) -> list[str]:
    with inside(acme):
        return list(Event.objects.filter(kind__startswith="following.").order_by("pk").values_list("kind", flat=True))


def add(browser, who, page=CARD):
    return browser.post(page, {"who": who})


def test_who_follows_hears_and_reads_why_until_they_stop(acme, wave, alice, elena, client_of, told):
    assert set(told()) == {alice.email}
    browser = client_of(elena)
    page = browser.get("/e/204817/orders/ORD-2026-00388/").content.decode()
    assert f'action="{CARD}own/"' in page
    for _twice in range(2):
        assert browser.post(f"{CARD}own/").status_code == 302
    (row,) = rows(acme)
    heard = told()
    assert set(heard) == {alice.email, elena.email}
    assert "system administrator" in heard[alice.email].body
    assert "You follow this order." in heard[elena.email].body
    assert browser.post(f"/e/204817/following/{row.pk}/", {"do": "stop"}).status_code == 302
    assert rows(acme) == [] and set(told()) == {alice.email}
    assert journal(acme) == ["following.added", "following.ended"]


def test_a_team_and_a_contact_follow_and_nobody_hears_twice(acme, wave, alice, elena, noc, tech, client_of, told):
    browser = client_of(elena)
    for who in ("Network Operations", "tech@site.example", "alice@acme.example"):
        assert add(browser, who).status_code == 302, who
    # The team's mailbox is a contact's too, and asked for all notices of orders.
    make.contact(acme, NOC.upper(), wants_orders=True)
    with inside(acme):
        TeamPerson.objects.create(enterprise=acme, team=noc, membership=member_of(acme, elena))
    heard = told()
    assert {each.lower() for each in heard} == {alice.email, NOC, "tech@site.example"}
    assert "Your team Network Operations follows this order." in heard[NOC].body
    assert "You follow this order." in heard["tech@site.example"].body
    assert "You follow this order." in heard[alice.email].body
    page = browser.get("/e/204817/orders/ORD-2026-00388/").content.decode()
    assert all(name in page for name in ("Network Operations", "Site technician", "Alice Moreau"))
    mine = browser.get("/e/204817/following/").content.decode()
    assert "following/" in mine and "through the team Network Operations" in mine


def test_a_dispute_s_followers_hear_what_its_clerk_writes(acme, acme_main, alice, elena, client_of, deliver):
    with inside(acme):
        Grant.objects.create(
            enterprise=acme, membership=member_of(acme, elena), permission="billing.view", account=acme_main
        )
    make.charge(acme_main, "100.00")
    invoice = b.issue(acme_main, timezone.localdate().replace(day=1), timezone.now())
    dispute = b.dispute(alice, invoice, b.claim(b.lines(invoice)[0]), at=timezone.now())
    page = f"/e/204817/following/dispute/{dispute.number}/"
    assert client_of(elena).post(f"{page}own/").status_code == 302
    assert add(client_of(alice), "alice@acme.example", page).status_code == 302
    note = f"/e/204817/billing/disputes/{dispute.number}/note/"
    assert client_of(alice).post(note, {"note": "The signed order follows."}).status_code == 302
    found = [
        each for each in deliver() if each.kind == "dispute.noted" and each.recipient in (alice.email, elena.email)
    ]
    # Who wrote it knows.
    assert [(each.recipient, each.reason) for each in found] == [(elena.email, "You follow this dispute.")]


# --- who may not ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("alan@acme.example", "Alan Tran may not see this"),
        ("Field staff", "Field staff may not see this"),
        ("branch@site.example", "is a contact of another account"),
        ("bob@borealis.example", "Nothing here is called"),
        ("nobody", "Nothing here is called"),
    ],
)
def test_who_may_not_see_it_is_not_added_and_the_way_out_is_named(
    acme, wave, alice, alan, bob, acme_branch, elena, client_of, who, words
):
    with inside(acme):
        Team.objects.create(enterprise=acme, name="Field staff", email="field@acme.example")
    make.contact(acme, "branch@site.example", name="Branch technician", account=acme_branch)
    browser = client_of(elena)
    answer = add(browser, who)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert rows(acme) == [] and journal(acme) == []
    # A part of a name suggests only those who would hear.
    assert "Alan" not in browser.get(f"{CARD}suggest/?of=who&who=a").content.decode()
    assert add(browser, "alice@acme.example").status_code == 302 and len(rows(acme)) == 1


def test_who_is_gone_by_the_time_they_are_added_follows_nothing(acme, wave, alice, tech):
    what, gone = THINGS["orders.order"], Party("accounts.contact", tech.pk)
    with inside(acme):
        tech.delete()
    actor = b.customer(alice, acme)
    with as_app(), tenant_scope(acme.pk), pytest.raises(Refused, match="nobody of this name") as refused:
        services.follow(what, wave, gone, actor=actor, at=timezone.now())
    assert refused.value.field == "who" and rows(acme) == [] and journal(acme) == []


def test_a_withdrawn_right_silences_and_nobody_must_take_them_off(acme, wave, alice, elena, noc, client_of, told):
    client_of(elena).post(f"{CARD}own/")
    add(client_of(alice), "Network Operations")
    assert set(told()) == {alice.email, elena.email, NOC}
    with inside(acme):
        Grant.objects.update(until_at=timezone.now())
    assert set(told()) == {alice.email}
    # They see that they follow something, and no longer what.
    page = client_of(elena).get("/e/204817/following/").content.decode()
    assert "that you may not see now" in page and "ORD-2026-00388" not in page
    (row, _team) = rows(acme)
    assert client_of(elena).post(f"/e/204817/following/{row.pk}/", {"do": "stop"}).status_code == 302
    assert row not in rows(acme)


def test_another_company_and_another_account_find_nothing(acme, wave, alice, alan, bob, elena, client_of):
    client_of(elena).post(f"{CARD}own/")
    (row,) = rows(acme)
    for person in (alan, bob):
        browser = client_of(person)
        assert browser.get(CARD).status_code == 404
        assert browser.post(f"{CARD}own/").status_code == 404
        assert add(browser, person.email).status_code == 404
        assert browser.get(f"{CARD}suggest/?of=who&who=a").status_code == 404
        assert browser.post(f"/e/204817/following/{row.pk}/", {"do": "stop"}).status_code == 404
    assert client_of(bob).post(f"/e/305120/following/{row.pk}/", {"do": "stop"}).status_code == 404
    assert [(each.pk, each.is_muted) for each in rows(acme)] == [(row.pk, False)]


def test_a_colleague_cannot_take_off_who_put_themselves_there_but_who_keeps_the_people_can(
    acme, acme_main, wave, alice, elena, client_of
):
    gus = make.user("gus@acme.example")
    make.grant(make.member(acme, gus, "Gus Olsen"), "order.view", acme_main)
    client_of(gus).post(f"{CARD}own/")
    (row,) = rows(acme)
    page = f"/e/204817/following/{row.pk}/"
    answer = client_of(elena).post(page, {"do": "stop"})
    assert answer.status_code == 409 and "Only they themselves" in answer.content.decode()
    assert client_of(elena).post(page, {"do": "mute"}).status_code == 404
    assert [each.is_muted for each in rows(acme)] == [False]
    assert client_of(alice).post(page, {"do": "stop"}).status_code == 302 and rows(acme) == []


def test_staff_let_the_customer_s_people_follow_and_do_not_follow_themselves(acme, wave, carol, elena, client_of, told):
    browser = client_of(carol)
    assert browser.post(f"{CARD}own/").status_code == 409 and rows(acme) == []
    assert add(browser, "elena@acme.example").status_code == 302
    assert elena.email in told()
    (row,) = rows(acme)
    assert browser.post(f"/e/204817/following/{row.pk}/", {"do": "stop"}).status_code == 302 and rows(acme) == []


# --- to hear no more --------------------------------------------------------------------------------------


def link_in(mail) -> str:
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = mail.extra_headers["List-Unsubscribe"].strip("<>")
    html = next(part.content for part in mail.alternatives if part.mimetype == "text/html")
    assert url in mail.body and url in html
    return urlsplit(url).path


def test_one_click_in_a_mail_silences_without_signing_in(acme, wave, alice, noc, tech, client_of, told):
    add(client_of(alice), "tech@site.example")
    heard = told()
    assert set(heard) == {alice.email, NOC, "tech@site.example"}
    nobody = FaceClient("customer", enforce_csrf_checks=True)
    for address in ("tech@site.example", NOC, alice.email):
        path = link_in(heard[address])
        shown = nobody.get(path)
        assert shown.status_code == 200 and address in shown.content.decode()
    # Looking did nothing; what mail programs send does.
    assert [each.is_muted for each in rows(acme)] == [False]
    for address in ("tech@site.example", NOC):
        assert nobody.post(link_in(heard[address]), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert set(told()) == {alice.email}
    # A colleague does not overrule it, and they themselves take it back.
    answer = add(client_of(alice), "tech@site.example")
    assert answer.status_code == 422 and "asked to hear no more" in answer.content.decode()
    assert set(told()) == {alice.email}
    assert nobody.post(link_in(heard[NOC]), {"hear": "1"}).status_code == 200
    assert set(told()) == {alice.email, NOC}
    assert journal(acme) == ["following.added", "following.muted", "following.muted", "following.heard"]


def test_a_muted_address_stays_silent_by_whatever_way(acme, wave, alice, tech, client_of, told):
    add(client_of(alice), "tech@site.example")
    path = link_in(told()["tech@site.example"])
    FaceClient("customer").post(path)
    with inside(acme):
        Contact.objects.filter(pk=tech.pk).update(wants_orders=True)
    make.contact(acme, "tech@site.example", wants_orders=True)
    assert set(told()) == {alice.email}


def test_a_link_that_was_changed_tells_nothing_and_does_nothing(acme, wave, alice, told):
    path = link_in(told()[alice.email])
    others = sign([acme.pk, "accounts.account", 1, "accounts.membership", 1])
    gone = sign([acme.pk, "orders.order", wave.pk, "accounts.membership", 10**9])
    answers = [FaceClient("customer").post(each) for each in (path[:-2] + "/", f"/mute/{others}/", f"/mute/{gone}/")]
    assert {each.status_code for each in answers} == {410}
    assert len({re.search(rb"<main.*?</main>", each.content, re.S).group() for each in answers}) == 1
    assert rows(acme) == []


def test_the_portal_mutes_what_one_hears_by_one_s_rights(acme, wave, alice, client_of, told):
    told()
    browser = client_of(alice)
    notice = notices_of(alice)[-1]
    page = browser.get(f"/e/204817/notices/{notice.pk}/").content.decode()
    assert "You are a system administrator" in page
    path = re.search(r'action="(/mute/[^"]+)"', page).group(1)
    assert browser.post(path).status_code == 200
    assert told() == {}
    assert "muted" in browser.get("/e/204817/following/?show=muted").content.decode()
    (row,) = rows(acme)
    browser.post(f"/e/204817/following/{row.pk}/", {"do": "hear"})
    assert rows(acme) == [] and set(told()) == {alice.email}


def test_who_muted_what_they_follow_stays_silent_when_they_are_taken_off(acme, wave, alice, elena, client_of, told):
    browser = client_of(elena)
    browser.post(f"{CARD}own/")
    for _twice in range(2):
        assert browser.post(f"{CARD}own/", {"mute": "1"}).status_code == 302
    assert set(told()) == {alice.email}
    (row,) = rows(acme)
    for _twice in range(2):
        assert browser.post(f"/e/204817/following/{row.pk}/", {"do": "stop"}).status_code == 302
    assert [(each.is_following, each.is_muted) for each in rows(acme)] == [(False, True)]
    assert journal(acme) == ["following.added", "following.muted", "following.ended"]


def test_where_another_mail_says_the_same_followers_hear_once_and_who_muted_it_nothing(
    acme, acme_main, alice, carol, elena, noc, client_of, deliver
):
    last = make.order(acme_main, number="ORD-2026-00389", milestones=1)
    page = CARD.replace("00388", "00389")
    client_of(elena).post(f"{page}own/")
    client_of(alice).post(f"{page}own/", {"mute": "1"})
    done = f"/e/204817/orders/milestones/{steps_of(last)[0].pk}/complete/"
    assert client_of(carol).post(done).status_code == 302
    heard = [(each.kind, each.recipient) for each in deliver() if each.recipient in (alice.email, elena.email)]
    assert heard == [("order.completed", elena.email)]


# --- when somebody goes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("heir", ["alice@acme.example", ""])
def test_what_a_leaver_follows_goes_to_a_colleague_or_ends(acme, wave, alice, elena, client_of, heir):
    client_of(elena).post(f"{CARD}own/")
    page = f"/e/204817/people/{member_of(acme, elena).pk}/remove/"
    browser = client_of(alice)
    assert "ORD-2026-00388" in browser.get(page).content.decode()
    assert browser.post(page, {"heir": heir}).status_code == 302
    assert [each.follower_id for each in rows(acme)] == ([member_of(acme, alice).pk] if heir else [])
    assert journal(acme)[1:] == ["following.handed_over" if heir else "following.left"]


def test_an_ended_team_and_a_removed_contact_follow_nothing(acme, wave, alice, noc, tech, client_of):
    browser = client_of(alice)
    for who in ("Network Operations", "tech@site.example"):
        add(browser, who)
    team = f"/e/204817/people/teams/{noc.pk}/"
    assert "ORD-2026-00388" in browser.get(team).content.decode()
    assert browser.post(f"{team}close/").status_code == 302
    assert browser.post(f"/e/204817/contacts/{tech.pk}/remove/").status_code == 302
    assert rows(acme) == []


# --- the API --------------------------------------------------------------------------------------------


def test_a_program_reads_who_follows_adds_and_takes_off(client_of, alice, bob, borealis, elena, tech, wave):
    where = "/api/v1/e/204817/following/order/ORD-2026-00388/"
    browser, other = client_of(alice), client_of(bob)

    def send(to: str, by: FaceClient = browser, **body: str) -> Any:
        return by.post(f"{where}{to}", json.dumps(body), content_type="application/json")

    def known() -> list[tuple[str, str]]:
        return [(each["kind"], each["address"]) for each in browser.get(where).json()["followers"]]

    assert known() == []
    assert [send("new/", who=each).status_code for each in (elena.email, "tech@site.example")] == [201, 201]
    assert known() == [("membership", elena.email), ("contact", "tech@site.example")]
    strange = send("new/", who="stranger@x.example")
    assert (strange.status_code, strange.json()["errors"][0]["pointer"]) == (422, "/who")
    mine = browser.get(where).json()["followers"][1]["id"]
    assert other.get(where).status_code == 404 == send(f"{mine}/end/", by=other).status_code
    assert send("0/end/").status_code == 404 and len(known()) == 2
    assert send(f"{mine}/end/").json()["followers"][0]["name"] == "Elena Ruiz" and len(known()) == 1
