"""The kernel's tasks: each may run twice, or late, without harm."""

from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from portal import delivery, drafts, exports, files, metrics, reconciling, repeats


@shared_task(name="portal.relay")
def relay(**_: Any) -> None:
    """Every two seconds, on the dispatch queue: nothing that is due is forgotten."""
    delivery.relay(timezone.now())
    metrics.note_tick(timezone.now())


@shared_task(name="portal.measure")
def measure(**_: Any) -> None:
    """Every fifteen seconds, on the dispatch queue: how late mails are, and what failed."""
    metrics.measure(timezone.now())


@shared_task(name="portal.reconcile", time_limit=1800)
def reconcile(**_: Any) -> None:
    """Every night, on the staff queue: each event has its to-do and its notices."""
    now = timezone.now()
    metrics.note_findings(reconciling.compare(now), now)


@shared_task(name="portal.tell", time_limit=settings.LEASE_SECONDS - 2)
def tell(*, enterprise_id: int, pk: int | list[int], **_: Any) -> None:
    """Turn one event, or some of one enterprise together, into their notices."""
    delivery.tell(enterprise_id, pk, now=timezone.now())


@shared_task(name="portal.send", time_limit=settings.LEASE_SECONDS - 2)
def send(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Send one notice; the last net, shorter than its lease: the line to the server ends sooner."""
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


@shared_task(name="portal.expire_drafts")
def expire_drafts(**_: Any) -> None:
    """Every night, on the staff queue: drafts whose time is over go."""
    drafts.expire(timezone.now())
