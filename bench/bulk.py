"""One milestone completed on many orders at once, until every notice is written; against bare inserts of the rows.

``measure`` starts python -m bench.bulk write ENTERPRISE ORDERS as the carrier's people, and tell ENTERPRISE ORDERS as
the customers' worker. Mails leave later, one by one: the outbox has its own figure.
"""

import json
import sys
import time
from typing import Any

from bench.databases import World
from bench.processes import ask, environment
from bench.report import Figure

ORDERS, MILLISECONDS = 1000, 10.0
WARM_UPS = 100


def measure(world: World, orders: int) -> list[Figure]:
    enterprise = str(world.enterprise_id)
    wrote = ask("bench.bulk", environment("large", "portal_staff", "staff"), "write", enterprise, str(orders))
    told = ask("bench.bulk", environment("large", "portal_app"), "tell", enterprise, str(orders))
    each = wrote["ms"] + told["ms"]
    rows = f"{told['notices'] / orders:g} readers; writes {wrote['ms']:.1f}, tells {told['ms']:.1f}"
    asked = f"{told['queries']} queries of each {told['batch']} orders, bare {told['bare']:.1f} ms"
    return [
        Figure(f"milestone on {orders:,} orders and its notices, ms each", rows, each, MILLISECONDS),
        Figure("the same / an insert a row, words given", asked, each / told["bare"]),
    ]


def write(enterprise_id: int, many: int) -> dict[str, float]:
    from django.utils import timezone

    from orders.models import Milestone
    from orders.services import complete_kind
    from portal.actors import Actor, ActorKind
    from portal.tenancy import tenant_scope

    actor = Actor(kind=ActorKind.STAFF, name="Care Manager", enterprise_id=enterprise_id)
    with tenant_scope(enterprise_id):
        steps = Milestone.objects.filter(enterprise_id=enterprise_id, kind="design", status="in_progress")
        keys = list(steps.order_by("order_id").values_list("order_id", flat=True)[: many + WARM_UPS])
    seconds = 0.0
    for some in (keys[:WARM_UPS], keys[WARM_UPS:]):
        started = time.perf_counter()
        with tenant_scope(enterprise_id):
            done, _ = complete_kind(some, "design", actor=actor, at=timezone.now())
        seconds = time.perf_counter() - started
    if done != many:
        raise SystemExit(f"Of {many} orders {done} were written.")
    return {"ms": seconds * 1000 / many}


def tell(enterprise_id: int, many: int) -> dict[str, float]:
    from django.db import connection
    from django.utils import timezone

    from portal import delivery, together
    from portal.models import Notice, Todo
    from portal.tenancy import tenant_scope

    with tenant_scope(enterprise_id):
        waiting = Todo.objects.filter(enterprise_id=enterprise_id, state="waiting", event__kind="milestone.completed")
        ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    delivery.tell(enterprise_id, ids[:WARM_UPS], now=timezone.now())
    queries: list[str] = []

    def count(execute: Any, sql: str, params: Any, is_many: bool, context: Any) -> Any:
        queries.append(sql)
        return execute(sql, params, is_many, context)

    told, started = [], time.perf_counter()
    for n in range(WARM_UPS, len(ids), together.MOST):
        queries.clear()
        with connection.execute_wrapper(count):
            told += delivery.tell(enterprise_id, ids[n : n + together.MOST], now=timezone.now())
    seconds = time.perf_counter() - started
    with tenant_scope(enterprise_id):
        events = set(Notice.objects.filter(pk__in=told).values_list("event_id", flat=True))
    if len(events) != many:
        raise SystemExit(f"Of {many} orders {len(events)} were told.")
    bare = _insert(enterprise_id, sorted(events))
    return {
        "ms": seconds * 1000 / many, "notices": len(told), "queries": len(queries), "batch": together.MOST,
        "bare": bare * 1000 / many,
    }  # fmt: skip


def _insert(enterprise_id: int, events: list[int]) -> float:
    """Seconds for the same rows again, as a loop of inserts writes them whose words are there already; taken back."""
    from django.db import connection, transaction

    from portal.models import Event, Notice, Todo

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.enterprise_id', %s, true)", [str(enterprise_id)])
        rows = {model: _rows(cursor, model, events) for model in (Event, Todo, Notice)}
        started = time.perf_counter()
        into, values = rows[Event]
        made = {}
        for old, row in zip(events, values, strict=True):
            cursor.execute(f"{into} RETURNING id", row)
            made[old] = cursor.fetchone()[0]
        for model in (Todo, Notice):
            into, values = rows[model]
            place = [f.attname for f in _fields(model)].index("event_id")
            cursor.executemany(into, [(*row[:place], made[row[place]], *row[place + 1 :]) for row in values])
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    return seconds


def _fields(model: Any) -> list[Any]:
    return [each for each in model._meta.concrete_fields if not each.primary_key]


def _rows(cursor: Any, model: Any, events: list[int]) -> tuple[str, list[tuple[Any, ...]]]:
    """How a row is inserted, and the values of those there are."""
    table, columns = model._meta.db_table, [each.column for each in _fields(model)]
    key = "id" if table == "portal_event" else "event_id"
    cursor.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE {key} = ANY(%s) ORDER BY {key}, id", [events])
    holes = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({holes})", cursor.fetchall()


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps({"write": write, "tell": tell}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))))
