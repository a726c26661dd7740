"""The kernel's tasks: each may run twice, or late, without harm."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from portal import delivery, files


@shared_task(name="portal.relay")
def relay(**_: Any) -> None:
    """Every two seconds, on the dispatch queue: nothing that is due is forgotten."""
    delivery.relay(timezone.now())


@shared_task(name="portal.tell")
def tell(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Turn one event into its notices."""
    delivery.tell(enterprise_id, pk, now=timezone.now())


@shared_task(name="portal.send", time_limit=50)
def send(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Send one notice; the limit is shorter than its lease."""
    delivery.send(enterprise_id, pk, now=timezone.now())


@shared_task(name="portal.clean_files")
def clean_files(**_: Any) -> None:
    """Every night, on the staff queue: files that no row names are removed after a day."""
    files.clean(timezone.now())
