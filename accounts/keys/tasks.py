"""The task of API keys: it may run twice, late, or be killed, without harm."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts import selectors
from accounts.keys import services
from portal.tenancy import tenant_scope

_FURTHEST = timedelta(days=365)  # the longest before its end that a warning can be set to


@shared_task(name="accounts.watch_keys", soft_time_limit=540, time_limit=560)
def watch_keys(**_: Any) -> None:
    """Every morning, on the staff queue: keys end in time, and nobody is surprised by it."""
    now = timezone.now()
    for enterprise_id, pk in selectors.list_ending(now + _FURTHEST):
        with tenant_scope(enterprise_id):
            services.watch_key(enterprise_id, pk, at=now)
