"""Which lists can be exported, and who may have the file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db.models import QuerySet

from portal.actors import Actor
from portal.errors import Text
from portal.exports.shapes import Archive, Pack, Shape, Table, Target
from portal.lists import ListPage, Params
from portal.models import Export, ExportState
from portal.tenancy import of_enterprise


@dataclass(frozen=True)
class ExportKind:
    """A list as a file: its selector, filters and first sort, its header and its cells.

    ``cells`` is given some rows at a time and must ask the database the same for many as for few.
    With ``pack`` the file is an archive of the files that the rows are.
    """

    name: str
    title: Text
    permission: str
    page: ListPage
    rows: Callable[[Actor], QuerySet[Any]]
    header: Callable[[], list[str]] = list
    cells: Callable[[Iterable[Any]], list[list[Any]]] = list
    pack: Pack | None = None

    @property
    def ending(self) -> str:
        return "zip" if self.pack else "csv"

    @property
    def media_type(self) -> str:
        return "application/zip" if self.pack else "text/csv; charset=utf-8"

    def shape(self, target: Target) -> Shape:
        return Archive(target, self.pack) if self.pack else Table(target, self.header(), self.cells)

    def filtered(self, actor: Actor, params: Params) -> QuerySet[Any]:
        return self.page.filtered(self.rows(actor), params)

    def of_query(self, actor: Actor, query: str) -> QuerySet[Any]:
        """The same from a kept query."""
        return self.filtered(actor, dict(parse_qsl(query)))

    def words(self, query: str) -> list[Text]:
        """What a kept query narrows the list to, as its filters call it."""
        return [value for _label, value in self.page.said(dict(parse_qsl(query)))]


KINDS: dict[str, ExportKind] = {}


def register(*kinds: ExportKind) -> None:
    """Make lists known to the workers."""
    KINDS.update({kind.name: kind for kind in kinds})


def list_mine(actor: Actor) -> QuerySet[Export]:
    """What the person asked for on this face, newest first."""
    rows = of_enterprise(Export.objects, actor)
    if actor.user_id is None:
        return rows.none()
    mine = rows.filter(person_id=actor.user_id, face=settings.FACE)
    return mine.select_related("file").order_by("-asked_at", "-id")


def reach_of(actor: Actor, kind: ExportKind) -> list[int] | None:
    """The accounts the file is made over; None for all of the enterprise."""
    accounts = actor.accounts_for(kind.permission)
    return None if accounts is None else sorted(accounts)


def may_download(actor: Actor, export_id: int) -> bool:
    """Only who asked for it, on the face where they did, and while they reach all that it was made over."""
    found = list_mine(actor).filter(pk=export_id, state=ExportState.DONE).first()
    kind = KINDS.get(found.kind) if found else None
    if found is None or kind is None or not actor.may(kind.permission):
        return False
    accounts = actor.accounts_for(kind.permission)
    return accounts is None or (found.reach is not None and set(found.reach) <= accounts)
