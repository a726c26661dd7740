"""Who answers for an order, one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# Whom an order can be taken to, in the order in which they follow where the team says nothing else.
LADDER = ("care_manager", "csm", "service_manager", "account_manager", "account_director")


@dataclass(frozen=True)
class Rung:
    """One of those who answer for an order: how far up, who, and as what."""

    level: int
    card: Any
    role: str


def ladder(team: Iterable[Any], *, care_manager_id: int | None, family: str) -> list[Rung]:
    """The rungs above the order's care manager, by the account team's own order of escalation.

    Each person stands there once; who answers for other products only does not.
    """
    fitting = [each for each in team if each.role in LADDER and (not each.families or family in each.families)]
    fitting.sort(key=lambda each: (each.escalation, LADDER.index(each.role)))
    first = {each.card_id: each for each in reversed(fitting) if each.card_id != care_manager_id}
    found = sorted(first.values(), key=fitting.index)
    return [Rung(level, each.card, each.role) for level, each in enumerate(found, start=1)]


def rung_at(rungs: list[Rung], level: int) -> Rung | None:
    """Whom a level means: beyond the last of them it is the last again."""
    return rungs[min(level, len(rungs)) - 1] if rungs else None
