"""One load: check every file, then write every file, in one transaction."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import DatabaseError, connection, transaction

from portal import db, locator
from portal.loading.batches import Checking, Load, write
from portal.loading.faults import EnoughFaults, Faults, LoadRefused
from portal.loading.files import File
from portal.loading.tables import discover
from portal.models import Locator

BATCH = 2000
# Any number, as long as no other lock of ours has it: two loads at once would trip over each other.
LOCK = 7_230_001

T = TypeVar("T")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Count:
    """What became of one file's rows. ``kept`` counts those with values that only a first load sets."""

    file: str
    new: int = 0
    changed: int = 0
    same: int = 0
    kept: int = 0


def require_ready() -> None:
    """Raises LoadRefused for another role than the owner, who alone can write across all customers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    if role != db.OWNER:
        raise LoadRefused(f"A carrier is loaded as the database role {db.OWNER}, and this is {role}. Set PORTAL_ROLE.")
    try:
        locator.house_id()
    except LookupError as error:
        raise LoadRefused(str(error)) from None


def run(folder: Path, *, today: date, say: Say) -> tuple[Faults, list[Count]]:
    """Load a folder, or return its faults and change nothing.

    Raises LoadRefused where there is no folder to speak of, another load is under way, or the
    database refuses a row.
    """
    if not folder.is_dir():
        raise LoadRefused(f"{folder} is not a folder.")
    load = Load(folder, today)
    try:
        with transaction.atomic():
            _lock()
            files = _check(load, say)
            counts = [] if len(load.faults) else [_write(load, file, say) for file in files]
    except DatabaseError as error:
        raise LoadRefused(f"The database refused it: {str(error).strip().splitlines()[0]}") from error
    return load.faults, counts


def has_customers() -> bool:
    """Whether any enterprise is here besides the carrier's own."""
    house = locator.house_id()
    return Locator.objects.filter(kind=locator.ENTERPRISE).exclude(enterprise_id=house).exists()


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise LoadRefused("Another load is under way. Wait for its end and run this again.")


def _check(load: Load, say: Say) -> list[File]:
    files: list[File] = []
    try:
        files += _files(load)
        for file in files:
            rows = _check_file(load, file)
            say(f"checked  {file.table.file:<18} {rows:>9,} rows")
    except EnoughFaults:
        say("Stopped checking: that is enough to mend for one round.")
    return files


def _files(load: Load) -> list[File]:
    """The files of the folder that there are; what is missing or unknown is a fault."""
    tables = discover()
    names = [table.file for table in tables]
    for path in sorted(load.folder.glob("*.csv")):
        if path.name not in names:
            load.faults.add(path.name, 0, "", f"unknown file; expected some of {', '.join(names)}")
    files = [File(load.folder, table, load.today) for table in tables]
    for file in files:
        if file.table.is_required and not file.exists():
            load.faults.add(file.table.file, 0, "", "this file is missing")
            load.unreadable.add(file.table.name)
    return [file for file in files if file.exists()]


def _check_file(load: Load, file: File) -> int:
    before, rows = len(load.faults), 0
    checking = Checking(load, file.table)
    for batch in batched(file.rows(load.faults)):
        checking.look_at(batch)
        rows += len(batch)
    if not rows and len(load.faults) > before:
        load.unreadable.add(file.table.name)
    return rows


def _write(load: Load, file: File, say: Say) -> Count:
    new = changed = kept = rows = 0
    for batch in batched(file.rows(load.faults)):
        if len(load.faults):
            raise LoadRefused(f"{file.table.file} changed while it was being loaded.")
        outcome = write(load, file.table, batch)
        rows += len(batch)
        new, changed, kept = new + len(outcome.new), changed + outcome.changed, kept + outcome.kept
    count = Count(file.table.file, new, changed, rows - new - changed, kept)
    say(f"loaded   {count.file:<18} {_told(count)}")
    return count


def _told(count: Count) -> str:
    text = f"{count.new:>9,} new {count.changed:>9,} changed {count.same:>9,} same"
    return f"{text}, {count.kept:,} of them with values that only a first load sets" if count.kept else text


def batched(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    stream = iter(rows)
    while batch := list(islice(stream, size)):
        yield batch
