"""What stands in the cells of a table, as safe HTML made in Python.

A list shows hundreds of cells, and an include for each would cost more than all else on the page.
So a list declares its columns, each with a function from a row to its cell, and one tag writes
the table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Any
from urllib.parse import quote

from django.db import models
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.errors import Text
from portal.links import address

_LEAD, _WORDS = "row-", "pick-words"  # ids
# A text that is not marked as safe is escaped; None leaves the cell empty.
Cell = Text | None


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and what stands there for a row.

    The lead names the row: its heading for who hears the table, the title of its card on a phone.
    ``is_own_label`` marks cells that need no heading beside them there. ``key`` is by what people
    choose the column; an extra one is shown to those who chose it.
    """

    label: Text
    cell: Callable[[Any], Cell]
    is_lead: bool = False
    is_own_label: bool = False
    css: str = ""
    key: str = ""
    is_extra: bool = False


@dataclass(frozen=True)
class Head:
    """A column's head that sorts: where it leads, and the way it is sorted now, if it is."""

    url: str
    way: str = ""


@dataclass(frozen=True)
class Picks:
    """The boxes by which rows are chosen: the form they belong to, and the words on them.

    A row is called by its lead, which each box names by its id.
    """

    form: str
    words: Text
    all_words: Text


def table(
    columns: Sequence[Column],
    rows: Iterable[Any],
    css: str = "",
    heads: Mapping[str, Head] | None = None,
    picks: Picks | None = None,
    groups: Callable[[Any], Text] | None = None,
) -> SafeString:
    """A table of the rows, which on a phone become cards; ``groups`` says which of them stand together."""
    frames = [_frame(column, has_id=picks is not None) for column in columns]
    head = "".join(_heading(column, (heads or {}).get(column.key)) for column in columns)
    pick = _pick(picks) if picks else None
    if picks:
        head = f'<th scope="col" class="pick">{_all(picks)}</th>{head}'
    bodies = _bodies(frames, rows, pick, groups) if groups else f"<tbody>{_rows(frames, rows, pick)}</tbody>"
    classes = f"table card-table cards-on-phone {css}".strip()
    return _safe(f'<table class="{classes}"><thead><tr>{head}</tr></thead>{bodies}</table>')


def _heading(column: Column, head: Head | None) -> str:
    label = _shown(column.label)
    if head is None:
        return f'<th scope="col"{_css(column.css)}>{label}</th>'
    sign = {"ascending": "chevron-up", "descending": "chevron-down"}.get(head.way, "selector")
    way = f' aria-sort="{head.way}"' if head.way else ""
    link = f'<a class="sort" href="{_shown(head.url)}">{label}{icon(sign)}</a>'
    return f'<th scope="col"{_css(column.css)}{way}>{link}</th>'


def _pick(picks: Picks) -> Callable[[Any], str]:
    """The cell with a row's box."""
    start = '<td class="pick"><label class="pick-box"><input type="checkbox" name="row"'
    start = f'{start} form="{conditional_escape(picks.form)}" aria-labelledby="{_WORDS} '
    return lambda row: f'{start}{_LEAD}{row.id}" value="{row.id}"></label></td>'


def _all(picks: Picks) -> str:
    """The box for all rows of the page: without a script it says so to the server, with one it ticks the others."""
    label, words = _shown(picks.all_words), _shown(picks.words)
    box = f'<input type="checkbox" name="all" value="1" form="{conditional_escape(picks.form)}" aria-label="{label}">'
    return f'<label class="pick-box">{box}</label><span id="{_WORDS}" hidden>{words}</span>'


_Frames = list[tuple[str, Callable[[Any], Cell], str]]


def _bodies(
    frames: _Frames, rows: Iterable[Any], pick: Callable[[Any], str] | None, groups: Callable[[Any], Text]
) -> str:
    wide = len(frames) + (pick is not None)
    return "".join(
        f'<tbody><tr class="group"><th scope="rowgroup" colspan="{wide}">{_shown(name)}</th></tr>'
        f"{_rows(frames, each, pick)}</tbody>"
        for name, each in groupby(rows, key=groups)
    )


def _rows(frames: _Frames, rows: Iterable[Any], pick: Callable[[Any], str] | None) -> str:
    if pick is None:
        return "".join([_row(frames, row) for row in rows])
    return "".join([_row(frames, row, pick(row)) for row in rows])


def _frame(column: Column, *, has_id: bool = False) -> tuple[str, Callable[[Any], Cell], str]:
    """What stands around each cell of a column, made once and not for each row; a lead may have an id."""
    if column.is_lead:
        start, cell = f'<th scope="row"{_css(f"card-lead {column.css}".strip())}', column.cell
        if not has_id:
            return f"{start}>", cell, "</th>"
        return start, lambda row: _safe(f' id="{_LEAD}{row.id}">{_shown(cell(row))}'), "</th>"
    label = "" if column.is_own_label else f' data-label="{_shown(column.label)}"'
    return f"<td{_css(column.css)}{label}>", column.cell, "</td>"


def _row(frames: _Frames, row: Any, first: str = "") -> str:
    return f"<tr>{first}{''.join([f'{start}{_shown(cell(row))}{end}' for start, cell, end in frames])}</tr>"


