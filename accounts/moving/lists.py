"""Moves of accounts as lists and pages show them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import MOVE_FLOW, AccountCode, Enterprise, Move, MoveKind, MoveSide, MoveStatus, Said
from accounts.moving import selectors
from portal import registries
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, in_a_line, moment, paths, status, with_small, words
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort

_FEW = 3  # account numbers in a cell


def _numbers(accounts: list[str]) -> str:
    return in_a_line(accounts, most=_FEW) or _("all accounts")


def _day(value: Any) -> str:
    return str(date_format(value, "DATE_FORMAT"))


def _states() -> dict[str, Cell]:
    return {code: status(label, MOVE_FLOW.tone(code)) for code, label in words(MoveStatus).items()}


_STATE = Filter(
    "state", gettext_lazy("State"), lambda rows, value: rows.filter(status=value), choices=MoveStatus.choices
)
OURS = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Asked for last"), "asked_at", is_descending=True, column="asked"),
        Sort("oldest", gettext_lazy("Asked for first"), "asked_at", column="asked"),
    ],
    filters=[
        Filter(
            "q",
            gettext_lazy("Number of the move, of an account or of the other enterprise"),
            lambda rows, typed: rows.filter(Q(number__iexact=typed) | Q(other=typed) | Q(accounts__contains=[typed])),
        ),
        _STATE,
        DateRange("day", gettext_lazy("Day of the move"), "effective_on"),
    ],
)


def _our_header() -> list[str]:
    return [
        pgettext("accounts", "Move"), _("What"), _("State"), _("Accounts"), _("Direction"), _("Other enterprise"),
        _("Name"),
        _("Day of the move"), _("Asked for"), _("Asked by"), _("We said"), _("The other side said"),
        _("The carrier agreed"), _("Why"),
    ]  # fmt: skip


def _our_rows(sides: Iterable[MoveSide]) -> list[list[Any]]:
    return [
        [
            each.number, each.get_kind_display(), each.get_status_display(),
            " ".join(each.accounts) or _("all accounts"),
            _("leave us") if each.gives else _("come to us"), each.other, each.other_name, each.effective_on,
            each.asked_at, each.asked_by, each.get_said_display(), each.get_other_said_display(), each.carrier_at,
            each.why,
        ]
        for each in sides
    ]  # fmt: skip


OURS_EXPORT = ExportKind(
    name="moves",
    title=gettext_lazy("Moves of accounts"),
    permission="enterprise.admin",
    page=OURS,
    rows=selectors.list_sides,
    header=_our_header,
    cells=_our_rows,
)
OUR_LIST = Listing(
    name="moves",
    title=gettext_lazy("Moves of accounts"),
    page=OURS,
    permission="enterprise.admin",
    url="moving:list",
    export="moving:export",
    nothing=Words(
        gettext_lazy("No account has moved"),
        gettext_lazy("Bring an account in that is yours, or move accounts from one enterprise to another."),
        icon="folder",
    ),
    none_found=Words(gettext_lazy("No move is like that"), gettext_lazy("Look for something else, or show all.")),
)
ALL = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Asked for last"), "made_at", is_descending=True, column="asked"),
        Sort("day", gettext_lazy("Day of the move"), "effective_on", column="day"),
    ],
    filters=[
        Filter(
            "q",
            gettext_lazy("Number of the move, of an account or of an enterprise"),
            lambda rows, typed: rows.filter(
                Q(number__iexact=typed)
                | Q(accounts__contains=[typed])
                | Q(source__public_id=typed)
                | Q(target__public_id=typed)
                | Q(unknown=typed)
            ),
        ),
        _STATE,
        Filter("kind", gettext_lazy("Kind"), lambda rows, value: rows.filter(kind=value), choices=MoveKind.choices),
        DateRange("day", gettext_lazy("Day of the move"), "effective_on"),
    ],
)


def _all_header() -> list[str]:
    return [
        pgettext("accounts", "Move"), _("What"), _("State"), _("From"), _("Name"), _("To"), _("Name"),
        _("Unknown ID"), _("Accounts"),
        _("Day of the move"), _("Asked for"), _("We agreed"), _("Agreed by"), _("Grounds"), _("Ended"), _("Why"),
    ]  # fmt: skip


def _all_rows(moves: Iterable[Move]) -> list[list[Any]]:
    return [
        [
            each.number, each.get_kind_display(), each.get_status_display(),
            each.source.public_id if each.source else "", each.source.name if each.source else "",
            each.target.public_id if each.target else "", each.target.name if each.target else "", each.unknown,
            " ".join(each.accounts) or _("all accounts"), each.effective_on, each.made_at, each.approved_at,
            each.approved_by, each.grounds, each.ended_at, each.why,
        ]
        for each in moves
    ]  # fmt: skip


ALL_EXPORT = ExportKind(
    name="account-moves",
    title=gettext_lazy("Moves of accounts"),
    permission="enterprise.change",
    page=ALL,
    rows=lambda actor: selectors.list_moves(),
    header=_all_header,
    cells=_all_rows,
)
ALL_LIST = Listing(
    name="account-moves",
    title=gettext_lazy("Moves of accounts"),
    page=ALL,
    permission="enterprise.change",
    url="moving:list",
    export="moving:export",
    is_inside=False,
    nothing=Words(
        gettext_lazy("Nobody has asked for a move"),
        gettext_lazy("What customers ask for stands here, with what it carries and who sees it then."),
        icon="folder",
    ),
    none_found=Words(gettext_lazy("No move is like that"), gettext_lazy("Look for something else, or show all.")),
)


def _way(side: MoveSide) -> str:
    other = side.other_name or side.other
    if not other:
        return _("to a new enterprise") if side.gives else _("to us")
    return (_("to %(other)s") if side.gives else _("from %(other)s")) % {"other": other}


def our_columns(actor: Actor) -> list[Column]:
    page, states = paths("moving:move", actor.enterprise_public_id), _states()
    return [
        Column(
            _("Accounts"),
            lambda each: with_small(anchor(_numbers(each.accounts), page(each.pk)), _way(each)),
            is_lead=True,
            key="accounts",
        ),
        Column(_("State"), lambda each: states[each.status], is_own_label=True, key="state"),
        Column(_("Day of the move"), lambda each: _day(each.effective_on), key="day"),
        Column(_("Asked for"), lambda each: with_small(moment(each.asked_at), each.asked_by), key="asked"),
        Column(pgettext("accounts", "Move"), lambda each: each.number, key="number", is_extra=True),
    ]


def _who(move: Move, side: Enterprise | None) -> Cell:
    if side:
        return with_small(side.name, side.public_id)
    return with_small(move.unknown, _("no customer has this ID")) if move.unknown else ""


def all_columns() -> list[Column]:
    states = _states()

    def page(each: Move) -> str:
        return reverse("moving:move", args=[each.pk])

    return [
        Column(
            pgettext("accounts", "Move"),
            lambda each: with_small(anchor(each.number, page(each)), each.get_kind_display()),
            is_lead=True,
            key="number",
        ),
        Column(_("State"), lambda each: states[each.status], is_own_label=True, key="state"),
        Column(_("From"), lambda each: _who(each, each.source), key="from"),
        Column(_("To"), lambda each: _who(each, each.target), key="to"),
        Column(_("Accounts"), lambda each: _numbers(each.accounts), key="accounts"),
        Column(_("Day of the move"), lambda each: _day(each.effective_on), key="day"),
        Column(_("Asked for"), lambda each: moment(each.made_at), key="asked", is_extra=True),
    ]


def comers(side: MoveSide, offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """People who may come along, as the page lets one choose them."""
    return [{**each, "lines": rights_lines(each["rights"]), "is_chosen": each["member"] in side.chosen}
            for each in offered]  # fmt: skip


def rights_lines(rights: dict[str, list[str] | None]) -> list[str]:
    """What somebody would hold there: permissions on the same accounts stand together."""
    known, found = registries.permissions(), dict[str, list[str]]()
    for code, numbers in rights.items():
        where = _("all accounts that come") if numbers is None else in_a_line(numbers)
        found.setdefault(where, []).append(str(known.get(code, code)))
    everything, all_of_it = len(known.keys() - registries.whole_permissions()), _("everything about accounts")
    return [f"{where}: {all_of_it if len(what) == everything else ', '.join(what)}" for where, what in found.items()]


def side_facts(side: MoveSide) -> list[dict[str, Any]]:
    """What an enterprise's administrators read of a move."""
    said = dict(Said.choices)
    other = " ".join(each for each in (side.other_name, side.other) if each)
    if side.gives and not side.other:
        other = _("%(name)s (new)") % {"name": other} if other else _("A new one, which we make for these accounts")
    return [
        {"label": pgettext("accounts", "Move"), "value": side.number},
        {"label": _("Other enterprise"), "value": other},
        {"label": _("Day of the move"), "value": _day(side.effective_on)},
        {"label": _("Asked for"), "value": moment(side.asked_at), "hint": side.asked_by},
        {"label": _("We said"), "value": said[side.said], "hint": side.said_by},
        {"label": _("The other side said"), "value": said[side.other_said]},
        {"label": _("The carrier agreed"), "value": moment(side.carrier_at) or _("Not yet")},
    ]


