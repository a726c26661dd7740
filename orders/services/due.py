"""What is due of many orders of many customers, done one by one."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

log = logging.getLogger(__name__)


def each_due(what: str, rows: Iterable[tuple[int, int]], act: Callable[..., object], *, at: datetime) -> None:
    """Do something about each (enterprise, key). What fails for one waits for the next time, and holds up no other."""
    for enterprise_id, pk in rows:
        try:
            act(enterprise_id, pk, at=at)
        except Exception:
            log.exception("The %s %s of enterprise %s waits for the next time.", what, pk, enterprise_id)
