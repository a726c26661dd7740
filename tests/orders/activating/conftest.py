"""An order of Acme's whose move is the customer's, and what both sides do to it over HTTP."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, User
from orders.activating import selectors, services
from orders.models import ActivationCall, ActivationSlot, NotReady, Order, TurnUp
from portal import documents
from tests import make
from tests.faces import as_staff, inside

TODAY = make.today()


def noon(days: int) -> datetime:
    """Noon of a day so many days from now, in UTC."""
    return datetime.combine(TODAY + timedelta(days=days), time(18), UTC)


def weekday(days: int) -> date:
    """The first Monday so many days from now or later."""
    found = TODAY + timedelta(days=days)
    return found + timedelta(days=-found.weekday() % 7)


@pytest.fixture
def line(acme_main: Account, carol: User) -> Order:
    """Built and tested by us: now the customer is to get ready. Due in two days; a service waits to begin."""
    service = make.service(acme_main, status="pending", number="WV-10G-004417")
    return make.order(
        acme_main, service=service, care_manager=make.card_of(carol), one_time=Decimal("1500.00"),
        requested_on=TODAY + timedelta(days=2), committed_on=TODAY + timedelta(days=2),
        expected_on=TODAY + timedelta(days=2),
        milestones=[
            {"kind": "ready_to_test", "owner": "customer", "expected_on": TODAY + timedelta(days=2)},
            {"kind": "activation", "owner": "customer"},
            {"kind": "acceptance", "owner": "customer"},
        ],
    )  # fmt: skip


@pytest.fixture
def post(client_of: Callable[[User], Any]) -> Callable[..., Any]:
    """Send a form of the order's as somebody."""

    def send(person: User, order: Order, what: str, **data: Any) -> Any:
        place = order.enterprise.public_id
        return client_of(person).post(f"/e/{place}/orders/{order.number}/{what}/", data)

    return send


@pytest.fixture
def page(client_of: Callable[[User], Any]) -> Callable[..., Any]:
    def get(person: User, order: Order, what: str = "") -> Any:
        return client_of(person).get(f"/e/{order.enterprise.public_id}/orders/{order.number}/{what}")

    return get


def holds(order: Order) -> list[NotReady]:
    with inside(order.enterprise):
        return list(NotReady.objects.filter(order=order).order_by("pk"))


@pytest.fixture
def eve(acme: Any) -> User:
    """An activation engineer in Acme's account team."""
    person = make.staff("Eve Lindqvist", "activation_engineer")
    make.team(acme, person, "activation_engineer")
    return person


def slot(engineer: User, *, hours: int = 72, **fields: Any) -> ActivationSlot:
    """A time that the engineer offers, so many hours from now."""
    start = timezone.now().replace(microsecond=0) + timedelta(hours=hours, seconds=make.number())
    times = {"starts_at": start, "ends_at": start + timedelta(hours=1), "bridge": "+1 303 555 0199, 4417#"}
    with as_staff():
        return ActivationSlot.objects.create(engineer=make.card_of(engineer), **{**times, **fields})


def booking(of: ActivationSlot, **changes: Any) -> dict[str, Any]:
    return {"slot": of.pk, "contact_name": "Walt Quinn", "contact_phone": "+1 303 555 0100", **changes}


@pytest.fixture
def ready(acme_main: Account, carol: User, eve: User) -> Order:
    """All is built: what is left is the activation call and the acceptance."""
    service = make.service(acme_main, status="pending", number="WV-10G-004418", bandwidth="10 Gbps")
    make.identifier(service, "IPX/004418/DEN/RNO")
    return make.order(
        acme_main, service=service, care_manager=make.card_of(carol),
        milestones=[{"kind": "activation", "owner": "customer"}, {"kind": "acceptance", "owner": "customer"}],
    )  # fmt: skip


PASSED = {"result": "passed", "loss_percent": "0.001", "delay_ms": "12.4", "light_dbm": "-4.20", "checks": ["link"]}


@pytest.fixture
def delivered(ready: Order, eve: User, post: Callable[..., Any]) -> Order:
    """Tested and signed off, its notice printed: the customer's word is awaited."""
    assert post(eve, ready, "test", **PASSED).status_code == 302
    assert post(eve, ready, "sign-off").status_code == 302
    told()
    return ready


def told() -> None:
    """Print the connection notice, as the task does."""
    with as_staff():
        for enterprise_id, pk in selectors.list_untold():
            services.print_notice(enterprise_id, pk, at=timezone.now())


def turn_ups(order: Order) -> list[TurnUp]:
    with inside(order.enterprise):
        return list(TurnUp.objects.filter(order=order).order_by("pk"))


def calls(order: Order) -> list[ActivationCall]:
    with inside(order.enterprise):
        return list(ActivationCall.objects.filter(order=order).order_by("pk"))


@pytest.fixture(autouse=True)
def papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing takes seconds, and is tried elsewhere."""
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 notice")
