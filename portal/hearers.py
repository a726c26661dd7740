"""Who hears of a thing: its recipients, who follows it, and who wants to hear no more of it.

What can be followed, and who can follow, the apps say at start-up. The rights of a follower are asked
when there is something to tell: a right that was withdrawn silences them, one that comes back does not.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse

from portal.actors import Actor
from portal.errors import Text
from portal.models import Event, Following
from portal.together import asked_for_all

_SALT = "following"


@dataclass(frozen=True)
class Party:
    """Somebody who can follow: the kind of row they are, as "accounts.team", and its key."""

    kind: str
    pk: int


@dataclass(frozen=True)
class Recipient:
    """Somebody to be told: their address, how to speak to them, and why they hear of it."""

    address: str
    name: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    reason: Text = ""
    face: str = "customer"
    party: Party | None = None
    user_id: int | None = None


@dataclass(frozen=True)
class Named:
    """What somebody is called, and the address that tells them from others of that name."""

    name: str
    hint: str = ""


@dataclass(frozen=True)
class Place:
    """Where a thing stands: the permission that shows it, the account it is on, and how a sentence names it."""

    enterprise_id: int
    permission: str
    account_id: int | None
    this: Text


@dataclass(frozen=True)
class FollowerKind:
    """A kind of those who can follow.

    ``told`` gives, of some of them, those who may see what stands at a place now, each with whom to write to and
    why; ``find`` looks them up by a part of what they are called, ``mine`` says which of them an actor is or is in.
    """

    of: str
    word: Text
    icon: str
    named: Callable[[int, Collection[int]], Mapping[int, Named]]
    find: Callable[[int, str], Mapping[int, Named]]
    told: Callable[[Place, Collection[int]], Mapping[int, list[Recipient]]]
    mine: Callable[[Actor], Iterable[int]] = lambda _actor: ()


@dataclass(frozen=True)
class Followable:
    """A kind of thing that can be followed: each has a number, an account, and people who may see it.

    ``slug`` stands in addresses; ``this`` is how a sentence names it, as "this order"; ``rows`` are those
    within an actor's reach, ``title`` what one of them is called.
    """

    of: str
    slug: str
    word: Text
    this: Text
    permission: str
    rows: Callable[[Actor], QuerySet[Any]]
    title: Callable[[Any], Text]
    icon: str = "bell"


THINGS: dict[str, Followable] = {}
KINDS: dict[str, FollowerKind] = {}


def add_things(*things: Followable) -> None:
    THINGS.update({each.of: each for each in things})


def add_kinds(*kinds: FollowerKind) -> None:
    KINDS.update({each.of: each for each in kinds})


def party_of(row: Following) -> Party:
    return Party(row.follower_type, row.follower_id)


def by_kind(parties: Iterable[Party]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for each in parties:
        found[each.kind].add(each.pk)
    return {kind: keys for kind, keys in found.items() if kind in KINDS}


def reached(place: Place, parties: Iterable[Party]) -> dict[Party, list[Recipient]]:
    """Those who may see what stands at a place now, each with whom to write to."""
    return {
        Party(kind, pk): recipients
        for kind, keys in by_kind(parties).items()
        for pk, recipients in KINDS[kind].told(place, keys).items()
    }


def hearers(event: Event, own: Iterable[Recipient], *, with_followers: bool) -> list[Recipient]:
    """Those whom an event's kind names and those who follow its thing, without who wants to hear no more of it.

    Whoever follows is told so, also where they would hear of it anyway.
    """
    found, thing = list(own), THINGS.get(event.story_type)
    if thing is None:
        return found
    rows = _followings(event.enterprise_id, event.story_id, event.story_type)
    if not rows:
        return found
    place = Place(event.enterprise_id, thing.permission, event.account_id, thing.this)
    by_party = reached(place, [party_of(row) for row in rows])
    muted = {party_of(row) for row in rows if row.is_muted}
    if with_followers:
        following = [party_of(row) for row in rows if not row.is_muted]
        told = [each for party in following for each in by_party.get(party, []) if not _did_it(each, event)]
        theirs = {each.party: each.reason for each in told if each.party}
        found = [replace(each, reason=theirs[each.party]) if each.party in theirs else each for each in found]
        found += [each for each in told if each.party not in {one.party for one in found}]
    known = [*found, *(each for party in muted for each in by_party.get(party, []))]
    silent = {each.address.casefold() for each in known if each.party in muted}
    return [each for each in found if each.address.casefold() not in silent]


@asked_for_all("story_id")
def _followings(enterprise_id: int, things: Collection[int], of: str) -> Mapping[int, list[Following]]:
    found: dict[int, list[Following]] = {pk: [] for pk in things}
    rows = Following.objects.filter(enterprise_id=enterprise_id, subject_type=of, subject_id__in=found)
    for row in rows.order_by("id"):
        found[row.subject_id].append(row)
    return found


def _did_it(recipient: Recipient, event: Event) -> bool:
    return recipient.user_id is not None and recipient.user_id == event.actor_user_id


# --- the link by which one hears no more ---------------------------------------------------------------


def mute_token(event: Event, party: Party) -> str:
    """What stands in the link: who it is for and of what they hear no more; good for ever."""
    return sign([event.enterprise_id, event.story_type, event.story_id, party.kind, party.pk])


def sign(parts: list[int | str]) -> str:
    return signing.Signer(salt=_SALT).sign("-".join(str(each) for each in parts))


def mute_url(event: Event, recipient: Recipient) -> str:
    """Where a recipient silences a thing with one click; empty where that is not theirs to decide."""
    if recipient.party is None or event.story_type not in THINGS:
        return ""
    path = reverse("mute", args=[mute_token(event, recipient.party)], urlconf="portal.urls.customer")
    return f"{settings.CUSTOMER_URL}{path}"


def read_mute(token: str) -> tuple[int, str, int, Party] | None:
    """Enterprise, thing and who, to be looked at inside; None for what we did not write."""
    try:
        enterprise_id, subject_type, subject_id, kind, pk = signing.Signer(salt=_SALT).unsign(token).split("-")
    except signing.BadSignature:
        return None
    return int(enterprise_id), subject_type, int(subject_id), Party(kind, int(pk))