def _named(move: Move, side: Enterprise | None) -> dict[str, str]:
    if side:
        return {"value": side.name, "hint": side.public_id}
    return {"value": move.unknown, "hint": _("no customer has this ID") if move.unknown else ""}


def move_facts(move: Move) -> list[dict[str, Any]]:
    """What the carrier's people read of it."""
    said = dict(Said.choices)
    facts: list[dict[str, Any]] = [
        {"label": _("From"), **_named(move, move.source)},
        {"label": _("To"), **_named(move, move.target)},
        {"label": _("Day of the move"), "value": _day(move.effective_on)},
        {"label": _("Asked for"), "value": moment(move.made_at)},
        {"label": _("Why"), "value": move.why},
    ]
    for each in selectors.list_sides_of(move):
        by = each.said_by or ("" if each.said != Said.AGREED else _("nobody is there"))
        facts.append({"label": each.enterprise.name, "value": said[each.said], "hint": by})
    facts.append({"label": _("We agreed"), "value": moment(move.approved_at), "hint": move.approved_by})
    if move.founding:
        facts.append({"label": _("New enterprise"), "value": move.founding["legal_name"], "hint": _first(move)})
    facts += _coming(move)
    return [*facts, {"label": _("Grounds"), "value": move.grounds}]


def _first(move: Move) -> str:
    first = move.claimant or {}
    return " ".join(each for each in (first.get("name", ""), first.get("email", "")) if each)


