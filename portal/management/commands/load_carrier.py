from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from portal.loading import run
from portal.loading.document import page
from portal.loading.faults import LISTED, Faults, LoadRefused


class Command(BaseCommand):
    help = "Bring a carrier in from a folder of CSV files, all or nothing; docs/load_carrier.md describes them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, metavar="DIR")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are customers already")
        parser.add_argument("--describe", action="store_true", help="print the description of the files, and end")

    def handle(self, *, folder: Path | None, if_empty: bool, describe: bool, **options: Any) -> None:
        if describe:
            self.stdout.write(page(), ending="")
            return
        if folder is None:
            raise CommandError("Say which folder: manage.py load_carrier DIR")
        try:
            self._load(folder, if_empty)
        except LoadRefused as error:
            raise CommandError(f"{error} Nothing was loaded.") from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).splitlines()[0]}") from None
        except DatabaseError as error:
            raise CommandError(f"The database is not ready: {str(error).splitlines()[0]}") from None

    def _load(self, folder: Path, if_empty: bool) -> None:
        run.require_ready()
        if if_empty and run.has_customers():
            self.stdout.write("There are customers already: nothing was loaded.")
            return
        faults, counts = run.run(folder, today=timezone.localdate(), say=self._say)
        if len(faults):
            self._refuse(faults)
        new, changed = sum(c.new for c in counts), sum(c.changed for c in counts)
        rows = sum(c.new + c.changed + c.same for c in counts)
        done = f"{new:,} new, {changed:,} changed" if new or changed else "nothing changed"
        self.stdout.write(f"Loaded {rows:,} rows from {folder}: {done}. Nobody was told.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _refuse(self, faults: Faults) -> None:
        for fault in faults:
            self.stderr.write(str(fault))
        more = f" (the first {LISTED} are listed)" if len(faults) >= LISTED else ""
        raise CommandError(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}{more}. Nothing was loaded.")
