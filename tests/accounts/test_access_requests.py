"""Asking for access from the page that refused it: told, decided, settled by itself, and never one's own to grant."""

import re
from threading import Barrier, Thread
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import selectors, services
from accounts.joining import services as joining
from accounts.models import AccessRequest, Grant, Membership
from accounts.rules import Held, Rights
from portal.models import Event, Notice
from tests import make
from tests.faces import as_app, inside

HERE = "/e/204817/access/"
ASK = f"{HERE}ask/"
BILLING = {"permission": "billing.view", "places": "", "why": "I check the Denver invoices"}


@pytest.fixture
def zoe(acme):
    """May see orders, and nothing else."""
    person = make.user("zoe@acme.example", language="es")
    make.grant(make.member(acme, person, "Zoë Blau"), "order.view")
    return person


def member_of(acme, user):
    with inside(acme):
        return Membership.objects.select_related("user", "enterprise").get(user=user)


def requests_of(acme):
    with inside(acme):
        return list(AccessRequest.objects.select_related("membership").order_by("pk"))


def picture(acme):
    with inside(acme):
        asked = sorted(AccessRequest.objects.values_list("pk", "status", "places", "why", "answer"))
        return asked, Event.objects.count(), Grant.objects.count(), Notice.objects.count()


def ask(client, **fields):
    return client.post(ASK, {**BILLING, **fields})


def asked(acme, client):
    assert ask(client).status_code == 302
    return requests_of(acme)[-1]


def grant_page(client, request):
    """Where the request's page leads, with what the form there is filled in with."""
    page = client.get(f"{HERE}{request.pk}/").content.decode()
    found = re.search(r'href="(/e/204817/people/\d+/rights/\?[^"]*)"', page)
    return found and found[1].replace("&amp;", "&")


def grant(client, request, **fields):
    url = grant_page(client, request)
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(url).content.decode())[1]
    sent = {"how": "add", "seen": seen, "permissions": ["billing.view"], "where": "whole", "scopes": "", **fields}
    preview = client.post(url, sent)
    assert preview.status_code == 200
    assert "What changes for" in preview.content.decode()
    return client.post(url, {**sent, "confirmed": "1"})


def test_the_page_that_refuses_takes_the_request_and_who_decides_is_told(client_of, acme, alice, zoe, alan, deliver):
    browser = client_of(zoe)
    page = browser.get("/e/204817/billing/")
    assert page.status_code == 403
    assert f'action="{ASK}"' in page.content.decode()
    assert 'name="permission" value="billing.view"' in page.content.decode()
    answer = ask(browser, places="5-KTR2P")
    (made,) = requests_of(acme)
    assert answer.url == f"{HERE}{made.pk}/"
    assert (made.status, made.permission, made.places, made.why) == (
        "asked", "billing.view", "5-KTR2P", "I check the Denver invoices",
    )  # fmt: skip
    notices = [each for each in deliver() if each.kind == "access.asked"]
    assert [each.recipient for each in notices] == ["alice@acme.example"]
    body = notices[0].body_text
    assert "Zoë Blau" in body and "5-KTR2P" in body and "Denver invoices" in body and answer.url in body


def test_the_refused_page_says_that_it_was_asked_for_already(client_of, acme, alice, zoe):
    browser = client_of(zoe)
    made = asked(acme, browser)
    page = browser.get("/e/204817/billing/").content.decode()
    assert f'href="{HERE}{made.pk}/"' in page
    assert f'action="{ASK}"' not in page


def test_staff_are_refused_as_before(client_of, acme, carol):
    page = client_of(carol).get("/terms/billing.due_days/set/")
    assert page.status_code == 403
    assert "/access/" not in page.content.decode()


def test_asking_twice_is_one_request_and_one_mail_with_the_newer_words(client_of, acme, alice, zoe, deliver):
    browser = client_of(zoe)
    first = asked(acme, browser)
    assert ask(browser, why="Audit on Friday").url == f"{HERE}{first.pk}/"
    (made,) = requests_of(acme)
    assert made.why == "Audit on Friday"
    assert len([each for each in deliver() if each.kind == "access.asked"]) == 1


@pytest.mark.django_db(transaction=True)
def test_asked_twice_at_the_same_moment_it_is_one_request(acme, alice, zoe):
    with inside(acme):
        actor = selectors.get_customer_actor(zoe, acme)
    barrier = Barrier(2)

    def run():
        try:
            with as_app(), _scope(acme):
                barrier.wait(10)
                joining.ask(joining.Wish("billing.view"), actor=actor, at=timezone.now())
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(requests_of(acme)) == 1


