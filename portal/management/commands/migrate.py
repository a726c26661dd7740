from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.utils.module_loading import import_string

from portal import db


class Command(Migrate):
    """Django's migrate, which then makes walls and grants equal to the kinds of table."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        # A partial run, as in a test that goes down and up, has not all tables.
        if options["plan"] or options["check_unapplied"] or options["app_label"]:
            return
        done = db.reconcile()
        for name in settings.AFTER_MIGRATE:
            import_string(name)()
        if options["verbosity"] and done:
            self.stdout.write(f"Walls and grants: {len(done)} statements.")
