"""Keeping views of lists: saved, renamed, shared, removed; and each person's own columns."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal import events, locator
from portal.actors import Actor
from portal.errors import Refused
from portal.listing.declared import Listing
from portal.listing.selectors import may_remove, rows_of
from portal.models import ListView, StaffListView
from portal.tenancy import tenant_scope

# For one person and list; and shared in an enterprise, or among staff, for one list.
MOST, MOST_SHARED = 30, 30
AnyView = ListView | StaffListView


@dataclass(frozen=True)
class Wish:
    """A view as somebody wants to keep it: under a name, a query as in the address, the columns."""

    name: str
    query: str
    columns: Sequence[str]
    is_shared: bool = False
    is_first: bool = False


@transaction.atomic
def save_view(listing: Listing, wish: Wish, *, actor: Actor, at: datetime) -> AnyView:
    """Keep a view under a new name.

    Raises Refused for a name that is taken, at the limits, and for sharing where there is nobody
    to share with.
    """
    _require_room(listing, actor, is_shared=wish.is_shared)
    if wish.is_shared:
        _require_sharing(actor)
    view = _blank(listing, actor, at)
    view.name, view.query, view.columns, view.is_shared = wish.name, wish.query, list(wish.columns), wish.is_shared
    _write(view, force_insert=True)
    if wish.is_shared:
        _record("view.shared", view, actor, at)
    if wish.is_first:
        open_with(listing, str(view.pk), actor=actor, at=at)
    return view


@transaction.atomic
def rename_view(pk: int, name: str, *, actor: Actor, at: datetime) -> AnyView:
    """Give one's view another name. Raises Refused for one that is taken."""
    view = _locked(pk, actor)
    view.name, view.changed_at = name, at
    _write(view, update_fields=["name", "changed_at"])
    return view


@transaction.atomic
def replace_view(pk: int, query: str, columns: Sequence[str], *, actor: Actor, at: datetime) -> AnyView:
    """Let one's view be what is looked at now."""
    view = _locked(pk, actor)
    view.query, view.columns, view.changed_at = query, list(columns), at
    view.save(update_fields=["query", "columns", "changed_at"])
    return view


@transaction.atomic
def share_view(listing: Listing, pk: int, *, actor: Actor, at: datetime, is_shared: bool) -> AnyView:
    """Show one's view to everybody who sees the list, or to nobody else any more."""
    view = _locked(pk, actor)
    if is_shared == view.is_shared:
        return view
    if is_shared:
        _require_sharing(actor)
        _require_room(listing, actor, is_shared=True, is_new=False)
    view.is_shared, view.changed_at = is_shared, at
    _write(view, update_fields=["is_shared", "changed_at"])
    _record("view.shared" if is_shared else "view.unshared", view, actor, at)
    return view


@transaction.atomic
def remove_view(pk: int, *, actor: Actor, at: datetime) -> None:
    """Remove one's view, or as an administrator a shared one. Who had it first sees the whole list again."""
    view: AnyView = rows_of(actor).select_for_update().get(pk=pk)
    if not may_remove(actor, view):
        raise Refused(
            _("This view belongs to %(name)s.") % {"name": view.person_name},
            way_out=_("Ask them or an administrator to remove it."),
        )
    if view.is_shared:
        _record("view.removed", view, actor, at)
    view.delete()


@transaction.atomic
def choose_columns(listing: Listing, columns: Sequence[str], *, actor: Actor, at: datetime) -> None:
    """How the person has the list where no view says otherwise."""
    _own_way(listing, actor, at, columns=list(columns))


@transaction.atomic
def open_with(listing: Listing, key: str, *, actor: Actor, at: datetime) -> None:
    """The view by which the person's list opens; '' for the whole list."""
    _own_way(listing, actor, at, opens_with=key)


def _own_way(listing: Listing, actor: Actor, at: datetime, **values: Any) -> None:
    mine = rows_of(actor).filter(listing=listing.name, person_id=actor.user_id, name="")
    if mine.update(changed_at=at, **values):
        return
    own = _blank(listing, actor, at)
    for name, value in values.items():
        setattr(own, name, value)
    try:
        with transaction.atomic():
            own.save(force_insert=True)
    except IntegrityError:
        # Another tab was quicker.
        mine.update(changed_at=at, **values)


def _blank(listing: Listing, actor: Actor, at: datetime) -> AnyView:
    assert actor.user_id is not None
    fields: dict[str, Any] = {
        "listing": listing.name, "person_id": actor.user_id, "person_name": actor.name, "changed_at": at
    }  # fmt: skip
    if actor.is_staff:
        return StaffListView(**fields)
    assert actor.enterprise_id is not None
    return ListView(enterprise_id=actor.enterprise_id, **fields)


def _locked(pk: int, actor: Actor) -> AnyView:
    """One's own view. Raises Refused for another's."""
    view: AnyView = rows_of(actor).select_for_update().get(pk=pk)
    if view.person_id != actor.user_id:
        raise Refused(
            _("This view belongs to %(name)s.") % {"name": view.person_name},
            way_out=_("Open it, change what you need, and save it under a name of your own."),
        )
    return view


def _require_room(listing: Listing, actor: Actor, *, is_shared: bool, is_new: bool = True) -> None:
    rows = rows_of(actor).filter(listing=listing.name)
    if is_new and rows.filter(person_id=actor.user_id).exclude(name="").count() >= MOST:
        raise Refused(
            _("You have %(most)s views of this list already.") % {"most": MOST},
            way_out=_("Remove one that you no longer need, then save this one."),
            field="name",
        )
    if is_shared and rows.filter(is_shared=True).count() >= MOST_SHARED:
        raise Refused(
            _("%(most)s views of this list are shared already.") % {"most": MOST_SHARED},
            way_out=_("Keep this one for yourself, or ask for one to be removed."),
            field="is_shared",
        )


def _require_sharing(actor: Actor) -> None:
    if actor.is_staff and actor.enterprise_id is not None:
        raise Refused(
            _("What you keep inside a customer's place is yours alone."),
            way_out=_("Save it without sharing."),
            field="is_shared",
        )


def _write(view: AnyView, **how: Any) -> None:
    try:
        with transaction.atomic():
            view.save(**how)
    except IntegrityError as error:
        raise Refused(
            _("There is a view of this name already, yours or a shared one."),
            way_out=_("Choose another name."),
            field="name",
        ) from error


def _record(kind: str, view: AnyView, actor: Actor, at: datetime) -> None:
    """In the customer's journal; what staff share among themselves, in the house's."""
    house_id = locator.house_id() if actor.is_staff and actor.enterprise_id is None else None
    scope: AbstractContextManager[None] = tenant_scope(house_id) if house_id else nullcontext()
    owner = house_id or actor.enterprise_id
    with scope:
        events.record(
            kind, subject=view, actor=actor, at=at, enterprise_id=owner, view=view.name, list=view.listing,
            owner=view.person_name,
        )  # fmt: skip
