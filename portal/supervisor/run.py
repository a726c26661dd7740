"""One run of the portal, from free ports to the last process ended."""

import http.client
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from portal.embedded.faults import Fault, tail
from portal.embedded.home import CHECKOUT, held, locate, log_of, prepare
from portal.supervisor.children import Child, end, say
from portal.supervisor.configuration import Configuration, read
from portal.supervisor.preparation import DEMO, Preparation, require_free_ports
from portal.supervisor.programs import portal_programs
from portal.supervisor.servers import Servers
from portal.supervisor.stopping import Stop, Stopped

_READY_SECONDS = 90.0
_TICK = 0.2  # seconds


def run_portal(environ: Mapping[str, str]) -> int:
    """Run until someone asks to stop; returns the exit code."""
    home = prepare(locate(environ))
    run = read(environ, home)
    with held(home) as is_ours:
        if not is_ours:
            raise Fault("Demarc already runs from this checkout. Stop it with Ctrl-C where it was started.")
        require_free_ports(run)
        Portal(run, Stop()).live()
    return 0


class Portal:
    """All processes of one run."""

    def __init__(self, run: Configuration, stop: Stop) -> None:
        self._run = run
        self._stop = stop
        self._servers = Servers(run)
        programs = portal_programs(run, database_url=self._servers.database_url, valkey_url=self._servers.valkey_url)
        self._groups = [
            [Child(program, log_of(run.home, program.name)) for program in group] for group in programs.values()
        ]

    def live(self) -> None:
        """Start, keep alive, end."""
        try:
            say("Starting the servers …")
            self._servers.start(time.monotonic())
            Preparation(self._run, self._servers, self._stop).all()
            say("Starting the portal …")
            self._keep()
        except Stopped:
            pass
        finally:
            self._end()

    def _keep(self) -> None:
        """Until someone asks to stop. The web comes first: on two cores all at once would take twice as long."""
        ready_by, is_ready = time.monotonic() + _READY_SECONDS, False
        while not self._stop.is_asked:
            now = time.monotonic()
            self._servers.tick(now)
            for group in self._groups if is_ready else self._groups[:1]:
                for child in group:
                    child.tick(now)
            if not is_ready:
                is_ready = self._announce_when_ready(is_late=now > ready_by)
            self._stop.nap(_TICK)

    def _announce_when_ready(self, *, is_late: bool) -> bool:
        run = self._run
        faces = [(run.customer_port, run.customer_url), (run.staff_port, run.staff_url)]
        silent = [port for port, url in faces if not _answers(run.listen, port, url)]
        if not silent:
            say(announcement(run))
        elif is_late:
            log = self._groups[0][0 if silent[0] == run.customer_port else 1].log
            raise Fault(f"Nothing answers on port {silent[0]}. The end of {log}:\n{tail(log)}")
        return not silent

    def _end(self) -> None:
        say("Stopping …")
        for group in self._groups:
            end(group)
        if self._servers.valkey:
            end([self._servers.valkey])
        self._servers.stop()
        say("Stopped. The data stays; `make run` goes on with it, `make reset` starts over.")


def _answers(listen: str, port: int, url: str) -> bool:
    host = "127.0.0.1" if listen == "0.0.0.0" else listen  # noqa: S104 - compared, not bound
    line = http.client.HTTPConnection(host, port, timeout=2)
    try:
        line.request("GET", "/healthz", headers={"Host": urlsplit(url).netloc})
        return line.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def announcement(run: Configuration) -> str:
    """Where the portal is, and in the demo who may sign in."""
    lines = ["", f"  Customers: {run.customer_url}", f"  Staff:     {run.staff_url}", ""]
    sign_ins = CHECKOUT / DEMO / "SIGN_INS.txt"
    if run.is_demo and sign_ins.is_file():
        lines += [sign_ins.read_text().rstrip(), ""]
    lines += [f"  Logs are in {run.home / 'log'}, mails in {run.home / 'mail'}.", "  Ctrl-C stops everything."]
    return "\n".join(lines)
