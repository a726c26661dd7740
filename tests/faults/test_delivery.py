"""What is committed is mailed, and mailed once, whatever dies meanwhile.

Real processes, a real database and broker, a real mail server on loopback; the demands are those
of the outbox's design: nothing lost; nothing doubled, but where a worker is killed between the
server's acceptance and our mark.
"""

import time

import pytest

from tests.faults import sink as bad
from tests.faults.crowd import EVENTS
from tests.faults.site import HASTE

pytestmark = pytest.mark.faults

CONCURRENCY = 2
TRIES = len(HASTE["BACK_OFF"].split(",")) + 1


def test_nothing_is_lost_or_doubled_when_nothing_breaks(crowd):
    with crowd.writing(30):
        pass
    crowd.settle()
    crowd.check()
    assert {a.status for a in crowd.answers} == {302}


def test_workers_and_relay_killed_twelve_times(site, crowd):
    site.sink.answer = bad.accept_slowly
    kills = 12
    with crowd.writing(EVENTS):
        for kill in range(kills):
            before = len(site.sink.taken)
            site.keeper.kill("customer-worker")
            if kill % 4 == 0:
                site.keeper.kill("dispatch-worker")
            _wait(lambda: len(site.sink.taken) > before + EVENTS // 100, 8)  # noqa: B023 - called at once
    crowd.settle()
    crowd.check(doubled=kills * CONCURRENCY)


def _wait(is_so, seconds):
    """As long as that takes, but not for ever: a goal, and no demand."""
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)


