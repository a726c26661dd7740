"""Who follows a thing, what somebody follows, and who could."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from portal import hearers, registries
from portal.actors import Actor, ActorKind
from portal.errors import Text
from portal.hearers import Followable, Named, Party, Place, party_of
from portal.models import Following
from portal.tenancy import of_enterprise

KEEPER = "user.admin"  # decides about colleagues, and so who follows what
MOST = 8


@dataclass(frozen=True)
class Follower:
    """One who follows, as a page shows them."""

    row: Following
    kind: hearers.FollowerKind
    named: Named
    is_me: bool
    may_stop: bool


@dataclass(frozen=True)
class Followed:
    """One followed thing, as its follower sees it: without a number where it is out of their reach."""

    row: Following
    what: Followable
    number: str
    title: Text
    url_name: str
    through: str
    may_mute: bool


def followable(slug: str) -> Followable | None:
    return next((each for each in hearers.THINGS.values() if each.slug == slug), None)


def get_thing(actor: Actor, what: Followable, number: str) -> Any | None:
    """A thing within reach, by its number."""
    return what.rows(actor).filter(number=number).first()


def place_of(what: Followable, thing: Any) -> Place:
    return Place(thing.enterprise_id, what.permission, thing.account_id, what.this)


def mine(actor: Actor) -> list[Party]:
    """What an actor is: themselves, and the teams they are in."""
    return [Party(kind.of, pk) for kind in hearers.KINDS.values() for pk in kind.mine(actor)]


def myself(actor: Actor) -> Party | None:
    """A customer's person; None for staff and programs, who follow nothing themselves."""
    if actor.kind != ActorKind.CUSTOMER:
        return None
    return next((Party(kind.of, pk) for kind in hearers.KINDS.values() for pk in kind.mine(actor)), None)


def rows_of(actor: Actor, thing: Model) -> QuerySet[Following]:
    rows = of_enterprise(Following.objects, actor).order_by("added_at", "id")
    return rows.filter(subject_type=thing._meta.label_lower, subject_id=thing.pk)


def get_row(actor: Actor, pk: int) -> Following | None:
    """One of theirs, or of a thing within their reach."""
    row = of_enterprise(Following.objects, actor).filter(pk=pk).first()
    what = hearers.THINGS.get(row.subject_type) if row else None
    if row is None or what is None:
        return None
    if party_of(row) in mine(actor):
        return row
    return row if what.rows(actor).filter(pk=row.subject_id).exists() else None


def may_stop(actor: Actor, row: Following, own: Iterable[Party]) -> bool:
    """One's own and one's teams', whom one added oneself, contacts; all for who keeps the people, and for staff."""
    is_added = row.added_by_user_id is not None and row.added_by_user_id == actor.user_id
    is_contact = row.follower_type == "accounts.contact"
    return party_of(row) in own or is_added or is_contact or actor.is_staff or actor.may(KEEPER)


def followers_of(actor: Actor, known: Iterable[Following]) -> list[Follower]:
    """Who follows a thing, by kind and name, of all rows about it."""
    rows = [row for row in known if row.is_following]
    own = mine(actor) if rows else []
    named = names(actor.enterprise_id or 0, [party_of(row) for row in rows])
    found = [
        Follower(
            row, hearers.KINDS[row.follower_type], named[party_of(row)],
            party_of(row) == myself(actor), may_stop(actor, row, own),
        )
        for row in rows if party_of(row) in named
    ]  # fmt: skip
    order = list(hearers.KINDS)
    return sorted(found, key=lambda each: (order.index(each.kind.of), each.named.name.casefold()))


def names(enterprise_id: int, parties: Iterable[Party]) -> dict[Party, Named]:
    """What they are called; who is gone is left out."""
    return {
        Party(kind, pk): named
        for kind, keys in hearers.by_kind(parties).items()
        for pk, named in hearers.KINDS[kind].named(enterprise_id, keys).items()
    }


def find_parties(place: Place, typed: str) -> dict[Party, Named]:
    """Who may be meant: those who may see what stands there, and whoever is named by their whole name or address."""
    wanted, found = typed.casefold(), dict[Party, Named]()
    for kind in hearers.KINDS.values():
        near = kind.find(place.enterprise_id, typed) if typed else {}
        may = kind.told(place, near.keys()) if near else {}
        found |= {
            Party(kind.of, pk): named
            for pk, named in near.items()
            if pk in may or wanted in {named.name.casefold(), named.hint.casefold()}
        }
    return dict(list(found.items())[:MOST])


def list_followed(actor: Actor, parties: Iterable[Party]) -> QuerySet[Following]:
    """What some follow, or want to hear no more of."""
    theirs = Q(pk__in=[])
    for kind, keys in hearers.by_kind(parties).items():
        theirs |= Q(follower_type=kind, follower_id__in=keys)
    return of_enterprise(Following.objects, actor).filter(theirs, subject_type__in=list(hearers.THINGS))


def show_followed(actor: Actor, rows: Iterable[Following]) -> list[Followed]:
    """Rows with their things, as the actor may see them: a query for each kind of thing, and of follower."""
    rows, keys = list(rows), defaultdict(set)
    for row in rows:
        keys[row.subject_type].add(row.subject_id)
    things = {
        (of, thing.pk): thing for of, pks in keys.items() for thing in hearers.THINGS[of].rows(actor).filter(pk__in=pks)
    }
    own, me = mine(actor), myself(actor)
    named = names(actor.enterprise_id or 0, [party_of(row) for row in rows if party_of(row) != me])
    return [_followed(row, things.get((row.subject_type, row.subject_id)), named, own) for row in rows]


def _followed(row: Following, thing: Any, named: dict[Party, Named], own: list[Party]) -> Followed:
    what, page = hearers.THINGS[row.subject_type], registries.page_of(row.subject_type)
    through = named.get(party_of(row))
    return Followed(
        row,
        what,
        number=thing.number if thing else "",
        title=what.title(thing) if thing else "",
        url_name=page.url_name if page else "",
        through=through.name if through else "",
        may_mute=party_of(row) in own,
    )


def number_of(enterprise_id: int, subject_type: str, subject_id: int) -> str:
    """What a thing is called in the journal, whoever asks."""
    rows = apps.get_model(subject_type)._default_manager.filter(enterprise_id=enterprise_id, pk=subject_id)
    return str(rows.values_list("number", flat=True).first() or "")


def is_muted(actor: Actor, subject_type: str, subject_id: int, party: Party) -> bool:
    """Whether somebody wants to hear no more of a thing."""
    rows = of_enterprise(Following.objects, actor).filter(subject_type=subject_type, subject_id=subject_id)
    return rows.filter(follower_type=party.kind, follower_id=party.pk, is_muted=True).exists()
