"""The state folder, its secrets, and the servers from wheels: none of this needs Django's database."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from portal.embedded import account, faults, home, postgres, throwaway, valkey
from portal.embedded.contract import PASSWORDS, inherited
from portal.supervisor.__main__ import reset


@pytest.fixture
def folder() -> Iterator[Path]:
    """A state folder that the servers' user may enter, which pytest's own folders of root are not."""
    made = Path(tempfile.mkdtemp(prefix="demarc-test-", dir="/tmp"))
    made.chmod(0o755)
    yield home.prepare(made)
    shutil.rmtree(made)


@pytest.fixture
def cluster(folder: Path) -> Iterator[postgres.Cluster]:
    made = postgres.Cluster(folder, account.server_account(), postgres.THROWAWAY)
    yield made
    made.stop()


def test_the_state_folder_is_the_checkouts_own_and_can_be_chosen(tmp_path: Path) -> None:
    here, there = tmp_path / "a" / "demarc", tmp_path / "b" / "demarc"
    environ = {"HOME": "/home/somebody"}
    assert home.locate(environ, here) != home.locate(environ, there)
    assert home.locate(environ, here).name.startswith("demarc-")
    assert home.locate(environ | {"DEMARC_HOME": "/srv/portal"}, here) == Path("/srv/portal")


def test_a_folder_with_other_files_is_never_taken(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("mine")
    with pytest.raises(faults.Fault, match="holds other files"):
        home.prepare(tmp_path)


def test_secrets_are_made_once_and_are_private(tmp_path: Path) -> None:
    first = home.secrets_of(tmp_path, ["SECRET_KEY", *PASSWORDS])
    assert home.secrets_of(tmp_path, ["SECRET_KEY"]) == first
    assert len(set(first.values())) == len(first)
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_new_secret_leaves_the_old_ones(tmp_path: Path) -> None:
    first = home.secrets_of(tmp_path, ["SECRET_KEY"])
    both = home.secrets_of(tmp_path, ["SECRET_KEY", "PORTAL_APP_PASSWORD"])
    assert both["SECRET_KEY"] == first["SECRET_KEY"]
    assert both["PORTAL_APP_PASSWORD"]


def test_only_one_process_holds_a_folder(tmp_path: Path) -> None:
    with home.held(tmp_path) as first, home.held(tmp_path) as second:
        assert (first, second) == (True, False)
    with home.held(tmp_path) as again:
        assert again


def test_a_large_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "LOG_LIMIT", 3)
    home.prepare(tmp_path)
    home.log_of(tmp_path, "beat").write_text("four")
    assert not home.log_of(tmp_path, "beat").exists()
    assert (tmp_path / "log" / "beat.log.1").read_text() == "four"


def test_no_process_inherits_another_roles_password() -> None:
    everything = dict.fromkeys([*PASSWORDS, "PORTAL_TEST_PASSWORD", "PORTAL_ADMIN_URL", "LANG"], "x")
    assert inherited(everything) == {"LANG": "x"}


def test_the_rules_name_the_roles_and_refuse_everyone_else() -> None:
    rules = postgres.host_rules().splitlines()
    assert rules[0] == "local all postgres peer map=super"
    assert rules[1].endswith("scram-sha-256")
    assert set(rules[1].split()[2].split(",")) == set(postgres.LOGIN_ROLES)
    assert rules[2:] == ["local all all reject", "host all all all reject"]


def test_the_map_lets_the_machines_administrators_be_superuser() -> None:
    lines = postgres.identity_map(account.Account("demarc", 999, 999)).splitlines()
    assert 'super "root" postgres' in lines
    assert 'super "demarc" postgres' in lines
    assert len(lines) == len(set(lines))


def test_a_long_path_gets_a_private_socket_folder_that_stays(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    me = account.Account("me", os.geteuid(), os.getegid())
    first = account.socket_folder(deep, me)
    assert first.parent == Path("/tmp")
    assert first.stat().st_mode & 0o777 == 0o700
    assert account.socket_folder(deep, me) == first
    first.chmod(0o777)  # as another user could have laid it there
    second = account.socket_folder(deep, me)
    assert second != first
    first.rmdir()
    second.rmdir()


def test_a_path_that_would_need_quoting_gets_a_socket_folder_too(tmp_path: Path) -> None:
    odd = tmp_path / "it's, mine"
    odd.mkdir()
    found = account.socket_folder(odd, account.Account("me", os.geteuid(), os.getegid()))
    assert found.parent == Path("/tmp")
    found.rmdir()


def test_postgresql_starts_keeps_its_data_and_admits_only_its_roles(cluster: postgres.Cluster) -> None:
    cluster.start()
    _execute(cluster, "CREATE TABLE kept AS SELECT 1 AS x")
    with pytest.raises(psycopg2.OperationalError, match="rejects"):
        psycopg2.connect(cluster.url("postgres", "somebody"))
    with pytest.raises(psycopg2.OperationalError, match="no password"):
        psycopg2.connect(cluster.url("postgres", "portal_app"))
    with pytest.raises(faults.Fault, match="already runs"):
        cluster.start()
    cluster.stop()
    assert not cluster.is_running()
    cluster.start()
    assert _execute(cluster, "SELECT x FROM kept") == [(1,)]
    assert _execute(cluster, "SHOW listen_addresses") == [("",)]
    told = _execute(cluster, "SELECT system_identifier FROM pg_control_system()")
    assert int.from_bytes(bytes.fromhex(cluster.identifier()), sys.byteorder) == told[0][0]


def test_postgresql_survives_a_power_cut_whose_process_number_is_anothers(cluster: postgres.Cluster) -> None:
    cluster.settings.clear()  # as `make run` has it: what is committed stays
    cluster.start()
    _execute(cluster, "CREATE TABLE kept AS SELECT 1 AS x")
    note = cluster.data / "postmaster.pid"
    left = note.read_text()
    os.kill(int(left.split("\n")[0]), signal.SIGKILL)
    _until(lambda: not cluster.is_running())
    # The number now belongs to a live process of ours.
    note.write_text(left.replace(left.split("\n")[0], str(os.getpid()), 1))
    assert not cluster.is_running()
    cluster.start()
    assert _execute(cluster, "SELECT x FROM kept") == [(1,)]


def test_a_reset_stops_the_server_that_a_killed_run_left(cluster: postgres.Cluster) -> None:
    cluster.start()
    assert reset(cluster.home) == 0
    assert not cluster.is_running()
    assert not cluster.folder.exists()


def test_an_interrupted_first_start_leaves_nothing_half_made(cluster: postgres.Cluster) -> None:
    account.own(cluster.folder, cluster.account)
    (cluster.folder / "new").mkdir()
    (cluster.folder / "new" / "PG_VERSION").write_text("18")
    cluster.start()
    assert cluster.is_running()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(cluster: postgres.Cluster) -> None:
    cluster.settings["max_connections"] = "none"
    with pytest.raises(faults.Fault, match="max_connections"):
        cluster.start()


def test_valkey_listens_on_its_socket_only(folder: Path) -> None:
    server = valkey.Valkey(folder, account.server_account())
    server.start()
    assert server.answers()
    assert server.socket.stat().st_mode & 0o077 == 0
    server.stop()
    assert not server.answers()


def test_a_missing_wheel_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(faults.Fault, match="DATABASE_URL"):
        postgres.binaries()
    with pytest.raises(faults.Fault, match="VALKEY_URL"):
        valkey.binary()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another user")
def test_a_private_folder_above_the_binaries_is_named_and_left_alone(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    shutil.copy("/bin/true", private / "postgres")
    with pytest.raises(faults.Fault, match="DEMARC_HOME"):
        account.require_executable(private / "postgres", account.server_account())
    assert private.stat().st_mode & 0o777 == 0o700


def test_inside_test_servers_the_same_ones_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMARC_TEST_SERVERS", "1")
    assert throwaway.with_test_servers([sys.executable, "-c", "raise SystemExit(7)"]) == 7


def test_what_a_killed_run_left_is_swept_away_and_a_live_run_is_not(folder: Path) -> None:
    shelf = folder / "test"
    left, live = home.prepare(shelf / "left"), home.prepare(shelf / "live")
    with home.held(live):
        throwaway._sweep(shelf)
        assert not left.exists()
        assert live.exists()


@pytest.mark.parametrize("arguments", [[], ["with-test-servers"], ["home", "again"]])
def test_a_wrong_command_line_is_a_sentence(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "portal.embedded", *arguments], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage:")


def _execute(cluster: postgres.Cluster, sql: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(cluster.admin_url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def _until(holds: object) -> None:
    assert callable(holds)
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
