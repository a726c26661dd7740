from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts import sessions


class Command(BaseCommand):
    help = "Sign somebody out everywhere, by mail address, or everybody with --all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("email", nargs="?")
        whom.add_argument("--all", action="store_true", dest="is_all")

    def handle(self, *args: Any, email: str | None, is_all: bool, **options: Any) -> None:
        try:
            count = sessions.end_all(None if is_all else email)
        except LookupError as error:
            raise CommandError(f"Nobody signs in as {email}.") from error
        self.stdout.write(f"{count} sessions ended.")
