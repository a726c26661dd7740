"""The tasks of planning, all on the staff queue: each may run twice, late, or be killed, without harm."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.planning import selectors, services
from orders.services import LETTER_TASK, each_due


@shared_task(name=LETTER_TASK, soft_time_limit=90, time_limit=110, reject_on_worker_lost=False)
def make_letter(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Print the letter that acknowledges the order ``pk``."""
    services.make_letter(enterprise_id, pk, at=timezone.now())


@shared_task(name="orders.look_at_plans", soft_time_limit=1700, time_limit=1800)
def look_at_plans(**_: Any) -> None:
    """Every hour: reminders that are due, and letters that were never made; what fails for one waits for no other."""
    now = timezone.now()
    each_due("reminder of step", selectors.list_to_remind(now.date()), services.remind, at=now)
    each_due("letter of order", selectors.list_without_letter(), services.make_letter, at=now)


@shared_task(name="orders.count_pace", time_limit=1800)
def count_pace(**_: Any) -> None:
    """Every night: how long orders took, of all customers together."""
    services.refresh_pace(at=timezone.now())
