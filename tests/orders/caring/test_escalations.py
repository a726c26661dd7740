"""The customer takes an order up the ladder, and the carrier's people settle it."""

import time
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from orders.models import Escalation
from portal.models import Event
from tests import make
from tests.faces import facing, inside
from tests.isolation.worlds import the_owner


def escalations_of(order):
    with inside(order.enterprise):
        return list(Escalation.objects.filter(order=order).order_by("pk"))


def test_the_customer_sees_whom_escalates_and_the_next_rung_is_told(do, page, wave, alice, carol, dave, deliver):
    assert "Escalate to Dave Director" in page(alice, wave)
    assert do(alice, wave, "escalate", reason="Our opening is at risk", wants_call="on").status_code == 302
    mail = next(each for each in deliver() if each.recipient == dave.email)
    assert "Our opening is at risk" in mail.body_text and "call back" in mail.body_text
    shown = page(alice, wave)
    assert "Dave Director has it now" in shown and "You can take it further at" in shown


def test_while_the_next_rung_is_away_the_customer_sees_who_stands_in_and_they_are_told(
    do, page, wave, alice, dave, erin, deliver
):
    make.absence(dave, erin)
    shown = page(alice, wave)
    assert "Escalate to Erin" in shown and "Dave Director (Account director) is away. Erin" in shown
    do(alice, wave, "escalate", reason="Our opening is at risk")
    told = {each.recipient for each in deliver() if "Our opening is at risk" in each.body_text}
    assert erin.email in told and dave.email not in told


def test_a_second_escalation_within_the_hour_is_refused_and_the_reason_stays(do, wave, alice, dave):
    do(alice, wave, "escalate", reason="Our opening is at risk")
    answer = do(alice, wave, "escalate", reason="Still nothing happens")
    assert answer.status_code == 422 and "You can take it further at" in answer.text
    assert "Still nothing happens" in answer.text
    assert len(escalations_of(wave)) == 1
    with inside(wave.enterprise):
        made = Escalation.objects.get()
        made.at -= timedelta(minutes=61)
        made.save()
    assert do(alice, wave, "escalate", reason="Still nothing happens").status_code == 302
    assert [each.level for each in escalations_of(wave)] == [1, 2]


def test_it_is_settled_with_words_that_the_customer_reads(do, page, wave, alice, carol, dave, deliver):
    do(alice, wave, "escalate", reason="Our opening is at risk")
    assert do(carol, wave, "resolve", resolution="").status_code == 422
    assert escalations_of(wave)[0].status == "open"
    assert do(carol, wave, "resolve", resolution="The crew comes on Monday").status_code == 302
    (settled,) = escalations_of(wave)
    assert settled.status == "resolved" and settled.resolved_by == "Carol Okafor"
    assert any("The crew comes on Monday" in each.body_text for each in deliver() if each.recipient == alice.email)
    assert "The crew comes on Monday" in page(alice, wave)
    assert do(carol, wave, "resolve", resolution="Once more, please").status_code == 409


def test_a_closed_order_and_a_stranger_escalate_nothing(do, alice, alan, bob, acme_main):
    closed = make.order(acme_main, status="completed")
    assert do(alice, closed, "escalate", reason="Something is wrong").status_code == 409
    assert do(alan, closed, "escalate", reason="Something is wrong").status_code == 404
    assert do(bob, closed, "escalate", reason="Something is wrong").status_code == 404
    assert escalations_of(closed) == []
    with inside(closed.enterprise):
        assert not Event.objects.filter(kind="order.escalated").exists()


def waiting(cursor):
    """How many wait until they may write an escalation."""
    cursor.execute(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE NOT granted AND datname = current_database() AND relation = 'orders_escalation'::regclass"
    )
    return cursor.fetchone()[0]


@pytest.mark.parametrize("attempt", range(2))
def test_of_two_who_escalate_at_once_one_is_told_so(transactional_db, attempt, wave, alice, dave, client_of):
    browsers = [client_of(alice), client_of(alice)]
    url, codes = f"/e/204817/orders/{wave.number}/escalate/", list[int]()

    def press(browser):
        try:
            codes.append(browser.post(url, {"reason": "Our opening is at risk"}).status_code)
        finally:
            connection.close()

    threads = [Thread(target=press, args=[each]) for each in browsers]
    with facing("customer"):
        # Both have looked at the ladder before either has written.
        with the_owner() as cursor:
            cursor.execute("LOCK TABLE orders_escalation IN SHARE MODE")
            for thread in threads:
                thread.start()
            while waiting(cursor) < 2 and any(thread.is_alive() for thread in threads):
                time.sleep(0.05)
        for thread in threads:
            thread.join()
    assert sorted(codes) == [302, 409]
    assert [each.level for each in escalations_of(wave)] == [1]
    with inside(wave.enterprise):
        assert Event.objects.filter(kind="order.escalated").count() == 1


def test_without_anybody_above_the_carriers_desk_is_told(do, wave, alice, deliver, settings):
    assert do(alice, wave, "escalate", reason="Our opening is at risk").status_code == 302
    assert settings.CARRIER["email"] in {each.recipient for each in deliver() if each.kind == "order.escalated"}
