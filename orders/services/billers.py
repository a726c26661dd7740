"""Who bills services: billing stands above, and registers itself here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from accounts.models import Account
from inventory.models import Service
from portal.actors import Actor


@dataclass(frozen=True)
class MonthlyCharge:
    """What a service costs a month from a day on, and its words; ``ends_on`` is the first day it no longer does."""

    text: str
    amount: Decimal
    starts_on: date
    ends_on: date | None


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

    def charges(self, service: Service, *, on: date, actor: Actor) -> list[MonthlyCharge]:
        """What the service costs a month from this day on, if nothing is changed."""

    def carry_on(self, service: Service, charges: Sequence[MonthlyCharge], *, on: date, actor: Actor) -> None:
        """A service that came from another enterprise costs this from the day on, and nothing for days before."""


BILLERS: list[Biller] = []
