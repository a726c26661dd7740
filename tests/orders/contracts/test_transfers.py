"""Who answers a transfer between two accounts, and when it takes effect."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import Charge
from orders.contracts.services.transfers import finish_transfer
from orders.models import Order, Transfer
from portal.actors import system
from tests import make
from tests.faces import inside
from tests.orders.contracts.conftest import TODAY, days_later, everything, now, order_of
from tests.orders.contracts.test_contracts import begun, finish


def colleague(acme, name, *grants):
    """Somebody of Acme's with permissions, each on an account."""
    person = make.user(f"{name.lower()}@acme.example")
    member = make.member(acme, person, f"{name} Prado")
    for permission, account in grants:
        make.grant(member, permission, account)
    return person


@pytest.fixture
def gus(acme, acme_main):
    """He may change services of the account that gives."""
    return colleague(acme, "Gus", ("service.change", acme_main), ("order.view", acme_main))


@pytest.fixture
def ines(acme, acme_branch):
    """She may change services of the account that takes."""
    return colleague(acme, "Ines", ("service.change", acme_branch))


@pytest.fixture
def transfer(ask, acme_branch, wave):
    """The wave is to go to the branch, as somebody asks; returns its order."""

    def send(person, days=0):
        on = TODAY + timedelta(days=days)
        assert ask(person, wave, "transfer", target=acme_branch.number, effective_on=f"{on}").status_code == 302
        return order_of(wave)

    return send


@pytest.fixture
def answer(client_of):
    def post(person, order, word="yes"):
        return client_of(person).post(f"/e/204817/orders/transfers/{order.number}/", {"answer": word})

    return post


def test_of_what_the_carrier_enters_both_sides_agree(transfer, answer, carol, gus, ines, acme, acme_branch, wave):
    order = transfer(carol)
    with inside(acme):
        assert Transfer.objects.get().given_at is None
    before = everything(acme)
    refused = answer(carol, order)
    assert refused.status_code == 409 and "people of both accounts" in refused.text
    assert everything(acme) == before
    assert answer(ines, order).status_code == 302
    assert days_later(1) == 0
    assert answer(gus, order).status_code == 302
    with inside(acme):
        made = Transfer.objects.get()
    assert (made.given_by, made.taken_by) == ("Gus Prado", "Ines Prado")
    assert days_later(1) == 1
    assert now(wave).account_id == acme_branch.pk


def test_a_second_of_the_giving_account_waits_for_the_other(transfer, answer, alice, gus, ines, acme):
    order = transfer(alice)
    before = everything(acme)
    refused = answer(gus, order)
    assert refused.status_code == 409 and "Somebody of the other account is to answer." in refused.text
    assert everything(acme) == before
    assert answer(ines, order).status_code == 302
    before = everything(acme)
    late = answer(gus, order)
    assert late.status_code == 409 and "Both sides have agreed already." in late.text
    assert everything(acme) == before


@pytest.mark.parametrize("word", ["yes", "no"])
def test_who_sees_the_order_and_is_of_neither_account_answers_nothing(
    transfer, answer, client_of, alice, ines, acme, acme_main, word
):
    third = make.account(acme, "Third")
    reader = colleague(acme, "Rea", ("order.view", acme_main), ("service.change", third))
    order = transfer(alice)
    assert client_of(reader).get(f"/e/204817/orders/transfers/{order.number}/").status_code == 200
    before = everything(acme)
    refused = answer(reader, order, word)
    assert refused.status_code == 409 and "people of both accounts" in refused.text
    assert everything(acme) == before
    assert answer(ines, order, word).status_code == 302


def test_a_transfer_that_is_over_is_not_answered(transfer, answer, alice, ines, acme):
    order = transfer(alice)
    assert answer(ines, order, "no").status_code == 302
    before = everything(acme)
    for word in ("yes", "no"):
        refused = answer(ines, order, word)
        assert refused.status_code == 409 and "This order is closed." in refused.text
    assert everything(acme) == before


def test_staff_conclude_it_neither_before_both_agreed_nor_before_its_day(
    transfer, answer, client_of, alice, ines, carol, acme, acme_main, wave
):
    order = transfer(alice, days=9)
    begun(order)
    before = everything(acme)
    assert "Both accounts" in finish(client_of, carol, order).text
    assert everything(acme) == before
    assert answer(ines, order).status_code == 302
    before = everything(acme)
    assert "The transfer takes effect on" in finish(client_of, carol, order).text
    assert everything(acme) == before
    assert (days_later(8), days_later(10)) == (0, 1)
    with inside(acme):
        old, new = Charge.objects.order_by("pk")
    assert (old.ends_on, new.starts_on) == (TODAY + timedelta(days=9), TODAY + timedelta(days=9))
    assert now(wave).account_id != acme_main.pk


def test_one_that_was_given_up_while_the_task_came_to_it_stays_where_it_is(transfer, alice, acme, acme_main, wave):
    order = transfer(alice)
    with inside(acme):
        Transfer.objects.update(taken_by="Ines Prado", taken_at=timezone.now(), taker_id=0)
        Order.objects.update(status="cancelled")
    before, at = everything(acme), timezone.now() + timedelta(days=1)
    with inside(acme):
        assert finish_transfer(order.pk, actor=system(acme.pk), at=at) is False
    assert everything(acme) == before
    with inside(acme):
        Order.objects.update(status="in_progress")
        assert finish_transfer(order.pk, actor=system(acme.pk), at=at) is True
    assert now(wave).account_id != acme_main.pk
