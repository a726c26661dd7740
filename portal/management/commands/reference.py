from typing import Any

from django.core.management.base import BaseCommand

from portal import reference


class Command(BaseCommand):
    """Write docs/states.md, docs/permissions.md and docs/terms.md from the code."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        for path, text in reference.documents().items():
            path.write_text(text, "utf-8")
            self.stdout.write(f"{path} written.")
