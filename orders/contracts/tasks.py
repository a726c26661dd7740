"""The tasks of contracts, on the staff queue: each may run twice, late, or be killed, without harm."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.contracts import services
from orders.contracts.services.takeovers import LOOK


@shared_task(name=services.FOLLOW, soft_time_limit=540, time_limit=560)
def follow_contracts(**_: Any) -> None:
    """Every ten minutes: what has come to its day, in each customer's calendar."""
    services.follow(at=timezone.now())


@shared_task(name=LOOK, soft_time_limit=540, time_limit=560)
def look_at_takeovers(**_: Any) -> None:
    """Soon after services were offered or something was said, and every few minutes for what is due."""
    services.follow_takeovers(timezone.now())


@shared_task(name="orders.warn_of_ends", soft_time_limit=540, time_limit=560)
def warn_of_ends(**_: Any) -> None:
    """Once a day: whose contracts end soon."""
    services.warn_of_ends(at=timezone.now())
