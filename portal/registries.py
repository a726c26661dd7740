"""What the apps fill in at start-up, so that the kernel need not know them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.actors import Actor
from portal.errors import Text


@dataclass(frozen=True)
class NavItem:
    """A door in the side bar: shown to who holds the permission."""

    label: Text
    icon: str
    url_name: str
    face: str
    permission: str = ""
    # For staff, whether it is a work list across enterprises or a place inside one.
    is_inside: bool = True
    order: int = 50


@dataclass(frozen=True)
class Card:
    """A part of the home page: its template and what it shows, or None for nothing now."""

    template: str
    face: str
    context: Callable[[Actor], dict[str, Any] | None]
    permission: str = ""
    order: int = 50
    column: str = "main"


@dataclass(frozen=True)
class Hit:
    """One thing that was looked for: what it is, how it is known, and its page in the enterprise."""

    what: Text
    label: str
    hint: str
    url_name: str
    args: tuple[str, ...]


@dataclass(frozen=True)
class Search:
    """Where things of one kind are found by the identifiers that people quote.

    ``find`` gets the text as it was typed, and gives at most a few hits within the actor's reach.
    """

    what: str
    permission: str
    find: Callable[[Actor, str], Iterable[Hit]]
    order: int = 50


@dataclass
class Registries:
    nav: list[NavItem] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    # what a customer's people can be granted: permission code -> what it lets them do, in words
    permissions: dict[str, Text] = field(default_factory=dict)
    # what the carrier's roles can hold
    staff_permissions: dict[str, Text] = field(default_factory=dict)
    # staff role code -> the permissions it is shipped with
    staff_roles: dict[str, set[str]] = field(default_factory=dict)


_all = Registries()


def add_nav(*items: NavItem) -> None:
    _all.nav.extend(items)


def add_cards(*cards: Card) -> None:
    _all.cards.extend(cards)


def add_searches(*searches: Search) -> None:
    _all.searches.extend(searches)


def add_permissions(
    *, customer: Mapping[str, Text], staff: Mapping[str, Text], staff_roles: Mapping[str, Iterable[str]]
) -> None:
    """An app's permissions for each side, and which staff roles are shipped with which of them."""
    _all.permissions.update(customer)
    _all.staff_permissions.update(staff)
    for role, codes in staff_roles.items():
        _all.staff_roles.setdefault(role, set()).update(codes)


def nav(face: str, actor: Actor) -> list[NavItem]:
    """The doors this actor may open, in order."""
    inside = actor.enterprise_id is not None
    items = [i for i in _all.nav if i.face == face and (not i.permission or actor.may(i.permission))]
    return sorted((i for i in items if inside or not i.is_inside), key=lambda i: i.order)


def cards(face: str, actor: Actor) -> list[Card]:
    """The parts of this actor's home, in order."""
    found = [c for c in _all.cards if c.face == face and (not c.permission or actor.may(c.permission))]
    return sorted(found, key=lambda c: c.order)


SEARCH_CHARACTERS = 100


def search(actor: Actor, text: str) -> list[Hit]:
    """What an identifier names, of all that the actor may see in their enterprise: whole, in any spelling.

    Nothing outside an enterprise, and nothing for a text without letters or digits.
    """
    typed = " ".join(text.split())[:SEARCH_CHARACTERS]
    if actor.enterprise_id is None or not any(character.isalnum() for character in typed) or "\0" in typed:
        return []
    asked = sorted((each for each in _all.searches if actor.may(each.permission)), key=lambda each: each.order)
    return [hit for each in asked for hit in each.find(actor, typed)]


def permissions() -> dict[str, Text]:
    """All that a customer's administrator holds and can grant."""
    return dict(_all.permissions)


def staff_permissions() -> dict[str, Text]:
    """All that a role of the carrier's people can hold."""
    return dict(_all.staff_permissions)


def staff_roles() -> dict[str, set[str]]:
    return {role: set(codes) for role, codes in _all.staff_roles.items()}
