"""What must be so before the portal serves: free ports, roles, tables, the demo, static files."""

# Every command here is a list of our own making; no shell reads it.
# ruff: noqa: S603

import errno
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.embedded.contract import PASSWORDS
from portal.embedded.faults import Fault, reason
from portal.embedded.home import CHECKOUT, log_of
from portal.supervisor.children import end_group, say
from portal.supervisor.configuration import Configuration
from portal.supervisor.programs import environment
from portal.supervisor.servers import Servers
from portal.supervisor.stopping import Stop

DEMO = Path("demo/carrier")


def require_free_ports(run: Configuration) -> None:
    """Before anything is started, so that a taken port costs no time."""
    require_free_port("CUSTOMER_PORT", run.listen, run.customer_port)
    require_free_port("STAFF_PORT", run.listen, run.staff_port)


def require_free_port(name: str, listen: str, port: int) -> None:
    if _answers(port) or _is_taken(listen, port):
        raise Fault(f"Port {port} is taken. Stop what uses it, or choose another: {name}={another_port(port)} make run")


def another_port(port: int) -> int:
    return port + 80 if port + 80 <= 65535 else port - 80


def _answers(port: int) -> bool:
    # A browser may take localhost for ::1, where somebody else may listen.
    try:
        with socket.create_connection(("localhost", port), timeout=0.3):
            return True
    except OSError:
        return False


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As the web server will bind: a connection that is only dying down is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Fault(f"Only root may open port {port}. Choose one above 1023.") from None
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise Fault(f"LISTEN={host} is not an address of this machine.", 2) from None
            return True
    return False


def without_password(address: str) -> tuple[str, str]:
    """The address as anyone may see it, and its password."""
    url = urlsplit(address)
    credentials, at, host = url.netloc.rpartition("@")
    name, _, password = credentials.partition(":")
    if not password:
        return address, ""
    return url._replace(netloc=f"{name}{at}{host}").geturl(), unquote(password)


@dataclass
class Step:
    """One run of manage.py."""

    label: str
    process: subprocess.Popen[bytes]
    log: Path


class Preparation:
    """Runs manage.py as the owner, who alone may change tables."""

    def __init__(self, run: Configuration, servers: Servers, stop: Stop) -> None:
        self._run = run
        self._servers = servers
        self._stop = stop

    def owner_environment(self) -> dict[str, str]:
        return environment(
            self._run,
            database_url=self._servers.database_url,
            valkey_url=self._servers.valkey_url,
            role="portal_owner",
            face="customer",
        )

    def all(self) -> None:
        """In order; gathering static files needs no database and goes alongside."""
        static = self._begin("Gathering static files", "collectstatic", "--noinput", "--verbosity", "0")
        try:
            if self._servers.admin_url:
                variables = {name: self._run.secrets[name] for name in PASSWORDS}
                address, password = without_password(self._servers.admin_url)
                if password:
                    # libpq's variable: a command line can be read by others.
                    variables["PGPASSWORD"] = password
                self._do("Making roles and database", "provision", "--admin-url", address, **variables)
            self._do("Bringing the tables up to date", "migrate", "--noinput", "--verbosity", "0")
            if self._run.is_demo:
                self._load_demo()
            self._finish(static)
        finally:
            end_group(static.process)

    def _load_demo(self) -> None:
        """Only into an empty database: what people have done in the demo since stays."""
        note, database = self._run.home / "loaded", self._servers.identity()
        # The note only saves asking our own database again at each start.
        is_noted = database is not None and note.exists() and note.read_text() == database
        if is_noted or not any((CHECKOUT / DEMO).glob("*.csv")):
            return
        self._do("Loading the demo carrier", "load_carrier", str(DEMO), "--if-empty")
        if database is not None:
            note.write_text(database)

    def _do(self, label: str, *arguments: str, **variables: str) -> None:
        say(f"{label} …")
        self._finish(self._begin(label, *arguments, **variables))

    def _begin(self, label: str, *arguments: str, **variables: str) -> Step:
        self._stop.check()
        log = log_of(self._run.home, arguments[0])
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=CHECKOUT,
                env=self.owner_environment() | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Step(label, process, log)

    def _finish(self, step: Step) -> None:
        try:
            while step.process.poll() is None:
                self._stop.nap(0.05)
                self._stop.check()
        finally:
            end_group(step.process)
        if step.process.returncode:
            raise Fault(f"{step.label} failed. {reason(step.log)}")
