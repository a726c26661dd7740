"""What people keep of a list, within reach of the actor."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, Value

from portal.actors import Actor
from portal.models import ListView, StaffListView
from portal.tenancy import of_enterprise

ADMIN, STAFF_ADMIN = "enterprise.admin", "platform.watch"
# More than a menu can show; the limits of what is kept stay below.
_MOST = 100
_FIELDS = ("pk", "person_id", "name", "query", "columns", "is_shared", "person_name", "opens_with")


@dataclass(frozen=True)
class View:
    """A named view. ``key`` stands in the address; those that staff read of a customer's begin with c."""

    key: str
    name: str
    query: str
    columns: tuple[str, ...]
    is_shared: bool
    is_mine: bool
    owner: str

    @property
    def address(self) -> str:
        return f"{self.query}&view={self.key}" if self.query else f"view={self.key}"


@dataclass(frozen=True)
class Kept:
    """All that is kept of a list for one person: the views, their own columns, and the view it opens with."""

    views: tuple[View, ...] = ()
    columns: tuple[str, ...] = ()
    opens_with: str = ""

    def view(self, key: str) -> View | None:
        return next((each for each in self.views if each.key == key), None) if key else None


def rows_of(actor: Actor) -> QuerySet[Any]:
    """The views of the actor's side: a customer's in their enterprise, staff's among themselves."""
    return StaffListView.objects.all() if actor.is_staff else of_enterprise(ListView.objects, actor)


def list_within_reach(actor: Actor, listing: str) -> QuerySet[Any]:
    """One's own and the shared ones."""
    return rows_of(actor).filter(_own(actor) | Q(is_shared=True), listing=listing)


def get_view(actor: Actor, pk: int) -> ListView | StaffListView | None:
    """A named view of one's own, or a shared one; None for another's."""
    found: ListView | StaffListView | None = (
        rows_of(actor).filter(_own(actor) | Q(is_shared=True), pk=pk).exclude(name="").first()
    )
    return found


def may_remove(actor: Actor, view: ListView | StaffListView) -> bool:
    """Its owner, and of a shared one an administrator too."""
    return view.person_id == actor.user_id or (view.is_shared and actor.may(STAFF_ADMIN if actor.is_staff else ADMIN))


def get_kept(actor: Actor, listing: str) -> Kept:
    """One query, whatever there is. Staff inside a customer's place read its shared views too."""
    rows = list_within_reach(actor, listing).values_list(*_FIELDS)
    if actor.is_staff and actor.enterprise_id is not None:
        theirs = of_enterprise(ListView.objects, actor).filter(listing=listing, is_shared=True)
        # No person of staff's has that number.
        theirs = theirs.annotate(nobody=Value(0, output_field=BigIntegerField()))
        rows = rows.union(theirs.values_list("pk", "nobody", *_FIELDS[2:]), all=True)
    columns: tuple[str, ...] = ()
    opens_with, views = "", []
    for pk, person_id, name, query, shown, is_shared, owner, opens in rows[:_MOST]:
        if name:
            is_mine = person_id == actor.user_id
            key = f"c{pk}" if person_id == 0 else str(pk)
            views.append(View(key, name, query, tuple(shown), is_shared, is_mine, owner))
        else:
            columns, opens_with = tuple(shown), opens
    views.sort(key=lambda each: (not each.is_mine, each.name.casefold()))
    return Kept(tuple(views), columns, opens_with)


def _own(actor: Actor) -> Q:
    return Q(person_id=actor.user_id)
