"""Accounts that change enterprise after a service went from one of them to the other within it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from accounts.moving import services as moves
from accounts.moving.services import mover
from accounts.selectors import carriers_day
from billing.models import Charge
from inventory.models import Service
from orders.contracts import services
from orders.contracts.selectors import open_order_of
from orders.models import Order, OrderItem, Takeover, TakeoverSide, Transfer
from portal.actors import Actor, ActorKind
from portal.models import Event
from tests import make
from tests.faces import as_staff, connected_as, inside


@pytest.fixture
def given(transactional_db, client_of, alice, acme, acme_branch, wave, deliver):
    """Acme's wave, delivered and billed on its main account, went to the branch."""
    make.order(wave.account, service=wave, milestones=0, status="completed", completed_on=wave.started_on)
    person = make.user("ines@acme.example")
    make.grant(make.member(acme, person, "Ines Prado"), "service.change", acme_branch)
    ask = {"target": acme_branch.number, "effective_on": f"{make.today()}"}
    assert client_of(alice).post(f"/e/204817/orders/services/{wave.pk}/transfer/", ask).status_code == 302
    with inside(acme):
        number = Transfer.objects.get().order.number
    assert client_of(person).post(f"/e/204817/orders/transfers/{number}/", {"answer": "yes"}).status_code == 302
    with as_staff():
        assert services.follow(at=timezone.now() + timedelta(days=1)) == 1
    deliver()
    return wave


def move(source, target, account):
    with connected_as("portal_owner"):
        mover.move([account.pk], source=source, target=target, reference="MV-1", at=timezone.now())


def seen(owner):
    """The services of an enterprise, and what of its orders and charges name which of them."""
    with inside(owner):
        found = Service.objects.order_by("pk").values_list("number", "status", "account__number")
        named = [Order.objects.exclude(service=None).values_list("service__number", flat=True)]
        named += [OrderItem.objects.values_list("service__number", flat=True)]
        named += [Charge.objects.values_list("service__number", flat=True)]
        return list(found), [sorted(map(str, each)) for each in named]


@pytest.mark.parametrize("which", ["the giver's", "the receiver's"])
def test_either_account_moves_and_what_stays_names_a_former_service(
    which, given, acme, borealis, acme_main, acme_branch, deliver
):
    gone = acme_main if which == "the giver's" else acme_branch
    move(acme, borealis, gone)
    number = given.number
    ours, theirs = seen(acme), seen(borealis)
    live, former = (number, "active", acme_branch.number), (number, "terminated", acme_main.number)
    is_giver = gone == acme_main
    assert (ours[0], theirs[0]) == (([live], [former]) if is_giver else ([former], [live]))
    with inside(borealis if is_giver else acme):
        transfer = Transfer.objects.select_related("order").get()
        target = Account.ever.get(pk=transfer.target_id)
        assert (target.number, target.is_former) == (acme_branch.number, True)
        # The new order of before and the transfer stay with the giver, and what it was billed for.
        assert Order.objects.filter(service__number=number).count() == 2
        assert Charge.objects.get().service.status == "terminated"
    deliver()
    move(borealis, acme, gone)
    numbers = {each[0] for each in seen(acme)[0]}
    assert number in numbers and seen(borealis)[0] == []
    with inside(acme):
        assert Service.objects.filter(number=number, status="active").count() == 1
        assert Account.objects.filter(number=gone.number).count() == 1


@pytest.mark.parametrize("is_looked_at", [True, False])
def test_an_offer_ends_by_itself_when_the_givers_account_goes_to_another_company(
    is_looked_at, transactional_db, client_of, alice, acme, acme_main, borealis, borealis_main, bob, wave, deliver
):
    """What nobody who owns the services now has agreed to does not lock them, and each side reads why."""
    home = make.enterprise("Cetus Cable", public_id="411900")
    make.member(home, make.user("cleo@cetus.example"), "Cleo", is_administrator=True)
    clerk = Actor(kind=ActorKind.STAFF, name="Owen Park", enterprise_id=borealis.pk)
    with inside(borealis):
        code = moves.issue_code(borealis_main.number, "Bob", actor=clerk, at=timezone.now())
    sent = {
        "services": wave.number, "account": borealis_main.number, "proof_kind": "code", "proof": code,
        "effective_on": f"{carriers_day(timezone.now()) + timedelta(days=1):%Y-%m-%d}", "why": "Sold",
    }  # fmt: skip
    assert client_of(alice).post("/e/204817/orders/takeovers/offer/", sent).status_code == 302
    if is_looked_at:
        follow()
    deliver()
    move(acme, home, acme_main)
    deliver()
    follow()
    follow()
    with inside(home):
        order = Order.objects.get()
        assert order.status == "cancelled" and not services_under_way(order)
    with as_staff():
        assert set(TakeoverSide.objects.values_list("status", flat=True)) == {"withdrawn"}
        assert [each.status for each in Takeover.objects.all()] == ["withdrawn"] * is_looked_at
    told = [each for each in deliver() if each.kind == "takeover.ended"]
    wanted = {alice.email, "cleo@cetus.example", *([bob.email] if is_looked_at else [])}
    assert {each.recipient for each in told} == wanted and len(told) == len(wanted)
    said = {"en": "has changed company meanwhile", "es": "cambió de empresa"}
    assert all(said[each.language] in each.body_text for each in told)


def test_an_offer_whose_order_was_given_up_where_it_went_is_told_there_no_more(
    transactional_db, offer, acme, acme_main, borealis, deliver
):
    home = make.enterprise("Cetus Cable", public_id="411900")
    assert offer().status_code == 302
    follow()
    deliver()
    move(acme, home, acme_main)
    with inside(home):
        Order.objects.update(status="cancelled")
    follow()
    with as_staff():
        assert set(TakeoverSide.objects.values_list("status", flat=True)) == {"withdrawn"}
        told = Event.objects.filter(kind="takeover.ended").values_list("enterprise_id", flat=True)
        assert sorted(told) == sorted([acme.pk, borealis.pk])


def follow():
    with as_staff():
        services.follow_takeovers(timezone.now())


def services_under_way(order):
    return [each for each in Service.objects.all() if open_order_of(each)]
