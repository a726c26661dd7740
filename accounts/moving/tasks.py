"""The task of moves, on the staff queue: it may run twice, late, or be killed, without harm."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.moving import selectors, services

log = logging.getLogger(__name__)


@shared_task(name=services.LOOK, soft_time_limit=540, time_limit=560)
def look_at_moves(**_: Any) -> None:
    """Soon after somebody asked or said something, and every few minutes for what was lost."""
    settled = set()
    for enterprise_id, pk, move in selectors.list_waiting():
        try:
            if move is None:
                services.look(enterprise_id, pk, at=timezone.now())
            elif move not in settled:
                services.settle(move, at=timezone.now())
                settled.add(move)
        except Exception:
            log.exception("Side %s of a move waits for the next time.", pk)
