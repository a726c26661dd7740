"""Migrations go up, down and up again, and end in the same walls."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

ROOT = Path(__file__).parents[2]
NAME = "up_and_down"


@pytest.fixture
def manage(transactional_db):
    """manage.py, as the owner of a database of its own."""
    from django.db import connection

    from tests.conftest import _use

    def run(*command):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def ask(statement):
        """One statement in the same database, as its owner; returns the rows."""
        link = psycopg2.connect(dbname=name, host=host, user="portal_owner", password=password)
        with closing(link), link, link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    name = f"{NAME}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    host, password = connection.settings_dict["HOST"], os.environ["PORTAL_OWNER_PASSWORD"]
    run.ask = ask
    environment = {**os.environ, "PORTAL_ROLE": "portal_owner", "DATABASE_URL": f"postgresql:///{name}?host={host}"}
    _use("portal_owner")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield run
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")
        _use("portal_test")


TWO_DESKS = {"enterprise": ["06:00", "18:00"], "wholesale": ["09:00", "15:00"]}
OLD_HOURS = json.dumps({"time_zone": "America/Denver", "country": "US", **TWO_DESKS})
BEFORE = f"""
INSERT INTO accounts_enterprise (public_id, legal_name, custom_name, segment, region, country, language, time_zone,
                                 is_house, is_active, created_at)
VALUES ('W1', 'Wholesale One', '', 'wholesale', 'na', 'US', 'en', 'UTC', false, true, now());
INSERT INTO portal_carrierterm (name, value, product_line, segment, country, starts_on)
VALUES ('billing.live_hours', '{OLD_HOURS}', '', '', '', '2026-01-01'),
       ('billing.payment_days', '45', '', '', 'CL', '2026-01-01');
INSERT INTO portal_enterpriseterm (enterprise_id, name, value, contract, starts_on)
SELECT enterprise_id, 'billing.live_hours', '{OLD_HOURS}', '', '2026-01-01' FROM accounts_enterprise
 WHERE public_id = 'W1';
INSERT INTO portal_numbercounter (series, issuer, year, last)
VALUES ('invoice', 'Northvane Networks, Inc.', 2026, 41), ('invoice', 'Northvane Group, Inc.', 2026, 17),
       ('credit', 'Northvane Networks, Inc.', 2026, 3);
INSERT INTO accounts_staffcard (name, title, phone, email, languages, hours)
VALUES ('Carol', '', '', 'carol@northvane.example', '{{}}', '');
INSERT INTO accounts_staffvisit (enterprise_id, card_id, reason, started_at, until_at)
SELECT e.enterprise_id, c.id, r.reason, now(), now() FROM accounts_enterprise e, accounts_staffcard c,
       (VALUES ('Account team: Care manager of old'), ('Account team: Customer care manager')) r (reason)
 WHERE e.public_id = 'W1';
"""


def test_up_down_and_up(manage):
    """On the way the terms, counters and visits of the first release, brought up to this one."""
    assert "Walls and grants" in manage("migrate")
    assert "Walls and grants" not in manage("migrate")
    manage("migrate", "billing", "0002")
    manage("migrate", "portal", "0001")
    manage("migrate", "accounts", "0002")
    manage.ask(BEFORE)
    assert "Walls and grants" in manage("migrate")
    reads_as_before(manage.ask)
    if os.environ.get("DEMARC_AUDIT"):
        # The apps alone; what follows takes them along.
        for app in ("billing", "orders", "inventory"):
            manage("migrate", app, "zero")
        assert "Walls and grants" in manage("migrate")
    # All the way: the kernel and accounts lean on each other, so they go together.
    manage("migrate", "accounts", "zero")
    assert "Walls and grants" in manage("migrate")
    assert "Walls and grants" not in manage("migrate")


def reads_as_before(ask):
    hours = "SELECT segment, value->'windows', value->>'time_zone' FROM portal_carrierterm WHERE name LIKE '%hours'"
    assert sorted(ask(hours)) == [
        ("", [["06:00", "18:00"]], "America/Denver"),
        ("wholesale", [["09:00", "15:00"]], "America/Denver"),
    ]
    assert ask("SELECT value->'windows' FROM portal_enterpriseterm") == [([["09:00", "15:00"]],)]
    assert ask("SELECT value, set_by, revision FROM portal_carrierterm WHERE country = 'CL'") == [(45, "", 0)]
    counters = ask("SELECT series, issuer, last FROM portal_numbercounter ORDER BY series")
    assert counters == [("credit", "", 3), ("invoice", "", 41)]
    visits = ask("SELECT role, reason FROM accounts_staffvisit ORDER BY role")
    assert visits == [("", "Account team: Care manager of old"), ("care_manager", "")]
