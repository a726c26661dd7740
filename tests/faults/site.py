"""The whole portal in processes of its own, to be ill-treated.

Servers, both faces, workers, relay and beat by the very command lines of `make run`; whatever
dies is started again at once, as an operator's supervisor does.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from portal.embedded.account import server_account
from portal.embedded.contract import PASSWORDS, TEST_PASSWORD
from portal.embedded.home import CHECKOUT, prepare, secrets_of
from portal.embedded.postgres import DATABASE, Cluster
from portal.embedded.valkey import Valkey
from portal.supervisor.children import end_group, launch
from portal.supervisor.configuration import Configuration
from portal.supervisor.programs import Program, environment, portal_programs
from tests.faults.sink import Sink

# What a carrier would set, made short: seconds instead of minutes and hours.
HASTE = {
    "BACK_OFF": "1,1,2,4",
    "MAIL_STEP_SECONDS": "3",
    "MAIL_SECONDS": "4",
    "LEASE_SECONDS": "9",
    "HINT_SECONDS": "5",
    # The test posts from one address more than a person would.
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "json",
    "METRICS_TOKEN": "metrics-canary-1d8e77",
    "SLOW_QUERY_MS": "200",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Keeper(threading.Thread):
    """Starts again what has died."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder = folder
        self.running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}
        self.deaths: list[str] = []
        self._lock = threading.RLock()
        self._is_over = False

    def log_of(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def begin(self, program: Program) -> None:
        with self._lock:
            self.running[program.name] = program, launch(program, self.log_of(program.name))

    def run(self) -> None:
        while not self._is_over:
            with self._lock:
                for name, (program, process) in list(self.running.items()):
                    if process.poll() is not None:
                        self.deaths.append(name)
                        end_group(process)
                        self.begin(program)
            time.sleep(0.1)

    def pid(self, name: str) -> int:
        return self.running[name][1].pid

    def kill(self, name: str) -> None:
        """kill -9 for the process and all it has forked; it is started again."""
        os.killpg(self.pid(name), signal.SIGKILL)

    def replace(self, name: str, number: int = signal.SIGTERM) -> float:
        """As a deploy does: ask it to end, start the new one when it has. Returns how long the end took."""
        with self._lock:
            program, process = self.running.pop(name)
        began = time.monotonic()
        process.send_signal(number)
        process.wait(60)
        took = time.monotonic() - began
        end_group(process)
        self.begin(program)
        return took

    def end(self, *names: str) -> None:
        with self._lock:
            for name in names or list(self.running):
                end_group(self.running.pop(name)[1])

    def close(self) -> None:
        self._is_over = True
        self.end()
        if self.ident:
            self.join(5)


class Site:
    """Servers and processes of one run of the fault tests."""

    def __init__(self) -> None:
        shelf = os.environ.get("DEMARC_HOME") or "/var/lib/demarc"
        self.home = Path(tempfile.mkdtemp(prefix="faults-", dir=shelf if Path(shelf).is_dir() else None))
        self.home.chmod(0o755)
        prepare(self.home)
        account = server_account()
        # No power is cut here, so nothing need be synced; but what is committed must survive the server's death.
        self.cluster = Cluster(self.home, account, {"fsync": "off", "full_page_writes": "off"})
        self.valkey = Valkey(self.home, account)
        self.sink = Sink(self.home)
        self.secrets = secrets_of(self.home, ["SECRET_KEY", *PASSWORDS, TEST_PASSWORD])
        self.keeper = Keeper(self.home)
        self.customer_port, self.staff_port = free_port(), free_port()
        self.run = Configuration(
            home=self.home, listen="127.0.0.1", customer_port=self.customer_port, staff_port=self.staff_port,
            customer_url=f"http://localhost:{self.customer_port}", staff_url=f"http://localhost:{self.staff_port}",
            database_url=None, valkey_url=None, admin_url=None, is_demo=False, secrets=self.secrets,
        )  # fmt: skip

    def environment(self, role: str, face: str = "customer") -> dict[str, str]:
        given = environment(
            self.run, database_url=self.cluster.url(DATABASE), valkey_url=self.valkey.url, role="portal_app", face=face
        )
        mail = {"EMAIL_URL": self.sink.url, "SSL_CERT_FILE": str(self.sink.authority)}
        password = f"{role.upper()}_PASSWORD"
        return (
            given | HASTE | mail | {"PORTAL_ROLE": role, password: self.secrets[password], "PYTHONWARNINGS": "ignore"}
        )

    def programs(self) -> list[Program]:
        groups = portal_programs(self.run, database_url=self.cluster.url(DATABASE), valkey_url=self.valkey.url)
        found = []
        for program in [each for group in groups.values() for each in group]:
            role, face = program.environment["PORTAL_ROLE"], program.environment["FACE"]
            found.append(Program(program.name, program.command, self.environment(role, face), program.stop_signal, 10))
        return found

    def start(self) -> None:
        self.cluster.start()
        self.valkey.start()
        self.manage("provision", "--admin-url", self.cluster.admin_url, "--test", secrets=self.secrets)
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        self.tell("GRANT CONNECT ON DATABASE demarc TO portal_test")
        self.world = self._seed()
        # Once more without --test, which leaves the bounds of production's roles off.
        self.manage("provision", "--admin-url", self.cluster.admin_url, secrets=self.secrets)
        for program in self.programs():
            self.keeper.begin(program)
        self.keeper.start()
        self.until(self.is_up, 90, "the portal to be up")

    def _seed(self) -> dict[str, Any]:
        done = self._python("-m", "tests.faults.seed", role="portal_test", secrets=self.secrets)
        return dict(json.loads(done.splitlines()[-1]))

    def manage(self, *arguments: str, role: str = "portal_owner", secrets: dict[str, str] | None = None) -> str:
        return self._python("manage.py", *arguments, role=role, secrets=secrets)

    def _python(self, *arguments: str, role: str, secrets: dict[str, str] | None) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=CHECKOUT, env=self.environment(role) | (secrets or {}),
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def is_up(self) -> bool:
        for port in (self.customer_port, self.staff_port):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                return False
        return all("ready." in self.keeper.log_of(f"{name}-worker").read_text() for name in ("customer", "dispatch"))

    def close(self) -> None:
        self.keeper.close()
        self.valkey.stop()
        self.cluster.stop()
        self.sink.close()
        shutil.rmtree(self.cluster.sockets, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    # --- ill-treatment -------------------------------------------------------------------------

    def crash_database(self) -> None:
        """As pg_ctl restart -m immediate: every line breaks, and the server recovers from its log."""
        self.cluster._run("pg_ctl", "stop", "-m", "immediate", "-W", "-s", "-D", str(self.cluster.data))
        self.cluster._wait_for_end(10)
        self.cluster.start()

    def crash_broker(self) -> None:
        process = self.valkey._process
        assert process is not None
        process.kill()
        process.wait(5)

    def flush_broker(self) -> None:
        self.valkey._say(b"FLUSHALL")

    def kill_child(self, name: str) -> None:
        """kill -9 for one process of a worker's pool."""
        children = Path(f"/proc/{self.keeper.pid(name)}/task/{self.keeper.pid(name)}/children").read_text().split()
        os.kill(int(children[-1]), signal.SIGKILL)

    @contextmanager
    def twins(self, *names: str) -> Iterator[None]:
        """A second one of each beside the first."""
        made = []
        for name in names:
            program = self.keeper.running[name][0]
            command = [word.replace(f"{name}", f"{name}-twin") for word in program.command]
            command = [word.replace("dispatch@", "twin@").replace("beat/schedule", "beat/twin") for word in command]
            made.append(f"{name}-twin")
            self.keeper.begin(Program(made[-1], command, program.environment, program.stop_signal, 10))
        yield
        self.keeper.end(*made)

    def hint_again(self, since: int) -> None:
        """Every task of every event since, once more, and the relay with them."""
        code = (
            "import sys, django; django.setup()\n"
            "from portal import celery\n"
            "for line in sys.stdin:\n"
            "    task, enterprise_id, pk = line.split()\n"
            "    celery.hint(task, enterprise_id=int(enterprise_id), pk=int(pk))\n"
            "celery.hint('portal.relay')\n"
        )
        rows = self.ask(
            "SELECT 'portal.tell', enterprise_id, id FROM portal_todo WHERE event_id > %s"
            " UNION ALL SELECT 'portal.send', enterprise_id, id FROM portal_notice WHERE event_id > %s", since, since,
        )  # fmt: skip
        lines = "\n".join(" ".join(map(str, row)) for row in rows)
        subprocess.run(
            [sys.executable, "-c", code], cwd=CHECKOUT, env=self.environment("portal_app"), input=lines, text=True,
            check=True,
        )  # fmt: skip

    @contextmanager
    def failing_commits(self, notes: str) -> Iterator[None]:
        """The commit of every event with such a note fails, after all its rows were written."""
        with self._trigger(notes, "RAISE 'refused at commit'", "AFTER", "DEFERRABLE INITIALLY DEFERRED"):
            yield

    @contextmanager
    def slow_inserts(self, notes: str) -> Iterator[None]:
        """The journal takes a minute for every event with such a note."""
        with self._trigger(notes, "PERFORM pg_sleep(60)", "AFTER", ""):
            yield

    @contextmanager
    def _trigger(self, notes: str, act: str, when: str, how: str) -> Iterator[None]:
        self.tell(
            "CREATE FUNCTION ill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NEW.facts->>'note' LIKE '{notes}' THEN {act}; END IF; RETURN NULL; END $$"
        )
        self.tell(
            f"CREATE CONSTRAINT TRIGGER ill {when} INSERT ON portal_event {how} FOR EACH ROW EXECUTE FUNCTION ill()"
        )
        try:
            yield
        finally:
            self.tell("DROP TRIGGER ill ON portal_event; DROP FUNCTION ill()")

    def poison(self) -> int:
        """An event of which no mail can be written: what it tells of is not there."""
        with self.owner() as cursor:
            cursor.execute(
                "INSERT INTO portal_event (enterprise_id, kind, at, actor_kind, actor_name, subject_type, subject_id,"
                " story_type, story_id, facts) VALUES (%s, 'milestone.noted', now(), 'staff', 'Nobody',"
                " 'orders.milestone', 0, 'orders.order', 0, '{}') RETURNING id",
                [self.world["enterprise"]],
            )
            event = int(cursor.fetchone()[0])
            cursor.execute(
                "INSERT INTO portal_todo (enterprise_id, event_id, state, due_at, attempts, last_error)"
                " VALUES (%s, %s, 'waiting', now(), 0, '')",
                [self.world["enterprise"], event],
            )
        return event

    def failed_todos(self, events: list[int]) -> int:
        return int(
            self.ask("SELECT count(*) FROM portal_todo WHERE event_id = ANY(%s) AND state = 'failed'", events)[0][0]
        )

    def litter(self, queue: str) -> None:
        """What no task is: a word, a broken envelope, a task that nobody knows."""
        import redis

        with redis.Redis(unix_socket_path=str(self.valkey.socket)) as broker:
            properties = {"body_encoding": "base64", "delivery_tag": "x", "delivery_info": {}}
            envelope = {"body": "bm9uc2Vuc2U=", "content-encoding": "utf-8", "content-type": "application/json",
                        "headers": {"task": "portal.nonsense", "id": "x"}, "properties": properties}  # fmt: skip
            for message in ("nonsense", "{}", json.dumps(envelope)):
                broker.lpush(queue, message)

    # --- looking -------------------------------------------------------------------------------

    @contextmanager
    def owner(self) -> Iterator[Any]:
        """A cursor that sees everything."""
        line = psycopg2.connect(
            self.cluster.url(DATABASE, "portal_owner"), password=self.secrets["PORTAL_OWNER_PASSWORD"]
        )
        try:
            with line, line.cursor() as cursor:
                yield cursor
        finally:
            line.close()

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.owner() as cursor:
            cursor.execute(question, values or None)
            return list(cursor.fetchall())

    def tell(self, statement: str, *values: Any) -> None:
        with self.owner() as cursor:
            cursor.execute(statement, values or None)

    @staticmethod
    def until(is_so: Callable[[], bool], seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < end, f"waited {seconds} s for {what}"
            time.sleep(0.1)