def _shown(cell: Any) -> str:
    # The two that nearly all cells are, without the detours that Django takes for the others.
    if type(cell) is SafeString:
        return cell
    if type(cell) is str:
        return escape(cell)
    return "" if cell is None else conditional_escape(cell)


def _css(classes: str) -> str:
    return f' class="{classes}"' if classes else ""


def _safe(html: str) -> SafeString:
    # Each value in it is escaped where it enters.
    return SafeString(html)


def paths(name: str, *fixed: object) -> Callable[[object], str]:
    """The addresses of a page for many things: the route is reversed once, and not for each row.

    ``name`` is a route whose last argument is the thing's number or id.
    """
    before, _, after = address(name, *fixed, 0).rpartition("0")
    return lambda thing: f"{before}{quote(str(thing), safe='')}{after}"


def words(choices: type[models.TextChoices]) -> dict[str, str]:
    """Each choice in the reader's language."""
    return {choice.value: str(choice.label) for choice in choices}


def in_a_line(values: Sequence[str], *, most: int = 20) -> str:
    """One after the other; beyond so many they are counted."""
    rest, shown = len(values) - most, ", ".join(values[:most])
    return _("%(numbers)s and %(count)s more") % {"numbers": shown, "count": rest} if rest > 0 else shown


def status(label: Text, tone: str = "gray") -> SafeString:
    """A state in a word, in the colour of whose move it is."""
    return _safe(f'<span class="status-word tone-{tone}">{_shown(label)}</span>')


def ident(value: Text, url: str = "", *, copy: bool = False) -> SafeString:
    """An identifier, never broken across lines; a link where it has a page, with a button to copy it where asked."""
    shown = _shown(value)
    text = f'<a class="ident-text" href="{_shown(url)}">' if url else '<span class="ident-text">'
    text = f"{text}{shown}{'</a>' if url else '</span>'}"
    if not copy:
        return _safe(text)
    label = _shown(_("Copy %(value)s") % {"value": value})
    button = f'<button class="icon-button ident-copy" type="button" data-copy="{shown}" aria-label="{label}">'
    return _safe(f'<span class="ident">{text}{button}{icon("copy")}</button></span>')


@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """An outline icon from the sprite (static/vendor/manifest.json names them): decoration, words stand beside it."""
    sprite = static("vendor/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', sprite, name)


def anchor(label: Text, url: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, label)


def whole(value: Text) -> SafeString:
    """Words that stay on one line."""
    return _safe(f'<span class="text-nowrap">{_shown(value)}</span>')


def quiet(value: Text) -> SafeString:
    """Words that matter less."""
    return _safe(f'<span class="quiet">{_shown(value)}</span>')


def beside(first: Text, second: Text) -> SafeString:
    """Two things on one line."""
    return _safe(f"<span>{_shown(first)} {_shown(second)}</span>")


def with_quiet(lead: Text, note: Text) -> SafeString:
    """A word, and beside it what is told in small."""
    return _safe(f'<span>{_shown(lead)} <small class="quiet">{_shown(note)}</small></span>' if note else _shown(lead))


def with_small(lead: Text, *notes: Text) -> SafeString:
    """A line, and below it what is told in small: notes that are empty are left out."""
    shown, small = _shown(lead), " · ".join(_shown(note) for note in notes if note)
    return _safe(f'{shown}<br><small class="quiet">{small}</small>' if small else shown)


def day(value: date | None) -> SafeString | None:
    """A day as the reader writes it."""
    return days()(value)


def days() -> Callable[[date | None], SafeString | None]:
    """The same for many: the reader's language is asked for once, and not for each row."""
    language = get_language() or "en"
    return lambda value: None if value is None else _day(value, language)


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> SafeString:
    # The language is only the cache's key: it is the active one.
    shown = conditional_escape(date_format(value, "DATE_FORMAT"))
    return _safe(f'<time datetime="{value.isoformat()}" class="text-nowrap">{shown}</time>')


def zoned(value: datetime | None) -> str:
    """A moment with its zone: 3 Sep 2026 09:14 MDT."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{date_format(local, 'DATE_FORMAT')} {time_format(local, 'TIME_FORMAT')} {zone_name(local)}"


def zone_name(local: datetime) -> str:
    """The zone's letters, or its distance from Greenwich where it has none: "GMT-3" for São Paulo's "-03"."""
    name = local.tzname() or ""
    if not name.startswith(("+", "-")):
        return name
    hours, minutes = name[1:3].lstrip("0") or "0", name[3:5]
    return f"GMT{name[0]}{hours}{':' + minutes if minutes else ''}"


def moment(value: datetime | None) -> SafeString | str:
    """The same as a <time> element that machines can read."""
    if value is None:
        return ""
    return format_html('<time datetime="{}" class="text-nowrap">{}</time>', value.isoformat(), zoned(value))


def when(value: date | Text | None, *, date_only: bool = False) -> Cell:
    """A moment with its zone, a day, or words in their place such as "not set yet"."""
    if isinstance(value, datetime):
        return day(timezone.localtime(value).date()) if date_only else moment(value)
    return day(value) if isinstance(value, date) else value
