"""The database and the queue of one run: our own, or those given by variables."""

import socket
from urllib.parse import urlsplit

from portal.embedded.account import server_account
from portal.embedded.faults import Fault
from portal.embedded.home import log_of
from portal.embedded.postgres import DATABASE, Cluster
from portal.embedded.valkey import Valkey
from portal.supervisor.children import Child, say
from portal.supervisor.configuration import Configuration
from portal.supervisor.programs import valkey_program


def require_answer(name: str, address: str) -> None:
    """A given queue that is not there would show late, in things that never happen."""
    url = urlsplit(address)
    try:
        if url.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(5)
                line.connect(url.path)
        else:
            socket.create_connection((url.hostname or "localhost", url.port or 6379), timeout=5).close()
    except (OSError, ValueError) as error:
        # Not the address: it may hold a password.
        raise Fault(f"Nothing answers where {name} points: {error}.") from None


class Servers:
    """Both servers; what is given is used and never started nor stopped."""

    def __init__(self, run: Configuration) -> None:
        is_ours = run.database_url is None or run.valkey_url is None
        account = server_account() if is_ours else None
        self.cluster = Cluster(run.home, account) if account and run.database_url is None else None
        self._valkey = Valkey(run.home, account) if account and run.valkey_url is None else None
        self.database_url = run.database_url or (self.cluster.url(DATABASE) if self.cluster else "")
        self.valkey_url = run.valkey_url or (self._valkey.url if self._valkey else "")
        self.admin_url = self.cluster.admin_url if self.cluster else run.admin_url
        self.valkey = Child(valkey_program(self._valkey), log_of(run.home, "valkey")) if self._valkey else None

    def identity(self) -> str | None:
        """What tells our database from one made anew in its place; nothing tells a given one."""
        return self.cluster.identifier() if self.cluster else None

    def start(self, now: float) -> None:
        """Start what is ours; what a killed run left behind is stopped first."""
        if self.cluster:
            if self.cluster.is_running():
                say("PostgreSQL of an earlier run is still up; stopping it first.")
                self.cluster.stop()
            self.cluster.start()
        if self._valkey and self.valkey:
            self._valkey.stop()
            self.valkey.tick(now)
            self._valkey.wait()
        else:
            require_answer("VALKEY_URL", self.valkey_url)

    def tick(self, now: float) -> None:
        """Start again what has died; clients reconnect by themselves."""
        if self.valkey:
            self.valkey.tick(now)
        if self.cluster and not self.cluster.is_running():
            say(f"PostgreSQL died; starting it again. Its log: {self.cluster.log}")
            self.cluster.start()

    def stop(self) -> None:
        if self.cluster:
            self.cluster.stop()