def _scope(acme):
    from portal.tenancy import tenant_scope

    return tenant_scope(acme.pk)


def test_it_is_on_the_home_and_in_the_list_of_who_decides_and_only_ones_own_of_others(
    client_of, acme, alice, zoe, alan
):
    made = asked(acme, client_of(zoe))
    deciding, own, other = client_of(alice), client_of(zoe), client_of(alan)
    for browser, sees in ((deciding, True), (own, True), (other, False)):
        assert (f"{HERE}{made.pk}/" in browser.get("/e/204817/").content.decode()) is sees
        assert ("Zoë Blau" in browser.get(HERE).content.decode()) is sees
        assert (browser.get(f"{HERE}{made.pk}/").status_code == 200) is sees
        assert ("Denver invoices" in _file(browser)) is sees
    assert other.post(f"{HERE}{made.pk}/withdraw/").status_code == 404
    assert deciding.post(f"{HERE}{made.pk}/withdraw/").status_code == 404
    assert own.post(f"{HERE}{made.pk}/decline/", {"answer": "no"}).status_code == 403
    assert requests_of(acme)[0].status == "asked"


def _file(browser):
    answer = browser.get(f"{HERE}export.csv")
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def test_granting_goes_by_the_rights_page_with_its_preview_and_closes_the_request(client_of, acme, alice, zoe, deliver):
    made = asked(acme, client_of(zoe))
    answer = grant(client_of(alice), made)
    assert answer.url == f"{HERE}{made.pk}/"
    (made,) = requests_of(acme)
    assert (made.status, made.decided_by) == ("granted", "Alice Moreau")
    with inside(acme):
        assert selectors.get_permissions(made.membership)["billing.view"] is None
    assert client_of(zoe).get("/e/204817/billing/").status_code == 200
    told = [each.kind for each in deliver() if each.recipient == "zoe@acme.example"]
    assert told == ["rights.changed"]


def test_who_grants_chooses_the_accounts_and_has_those_that_were_named(
    client_of, acme, acme_main, acme_branch, alice, zoe
):
    browser = client_of(zoe)
    ask(browser, places="5-KTR2P")
    (made,) = requests_of(acme)
    deciding = client_of(alice)
    url = grant_page(deciding, made)
    assert dict(parse_qsl(urlsplit(url).query))["places"] == "5-KTR2P"
    page = deciding.get(url).content.decode()
    assert re.search(r'value="billing.view" checked', page)
    assert re.search(r"<textarea[^>]*name=\"scopes\"[^>]*>\s*5-KTR2P", page)
    grant(deciding, made, where="some", scopes="5-KTR3Q")
    with inside(acme):
        assert selectors.get_permissions(made.membership)["billing.view"] == {acme_branch.pk}
    assert requests_of(acme)[0].status == "granted"


def test_more_accounts_are_asked_for_like_a_permission(client_of, acme, acme_main, acme_branch, alice, alan):
    browser = client_of(alan)
    ask(browser, places="5-KTR2P")
    (made,) = requests_of(acme)
    with inside(acme):
        member = selectors.get_member(acme.pk, made.membership_id)
        before = selectors.get_rights(member)
        boss = selectors.get_customer_actor(alice, acme)
    more = Rights(held=before.held | {Held("dispute.manage")})
    with as_app(), _scope(acme):
        services.set_rights(member.pk, more, seen=before.fingerprint, actor=boss, at=timezone.now())
    assert requests_of(acme)[0].status == "asked"
    grant(client_of(alice), made, where="some", scopes="5-KTR2P")
    assert requests_of(acme)[0].status == "granted"


def test_what_a_team_brings_meanwhile_closes_the_request_and_tells_who_asked(client_of, acme, alice, zoe, deliver):
    made = asked(acme, client_of(zoe))
    with inside(acme):
        boss = selectors.get_customer_actor(alice, acme)
    with as_app(), _scope(acme):
        team = services.set_team(None, name="Billing", email="", people=set(), actor=boss, at=timezone.now())
        wanted = Rights(held=frozenset({Held("billing.view")}))
        services.set_team_rights(team.pk, wanted, seen=Rights().fingerprint, actor=boss, at=timezone.now())
        assert AccessRequest.objects.get().status == "asked"
        people = {made.membership_id}
        services.set_team(team.pk, name="Billing", email="", people=people, actor=boss, at=timezone.now())
    assert requests_of(acme)[0].status == "granted"
    mails = [each for each in deliver() if each.recipient == "zoe@acme.example"]
    (mail,) = [each for each in mails if each.kind.startswith("access.")]
    assert mail.kind == "access.granted" and mail.language == "es"


