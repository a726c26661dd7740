"""The kernel's tasks: each may run twice, or late, without harm."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from portal import delivery, exports, files, repeats


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


# The limits are shorter than the broker's redelivery; a file that takes longer is begun again by lease.
@shared_task(name="portal.export", soft_time_limit=540, time_limit=560)
def export(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Make one long list into a file, for a customer."""
    exports.make(enterprise_id, pk, now=timezone.now())


@shared_task(name="portal.export_for_staff", soft_time_limit=540, time_limit=560)
def export_for_staff(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """The same for one of the carrier's people, on the staff queue: it needs their rights in the database."""
    exports.make(enterprise_id, pk, now=timezone.now())


@shared_task(name="portal.expire_exports")
def expire_exports(**_: Any) -> None:
    """Every hour, on the staff queue: files whose time is over are removed."""
    exports.expire(timezone.now())


@shared_task(name="portal.clean_files")
def clean_files(**_: Any) -> None:
    """Every night, on the staff queue: files that no row names are removed after a day."""
    files.clean(timezone.now())


@shared_task(name="portal.forget_answers")
def forget_answers(**_: Any) -> None:
    """Every hour, as staff: answers kept for repeated calls go when their day is over."""
    repeats.forget(at=timezone.now())
