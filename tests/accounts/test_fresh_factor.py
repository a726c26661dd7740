"""What touches rights takes a second factor shown lately, and nothing typed is lost over it."""

import re
from dataclasses import replace
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile

from orders.api import MilestoneNote
from portal.models import CarrierTerm, Event
from tests import make
from tests.faces import FaceClient, as_app, as_staff, inside

PAGE = "/terms/billing.payment_days/set/"
WHY = "Agreed on at the board's meeting\r\nof <May>, “as it was”"


@pytest.fixture
def owen(db):
    """A platform administrator with an authenticator app."""
    person = make.staff("Owen Admin", "platform_admin")
    person.seed = make.factor(person)
    return person


def typed():
    return {"value": "45", "starts_on": "2030-01-01", "reason": WHY, "seen": "0", "confirmed": "1"}


def rows():
    with as_staff():
        return list(CarrierTerm.objects.all())


def send(browser, **kwargs):
    return browser.post(PAGE, typed(), headers={"Referer": f"http://testserver{PAGE}", **kwargs.pop("headers", {})})


def fields_of(page):
    """What a page would send on, as a browser reads it."""
    found = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, flags=re.S)
    return {name: unescape(value) for name, value in found}


def test_a_factor_shown_lately_is_not_asked_for_again(owen):
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(9)
    assert send(browser).status_code == 302
    assert len(rows()) == 1


def test_who_showed_it_long_ago_shows_it_again_and_what_they_typed_goes_on(owen):
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(11)
    asked = send(browser)
    assert asked.status_code == 302 and asked.url.startswith(
        "/account/2fa/reauthenticate/?next=%2Faccount%2Fagain%2F%3Fwaiting%3D"
    )
    assert rows() == []
    led_on = browser.post(asked.url, {"code": make.code(owen.seed)})
    page = browser.get(led_on.url).content.decode()
    sent_on = fields_of(page)
    assert sent_on == typed() and f'action="{PAGE}"' in page and "data-goes-on" in page
    assert rows() == []
    assert browser.post(PAGE, sent_on).status_code == 302
    assert len(rows()) == 1


def test_a_wrong_code_changes_nothing_and_what_was_typed_still_waits(owen):
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(11)
    asked = send(browser)
    wrong = browser.post(asked.url, {"code": "000000"})
    assert wrong.status_code == 200 and "/account/again/" in wrong.content.decode()
    assert send(browser).status_code == 302 and rows() == []


def test_what_waits_is_sent_on_once_and_then_leads_back_to_its_page(owen):
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(11)
    asked = send(browser)
    onward = browser.post(asked.url, {"code": make.code(owen.seed)}).url
    browser.get(onward)
    again = browser.get(onward)
    assert (again.status_code, again.url) == (302, PAGE)
    assert browser.get("/account/again/?waiting=no-such-thing").url == "/"


def test_what_waits_is_its_senders_alone(owen, carol):
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(11)
    token = re.search("waiting%3D([^&]+)", send(browser).url).group(1)
    assert FaceClient("staff").sign_in(carol).get(f"/account/again/?waiting={token}").url == "/"
    assert FaceClient("staff").get(f"/account/again/?waiting={token}").url.startswith("/account/login/")
    with browser.at_home():
        assert "board" not in str(dict(browser.session))


def test_over_htmx_the_whole_page_goes_to_show_it(owen):
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(11)
    answer = send(browser, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and answer["HX-Redirect"].startswith("/account/2fa/reauthenticate/?next=")
    assert rows() == []


def test_reading_takes_no_fresh_factor(owen):
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(60)
    assert browser.get(PAGE).status_code == 200


def test_files_cannot_wait_and_are_asked_for_again_by_name(owen):
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(11)
    asked = browser.post(PAGE, {**typed(), "list": SimpleUploadedFile("people <new>.csv", b"name\n")})
    page = browser.get(browser.post(asked.url, {"code": make.code(owen.seed)}).url).content.decode()
    assert 'type="file" name="list" required' in page and "people &lt;new&gt;.csv" in page
    assert "data-goes-on" not in page and fields_of(page) == typed()


def test_who_has_no_factor_is_led_to_set_one_up(owen):
    with as_app():
        Authenticator.objects.all().delete()
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(11)
    assert send(browser).url.startswith("/account/2fa/?next=")
    assert rows() == []


def test_how_long_it_counts_is_a_term(owen):
    with as_staff():
        CarrierTerm.objects.create(
            name="people.fresh_minutes", value=30, starts_on="2020-01-01", set_by="Owen", set_by_user_id=1
        )
    browser = FaceClient("staff").sign_in(owen)
    browser.wait(29)
    assert send(browser).status_code == 302
    assert len(rows()) == 2


def test_a_permission_that_is_lacking_is_said_before_a_factor_is_asked_for(carol):
    browser = FaceClient("staff").sign_in(carol)
    browser.wait(11)
    assert send(browser).status_code == 403


def test_the_api_says_where_to_show_it_and_does_nothing(carol, acme_main, monkeypatch):
    """No call of the API takes one yet: one of them does so for this test."""
    monkeypatch.setattr(MilestoneNote.post, "policy", replace(MilestoneNote.post.policy, is_fresh=True))
    order = make.order(acme_main)
    browser = FaceClient("staff").sign_in(carol)
    with inside(order.enterprise):
        path = f"/api/v1/e/{order.enterprise.public_id}/orders/milestones/{order.milestones.first().pk}/annotate/"
    assert browser.post(path, {"note": "As agreed"}, content_type="application/json").status_code == 200
    before = story(order)
    browser.wait(11)
    refused = browser.post(path, {"note": "Anew"}, content_type="application/json")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert refused.json()["type"] == "urn:demarc:problem:factor-first"
    assert refused.json()["page"] == "http://testserver/account/2fa/"
    assert story(order) == before == ["milestone.noted"]


def story(order):
    with inside(order.enterprise):
        return [kind for kind in Event.objects.values_list("kind", flat=True) if kind.startswith("milestone")]
