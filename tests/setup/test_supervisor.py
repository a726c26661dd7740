"""What `make run` refuses, restarts and stops: with tiny children in the place of the portal."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.embedded import faults, home
from portal.embedded.contract import PASSWORDS
from portal.embedded.faults import Fault
from portal.supervisor import children, configuration, preparation, programs, run, servers

GIVEN = {"DATABASE_URL": "postgresql://db.example/demarc"} | {name: name.lower() for name in PASSWORDS}


@pytest.fixture
def listener() -> Iterator[int]:
    """A port that somebody uses."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def _child(tmp_path: Path, code: str, patience: float = 5) -> children.Child:
    command = [sys.executable, "-c", code]
    program = programs.Program("tiny", command, dict(os.environ), signal.SIGTERM, patience)
    return children.Child(program, tmp_path / "tiny.log")


def _settle(child: children.Child, text: str) -> None:
    """Until the child has written this."""
    until = time.monotonic() + 10
    while text not in child.log.read_text():
        assert time.monotonic() < until, child.log.read_text()
        time.sleep(0.02)


# --- what was asked for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"CUSTOMER_PORT": "eighty"}, "CUSTOMER_PORT must be a port number"),
        ({"STAFF_PORT": "70000"}, "STAFF_PORT must be a port number"),
        ({"CUSTOMER_PORT": "8001"}, "both 8001"),
        ({"DEMO": "perhaps"}, "DEMO must be 1 or 0"),
        ({"CUSTOMER_URL": "portal.example"}, "CUSTOMER_URL must look like"),
        ({"VALKEY_URL": "localhost:6379"}, "VALKEY_URL must begin with"),
        ({"DATABASE_URL": "mysql://db/demarc"}, "DATABASE_URL must begin with"),
        ({"DATABASE_URL": "postgresql://me@db/demarc"}, "must not name a user"),
        ({"DATABASE_URL": "postgresql://db/demarc"}, "PORTAL_STAFF_PASSWORD"),
    ],
)
def test_a_wrong_variable_is_one_sentence(tmp_path: Path, variables: dict[str, str], sentence: str) -> None:
    with pytest.raises(Fault, match=sentence) as caught:
        configuration.read(variables, tmp_path)
    assert caught.value.code == 2
    assert "\n" not in str(caught.value)


def test_by_default_it_is_the_demo_on_our_own_servers(tmp_path: Path) -> None:
    found = configuration.read({}, tmp_path)
    assert (found.customer_url, found.staff_url) == ("http://localhost:8000", "http://localhost:8001")
    assert found.is_demo
    assert found.database_url is None
    assert set(found.secrets) == {"SECRET_KEY", *PASSWORDS}


def test_a_given_server_has_no_demo_unless_asked(tmp_path: Path) -> None:
    assert not configuration.read(GIVEN, tmp_path).is_demo
    assert configuration.read(GIVEN | {"DEMO": "1"}, tmp_path).is_demo


def test_each_process_has_its_own_password_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    found = configuration.read(GIVEN, tmp_path)
    groups = programs.portal_programs(found, database_url="postgresql://db/demarc", valkey_url="redis://v")
    for program in (program for group in groups.values() for program in group):
        role = program.environment["PORTAL_ROLE"]
        passwords = {name for name in program.environment if name in PASSWORDS}
        assert passwords == {f"{role.upper()}_PASSWORD"}
    assert {p.name for p in groups["workers"]} == {"customer-worker", "staff-worker", "dispatch-worker"}


# --- before anything is started --------------------------------------------------------------


def test_a_taken_port_is_named_with_the_way_out(listener: int) -> None:
    other = preparation.another_port(listener)
    with pytest.raises(Fault, match=f"Port {listener} is taken.*STAFF_PORT={other} make run"):
        preparation.require_free_port("STAFF_PORT", "127.0.0.1", listener)


def test_the_way_out_is_a_port_that_exists() -> None:
    assert preparation.another_port(65500) <= 65535


def test_an_address_of_another_machine_is_no_taken_port() -> None:
    with pytest.raises(Fault, match=r"LISTEN=192\.0\.2\.1 is not an address of this machine"):
        preparation.require_free_port("STAFF_PORT", "192.0.2.1", 8001)


def test_a_given_queue_that_is_not_there_is_said_at_once(listener: int) -> None:
    servers.require_answer("VALKEY_URL", f"redis://localhost:{listener}/0")
    with pytest.raises(Fault, match="Nothing answers where VALKEY_URL points") as caught:
        servers.require_answer("VALKEY_URL", "unix://:secret@/nowhere/valkey.sock")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "shown", "password"),
    [
        ("postgresql://pg:it%27s@db:5432/x?sslmode=require", "postgresql://pg@db:5432/x?sslmode=require", "it's"),
        ("postgresql:///postgres?host=/run", "postgresql:///postgres?host=/run", ""),
        ("postgresql://postgres@/postgres?host=/run", "postgresql://postgres@/postgres?host=/run", ""),
    ],
)
def test_a_superusers_password_is_kept_off_the_command_line(address: str, shown: str, password: str) -> None:
    assert preparation.without_password(address) == (shown, password)


def test_of_an_exception_what_it_says_is_shown_and_of_other_failures_the_end(tmp_path: Path) -> None:
    log = tmp_path / "migrate.log"
    log.write_text(
        "Applying\nTraceback (most recent call last):\n  File x\n    raise\n\nThe above exception was the direct cause"
        "\n\nTraceback (most recent call last):\n  File y\n    raise\n"
        "django.db.utils.OperationalError: connection failed: no such host\n\tIs the server running?\n\n"
    )
    assert faults.reason(log).splitlines() == [
        "It said:",
        "    OperationalError: connection failed: no such host",
        "    Is the server running?",
        f"The whole is in {log}.",
    ]
    log.write_text("CommandError: no such folder\n")
    assert faults.reason(log) == f"The end of {log}:\n    CommandError: no such folder"


