"""The tasks of activation: each may run twice, late, or be killed, without harm. All on the staff queue."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.activating import selectors, services
from portal.tenancy import tenant_scope

log = logging.getLogger(__name__)


@shared_task(name="orders.watch_readiness", soft_time_limit=540, time_limit=560)
def watch_readiness(**_: Any) -> None:
    """Every hour: who does not answer is set as not ready, warned before the last day, and then it is done."""
    now = timezone.now()
    _each(selectors.list_silent(now.date()), _inside(services.hold_if_silent), now)
    _each(selectors.list_running_out(), _inside(services.watch_not_ready), now)
    _each(selectors.list_untold(), services.print_notice, now)
    _each(selectors.list_awaited(), _inside(services.watch_turn_up), now)


def _each(rows: Iterable[tuple[int, int]], act: Callable[..., object], now: datetime) -> None:
    """What fails waits for the next hour, and holds nothing up."""
    for enterprise_id, pk in rows:
        try:
            act(enterprise_id, pk, at=now)
        except Exception:
            log.exception("What is due of %s in enterprise %s waits for the next hour.", pk, enterprise_id)


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
