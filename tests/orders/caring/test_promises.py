"""The next update is promised for a moment; a missed one goes up the ladder by itself."""

from datetime import timedelta

from django.utils import timezone

from orders.caring import selectors, services
from orders.caring.tasks import watch_promises
from orders.models import Escalation, Message, Order, Promise
from portal.actors import system
from portal.models import Event
from tests import make
from tests.faces import as_staff, inside
from tests.orders.caring.test_escalations import escalations_of
from tests.orders.test_races import held


def promise(do, carol, order, hours=2, **data):
    moment = timezone.now() + timedelta(hours=hours)
    return do(carol, order, "messages", text="We look at it.", update_by=f"{moment:%Y-%m-%dT%H:%M}", **data)


def promises_of(order):
    with inside(order.enterprise):
        return list(Promise.objects.filter(order=order).order_by("pk"))


def let_pass(order, hours=3):
    with inside(order.enterprise):
        for each in Promise.objects.filter(order=order, status="open"):
            each.due_at -= timedelta(hours=hours)
            each.made_at -= timedelta(hours=hours)
            each.save()


def watch():
    with as_staff():
        watch_promises()


def test_a_promise_stands_on_the_page_and_in_the_mail_with_its_zone(do, page, wave, alice, carol, deliver):
    assert promise(do, carol, wave).status_code == 302
    assert "Our next update by" in page(alice, wave)
    (mail,) = [each for each in deliver() if each.recipient == alice.email]
    assert "Next update by" in mail.body_text and ("MST" in mail.body_text or "MDT" in mail.body_text)


def test_a_message_keeps_the_promise(do, wave, carol):
    promise(do, carol, wave)
    do(carol, wave, "messages", text="Done.")
    (kept,) = promises_of(wave)
    assert kept.status == "kept" and kept.kept_at
    assert do(carol, wave, "promise/keep").status_code == 409


def test_a_moment_that_has_passed_is_refused_and_the_words_stay(do, wave, carol):
    answer = promise(do, carol, wave, hours=-2)
    assert answer.status_code == 422 and "This moment has passed" in answer.text and "We look at it." in answer.text
    assert promise(do, carol, wave, hours=24 * 40).status_code == 422
    assert promises_of(wave) == []


def test_an_update_is_promised_without_a_message_and_what_was_promised_before_is_kept(
    do, page, wave, alice, carol, deliver
):
    first, then = (f"{timezone.now() + timedelta(hours=n):%Y-%m-%dT%H:%M}" for n in (2, 4))
    assert do(carol, wave, "promise", update_by=first, about="The fiber test").status_code == 302
    assert do(carol, wave, "promise", update_by=then).status_code == 302
    assert [each.status for each in promises_of(wave)] == ["kept", "open"]
    assert "Our next update by" in page(alice, wave) and "Promise another moment" not in page(alice, wave)
    assert "The fiber test" in next(each for each in deliver() if each.recipient == alice.email).body_text
    refused = do(carol, wave, "promise", update_by="2020-01-01T08:00", about="Too late")
    assert refused.status_code == 422 and "This moment has passed" in refused.text and "Too late" in refused.text
    assert do(alice, wave, "promise", update_by=then).status_code == 404
    assert len(promises_of(wave)) == 2


def test_a_missed_promise_goes_one_rung_up_once(do, page, wave, alice, carol, dave, deliver):
    promise(do, carol, wave)
    deliver()
    let_pass(wave)
    watch()
    watch()
    (missed,) = promises_of(wave)
    assert missed.status == "missed"
    with inside(wave.enterprise):
        (escalation,) = Escalation.objects.all()
    assert (escalation.level, escalation.told, escalation.by_whom) == (1, "Dave Director", "itself")
    told = {each.recipient for each in deliver() if each.kind == "order.escalated"}
    assert told == {dave.email, carol.email, alice.email}
    assert "Dave Director has it now" in page(alice, wave)
    do(carol, wave, "messages", text="Here it is.")
    assert promises_of(wave)[0].status == "late"


def test_what_is_told_after_its_moment_is_late_also_before_anybody_has_looked(do, wave, carol):
    promise(do, carol, wave)
    let_pass(wave)
    do(carol, wave, "messages", text="Here it is.")
    watch()
    assert [each.status for each in promises_of(wave)] == ["late"]
    assert escalations_of(wave) == []


def test_nothing_is_promised_on_a_closed_order(do, carol, acme_main):
    order = make.order(acme_main, care_manager=make.card_of(carol), status="completed")
    moment = f"{timezone.now() + timedelta(hours=2):%Y-%m-%dT%H:%M}"
    for what, words in (("promise", {}), ("messages", {"text": "We look at it."})):
        answer = do(carol, order, what, update_by=moment, **words)
        assert answer.status_code == 409 and "This order is closed" in answer.text
    assert promises_of(order) == []
    with inside(order.enterprise):
        assert not Message.objects.exists() and not Event.objects.filter(kind__startswith="order.").exists()
        Order.objects.update(status="in_progress")
    assert do(carol, order, "promise", update_by=moment).status_code == 302


def test_of_two_workers_at_one_promise_the_second_finds_it_missed(do, wave, carol):
    promise(do, carol, wave)
    let_pass(wave)
    with as_staff():
        ((enterprise_id, pk),) = selectors.list_due_promises(timezone.now())
        assert [services.miss_promise(enterprise_id, pk, at=timezone.now()) for _ in range(2)] == [True, False]
    assert len(escalations_of(wave)) == 1


def test_an_order_that_somebody_holds_waits_and_the_next_ones_promise_is_looked_at(
    transactional_db, do, wave, carol, acme_main, caplog
):
    other = make.order(acme_main, care_manager=make.card_of(carol))
    for each in (wave, other):
        promise(do, carol, each)
        let_pass(each)
    with held("orders_order", wave.pk):
        watch()
    assert f"promise {promises_of(wave)[0].pk} of enterprise" in caplog.text
    assert [promises_of(each)[0].status for each in (wave, other)] == ["open", "missed"]
    assert escalations_of(wave) == []
    watch()
    assert promises_of(wave)[0].status == "missed" and len(escalations_of(wave)) == 1


def test_a_milestone_done_in_time_is_an_update_too(do, act, wave, carol):
    promise(do, carol, wave)
    with inside(wave.enterprise):
        step = wave.milestones.order_by("position").first()
    act(carol, wave, step, "complete")
    with inside(wave.enterprise):
        (found,) = Promise.objects.all()
        services.miss_promise(wave.enterprise_id, found.pk, at=found.due_at + timedelta(minutes=1))
    assert promises_of(wave)[0].status == "kept"
    with inside(wave.enterprise):
        assert not Escalation.objects.exists()


def test_the_rate_counts_what_was_due_and_what_was_kept_of_it(do, wave, carol, dave):
    promise(do, carol, wave)
    do(carol, wave, "messages", text="Done.")
    promise(do, carol, wave)
    let_pass(wave)
    watch()
    promise(do, carol, wave, hours=5)  # the missed one came late; this one is not due
    now = timezone.now()
    with inside(wave.enterprise):
        rows, whole = selectors.promise_rates(
            system(wave.enterprise_id), since=now - timedelta(days=1), until=now + timedelta(days=1)
        )
    assert whole == {"due": 2, "kept": 1, "late": 1}
    assert [(each["card__name"], each["due"], each["kept"]) for each in rows] == [("Carol Okafor", 2, 1)]
