"""Whole lives of orders: from what a customer writes to what a bill run makes of it, by everybody who has a part."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, User
from billing.models import Charge, InvoiceLine
from inventory.models import Product, ProductQuestion, Service
from orders.activating import selectors as activating
from orders.activating import services as turning_up
from orders.contracts import services as contracts
from orders.models import ActivationCall, ActivationSlot, NotReady, Order, OrderCharge, Reservation
from orders.planning.tasks import make_letter
from orders.rules import WorkDays
from portal import documents
from portal.calendars import BusinessHours
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import as_staff, inside
from tests.orders.activating.conftest import PASSED, booking, slot, weekday
from tests.orders.conftest import steps_of
from tests.orders.placing.conftest import latest, signed

TODAY = make.today()


@pytest.fixture(autouse=True)
def papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing takes seconds, and is tried elsewhere."""
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 paper")


@pytest.fixture
def wave() -> Product:
    """It is asked about one thing before it is designed."""
    made = make.product()
    with as_staff():
        ProductQuestion.objects.create(product=made, key="rack", words="Room and rack", least=3, most=40, position=1)
    return made


@pytest.fixture
def eve() -> User:
    return make.staff("Eve Lindqvist", "activation_engineer")


@dataclass
class Life:
    """One order, and the people who have a part in it."""

    account: Account
    buyer: User
    care: User
    engineer: User
    client_of: Any
    number: str = ""

    @property
    def place(self) -> str:
        return f"/e/{self.account.enterprise.public_id}"

    @property
    def order(self) -> Order:
        with inside(self.account.enterprise):
            return Order.objects.select_related("service", "enterprise", "account").get(number=self.number)

    def see(self, person: User, what: str = "") -> str:
        answer = self.client_of(person).get(f"{self.place}/orders/{self.number}/{what}")
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def say(self, person: User, what: str, expected: int = 302, /, **data: Any) -> Any:
        answer = self.client_of(person).post(f"{self.place}/orders/{self.number}/{what}/", data)
        assert answer.status_code == expected, (what, answer.status_code, errors(answer))
        return answer

    def seen(self, person: User, what: str) -> str:
        found = re.search(r'name="seen" value="([^"]*)"', self.see(person, what))
        assert found
        return found[1]

    @property
    def steps(self) -> dict[str, str]:
        return {step.kind: step.status for step in steps_of(self.order)}

    @property
    def at(self) -> str:
        """The step that is under way."""
        return next((kind for kind, status in self.steps.items() if status == "in_progress"), "")

    def complete(self, *kinds: str) -> None:
        """The care manager ticks what the carrier has done, each when it is under way."""
        for kind in kinds:
            assert self.at == kind, (self.at, kind)
            step = next(each for each in steps_of(self.order) if each.kind == kind)
            answer = self.client_of(self.care).post(f"{self.place}/orders/milestones/{step.pk}/complete/")
            assert answer.status_code == 302, errors(answer)

    # --- the parts of a life ------------------------------------------------------------------------------

    def take(self) -> None:
        assert self.number in self.client_of(self.care).get("/orders/inbox/").text
        self.say(self.care, "take", care_manager=make.card_of(self.care).email)

    def plan(self) -> date:
        """Questions answered and reviewed, capacity reserved, details confirmed, a date committed to."""
        if self.at == "technical_details":
            assert f"/orders/{self.number}/details/" in self.see(self.buyer)
            self.say(self.buyer, "details", **{"answer-rack": "Suite 210", "seen": self.seen(self.buyer, "details/")})
            self.say(self.care, "review", rack="", seen=self.seen(self.care, "review/"))
        self.say(self.care, "reserve", what="10G", place="Denver", until_on=f"{TODAY + timedelta(days=300)}")
        assert self.at == "details_confirmed"
        self.say(self.buyer, "confirm", seen=self.seen(self.buyer, "plan/"))
        due = BusinessHours().add_business_days(TODAY, 40)
        self.say(self.buyer, "delivery", choice="firm", wanted_on=f"{due}")
        self.say(self.care, "commit", committed_on=f"{due}")
        assert self.order.committed_on == due and "capacity" not in self.at
        return due

    def turn_up(self) -> None:
        """A call is booked and held, the test passes, the engineer signs off, the notice goes out."""
        self.say(self.buyer, "activation", **booking(slot(self.engineer)))
        self.test_and_sign()

    def test_and_sign(self) -> None:
        self.say(self.engineer, "test", **PASSED)
        self.say(self.engineer, "sign-off")
        with as_staff():
            for enterprise_id, pk in activating.list_untold():
                turning_up.print_notice(enterprise_id, pk, at=timezone.now())


