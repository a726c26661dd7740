"""What an operator watches: how late mails are, what failed, what the processes count, and who is alive.

No process reads across customers for it. The queues are measured by a task under the dispatch role,
which may read states and times of all queues and nothing else of them, and kept in the cache; either
face tells them to who holds METRICS_TOKEN. Counts without names: a customer cannot be made out.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Min
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from redis.exceptions import RedisError

from portal.delivery import OPEN, TASKS
from portal.models import Notice
from portal.tables import Queue

TICK, FIGURES, FINDINGS = "metrics.tick", "metrics.figures", "metrics.findings"
# Ticks come every two seconds; a minute without one is no hiccup.
SILENCE = 60.0


def note_tick(now: datetime) -> None:
    """The timetable and the relay are alive."""
    _keep(TICK, now.timestamp())


def note_findings(findings: dict[str, int], now: datetime) -> None:
    """What the nightly comparison of events with their mails found."""
    _keep(FINDINGS, {**findings, "at": now.timestamp()})


def measure(now: datetime) -> dict[str, dict[str, float]]:
    """Count the queues and keep the figures; as the dispatch role."""
    figures = {task.partition(".")[2]: _measure(queue, now) for queue, task in TASKS.items()}
    figures["send"]["doubts"] = Notice.objects.filter(doubts__gt=0).aggregate(n=Count("id"))["n"]
    _keep(FIGURES, {**figures, "at": now.timestamp()})
    return figures


def _measure(queue: type[Queue], now: datetime) -> dict[str, float]:
    rows = queue.objects.order_by()  # type: ignore[attr-defined]
    counted = rows.filter(state__in=[*OPEN, Queue.State.FAILED]).values_list("state").annotate(n=Count("id"))
    found: dict[str, float] = {"waiting": 0, "working": 0, "failed": 0, **dict(counted)}
    oldest = rows.filter(state__in=OPEN, due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    found["late"] = (now - oldest).total_seconds() if oldest else 0.0
    return found


def _keep(name: str, value: Any) -> None:
    # The cache is for the operator's eyes here; without it the work goes on.
    with suppress(RedisError):
        cache.set(name, value, 7 * 24 * 3600)


def warnings(now: datetime) -> list[str]:
    """What does not keep this process from serving, but wants an operator."""
    try:
        tick = cache.get(TICK)
    except RedisError:
        return ["The cache does not answer: nobody can sign in, and mails leave late."]
    if tick is None or now.timestamp() - tick > SILENCE:
        return ["The relay has not ticked for a minute: look at beat and the dispatch worker."]
    return []


def text(now: datetime) -> bytes:
    """All figures in Prometheus' format."""
    own: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        own = CollectorRegistry()
        MultiProcessCollector(own)  # type: ignore[no-untyped-call]
    shared = CollectorRegistry()
    shared.register(_Shared(now))
    return generate_latest(own) + generate_latest(shared)


class _Shared:
    """The figures of the whole portal, from the cache."""

    def __init__(self, now: datetime) -> None:
        self.now = now.timestamp()

    def collect(self) -> Iterable[Metric]:
        try:
            kept = cache.get_many([TICK, FIGURES, FINDINGS])
        except RedisError:
            yield GaugeMetricFamily("portal_cache_up", "Whether the cache answers.", 0)
            return
        yield GaugeMetricFamily("portal_cache_up", "Whether the cache answers.", 1)
        if TICK in kept:
            age = self.now - kept[TICK]
            yield GaugeMetricFamily("portal_relay_tick_age_seconds", "Since the relay last ticked.", age)
        if FIGURES in kept:
            yield from _queues(kept[FIGURES], self.now)
        if FINDINGS in kept:
            yield from _findings(kept[FINDINGS], self.now)


def _queues(figures: dict[str, Any], now: float) -> Iterable[Metric]:
    rows = GaugeMetricFamily(
        "portal_queue_rows", "Events to tell, mails to send and files to make, by state.", labels=["queue", "state"]
    )
    late = GaugeMetricFamily(
        "portal_queue_late_seconds", "How long the oldest that is due has waited.", labels=["queue"]
    )
    for queue in ("tell", "send", "export"):
        # A file that cannot be made says why to whoever asked for it, and is nothing for the operator.
        for state in ("waiting", "working", *(["failed"] if queue != "export" else [])):
            rows.add_metric([queue, state], figures[queue][state])
        late.add_metric([queue], figures[queue]["late"])
    yield from (rows, late)
    doubts = "Mails handed over on a line that broke before the answer: perhaps sent twice."
    yield GaugeMetricFamily("portal_mails_in_doubt", doubts, figures["send"]["doubts"])
    yield GaugeMetricFamily("portal_queue_measured_age_seconds", "Since these were measured.", now - figures["at"])


def _findings(findings: dict[str, Any], now: float) -> Iterable[Metric]:
    found = GaugeMetricFamily("portal_reconcile_findings", "Events without what they must have.", labels=["lack"])
    for lack, count in findings.items():
        if lack != "at":
            found.add_metric([lack], count)
    yield found
    yield GaugeMetricFamily(
        "portal_reconcile_age_seconds", "Since events and mails were compared.", now - findings["at"]
    )
