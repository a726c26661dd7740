"""An order of Acme's whose move is the customer's, and what both sides do to it over HTTP."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, User
from orders.models import NotReady, Order
from tests import make
from tests.faces import inside

TODAY = date.today()


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
