"""A database and a queue for one command (the tests), thrown away after it."""

# Every command here is a list of our own making; no shell reads it.
# ruff: noqa: S603

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from portal.embedded.account import server_account
from portal.embedded.contract import PASSWORDS, TEST_PASSWORD, TEST_ROLE, inherited
from portal.embedded.faults import Fault
from portal.embedded.home import CHECKOUT, held, locate, prepare, secrets_of
from portal.embedded.postgres import DATABASE, THROWAWAY, Cluster
from portal.embedded.valkey import Valkey

# Set for the command: inside it, asking for test servers again gives the same ones.
_INSIDE = "DEMARC_TEST_SERVERS"


def with_test_servers(command: Sequence[str], settings: Mapping[str, str] = THROWAWAY) -> int:
    """Run the command with servers of its own; returns its exit code."""
    if os.environ.get(_INSIDE):
        return subprocess.run(command).returncode
    with _folder() as folder:
        return _run(command, _servers(folder, settings))


@contextmanager
def _folder() -> Iterator[Path]:
    """A new folder for each run: two runs at once do not meet, and nothing stale is ever met."""
    shelf = prepare(locate(os.environ)) / "test"
    shelf.mkdir(exist_ok=True)
    with ExitStack() as stack:
        # Between a folder's making and its holding, another run must not sweep it away.
        with held(shelf, wait=True):
            _sweep(shelf)
            folder = Path(tempfile.mkdtemp(dir=shelf))
            # The servers' user must come through; what is private in it is private by itself.
            folder.chmod(0o755)
            stack.enter_context(held(prepare(folder)))
        stack.callback(_discard, folder)
        yield folder


def _sweep(shelf: Path) -> None:
    """Discard what runs that were killed left behind."""
    for folder in filter(Path.is_dir, shelf.iterdir()):
        with held(folder) as is_ours:
            if is_ours:
                _discard(folder)


def _discard(folder: Path) -> None:
    account = server_account()
    cluster = Cluster(folder, account)
    Valkey(folder, account).stop()
    cluster.stop()
    shutil.rmtree(cluster.sockets, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _servers(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Start them; returns the environment that leads to them."""
    account = server_account()
    cluster, valkey = Cluster(folder, account, settings), Valkey(folder, account)
    cluster.start()
    valkey.start()
    environment = _environment(folder, cluster, valkey)
    _provision(cluster, environment)
    return environment


def _environment(folder: Path, cluster: Cluster, valkey: Valkey) -> dict[str, str]:
    defaults = {"CUSTOMER_URL": "http://localhost:8000", "STAFF_URL": "http://localhost:8001"}
    return (
        inherited(os.environ)
        | {name: os.environ.get(name, value) for name, value in defaults.items()}
        | secrets_of(folder, ["SECRET_KEY", *PASSWORDS, TEST_PASSWORD])
        | {
            _INSIDE: "1",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "FACE": "customer",
            "PORTAL_ROLE": TEST_ROLE,
            "DATABASE_URL": cluster.url(DATABASE),
            "VALKEY_URL": valkey.url,
            "EMAIL_URL": f"file://{folder / 'mail'}",
            "FILES_DIR": str(folder / "files"),
            "STATIC_ROOT": str(folder / "static"),
        }
    )


def _provision(cluster: Cluster, environment: Mapping[str, str]) -> None:
    command = [sys.executable, "manage.py", "provision", "--admin-url", cluster.admin_url, "--test"]
    done = subprocess.run(
        command, cwd=CHECKOUT, env={**environment, "PORTAL_ROLE": "portal_owner"}, capture_output=True, text=True
    )
    if done.returncode:
        raise Fault(f"The test database could not be provisioned:\n{done.stderr.strip() or done.stdout.strip()}")


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """The command in the foreground; it gets the signals, and this process lives on to clean up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the command itself
    try:
        # SIG_IGN would be inherited, and a command that ignores Ctrl-C cannot be stopped.
        process = subprocess.Popen(command, env=environment, preexec_fn=_restore_interrupt)
    except OSError as error:
        raise Fault(f"{command[0]} does not run: {error.strerror}.", 127) from None

    def forward(number: int, _: FrameType | None) -> None:
        process.send_signal(number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGHUP, forward)
    code = process.wait()
    return code if code >= 0 else 128 - code


def _restore_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
