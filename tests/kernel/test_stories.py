"""A story is read from the journal as it was frozen, by whatever version wrote it."""

from datetime import UTC, datetime

from portal import events, notices
from portal.actors import system
from portal.models import Event
from tests import make
from tests.faces import inside

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def line(kind, **facts):
    return notices.story_lines([Event(kind=kind, at=AT, actor_name="Carol Okafor", facts=facts)])[0]


def test_an_event_of_an_unknown_kind_is_told_by_its_name():
    told = line("circuit.re_routed", note="By hand")
    assert (told["text"], told["tone"], told["actor"]) == ("Circuit: re routed", "gray", "Carol Okafor")
    assert told["note"] == "By hand"


def test_an_event_that_lacks_a_fact_is_told_without_it():
    for kind in notices.KINDS:
        assert line(kind)["text"]


def test_who_acted_is_named_once():
    named = line("dispute.withdrawn")
    assert "Carol Okafor" in named["text"] and named["actor"] == ""
    assert line("order.completed")["actor"] == "Carol Okafor"


def test_a_customer_is_told_of_no_kind_that_nobody_here_knows(acme, acme_main):
    order = make.order(acme_main)
    with inside(acme):
        events.record("order.completed", subject=order, actor=system(acme.pk), at=AT)
        Event.objects.create(
            enterprise=acme, kind="margin.computed", at=AT, actor_kind="system", actor_name="Portal",
            subject_type="orders.order", subject_id=order.pk, story_type="orders.order", story_id=order.pk,
        )  # fmt: skip
        told = events.story_of(order)
        assert told.count() == 2
        assert [event.kind for event in events.told_to_customers(told)] == ["order.completed"]


def test_an_old_sentence_of_a_visit_still_reads():
    assert "Account team: Customer care manager" in line("enterprise.opened", role="care_manager")["text"]
    assert "Checking a fault" in line("enterprise.opened", reason="Checking a fault")["text"]


def test_a_move_says_in_a_word_whom_it_waited_for(settings):
    step = {"step": "local_loop", "detail": "", "owner": "third_party", "expected_on": "2026-12-13"}
    told = line("milestone.delayed", **step)
    assert (str(told["word"]), told["tone"]) == ("third party", "purple")
    settings.FACE = "staff"
    assert str(line("milestone.delayed", **{**step, "owner": "customer"})["word"]) == "customer"
    assert line("milestone.delayed")["word"] == "" and line("milestone.noted", **step)["word"] == ""
