"""What is wrong with a folder, each fault by file, line and column."""

from collections.abc import Iterator
from dataclasses import dataclass

LISTED = 200


class Wrong(ValueError):
    """A cell that cannot be read: what is wrong, and what is expected."""


class EnoughFaults(Exception):
    """No more are collected: who mends two hundred of them runs the command again anyway."""


class LoadRefused(Exception):
    """A folder that cannot be loaded, for a reason that is not one cell's."""


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    line: int  # 0: the file itself
    column: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.column}: {self.text}" if self.column else f"{place}: {self.text}"


class Faults:
    """The faults found so far. Raises EnoughFaults at the last one that is listed."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, file: str, line: int, column: str, text: str) -> None:
        self._found.append(Fault(file, line, column, text))
        if len(self._found) >= LISTED:
            raise EnoughFaults

    def __iter__(self) -> Iterator[Fault]:
        """By place; a later batch may find a fault of an earlier line's neighbour."""
        order = {name: place for place, name in enumerate(dict.fromkeys(f.file for f in self._found))}
        return iter(sorted(self._found, key=lambda f: (order[f.file], f.line)))

    def __len__(self) -> int:
        return len(self._found)