def errors(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))[:3000]


def follow(days: int = 0) -> int:
    """The task of contracts, so many days from now."""
    with as_staff():
        return contracts.follow(at=timezone.now() + timedelta(days=days))


def charges(of: Account) -> list[Charge]:
    with inside(of.enterprise):
        return list(Charge.objects.filter(enterprise=of.enterprise).order_by("pk"))


def owed(order: Order) -> list[tuple[str, Decimal, date]]:
    """What stands on the next bill of what the order costs once."""
    with inside(order.enterprise):
        found = OrderCharge.objects.filter(order=order, state="owed").order_by("pk")
        return list(found.values_list("reason", "amount", "day"))


def bill(life: Life, person: User, day: date) -> list[InvoiceLine]:
    """Run the bills of the month of a day, and read the lines of the account's invoice."""
    month, at = day.replace(day=1), timezone.now()
    run = builders.start(person, month, at)
    builders.bill(run, life.account.enterprise, at)
    with inside(life.account.enterprise):
        found = InvoiceLine.objects.filter(invoice__account=life.account)
        return list(found.select_related("charge").order_by("pk"))


@pytest.fixture(params=["north", "latin"])
def life(request, acme, acme_main, alice, borealis, borealis_main, bob, carol, eve, client_of) -> Life:
    """Of a customer in North America, whose orders close with acceptance, or in Latin America, with the first bill."""
    here, account, buyer = (acme, acme_main, alice) if request.param == "north" else (borealis, borealis_main, bob)
    if request.param == "latin":
        make.team(here, carol, "care_manager")
    make.team(here, eve, "activation_engineer")
    return Life(account, buyer, carol, eve, client_of)


def written(life: Life, product: Product, **changes: Any) -> dict[str, Any]:
    day = WorkDays.of({life.account.enterprise.country or "US", "US"}).add_business_days(TODAY, 40)
    return {
        "account": life.account.number, "requested_on": f"{day}",
        "term_months": "36", "title": "", "seen": "0", "items": "1", "item-0-product": product.code,
        "item-0-bandwidth": "10 Gbps", "item-0-quantity": "1", "item-0-a_street": "1 Main St",
        "item-0-a_city": "Denver", "item-0-a_country": "US", "item-0-z_street": "2 Main St",
        "item-0-z_city": "Reno", "item-0-z_country": "US", **changes,
    }  # fmt: skip


def place(life: Life, product: Product) -> None:
    """The customer writes and signs; the carrier names the price, and the customer signs that."""
    answer = life.client_of(life.buyer).post(f"{life.place}/orders/new/?product={product.code}", written(life, product))
    assert answer.status_code == 302, errors(answer)
    life.number = latest(life.account.enterprise).number
    life.say(life.buyer, "submit", **signature(life))
    name_the_price(life, product)


def name_the_price(life: Life, product: Product) -> None:
    """The order goes back with its price, which the customer signs."""
    life.say(life.care, "return", reason="Here is the price of it.")
    price = {"item-0-monthly": "2850.00", "item-0-one_time": "500.00", "seen": str(life.order.revision)}
    life.say(life.care, "edit", **written(life, product, **price))
    assert "Here is the price of it." in life.see(life.buyer)
    life.say(life.buyer, "submit", **signature(life))
    assert (life.order.status, life.order.monthly) == ("submitted", Decimal("2850.00"))


def signature(life: Life) -> dict[str, Any]:
    return signed(life.order, name="Ana Ruiz", signature="Ana Ruiz")


# --- from the first word to the first bill -------------------------------------------------------------------


