"""Every list and search of the product, as the large tenant and as staff: its plans and its time in the database.

``measure`` starts ``python -m bench.plans`` once for each face, in a process of that face's role. Each query
is explained in the very transaction and scope in which the page asks it.
"""

import json
import os
import sys
from typing import Any

from bench.databases import World
from bench.processes import ask, environment
from bench.report import Figure

# A table with fewer rows is rightly read whole.
MANY_ROWS = 10_000
MILLISECONDS = 50.0


def _customers(world: World) -> list[str]:
    place, order = f"/e/{world.public_id}", world.order_number
    return [
        f"{place}/", f"{place}/orders/", f"{place}/orders/?sort=oldest", f"{place}/orders/?sort=number",
        f"{place}/orders/?sort=number-down", f"{place}/orders/?sort=committed", f"{place}/orders/?sort=committed-down",
        f"{place}/orders/?placed_from=2025-06-01&placed_to=2025-06-30",
        f"{place}/orders/?committed_from=2026-03-01&committed_to=2026-03-01&sort=committed",
        f"{place}/orders/?status=open", f"{place}/orders/?status=completed", f"{place}/orders/?family=wavelength",
        f"{place}/orders/?account=B-000-007", f"{place}/orders/?q={order}", f"{place}/orders/?q=PO-{int(order[9:])}",
        f"{place}/orders/{order}/", f"{place}/billing/", f"{place}/billing/?sort=oldest",
        f"{place}/billing/?sort=largest", f"{place}/billing/?sort=smallest",
        f"{place}/billing/?issued_from=2025-06-01&issued_to=2025-06-30", f"{place}/billing/?dispute=no",
        f"{place}/billing/?account=B-000-007",
        f"{place}/billing/?number={world.invoice_number}", f"{place}/billing/invoices/{world.invoice_number}/",
        f"{place}/services/", f"{place}/services/?sort=ends", f"{place}/services/?sort=alias-down",
        f"{place}/services/?q=WVX{world.service_id:07d}", f"{place}/services/?q=ring", f"{place}/services/?place=S-77",
        f"{place}/services/?country=BR", f"{place}/services/?ends_from=2026-06-01&ends_to=2026-06-30",
        f"{place}/services/?status=in-use&family=voice", f"{place}/services/{world.service_id}/",
        f"{place}/search/?q=WVX{world.service_id:07d}DEN",
        f"{place}/billing/disputes/",
        f"{place}/billing/disputes/?sort=oldest", f"{place}/visits/", f"{place}/visits/?sort=oldest",
        f"{place}/views/?list=orders",
        f"{place}/search/?q={order}", f"{place}/search/?q={order[:10]}", f"{place}/search/?q=PO-{int(order[9:])}",
        f"{place}/search/?q={world.invoice_number}", f"{place}/notices/", f"{place}/notices/?show=unread",
    ]  # fmt: skip


def _staffs(world: World) -> list[str]:
    place, order = f"/e/{world.public_id}", world.order_number
    return [
        "/", "/customers/", "/customers/?q=Bench+77", "/customers/?sort=name-down",
        "/orders/mine/", "/billing/disputes/", "/billing/runs/",
        "/notices/", "/notices/?sort=oldest",
        "/notices/?written_from=2026-01-01&written_to=2026-01-31", "/notices/?state=failed",
        "/notices/?to=bench7@bench.example",
        f"/search/?q={order}", "/search/?q=bench+77", "/told/", "/told/?show=unread",
        f"/notices/?customer={world.public_id}", f"{place}/orders/", f"{place}/billing/",
    ]  # fmt: skip


def measure(world: World) -> list[Figure]:
    found = []
    for face, role, session, paths in (
        ("customer", "portal_app", world.session, _customers(world)),
        ("staff", "portal_staff", world.staff_session, _staffs(world)),
    ):
        found += ask("bench.plans", environment("large", role, face), session, *paths)
    return _figures(found)


def _figures(found: list[dict[str, Any]]) -> list[Figure]:
    told = f"{len(found)} queries of {len({each['path'] for each in found})} pages"
    whole = [each for each in found if each["scans"]]
    for each in whole:
        print(f"  {each['path']} reads {', '.join(each['scans'])} whole: {each['sql'][:160]}")
    slowest = max(found, key=lambda each: each["ms"])
    return [
        Figure("queries that read a large table whole", told, len(whole), 0, is_exact=True),
        Figure("slowest query of a list, ms", slowest["path"], slowest["ms"], MILLISECONDS),
    ]  # fmt: skip


def main(session: str, paths: list[str]) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    found = []
    large = _large_tables()
    for path in paths:
        # Twice: the first of staff opens a visit, and fills caches.
        for _ in range(2):
            explained, answer = _explained(client, path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}.")
        found += [
            {"path": path, "sql": sql, "ms": plan["Execution Time"], "scans": sorted(_scans(plan["Plan"]) & large)}
            for sql, plan in explained
        ]
    print(json.dumps(found))


def _explained(client: Any, path: str) -> tuple[list[tuple[str, dict[str, Any]]], Any]:
    from django.db import connection

    explained: list[tuple[str, dict[str, Any]]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and " FROM " in sql and "FOR UPDATE" not in sql:
            cursor = context["cursor"].cursor
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            explained.append((sql, cursor.fetchone()[0][0]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        return explained, client.get(path)


def _large_tables() -> set[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s", [MANY_ROWS])
        return {row[0] for row in cursor.fetchall()}


def _scans(plan: dict[str, Any]) -> set[str]:
    found = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(_scans(part) for part in plan.get("Plans", [])))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main(sys.argv[1], sys.argv[2:])
