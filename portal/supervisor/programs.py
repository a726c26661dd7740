"""The processes of the portal, each under its own role, face and password."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.embedded.contract import inherited, password_variable
from portal.embedded.valkey import Valkey
from portal.supervisor.configuration import Configuration

_CELERY = [sys.executable, "-m", "celery", "--app", "portal.celery"]


@dataclass(frozen=True)
class Program:
    """A command to keep alive, and how to ask it to end."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    stop_signal: int
    # Seconds it may take to end before it is killed.
    patience: float
    popen: Mapping[str, Any] = field(default_factory=dict)


def environment(
    run: Configuration,
    *,
    database_url: str,
    valkey_url: str,
    role: str,
    face: str,
    surrounding: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """The variables of one process of the portal; what it does not set comes from the *surrounding* ones."""
    defaults = {"EMAIL_URL": f"file://{run.home / 'mail'}", "LOG_FORMAT": "line"}
    folders = {"FILES_DIR": run.home / "files", "STATIC_ROOT": run.home / "static"}
    return (
        defaults
        | {name: str(folder) for name, folder in folders.items()}
        | inherited(surrounding)
        | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "FACE": face,
            "PORTAL_ROLE": role,
            "DATABASE_URL": database_url,
            "VALKEY_URL": valkey_url,
            "SECRET_KEY": run.secrets["SECRET_KEY"],
            password_variable(role): run.secrets[password_variable(role)],
            "CUSTOMER_URL": run.customer_url,
            "STAFF_URL": run.staff_url,
            "DEMO": "1" if run.is_demo else "0",
            # A log line is of use when it is written, not when a buffer is full.
            "PYTHONUNBUFFERED": "1",
        }
    )


def portal_programs(run: Configuration, *, database_url: str, valkey_url: str) -> dict[str, list[Program]]:
    """What serves, in the order in which it is ended: first who takes work in, then who does it."""

    def variables(role: str, face: str) -> dict[str, str]:
        return environment(run, database_url=database_url, valkey_url=valkey_url, role=role, face=face)

    app, staff = variables("portal_app", "customer"), variables("portal_staff", "staff")
    dispatch = variables("portal_dispatch", "customer")
    return {
        "web": [
            _web("customer-web", run.listen, run.customer_port, app),
            _web("staff-web", run.listen, run.staff_port, staff),
        ],
        "workers": [
            _worker("customer", 2, app),
            _worker("staff", 2, staff),
            _worker("dispatch", 1, dispatch),
        ],
        "beat": [_beat(run, dispatch)],
        # Serves nobody and hears no queue: it does what was approved and stands in the database.
        "owner": [_owner_jobs(variables("portal_owner", "customer"))],
    }


def _web(name: str, host: str, port: int, variables: Mapping[str, str]) -> Program:
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", host, "--port", str(port),
        "--workers", "1", "--blocking-threads", "4", "--workers-kill-timeout", "3",
        "portal.wsgi:application",
    ]  # fmt: skip
    return Program(name, command, variables, signal.SIGTERM, patience=4)


def _worker(queue: str, concurrency: int, variables: Mapping[str, str]) -> Program:
    command = [
        *_CELERY, "worker", "--queues", queue, "--hostname", f"{queue}@%h", "--concurrency", str(concurrency),
        "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    # SIGQUIT with a soft shutdown set: running tasks get a few seconds; what is cut off runs again.
    return Program(f"{queue}-worker", command, variables, signal.SIGQUIT, patience=6)


def _beat(run: Configuration, variables: Mapping[str, str]) -> Program:
    command = [
        *_CELERY,
        "beat",
        "--loglevel",
        "INFO",
        "--schedule",
        str(run.home / "beat" / "schedule"),
        "--pidfile",
        "",
    ]
    return Program("beat", command, variables, signal.SIGTERM, patience=1.5)


def _owner_jobs(variables: Mapping[str, str]) -> Program:
    command = [sys.executable, "manage.py", "owner_jobs", "--every", "30"]
    return Program("owner-jobs", command, variables, signal.SIGTERM, patience=3)


def valkey_program(valkey: Valkey) -> Program:
    """Valkey as one more child: it needs nothing of our environment."""
    return Program("valkey", valkey.command(), {"PATH": "/usr/bin:/bin"}, signal.SIGTERM, 1.5, valkey.account.popen())
