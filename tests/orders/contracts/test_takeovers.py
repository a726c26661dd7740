"""Services that go to another company: offered with a proof, agreed to by all, carried out on the day."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.moving import services as codes
from billing.models import Charge, InvoiceLine
from inventory.models import Dlr, Hop, Identifier, Service
from orders.contracts.tasks import look_at_takeovers
from orders.models import Order, Takeover, TakeoverSide
from portal.actors import Actor, ActorKind
from portal.models import Event
from tests import make
from tests.billing import builders
from tests.faces import as_staff, inside
from tests.orders.contracts.conftest import CASES, OURS, THEIRS, approved, case, day, everything, pages, sides, work
from tests.orders.test_races import at_once


def services_of(enterprise):
    with inside(enterprise):
        return list(Service.objects.select_related("a_site", "account").order_by("pk"))


def charges_of(enterprise):
    with inside(enterprise):
        return list(Charge.objects.order_by("pk"))


def order_of(enterprise):
    with inside(enterprise):
        return Order.objects.get()


def bill(enterprise, person, month):
    at = timezone.now()
    builders.bill(builders.start(person, month, at), enterprise, at)
    with inside(enterprise):
        return sum(InvoiceLine.objects.exclude(kind="tax").values_list("amount", flat=True), Decimal(0))


def test_a_service_goes_to_another_company_when_both_and_the_carrier_agree_and_is_billed_once(
    offer, client_of, alice, bob, owen, carol, dora, acme, borealis, acme_main, borealis_main, wave, deliver
):
    make.described(wave)
    with inside(acme):
        Service.objects.filter(pk=wave.pk).update(a_site=make.site(acme, "Denver", street="2480 Brighton Blvd"))
    make.identifier(wave, "CKT-OURS-1", "customer")
    ada, bert, staff = client_of(alice), client_of(bob), client_of(owen)
    assert wave.number in ada.get(f"{OURS}offer/?service={wave.number}").content.decode()
    assert offer(ada).status_code == 302
    work()
    ours, theirs = pages(acme, borealis)
    assert "Borealis" not in ada.get(ours).content.decode()  # who somebody is they show by agreeing
    page = bert.get(theirs).content.decode()
    wanted = ("Acme Freight", wave.number, "850", "Brighton", "The branch was sold")
    assert [each for each in wanted if each not in page] == []
    assert "CKT-OURS-1" not in page and order_of(acme).number in page
    assert bert.get("/e/305120/").content.decode().count(theirs) == 1  # on the home
    assert wave.number in bert.get(THEIRS).content.decode()
    assert client_of(owen).get(CASES).content.decode().count(f"{CASES}{case().pk}/") == 1
    assert bert.post(f"{theirs}accept/").status_code == 302
    work(1)
    assert case().status == "open" and len(services_of(borealis)) == 0  # the carrier has not agreed
    assert "Borealis" in ada.get(ours).content.decode()
    url = f"{CASES}{case().pk}/"
    assert staff.post(f"{url}approve/", {"grounds": ""}).status_code == 422
    assert staff.post(f"{url}approve/", {"grounds": "Contract of sale seen"}).status_code == 302
    work(0)
    assert case().status == "approved" and services_of(borealis) == []  # not its day
    work(1)
    work(1)
    (old,), (new,) = services_of(acme), services_of(borealis)
    assert (old.status, old.ended_on, old.account_id) == ("terminated", day(), acme_main.pk)
    assert (new.status, new.started_on, new.account_id) == ("active", day(), borealis_main.pk)
    assert (new.number, new.monthly, new.alias, new.a_site.street) == (
        wave.number,
        wave.monthly,
        "",
        "2480 Brighton Blvd",
    )
    with inside(borealis):
        assert not Identifier.objects.filter(kind="customer").exists() and Identifier.objects.exists()
        assert Hop.objects.exists() and not Dlr.objects.exists() and not Order.objects.exists()
    assert (order_of(acme).status, case().status) == ("completed", "done")
    (before,), (after,) = charges_of(acme), charges_of(borealis)
    assert (before.ends_on, after.starts_on, after.ends_on) == (day(), day(), None)
    assert (before.amount, after.amount, after.account_id) == (before.amount, before.amount, borealis_main.pk)
    month = day().replace(day=1)
    run = [bill(each, dora, month) for each in (acme, borealis)]
    assert abs(sum(run) - before.amount) <= Decimal("0.01")
    told = {(each.kind, each.recipient) for each in deliver()}
    assert told >= {
        ("takeover.reached", "bob@borealis.example"),
        ("takeover.approved", "alice@acme.example"),
        ("takeover.approved", "bob@borealis.example"),
        ("takeover.gone", "alice@acme.example"),
        ("takeover.came", "bob@borealis.example"),
    }
    gone = ada.get(f"/e/204817/services/{old.pk}/").content.decode()
    assert "went to another company" in gone and order_of(acme).number in gone
    assert "Acme Freight" not in bert.get(f"/e/305120/services/{new.pk}/").content.decode().replace("from Acme", "")
    order = ada.get(f"/e/204817/orders/{order_of(acme).number}/").content.decode()
    assert "The transfer to another company" in order and "Borealis" in order


@pytest.mark.parametrize("wrong", ["unknown", "unproven", "closed", "other currency"])
def test_an_account_that_cannot_take_it_reads_as_one_that_is_not_there(
    wrong, offer, client_of, alice, acme, borealis, borealis_main, wave, deliver
):
    from accounts.models import Account

    fields = {"unknown": {"account": "9-NONE1"}, "unproven": {"proof": "AAAA-BBBB-CCCC-DDDD"}}.get(wrong, {})
    with inside(borealis):
        rows = Account.objects.filter(pk=borealis_main.pk)
        rows.update(**{"closed": {"status": "closed"}, "other currency": {"currency": "CLP"}}.get(wrong, {}))
    ada = client_of(alice)
    with CaptureQueriesContext(connection) as done:
        answer = offer(ada, **fields)
    assert answer.status_code == 302
    assert all("305120" not in each["sql"] for each in done.captured_queries)
    work()
    page = re.sub(r"\s+", " ", ada.get(answer["Location"]).content.decode())
    assert "Not proven" in page and "does not show an account to which these services can go" in page
    assert "Borealis" not in page
    with as_staff():
        assert not Takeover.objects.exists() and TakeoverSide.objects.count() == 1
    assert order_of(acme).status == "cancelled" and services_of(acme)[0].status == "active"
    told = [each for each in deliver() if each.kind.startswith("takeover")]
    assert [(each.kind, each.recipient) for each in told] == [("takeover.ended", "alice@acme.example")]
    assert offer(ada, effective_on=f"{day(2)}").status_code == 302  # it is free again


def test_a_code_is_not_used_up_by_an_account_in_another_currency(offer, client_of, alice, borealis, borealis_main):
    """The mistake is mended, and the same code proves the account."""
    from accounts.models import Account

    ada = client_of(alice)
    for currency, found in (("CLP", 0), ("USD", 1)):
        with inside(borealis):
            Account.objects.filter(pk=borealis_main.pk).update(currency=currency)
        assert offer(ada).status_code == 302
        work()
        with as_staff():
            assert Takeover.objects.count() == found


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"services": "WV-NONE"}, "Not a service of yours"),
        ({"account": "5-KTR3Q"}, "This account is of your own enterprise"),
        ({"effective_on": f"{day(0)}"}, "or a later day"),
        ({"services": "WV-10G-003318 WV-BRANCH"}, "several accounts"),
        ({"services": "TRIAL-1"}, "is being tried out"),
        ({"services": "WV-BUSY"}, "is under way for WV-BUSY already"),
    ],
)
def test_what_cannot_be_offered_is_refused_on_the_form_and_nothing_is_written(
    fields, said, offer, acme, borealis, acme_main, acme_branch
):
    from orders.models import Trial

    make.service(acme_branch, number="WV-BRANCH")
    make.order(acme_main, type="change", service=make.service(acme_main, number="WV-BUSY"))
    tried = make.order(acme_main, type="trial", status="completed", service=make.service(acme_main, number="TRIAL-1"))
    with inside(acme):
        Trial.objects.create(enterprise=acme, order=tried, days=20)
    before = everything(acme, borealis)
    answer = offer(**fields)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert everything(acme, borealis) == before
    assert offer().status_code == 302


@pytest.mark.parametrize("who", ["the receiver", "the giver", "the carrier", "the order's own page", "nobody"])
def test_whoever_says_no_before_its_day_stops_it_and_the_service_is_free_again(
    who, offer, client_of, alice, bob, owen, acme, borealis, deliver
):
    ada, bert = client_of(alice), client_of(bob)
    offer(ada)
    work()
    ours, theirs = pages(acme, borealis)
    if who == "the receiver":
        assert bert.post(f"{theirs}refuse/", {"reason": ""}).status_code == 422
        assert bert.post(f"{theirs}refuse/", {"reason": "Too dear"}).status_code == 302
    else:
        bert.post(f"{theirs}accept/")
    if who == "the giver":
        assert ada.post(f"{ours}refuse/", {"reason": "We keep it"}).status_code == 302
    if who == "the carrier":
        client_of(owen).post(f"{CASES}{case().pk}/approve/", {"grounds": "Seen"})
        assert client_of(owen).post(f"{CASES}{case().pk}/stop/", {"reason": "Not paid"}).status_code == 302
    if who == "the order's own page":
        with inside(acme):
            Order.objects.update(status="cancelled")
    work(60 if who == "nobody" else 0)
    status = {"the receiver": "declined", "the carrier": "declined", "nobody": "lapsed"}.get(who, "withdrawn")
    assert {case().status, *(each.status for each in sides().values())} == {status}
    assert order_of(acme).status == "cancelled" and services_of(acme)[0].status == "active"
    assert services_of(borealis) == [] and [each.ends_on for each in charges_of(acme)] == [None]
    assert bert.post(f"{theirs}accept/").status_code == 409
    assert client_of(owen).post(f"{CASES}{case().pk}/approve/", {"grounds": "Seen"}).status_code == 409
    assert client_of(owen).post(f"{CASES}{case().pk}/stop/", {"reason": "Not paid"}).status_code == 409
    told = {each.recipient for each in deliver() if each.kind == "takeover.ended"}
    assert told == {"alice@acme.example", "bob@borealis.example"}


def test_only_administrators_and_the_carriers_deciders_come_near_it(
    offer, client_of, alice, alan, bob, owen, carol, erin, acme, borealis
):
    assert offer(client_of(alan)).status_code == 403
    offer()
    work()
    ours, _theirs = pages(acme, borealis)
    before = everything(acme, borealis)
    assert client_of(bob).get(ours).status_code == 404  # in another enterprise
    assert client_of(bob).get(f"{THEIRS}{sides()[acme.pk].pk}/").status_code == 404
    assert client_of(alice).post(f"{OURS}{sides()[borealis.pk].pk}/accept/").status_code == 404
    assert client_of(alan).get(ours).status_code == 403
    assert client_of(erin).post(f"{CASES}{case().pk}/approve/", {"grounds": "Seen"}).status_code == 403
    assert client_of(alice).post(f"{ours}accept/").status_code == 409  # the giver has agreed by asking
    number = order_of(acme).number
    staff = client_of(owen)
    assert everything(acme, borealis) == before and number in staff.get(f"{CASES}{case().pk}/").content.decode()


@pytest.mark.parametrize("attempt", range(2))
def test_two_administrators_who_accept_at_once_are_answered_one_after_the_other(
    transactional_db, attempt, offer, client_of, bob, acme, borealis
):
    second = make.user("berta@borealis.example")
    make.member(borealis, second, "Berta Rojas", is_administrator=True)
    offer()
    work()
    _ours, theirs = pages(acme, borealis)
    browsers = [client_of(bob), client_of(second)]
    assert sorted(at_once(*(lambda b=b: b.post(f"{theirs}accept/") for b in browsers), face="customer")) == [302, 409]
    with inside(borealis):
        assert Event.objects.filter(kind="takeover.agreed").count() == 1


@pytest.mark.parametrize("what", ["the service", "the account", "its currency", "the number", "the order"])
def test_what_is_otherwise_on_the_day_stops_all_of_it_and_the_carrier_reads_why(
    what, offer, client_of, bob, owen, acme, borealis, acme_main, borealis_main, wave
):
    from accounts.models import Account

    second = make.service(acme_main, number="WV-SECOND")
    approved(offer, client_of, bob, owen, acme, borealis, services=f"{wave.number}\n{second.number}")
    if what == "the service":
        with inside(acme):
            Service.objects.filter(pk=second.pk).update(status="terminated")
    if what == "the account":
        with inside(borealis):
            Account.objects.filter(pk=borealis_main.pk).update(status="closed")
    if what == "its currency":
        with inside(borealis):
            Account.objects.filter(pk=borealis_main.pk).update(currency="CLP")
    if what == "the order":
        with inside(acme):
            Order.objects.update(status="held")
    if what == "the number":
        make.service(borealis_main, number=second.number)
    before = everything(acme, borealis)
    work(1)
    assert case().last_error and case().status == "approved"
    assert everything(acme, borealis)[:-1] == before[:-1]
    assert case().last_error in client_of(owen).get("/").content.decode()
    assert case().last_error in client_of(owen).get(f"{CASES}{case().pk}/").content.decode()


def test_a_service_that_comes_back_begins_anew_beside_its_history(
    offer, client_of, alice, bob, owen, acme, borealis, acme_main, borealis_main, wave
):
    approved(offer, client_of, bob, owen, acme, borealis)
    work(1)
    clerk = Actor(kind=ActorKind.STAFF, name="Owen Park", enterprise_id=acme.pk)
    with inside(acme):
        back = codes.issue_code(acme_main.number, "Alice", actor=clerk, at=timezone.now())
    data = {
        "services": wave.number, "account": acme_main.number, "proof_kind": "code", "proof": back,
        "effective_on": f"{day(2)}",
    }  # fmt: skip
    assert client_of(bob).post(f"{THEIRS}offer/", data).status_code == 302
    work(1)
    with as_staff():
        second = Takeover.objects.get(status="open")
        theirs = TakeoverSide.objects.get(takeover_id=second.pk, gives=False)
    client_of(alice).post(f"{OURS}{theirs.pk}/accept/")
    client_of(owen).post(f"{CASES}{second.pk}/approve/", {"grounds": "Seen"})
    work(2)
    former, new = services_of(acme)
    assert (former.status, former.number, new.number, new.status) == (
        "terminated",
        f"~{former.pk}",
        wave.number,
        "active",
    )
    with inside(acme):
        assert Identifier.objects.filter(service=former, kind="former", value=wave.number).exists()


def test_staff_cannot_conclude_the_order_by_its_steps(offer, client_of, carol, acme, borealis, wave):
    offer()
    work()
    with inside(acme):
        order = Order.objects.get()
    browser = client_of(carol)
    assert browser.post(f"/e/204817/orders/{order.number}/take/", {"care_manager": "carol"}).status_code in (302, 422)
    with inside(acme):
        Order.objects.update(status="in_progress")
        step = order.milestones.create(
            enterprise=acme, kind="first_bill", position=90, owner="carrier", status="in_progress"
        )
        order.milestones.exclude(pk=step.pk).delete()
    before = everything(acme, borealis)
    assert browser.post(f"/e/204817/orders/milestones/{step.pk}/complete/").status_code == 409
    assert everything(acme, borealis) == before


def test_the_task_does_the_same_as_the_hint(offer, acme, borealis):
    offer()
    with as_staff():
        look_at_takeovers()
        look_at_takeovers()
    assert {each.status for each in sides().values()} == {"open"} and len(sides()) == 2
