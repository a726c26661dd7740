"""Migrations go up, down and up again, and end in the same walls."""

import os
import subprocess
import sys
from pathlib import Path

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

    name = f"{NAME}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    host = connection.settings_dict["HOST"]
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


def test_up_down_and_up(manage):
    assert "Walls and grants" in manage("migrate")
    assert "Walls and grants" not in manage("migrate")
    for app in ("billing", "orders", "inventory"):
        manage("migrate", app, "zero")
    assert "Walls and grants" in manage("migrate")
    assert "Walls and grants" not in manage("migrate")
    # All the way: the kernel and accounts lean on each other, so they go together.
    manage("migrate", "accounts", "zero")
    assert "Walls and grants" in manage("migrate")
