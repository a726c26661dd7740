"""The engineers' work list and the steps of orders over the API."""

import json
import re

import pytest

from orders.models import MilestoneTemplate
from tests.faces import as_staff
from tests.kernel.test_api import said

STEPS = "/api/v1/orders/steps/"
FIRST = {"kind": "acknowledged", "owner": "carrier", "basis": "share", "amount": 0}
LAST = {"kind": "activation", "owner": "customer", "basis": "share", "amount": 100, "action": "Plug it in"}


@pytest.fixture
def call(client_of):
    def send(person, path, body):
        return client_of(person).post(path, json.dumps(body), content_type="application/json")

    return send


def rows():
    with as_staff():
        return list(MilestoneTemplate.objects.order_by("position").values_list("family", "kind", "amount"))


def test_answers_that_wait_are_listed_and_reviewed(client_of, call, alice, carol, taken):
    given = {"answers": {"connector": "LC", "rack": "Room 4, rack 2"}}
    assert call(alice, f"/api/v1/e/204817/orders/{taken.number}/details/", given).status_code == 200
    browser = client_of(carol)
    (row,) = browser.get("/api/v1/orders/reviews/").json()["results"]
    assert (row["enterprise"], row["number"], row["waiting"]) == ("204817", taken.number, 2)
    path = f"/api/v1/e/204817/orders/{taken.number}/review/"
    assert call(carol, path, {"verdicts": {"rack": "", "connector": ""}}).status_code == 200
    assert browser.get("/api/v1/orders/reviews/").json()["results"] == []
    assert client_of(alice).get("/api/v1/orders/reviews/").status_code == 404


def test_the_steps_of_a_family_are_read_set_and_given_up(client_of, call, carol, erin, product):
    browser = client_of(carol)
    shipped = browser.get(f"{STEPS}new/").json()
    assert shipped["own"] == [] and shipped["binding"][0]["kind"] == "acknowledged"
    wanted = {"family": "wavelength", "steps": [FIRST, LAST]}
    said(call(carol, f"{STEPS}new/set/", {**wanted, "steps": [LAST]}), 409, "refused")
    fault = said(call(carol, f"{STEPS}new/set/", {**wanted, "steps": [FIRST, {**LAST, "amount": 101}]}), 422, "invalid")
    assert [each["pointer"] for each in fault["errors"]] == ["/steps/1/amount"]
    assert call(erin, f"{STEPS}new/set/", wanted).status_code == 403
    assert call(carol, f"{STEPS}no-such/set/", wanted).status_code == 404
    assert call(carol, f"{STEPS}new/set/", {**wanted, "product": "wave-10g"}).status_code == 404
    assert rows() == []
    (own,) = call(carol, f"{STEPS}new/set/", wanted).json()["own"]
    assert (own["family"], own["product"], own["steps"][1]["action"]) == ("wavelength", None, "Plug it in")
    assert rows() == [("wavelength", "acknowledged", 0), ("wavelength", "activation", 100)]
    assert call(carol, f"{STEPS}new/clear/", {"family": "wavelength"}).json()["own"] == []
    said(call(carol, f"{STEPS}new/clear/", {"family": "wavelength"}), 409, "refused")
    assert rows() == []


def test_an_order_has_at_most_thirty_steps(call, carol, product):
    wanted = {"family": "wavelength", "steps": [FIRST, *[LAST] * 30]}
    fault = said(call(carol, f"{STEPS}new/set/", wanted), 409, "refused")
    assert "An order has at most 30 steps." in fault["detail"] and rows() == []
    assert (
        len(call(carol, f"{STEPS}new/set/", {**wanted, "steps": [FIRST, *[LAST] * 29]}).json()["own"][0]["steps"]) == 30
    )


def test_the_page_names_each_place_that_has_steps_of_its_own(client_of, call, carol, product):
    browser = client_of(carol)
    assert "None yet: all orders have the standard steps." in browser.get("/orders/steps/").text
    for place in ({"family": "wavelength"}, {"product": "wave-10g"}):
        assert call(carol, f"{STEPS}new/set/", {**place, "steps": [FIRST, LAST]}).status_code == 200
    page = browser.get("/orders/steps/?type=new&family=wavelength").text
    named = re.findall(r'<li><a href="\?type=([^"]*)">([^<]*)</a></li>', page)
    assert named == [
        ("new&amp;family=&amp;product=wave-10g", "New service · Wavelength 10 Gbps"),
        ("new&amp;family=wavelength&amp;product=", "New service · Wavelength"),
    ]


def test_a_share_beyond_the_whole_comes_back_to_the_page(client_of, carol, product):
    data = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "0",
        "form-0-kind": "acknowledged",
        "form-0-owner": "carrier",
    }
    data |= {"form-0-basis": "share", "form-0-amount": "101"}
    answer = client_of(carol).post("/orders/steps/?type=new", data)
    assert answer.status_code == 422 and "Type a percentage from 0 to 100." in answer.text
    assert rows() == []