def _half_done(site, count):
    _wait(lambda: len(site.sink.taken) >= count // 2, 30)


def test_one_child_killed_takes_nothing_with_it(site, crowd):
    site.sink.answer = bad.accept_slowly
    with crowd.writing(60):
        _wait(lambda: len(site.sink.taken) >= 10, 20)
        worker = site.keeper.pid("customer-worker")
        site.kill_child("customer-worker")
    crowd.settle()
    crowd.check(doubled=1)
    assert site.keeper.pid("customer-worker") == worker


def test_the_broker_is_flushed(site, crowd):
    with crowd.writing(EVENTS // 3):
        for _ in range(3):
            _wait(lambda: False, 0.7)
            site.flush_broker()
    crowd.settle()
    crowd.check()
    assert {a.status for a in crowd.answers} == {302}


def test_requests_go_on_while_the_broker_is_down_and_nothing_waits_for_ever(site, crowd):
    """Killed, away for a while, and back with nothing in it."""
    crowd.write()
    site.crash_broker()
    with crowd.writing(100, pace=0.1):
        pass
    site.valkey.start()
    slowest = sorted(a.seconds for a in crowd.answers)[-1 - len(crowd.answers) // 20]
    assert {a.status for a in crowd.answers} == {302}
    assert slowest <= 1.0
    crowd.settle()
    crowd.check()


def test_the_database_restarts_at_once(site, crowd):
    site.sink.answer = bad.accept_slowly
    with crowd.writing(EVENTS // 3):
        _half_done(site, EVENTS // 6)
        site.crash_database()
    # Who was told to come again comes again; what was answered with a yes stands.
    assert {a.status for a in crowd.answers} <= {302, 503}
    assert all(a.retry_after for a in crowd.answers if a.status == 503)
    assert crowd.write().status == 302
    crowd.settle()
    crowd.check()


class TestTheMailServer:
    def test_refuses_connections_for_a_while(self, site, crowd):
        site.sink.refuse()
        with crowd.writing(10):
            pass
        _wait(lambda: False, 2)
        site.sink.listen()
        crowd.settle()
        crowd.check()

    def test_asks_three_in_ten_to_come_again(self, site, crowd):
        site.sink.answer = bad.greylist
        with crowd.writing(60):
            pass
        crowd.settle()
        crowd.check()
        again = [key for key, _, _, attempts, _, _ in crowd.notices() if attempts > 1]
        assert set(again) == site.sink.turned_away

    def test_refuses_one_in_a_hundred_and_staff_see_which(self, site, crowd):
        site.sink.answer = bad.refuse_one_in_a_hundred
        with crowd.writing(EVENTS // 4):
            pass
        crowd.settle()
        refused = site.sink.turned_away
        crowd.check(failed=len(refused))
        failed = [row for row in crowd.notices() if row[2] == "failed"]
        assert {key for key, *_ in failed} == refused
        assert all(attempts == 1 and "550" in error for *_, attempts, _, error in failed)

    def test_does_not_answer(self, site, crowd):
        site.sink.answer = bad.hang
        began = time.monotonic()
        with crowd.writing(20):
            pass
        crowd.settle()
        crowd.check()
        # A line that was left hanging after the mail was given is in doubt.
        assert sum(doubts for *_, doubts, _ in crowd.notices()) == len(site.sink.turned_away) == 4
        assert time.monotonic() - began < 40

    def test_drops_the_line_before_taking_the_mail(self, site, crowd):
        site.sink.answer = bad.drop
        with crowd.writing(40):
            pass
        crowd.settle()
        crowd.check()
        doubted = {key for key, _, _, _, doubts, _ in crowd.notices() if doubts}
        assert doubted == site.sink.turned_away

    def test_takes_the_mail_and_drops_the_line(self, site, crowd):
        """Nobody can know: each is one copy more, under the same Message-ID, and counted."""
        site.sink.answer = bad.take_and_drop
        with crowd.writing(20):
            pass
        crowd.settle()
        crowd.check(doubled=5)
        assert site.sink.doubled() == sum(doubts for *_, doubts, _ in crowd.notices()) == 5

    def test_says_one_byte_a_second(self, site, crowd):
        site.sink.is_trickling = True
        with crowd.writing(4):
            pass
        _wait(lambda: len(site.sink.spans) >= 2, 20)
        site.sink.is_trickling = False
        crowd.settle()
        crowd.check()
        assert all(span < 6 for span in site.sink.spans)  # MAIL_SECONDS is 4 here

    def test_shows_a_certificate_that_nobody_knows(self, site, crowd):
        """No mail and no password goes over such a line; it waits for the right one."""
        site.sink.is_unknown = True
        site.sink.hang_up()
        with crowd.writing(5):
            pass
        _wait(lambda: all(attempts for *_, attempts, _, _ in crowd.notices()) and crowd.notices(), 20)
        assert not site.sink.taken
        site.sink.is_unknown = False
        crowd.settle()
        crowd.check()


def test_every_task_is_given_five_times_by_two_relays_and_two_beats(site, crowd):
    site.sink.answer = bad.accept_slowly
    with site.twins("dispatch-worker", "beat"), crowd.writing(EVENTS // 5):
        for _ in range(5):
            site.hint_again(crowd.since)
            _wait(lambda: False, 0.4)
    site.hint_again(crowd.since)
    crowd.settle()
    crowd.check()


def test_what_is_rolled_back_is_told_to_nobody(site, crowd):
    """The commit itself fails, after journal and to-do were written."""
    site.sink.reset()
    with site.failing_commits("Never %"):
        answers = [crowd.write(f"Never {n}") for n in range(5)]
    assert {a.status for a in answers} == {500}
    assert crowd.write("After all").status == 302
    crowd.settle()
    crowd.check()
    assert len(site.sink.taken) == 1
    assert site.ask("SELECT count(*) FROM portal_event WHERE facts->>'note' LIKE 'Never %'")[0][0] == 0


def test_a_clock_that_jumps_ends_leases_early_and_loses_nothing(site, crowd):
    """Another machine, two hours ahead, takes every lease for over."""
    site.sink.answer, site.sink.delay = bad.accept_slowly, 1.0
    with crowd.writing(20):
        pass
    _wait(lambda: site.sink.taken, 20)
    early = "UPDATE portal_notice SET lease_until = lease_until - interval '2 hours', due_at = now(), hinted_at = NULL"
    site.tell(f"{early} WHERE state = 'working'")
    site.sink.delay = 0.03
    crowd.settle()
    crowd.check(doubled=CONCURRENCY)


@pytest.mark.parametrize("name", ["customer-worker", "dispatch-worker", "beat"])
def test_a_deploy_restarts_in_mid_run(site, crowd, name):
    site.sink.answer = bad.accept_slowly
    with crowd.writing(40):
        _wait(lambda: len(site.sink.taken) >= 5, 20)
        took = site.keeper.replace(name)
    assert took <= 30
    crowd.settle()
    crowd.check()


def test_a_face_restarts_in_mid_run(site, crowd):
    with crowd.writing(40):
        _wait(lambda: len(crowd.answers) >= 10, 20)
        took = site.keeper.replace("staff-web")
    assert took <= 30
    # Between the old process and the new one nobody listens; whoever was answered was answered well.
    assert {a.status for a in crowd.answers} <= {302, 0}
    crowd.settle()
    crowd.check()


class TestPoison:
    def test_an_event_that_cannot_be_told_is_failed_and_holds_up_nobody(self, site, crowd):
        poisoned = [site.poison() for _ in range(5)]
        began = time.monotonic()
        for _ in range(5):
            crowd.write()
        site.until(lambda: len(site.sink.taken) >= 5, 5 + (time.monotonic() - began), "the mails behind the poison")
        site.until(lambda: site.failed_todos(poisoned) == 5, 60, "the poisoned to-dos to be failed")
        told = site.ask("SELECT last_error, attempts FROM portal_todo WHERE event_id = ANY(%s)", poisoned)
        assert all("DoesNotExist" in error and attempts == TRIES for error, attempts in told)
        site.tell("UPDATE portal_todo SET state = 'cancelled' WHERE event_id = ANY(%s)", poisoned)

    def test_what_is_no_message_at_all_stops_no_worker(self, site, crowd):
        for queue in ("customer", "dispatch"):
            site.litter(queue)
        with crowd.writing(10):
            pass
        crowd.settle()
        crowd.check()
