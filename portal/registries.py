"""What the apps fill in at start-up, so that the kernel need not know them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from portal import identifiers
from portal.actors import Actor
from portal.errors import Text

ADMINISTRATION = 60  # doors of this order and beyond stand apart from those of every day


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
    """One thing that was looked for: what it is, how it is known, and its page in the enterprise.

    ``leads_to`` says what the page is when it is not the thing's own. To staff outside any
    enterprise ``whose`` names its enterprise, ``enterprise`` by the number in its address.
    """

    what: Text
    label: str
    hint: str
    url_name: str
    args: tuple[str, ...]
    state: Text = ""
    tone: str = "gray"
    leads_to: Text = ""
    query: str = ""
    enterprise: str = ""
    whose: str = ""

    def url(self, actor: Actor) -> str:
        return reverse(self.url_name, args=[self.enterprise or actor.enterprise_public_id, *self.args]) + self.query


@dataclass(frozen=True)
class Search:
    """Where things of one kind are found by the identifiers that people quote.

    ``find`` gets the text as it was typed, and gives at most a few hits within the actor's reach;
    staff outside any enterprise look across all, by whole identifiers. ``by`` says what is looked at.
    """

    what: Text
    by: Text
    permission: str
    find: Callable[[Actor, str], Iterable[Hit]]
    order: int = 50
    is_outside_only: bool = False
    most: int = 5  # hits; where there are as many, there may be more


@dataclass(frozen=True)
class Found:
    """What one search gave."""

    search: Search
    hits: list[Hit]


@dataclass(frozen=True)
class Page:
    """Where a kind of thing has its page.

    ``number`` gives what stands in its address, "" where its page is one for all, None out of reach;
    with ``is_by_key`` that is the row's key, and not the number by which people call the thing.
    """

    of: str
    label: Text
    url_name: str
    number: Callable[[Actor, int], str | None]
    is_by_key: bool = False


# Gives the open work of one of the carrier's people, by card, to another or to nobody; says how much it was.
Handover = Callable[[int, int | None, Actor, datetime], int]


# Does what is due at a moment, and says in a line each what it has done.
OwnerJob = Callable[[datetime], Iterable[str]]


@dataclass(frozen=True)
class Use:
    """How to tell which enterprises have products of some families in use.

    ``of`` makes it a condition on rows of enterprises; ``managed`` are the families that the carrier
    runs for the customer, and does not only deliver.
    """

    of: Callable[[Collection[str]], Any]
    managed: Collection[str]


@dataclass(frozen=True)
class Held:
    """Something that hangs on billing accounts: its rows within reach, each with an account_id, and their list.

    Without ``url_name`` there is no list of it; ``query`` is the list's filter by account number.
    """

    label: Text
    permission: str
    rows: Callable[[Actor], Any]
    url_name: str = ""
    query: str = "account"
    order: int = 50


@dataclass(frozen=True)
class Part:
    """A part of a thing's page that another app fills: its template and what it shows, or None for nothing now.

    ``of`` is the thing's label, as "inventory.service". ``tells`` names further things whose journal
    belongs to the thing's story, as their label and their keys, within the actor's reach: of what the part
    shows, so that nothing is asked for twice. ``place`` is
    where it stands: "top" before all else, "main", "side", or "actions", the buttons of the head.
    """

    of: str
    template: str
    permission: str
    context: Callable[[Actor, Any], dict[str, Any] | None]
    tells: Callable[[dict[str, Any]], tuple[str, Collection[int]]] | None = None
    order: int = 50
    place: str = "main"


@dataclass(frozen=True)
class Proof:
    """By which somebody shows that a billing account is theirs.

    ``fits`` gets the enterprise, the account, what was typed and the day (of the carrier's calendar) since when a
    document counts; it is asked inside the enterprise.
    """

    name: str
    label: Text
    hint: Text
    fits: Callable[[int, int, str, date], bool]
    order: int = 50


@dataclass
class Registries:
    nav: list[NavItem] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    # kind of thing, as "orders.order" -> its page
    pages: dict[str, Page] = field(default_factory=dict)
    # what hangs on billing accounts
    held: list[Held] = field(default_factory=list)
    # what apps add to the pages of others' things
    parts: list[Part] = field(default_factory=list)
    # what a customer's people can be granted: permission code -> what it lets them do, in words
    permissions: dict[str, Text] = field(default_factory=dict)
    # those of them that are about the whole enterprise, and not about single accounts
    whole_permissions: set[str] = field(default_factory=set)
    # those of them that nothing in the portal asks for yet
    future_permissions: set[str] = field(default_factory=set)
    # beginning of a code, as "billing" -> what its section is called, in the order of the sections
    sections: dict[str, Text] = field(default_factory=dict)
    # what the carrier's roles can hold
    staff_permissions: dict[str, Text] = field(default_factory=dict)
    # staff role code -> the permissions it is shipped with
    staff_roles: dict[str, set[str]] = field(default_factory=dict)
    # by name
    proofs: dict[str, Proof] = field(default_factory=dict)
    use: Use | None = None
    # what else somebody's leaving hands over: work that names them, in one enterprise
    handovers: list[Handover] = field(default_factory=list)
    # what reaches across the walls, and so is left to the tables' owner
    owner_jobs: list[OwnerJob] = field(default_factory=list)


_all = Registries()


def add_nav(*items: NavItem) -> None:
    _all.nav.extend(items)


def add_cards(*cards: Card) -> None:
    _all.cards.extend(cards)


def add_searches(*searches: Search) -> None:
    _all.searches.extend(searches)


def add_pages(*pages: Page) -> None:
    _all.pages.update({page.of: page for page in pages})


def page_of(kind: str) -> Page | None:
    """The page of a kind of thing, by its label."""
    return _all.pages.get(kind)


def add_proofs(*proofs: Proof) -> None:
    _all.proofs.update({each.name: each for each in proofs})


def proofs() -> Mapping[str, Proof]:
    """The proofs of an account, by name, in order."""
    return dict(sorted(_all.proofs.items(), key=lambda pair: pair[1].order))


def months_before(day: date, months: int) -> date:
    """Since when a document counts that may be so many months old."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return day.replace(year=years, month=month + 1, day=min(day.day, 28))


def add_held(*kinds: Held) -> None:
    _all.held.extend(kinds)


def held(actor: Actor) -> list[Held]:
    """What of billing accounts this actor may see, in order."""
    return sorted((each for each in _all.held if actor.may(each.permission)), key=lambda each: each.order)


def add_parts(*parts: Part) -> None:
    _all.parts.extend(parts)


def parts(of: str, actor: Actor) -> list[Part]:
    """What other apps add to the page of a thing, as far as this actor may see it, in order."""
    found = (each for each in _all.parts if each.of == of and actor.may(each.permission))
    return sorted(found, key=lambda each: each.order)


def add_permissions(
    *,
    customer: Mapping[str, Text],
    staff: Mapping[str, Text],
    staff_roles: Mapping[str, Iterable[str]],
    whole: Iterable[str] = (),
    future: Iterable[str] = (),
    sections: Mapping[str, Text] | None = None,
) -> None:
    """An app's permissions for each side, and which staff roles are shipped with which of them.

    ``whole`` are those of the customer's that cannot be limited to single accounts, ``future`` those
    that nothing asks for yet: they can be granted, and say so.
    """
    _all.permissions.update(customer)
    _all.whole_permissions.update(whole)
    _all.future_permissions.update(future)
    _all.sections.update(sections or {})
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


def searches(actor: Actor) -> list[Search]:
    """What this actor can look for where they are, in order."""
    if actor.enterprise_id is None and not actor.is_staff:
        return []
    asked = [each for each in _all.searches if actor.may(each.permission)]
    return sorted(
        (each for each in asked if not each.is_outside_only or actor.enterprise_id is None), key=lambda each: each.order
    )


def search_by_kind(actor: Actor, text: str) -> list[Found]:
    """What an identifier names, of all that the actor may see, in any spelling; the kinds with something in them."""
    typed = identifiers.cleaned(text)
    if not typed:
        return []
    found = (Found(each, list(each.find(actor, typed))) for each in searches(actor))
    return [each for each in found if each.hits]


def search(actor: Actor, text: str) -> list[Hit]:
    """The same, all in one."""
    return [hit for found in search_by_kind(actor, text) for hit in found.hits]


def permissions() -> dict[str, Text]:
    """All that a customer's administrator holds and can grant."""
    return dict(_all.permissions)


def whole_permissions() -> set[str]:
    """Those of them that are about the whole enterprise."""
    return set(_all.whole_permissions)


def future_permissions() -> set[str]:
    """Those of them that nothing in the portal asks for yet."""
    return set(_all.future_permissions)


def sections() -> dict[str, Text]:
    """The beginnings of permissions' codes, in order, each with what its section is called."""
    return dict(_all.sections)


def staff_permissions() -> dict[str, Text]:
    """All that a role of the carrier's people can hold."""
    return dict(_all.staff_permissions)


def set_use(use: Use) -> None:
    """How the use of products is told; one app knows."""
    _all.use = use


def use() -> Use | None:
    return _all.use


def add_handovers(*handovers: Handover) -> None:
    _all.handovers.extend(handovers)


def handovers() -> list[Handover]:
    return list(_all.handovers)


def add_owner_jobs(*jobs: OwnerJob) -> None:
    _all.owner_jobs.extend(jobs)


def owner_jobs() -> list[OwnerJob]:
    return list(_all.owner_jobs)


def staff_roles() -> dict[str, set[str]]:
    return {role: set(codes) for role, codes in _all.staff_roles.items()}
