"""Terms in words: their places, values and history as a page shows them."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from babel import Locale
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from portal import terms
from portal.cells import Cell, Column, anchor, paths, status, with_quiet
from portal.errors import Text
from portal.listing import Listing, Words
from portal.lists import Filter, ListPage, Sort
from portal.models import CarrierTerm, EnterpriseTerm
from portal.termbook import selectors
from portal.termbook.selectors import Bound, Row, is_scheduled
from portal.terms import Setting, Term


def country_name(code: str) -> str:
    return str(Locale(get_language() or "en").territories.get(code, code))


def place_words(row: Setting) -> str:
    """Where a row binds: "National wholesale · Chile", or all customers."""
    if isinstance(row, EnterpriseTerm):
        return _("Contract %(contract)s") % {"contract": row.contract} if row.contract else _("All contracts")
    segments = dict(selectors.segments())
    parts = [
        str(terms.PRODUCT_LINES.get(row.product_line, row.product_line)),
        str(segments.get(row.segment, row.segment)),
        country_name(row.country) if row.country else "",
    ]
    return " · ".join(part for part in parts if part) or _("All customers")


def value_words(term: Term, row: Setting) -> str:
    return _("ends here; the wider value binds") if row.is_end else term.spoken(row.value)


# --- the list of all terms --------------------------------------------------------------------


def _by_area(rows: Any, value: str) -> Any:
    return [row for row in rows if row.term.area == value]


def _by_words(rows: Any, value: str) -> Any:
    wanted = value.casefold()
    return [row for row in rows if wanted in f"{row.term.name} {row.term.title} {row.term.text}".casefold()]


def _by_difference(rows: Any, value: str) -> Any:
    tests: dict[str, Callable[[Row], bool]] = {
        "narrower": lambda row: bool(row.narrower),
        "agreed": lambda row: bool(row.agreed),
        "scheduled": lambda row: bool(row.scheduled),
        "set": lambda row: not row.is_shipped,
    }
    return [row for row in rows if tests[value](row)]


class _Areas(Sequence[tuple[str, Text]]):
    """The areas that the apps have declared, whenever they are asked for."""

    def __getitem__(self, place: Any) -> Any:
        return list(terms.AREAS.items())[place]

    def __len__(self) -> int:
        return len(terms.AREAS)


TERMS = ListPage(
    # No table holds them: they stand by area and name.
    sorts=[Sort("area", gettext_lazy("By area"), "name")],
    filters=[
        Filter("area", gettext_lazy("Area"), _by_area, choices=_Areas()),
        Filter("q", gettext_lazy("Words"), _by_words, hint=gettext_lazy("in its name or what it binds")),
        Filter(
            "differs",
            gettext_lazy("Differs"),
            _by_difference,
            choices=[
                ("narrower", gettext_lazy("for a segment or country")),
                ("agreed", gettext_lazy("for some customers")),
                ("scheduled", gettext_lazy("from a later day on")),
                ("set", gettext_lazy("from what was shipped")),
            ],
        ),
    ],
)

TERM_LIST = Listing(
    name="terms",
    title=gettext_lazy("Policy terms"),
    page=TERMS,
    permission="term.view",
    url="termbook:list",
    is_inside=False,
    groups=lambda row: terms.AREAS.get(row.term.area, row.term.area),
    nothing=Words(gettext_lazy("No term is declared"), icon="list-check"),
    none_found=Words(gettext_lazy("No term answers to that"), gettext_lazy("Look for other words, or show all.")),
)


def term_columns() -> list[Column]:
    """What each term binds, what holds today, and where it differs."""
    path = paths("termbook:term")
    shipped = _("as shipped")
    return [
        Column(
            pgettext("policy", "Term"),
            lambda row: anchor(row.term.title or row.term.name, path(row.term.name)),
            is_lead=True,
            css="cell-mid",
            key="term",
        ),
        Column(_("What it binds"), lambda row: row.term.text, css="cell-wide", key="text"),
        Column(
            _("Holds today"),
            lambda row: with_quiet(row.term.spoken(row.value), shipped if row.is_shipped else ""),
            css="cell-mid",
            key="value",
        ),
        Column(_("Differs for"), _differs, css="cell-mid", key="differs"),
    ]


def _differs(row: Row) -> Cell:
    words = []
    if row.narrower:
        narrower = ngettext("%(n)s segment or country", "%(n)s segments or countries", row.narrower)
        words.append(narrower % {"n": row.narrower})
    if row.agreed:
        words.append(ngettext("%(n)s customer", "%(n)s customers", row.agreed) % {"n": row.agreed})
    shown = ", ".join(words)
    if not row.scheduled:
        return shown or None
    begins = ngettext("%(n)s to begin", "%(n)s to begin", row.scheduled) % {"n": row.scheduled}
    return format_html("<span>{} {}</span>", shown, status(begins, "amber"))


def bindings(term: Term, rows: list[CarrierTerm], *, today: date) -> list[dict[str, Any]]:
    """What binds today: for the carrier in general first, then where it differs."""
    standing = {row.place: row for row in terms.begun(rows, on=today)}
    general = standing.pop(("", "", ""), None)
    found = [_general(term, general)]
    for segment, shipped in term.by_segment.items():
        if ("", segment, "") not in standing:
            label = dict(selectors.segments()).get(segment, segment)
            found.append({"place": label, "value": term.spoken(shipped), "since": None, "is_shipped": True})
    narrow = sorted(standing.values(), key=lambda row: (sum(map(bool, row.place)), row.place))
    return found + [_standing(term, row) for row in narrow]


def _general(term: Term, row: CarrierTerm | None) -> dict[str, Any]:
    if row:
        return _standing(term, row)
    return {"place": _("All customers"), "value": term.spoken(term.value), "since": None, "is_shipped": True}


def _standing(term: Term, row: Setting) -> dict[str, Any]:
    return {"place": place_words(row), "value": term.spoken(row.value), "since": row.starts_on, "is_shipped": False}


def settings(term: Term, rows: list[Any], *, today: date) -> list[dict[str, Any]]:
    """Rows with all that is known of them: value, place, from when, by whom and why, and their state."""
    return [
        {
            "pk": row.pk,
            "place": place_words(row),
            "enterprise": row.enterprise if isinstance(row, EnterpriseTerm) else None,
            "value": value_words(term, row),
            "starts_on": row.starts_on,
            "row": row,
            "is_scheduled": is_scheduled(row, today),
        }
        for row in rows
    ]


def history(term: Term, rows: list[Any], *, today: date) -> list[dict[str, Any]]:
    """Who set what, when and why, newest first, as the timeline shows it."""
    return [_entry(term, each) for each in settings(term, rows, today=today)]


def _entry(term: Term, each: dict[str, Any]) -> dict[str, Any]:
    row = each["row"]
    words = {"place": each["place"], "value": each["value"]}
    if row.withdrawn_at:
        by = _("Set by %(who)s; withdrawn by %(by)s: %(why)s") % {
            "who": row.set_by or _("the carrier's data"),
            "by": row.withdrawn_by,
            "why": row.withdrawal_reason,
        }
        return {**_when(row), "text": _("%(place)s: %(value)s, withdrawn") % words, "note": row.reason, "actor": by}
    actor = row.set_by or _("Came with the carrier's data")
    tone = "amber" if each["is_scheduled"] else "blue"
    return {**_when(row), "text": _("%(place)s: %(value)s") % words, "note": row.reason, "actor": actor, "tone": tone}


def _when(row: Setting) -> dict[str, Any]:
    return {"at": row.set_at, "starts_on": row.starts_on}


def bound_areas(found: list[Bound], *, today: date, is_staff: bool) -> list[dict[str, Any]]:
    """The terms of one enterprise by area, in plain words."""
    grouped = groupby(found, key=lambda each: each.term.area)
    return [
        {"label": terms.AREAS.get(area, area), "terms": [_bound(each, today, is_staff) for each in group]}
        for area, group in grouped
    ]


def _bound(each: Bound, today: date, is_staff: bool) -> dict[str, Any]:
    term = each.term
    return {
        "name": term.name,
        "title": term.title or term.name,
        "text": term.text,
        "value": term.spoken(each.value),
        "source": _source(each.source, is_staff),
        "is_agreed": isinstance(each.source, EnterpriseTerm),
        "since": each.source.starts_on if each.source else None,
        "contracts": settings(term, each.contracts, today=today),
        "upcoming": [{"starts_on": day, "value": term.spoken(value)} for day, value in each.upcoming],
        "scheduled": [row for row in settings(term, each.own, today=today) if row["is_scheduled"]],
        "history": history(term, each.own, today=today) if is_staff else [],
    }


def _source(row: Setting | None, is_staff: bool) -> str:
    if isinstance(row, EnterpriseTerm):
        return _("Agreed with this customer") if is_staff else _("Agreed with you")
    if row is None or not any(row.place):
        return _("The carrier's general terms")
    return _("The carrier's terms for %(place)s") % {"place": place_words(row)}