def test_declining_needs_a_word_which_the_asker_reads(client_of, acme, alice, zoe, deliver):
    made = asked(acme, client_of(zoe))
    deciding = client_of(alice)
    before = picture(acme)
    assert deciding.post(f"{HERE}{made.pk}/decline/", {"answer": ""}).status_code == 422
    assert picture(acme) == before
    assert deciding.post(f"{HERE}{made.pk}/decline/", {"answer": "Helen has them <b>all</b>"}).status_code == 302
    (made,) = requests_of(acme)
    assert (made.status, made.answer) == ("declined", "Helen has them <b>all</b>")
    assert "&lt;b&gt;all" in client_of(zoe).get(f"{HERE}{made.pk}/").content.decode()
    (mail,) = [each for each in deliver() if each.kind == "access.declined"]
    assert mail.recipient == "zoe@acme.example" and "Helen has them" in mail.body_text
    assert "&lt;b&gt;" in mail.body_html


def test_what_is_decided_is_not_decided_again(client_of, acme, alice, zoe):
    own = client_of(zoe)
    made = asked(acme, own)
    assert own.post(f"{HERE}{made.pk}/withdraw/").status_code == 302
    before = picture(acme)
    assert client_of(alice).post(f"{HERE}{made.pk}/decline/", {"answer": "no"}).status_code == 409
    assert own.post(f"{HERE}{made.pk}/withdraw/").status_code == 409
    assert picture(acme) == before
    assert not grant_page(client_of(alice), made)


def test_who_gives_rights_neither_grants_nor_declines_their_own_request(client_of, acme, alice):
    person = make.user("una@acme.example")
    make.grant(make.member(acme, person, "Una Admin"), "user.admin")
    browser = client_of(person)
    made = asked(acme, browser)
    assert grant_page(browser, made) is None
    before = picture(acme)
    assert browser.post(f"{HERE}{made.pk}/decline/", {"answer": "no"}).status_code == 409
    assert picture(acme) == before


def test_who_lacks_it_too_cannot_grant_and_is_not_told_but_sees_who_can(client_of, acme, alice, zoe, deliver):
    person = make.user("una@acme.example")
    make.grant(make.member(acme, person, "Una Admin"), "user.admin")
    made = asked(acme, client_of(zoe))
    assert [each.recipient for each in deliver()] == ["alice@acme.example"]
    browser = client_of(person)
    assert grant_page(browser, made) is None
    assert "alice@acme.example" in browser.get(f"{HERE}{made.pk}/").content.decode()


@pytest.mark.parametrize("code", ["order.view", "enterprise.open", "nothing", ""])
def test_what_one_has_or_what_there_is_not_cannot_be_asked_for(code, client_of, acme, alice, zoe):
    browser = client_of(zoe)
    before = picture(acme)
    assert ask(browser, permission=code).status_code == 422
    assert picture(acme) == before


def test_a_day_has_so_many_requests(client_of, acme, alice, zoe):
    browser = client_of(zoe)
    codes = ["billing.view", "dispute.manage", "user.admin", "enterprise.admin", "account.add", "report.view",
             "report.schedule", "document.view", "document.upload", "order.create"]  # fmt: skip
    for code in codes:
        assert ask(browser, permission=code).status_code == 302
    before = picture(acme)
    answer = ask(browser, permission="order.cancel")
    assert answer.status_code == 422
    with translation.override(zoe.language):
        words = gettext("You have asked for a lot today. Write to your administrators, or ask again tomorrow.")
    assert words in answer.content.decode()
    assert picture(acme) == before


def test_who_leaves_asks_for_nothing_any_more(client_of, acme, alice, zoe):
    made = asked(acme, client_of(zoe))
    assert client_of(alice).post(f"/e/204817/people/{made.membership_id}/remove/").status_code == 302
    assert requests_of(acme)[0].status == "withdrawn"
    assert f"{HERE}{made.pk}/" not in client_of(alice).get("/e/204817/").content.decode()


def test_another_enterprise_never_sees_it(client_of, acme, alice, zoe, bob):
    made = asked(acme, client_of(zoe))
    theirs = client_of(bob)
    assert theirs.get(f"/e/305120/access/{made.pk}/").status_code == 404
    assert theirs.post(f"/e/305120/access/{made.pk}/decline/", {"answer": "no"}).status_code == 404
    assert theirs.get(f"{HERE}{made.pk}/").status_code == 404
    assert requests_of(acme)[0].status == "asked"
