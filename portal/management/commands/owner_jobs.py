import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.utils import timezone

from portal import db, registries


class Command(BaseCommand):
    help = "Do what only the tables' owner can, as moving accounts between enterprises that was approved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on for ever, so many seconds apart")

    def handle(self, *, every: int | None, **options: Any) -> None:
        self._require_owner()
        while True:
            try:
                for line in (line for job in registries.owner_jobs() for line in job(timezone.now())):
                    self.stdout.write(line)
                    self.stdout.flush()
            except OperationalError as error:
                if not every:
                    raise CommandError(f"The database does not answer: {str(error).splitlines()[0]}") from None
                self.stderr.write(f"The database does not answer: {str(error).splitlines()[0]}")
            if not every:
                return
            # Nothing is held while it waits.
            connection.close()
            time.sleep(every)

    def _require_owner(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            user = cursor.fetchone()[0]
        if user != db.OWNER:
            raise CommandError(f"Only {db.OWNER} does this; the database knows this process as {user}.")