def test_a_second_start_is_refused(tmp_path: Path) -> None:
    folder = home.prepare(tmp_path / "state")
    with home.held(folder), pytest.raises(Fault, match="already runs"):
        run.run_portal({"DEMARC_HOME": str(folder)})


def test_reset_is_refused_while_it_runs_and_spares_the_secrets(tmp_path: Path) -> None:
    folder = home.prepare(tmp_path / "state")
    kept = home.secrets_of(folder, ["SECRET_KEY"])
    (folder / "mail" / "one.log").write_text("Dear Alice")
    with home.held(folder):
        assert _supervisor("reset", folder).returncode == 1
    assert (folder / "mail" / "one.log").exists()
    assert _supervisor("reset", folder).returncode == 0
    assert not (folder / "mail" / "one.log").exists()
    assert home.secrets_of(folder, []) == kept


def test_manage_says_when_the_portal_is_not_running(tmp_path: Path) -> None:
    done = _supervisor("manage", home.prepare(tmp_path / "state"), "check")
    assert done.returncode == 1
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


def _supervisor(command: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal.supervisor", command, *arguments],
        env={"PATH": os.environ["PATH"], "DEMARC_HOME": str(folder)},
        cwd=home.CHECKOUT,
        capture_output=True,
        text=True,
    )


# --- keeping alive ---------------------------------------------------------------------------


def test_what_dies_is_started_again_after_a_longer_pause_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child, now, pauses = _child(tmp_path, "raise SystemExit(3)"), 0.0, []
    for _ in range(4):
        died = _live_and_die(child, now)
        now = died
        while child.process is None:
            now += 0.5
            child.tick(now)
        pauses.append(now - died)
        child.process.wait()
    assert pauses == [1, 2, 4, 8]
    assert "tiny: died (exit code 3); starting it again in 1 s" in capsys.readouterr().out


def test_five_quick_deaths_end_it_with_the_last_lines_of_its_log(tmp_path: Path) -> None:
    child, now = _child(tmp_path, "print('no such table'); raise SystemExit(1)"), 0.0
    for _ in range(4):
        now = _live_and_die(child, now) + 10
    with pytest.raises(Fault, match=r"tiny died 5 times[^\n]*\n(    no such table\n?)+"):
        _live_and_die(child, now)


def test_a_death_after_a_long_life_is_the_first_again(tmp_path: Path) -> None:
    child, now = _child(tmp_path, "raise SystemExit(1)"), 0.0
    for _ in range(12):
        now = _live_and_die(child, now, life=children.QUICK + 1) + 2


def _live_and_die(child: children.Child, now: float, life: float = 0.1) -> float:
    """One life by a clock of our own; returns the time of death."""
    if child.process is None:
        child.tick(now)
    assert child.process is not None
    child.process.wait()
    child.tick(now + life)
    return now + life


def test_what_a_dead_child_left_behind_ends_too(tmp_path: Path) -> None:
    child = _child(tmp_path, "import subprocess as s; print(s.Popen(['sleep', '100']).pid, flush=True)")
    _live_and_die(child, 0)
    _wait_for_death(int(child.log.read_text()))


# --- ending ----------------------------------------------------------------------------------


def test_all_are_asked_at_once_and_the_deaf_are_killed(tmp_path: Path) -> None:
    ignore = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(99)"
    )
    deaf = _child(tmp_path, ignore, patience=0.3)
    deaf.tick(0)
    _settle(deaf, "up")
    begun = time.monotonic()
    children.end([deaf])
    assert time.monotonic() - begun < 3
    assert deaf.process is None


SUPERVISED = """
import os, signal, sys
from pathlib import Path
from portal.supervisor import children, programs, stopping
stop = stopping.Stop()
program = programs.Program("tiny", ["sleep", "100"], dict(os.environ), signal.SIGTERM, 2)
child = children.Child(program, Path(sys.argv[1]))
child.tick(0)
print(child.process.pid, flush=True)
stop.nap(60)
children.end([child])
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_children_without_a_traceback(tmp_path: Path, number: signal.Signals) -> None:
    # As a shell's background job begins: with the interrupt ignored.
    supervisor = _supervised(tmp_path, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    supervisor.send_signal(number)
    out, err = supervisor.communicate(timeout=10)
    assert (out, err, supervisor.returncode) == ("ended\n", "", 0)
    assert not _is_alive(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_the_children_of_a_killed_supervisor_end_too(tmp_path: Path) -> None:
    supervisor = _supervised(tmp_path)
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    supervisor.kill()
    supervisor.communicate()
    _wait_for_death(pid)


def _supervised(tmp_path: Path, preexec_fn: Callable[[], object] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(tmp_path / "tiny.log")],
        cwd=home.CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=preexec_fn,
    )


def _wait_for_death(pid: int) -> None:
    until = time.monotonic() + 5
    while _is_alive(pid):
        assert time.monotonic() < until
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    """Not counting the dead whom nobody has collected yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


# --- what the person reads -------------------------------------------------------------------


def test_the_announcement_gives_both_addresses(tmp_path: Path) -> None:
    found = configuration.read({"CUSTOMER_PORT": "8010"}, tmp_path)
    text = run.announcement(found)
    assert "http://localhost:8010" in text
    assert "http://localhost:8001" in text
