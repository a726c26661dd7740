"""The task of placing orders; it may run twice, late, or be killed, without harm. On the staff queue."""

from typing import Any

from celery import shared_task

from orders.placing import services


# A document that kills its worker must not be handed straight to the next: who opens it asks for it again.
@shared_task(name="orders.print_authorisation", soft_time_limit=90, time_limit=110, reject_on_worker_lost=False)
def print_authorisation(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Print what was signed."""
    services.print_authorisation(enterprise_id, pk)
