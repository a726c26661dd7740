"""The tasks of this part: each may run twice, or late, without harm. All on the staff queue."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.caring import selectors, services

log = logging.getLogger(__name__)


@shared_task(name="orders.watch_promises", time_limit=300)
def watch_promises(**_: Any) -> None:
    """Every minute: updates that were promised for a moment that has passed; what fails for one waits for no other."""
    now = timezone.now()
    for enterprise_id, pk in selectors.list_due_promises(now):
        try:
            services.miss_promise(enterprise_id, pk, at=now)
        except Exception:
            log.exception("Promise %s of enterprise %s waits for the next minute.", pk, enterprise_id)
