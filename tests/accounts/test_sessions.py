"""How long a session lives, what renews it and what ends it, and what its owner is told."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.html import escape

from accounts.models import User
from portal.models import Event
from tests import make
from tests.accounts.test_second_factor import recently
from tests.faces import FaceClient, as_app, as_staff

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
NEW = "a new password of mine"


def sign_in(person, face="customer", agent=FIREFOX, browser=None):
    browser = browser or FaceClient(face, headers={"User-Agent": agent})
    answer = browser.post("/account/login/", {"login": person.email, "password": make.PASSWORD})
    assert answer.status_code == 302, answer.status_code
    return browser


def key_of(browser):
    return browser.cookies[f"{browser.face}-session"].value


def age(browser, **minutes):
    """Let so many minutes pass since the session began, or was seen."""
    with browser.at_home():
        session = browser.session
        for name, passed in minutes.items():
            session[name] -= 60 * passed
        session.save()


def is_in(browser, acme):
    return browser.get(f"/e/{acme.public_id}/").status_code == 200


def told(deliver):
    return [(notice.kind, notice.recipient) for notice in deliver()]


@pytest.fixture
def alan(alan):
    make.password(alan)
    return alan


# --- how long ------------------------------------------------------------------------------------


def test_after_half_an_hour_without_anything_done_one_signs_in_again_and_comes_back(acme, alan):
    browser = sign_in(alan)
    age(browser, seen=29, began=29)
    assert is_in(browser, acme)
    age(browser, seen=30)
    answer = browser.get(f"/e/{acme.public_id}/orders/")
    assert answer.url == f"/account/login/?next=%2Fe%2F{acme.public_id}%2Forders%2F"
    assert "nothing was done for 30 minutes" in browser.get(answer.url).content.decode()
    with as_app():
        assert not UserSession.objects.exists()


def test_after_twelve_hours_one_signs_in_again_whatever_was_done(acme, alan):
    browser = sign_in(alan)
    age(browser, began=12 * 60 - 1)
    assert is_in(browser, acme)
    age(browser, began=1)
    assert browser.get(f"/e/{acme.public_id}/").url.startswith("/account/login/")


def test_a_page_that_asks_by_itself_keeps_no_session_alive(acme, alan):
    browser = sign_in(alan)
    page = f"/e/{acme.public_id}/orders/"
    age(browser, seen=29)
    assert browser.get(page, headers={"HX-Request": "true", "X-Poll": "1"}).status_code == 200
    age(browser, seen=1)
    answer = browser.get(
        page, headers={"HX-Request": "true", "X-Poll": "1", "HX-Current-URL": f"http://testserver{page}"}
    )
    assert answer["HX-Redirect"] == f"/account/login/?next=%2Fe%2F{acme.public_id}%2Forders%2F"


def test_what_was_typed_as_the_time_ran_out_waits_for_its_writer_alone(acme, alice, alan):
    make.password(alice)
    home = f"/e/{acme.public_id}/"
    for person, is_theirs in ((alan, True), (alice, False)):
        browser = sign_in(alan)
        age(browser, seen=31)
        answer = browser.post("/profile/", {"name": "Alan <Tran>"}, headers={"Referer": "http://testserver/profile/"})
        assert answer.url.startswith("/account/login/?next=%2Faccount%2Fagain%2F")
        led_on = browser.post(answer.url, {"login": person.email, "password": make.PASSWORD})
        page = browser.get(led_on.url)
        assert (page.status_code == 200 and escape("Alan <Tran>") in page.content.decode()) is is_theirs
    assert is_in(sign_in(alan), acme) and home
    with as_staff():
        assert not Event.objects.filter(kind="person.renamed").exists()


def test_a_form_that_somebody_else_has_forged_does_not_wait(acme, alan):
    browser = FaceClient("customer", enforce_csrf_checks=True).sign_in(alan)
    age(browser, seen=31)
    assert browser.post("/profile/", {"name": "Mallory"}).status_code == 403


# --- a new key ------------------------------------------------------------------------------------


def test_signing_in_makes_a_new_key_at_the_password_and_at_the_second_factor(acme, alice):
    make.password(alice)
    seed = make.factor(alice)
    browser = FaceClient("customer")
    browser.get("/account/login/")
    browser.post("/account/login/", {"login": alice.email, "password": make.PASSWORD})
    before = key_of(browser)
    browser.post("/account/2fa/authenticate/", {"code": make.code(seed)})
    assert key_of(browser) != before
    thief = FaceClient("customer")
    thief.cookies["customer-session"] = before
    assert thief.get(f"/e/{acme.public_id}/").url.startswith("/account/login/")
    assert is_in(browser, acme)


def test_showing_a_factor_once_more_makes_a_new_key_too(acme, alice):
    make.password(alice)
    seed = make.factor(alice)
    browser = FaceClient("customer").sign_in(alice)
    before = key_of(browser)
    browser.post("/account/2fa/reauthenticate/", {"code": make.code(seed)})
    assert key_of(browser) != before and is_in(browser, acme)
    thief = FaceClient("customer")
    thief.cookies["customer-session"] = before
    assert thief.get(f"/e/{acme.public_id}/").url.startswith("/account/login/")


def test_signing_out_ends_the_session_and_not_only_its_cookie(acme, alan):
    browser = sign_in(alan)
    thief = FaceClient("customer")
    thief.cookies["customer-session"] = key_of(browser)
    assert is_in(thief, acme)
    browser.post("/account/logout/")
    assert thief.get(f"/e/{acme.public_id}/").url.startswith("/account/login/")


# --- what ends the others --------------------------------------------------------------------------


def test_a_new_password_ends_all_other_sessions_and_is_told(acme, alan, deliver):
    here, there = sign_in(alan), sign_in(alan, agent=PHONE)
    recently(here)
    answer = here.post("/account/password/change/", {"oldpassword": make.PASSWORD, "password1": NEW, "password2": NEW})
    assert answer.status_code == 302
    assert is_in(here, acme) and there.get(f"/e/{acme.public_id}/").status_code == 302
    assert ("person.password_changed", alan.email) in told(deliver)


def test_a_refused_new_password_ends_nothing(acme, alan, deliver):
    here, there = sign_in(alan), sign_in(alan, agent=PHONE)
    recently(here)
    answer = here.post("/account/password/change/", {"oldpassword": "not this one", "password1": NEW, "password2": NEW})
    assert answer.status_code == 200
    assert is_in(there, acme)
    assert "person.password_changed" not in dict(told(deliver))


def test_a_factor_that_is_taken_away_ends_all_other_sessions(acme, alan):
    here, there = sign_in(alan), sign_in(alan, agent=PHONE)
    make.factor(alan)
    assert recently(here).post("/account/2fa/totp/deactivate/").status_code == 302
    assert is_in(here, acme) and not is_in(there, acme)


def test_a_disabled_person_is_out_at_the_next_request(acme, alan):
    browser = sign_in(alan)
    assert is_in(browser, acme)
    with as_staff():
        User.objects.filter(pk=alan.pk).update(is_active=False)
    assert browser.get(f"/e/{acme.public_id}/").url.startswith("/account/login/")


# --- the page of one's sessions --------------------------------------------------------------------


def session_in(page, words):
    """The number of the session in whose row these words stand."""
    row = next(row for row in re.findall(r"<tr>.*?</tr>", page, flags=re.S) if words in row and "<td" in row)
    return re.search(r'name="session" value="(\d+)"', row).group(1)


def test_the_page_says_each_browser_its_address_and_when_and_ends_one(acme, alan):
    here, there = sign_in(alan), sign_in(alan, agent=PHONE)
    page = here.get("/account/sessions/").content.decode()
    assert "Firefox, Windows" in page and "iPhone" in page and "127.0.0.1" in page and "this one" in page
    assert "Last used" in page and "Since" in page
    phone = {"session": session_in(page, "iPhone")}
    asked = here.post("/account/sessions/end/", phone)
    assert asked.url.startswith("/account/reauthenticate/") and is_in(there, acme)
    recently(here)
    assert here.post("/account/sessions/end/", {"session": session_in(page, "iPhone")}).url == "/account/sessions/"
    assert is_in(here, acme) and not is_in(there, acme)


def test_the_page_ends_all_others(acme, alan):
    here, there, third = sign_in(alan), sign_in(alan, agent=PHONE), sign_in(alan)
    assert here.post("/account/sessions/").url.startswith("/account/reauthenticate/") and is_in(third, acme)
    recently(here).post("/account/sessions/")
    assert [is_in(each, acme) for each in (here, there, third)] == [True, False, False]


def test_nobody_ends_anothers_session(acme, alan, alice):
    browser = sign_in(alan)
    with as_app():
        mine = UserSession.objects.get(user=alan).pk
    other = recently(FaceClient("customer").sign_in(alice))
    for wrong in (mine, 0, "x", "", "9" * 40, "²"):
        assert other.post("/account/sessions/end/", {"session": wrong}).status_code == 404
    assert is_in(browser, acme)


def test_an_operator_signs_one_person_out_everywhere_or_everybody(acme, alan, alice, capsys):
    mine = [sign_in(alan), sign_in(alan, agent=PHONE)]
    with as_app():
        with pytest.raises(CommandError, match="Nobody signs in as"):
            call_command("end_sessions", "nobody@acme.example")
        assert all(is_in(each, acme) for each in mine)
        call_command("end_sessions", alice.email)
        assert all(is_in(each, acme) for each in mine)
        call_command("end_sessions", alan.email)
    assert "2 sessions ended." in capsys.readouterr().out
    assert [is_in(each, acme) for each in mine] == [False, False]
    again = sign_in(alan)
    with as_app():
        call_command("end_sessions", "--all")
    assert not is_in(again, acme)


def test_every_page_offers_to_sign_out(client_of, acme, alice, carol):
    for person, pages in ((alice, (f"/e/{acme.public_id}/", "/profile/", "/account/sessions/")), (carol, ("/",))):
        for page in pages:
            assert 'action="/account/logout/"' in client_of(person).get(page).content.decode(), page


def test_a_key_is_long_and_nobodys_guess(acme, alan):
    keys = {key_of(sign_in(alan)) for _ in range(3)}
    assert len(keys) == 3 and all(re.fullmatch("[a-z0-9]{32}", key) for key in keys)


# --- what is told ------------------------------------------------------------------------------------


def test_a_sign_in_by_a_browser_not_seen_before_is_told_and_the_next_by_it_is_not(acme, alan, deliver, mailoutbox):
    browser = sign_in(alan)
    assert told(deliver) == []  # the very first one
    browser.post("/account/logout/")
    sign_in(alan, browser=browser)
    assert told(deliver) == []
    sign_in(alan, agent=PHONE)
    assert told(deliver) == [("person.signed_in_anew", alan.email)]
    assert "iPhone" in mailoutbox[0].body and "127.0.0.1" in mailoutbox[0].body
    assert f"{settings.CUSTOMER_URL}/account/sessions/" in mailoutbox[0].body
    with as_staff():
        kinds = Event.objects.filter(kind__startswith="person.signed_in").order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["person.signed_in", "person.signed_in", "person.signed_in_anew"]


def test_who_takes_another_address_is_told_at_both(acme, alan, deliver):
    with as_app():
        EmailAddress.objects.create(user=alan, email="tran@acme.example", verified=True)
    browser = recently(sign_in(alan))
    assert browser.post("/account/email/", {"email": "tran@acme.example", "action_primary": ""}).status_code == 302
    assert {recipient for kind, recipient in told(deliver) if kind == "person.address_changed"} == {
        "alan@acme.example",
        "tran@acme.example",
    }


def test_a_browser_is_known_by_a_seal_that_nobody_else_can_make(acme, alan, deliver):
    sign_in(alan).post("/account/logout/")
    browser = FaceClient("customer")
    browser.cookies["customer-device"] = "forged"
    browser.cookies[settings.DEVICE_COOKIE_NAME] = "forged"
    sign_in(alan, browser=browser)
    assert ("person.signed_in_anew", alan.email) in told(deliver)
