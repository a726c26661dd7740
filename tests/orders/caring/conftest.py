"""What both sides do about an order, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from orders.models import Order
from tests import make


@pytest.fixture
def dave(acme: Any) -> User:
    """Above Carol on Acme's ladder."""
    person = make.staff("Dave Director", "account_director")
    make.team(acme, person, "account_director")
    return person


@pytest.fixture
def do(client_of: Callable[[User], Any]) -> Callable[..., Any]:
    """Send one of the order's forms as somebody."""

    def post(person: User, order: Order, what: str, **data: Any) -> Any:
        place = order.enterprise.public_id
        return client_of(person).post(f"/e/{place}/orders/{order.number}/{what}/", data)

    return post


@pytest.fixture
def page(client_of: Callable[[User], Any]) -> Callable[..., str]:
    """The order's page as somebody reads it."""

    def get(person: User, order: Order) -> str:
        answer = client_of(person).get(f"/e/{order.enterprise.public_id}/orders/{order.number}/")
        assert answer.status_code == 200
        return str(answer.text)

    return get
