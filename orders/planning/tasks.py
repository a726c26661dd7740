"""The tasks of planning, all on the staff queue: each may run twice, late, or be killed, without harm."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.planning import selectors, services
from orders.services import LETTER_TASK

log = logging.getLogger(__name__)


@shared_task(name=LETTER_TASK, soft_time_limit=90, time_limit=110, reject_on_worker_lost=False)
def make_letter(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Print the letter that acknowledges the order ``pk``."""
    services.make_letter(enterprise_id, pk, at=timezone.now())


@shared_task(name="orders.look_at_plans", soft_time_limit=1700, time_limit=1800)
def look_at_plans(**_: Any) -> None:
    """Every hour: reminders that are due, and letters that were never made; what fails for one waits for no other."""
    _each("reminder of step", selectors.list_to_remind(timezone.now().date()), services.remind)
    _each("letter of order", selectors.list_without_letter(), services.make_letter)


def _each(what: str, rows: Iterable[tuple[int, int]], act: Callable[..., object]) -> None:
    for enterprise_id, pk in rows:
        try:
            act(enterprise_id, pk, at=timezone.now())
        except Exception:
            log.exception("The %s %s waits for the next time.", what, pk)


@shared_task(name="orders.count_pace", time_limit=1800)
def count_pace(**_: Any) -> None:
    """Every night: how long orders took, of all customers together."""
    services.refresh_pace(at=timezone.now())
