import time
from argparse import ArgumentParser
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.loading.sign_ins import demo_secret


class Command(BaseCommand):
    help = "Print the present second factor of one of the demo's people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USER", help="the person's mail address")

    def handle(self, *, user: str, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Second factors are given out in the demo only (DEMO=1): here each person has their own."
            )
        try:
            secret = demo_secret(user)
        except LookupError:
            raise CommandError(f"Nobody signs in as {user}. demo/carrier/SIGN_INS.txt has the demo's people.") from None
        if secret is None:
            raise CommandError(f"{user} has no second factor: mail and password are enough.")
        now = time.time()
        period = app_settings.TOTP_PERIOD
        self.stdout.write(format_hotp_value(hotp_value(secret, int(now // period))))
        self.stderr.write(f"Good for another {period - int(now % period)} seconds, once.")
