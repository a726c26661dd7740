"""Who bills services: billing stands above, and registers itself here."""

from datetime import date
from decimal import Decimal
from typing import Protocol

from accounts.models import Account
from inventory.models import Service
from portal.actors import Actor


class Biller(Protocol):
    """Who bills services by the month; each is called in the transaction of the order that is concluded.

    Days are the first on which it is otherwise. Called again with the same, nothing more happens.
    """

    def start(self, service: Service, *, monthly: Decimal, on: date, actor: Actor) -> bool:
        """The service costs so much a month from this day on; False where it is billed already, and nothing is done."""

    def stop(self, service: Service, *, on: date, actor: Actor) -> None:
        """Nothing of the service is billed from this day on."""

    def reprice(self, service: Service, *, monthly: Decimal, on: date, actor: Actor) -> None:
        """The service costs so much a month from this day on."""

    def move(self, service: Service, *, account: Account, on: date, actor: Actor) -> None:
        """The account pays for the service from this day on; what was billed stays where it was."""


BILLERS: list[Biller] = []
