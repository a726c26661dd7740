"""The bench's databases: each seeded once as a template, and copied for whoever measures.

``bare``  migrated and empty; ``large`` and ``small`` with orders.
"""

import os
import subprocess
import sys
import time
from typing import NamedTuple

import psycopg2

from bench.processes import ask, environment


class World(NamedTuple):
    """What the measurements ask for: the large tenant, things of it, and two signed-in sessions."""

    public_id: str
    enterprise_id: int
    order_number: str
    service_id: int
    invoice_number: str
    session: str
    staff_session: str
    # Of the enterprise of many: bench.crowd.
    crowd_id: str
    crowd_session: str
    crowd_member: int
    crowd_seen: str
    some_session: str
    # The same things by their keys, for the bare pages.
    order_id: int
    invoice_id: int


ROLES = ("portal_app", "portal_staff", "portal_dispatch")


def make(name: str, template: str = "template1") -> None:
    """A database of the owner's which all roles may enter; an older one of that name goes."""
    with _admin() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {", ".join(ROLES)}')


def drop(name: str) -> None:
    with _admin() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _admin():  # type: ignore[no-untyped-def]
    """The owner on the provisioned database, outside any transaction."""
    variables = environment("demarc", "portal_owner")
    address = variables["DATABASE_URL"].replace("postgresql:///", "postgresql://portal_owner@/")
    connection = psycopg2.connect(address, password=os.environ["PORTAL_OWNER_PASSWORD"])
    connection.autocommit = True
    return connection.cursor()


def migrate(name: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=environment(name, "portal_owner"), check=True)


def seed(name: str, template: str, orders: int) -> World:
    """A copy of the empty database with a world in it."""
    started = time.perf_counter()
    make(name, template)
    world = World(*ask("bench.seed", environment(name, "portal_owner"), str(orders)))
    print(f"{orders:,} orders and what goes with them seeded in {time.perf_counter() - started:.0f} s", flush=True)
    return world
