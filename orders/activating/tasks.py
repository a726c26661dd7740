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
    for enterprise_id, pk in selectors.list_untold():
        services.print_notice(enterprise_id, pk, at=now)
    for enterprise_id, pk in selectors.list_awaited():
        with tenant_scope(enterprise_id):
            services.watch_turn_up(enterprise_id, pk, at=now)


# A document that kills its worker must not be handed straight to the next: the timetable brings it back.
@shared_task(name="orders.print_notice", soft_time_limit=90, time_limit=110, reject_on_worker_lost=False)
def print_notice(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Print one connection notice, and tell it."""
    services.print_notice(enterprise_id, pk, at=timezone.now())
