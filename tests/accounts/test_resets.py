"""An administrator has a colleague choose a new password, or set a lost second factor up anew."""

import re

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import Membership, User
from portal.models import Event
from tests import make
from tests.accounts.refusing import unchanged
from tests.accounts.test_sessions import is_in, sign_in
from tests.faces import FaceClient, as_app, inside


@pytest.fixture
def alan(alan):
    make.password(alan)
    return alan


@pytest.fixture
def everywhere(alan, borealis):
    """Alan signs in for another company too."""
    make.member(borealis, alan, "Alan Tran")
    return alan


def page(acme, person, verb=""):
    with inside(acme):
        pk = Membership.objects.get(user=person).pk
    return f"/e/204817/people/{pk}/{verb}"


def opens(person):
    answer = FaceClient("customer").post("/account/login/", {"login": person.email, "password": make.PASSWORD})
    return answer.status_code == 302


def factors(person):
    with as_app():
        return Authenticator.objects.filter(user_id=person.pk).count()


def picture(acme, person):
    with as_app():
        user = User.objects.get(pk=person.pk)
    with inside(acme):
        return user.password, factors(person), Event.objects.filter(kind__contains="_reset").count()


def link_in(mail):
    return re.search(r"https?://[^/\s]+(/account/password/reset/key/\S+)", mail.body)[1]


def test_a_new_password_is_chosen_by_mail_and_what_was_open_is_closed(
    acme, alice, alan, client_of, deliver, mailoutbox
):
    browser = sign_in(alan)
    assert is_in(browser, acme)
    assert client_of(alice).post(page(acme, alan, "password/")).status_code == 302
    assert not is_in(browser, acme) and not opens(alan)
    (notice,) = [each for each in deliver() if each.kind == "person.password_reset"]
    assert notice.recipient == alan.email and "[[secret link]]" in notice.body_text
    (mail,) = [each for each in mailoutbox if alan.email in each.to[0] and "/password/reset/key/" in each.body]
    client = FaceClient("customer")
    form = client.get(link_in(mail), follow=True)
    answer = client.post(form.request["PATH_INFO"], {"password1": make.PASSWORD, "password2": make.PASSWORD})
    assert answer.status_code == 302 and opens(alan)


def test_who_signs_in_for_others_too_gets_the_link_and_stays_signed_in(acme, alice, everywhere, client_of, deliver):
    browser = sign_in(everywhere)
    assert client_of(alice).post(page(acme, everywhere, "password/")).status_code == 302
    assert is_in(browser, acme) and opens(everywhere)
    assert [each.recipient for each in deliver() if each.kind == "person.password_reset"] == [everywhere.email]


def test_a_lost_second_factor_is_taken_away_and_all_are_told(acme, alice, alan, client_of, deliver):
    make.member(acme, make.user("ann@acme.example"), "Ann Other", is_administrator=True)
    make.factor(alan)
    shown = client_of(alice).get(page(acme, alan)).content.decode()
    assert page(acme, alan, "factor/") in shown
    assert client_of(alice).post(page(acme, alan, "factor/")).status_code == 302
    assert factors(alan) == 0 and not opens(alan)
    mails = {(each.kind, each.recipient) for each in deliver() if each.kind.endswith("_reset")}
    assert mails == {("person.password_reset", alan.email), ("person.factor_reset", "ann@acme.example")}


def test_it_takes_a_fresh_second_factor_of_ones_own(acme, alice, alan, client_of):
    make.factor(alan)
    before, browser = picture(acme, alan), client_of(alice)
    browser.wait(60)
    for verb in ("password/", "factor/"):
        assert "/account/" in browser.post(page(acme, alan, verb)).url
    assert picture(acme, alan) == before


@pytest.mark.parametrize("case", ["own", "administrator", "several companies", "the carrier's", "none"])
def test_what_is_not_theirs_to_reset_stays_as_it_is(acme, borealis, alice, alan, client_of, case):
    whom, by = alan, alice
    if case != "none":
        make.factor(alan)
    if case == "own":
        whom = alice
        make.factor(alice)
    if case == "administrator":
        whom, by = alice, make.user("ula@acme.example")
        make.grant(make.member(acme, by, "Ula User"), "user.admin")
        make.factor(alice)
    if case == "several companies":
        make.member(borealis, alan, "Alan Tran")
    if case == "the carrier's":
        make.staff("Alan Tran", "technician", email="tran@northvane.example")
        with as_app():
            User.objects.filter(pk=alan.pk).update(email="nobody@acme.example")
            User.objects.filter(email="tran@northvane.example").update(email="x@northvane.example")
            User.objects.filter(pk=alan.pk).update(email="tran@northvane.example")
    before = picture(acme, whom)
    assert client_of(by).post(page(acme, whom, "factor/")).status_code == 409
    assert picture(acme, whom) == before


@pytest.fixture
def owner():
    return make.staff("Owen Admin", "platform_admin")


HELP = "/customers/204817/second-factor/"


def test_the_carrier_does_it_for_the_last_administrator_with_grounds(acme, alice, owner, client_of, deliver):
    make.factor(alice)
    browser = client_of(owner)
    assert browser.post(HELP, {"email": alice.email, "grounds": ""}).status_code == 422
    assert factors(alice) == 1
    answer = browser.post(HELP, {"email": alice.email, "grounds": "Called back by 555-0100"})
    assert answer.status_code == 302 and factors(alice) == 0
    assert [each.recipient for each in deliver() if each.kind == "person.password_reset"] == [alice.email]
    with inside(acme):
        event = Event.objects.get(kind="person.factor_reset")
    assert (event.facts["reason"], event.actor_name) == ("Called back by 555-0100", "Owen Admin")


def test_the_carrier_leaves_to_administrators_what_they_can_do(acme, alice, alan, owner, carol, client_of):
    make.factor(alan)
    before = picture(acme, alan)
    sent = {"email": alan.email, "grounds": "Called back by 555-0100"}
    answer = client_of(owner).post(HELP, sent)
    assert answer.status_code == 422 and "Alice Moreau" in answer.content.decode()
    assert client_of(make.staff("Tea Nician", "technician")).post(HELP, sent).status_code == 403
    assert picture(acme, alan) == before


def test_each_company_of_the_person_hears_of_it_and_one_mail_has_the_link(
    acme, borealis, alice, bob, everywhere, owner, client_of, deliver
):
    make.factor(everywhere)
    sent = {"email": everywhere.email, "grounds": "Called back by 555-0100"}
    assert client_of(owner).post(HELP, sent).status_code == 302
    assert factors(everywhere) == 0
    mails = sorted((each.kind, each.recipient) for each in deliver() if each.kind.endswith("_reset"))
    assert mails == [
        ("person.factor_reset", "alice@acme.example"),
        ("person.factor_reset", "bob@borealis.example"),
        ("person.password_reset", everywhere.email),
    ]


@pytest.mark.parametrize(
    ("case", "words"), [("nobody", "Nobody who is active here"), ("one of ours", "one of our own people")]
)
def test_the_carrier_takes_no_factor_of_who_is_not_here_or_is_its_own(acme, alice, owner, client_of, case, words):
    make.factor(alice)
    ours = make.staff("Tess Both", "technician", email="tess@northvane.example")
    make.member(acme, ours, "Tess Both")
    make.factor(ours)
    email = {"nobody": "nobody@acme.example", "one of ours": ours.email}[case]
    browser, sent = client_of(owner), {"grounds": "Called back by 555-0100"}
    with unchanged():
        answer = browser.post(HELP, {**sent, "email": email})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert browser.post(HELP, {**sent, "email": alice.email}).status_code == 302
