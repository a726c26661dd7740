from typing import Any

from django.core.management.base import BaseCommand

from portal import wording


class Command(BaseCommand):
    """Collect what is said on the screen into locale/, and compile the translations."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        collected = wording.collect()
        for language in wording.TRANSLATED:
            left = wording.missing(wording.update(language, collected))
            self.stdout.write(f"{language}: {len(collected)} texts, {len(left)} without a translation")
