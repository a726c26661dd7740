"""Whom the embedded servers run as, and the folders that belong to them."""

# Every command here is a list of our own making; no shell reads it.
# ruff: noqa: S603

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.embedded.faults import Fault

SYSTEM_USER = "demarc"
_SOCKET_LIMIT = 100  # bytes; the kernel's own limit is 107 on Linux and 103 on macOS
_LONGEST_SOCKET = "/.s.PGSQL.5432.lock"
# Such a path needs no quoting in a configuration file, on a command line or in a URL.
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")


@dataclass(frozen=True)
class Account:
    """The user of the servers: ourselves, or for root a system user (PostgreSQL refuses root)."""

    name: str
    uid: int
    gid: int

    def popen(self) -> dict[str, Any]:
        """Arguments that make subprocess run a command as this user."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account() -> Account:
    """The account of the servers; root gets a system user of its own, made if absent."""
    if os.geteuid() != 0:
        me = pwd.getpwuid(os.geteuid())
        return Account(me.pw_name, me.pw_uid, me.pw_gid)
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _add_system_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _add_system_user() -> None:
    # A PATH without sbin is common, even for root (su without a dash).
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd is None:
        raise Fault(
            f"PostgreSQL refuses to run as root, and useradd is missing to make the user {SYSTEM_USER}."
            " Run this as an ordinary user."
        )
    shell = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
    made = subprocess.run(
        [useradd, "--system", "--no-create-home", "--user-group", "--shell", shell, SYSTEM_USER],
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise Fault(f"The system user {SYSTEM_USER} could not be made: {made.stderr.strip()}")


def own(folder: Path, account: Account) -> Path:
    """Make a private folder of the account's; one that exists keeps its mode, and only gains its owner."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0 and folder.stat().st_uid != account.uid:
        os.chown(folder, account.uid, account.gid)
    return folder


def require_executable(binary: Path, account: Account) -> None:
    """The account may be barred from the binary by a private folder above it, which is not ours to open."""
    command = [str(binary), "--version"]
    try:
        subprocess.run(command, check=True, capture_output=True, cwd="/", **account.popen())
    except PermissionError:
        raise Fault(
            f"The user {account.name} may not run {binary}: a folder above it is private."
            " Set DEMARC_HOME to a folder outside it, such as /var/lib/demarc/here."
        ) from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise Fault(f"{binary} does not run on this machine ({error}).") from None


def socket_folder(folder: Path, account: Account) -> Path:
    """Where sockets go: run/ in the state folder, or where that path is too long, one below /tmp."""
    run = folder / "run"
    if not run.exists():
        own(run, account)
    if len(os.fsencode(run)) + len(_LONGEST_SOCKET) <= _SOCKET_LIMIT and _PLAIN.fullmatch(str(run)):
        return run
    return _substitute(folder / "sockets", account)


def _substitute(note: Path, account: Account) -> Path:
    if note.exists() and _is_private(kept := Path(note.read_text()), account):
        return kept
    made = Path(tempfile.mkdtemp(prefix="demarc-", dir="/tmp"))
    note.write_text(str(made))
    return own(made, account)


def _is_private(folder: Path, account: Account) -> bool:
    # Anyone may write to /tmp: another user's folder of that name must not be trusted.
    if folder.is_symlink() or not folder.is_dir():
        return False
    found = folder.stat()
    return found.st_uid == account.uid and found.st_mode & 0o077 == 0
