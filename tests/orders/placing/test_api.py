"""Orders are written, signed, priced and checked over the API as on their pages."""

import json

import pytest

from tests import make
from tests.kernel.test_api import said
from tests.orders.placing.conftest import A_DAY, all_of, latest

PLACE = "/api/v1/e/204817/orders/"


@pytest.fixture
def post(client_of):
    def send(person, path, body=None):
        return client_of(person).post(f"{PLACE}{path}", json.dumps(body or {}), content_type="application/json")

    return send


def written(**changes):
    item = {"product": "wave-10g", "a_site": "DEN-1", "z_new": {"street": "2 Main St", "city": "Reno", "country": "US"}}
    return {
        "account": "5-KTR2P", "requested_on": A_DAY.isoformat(), "term_months": 36, "project": "New plant",
        "items": [item], **changes,
    }  # fmt: skip


ADDRESS = {"street": "2 Main St", "city": "Reno", "country": "US"}
SIGNED = {"name": "Ana Moreau", "title": "CIO", "signature": "Ana Moreau"}


def test_an_order_goes_from_its_draft_to_its_care_manager(post, client_of, acme, acme_main, wave, denver, alice, carol):
    made = post(alice, "drafts/", written())
    assert made.status_code == 201, made.text
    body = made.json()
    number = body["number"]
    assert (body["state"], body["revision"], body["project"]["name"]) == ("draft", 0, "New plant")
    assert body["items"][0]["z_end"] == "2 Main St, 2 Main St, Reno, US" and body["items"][0]["action"] == "add"
    changed = post(alice, f"{number}/rewrite/", written(title="Mine", revision=0)).json()
    assert (changed["title"], changed["revision"]) == ("Mine", 1)
    before = all_of(acme)
    assert post(alice, f"{number}/rewrite/", written(title="Theirs", revision=0)).status_code == 409
    assert post(alice, f"{number}/submit/", {**SIGNED, "revision": 0}).status_code == 409
    assert all_of(acme) == before
    signed = post(alice, f"{number}/submit/", {**SIGNED, "revision": 1}).json()
    assert signed["status"] == "submitted" and len(signed["authorisation"]["sha256"]) == 64
    inbox = client_of(carol).get("/api/v1/order-inbox/").json()["results"]
    assert [(each["number"], each["enterprise"]) for each in inbox] == [(number, "204817")]
    returned = post(carol, f"{number}/return/", {"remarks": [{"item": 1, "words": "Which cage?"}]}).json()
    assert returned["remarks"] == [{"item": 1, "field": "", "words": "Which cage?"}]
    again = {**SIGNED, "revision": returned["revision"]}
    assert post(alice, f"{number}/submit/", again).status_code == 200
    taken = post(carol, f"{number}/take/", {"care_manager": make.card_of(carol).email}).json()
    assert taken["status"] == "acknowledged" and taken["service"].startswith("SVC-")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"account": "5-NONE"}, "/account"),
        ({"items": [{"product": "none"}]}, "/items/0/product"),
        ({"items": [{"product": "wave-10g", "a_site": "X"}]}, "/items/0/a_site"),
        ({"items": [{"product": "wave-10g", "a_site": "DEN-1", "a_new": ADDRESS}]}, "/items/0/a_new"),
        ({"items": [{"product": "wave-10g", "monthly": "1.00"}]}, "/items/0/monthly"),
    ],
)
def test_what_is_not_there_is_named_by_its_place(post, acme, acme_main, wave, denver, alice, changes, pointer):
    answer = post(alice, "drafts/", written(**changes))
    assert answer.status_code == 422 and [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert not all_of(acme)["Order"]


def test_an_order_that_was_submitted_is_not_written_anew(post, acme, acme_main, wave, denver, alice):
    number = post(alice, "drafts/", written()).json()["number"]
    assert post(alice, f"{number}/submit/", {**SIGNED, "revision": 0}).status_code == 200
    before = all_of(acme)
    said(post(alice, f"{number}/rewrite/", written(title="Mine", revision=latest(acme).revision)), 409, "refused")
    assert all_of(acme) == before


def test_an_order_is_given_to_somebody_who_works_here(post, submitted, acme, carol):
    before = all_of(acme)
    who = {"care_manager": "nobody@northvane.example"}
    fault = said(post(carol, f"{submitted.number}/take/", who), 422, "invalid")
    assert fault["errors"] == [{"pointer": "/care_manager", "detail": "Nobody here has this address."}]
    assert all_of(acme) == before


def test_an_order_is_returned_for_items_that_it_has(post, submitted, acme, carol):
    before = all_of(acme)
    fault = said(post(carol, f"{submitted.number}/return/", {"remarks": [{"item": 7, "words": "?"}]}), 422, "invalid")
    assert fault["errors"] == [{"pointer": "/remarks", "detail": "The order has no such item."}]
    assert all_of(acme) == before


def test_an_icb_order_is_priced_by_two_and_accepted_or_turned_down(post, acme, acme_main, icb, denver, alice, carol):
    director, engineer = make.staff("Dan Reyes", "account_director"), make.staff("Sue Engel", "sales_engineer")
    make.team(acme, director, "account_director"), make.team(acme, engineer, "sales_engineer")
    number = post(alice, "drafts/", written(items=[{"product": "dark-fiber"}])).json()["number"]
    assert post(alice, f"{number}/ask-price/", {"revision": 0}).json()["status"] == "pricing"
    price = {"monthly": "4100.00", "one_time": "0.00", "term_months": 60, "valid_until_on": A_DAY.isoformat()}
    for each in (director, engineer):
        body = post(each, f"{number}/price/", price).json()
    assert (body["status"], body["quotes"][0]["state"]) == ("draft", "approved")
    body = post(alice, f"{number}/quote/", {"version": 1, "accepts": True}).json()
    assert body["quotes"][0]["answered_by"] == "Alice Moreau" and body["monthly"]["value"] == "4100.00"
    assert post(alice, f"{number}/submit/", {**SIGNED, "revision": body["revision"]}).status_code == 200
    assert post(carol, f"{number}/reject/", {"reason": "No fiber there"}).json()["status"] == "rejected"
    withdrawn = post(alice, f"{number}/withdraw/")
    assert withdrawn.status_code == 409 and latest(acme).status == "rejected"
