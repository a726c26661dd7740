"""The task of registrations, on the staff queue: it may run twice, late, or be killed, without harm."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.joining import selectors, services

log = logging.getLogger(__name__)


@shared_task(name=services.JUDGE, soft_time_limit=540, time_limit=560)
def judge_registrations(**_: Any) -> None:
    """Soon after each registration, and every few minutes for those whose hint was lost."""
    for pk in selectors.list_waiting():
        try:
            services.judge(pk, at=timezone.now())
        except Exception:
            log.exception("Registration %s waits for the next time.", pk)
