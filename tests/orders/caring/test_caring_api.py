"""Programs write, read and escalate by the same rules as people."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from orders.models import Escalation, InternalNote, Message
from portal.models import Event
from tests.faces import inside
from tests.kernel.test_api import said

HERE = "/api/v1/e/204817/orders/ORD-2026-00388"


def send(browser, path, key="k1", **data):
    headers = {"Idempotency-Key": key}
    return browser.post(f"{HERE}/{path}/", json.dumps(data), content_type="application/json", headers=headers)


def test_both_sides_write_and_read(client_of, wave, alice, carol):
    assert send(client_of(alice), "messages/write", text="When?").status_code == 201
    moment = (timezone.now() + timedelta(hours=2)).isoformat()
    assert send(client_of(carol), "messages/write", text="Soon.", update_by=moment).status_code == 201
    rows = client_of(alice).get(f"{HERE}/messages/").json()
    assert [each["text"] for each in rows["results"]] == ["Soon.", "When?"]
    assert "open" in client_of(alice).get(f"{HERE}/promises/").text
    mine = client_of(carol).get("/api/v1/orders/mine/?due=promises")
    assert mine.status_code == 200 and "ORD-2026-00388" in mine.text
    assert send(client_of(carol), "promises/keep", "k3").json()["status"] == "kept"


def test_an_escalation_is_raised_once_and_settled(client_of, wave, alice, carol, dave):
    assert send(client_of(alice), "escalations/raise", reason="Our opening is at risk").status_code == 201
    assert send(client_of(alice), "escalations/raise", "k2", reason="Our opening is at risk").status_code in (409, 422)
    answer = send(client_of(carol), "escalations/resolve", resolution="The crew comes on Monday")
    assert answer.json()["status"] == "resolved"
    assert client_of(alice).get(f"{HERE}/escalations/").text.count('"level"') == 1


@pytest.mark.parametrize(
    ("who", "path", "field"),
    [
        ("alice", "messages/write", "text"), ("carol", "messages/write", "text"), ("carol", "notes/write", "text"),
        ("alice", "escalations/raise", "reason"), ("carol", "escalations/raise", "reason"),
        ("carol", "escalations/resolve", "resolution"),
    ],
)  # fmt: skip
def test_without_words_nothing_is_written(request, client_of, wave, alice, carol, dave, who, path, field):
    browser = client_of(request.getfixturevalue(who))
    assert send(client_of(alice), "escalations/raise", "k0", reason="Our opening is at risk").status_code == 201
    with inside(wave.enterprise):
        Escalation.objects.update(at=timezone.now() - timedelta(hours=2))
    before = written(wave)
    for key, words in (("k1", ""), ("k2", " \n \u00a0 ")):
        fault = said(send(browser, path, key, **{field: words}), 422, "invalid")
        assert [each["pointer"] for each in fault["errors"]] == [f"/{field}"]
    assert written(wave) == before
    assert send(browser, path, "k3", **{field: "The crew comes on Monday"}).status_code in (200, 201)


def written(order):
    with inside(order.enterprise):
        rows = [list(each.objects.order_by("pk").values()) for each in (Escalation, InternalNote, Message)]
        return [*rows, Event.objects.filter(kind__startswith="order.").count()]


def test_notes_are_on_the_staff_side_alone(client_of, wave, alice, carol):
    assert send(client_of(carol), "notes/write", text="Their boss is away").status_code == 201
    assert "Their boss is away" in client_of(carol).get(f"{HERE}/notes/").text
    assert client_of(alice).get(f"{HERE}/notes/").status_code == 404
    assert send(client_of(alice), "notes/write", text="Mine").status_code == 404
    with inside(wave.enterprise):
        assert InternalNote.objects.count() == 1 and not Message.objects.exists()
