"""Whatever serves, works or keeps time refuses a database role that is stronger than its own, and says so.

On a database server of its own: what is done to the roles here would be felt by every other test.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from typing import NamedTuple

import psycopg2
import pytest

from portal.embedded import account, home, postgres
from tests.isolation.conftest import AUDIT

ROOT = pathlib.Path(__file__).parents[2]
BIN = pathlib.Path(sys.executable).parent
CELERY = [sys.executable, "-m", "celery", "--app", "portal.celery"]


class Process(NamedTuple):
    command: list[str]
    role: str
    face: str
    others: str  # a role of another process


def web(role, face, others):
    return Process(
        [str(BIN / "granian"), "--interface", "wsgi", "--port", "0", "portal.wsgi:application"], role, face, others
    )


def worker(role, face, others):
    return Process([*CELERY, "worker", "--pool", "solo", "--queues", face], role, face, others)


PROCESSES = {
    "the customers' web": web("portal_app", "customer", "portal_staff"),
    "the staff's web": web("portal_staff", "staff", "portal_app"),
    "the customers' worker": worker("portal_app", "customer", "portal_staff"),
    "the staff's worker": worker("portal_staff", "staff", "portal_app"),
    "the relay's worker": worker("portal_dispatch", "customer", "portal_staff"),
    "beat": Process([*CELERY, "beat", "--schedule", "{folder}/beat"], "portal_dispatch", "customer", "portal_staff"),
}
# What makes a role stronger, and takes it back.
STRENGTHS = {
    "a superuser": ("ALTER ROLE {} SUPERUSER", "ALTER ROLE {} NOSUPERUSER"),
    "bypasses row-level security": ("ALTER ROLE {} BYPASSRLS", "ALTER ROLE {} NOBYPASSRLS"),
    "makes roles": ("ALTER ROLE {} CREATEROLE", "ALTER ROLE {} NOCREATEROLE"),
    "may become the owner": ("GRANT portal_owner TO {}", "REVOKE portal_owner FROM {}"),
    "owns a table": ("CREATE TABLE t (); ALTER TABLE t OWNER TO {}", "DROP TABLE t"),
}
# Every process meets the strength that matters most, and one process every strength.
SAMPLE = [(who, "bypasses row-level security") for who in PROCESSES]
SAMPLE += [("the customers' web", strength) for strength in STRENGTHS]
ALL = [(who, strength) for who in PROCESSES for strength in STRENGTHS]


@pytest.fixture(scope="module")
def server():
    """A bare server with the portal's roles: whoever refuses does so before it looks at a table."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="demarc-test-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = postgres.Cluster(home.prepare(folder), account.server_account(), postgres.THROWAWAY)
    try:
        cluster.start()
        environment = {**os.environ, "DATABASE_URL": cluster.url("roles"), "PYTHONWARNINGS": "ignore"}
        provision = [sys.executable, "manage.py", "provision", "--admin-url", cluster.admin_url]
        subprocess.run(provision, env={**environment, "PORTAL_ROLE": "portal_owner"}, cwd=ROOT, check=True)
        yield cluster.url("roles", "postgres"), environment, folder
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def execute(server, sql):
    with closing(psycopg2.connect(server[0])) as superuser:
        superuser.autocommit = True
        superuser.cursor().execute(sql)


def start(server, process, role):
    """Run it to its end, which a process that is let in does not have."""
    environment = {**server[1], "PORTAL_ROLE": role, "FACE": process.face}
    command = [part.format(folder=server[2]) for part in process.command]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(("who", "strength"), dict.fromkeys(ALL if AUDIT else SAMPLE))
def test_a_role_that_became_stronger_is_refused(server, who, strength):
    process, (give, take) = PROCESSES[who], STRENGTHS[strength]
    execute(server, give.format(process.role))
    try:
        done = start(server, process, process.role)
    finally:
        execute(server, take.format(process.role))
    assert done.returncode != 0
    assert f"The database role {process.role} is stronger than this process may be. It will not serve." in done.stderr


@pytest.mark.parametrize("who", PROCESSES)
@pytest.mark.parametrize("whose", ["the owner's", "another process's"])
def test_the_role_of_another_is_refused(server, who, whose):
    process = PROCESSES[who]
    role = "portal_owner" if whose == "the owner's" else process.others
    done = start(server, process, role)
    assert done.returncode != 0
    assert f"not as {role}. It will not serve." in done.stderr


def test_a_page_is_not_served_by_the_relays_role(server):
    done = start(server, PROCESSES["the customers' web"], "portal_dispatch")
    assert done.returncode != 0
    assert "serves as portal_app, not as portal_dispatch" in done.stderr


@pytest.mark.parametrize("role", ["postgres", "nobody"])
def test_a_role_that_is_none_of_the_portals_is_refused(server, role):
    done = start(server, PROCESSES["the customers' web"], role)
    assert done.returncode != 0
    assert "PORTAL_ROLE must be one of" in done.stderr
