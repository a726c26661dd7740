"""An order of Acme's, and what people do to its milestones over HTTP."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Account, Enterprise, User
from orders.models import Milestone, Order
from portal.models import Event, Notice, Todo
from tests import make
from tests.faces import inside

IN_TEN_DAYS = date.today() + timedelta(days=10)


@pytest.fixture
def wave(acme_main: Account, carol: User) -> Order:
    """Three milestones, the first under way; expected in 20 days, as committed."""
    return make.order(
        acme_main,
        number="ORD-2026-00388",
        care_manager=make.card_of(carol),
        customer_reference="4500-7721",
        placed_by="Ana Moreau",
        milestones=[
            {"kind": "design"},
            {"kind": "local_loop", "detail": "Reno side", "owner": "third_party"},
            {"kind": "activation"},
        ],
    )


@pytest.fixture
def act(client_of: Callable[[User], Any]) -> Callable[..., Any]:
    """Complete, delay or annotate a milestone of an order as somebody, by a plain form or by htmx."""

    def post(person: User, order: Order, step: Milestone, what: str, *, htmx: bool = False, **data: Any) -> Any:
        headers = {"HX-Request": "true"} if htmx else {}
        place = order.enterprise.public_id
        return client_of(person).post(f"/e/{place}/orders/milestones/{step.pk}/{what}/", data, headers=headers)

    return post


def steps_of(order: Order) -> list[Milestone]:
    """The milestones as the database has them now."""
    with inside(order.enterprise):
        return list(Milestone.objects.filter(order=order).order_by("position"))


def now(order: Order) -> Order:
    """The order as the database has it now."""
    with inside(order.enterprise):
        return Order.objects.select_related("service").get(pk=order.pk)


def state_of(enterprise: Enterprise) -> dict[str, Any]:
    """Everything that an act on an order could change, to be compared."""
    with inside(enterprise):
        events = Event.objects.exclude(kind__startswith="enterprise.")
        return {
            "orders": list(Order.objects.order_by("pk").values()),
            "milestones": list(Milestone.objects.order_by("pk").values()),
            "events": list(events.order_by("pk").values_list("kind", flat=True)),
            "todos": Todo.objects.filter(event__in=events).count(),
            "notices": Notice.objects.count(),
        }


def delay(**changes: Any) -> dict[str, Any]:
    """A move as it would be typed."""
    return {
        "expected_on": f"{IN_TEN_DAYS:%Y-%m-%d}",
        "owner": "third_party",
        "reason": "Sierra Loop Co. failed the end-to-end test",
        **changes,
    }
