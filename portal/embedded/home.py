"""The state folder of one checkout: where it is, what is in it, who holds it, its secrets."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portal.embedded.faults import Fault

CHECKOUT = Path(__file__).resolve().parents[2]
# A folder is only ever filled or emptied by us when it bears this mark.
MARK = ".demarc"
LOG_LIMIT = 10_000_000  # bytes


def locate(environ: Mapping[str, str], checkout: Path = CHECKOUT) -> Path:
    """DEMARC_HOME, or a folder of this checkout's own below the usual place for data.

    Root's is outside the private home, because the servers run as another user, who must be
    able to execute the binaries in it.
    """
    if given := environ.get("DEMARC_HOME"):
        return Path(given).expanduser().absolute()
    name = f"{checkout.name}-{hashlib.sha256(os.fsencode(checkout)).hexdigest()[:8]}"
    if os.geteuid() == 0:
        return Path("/var/lib/demarc") / name
    data = environ.get("XDG_DATA_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".local/share"
    return Path(data) / "demarc" / name


def prepare(folder: Path) -> Path:
    """Make the state folder; an existing folder that is neither ours nor empty is refused."""
    mark = folder / MARK
    if not mark.exists():
        if folder.is_dir() and any(folder.iterdir()):
            raise Fault(f"{folder} holds other files. Set DEMARC_HOME to a new or an empty folder.", 2)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            mark.write_text("Demarc keeps its environment, data and logs here.\n")
        except OSError as error:
            raise Fault(f"{folder} cannot be written ({error.strerror}). Set DEMARC_HOME.", 2) from None
    _make_private(folder / name for name in ("files", "mail", "log", "beat"))
    (folder / "static").mkdir(exist_ok=True)
    return folder


def _make_private(folders: Iterable[Path]) -> None:
    for folder in folders:
        folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def held(folder: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold the folder for this process; yields False where another process holds it.

    The kernel lets go of the lock when the process ends, however it ends.
    """
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def secrets_of(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The folder's secrets, each made once; the file is readable by its owner alone."""
    path = folder / "secrets.env"
    kept = _read(path)
    missing = {name: secrets.token_urlsafe(48) for name in names if name not in kept}
    if missing:
        kept |= missing
        _write(path, kept)
    return kept


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name: value for name, _, value in pairs}


def _write(path: Path, values: Mapping[str, str]) -> None:
    # A power cut must leave the old secrets or the new ones, never half a file.
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def log_of(folder: Path, name: str) -> Path:
    """The log of one process; a large one is set aside, so that logs never fill the disk."""
    log = folder / "log" / f"{name}.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log
