"""What a list says of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase

from portal.actors import Actor
from portal.errors import Text
from portal.http import ActorRequest
from portal.links import address
from portal.lists import ListPage


@dataclass(frozen=True)
class Words:
    """What stands in place of the rows; ``text`` may name the carrier's %(phone)s."""

    title: Text
    text: Text = ""
    icon: str = "inbox"
    action_label: Text = ""
    action_url: str = ""  # the name of a route

    @property
    def told(self) -> str:
        text = str(self.text)
        return text % {"phone": settings.CARRIER["phone"]} if "%(" in text else text


@dataclass(frozen=True)
class Action:
    """Something to be done with chosen rows; who lacks the permission is not offered it."""

    name: str
    label: Text
    icon: str
    perform: Callable[[ActorRequest, list[Any]], HttpResponseBase]
    permission: str


@dataclass(frozen=True)
class Listing:
    """A list: where it is, what it is called, what is said when it is empty, what can be done with it.

    ``url``, ``export`` and ``bulk`` are names of routes, which inside an enterprise take its
    number; ``groups`` says which rows stand together. ``seen`` is another for a row that reads otherwise: an action
    that must not be done unseen asks for it (``listing.seen``).
    """

    name: str
    title: Text
    page: ListPage
    permission: str
    url: str
    nothing: Words
    none_found: Words
    is_inside: bool = True
    export: str = ""
    bulk: str = ""
    actions: Sequence[Action] = ()
    groups: Callable[[Any], Text] | None = None
    seen: Callable[[Any], str] | None = None
    css: str = ""
    has_views: bool = True

    def link(self, name: str, actor: Actor, *args: object) -> str:
        """The address of a route, inside the enterprise where the list is."""
        return address(name, *([actor.enterprise_public_id] if self.is_inside else []), *args)


LISTINGS: dict[str, Listing] = {}


def register(*listings: Listing) -> None:
    """Make lists known to what keeps views of them; each name belongs to one list."""
    for each in listings:
        if each.name in LISTINGS:
            raise ValueError(f"{each.name} is registered twice.")
        LISTINGS[each.name] = each


def find(name: str, actor: Actor) -> Listing | None:
    """A list that the actor may see where they are."""
    found = LISTINGS.get(name)
    if found is None or not found.has_views or found.is_inside != (actor.enterprise_id is not None):
        return None
    return found if actor.may(found.permission) else None
