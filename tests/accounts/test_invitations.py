"""Inviting, and joining by the mail's link: once, in time, and by nobody else."""

import re
import time
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from accounts import selectors, services
from accounts.models import Grant, Membership, User
from accounts.rules import Rights
from portal.errors import Refused
from portal.models import Event
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import FaceClient, as_app, inside
from tests.isolation.worlds import the_owner

NEW = "nadia+noc@acme.example"
PASSWORD = "seven quiet harbor lamps"
INVITE = "/e/204817/people/invite/"


def invite(client, email=NEW, **fields):
    sent = {"email": email, "name": "Nadia Haddad", "title": "NOC", "language": "en", "start": "chosen",
            "permissions": ["order.view"], "where": "whole", **fields}  # fmt: skip
    return client.post(INVITE, sent)


@pytest.fixture
def link(deliver, mailoutbox):
    """The way into the portal that the last mail to somebody holds."""

    def find(email=NEW):
        deliver()
        mail = [each for each in mailoutbox if email in each.to[0]][-1]
        return re.search(r"/join/[^\s\"<]+", mail.body)[0]

    return find


def member_of(acme, email=NEW):
    with inside(acme):
        return Membership.objects.select_related("user", "enterprise").get(user__email=email)


def picture(acme):
    with inside(acme):
        people = sorted(Membership.objects.values_list("pk", "status", "invitations"))
        return people, Event.objects.count(), Grant.objects.count(), User.objects.count()