def test_a_new_order_lives_from_what_is_written_to_its_first_bill(life, wave, dora, deliver):
    is_latin = life.account.enterprise.region == "latam"
    place(life, wave)
    life.take()
    assert (life.order.status, life.at) == ("acknowledged", "technical_details")
    with as_staff():
        make_letter(enterprise_id=life.account.enterprise_id, pk=life.order.pk)
    assert life.client_of(life.buyer).get(f"{life.place}/orders/{life.number}/letter/").status_code == 200
    life.plan()
    life.say(life.buyer, "delivery", 409, choice="earliest")
    life.complete("design", "build", "reminder", "site_visit", "ready_to_test")
    assert life.at == "activation_planned" and f"/orders/{life.number}/activation/" in life.see(life.buyer)
    life.turn_up()
    assert (life.at, life.order.status, life.order.service.status) == ("acceptance", "in_progress", "pending")
    life.say(life.buyer, "accept")
    order = life.order
    assert order.status == ("in_progress" if is_latin else "completed")
    assert (order.service.status, order.service.started_on) == ("active", order.commenced_on)
    assert (follow(), follow()) == (1, 0)
    assert [(each.amount, each.starts_on) for each in charges(life.account)] == [
        (Decimal("2850.00"), order.commenced_on)
    ]
    assert owed(order) == [("installation", Decimal("500.00"), order.commenced_on)]
    assert life.order.service.contract_ends_on is not None
    lines = bill(life, dora, order.commenced_on)
    once = "Cargo único (NRC), orden" if is_latin else "One-time charge (NRC), order"
    assert [(line.service_number, line.text) for line in lines] == [
        (order.service.number, wave.name), (order.service.number, f"{once} {order.number}"),
    ]  # fmt: skip
    assert (life.order.status, life.at) == ("completed", "")
    assert life.steps["first_bill"] == ("completed" if is_latin else "skipped")
    for person in (life.buyer, life.care):
        page = life.see(person)
        assert order.service.number in page


# --- customer not ready --------------------------------------------------------------------------------------


def watch(days: int) -> None:
    """The task of activation, at an hour that is the same day for everybody, so many days from now."""
    at = datetime.combine(TODAY + timedelta(days=days), time(18), UTC)
    with as_staff():
        for enterprise_id, pk in activating.list_silent(at.date()):
            with tenant_scope(enterprise_id):
                turning_up.hold_if_silent(enterprise_id, pk, at=at)
        for enterprise_id, pk in activating.list_running_out():
            with tenant_scope(enterprise_id):
                turning_up.watch_not_ready(enterprise_id, pk, at=at)
        for enterprise_id, pk in activating.list_awaited():
            with tenant_scope(enterprise_id):
                turning_up.watch_turn_up(enterprise_id, pk, at=at)


@pytest.fixture
def northern(acme, acme_main, alice, carol, eve, client_of) -> Life:
    make.team(acme, eve, "activation_engineer")
    return Life(acme_main, alice, carol, eve, client_of)


@pytest.fixture
def built(northern, wave) -> Life:
    """All that the carrier does is done, and the customer is to choose a time for the call."""
    place(northern, wave)
    northern.take()
    northern.plan()
    northern.complete("design", "build", "reminder", "site_visit", "ready_to_test")
    return northern


def test_a_customer_who_is_not_ready_says_from_when_on_and_the_second_time_the_days_run_out(built, alice, carol, eve):
    due = built.order.committed_on
    watch((due - TODAY).days + 10)
    assert (built.order.status, built.at) == ("held", "activation_planned")
    assert f"/orders/{built.number}/ready/" in built.see(alice)
    day = weekday(14)
    built.say(alice, "ready", new_on=f"{day}")
    assert (built.order.status, built.order.expected_on) == ("in_progress", day)
    one = slot(eve)
    built.say(alice, "activation", **booking(one))
    assert built.at == "activation"
    built.say(carol, "not-ready", reason="cannot_test", note="Your router is not there yet.")
    assert "Your router is not there yet." in built.see(alice)
    with inside(built.account.enterprise):
        found = NotReady.objects.get(order=built.order, outcome="open")
    watch((found.last_on - TODAY).days)
    assert built.order.status == "held"
    watch((found.last_on - TODAY).days + 1)
    watch((found.last_on - TODAY).days + 2)
    order = built.order
    assert (order.status, order.service.status, charges(built.account)) == ("cancelled", "terminated", [])
    assert owed(order) == [("not_ready", Decimal("500.00"), found.last_on + timedelta(days=1))]
    with inside(built.account.enterprise):
        assert not Reservation.objects.filter(released_at=None).exists()
        assert [each.status for each in ActivationCall.objects.all()] == ["called_off"]
    with as_staff():
        assert ActivationSlot.objects.get(pk=one.pk).taken_at is None
    assert follow() == 0
    for person in (alice, carol):
        assert "Cancelled" in built.see(person)


