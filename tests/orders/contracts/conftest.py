"""A service under contract, and what is asked of it over HTTP."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, Enterprise, User
from accounts.moving import services as codes
from accounts.selectors import carriers_day
from billing.models import Charge
from inventory.models import Service
from orders.contracts import services
from orders.models import (
    Disconnect,
    EndWarning,
    Order,
    OrderCharge,
    OrderedService,
    Takeover,
    TakeoverSide,
    Transfer,
    Trial,
)
from portal.actors import Actor, ActorKind
from portal.models import Event
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import as_staff, inside

TODAY = make.today()


@pytest.fixture
def wave(acme_main: Account) -> Service:
    """Ten months of its 36 are left, give or take the day; it is billed at 2,850 a month."""
    made = make.service(
        acme_main, number="WV-10G-003318", monthly=Decimal("2850.00"), term_months=36, bandwidth="10 Gbps",
        started_on=TODAY - timedelta(days=800), contract_ends_on=TODAY + timedelta(days=330),
    )  # fmt: skip
    make.charge(acme_main, "2850.00", service=made)
    return made


@pytest.fixture
def ask(client_of: Callable[[User], Any]) -> Callable[..., Any]:
    """Send the form of a service's page."""

    def post(person: User, service: Service, what: str, **data: Any) -> Any:
        place = service.enterprise.public_id
        return client_of(person).post(f"/e/{place}/orders/services/{service.pk}/{what}/", data)

    return post


@pytest.fixture
def say(client_of: Callable[[User], Any]) -> Callable[..., Any]:
    """Say something to an order from its page."""

    def post(person: User, order: Order, what: str, **data: Any) -> Any:
        return client_of(person).post(f"/e/{order.enterprise.public_id}/orders/{order.number}/{what}/", data)

    return post


def disconnecting(on: date | None = None, **changes: Any) -> dict[str, Any]:
    return {"stops_on": f"{on or TODAY + timedelta(days=40)}", "reason": "not_needed", **changes}


def order_of(service: Service, **which: Any) -> Order:
    with inside(service.enterprise):
        return Order.objects.select_related("enterprise").get(**(which or {"service": service}))


def orders_of(service: Service) -> int:
    with inside(service.enterprise):
        return Order.objects.count()


def now(service: Service) -> Service:
    with inside(service.enterprise):
        return Service.objects.select_related("account").get(pk=service.pk)


def kinds(service: Service) -> list[str]:
    with inside(service.enterprise):
        found = Event.objects.exclude(kind__startswith="enterprise.").order_by("pk")
        return list(found.values_list("kind", flat=True))


def days_later(days: int) -> int:
    """What the tasks do so many days from now."""
    with as_staff():
        return services.follow(at=timezone.now() + timedelta(days=days))


def change(service: Service, **fields: Any) -> None:
    """The books say otherwise."""
    with as_staff(), tenant_scope(service.enterprise_id):
        Service.objects.filter(pk=service.pk).update(**fields)


_WRITTEN = (
    Service, Charge, Order, OrderedService, Disconnect, Transfer, Trial, OrderCharge, EndWarning, TakeoverSide,
)  # fmt: skip


def everything(*enterprises: Enterprise) -> list[Any]:
    """What a refusal must leave as it was."""
    found: list[Any] = []
    for each in enterprises:
        with inside(each):
            found += [list(model.objects.order_by("pk").values()) for model in _WRITTEN]
            found.append(Event.objects.exclude(kind__startswith="enterprise.").count())
    with as_staff():
        return [*found, list(Takeover.objects.values())]


# --- services that go to another company ------------------------------------------------------------

OURS, THEIRS, CASES = "/e/204817/orders/takeovers/", "/e/305120/orders/takeovers/", "/takeovers/"


def day(ahead: int = 1) -> date:
    return carriers_day(timezone.now()) + timedelta(days=ahead)


@pytest.fixture
def owen(db: None) -> User:
    return make.staff("Owen Park", "account_manager")


@pytest.fixture
def proof(borealis: Enterprise, borealis_main: Account) -> str:
    """A code that the carrier gave to Borealis for its account."""
    clerk = Actor(kind=ActorKind.STAFF, name="Owen Park", enterprise_id=borealis.pk)
    with inside(borealis):
        return codes.issue_code(borealis_main.number, "Bob Fuentes", actor=clerk, at=timezone.now())


@pytest.fixture
def offer(
    client_of: Callable[[User], Any], alice: User, wave: Service, borealis_main: Account, bob: User, proof: str
) -> Callable[..., Any]:
    """Acme offers its wave to Borealis's account, as the form sends it."""

    def send(client: Any = None, **fields: Any) -> Any:
        data = {
            "services": wave.number, "account": borealis_main.number, "proof_kind": "code", "proof": proof,
            "effective_on": f"{day():%Y-%m-%d}", "why": "The branch was sold", **fields,
        }  # fmt: skip
        return (client or client_of(alice)).post(f"{OURS}offer/", data)

    return send


def work(ahead: int = 0) -> None:
    with as_staff():
        services.follow_takeovers(timezone.now() + timedelta(days=ahead))


def sides() -> dict[int, TakeoverSide]:
    with as_staff():
        return {each.enterprise_id: each for each in TakeoverSide.objects.all()}


def case() -> Takeover:
    with as_staff():
        return Takeover.objects.get()


def pages(acme: Enterprise, borealis: Enterprise) -> tuple[str, str]:
    found = sides()
    return f"{OURS}{found[acme.pk].pk}/", f"{THEIRS}{found[borealis.pk].pk}/"


def approved(
    offer: Callable[..., Any],
    client_of: Callable[[User], Any],
    bob: User,
    owen: User,
    acme: Enterprise,
    borealis: Enterprise,
    **fields: Any,
) -> None:
    """Offered, agreed to by both and the carrier; its day is to come."""
    assert offer(**fields).status_code == 302
    work()
    client_of(bob).post(f"{pages(acme, borealis)[1]}accept/")
    client_of(owen).post(f"{CASES}{case().pk}/approve/", {"grounds": "Seen"})
    work()
    assert case().status == "approved"
