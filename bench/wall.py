"""What the wall costs in the database: one request's statements, walled and as explicit WHERE."""

import os
import time
from statistics import median

import psycopg2

from bench.databases import World
from bench.processes import environment
from bench.report import Figure, times

ROUNDS = 400
LIST = """SELECT o.id, o.number, o.title, o.status, o.placed_on, a.number FROM orders_order o
  JOIN accounts_account a ON a.id = o.account_id WHERE o.enterprise_id = %s AND a.enterprise_id = %s
  ORDER BY o.placed_on DESC, o.id DESC LIMIT 51"""
COUNT = "SELECT count(*) FROM (SELECT 1 FROM orders_order WHERE enterprise_id = %s LIMIT 1001) counted"


def measure(world: World) -> list[Figure]:
    walled, explicit = _connect("portal_app"), _connect("portal_owner")
    samples: dict[str, list[float]] = {"walled": [], "explicit": []}
    for n in range(20 + ROUNDS):
        for name, connection in (("walled", walled), ("explicit", explicit)):
            elapsed = _request(connection, world.enterprise_id, is_walled=name == "walled")
            if n >= 20:
                samples[name].append(elapsed)
    more = median(samples["walled"]) - median(samples["explicit"])
    return [Figure("the wall in the database, ms more", times(samples["walled"]), more, 0.4)]


def _connect(role: str) -> "psycopg2.extensions.connection":
    address = environment("large", role)["DATABASE_URL"].replace("postgresql:///", f"postgresql://{role}@/")
    return psycopg2.connect(address, password=os.environ[f"{role.upper()}_PASSWORD"])


def _request(connection: "psycopg2.extensions.connection", enterprise: int, *, is_walled: bool) -> float:
    started = time.perf_counter()
    with connection, connection.cursor() as cursor:
        if is_walled:
            cursor.execute("SELECT set_config('portal.enterprise_id', %s, true)", [str(enterprise)])
        cursor.execute(LIST, [enterprise, enterprise])
        cursor.fetchall()
        cursor.execute(COUNT, [enterprise])
        cursor.fetchall()
    return (time.perf_counter() - started) * 1000