# --- refused, and accepted by silence ------------------------------------------------------------------------


def test_what_is_refused_comes_back_and_is_then_accepted_by_silence(built, alice, carol, eve, deliver):
    built.turn_up()
    assert "Your move: accept the service" in built.see(alice)
    built.say(alice, "refuse", reason="Half of the packets are lost.")
    assert (built.order.status, built.order.service.status) == ("in_progress", "pending")
    for person in (carol, eve):
        assert "Half of the packets are lost." in built.see(person)
    watch(12)
    assert (built.order.status, built.at) == ("in_progress", "acceptance")
    built.turn_up()
    watch(1)
    assert built.order.status == "in_progress"
    watch(7)
    order = built.order
    assert (order.status, order.service.status, order.service.started_on) == ("completed", "active", order.commenced_on)
    assert (follow(7), follow(7)) == (1, 0)
    assert {each.starts_on for each in charges(built.account)} == {order.commenced_on}
    kinds = [each.kind for each in deliver() if each.recipient == alice.email]
    assert (kinds.count("order.connection_notice"), kinds.count("order.accepted_by_silence")) == (2, 1)


# --- services that are there already ---------------------------------------------------------------------------


@pytest.fixture
def service(acme_main) -> Service:
    """In use and billed; 330 days of its contract are left."""
    made = make.service(
        acme_main, monthly=Decimal("2850.00"), term_months=36, bandwidth="10 Gbps", msa_number="MSA-7",
        started_on=TODAY - timedelta(days=800), contract_ends_on=TODAY + timedelta(days=330),
    )  # fmt: skip
    make.charge(acme_main, "2850.00", service=made)
    return made


def fresh(of: Service) -> Service:
    with inside(of.enterprise):
        return Service.objects.select_related("enterprise", "account").get(pk=of.pk)


def ask(life: Life, of: Service, what: str, **data: Any) -> None:
    """The customer asks for something of a service, and the care manager takes the order that it makes."""
    url = f"{life.place}/orders/services/{of.pk}/{what}/"
    answer = life.client_of(life.buyer).post(url, data)
    if answer.status_code == 422 and what == "disconnect":
        seen = answer.context["form"].data["seen"]
        answer = life.client_of(life.buyer).post(url, {**data, "seen": seen})
    assert answer.status_code == 302, errors(answer)
    life.number = latest(life.account.enterprise).number
    life.take()


def test_a_disconnect_is_taken_back_in_time_and_the_second_is_carried_out_on_its_day(northern, service, alice, carol):
    stops = TODAY + timedelta(days=40)
    ask(northern, service, "disconnect", stops_on=f"{stops}", reason="not_needed")
    assert (northern.order.status, northern.at, fresh(service).status) == ("acknowledged", "disconnected", "ending")
    northern.say(alice, "keep")
    assert (northern.order.status, fresh(service).status, fresh(service).ended_on) == ("cancelled", "active", None)
    ask(northern, service, "disconnect", stops_on=f"{stops}", reason="not_needed")
    step = steps_of(northern.order)[1]
    early = northern.client_of(carol).post(f"{northern.place}/orders/milestones/{step.pk}/complete/")
    assert early.status_code == 409 and fresh(service).status == "ending"
    assert (follow(38), follow(42), follow(42)) == (0, 1, 0)
    assert (northern.order.status, fresh(service).status, fresh(service).ended_on) == ("completed", "terminated", stops)
    assert [each.ends_on for each in charges(northern.account)] == [stops]