def test_somebody_new_chooses_a_password_joins_and_signs_in(client_of, alice, acme, link):
    assert invite(client_of(alice)).status_code == 302
    way = link()
    browser = FaceClient("customer")
    page = browser.get(way)
    assert page.status_code == 200
    assert "Acme Freight" in page.content.decode()
    answer = browser.post(way, {"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 302
    member = member_of(acme)
    assert member.status == "active"
    assert member.user.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=member.user).verified
    with inside(acme):
        assert selectors.get_permissions(member) == {"order.view": None}
    signed = browser.post("/account/login/", {"login": NEW, "password": PASSWORD})
    assert signed.status_code == 302


def test_nothing_is_opened_before_they_accept(client_of, alice, acme):
    invite(client_of(alice))
    pending = FaceClient("customer").sign_in(member_of(acme).user)
    assert pending.get("/e/204817/").status_code == 404


def test_who_has_a_sign_in_already_is_asked_for_it_and_never_for_a_new_password(client_of, alice, bob, acme, link):
    make.password(bob, PASSWORD)
    assert invite(client_of(alice), email="bob@borealis.example").status_code == 302
    way = link("bob@borealis.example")
    browser = FaceClient("customer")
    page = browser.get(way).content.decode()
    assert 'type="password"' not in page
    assert "/account/login/?next=" in page
    before = User.objects.get(pk=bob.pk).password
    browser.post(way, {"password": "another harbor lamp", "again": "another harbor lamp"})
    assert User.objects.get(pk=bob.pk).password == before
    theirs = client_of(bob)
    assert theirs.get(way).status_code == 200
    assert theirs.post(way)["Location"] == "/e/204817/"
    assert theirs.get("/e/204817/").status_code == 200
    assert theirs.get("/e/305120/").status_code == 200


def test_a_known_and_an_unknown_address_are_answered_alike(client_of, alice, bob, acme):
    client = client_of(alice)
    pages = []
    for email in ("bob@borealis.example", "nobody@else.example"):
        assert invite(client, email=email).status_code == 302
        member = member_of(acme, email)
        page = client.get(f"/e/204817/people/{member.pk}/").content.decode()
        passing = [
            r'nonce="[^"]*"',
            r"csrf[^>]*>",
            r"X-CSRFToken[^}]*",
            r"\d\d:\d\d",
            r'\d{4}-\d\d-\d\dT[^"]*',
            r"people/\d+",
        ]
        passing.append(r"[\w.%+-]+(%40|@|<wbr>@|@<wbr>)[\w.-]+")
        pages.append(re.sub("|".join(passing), "…", page))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("how", ["used", "run out", "taken back", "replaced", "broken"])
def test_an_invitation_that_is_no_longer_good_says_so_and_opens_nothing(how, client_of, alice, acme, link):
    client = client_of(alice)
    invite(client)
    way, member = link(), member_of(acme)
    if how == "used":
        FaceClient("customer").post(way, {"password": PASSWORD, "again": PASSWORD})
    if how == "run out":
        with inside(acme):
            Membership.objects.filter(pk=member.pk).update(invited_until=timezone.now() - timedelta(minutes=1))
    if how == "taken back":
        client.post(f"/e/204817/people/{member.pk}/remove/")
    if how == "replaced":
        client.post(f"/e/204817/people/{member.pk}/invite-again/")
        assert link() != way
    if how == "broken":
        way = way[:-3] + "/"
    before = picture(acme)
    browser = FaceClient("customer")
    for answer in (browser.get(way), browser.post(way, {"password": PASSWORD, "again": PASSWORD})):
        assert answer.status_code == 410
        assert "does not open" in answer.content.decode()
    assert picture(acme) == before


def test_another_address_does_not_join_by_it(client_of, alice, alan, acme, link):
    invite(client_of(alice))
    way, before = link(), picture(acme)
    other = client_of(alan)
    assert other.get(way).status_code == 409
    assert other.post(way, {"password": PASSWORD, "again": PASSWORD}).status_code == 409
    assert picture(acme) == before
    assert NEW not in other.get(way).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_join_once(acme, alice):
    with as_app(), tenant_scope(acme.pk):
        actor = selectors.get_customer_actor(alice, acme)
        member = services.invite(services.Invited(NEW, "Nadia"), Rights(), actor=actor, at=timezone.now())
    start, results = Barrier(2), []

    def accept():
        try:
            with as_app(), tenant_scope(acme.pk):
                start.wait()
                services.accept_invitation(member.pk, 1, user=member.user, actor=actor, at=timezone.now())
                results.append("joined")
        except Refused:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=accept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["joined", "refused"]


@pytest.mark.django_db(transaction=True)
def test_of_two_passwords_sent_at_once_the_one_that_joined_stands(acme, alice):
    with as_app(), tenant_scope(acme.pk):
        actor = selectors.get_customer_actor(alice, acme)
        member = services.invite(services.Invited(NEW, "Nadia"), Rights(), actor=actor, at=timezone.now())
        way = f"/join/{services.invitation_token(member)}/"
    answers = {}

    def join(password):
        try:
            answers[password] = FaceClient("customer").post(way, {"password": password, "again": password}).status_code
        finally:
            connection.close()

    threads = [Thread(target=join, args=[f"{word} quiet harbor lamps"]) for word in ("seven", "eight")]
    with the_owner() as cursor:
        cursor.execute("SELECT 1 FROM accounts_membership WHERE id = %s FOR UPDATE", [member.pk])
        assert cursor.rowcount == 1
        for thread in threads:
            thread.start()
        while _waiting(cursor) < 2 and any(thread.is_alive() for thread in threads):
            time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [302, 410]
    (kept,) = (password for password, status in answers.items() if status == 302)
    assert User.objects.get(email=NEW).check_password(kept)


def _waiting(cursor):
    cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
    return cursor.fetchone()[0]


def test_who_is_here_is_not_invited_twice_and_what_was_typed_comes_back(client_of, alice, alan, acme):
    before = picture(acme)
    answer = invite(client_of(alice), email="Alan@ACME.example")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "is here already" in page
    assert "Nadia Haddad" in page
    assert picture(acme) == before


def test_an_address_that_is_none_is_told_beside_its_field(client_of, alice, acme):
    before = picture(acme)
    answer = invite(client_of(alice), email="nadia")
    assert answer.status_code == 422
    assert picture(acme) == before


@pytest.mark.parametrize("name", ["نادية حداد", "O'Brien-Łukasz 李", "=HYPERLINK(1)"])
def test_a_name_in_any_script_is_kept_and_leaves_safely_in_the_file(name, client_of, alice, acme):
    client = client_of(alice)
    assert invite(client, name=name).status_code == 302
    assert member_of(acme).name == name
    file = client.get("/e/204817/people/export.csv").content.decode()
    assert name in file
    if name.startswith("="):
        assert f"'{name}" in file


def test_who_was_removed_can_be_invited_again_with_nothing_of_before(client_of, alice, alan, acme, link):
    client, member = client_of(alice), member_of(acme, "alan@acme.example")
    assert client.post(f"/e/204817/people/{member.pk}/remove/").status_code == 302
    assert client_of(alan).get("/e/204817/").status_code == 404
    assert invite(client, email="alan@acme.example", start="nothing", permissions=[]).status_code == 302
    again = member_of(acme, "alan@acme.example")
    assert (again.pk, again.status) == (member.pk, "pending")
    browser = client_of(alan)
    way = link("alan@acme.example")
    browser.post(way)
    # They have no password yet in this test, but are signed in as who is invited.
    assert member_of(acme, "alan@acme.example").status == "active"
    assert browser.get("/e/204817/billing/").status_code == 403


def test_a_weak_password_is_refused_beside_its_field(client_of, alice, acme, link):
    invite(client_of(alice))
    way, before = link(), picture(acme)
    answer = FaceClient("customer").post(way, {"password": "short", "again": "short"})
    assert answer.status_code == 422
    answer = FaceClient("customer").post(way, {"password": PASSWORD, "again": PASSWORD + "x"})
    assert answer.status_code == 422
    assert picture(acme) == before


def test_the_link_is_nowhere_in_the_log_of_notices(client_of, alice, acme, deliver, link):
    invite(client_of(alice))
    way = link()
    assert all(way not in each.body_text + each.body_html for each in deliver())
