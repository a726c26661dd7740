"""What is committed is mailed, and mailed once, whatever dies meanwhile.

Real processes, a real database and broker, a real mail server on loopback; the demands are those
of the outbox's design: nothing lost; nothing doubled, but where a worker is killed between the
server's acceptance and our mark.
"""

import time

import pytest

from tests.faults import sink as bad
from tests.faults.crowd import EVENTS, Crowd
from tests.faults.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]

CONCURRENCY = 2


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
        for _ in range(kills):
            before = len(site.sink.taken)
            site.keeper.kill("customer-worker")
            site.keeper.kill("dispatch-worker")
            goal = before + EVENTS // 30
            end = time.monotonic() + 8
            while len(site.sink.taken) < goal and time.monotonic() < end:
                time.sleep(0.02)
    crowd.settle()
    crowd.check(doubled=kills * CONCURRENCY)
