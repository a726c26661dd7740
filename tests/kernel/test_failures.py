"""What could not be told or delivered: staff see it, and have it tried again; every night it is looked for."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import StaffRole
from portal import celery, delivery, events, metrics, notices, reconciling, tasks, tenancy
from portal.actors import Actor, ActorKind
from portal.models import Event, Notice, Todo
from portal.notices import EventKind, Recipient
from tests import make
from tests.faces import FaceClient, as_app, as_staff, inside, playing

NOW = timezone.now


@pytest.fixture
def kind(monkeypatch):
    people = [Recipient("ana@acme.example", "Ana")]
    made = EventKind("test.happened", story="It happened", recipients=lambda event: people)
    monkeypatch.setitem(notices.KINDS, made.name, made)
    words = {"subject": "Hello", "body_text": "Hello\n", "body_html": "", "reason": ""}
    monkeypatch.setattr(notices, "render", lambda *a, **k: words)
    return made


@pytest.fixture
def event(acme, acme_main, kind):
    actor = Actor(kind=ActorKind.SYSTEM, name="Portal", enterprise_id=acme.pk)
    with inside(acme):
        return events.record(kind.name, subject=acme_main, actor=actor, at=NOW())


@pytest.fixture
def untold(acme, event):
    with inside(acme):
        Todo.objects.update(state="failed", attempts=7, last_error="KeyError: 'no such word'")
        return Todo.objects.get()


@pytest.fixture
def undelivered(acme, event, deliver):
    deliver()
    with inside(acme):
        Notice.objects.update(state="failed", attempts=7, last_error="550 No such mailbox", sent_at=None)
        return Notice.objects.get()


def test_staff_see_what_nobody_could_be_told_of_and_why(client_of, carol, untold):
    page = client_of(carol).get("/notices/").content.decode()
    assert "Could not be written" in page and "KeyError" in page and "Acme Freight" in page
    assert f"/untold/{untold.pk}/try-again/" in page


def test_it_is_told_after_all_when_staff_have_it_tried_again(
    client_of, acme, carol, untold, deliver, mailoutbox, hints
):
    answer = client_of(carol).post(f"/e/{acme.public_id}/untold/{untold.pk}/try-again/")
    assert (answer.status_code, answer.url) == (302, "/notices/")
    assert [n.state for n in deliver()] == ["done"] and len(mailoutbox) == 1
    with inside(acme):
        assert Todo.objects.get().state == "done"
        assert Event.objects.get(kind="todo.retried").actor_name == "Carol Okafor"
    assert "Could not be written" not in client_of(carol).get("/notices/").content.decode()


def test_a_mail_that_was_given_up_is_tried_again_as_the_same_mail(client_of, acme, carol, undelivered, deliver):
    browser = client_of(carol)
    page = browser.get(f"/e/{acme.public_id}/notices/{undelivered.pk}/").content.decode()
    assert "550 No such mailbox" in page and "try-again" in page and "send-again" not in page
    assert browser.post(f"/e/{acme.public_id}/notices/{undelivered.pk}/try-again/").status_code == 302
    (again,) = deliver()
    assert (again.pk, again.state, again.message_id) == (undelivered.pk, "done", undelivered.message_id)
    with inside(acme):
        assert Event.objects.filter(kind="notice.retried").count() == 1


def test_what_has_not_failed_is_not_tried_again(client_of, acme, carol, event, deliver):
    (notice,) = deliver()
    with inside(acme):
        todo = Todo.objects.get()
    browser = client_of(carol)
    for path in (f"notices/{notice.pk}/try-again/", f"untold/{todo.pk}/try-again/"):
        answer = browser.post(f"/e/{acme.public_id}/{path}")
        assert answer.status_code == 409 and "no longer possible" in answer.content.decode()
    with inside(acme):
        assert not Event.objects.filter(kind__endswith=".retried").exists()
        assert (Notice.objects.get().state, Todo.objects.get().state) == ("done", "done")


def test_who_may_not_send_again_may_not_try_again(client_of, acme, carol, undelivered):
    with inside(acme):
        Todo.objects.update(state="failed")
        untold = Todo.objects.get()
    with as_staff():
        role = StaffRole.objects.get(code="care_manager")
        role.permissions = [code for code in role.permissions if code != "notice.resend"]
        role.save()
    browser = client_of(carol)
    assert "try-again" not in browser.get("/notices/").content.decode()
    for path in (f"notices/{undelivered.pk}/try-again/", f"untold/{untold.pk}/try-again/"):
        assert browser.post(f"/e/{acme.public_id}/{path}").status_code == 403
    with inside(acme):
        assert (Todo.objects.get().state, Notice.objects.get().state) == ("failed", "failed")


def test_a_customer_has_no_such_page(client_of, acme, alice, untold):
    assert client_of(alice).post(f"/e/{acme.public_id}/untold/{untold.pk}/try-again/").status_code == 404


def test_the_administrators_home_counts_what_needs_a_person(client_of, untold, carol):
    admin = make.staff("Pia Admin", "platform_admin")
    page = client_of(admin).get("/").content.decode()
    assert "Mails that need a person" in page and "#untold" in page
    assert "Mails that need a person" not in client_of(carol).get("/").content.decode()


def test_a_doubt_is_counted_and_shown(client_of, acme, carol, event, deliver, monkeypatch):
    from portal.smtp import Doubtful

    def break_off(notice):
        raise Doubtful("Connection unexpectedly closed")

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_deliver", break_off)
        (notice,) = deliver()
    assert (notice.state, notice.doubts) == ("waiting", 1)
    page = client_of(carol).get(f"/e/{acme.public_id}/notices/{notice.pk}/").content.decode()
    assert "Perhaps delivered twice" in page
    with playing("portal_dispatch"):
        assert metrics.measure(NOW())["send"]["doubts"] == 1


def test_an_event_whose_workers_are_lost_does_not_end_them_for_ever(acme, event):
    """Killed in the middle, nobody catches an exception; the lease counts the attempt."""
    now, lost = NOW(), 0
    with as_app():
        while delivery._claim(Todo, acme.pk, _todo(acme), now):
            assert delivery._claim(Todo, acme.pk, _todo(acme), now) is None
            now, lost = now + delivery.LEASE * 2, lost + 1
            assert lost <= delivery.MOST_ATTEMPTS
    with inside(acme):
        assert Todo.objects.get().state == "failed"


def test_what_the_broker_did_not_hear_is_hinted_at_again_at_once(acme, event, monkeypatch, hints):
    answers = iter([False, True])
    monkeypatch.setattr(celery, "hint", lambda task, **_: next(answers))
    with playing("portal_dispatch"):
        assert [delivery.relay(NOW()) for _ in range(3)] == [0, 1, 0]


def test_slow_workers_are_not_drowned_in_hints_at_the_same_rows(event, monkeypatch, hints):
    def relay(waiting):
        monkeypatch.setattr(celery, "waiting", lambda queue: waiting)
        with playing("portal_dispatch"):
            return delivery.relay(NOW() + delivery.NUDGE * 2)

    assert [relay(delivery.BATCH), relay(2 * delivery.BATCH), relay(None)] == [0, 0, 0]
    assert hints == []
    assert relay(delivery.BATCH - 1) == 1


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_marked_sent_though_the_line_to_the_database_broke_meanwhile(acme, event, monkeypatch):
    """Else it would be sent again, though the server has taken it."""
    from tests.conftest import _use

    with as_app():
        (pk,) = delivery.tell(acme.pk, _todo(acme), now=NOW())
    _use("portal_app")
    try:
        with tenancy.acting_as("portal_app"):
            monkeypatch.setattr(delivery, "_deliver", lambda notice: connection.connection.close())
            assert delivery.send(acme.pk, pk, now=NOW())
    finally:
        _use("portal_test")
    with inside(acme):
        assert Notice.objects.get().state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_mail_whose_mark_cannot_be_written_in_time_is_left_to_another_worker(acme, event, monkeypatch, mailoutbox):
    from tests.conftest import _use

    with as_app():
        (pk,) = delivery.tell(acme.pk, _todo(acme), now=NOW())

    def lose_the_database(notice):
        connection.close()
        patch.setitem(connection.settings_dict, "HOST", "/nowhere")

    _use("portal_app")
    try:
        with tenancy.acting_as("portal_app"), monkeypatch.context() as patch:
            patch.setattr(delivery, "_deliver", lose_the_database)
            with pytest.raises(OperationalError):
                delivery.send(acme.pk, pk, now=NOW() - delivery.LEASE)
    finally:
        _use("portal_test")
    with inside(acme):
        assert (Notice.objects.get().state, Notice.objects.get().attempts) == ("working", 1)
    with as_app():
        assert delivery.send(acme.pk, pk, now=NOW())
    assert len(mailoutbox) == 1


def _todo(acme):
    with inside(acme):
        return Todo.objects.get().pk


def test_the_figures_are_measured_by_who_sees_nothing_else(acme, event, untold):
    actor = Actor(kind=ActorKind.SYSTEM, name="Portal", enterprise_id=acme.pk)
    with inside(acme):
        late = events.record(event.kind, subject=acme, actor=actor, at=NOW(), enterprise_id=acme.pk)
        Todo.objects.filter(event=late).update(due_at=NOW() - timedelta(minutes=7))
    with playing("portal_dispatch"):
        tasks.measure()
        tasks.relay()
    figures = cache.get(metrics.FIGURES)
    assert (figures["tell"]["waiting"], figures["tell"]["failed"]) == (1, 1)
    # A hint does not make it any less late.
    assert 419 < figures["tell"]["late"] < 480
    assert NOW().timestamp() - cache.get(metrics.TICK) < 60


def test_the_figures_are_told_to_the_operator_without_a_name(acme, event, untold, settings):
    settings.METRICS_TOKEN = "a-token-of-the-operator"
    with playing("portal_dispatch"):
        tasks.measure()
    bearer = {"Authorization": "Bearer a-token-of-the-operator"}
    text = FaceClient("staff").get("/metrics", headers=bearer).content.decode()
    assert 'portal_queue_rows{queue="tell",state="failed"} 1.0' in text
    assert 'portal_queue_rows{queue="send",state="waiting"} 0.0' in text
    assert 'portal_queue_rows{queue="export",state="waiting"} 0.0' in text
    assert 'portal_queue_rows{queue="export",state="failed"}' not in text
    assert 'portal_queue_late_seconds{queue="tell"} 0.0' in text and "portal_mails_in_doubt 0.0" in text
    assert "portal_queue_measured_age_seconds" in text and acme.legal_name not in text


class TestTheNightlyComparison:
    NIGHT = timedelta(hours=3)

    def compare(self):
        with as_staff():
            return reconciling.compare(NOW() + self.NIGHT)

    def test_finds_nothing_where_nothing_lacks(self, event, deliver):
        deliver()
        assert self.compare() == {"todo": 0, "notice": 0}

    @pytest.fixture
    def without(self, acme, acme_main, kind, monkeypatch):
        """An event that was recorded as one of a kind that tells nobody."""
        actor = Actor(kind=ActorKind.SYSTEM, name="Portal", enterprise_id=acme.pk)
        with monkeypatch.context() as patch, inside(acme):
            patch.setitem(notices.KINDS, kind.name, EventKind(kind.name, story="It happened"))
            return events.record(kind.name, subject=acme_main, actor=actor, at=NOW())

    def test_finds_an_event_without_its_to_do(self, acme, without, caplog):
        event = without
        assert self.compare() == {"todo": 1, "notice": 0}
        assert f"[{event.pk}]" in caplog.text
        with inside(acme):
            assert not Todo.objects.exists()  # what lacks is told, and not made up

    def test_finds_an_event_that_was_told_to_nobody_though_it_has_readers(self, acme, event):
        with inside(acme):
            Todo.objects.update(state="done")
        assert self.compare() == {"todo": 0, "notice": 1}

    def test_does_not_mind_one_without_readers(self, acme, event, kind, monkeypatch):
        alone = EventKind(kind.name, story="It happened", recipients=lambda event: [])
        monkeypatch.setitem(notices.KINDS, kind.name, alone)
        with inside(acme):
            Todo.objects.update(state="done")
        assert self.compare() == {"todo": 0, "notice": 0}

    def test_tells_the_operator(self, acme, without, settings, client):
        settings.METRICS_TOKEN = "a-token-of-the-operator"
        with as_staff():
            metrics.note_findings(reconciling.compare(NOW() + self.NIGHT), NOW())
            tasks.reconcile()  # an hour has not gone by: the event may still be under way
        text = client.get("/metrics", headers={"Authorization": "Bearer a-token-of-the-operator"}).content.decode()
        assert 'portal_reconcile_findings{lack="todo"} 0.0' in text
