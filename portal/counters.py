"""What a process counts of itself, for its operator: requests by page and answer, and slow queries.

Where PROMETHEUS_MULTIPROC_DIR names a folder, the processes of a host count together in it.
"""

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.conf import settings
from prometheus_client import Counter, Histogram

log = logging.getLogger("portal.database")

REQUESTS = Histogram(
    "portal_request_seconds",
    "Requests by page and answer, and how long they took.",
    ["method", "route", "status"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
SLOW_QUERIES = Counter("portal_slow_queries", "Statements that took longer than SLOW_QUERY_MS.")


def watch_queries(*, connection: Any, **_: Any) -> None:
    """Hear of every statement of a new connection."""
    if watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)


def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Tell of a slow statement, without its values: they are a person's."""
    began = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        ms = (perf_counter() - began) * 1000
        if ms >= settings.SLOW_QUERY_MS:
            SLOW_QUERIES.inc()
            log.warning("A slow statement: %s", sql[:500], extra={"ms": int(ms)})
