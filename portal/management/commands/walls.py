from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import walls


class Command(BaseCommand):
    """Ask the database whether its walls and grants are those that the tables' kinds say; exit 1 where not."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        found = walls.breaches()
        for breach in found:
            self.stdout.write(f"{breach.number} {breach.title}: {breach.found}")
        if found:
            raise CommandError(f"{len(found)} of these should not be. manage.py migrate puts walls and grants right.")
        self.stdout.write(f"The walls stand: {len(walls.questions())} rules, nothing found.")
