"""Orders over the API: the page's orders, dates and milestones, and the care manager's acts."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Milestone, Order
from tests import make
from tests.faces import inside
from tests.kernel.test_api import said
from tests.orders.conftest import IN_TEN_DAYS, delay, now, state_of, steps_of

PLACE = "/api/v1/e/204817/orders/"


@pytest.fixture
def post(client_of):
    def send(person, step, what, body=None, **headers):
        path = f"{PLACE}milestones/{step.pk}/{what}/"
        return client_of(person).post(path, json.dumps(body or {}), content_type="application/json", headers=headers)

    return send


def test_an_order_reads_as_its_page_does(client_of, acme, alice, wave):
    body = client_of(alice).get(f"{PLACE}ORD-2026-00388/").json()
    assert body["href"] == "http://testserver/api/v1/e/204817/orders/ORD-2026-00388/"
    assert (body["status"], body["state"]) == ("in_progress", "inProgress")
    assert body["account"] == {"number": "5-KTR2P", "name": "Acme main"}
    assert body["committed_on"] == wave.committed_on.isoformat() and body["service"] is None
    assert body["monthly"] == {"value": "2850.00", "currency": "USD"}
    assert body["care_manager"]["name"] == "Carol Okafor"
    assert [step["kind"] for step in body["milestones"]] == ["design", "local_loop", "activation"]
    assert body["milestones"][1]["name"] == "Local loop tested, Reno side"
    assert (body["milestones"][0]["status"], body["milestones"][0]["state"]) == ("in_progress", "Yet-To-Reach")
    row = client_of(alice).get(PLACE).json()["results"][0]
    assert row == {name: body[name] for name in row}


def test_amounts_have_the_decimals_of_their_currency(client_of, borealis, bob):
    pesos = make.account(borealis, "Santiago", currency="CLP")
    order = make.order(pesos, monthly="1250000", milestones=0)
    body = client_of(bob).get(f"/api/v1/e/305120/orders/{order.number}/").json()
    assert body["monthly"] == {"value": "1250000", "currency": "CLP"}


@pytest.mark.parametrize("query", ["status=open", "family=wavelength", "q=ord 2026 388", "account=5-KTR2P"])
def test_the_lists_filters_are_the_pages(client_of, acme_branch, alice, wave, query):
    make.order(acme_branch, status="completed", product=make.product("ip-1g", "IP", "ip"), number="ORD-2026-70000")
    found = client_of(alice).get(f"{PLACE}?{query}").json()
    assert [row["number"] for row in found["results"]] == ["ORD-2026-00388"]


def test_the_whole_history_of_slips_is_told(client_of, post, acme, alice, carol, wave):
    assert post(carol, steps_of(wave)[0], "delay", delay()).status_code == 200
    (move,) = client_of(alice).get(f"{PLACE}{wave.number}/").json()["date_moves"]
    assert move["milestone"] == "Design complete" and move["reason"].startswith("Sierra Loop")
    assert move["after"] == IN_TEN_DAYS.isoformat() and move["at"].endswith("Z")


def test_a_milestone_is_completed_and_the_next_begins(post, acme, carol, wave):
    answer = post(carol, steps_of(wave)[0], "complete")
    assert answer.status_code == 200 and answer.json()["status"] == "completed"
    assert answer.json()["completed_at"].endswith("Z")
    assert [step.status for step in steps_of(wave)] == ["completed", "in_progress", "planned"]


def test_a_note_is_written(post, acme, carol, wave):
    assert post(carol, steps_of(wave)[0], "annotate", {"note": " Drawings are with you. "}).status_code == 200
    assert steps_of(wave)[0].note == "Drawings are with you."


def test_what_cannot_be_done_is_refused_and_nothing_is_written(client_of, post, acme, carol, wave):
    client_of(carol).get(PLACE)  # the visit is open
    before = state_of(acme)
    body = said(post(carol, steps_of(wave)[2], "complete"), 409, "refused")
    assert body["way_out"].startswith("Nothing was changed.")
    answer = post(carol, steps_of(wave)[0], "delay", delay(expected_on="2020-01-01"))
    assert [e["pointer"] for e in said(answer, 422, "invalid")["errors"]] == ["/expected_on"]
    answer = post(carol, steps_of(wave)[0], "delay", delay(owner="nobody", reason="x"))
    assert {e["pointer"] for e in said(answer, 422, "invalid")["errors"]} == {"/owner", "/reason"}
    assert state_of(acme) == before


def test_the_customers_face_has_no_tools(post, acme, alice, wave):
    before = state_of(acme)
    for what in ("complete", "delay", "annotate"):
        said(post(alice, steps_of(wave)[0], what, delay()), 404, "not-found")
    assert state_of(acme) == before


def test_who_may_only_look_changes_nothing(client_of, post, acme, dora, wave):
    make.team(acme, dora, "billing_analyst")
    client_of(dora).get(PLACE)
    before = state_of(acme)
    for what in ("complete", "delay", "annotate"):
        said(post(dora, steps_of(wave)[0], what, delay()), 403, "forbidden")
    assert state_of(acme) == before


@pytest.mark.parametrize("what", ["complete", "delay", "annotate"])
def test_another_enterprises_milestone_answers_as_one_that_does_not_exist(
    client_of, borealis, borealis_main, acme, wave, what
):
    pia = make.staff("Pia Admin", "platform_admin")
    make.team(borealis, pia, "care_manager")
    browser, before = client_of(pia), state_of(acme)
    path = "/api/v1/e/305120/orders/milestones/{}/" + what + "/"
    answers = [
        browser.post(path.format(pk), json.dumps(delay()), content_type="application/json")
        for pk in (steps_of(wave)[0].pk, 987654321, 2**70)
    ]
    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}
    assert state_of(acme) == before


def test_no_field_of_the_tables_can_be_written_over_the_api(client_of, post, acme, carol, wave):
    """Each is refused by its name; none is taken along with what may be sent."""
    client_of(carol).get(PLACE)
    before = state_of(acme)
    names = {field.name for model in (Order, Milestone) for field in model._meta.get_fields()}
    for what, body, known in (
        ("complete", {}, set()),
        ("delay", delay(), {"expected_on", "owner", "reason"}),
        ("annotate", {"note": "x"}, {"note"}),
    ):
        for name in names - known:
            answer = post(carol, steps_of(wave)[0], what, {**body, name: 1})
            assert [e["pointer"] for e in said(answer, 422, "invalid")["errors"]] == [f"/{name}"]
    assert state_of(acme) == before


def test_the_same_act_sent_again_under_its_key_is_done_once(post, acme, carol, wave):
    step = steps_of(wave)[0]
    first, again = (post(carol, step, "complete", **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content) and first.status_code == 200
    said(post(carol, step, "complete"), 409, "refused")
    said(post(carol, steps_of(wave)[1], "complete", **{"Idempotency-Key": "k1"}), 422, "key-reused")
    assert [each.status for each in steps_of(wave)] == ["completed", "in_progress", "planned"]


def test_what_was_refused_may_be_tried_again_under_its_key(post, acme, carol, wave):
    second = steps_of(wave)[1]
    said(post(carol, second, "complete", **{"Idempotency-Key": "k1"}), 409, "refused")
    assert post(carol, steps_of(wave)[0], "complete", **{"Idempotency-Key": "k2"}).status_code == 200
    assert post(carol, second, "complete", **{"Idempotency-Key": "k1"}).status_code == 200
    assert now(wave).status == "in_progress"


@pytest.mark.parametrize("path", [PLACE, f"{PLACE}ORD-2026-00388/"])
def test_queries_do_not_grow_with_the_rows(client_of, alice, acme_main, wave, path):
    browser = client_of(alice)
    counts = []
    for attempt in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(path).status_code == 200
        counts.append(len(seen))
        for _ in range(5):
            make.order(acme_main, service=make.service(acme_main), a_site=make.site(acme_main.enterprise))
        with inside(wave.enterprise):
            Milestone.objects.bulk_create(
                Milestone(enterprise=wave.enterprise, order=wave, position=10 + 5 * attempt + n, kind="build")
                for n in range(5)
            )
    assert counts[0] == counts[1] and counts[0] < 20, counts