def _coming(move: Move) -> list[dict[str, Any]]:
    """Who was sent along, and who of them is let in."""
    takes = next((each for each in selectors.list_sides_of(move) if not each.gives), None)
    if takes is None or not takes.offered:
        return []
    sent = [each["name"] for each in takes.offered]
    let_in = [each["name"] for each in takes.offered if each["member"] in takes.chosen]
    return [
        {"label": _("Sent along"), "value": ", ".join(sent)},
        {"label": _("Let in"), "value": ", ".join(let_in) or _("Nobody yet")},
    ]


def code_state(code: AccountCode, now: Any) -> Cell:
    """Whether a code still proves anything."""
    if code.used_at:
        return status(_("Used"), "green")
    return status(_("Good"), "blue") if code.until_at > now else status(_("Ended"), "gray")


def waiting_card(actor: Actor) -> dict[str, Any] | None:
    """How many moves wait for the carrier, and what cannot be carried out; nothing where nothing does."""
    rows = selectors.list_moves()
    waiting = rows.filter(status=MoveStatus.OPEN, approved_at=None).count()
    stuck = list(rows.filter(status=MoveStatus.APPROVED).exclude(last_error="")[:5])
    return {"waiting": waiting, "stuck": stuck} if waiting or stuck else None


def asked_card(actor: Actor) -> dict[str, Any] | None:
    """What another enterprise asks of this one."""
    rows = selectors.list_sides(actor).filter(status=MoveStatus.OPEN, said=Said.NOTHING, is_asker=False)
    lines = [{"pk": each.pk, "what": _numbers(each.accounts), "who": _way(each)} for each in rows[:5]]
    return {"lines": lines} if lines else None
