"""Pages for what is not there, not allowed, refused or broken: in one's language, each with a way out."""

import re

import pytest
from django.utils import translation
from django.utils.translation import gettext

from tests import make
from tests.faces import FaceClient, as_app

HTMX = {"HX-Request": "true"}


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_who_lacks_a_permission_reads_which_and_who_gives_it(client_of, acme, alice, alan):
    answer = client_of(alan).get(f"/e/{acme.public_id}/visits/")
    text = words(answer)
    assert answer.status_code == 403
    assert "Administer the enterprise" in text and "Alice Moreau" in text and "mailto:alice@acme.example" in text
    assert f'href="/e/{acme.public_id}/"' in text


def test_a_company_without_an_administrator_is_sent_to_the_carrier(client_of, acme, alan):
    text = words(client_of(alan).get(f"/e/{acme.public_id}/visits/"))
    assert "no administrator at present" in text and "+1 303 555 0100" in text


def test_a_former_administrator_is_nobody_to_ask(client_of, acme, alice, alan):
    with as_app():
        alice.is_active = False
        alice.save(update_fields=["is_active"])
    assert "Alice Moreau" not in words(client_of(alan).get(f"/e/{acme.public_id}/visits/"))


def test_staff_are_sent_to_their_platform_administrators(client_of, erin):
    assert "Ask your platform administrator." in words(client_of(erin).get("/billing/runs/"))
    make.staff("Owen Kessler", "platform_admin")
    text = words(client_of(erin).get("/billing/runs/"))
    assert "Start bill runs and watch them" in text and "Owen Kessler" in text and "your company" not in text


@pytest.mark.parametrize("path", ["/no/such/page/", "/e/999999/"])
def test_what_is_not_there_says_so_to_each(client_of, alice, erin, path):
    customer, staff = words(client_of(alice).get(path)), words(client_of(erin).get(path))
    assert "a company or an account that you are not in" in customer and "Go to the start" in customer
    assert "another customer than the one in the address" in staff
    nobody = FaceClient("customer").get("/no/such/page/")
    assert nobody.status_code == 404 and "sign in first" in words(nobody)


def test_the_persons_language_speaks_also_where_nobody_acts(client_of, bob):
    """On the library's pages, and where there is nothing: not the browser's language."""
    browser = client_of(bob)
    with translation.override("es"):
        missing, password = gettext("There is nothing here"), gettext("Change your password")
    assert missing != "There is nothing here"
    assert missing in words(browser.get("/no/such/page/", headers={"Accept-Language": "en"}))
    for path in ("/account/email/", "/account/password/change/", "/account/sessions/"):
        text = words(browser.get(path, headers={"Accept-Language": "en"}, follow=True))
        assert 'lang="es"' in text, (path, password)


def test_before_signing_in_the_browsers_language_speaks(db):
    answer = FaceClient("customer").get("/account/login/", headers={"Accept-Language": "pt"})
    assert 'lang="pt"' in words(answer)


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(("path", "status"), [("visits/", 403), ("orders/ORD-1/", 404)])
def test_htmx_gets_the_status_that_its_script_words(client_of, acme, alan, headers, path, status):
    """4xx answers are not swapped in: the frame's own words are shown, by the status."""
    page = client_of(alan).get(f"/e/{acme.public_id}/", headers={}).content.decode()
    assert 'id="trouble-gone"' in page and 'id="trouble-server"' in page and 'id="trouble-offline"' in page
    assert client_of(alan).get(f"/e/{acme.public_id}/{path}", headers=headers).status_code == status


def test_a_broken_page_stands_alone_and_gives_the_number_to_call(client_of, acme, alice, monkeypatch):
    from accounts import selectors

    monkeypatch.setattr(selectors, "list_team", lambda *_: 1 / 0)
    browser = client_of(alice)
    browser.raise_request_exception = False
    answer = browser.get(f"/e/{acme.public_id}/")
    assert answer.status_code == 500
    assert "was not saved" in words(answer) and "+1 303 555 0100" in words(answer) and "<nav" not in words(answer)


def test_an_old_form_says_that_it_is_old(client_of, alice):
    browser = FaceClient("customer", enforce_csrf_checks=True).sign_in(alice)
    answer = browser.post("/theme/", {"theme": "dark"})
    assert answer.status_code == 403 and "This page had grown old" in words(answer)
