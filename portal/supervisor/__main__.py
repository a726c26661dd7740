"""`python -m portal.supervisor` runs the portal; `reset` empties it; `manage …` is manage.py inside it."""

# Every command here is a list of our own making; no shell reads it.
# ruff: noqa: S606

import os
import shutil
import sys
from pathlib import Path

from portal.embedded.account import server_account
from portal.embedded.faults import Fault, exit_with
from portal.embedded.home import CHECKOUT, held, locate, prepare
from portal.embedded.postgres import Cluster
from portal.supervisor.configuration import read
from portal.supervisor.programs import environment
from portal.supervisor.run import run_portal
from portal.supervisor.servers import Servers

_DATA = ("pg", "valkey", "files", "mail")


def main() -> int:
    match sys.argv[1:]:
        case []:
            return run_portal(os.environ)
        case ["reset"]:
            return reset(prepare(locate(os.environ)))
        case ["manage", *arguments]:
            manage(prepare(locate(os.environ)), arguments)
    raise Fault("Usage: python -m portal.supervisor [reset | manage COMMAND…]", 2)


def reset(home: Path) -> int:
    """Delete the data of this checkout; logs, secrets and the environment stay."""
    with held(home) as is_ours:
        if not is_ours:
            raise Fault("The portal is running. Stop it with Ctrl-C where it was started, then reset.")
        # A run that was killed leaves its database server behind.
        Cluster(home, server_account()).stop()
        for name in _DATA:
            shutil.rmtree(home / name, ignore_errors=True)
        prepare(home)
    print(f"All data in {home} is gone. `make run` begins with the demo carrier.")
    if os.environ.get("DATABASE_URL"):
        print("What is on the server of DATABASE_URL is as it was.")
    return 0


def manage(home: Path, arguments: list[str]) -> None:
    """Become manage.py in the environment of the running portal, as the owner of its database."""
    run = read(os.environ, home)
    servers = Servers(run)
    if servers.cluster and not servers.cluster.is_running():
        raise Fault("The portal is not running. Start it with `make run` in another terminal.")
    variables = environment(
        run, database_url=servers.database_url, valkey_url=servers.valkey_url, role="portal_owner", face="customer"
    )
    os.chdir(CHECKOUT)
    os.execve(sys.executable, [sys.executable, "manage.py", *arguments], variables)


if __name__ == "__main__":
    exit_with(main)
