"""A large account moves to another enterprise: what a row of it costs, against a row of an account a tenth the size.

python -m bench.moving ORDERS runs inside a process of the owner; ``measure`` starts it.
"""

import json
import sys
import time

from bench.processes import ask, environment
from bench.report import Figure

PARTS = 10
SECONDS = 60.0


def measure(orders: int) -> list[Figure]:
    """So many orders, with as many services and charges, and a quarter as many invoices."""
    told = ask("bench.moving", environment("work", "portal_owner"), str(orders))
    large, small = told["large"], told["small"]
    words = f"{large['rows'] / large['seconds']:,.0f} rows a second; slowest: {large['slowest']}"
    ratio = (large["seconds"] / large["rows"]) / (small["seconds"] / small["rows"])
    return [
        Figure(f"move of an account, {large['rows']:,} rows, s", words, large["seconds"], SECONDS),
        Figure("a row of a large account / of a small one", "no statement is quadratic", ratio, 3),
    ]


def main(orders: int) -> None:
    import django

    django.setup()
    from accounts.models import Enterprise

    source, target = Enterprise.objects.filter(public_id__startswith="9").order_by("pk")[1:3]
    found = {name: _move(source, target, size) for name, size in (("small", orders // PARTS), ("large", orders))}
    print(json.dumps(found))


def _move(source, target, orders: int):  # type: ignore[no-untyped-def]
    from django.db import connection
    from django.utils import timezone

    from accounts.models import Account
    from accounts.moving import services

    account = Account.objects.create(enterprise=source, number=f"MOVE-{orders}", name="It moves")
    with connection.cursor() as cursor:
        for statement in _SEED:
            cursor.execute(statement, {"e": source.pk, "a": account.pk, "orders": orders, "prefix": f"MV{orders}-"})
        cursor.execute("ANALYZE")
    spent: dict[str, float] = {}

    def clock(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            name = " ".join(sql.split())[:60]
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

    began = time.perf_counter()
    with connection.execute_wrapper(clock):
        moved = services.move([account.pk], source=source, target=target, reference="MV-BENCH", at=timezone.now())
    seconds = time.perf_counter() - began
    if "-v" in sys.argv:
        for name, each in sorted(spent.items(), key=lambda one: -one[1])[:12]:
            print(f"{each:8.2f} s  {name}", file=sys.stderr)
    return {"seconds": seconds, "rows": sum(moved.rows.values()), "slowest": max(spent, key=lambda one: spent[one])}


# One account with everything that hangs on an account, on sites that other accounts of the enterprise do not use.
_SEED = (
    """
INSERT INTO inventory_site (enterprise_id, code, name, street, city, region, postcode, country)
SELECT %(e)s, %(prefix)s || n, 'Site', '', 'Denver', '', '', 'US' FROM generate_series(1, %(orders)s / 100) n
""",
    """
CREATE TEMPORARY TABLE IF NOT EXISTS place (id bigint, turn bigint);
TRUNCATE place;
INSERT INTO place SELECT id, row_number() OVER (ORDER BY id) - 1 FROM inventory_site
 WHERE enterprise_id = %(e)s AND code LIKE %(prefix)s || '%%'
""",
    """
INSERT INTO inventory_service (enterprise_id, account_id, product_id, number, bandwidth, alias, status, a_site_id)
SELECT %(e)s, %(a)s, (SELECT min(id) FROM inventory_product), %(prefix)s || n, '1 Gbps', '', 'active', p.id
  FROM generate_series(1, %(orders)s) n JOIN place p ON p.turn = n %% (SELECT count(*) FROM place)
""",
    """
INSERT INTO orders_order (enterprise_id, account_id, product_id, service_id, a_site_id, number, type, status, title,
    customer_reference, placed_by, placed_on, monthly, one_time, term_months)
SELECT %(e)s, %(a)s, product_id, id, a_site_id, 'ORD-' || number, 'new', 'in_progress', 'A wave', 'PO', 'Bench',
    DATE '2026-01-01', 2850, 1200, 36
  FROM inventory_service WHERE account_id = %(a)s
""",
    """
INSERT INTO orders_milestone (enterprise_id, order_id, position, kind, detail, status, owner, note)
SELECT enterprise_id, id, p, 'design', '', 'planned', 'carrier', ''
  FROM orders_order, generate_series(1, 4) p WHERE account_id = %(a)s
""",
    """
INSERT INTO billing_charge (enterprise_id, account_id, service_id, code, kind, text, amount, starts_on)
SELECT %(e)s, %(a)s, id, number, 'recurring', 'A wave', 2850, DATE '2026-01-01'
  FROM inventory_service WHERE account_id = %(a)s
""",
    """
INSERT INTO billing_invoice (enterprise_id, account_id, number, status, period_on, issued_on, due_on, dispute_by_on,
    currency, total, bill_to, pdf_name, pdf_sha256)
SELECT %(e)s, %(a)s, '', 'draft', DATE '2000-01-01' + n, DATE '2026-02-01', DATE '2026-03-01', DATE '2026-04-01',
    'USD', 3000, '{"name": "It moves"}', 'invoices/x.pdf', repeat('0', 64)
  FROM generate_series(1, %(orders)s / 4) n
""",
    """
INSERT INTO billing_invoiceline (enterprise_id, invoice_id, charge_id, position, kind, service_number, text, days,
    days_of_month, rate, amount)
SELECT i.enterprise_id, i.id, c.id, p, 'recurring', c.code, 'A wave', 30, 30, 1000, 1000
  FROM (SELECT *, row_number() OVER (ORDER BY id) AS turn FROM billing_invoice WHERE account_id = %(a)s) i
 CROSS JOIN generate_series(1, 4) p
  JOIN (SELECT *, row_number() OVER (ORDER BY id) AS turn FROM billing_charge WHERE account_id = %(a)s) c
    ON c.turn = (i.turn - 1) * 4 + p
""",
    "UPDATE billing_invoice SET status = 'issued', number = %(prefix)s || id WHERE account_id = %(a)s",
    """
INSERT INTO portal_event (enterprise_id, kind, at, actor_kind, actor_name, subject_type, subject_id, story_type,
    story_id, account_id, facts)
SELECT %(e)s, 'order.completed', now(), 'staff', 'Care', 'orders.order', id, 'orders.order', id, %(a)s, '{}'
  FROM orders_order WHERE account_id = %(a)s
""",
    """
INSERT INTO portal_storedfile (enterprise_id, key, name, media_type, size, sha256, subject_type, subject_id, added_at,
    added_by, added_by_kind)
SELECT %(e)s, %(prefix)s || id, 'letter.pdf', 'application/pdf', 1, repeat('0', 64), 'orders.order', id, now(), '',
    'staff'
  FROM orders_order WHERE account_id = %(a)s AND id %% 10 = 0
""",
)

if __name__ == "__main__":
    main(int(sys.argv[1]))
