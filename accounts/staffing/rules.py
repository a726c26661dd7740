"""What customers see of a colleague, apart from where it is kept."""

from dataclasses import dataclass
from datetime import time
from typing import Any


@dataclass(frozen=True)
class Card:
    """What customers see of a colleague; the days are 0 for Monday to 6, with their clock times or with neither."""

    name: str
    title: str
    phone: str = ""
    languages: tuple[str, ...] = ("en",)
    hours: str = ""
    works_on: tuple[int, ...] = ()
    works_from: time | None = None
    works_until: time | None = None
    time_zone: str = "UTC"
    region: str = ""


def values_of(card: Any) -> dict[str, Any]:
    """What stands on a card, as texts and lists."""
    names = [*Card.__dataclass_fields__, "email"]
    return {name: value if isinstance(value := getattr(card, name), str | list) else str(value or "") for name in names}


def print_of(card: Any) -> str:
    """A card as a page remembers to have shown it."""
    return repr(sorted(values_of(card).items()))
