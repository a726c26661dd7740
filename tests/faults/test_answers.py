"""What people are answered while something they lean on is away, and that the next request is well again."""

import pytest

from tests.faults.crowd import Crowd, ask

pytestmark = pytest.mark.faults


def order_page(site):
    return ask(site, f"/e/204817/orders/{site.world['orders'][0]}/", session=site.world["staff"][0])


def test_a_row_that_somebody_holds_is_answered_in_two_seconds(site, crowd):
    with site.owner() as cursor:
        cursor.execute("SELECT 1 FROM orders_order FOR UPDATE")
        answer = crowd.write("Held up")
    assert (answer.status, answer.retry_after) == (503, "2")
    assert 1.5 < answer.seconds < 4 and "Nothing was changed" in answer.body
    assert crowd.write("Held up").status == 302
    crowd.settle()
    crowd.check()
    assert len(site.sink.taken) == 1


def test_a_statement_that_takes_too_long_is_cut_off(site, crowd):
    with site.slow_inserts("Slow %"):
        answer = crowd.write("Slow note")
    assert (answer.status, answer.retry_after) == (503, "2")
    assert 4.5 < answer.seconds < 8
    assert crowd.write("Quick note").status == 302
    crowd.settle()
    crowd.check()
    assert len(site.sink.taken) == 1


def test_without_a_database_each_page_says_so_and_with_it_all_is_well(site):
    assert order_page(site)[0] == 200
    site.cluster.stop()
    try:
        for path in ("/", f"/e/204817/orders/{site.world['orders'][0]}/", "/account/login/"):
            status, headers, body = ask(site, path, session=site.world["staff"][0])
            assert (status, headers["retry-after"]) == (503, "5"), path
            assert "busy for a moment" in body and "staff-session" not in headers.get("set-cookie", ""), path
        status, headers, body = ask(site, "/api/v1/orders", session=site.world["staff"][0])
        assert status in {404, 503}
        assert ask(site, "/healthz")[0] == 200
        assert ask(site, "/readyz")[0] == 503
    finally:
        site.cluster.start()
    # The very next request of every connection.
    assert [order_page(site)[0] for _ in range(8)] == [200] * 8
    assert ask(site, "/readyz")[0] == 200


def test_without_the_cache_nobody_signs_in_and_everybody_works_on(site):
    form = {"login": "alice@acme.example", "password": "password-canary-55d0e1"}
    site.crash_broker()
    try:
        assert ask(site, "/account/login/", face="customer")[0] == 200
        status, headers, body = ask(site, "/account/login/", face="customer", form=form)
        assert (status, headers["retry-after"]) == (503, "5") and "Signing in is not possible" in body
        assert ask(site, "/e/204817/orders/", face="customer", session=site.world["alice"])[0] == 200
        assert order_page(site)[0] == 200
        status, _, body = ask(site, "/readyz")
        assert status == 200 and "cache" in body
    finally:
        site.valkey.start()
    status, headers, _ = ask(site, "/account/login/", face="customer", form=form)
    assert status == 302 and "customer-session" in headers["set-cookie"]


def test_beside_a_frozen_cache_a_page_waits_a_second_and_no_more(site):
    import os
    import signal
    import time

    process = site.valkey._process
    os.kill(process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        form = {"login": "alice@acme.example", "password": "wrong"}
        assert ask(site, "/account/login/", face="customer", form=form)[0] == 503
        assert time.monotonic() - began < 4
        crowd = Crowd(site)
        assert crowd.write("Frozen").status == 302
        assert crowd.answers[0].seconds < 2
    finally:
        os.kill(process.pid, signal.SIGCONT)
    crowd.settle()
    crowd.check()
    # The lock of a try that gave up is taken when the cache wakes, and falls after ten seconds.
    form = {"login": "alice@acme.example", "password": "password-canary-55d0e1"}
    signs_in = lambda: ask(site, "/account/login/", face="customer", form=form)[0] == 302  # noqa: E731
    site.until(signs_in, 15, "that people sign in again")
