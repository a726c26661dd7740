"""The tasks of this app: each may run twice, or late, without harm. All on the staff queue."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts import selectors, services

log = logging.getLogger(__name__)


@shared_task(name="accounts.look_for_idle", time_limit=1800)
def look_for_idle(**_: Any) -> None:
    """Every night: each customer's people who have not been here for long; what fails for one waits for no other."""
    for enterprise_id in selectors.list_customer_ids():
        try:
            services.look_for_idle(enterprise_id, at=timezone.now())
        except Exception:
            log.exception("Enterprise %s: its idle people wait for the next night.", enterprise_id)