def test_a_change_is_priced_agreed_to_delivered_and_concluded_by_its_customer(northern, service, alice, carol, dora):
    ask(northern, service, "change", bandwidth="20 Gbps", note="Two ports")
    northern.say(carol, "change-price", monthly="3900.00", one_time="200.00")
    northern.say(alice, "agree", monthly="3900.00", one_time="200.00")
    northern.plan()
    northern.complete("design")
    northern.turn_up()
    northern.say(alice, "accept")
    assert (northern.order.status, fresh(service).bandwidth) == ("completed", "10 Gbps")
    assert (follow(), follow()) == (1, 0)
    assert (fresh(service).bandwidth, fresh(service).monthly) == ("20 Gbps", Decimal("3900.00"))
    old, new = charges(northern.account)
    assert (old.ends_on, new.amount) == (new.starts_on, Decimal("3900.00"))
    assert owed(northern.order) == [("change", Decimal("200.00"), new.starts_on)]
    text = f"One-time charge of the change, order {northern.number}"
    assert [line.amount for line in bill(northern, dora, new.starts_on) if line.text == text] == [Decimal("200.00")]
    assert owed(northern.order) == []


def test_a_renewal_covers_a_master_contract_and_the_care_manager_concludes_it(northern, acme_main, service, carol):
    other = make.service(acme_main, msa_number="MSA-7", term_months=12)
    ask(northern, service, "renew", term_months="24", covers="msa")
    northern.complete("details_confirmed")
    assert northern.order.status == "completed"
    assert (fresh(service).term_months, fresh(other).term_months) == (24, 24)
    assert fresh(service).contract_ends_on > service.contract_ends_on


def test_a_transfer_waits_for_two_people_and_its_day_and_no_bill_run_comes_in_its_way(
    northern, service, acme, acme_branch, carol, dora
):
    person = make.user("ines@acme.example")
    make.grant(make.member(acme, person, "Ines Prado"), "service.change", acme_branch)
    day = TODAY + timedelta(days=10)
    ask(northern, service, "transfer", target=acme_branch.number, effective_on=f"{day}")
    assert len(bill(northern, dora, TODAY - timedelta(days=1))) == 1
    assert northern.order.status == "acknowledged"
    url = f"{northern.place}/orders/transfers/{northern.number}/"
    assert northern.client_of(person).post(url, {"answer": "yes"}).status_code == 302
    assert (follow(8), follow(12), follow(12)) == (0, 1, 0)
    assert (northern.order.status, fresh(service).account_id) == ("completed", acme_branch.pk)
    old, new = charges(northern.account)
    assert (old.ends_on, new.starts_on, new.account_id) == (day, day, acme_branch.pk)


def test_a_trial_is_activated_and_kept_at_a_price_that_is_billed_from_then_on(northern, acme, acme_main, alice, carol):
    product = make.product()
    form = {"product": product.code, "account": acme_main.number, "days": "20"}
    assert northern.client_of(alice).post("/e/204817/orders/trials/new/", form).status_code == 302
    northern.number = latest(acme).number
    northern.take()
    northern.say(carol, "reserve", what="10G", place="Denver", until_on=f"{TODAY + timedelta(days=300)}")
    northern.say(carol, "commit", committed_on=f"{BusinessHours().add_business_days(TODAY, 9)}")
    northern.complete("design")
    northern.turn_up()
    northern.say(alice, "accept")
    assert follow() == 1
    service = northern.order.service
    assert (northern.order.status, service.status, charges(acme_main)) == ("completed", "active", [])
    northern.say(alice, "trial", answer="keep", term_months="36")
    northern.number = latest(acme).number
    name_the_price(northern, product)
    northern.take()
    assert (northern.order.service_id, list(northern.steps)) == (service.pk, ["acknowledged", "details_confirmed"])
    northern.say(alice, "confirm", seen=northern.seen(alice, "plan/"))
    assert northern.order.status == "completed" and (follow(22), follow(22)) == (1, 0)
    assert [each.amount for each in charges(acme_main)] == [Decimal("2850.00")]
    assert [each[:2] for each in owed(northern.order)] == [("installation", Decimal("500.00"))]
    with inside(acme):
        assert Service.objects.get().contract_ends_on is not None
