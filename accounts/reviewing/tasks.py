"""The task of access reviews, on the staff queue: it may run twice, late, or be killed, without harm."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts import selectors
from accounts.reviewing import services

log = logging.getLogger(__name__)


@shared_task(name="accounts.look_at_reviews", time_limit=1800)
def look_at_reviews(**_: Any) -> None:
    """Every morning: reviews begin, are reminded of, and are late; what fails for one customer waits for no other."""
    for enterprise_id in selectors.list_customer_ids():
        try:
            services.look(enterprise_id, at=timezone.now())
        except Exception:
            log.exception("Enterprise %s: its access review waits for tomorrow.", enterprise_id)
