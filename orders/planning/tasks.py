"""The tasks of planning, all on the staff queue: each may run twice, late, or be killed, without harm."""

import logging
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
    """Every hour: reminders that are due, and letters that were never made."""
    for enterprise_id, pk in selectors.list_to_remind(timezone.now().date()):
        try:
            services.remind(enterprise_id, pk, at=timezone.now())
        except Exception:
            log.exception("The reminder of step %s waits for the next time.", pk)
    for enterprise_id, pk in selectors.list_without_letter():
        services.make_letter(enterprise_id, pk, at=timezone.now())


@shared_task(name="orders.count_pace", time_limit=1800)
def count_pace(**_: Any) -> None:
    """Every night: how long orders took, of all customers together."""
    services.refresh_pace(at=timezone.now())
