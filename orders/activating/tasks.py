"""The tasks of activation: each may run twice, late, or be killed, without harm. All on the staff queue."""

from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.activating import selectors, services
from orders.services import each_due
from portal.tenancy import tenant_scope


@shared_task(name="orders.watch_readiness", soft_time_limit=540, time_limit=560)
def watch_readiness(**_: Any) -> None:
    """Every hour: who does not answer is set as not ready, warned before the last day, and then it is done."""
    now = timezone.now()
    each_due("silence of order", selectors.list_silent(now.date()), _inside(services.hold_if_silent), at=now)
    each_due("hold", selectors.list_running_out(), _inside(services.watch_not_ready), at=now)
    each_due("connection notice", selectors.list_untold(), services.print_notice, at=now)
    each_due("turn-up", selectors.list_awaited(), _inside(services.watch_turn_up), at=now)


def _inside(act: Callable[..., object]) -> Callable[..., object]:
    def run(enterprise_id: int, pk: int, **more: Any) -> None:
        with tenant_scope(enterprise_id):
            act(enterprise_id, pk, **more)

    return run


# A document that kills its worker must not be handed straight to the next: the timetable brings it back.
@shared_task(name="orders.print_notice", soft_time_limit=90, time_limit=110, reject_on_worker_lost=False)
def print_notice(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Print one connection notice, and tell it."""
    services.print_notice(enterprise_id, pk, at=timezone.now())
