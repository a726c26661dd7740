"""Signing in, the first page, the customers' list, and the mails of a person's own account."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings

from accounts.models import User
from portal.models import Notice
from tests import make
from tests.accounts.refusing import unchanged
from tests.faces import FaceClient, as_app, as_staff, inside


def sign_in(face, person, password=make.PASSWORD):
    browser = FaceClient(face)
    return browser, browser.post("/account/login/", {"login": person.email, "password": password})


def test_mail_and_password_lead_to_the_enterprise(acme, alice):
    make.password(alice)
    browser, answer = sign_in("customer", alice)
    assert answer.url == "/"
    assert browser.get("/").url == f"/e/{acme.public_id}/"


def test_a_wrong_password_is_refused_alike_for_known_and_unknown(acme, alice):
    make.password(alice)
    known = sign_in("customer", alice, "wrong password!")[1].content.decode()
    unknown = sign_in("customer", User(email="nobody@acme.example"), "wrong password!")[1].content.decode()
    hide = re.compile(r'value="[^"]*"|"X-CSRFToken": "[^"]*"|nonce="[^"]*"')
    assert hide.sub("", known) == hide.sub("", unknown)
    assert "not correct" in known


def test_the_sixth_wrong_password_is_slowed(acme, alice):
    make.password(alice)
    answers = [sign_in("customer", alice, "wrong password!")[1] for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "Wait 5 minutes" in answers[-1].content.decode() and answers[-1]["Retry-After"] == "300"
    assert sign_in("customer", alice)[1].status_code == 429


def test_staff_show_a_second_factor_and_its_seed_is_sealed(carol):
    make.password(carol)
    secret = make.factor(carol)
    browser, answer = sign_in("staff", carol)
    assert answer.url.startswith("/account/2fa/authenticate/")
    assert browser.get("/").status_code == 302
    assert "code" in browser.post("/account/2fa/authenticate/", {"code": "000000"}).content.decode()
    browser.post("/account/2fa/authenticate/", {"code": make.code(secret)})
    assert browser.get("/").status_code == 200
    with as_app():
        kept = Authenticator.objects.get(user=carol)
        assert secret not in str(kept.data)
        assert TOTP(kept).validate_code("000000") is False


def test_nobody_signs_up_by_themselves(db):
    page = FaceClient("customer").post(
        "/account/signup/", {"email": "x@x.example", "password1": make.PASSWORD, "password2": make.PASSWORD}
    )
    assert page.status_code == 200
    with as_app():
        assert not User.objects.filter(email="x@x.example").exists()


def test_an_unconfirmed_address_gets_a_link_that_confirms_it(acme, alice, deliver, mailoutbox):
    make.password(alice)
    with as_app():
        EmailAddress.objects.filter(user=alice).update(verified=False)
    _, answer = sign_in("customer", alice)
    assert "confirm-email" in answer.url
    (notice,) = [n for n in deliver() if n.kind == "person.address_unconfirmed"]
    assert "confirm-email" not in notice.body_text
    link = next(word for word in mailoutbox[0].body.split() if "/confirm-email/" in word)
    FaceClient("customer").post(link.replace(settings.CUSTOMER_URL, ""))
    with as_app():
        assert EmailAddress.objects.get(user=alice).verified


def test_a_stolen_session_alone_takes_no_account_over(acme, alice):
    """Before another address can be added, which could ask for a reset, the password is asked for again."""
    make.password(alice)
    browser = FaceClient("customer").sign_in(alice)
    answer = browser.post("/account/email/", {"email": "thief@x.example", "action_add": ""})
    assert answer.status_code == 302 and answer.url.startswith("/account/reauthenticate/")
    with as_app():
        assert not EmailAddress.objects.filter(email="thief@x.example").exists()


def test_a_person_without_a_company_is_told_what_to_do(db):
    page = FaceClient("customer").sign_in(make.user("lone@nowhere.example")).get("/")
    assert page.status_code == 403
    assert settings.CARRIER["phone"] in page.content.decode()


def test_two_companies_are_switched_in_the_header_and_the_last_is_remembered(acme, borealis, alice):
    make.member(borealis, alice, "Alice Moreau")
    browser = FaceClient("customer").sign_in(alice)
    page = browser.get(f"/e/{acme.public_id}/").content.decode()
    assert f'href="/e/{borealis.public_id}/"' in page and borealis.legal_name in page
    assert browser.get(f"/e/{borealis.public_id}/").status_code == 200
    assert browser.get("/").url == f"/e/{borealis.public_id}/"


def test_two_tabs_are_in_two_companies(acme, acme_main, borealis, alice):
    make.member(borealis, alice, "Alice Moreau", is_administrator=True)
    order = make.order(acme_main)
    browser = FaceClient("customer").sign_in(alice)
    browser.get(f"/e/{borealis.public_id}/")
    assert order.number in browser.get(f"/e/{acme.public_id}/orders/").content.decode()
    assert order.number not in browser.get(f"/e/{borealis.public_id}/orders/").content.decode()


@pytest.mark.parametrize(
    ("typed", "found"),
    [("", True), ("acme", True), ("FREIGHT", True), ("204817", True), ("20481", False), ("%", False)],
)
def test_staff_find_a_customer(client_of, acme, dora, typed, found):
    page = client_of(dora).get("/customers/", {"q": typed})
    assert ("Acme Freight" in page.content.decode()) is found


def test_the_list_of_customers_has_pages(client_of, dora):
    for n in range(51):
        make.enterprise(f"Customer {n:02d}")
    browser = client_of(dora)
    first = browser.get("/customers/").content.decode()
    assert "Customer 50" not in first
    onward = first.split('rel="next" href="')[1].split('"')[0]
    assert "Customer 50" in browser.get(f"/customers/{onward}").content.decode()


def test_a_customer_that_does_not_exist_cannot_be_opened(client_of, dora):
    assert client_of(dora).get("/customers/999999/open/").status_code == 404


def test_leaving_twice_leaves_one_trace(client_of, acme, carol):
    from portal.models import Event

    browser = client_of(carol)
    browser.get(f"/e/{acme.public_id}/")
    for _ in range(2):
        assert browser.post(f"/e/{acme.public_id}/leave/").status_code == 302
    with inside(acme):
        kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    # Carol is on the team, so that the second request lets her in again before she leaves.
    assert kinds == ["enterprise.opened", "enterprise.left", "enterprise.opened", "enterprise.left"]


def test_the_house_is_open_to_staff_without_a_visit(client_of, carol):
    page = client_of(carol).get(f"/e/{settings.CARRIER['public_id']}/")
    assert page.status_code == 200
    with as_staff():
        assert not Notice.objects.exists()


def test_blanks_are_no_reason_to_open_a_customer(client_of, acme, dora):
    browser = client_of(dora)
    with unchanged():
        answer = browser.post("/customers/204817/open/", {"reason": "a      b"})
    assert answer.status_code == 422 and "Say in a few words why" in answer.content.decode()
    assert browser.post("/customers/204817/open/", {"reason": "They called about a bill"}).status_code == 302


def test_who_leaves_where_they_had_not_come_leaves_no_trace(client_of, carol):
    browser = client_of(carol)
    with unchanged():
        assert browser.post(f"/e/{settings.CARRIER['public_id']}/leave/").status_code == 302
