"""The tasks of activation: each may run twice, late, or be killed, without harm. All on the staff queue."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.activating import selectors, services
from portal.tenancy import tenant_scope


@shared_task(name="orders.watch_readiness", soft_time_limit=540, time_limit=560)
def watch_readiness(**_: Any) -> None:
    """Every hour: who does not answer is set as not ready, warned before the last day, and then it is done."""
    now = timezone.now()
    for enterprise_id, pk in selectors.list_silent(now.date()):
        with tenant_scope(enterprise_id):
            services.hold_if_silent(enterprise_id, pk, at=now)
    for enterprise_id, pk in selectors.list_running_out():
        with tenant_scope(enterprise_id):
            services.watch_not_ready(enterprise_id, pk, at=now)
