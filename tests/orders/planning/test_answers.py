"""Technical details over and over: answered anew, reviewed in part, out of date, and who may have their files."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inventory.models import ProductQuestion
from orders.models import Answer, Reservation
from orders.planning.tasks import make_letter
from portal.models import Event, StoredFile
from tests import make
from tests.faces import as_staff, inside
from tests.orders.conftest import state_of, steps_of
from tests.orders.planning.conftest import TODAY
from tests.orders.planning.test_plan import answered, refuses, seen_on


def answers_of(order):
    with inside(order.enterprise):
        return {each.key: each for each in Answer.objects.filter(order=order)}


@pytest.fixture
def judge(client_of):
    """Review answers over the API as somebody."""

    def send(person, order, **verdicts):
        path = f"/api/v1/e/204817/orders/{order.number}/review/"
        return client_of(person).post(path, json.dumps({"verdicts": verdicts}), content_type="application/json")

    return send


def test_what_was_answered_is_answered_anew_before_and_after_its_review(send, client_of, judge, taken, alice, carol):
    assert answered(send, client_of, taken, alice).status_code == 302
    assert answered(send, client_of, taken, alice, **{"answer-connector": "SC"}).status_code == 302
    assert {key: each.value for key, each in answers_of(taken).items()} == {
        "connector": "SC", "rack": "Suite 210, rack 4",
    }  # fmt: skip
    assert judge(carol, taken, connector="", rack="").status_code == 200
    assert steps_of(taken)[1].status == "completed"
    assert (
        answered(send, client_of, taken, alice, **{"answer-connector": "SC", "answer-rack": "Suite 9"}).status_code
        == 302
    )
    found = answers_of(taken)
    assert (found["rack"].value, found["rack"].status, found["rack"].reviewed_by) == ("Suite 9", "given", "")
    assert (found["connector"].status, found["connector"].reviewed_by) == ("accepted", "Carol Okafor")
    before = state_of(taken.enterprise)
    hold = {"what": "10G wave", "place": "Denver-Reno", "until_on": f"{TODAY}"}
    refuses(send(carol, taken, "reserve", **hold), before, taken, "not all accepted yet")


def test_questions_of_every_kind_are_asked_with_an_example_and_kept_in_their_types(
    send, client_of, taken, product, alice, carol
):
    with as_staff():
        asked = {"product": product, "is_required": False}
        ProductQuestion.objects.create(
            **asked, key="vlan", kind="number", words="VLAN", hint="100 <b>", least=1, most=4094, position=3
        )
        ProductQuestion.objects.create(**asked, key="diverse", kind="yes_no", words="On two routes?", position=4)
    page = client_of(alice).get(f"/e/204817/orders/{taken.number}/details/").text
    assert "For example: 100 &lt;b&gt;" in page
    before = state_of(taken.enterprise)
    wrong = answered(send, client_of, taken, alice, **{"answer-vlan": "4095"})
    refuses(wrong, before, taken, 'value="4095"')
    assert answered(send, client_of, taken, alice, **{"answer-vlan": "100", "answer-diverse": "no"}).status_code == 302
    assert [answers_of(taken)[key].value for key in ("vlan", "diverse")] == [100, False]
    assert "Answered: no." in client_of(carol).get(f"/e/204817/orders/{taken.number}/review/").text


def test_a_review_of_some_answers_leaves_the_step_open_and_those_judged_as_they_are(
    send, client_of, judge, taken, alice, carol
):
    second = make.staff("Sue Engel", "care_manager")
    make.team(taken.enterprise, second, "care_manager")
    assert answered(send, client_of, taken, alice).status_code == 302
    assert judge(carol, taken, connector="").status_code == 200
    assert (steps_of(taken)[1].status, steps_of(taken)[1].owner) == ("in_progress", "carrier")
    assert judge(second, taken, connector="", rack="").status_code == 200
    assert {key: each.reviewed_by for key, each in answers_of(taken).items()} == {
        "connector": "Carol Okafor", "rack": "Sue Engel",
    }  # fmt: skip
    assert steps_of(taken)[1].status == "completed"


def test_a_review_of_what_was_changed_or_never_answered_decides_nothing(send, client_of, judge, taken, alice, carol):
    assert answered(send, client_of, taken, alice).status_code == 302
    seen = seen_on(client_of(carol).get(f"/e/204817/orders/{taken.number}/review/"))
    assert answered(send, client_of, taken, alice, **{"answer-rack": "Suite 211"}).status_code == 302
    before = state_of(taken.enterprise)
    refuses(send(carol, taken, "review", seen=seen, connector="", rack=""), before, taken, "has changed the answers")
    refuses(judge(carol, taken, connector="", colour=""), before, taken, "One of these questions has no answer yet.")
    assert {each.status for each in answers_of(taken).values()} == {"given"}


def test_details_are_not_confirmed_before_it_is_their_turn(send, client_of, taken, alice):
    seen = client_of(alice).get(f"/e/204817/orders/{taken.number}/plan/").context["seen"]
    before = state_of(taken.enterprise)
    refuses(send(alice, taken, "confirm", seen=seen), before, taken, "not to be confirmed now")


def test_capacity_is_held_only_for_what_takes_it_and_until_a_day_to_come(send, taken, acme, acme_main, carol):
    renewal = make.order(acme_main, type="renewal", service=make.service(acme_main))
    hold = {"what": "10G wave", "place": "Denver-Reno", "until_on": "2020-01-02"}
    before = state_of(acme)
    refuses(send(carol, renewal, "reserve", **{**hold, "until_on": f"{TODAY}"}), before, taken, "takes up no capacity")
    refuses(send(carol, taken, "reserve", **hold), before, taken, "Choose today or a later day.")
    with inside(acme):
        assert not Reservation.objects.exists()


def test_the_letter_and_files_of_the_details_are_for_whoever_sees_the_order(
    send, client_of, taken, acme, alice, alan, bob, carol
):
    drawing = SimpleUploadedFile("cage.txt", b"Left of the door", "text/plain")
    assert answered(send, client_of, taken, alice, uploads=drawing).status_code == 302
    with as_staff():
        make_letter(enterprise_id=acme.pk, pk=taken.pk)
    with inside(acme):
        files = {each.name: each.pk for each in StoredFile.objects.all()}
    assert set(files) == {"cage.txt", f"{taken.number}.pdf"}
    shown = client_of(alice).get(f"/e/204817/orders/{taken.number}/").text
    assert "cage.txt" in shown and "technical details ·" in shown
    for pk in files.values():
        url = f"/e/204817/files/{pk}/"
        assert [client_of(each).get(url).status_code for each in (alice, carol, alan, bob)] == [200, 200, 404, 404]
        assert client_of(bob).get(f"/e/305120/files/{pk}/").status_code == 404
    with inside(acme):
        assert Event.objects.filter(kind="order.answered").get().facts["files"][0]["name"] == "cage.txt"
