"""What the carrier's people and the customer do until a service is turned up, over the API."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from orders.models import ActivationSlot
from tests.faces import as_staff
from tests.kernel.test_api import said
from tests.orders.activating.conftest import booking, calls, holds, slot, told, turn_ups, weekday
from tests.orders.conftest import now, state_of

PLACE = "/api/v1/e/204817/orders/"
PASSED = {"has_passed": True, "loss_percent": "0.001", "delay_ms": "12.4", "checks": ["link", "labels"]}
WORDS = {"reason": "other", "note": "Nobody had the key of the room on Tuesday."}


@pytest.fixture
def call(client_of):
    def send(person, path, body=None):
        return client_of(person).post(path, json.dumps(body or {}), content_type="application/json")

    return send


@pytest.fixture
def on(call):
    """Something said to an order."""
    return lambda person, order, what, body=None: call(person, f"{PLACE}{order.number}/{what}/", body)


def test_an_order_is_held_and_cleared_by_staff_as_by_its_page(on, client_of, carol, alice, line, acme):
    before = state_of(acme)
    assert said(on(carol, line, "not-ready", {**WORDS, "note": "?"}), 422, "invalid")["errors"]
    assert on(alice, line, "not-ready", WORDS).status_code in (403, 404)
    assert state_of(acme) == before
    held = on(carol, line, "not-ready", WORDS)
    assert held.status_code == 200 and held.json()["not_ready"]["reason"] == "other"
    assert now(line).status == "held" and len(holds(line)) == 1
    said(on(carol, line, "not-ready", WORDS), 409, "refused")
    cleared = on(carol, line, "ready", {"new_on": f"{weekday(14)}"})
    assert cleared.status_code == 200 and cleared.json()["not_ready"] is None
    assert now(line).status == "in_progress"


def test_times_are_offered_booked_called_off_and_closed(call, on, client_of, eve, carol, alice, ready):
    start = timezone.now().replace(microsecond=0) + timedelta(days=4)
    times = {"starts": [f"{start:%Y-%m-%dT%H:%M:%SZ}"], "minutes": 60, "bridge": "+1 303 555 0199"}
    assert call(eve, "/api/v1/orders/slots/open/", times).json() == {"count": 1}
    fault = said(call(eve, "/api/v1/orders/slots/open/", times), 422, "invalid")
    assert [each["pointer"] for each in fault["errors"]] == ["/starts"]
    assert call(carol, "/api/v1/orders/slots/open/", {**times, "minutes": 1}).status_code in (403, 422)
    (mine,) = client_of(eve).get("/api/v1/orders/slots/").json()["results"]
    assert (mine["taken_at"], mine["bridge"]) == (None, "+1 303 555 0199")
    who = {"slot": mine["id"], "contact_name": "Walt Quinn", "contact_phone": "+1 303 555 0100"}
    assert on(eve, ready, "activation/book", who).json()["call"]["contact_name"] == "Walt Quinn"
    assert client_of(eve).get("/api/v1/orders/slots/").json()["results"][0]["taken_at"]
    assert call(eve, "/api/v1/orders/slots/close/", {"slots": [mine["id"]]}).json() == {"count": 0}
    assert on(alice, ready, "activation/call-off").json()["call"] is None
    said(on(eve, ready, "activation/call-off"), 409, "refused")
    assert call(eve, "/api/v1/orders/slots/close/", {"slots": [mine["id"]]}).json() == {"count": 1}
    assert client_of(eve).get("/api/v1/orders/slots/").json()["results"] == []
    with as_staff():
        assert ActivationSlot.objects.get().taken_at is None


def test_a_service_is_tested_signed_off_and_accepted(on, client_of, eve, alice, ready, acme):
    before = state_of(acme)
    said(on(eve, ready, "sign-off"), 409, "refused")
    fault = said(on(eve, ready, "tests/record", {"has_passed": False}), 422, "invalid")
    assert [each["pointer"] for each in fault["errors"]] == ["/note"]
    assert on(alice, ready, "tests/record", PASSED).status_code in (403, 404)
    assert state_of(acme) == before
    made = on(eve, ready, "tests/record", PASSED)
    assert (made.status_code, made.json()["checks"], made.json()["delay_ms"]) == (201, ["labels", "link"], "12.40")
    (row,) = client_of(alice).get(f"{PLACE}{ready.number}/tests/").json()["results"]
    assert row["tested_by"] == "Eve Lindqvist" and row["jitter_ms"] is None
    assert on(eve, ready, "sign-off").json()["turn_up"]["decision"] == "waiting"
    told()
    assert on(alice, ready, "accept").json()["turn_up"]["decision"] == "accepted"
    assert [each.decision for each in turn_ups(ready)] == ["accepted"]


def test_a_call_to_which_nobody_came_holds_the_order(on, eve, alice, ready):
    on(eve, ready, "activation/book", booking(slot(eve, hours=1)))
    with as_staff():
        ActivationSlot.objects.update(starts_at=timezone.now() - timedelta(hours=2))
    answer = on(eve, ready, "activation/no-show")
    assert answer.status_code in (200, 409)
    if answer.status_code == 200:
        assert [each.status for each in calls(ready)] == ["no_show"]
