"""The two lists of the audit log."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.audit import selectors
from accounts.permissions import Permission
from portal import registries
from portal.actors import Actor, ActorKind
from portal.cells import Cell, Column, anchor, ident, moment, with_small
from portal.errors import Text
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort
from portal.models import Event, Look
from portal.notices import KINDS, story_lines
from portal.templatetags.portal import idents

# What the kinds of event are about, by the beginnings of their names.
AREAS: dict[str, Text] = {
    "person rights team absence administrator access registration review": gettext_lazy("People and rights"),
    "enterprise account accounts contact group move": gettext_lazy("Enterprise and accounts"),
    "api_key": gettext_lazy("API keys"),
    "sign_on": gettext_lazy("Sign-on"),
    "order milestone steps service disconnect change renewal transfer trial contract takeover": gettext_lazy(
        "Orders and services"
    ),
    "invoice dispute billrun": gettext_lazy("Billing"),
    "term": gettext_lazy("Terms"),
    "export view notice todo following": gettext_lazy("Files, views and mails"),
    "staff role": gettext_lazy("The carrier's staff"),
}
_BY_AREA = {code.partition(" ")[0]: code.split() for code in AREAS}
_WHO: list[tuple[str, Text]] = [
    (ActorKind.CUSTOMER, gettext_lazy("The customer's people")),
    (ActorKind.STAFF, gettext_lazy("The carrier's people")),
    (ActorKind.KEY, gettext_lazy("API keys")),
    (ActorKind.SYSTEM, gettext_lazy("The portal itself")),
]


def _of_area(rows: Any, value: str) -> Any:
    names = [kind for kind in KINDS if kind.partition(".")[0] in _BY_AREA[value]]
    return rows.filter(kind__in=names)


JOURNAL = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest first"), "at", is_descending=True, column="at"),
        Sort("oldest", gettext_lazy("Oldest first"), "at", column="at"),
    ],
    filters=[
        Filter(
            "who",
            gettext_lazy("Who"),
            lambda rows, value: rows.filter(actor_name__icontains=value),
            hint=gettext_lazy("a part of the name"),
        ),
        Filter(
            "area",
            gettext_lazy("What it is about"),
            _of_area,
            choices=[(code.partition(" ")[0], words) for code, words in AREAS.items()],
        ),
        Filter(
            "side",
            gettext_lazy("On whose side"),
            lambda rows, value: rows.filter(actor_kind=value),
            choices=_WHO,
        ),
        DateRange("at", gettext_lazy("When"), "at"),
    ],
)


def journal_columns(actor: Actor) -> list[Column]:
    sides = {code: str(words) for code, words in _WHO}
    return [
        Column(_("What"), _what, is_lead=True, key="what"),
        Column(_("When"), lambda each: moment(each.at), key="at"),
        Column(_("Who"), lambda each: with_small(each.actor_name, sides.get(each.actor_kind, "")), key="who"),
    ]


def _what(event: Event) -> Cell:
    line = story_lines([event])[0]
    return with_small(idents(line["text"]), line["note"])


def _journal_header() -> list[str]:
    return [_("When"), _("Who"), _("On whose side"), _("Kind"), _("What"), _("Further")]


def _journal_rows(found: Iterable[Event]) -> list[list[Any]]:
    sides = {code: str(words) for code, words in _WHO}
    events = list(found)
    return [
        [event.at, event.actor_name, sides.get(event.actor_kind, ""), event.kind, line["text"], line["note"]]
        for event, line in zip(events, story_lines(events), strict=True)
    ]


JOURNAL_EXPORT = ExportKind(
    name="journal",
    title=gettext_lazy("Audit log"),
    permission=Permission.AUDIT_VIEW,
    page=JOURNAL,
    rows=selectors.list_journal,
    header=_journal_header,
    cells=_journal_rows,
)
JOURNAL_LIST = Listing(
    name="journal",
    title=gettext_lazy("Audit log"),
    page=JOURNAL,
    permission=Permission.AUDIT_VIEW,
    url="audit:journal",
    export="audit:export_journal",
    nothing=Words(
        gettext_lazy("Nothing has happened yet"),
        gettext_lazy("Every change stands here at once: what, when and by whom. Nobody can take a line out."),
        icon="history",
    ),
    none_found=Words(
        gettext_lazy("Nothing of that kind happened then"), gettext_lazy("Choose other days, or show all.")
    ),
)

LOOKS = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest first"), "first_at", is_descending=True, column="at"),
        Sort("oldest", gettext_lazy("Oldest first"), "first_at", column="at"),
    ],
    filters=[
        Filter(
            "who",
            gettext_lazy("Who"),
            lambda rows, value: rows.filter(name__icontains=value),
            hint=gettext_lazy("a part of the name"),
        ),
        Filter(
            "number",
            gettext_lazy("Number"),
            lambda rows, value: rows.filter(label__iexact=value),
            hint=gettext_lazy("of an invoice, order or dispute"),
        ),
        Filter(
            "side",
            gettext_lazy("On whose side"),
            lambda rows, value: rows.filter(who_kind=value),
            choices=_WHO[:3],
        ),
        Filter("way", gettext_lazy("How"), lambda rows, value: rows.filter(way=value), choices=Look.Way.choices),
        DateRange("at", gettext_lazy("When"), "first_at"),
    ],
)
_THINGS: dict[str, Text] = {
    "billing.invoice": pgettext_lazy("a thing", "Invoice"),
    "billing.dispute": pgettext_lazy("a thing", "Dispute"),
    "orders.order": pgettext_lazy("a thing", "Order"),
    "inventory.service": pgettext_lazy("a thing", "Service"),
    "portal.storedfile": pgettext_lazy("a thing", "Attached file"),
}


def look_columns(actor: Actor) -> list[Column]:
    ways = dict(Look.Way.choices)
    sides = {code: str(words) for code, words in _WHO}

    def thing(look: Look) -> Cell:
        page = registries.page_of(look.thing_type)
        is_numbered = look.thing_type != "portal.storedfile"
        label = ident(look.label) if is_numbered else look.label
        return with_small(anchor(label, _address(actor, page, look)) if page and is_numbered else label, called(look))

    return [
        Column(_("What"), thing, is_lead=True, key="what"),
        Column(_("Who"), lambda each: with_small(each.name, sides.get(each.who_kind, "")), key="who"),
        Column(_("How"), lambda each: str(ways[each.way]), key="way"),
        Column(_("First seen that day"), lambda each: moment(each.first_at), key="at"),
    ]


def called(look: Look) -> Text:
    return _THINGS.get(look.thing_type, look.thing_type)


def _address(actor: Actor, page: registries.Page, look: Look) -> str:
    """Where its number leads; who may not see it is told so there."""
    return reverse(page.url_name, args=[actor.enterprise_public_id, look.thing_id if page.is_by_key else look.label])


def _look_header() -> list[str]:
    return [_("What"), _("Number"), _("Who"), _("On whose side"), _("How"), _("First seen that day")]


def _look_rows(found: Iterable[Look]) -> list[list[Any]]:
    sides, ways = {code: str(words) for code, words in _WHO}, dict(Look.Way.choices)
    return [
        [str(called(each)), each.label, each.name, sides.get(each.who_kind, ""), str(ways[each.way]), each.first_at]
        for each in found
    ]


LOOKS_EXPORT = ExportKind(
    name="looks",
    title=gettext_lazy("Who saw what"),
    permission=Permission.AUDIT_VIEW,
    page=LOOKS,
    rows=selectors.list_looks,
    header=_look_header,
    cells=_look_rows,
)
LOOK_LIST = Listing(
    name="looks",
    title=gettext_lazy("Who saw what"),
    page=LOOKS,
    permission=Permission.AUDIT_VIEW,
    url="audit:looks",
    export="audit:export_looks",
    nothing=Words(
        gettext_lazy("Nobody has looked at anything yet"),
        gettext_lazy("Whoever opens an invoice, an order, a dispute or a file stands here, once a day."),
        icon="eye",
    ),
    none_found=Words(gettext_lazy("Nobody saw that then"), gettext_lazy("Choose other days, or show all.")),
)
