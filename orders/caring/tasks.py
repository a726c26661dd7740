"""The tasks of this part: each may run twice, or late, without harm. All on the staff queue."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.caring import selectors, services
from orders.services import each_due


@shared_task(name="orders.watch_promises", time_limit=300)
def watch_promises(**_: Any) -> None:
    """Every minute: updates that were promised for a moment that has passed; what fails for one waits for no other."""
    now = timezone.now()
    each_due("promise", selectors.list_due_promises(now), services.miss_promise, at=now)
