"""The tasks of this app: each may run twice, late, or be killed, without harm. All on the staff queue."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from billing import selectors, services


@shared_task(name="billing.resume_bill_runs")
def resume_bill_runs(**_: Any) -> None:
    """Every five minutes, and after a start: nothing that is to be billed or printed is forgotten."""
    services.resume_bill_runs(at=timezone.now())


@shared_task(name="billing.bill_enterprise", soft_time_limit=540, time_limit=560)
def bill_enterprise(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """One customer of the run ``pk``; the limit is shorter than the broker's redelivery."""
    services.bill_enterprise(pk, enterprise_id, at=timezone.now())


# A document that kills its worker must not be handed straight to the next: the timetable brings it back.
@shared_task(name="billing.make_pdf", soft_time_limit=90, time_limit=110, reject_on_worker_lost=False)
def make_pdf(*, enterprise_id: int, pk: int, **_: Any) -> None:
    """Print one invoice, and tell that it is ready."""
    services.make_pdf(enterprise_id, pk, at=timezone.now())


@shared_task(name="billing.print_missing")
def print_missing(*, pk: int, **_: Any) -> None:
    """Ask for each PDF that the run ``pk`` still lacks."""
    run = selectors.list_runs().filter(pk=pk).first()
    if run is not None:
        services.print_missing(run.period_on)
