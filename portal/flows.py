"""State machines as tables: one table draws the buttons, guards the write and fills the docs."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models

from portal.errors import IllegalMove

# Every machine by name, for docs/states.md and for the test against the database's constraints.
FLOWS: dict[str, "Flow"] = {}


@dataclass(frozen=True)
class Flow:
    """The states of one thing and the moves between them.

    ``standard`` gives, for each state, TM Forum's word for it.
    """

    name: str
    states: type[models.TextChoices]
    moves: Mapping[str, frozenset[str]]
    tones: Mapping[str, str]
    standard: Mapping[str, str]

    def __post_init__(self) -> None:
        FLOWS[self.name] = self

    def allows(self, current: str, target: str) -> bool:
        return target in self.moves.get(current, frozenset())

    def require(self, current: str, target: str) -> None:
        """Raises IllegalMove unless the move stands in the table."""
        if not self.allows(current, target):
            raise IllegalMove()

    def open_states(self) -> list[str]:
        """The states from which something can still happen."""
        return [state for state in self.states.values if self.moves.get(state)]

    def tone(self, state: str) -> str:
        return self.tones.get(state, "gray")

    def constraint(self, field: str = "status") -> models.CheckConstraint:
        """The database's own list of the states, so that no write can invent one."""
        return models.CheckConstraint(
            condition=models.Q(**{f"{field}__in": list(self.states.values)}),
            name=f"{self.name}_{field}_known",
        )


def table(moves: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    """Moves as they read best: each state with the states it can go to."""
    return {state: frozenset(targets) for state, targets in moves.items()}
