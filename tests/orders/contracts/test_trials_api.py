"""Trials over the API: asked for, read, kept or ended."""

import json

import pytest

from inventory.models import Service
from orders.models import Order
from tests import make
from tests.faces import inside
from tests.kernel.test_api import said
from tests.orders.contracts.test_contracts import begun, finish

PLACE = "/api/v1/e/204817/orders/"


@pytest.fixture
def call(client_of):
    def send(person, path, body=None):
        return client_of(person).post(f"{PLACE}{path}/", json.dumps(body or {}), content_type="application/json")

    return send


@pytest.mark.parametrize("kept", [True, False])
def test_a_trial_is_asked_for_and_kept_or_ended(call, client_of, alice, alan, carol, acme, acme_main, kept):
    make.product("dia", "Dedicated Internet Access", "ip")
    form = {"product": "dia", "account": acme_main.number, "days": 20}
    said(call(alice, "trials/new", {**form, "days": 90}), 422, "invalid")
    fault = said(call(alice, "trials/new", {**form, "product": "none", "a_site": "nowhere"}), 422, "invalid")
    assert {each["pointer"] for each in fault["errors"]} == {"/product", "/a_site"}
    assert call(alan, "trials/new", form).status_code == 403
    with inside(acme):
        assert not Order.objects.exists()
    made = call(alice, "trials/new", form)
    number = made.json()["number"]
    assert made.status_code == 201 and made["Location"].endswith(f"/{number}/")
    with inside(acme):
        order = Order.objects.select_related("enterprise").get()
    said(call(alice, f"{number}/trial/end"), 409, "refused")
    begun(order)
    finish(client_of, carol, order)
    trial = client_of(alice).get(f"{PLACE}{number}/trial/").json()
    assert (trial["days"], trial["became"]) == (20, "") and trial["ends_on"]
    if kept:
        answer = call(alice, f"{number}/trial/keep", {"term_months": 36})
        assert answer.status_code == 201 and answer.json()["type"] == "new"
    else:
        assert call(alice, f"{number}/trial/end").json()["became"] == "ended"
    said(call(alice, f"{number}/trial/end"), 409, "refused")
    with inside(acme):
        assert Service.objects.get().status == ("active" if kept else "terminated")


def test_another_orders_trial_is_not_there(call, client_of, alice, bob, acme_main):
    order = make.order(acme_main, type="change")
    assert client_of(alice).get(f"{PLACE}{order.number}/trial/").status_code == 404
    assert call(alice, f"{order.number}/trial/end").status_code == 404
    assert call(bob, f"{order.number}/trial/end").status_code == 404
