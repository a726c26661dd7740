"""Whole lives of orders: from what a customer writes to what a bill run makes of it, by everybody who has a part."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, User
from billing.models import Charge, InvoiceLine
from inventory.models import Product, ProductQuestion
from orders.activating import selectors as activating
from orders.activating import services as turning_up
from orders.contracts import services as contracts
from orders.models import Order
from orders.placing.rules import standard_day
from orders.planning.tasks import make_letter
from portal import documents
from portal.calendars import BusinessHours
from tests import make
from tests.billing import builders
from tests.faces import as_staff, inside
from tests.orders.activating.conftest import PASSED, booking, slot
from tests.orders.conftest import steps_of
from tests.orders.placing.conftest import latest, signed

TODAY = date.today()


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
    countries = {life.account.enterprise.country or "US"}
    return {
        "account": life.account.number, "requested_on": f"{standard_day(TODAY, 40, countries | {'US'})}",
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
        (Decimal("2850.00"), order.commenced_on), (Decimal("500.00"), order.commenced_on),
    ]  # fmt: skip
    assert life.order.service.contract_ends_on is not None
    lines = bill(life, dora, order.commenced_on)
    assert {line.charge.service_id for line in lines} == {order.service_id} and len(lines) == 2
    assert (life.order.status, life.at) == ("completed", "")
    assert life.steps["first_bill"] == ("completed" if is_latin else "skipped")
    for person in (life.buyer, life.care):
        page = life.see(person)
        assert order.service.number in page
