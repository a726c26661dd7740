"""Services that go to another company, as lists and pages show them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import MOVE_FLOW, MoveStatus, Said
from inventory.models import Service
from orders.contracts.selectors import takeovers as selectors
from orders.models import Order, Takeover, TakeoverSide
from portal import money
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, in_a_line, moment, paths, status, with_small, words
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort

_FEW = 3  # service numbers in a cell


def numbers_of(services: Iterable[dict[str, Any]], most: int = 1000) -> str:
    return in_a_line([each["number"] for each in services], most=most)


def _states() -> dict[str, Cell]:
    return {code: status(label, MOVE_FLOW.tone(code)) for code, label in words(MoveStatus).items()}


def _day(value: Any) -> str:
    return str(date_format(value, "DATE_FORMAT"))


def _typed(rows: Any, typed: str) -> Any:
    return rows.filter(Q(number__iexact=typed) | Q(account=typed) | Q(services__contains=[{"number": typed}]))


_ASKS: list[Filter | DateRange] = [
    Filter("q", gettext_lazy("Number of the order, of the account or of a service"), _typed),
    Filter("state", gettext_lazy("State"), lambda rows, value: rows.filter(status=value), choices=MoveStatus.choices),
    DateRange("day", gettext_lazy("First day there"), "effective_on"),
]


def _sorts(made: str) -> list[Sort]:
    return [
        Sort("newest", gettext_lazy("Asked for last"), made, is_descending=True, column="asked"),
        Sort("oldest", gettext_lazy("Asked for first"), made, column="asked"),
    ]


OURS = ListPage(sorts=_sorts("asked_at"), filters=_ASKS)
ALL = ListPage(sorts=_sorts("made_at"), filters=_ASKS)


def _our_header() -> list[str]:
    return [
        _("Order"), _("State"), _("Direction"), _("Other company"), _("Account"), _("Services"), _("Monthly (MRC)"),
        _("Currency"), _("First day there"), _("Asked for"), _("Asked by"), _("We said"), _("The other side said"),
        _("The carrier agreed"), _("Why"),
    ]  # fmt: skip


def _our_rows(sides: Iterable[TakeoverSide]) -> list[list[Any]]:
    return [
        [
            each.number, each.get_status_display(), _way(each), each.other_name, each.account,
            numbers_of(each.services), monthly(each.services), each.currency, each.effective_on, each.asked_at,
            each.asked_by, each.get_said_display(), each.get_other_said_display(), each.carrier_at, each.why,
        ]
        for each in sides
    ]  # fmt: skip


def _all_header() -> list[str]:
    return [
        _("Order"), _("State"), _("From"), _("To"), _("Account"), _("Services"), _("First day there"), _("Asked for"),
        _("We agreed"), _("Agreed by"), _("Grounds"), _("Ended"), _("Why"),
    ]  # fmt: skip


def _all_rows(found: Iterable[Takeover]) -> list[list[Any]]:
    return [
        [
            each.number, each.get_status_display(), each.source.name, each.target.name, each.account,
            numbers_of(each.services), each.effective_on, each.made_at, each.approved_at, each.approved_by,
            each.grounds, each.ended_at, each.why,
        ]
        for each in found
    ]  # fmt: skip


_TITLE = gettext_lazy("Transfers between companies")
OURS_EXPORT = ExportKind(
    name="takeovers", title=_TITLE, permission="enterprise.admin", page=OURS, rows=selectors.list_sides,
    header=_our_header, cells=_our_rows,
)  # fmt: skip
ALL_EXPORT = ExportKind(
    name="all-takeovers", title=_TITLE, permission="enterprise.change", page=ALL,
    rows=lambda actor: selectors.list_takeovers(), header=_all_header, cells=_all_rows,
)  # fmt: skip
_NONE_FOUND = Words(gettext_lazy("No transfer is like that"), gettext_lazy("Look for something else, or show all."))
OUR_LIST = Listing(
    name="takeovers",
    title=_TITLE,
    page=OURS,
    permission="enterprise.admin",
    url="orders:takeovers",
    export="orders:export_takeovers",
    nothing=Words(
        gettext_lazy("No service has changed company"),
        gettext_lazy("Services that you give to another company, or that another offers to you, stand here."),
        icon="truck",
    ),
    none_found=_NONE_FOUND,
)
ALL_LIST = Listing(
    name="all-takeovers",
    title=_TITLE,
    page=ALL,
    permission="enterprise.change",
    url="orders_work:takeovers",
    export="orders_work:export_takeovers",
    is_inside=False,
    nothing=Words(
        gettext_lazy("Nobody gives services to another company"),
        gettext_lazy("What customers offer one another stands here, and waits for our consent."),
        icon="truck",
    ),
    none_found=_NONE_FOUND,
)


def _way(side: TakeoverSide) -> str:
    return _("leave us") if side.gives else _("come to us")


def _other(side: TakeoverSide) -> Cell:
    return with_small(side.other_name, side.account) if side.other_name else side.account


def our_columns(actor: Actor) -> list[Column]:
    page, states = paths("orders:takeover", actor.enterprise_public_id), _states()
    return [
        Column(
            _("Services"),
            lambda each: with_small(anchor(numbers_of(each.services, _FEW), page(each.pk)), _way(each)),
            is_lead=True,
            key="services",
        ),
        Column(_("State"), lambda each: states[each.status], is_own_label=True, key="state"),
        Column(_("Other company"), _other, key="other"),
        Column(_("First day there"), lambda each: _day(each.effective_on), key="day"),
        Column(_("Asked for"), lambda each: with_small(moment(each.asked_at), each.asked_by), key="asked"),
        Column(_("Order"), lambda each: each.number, key="number", is_extra=True),
    ]


def all_columns() -> list[Column]:
    states = _states()
    return [
        Column(
            _("Order"),
            lambda each: with_small(
                anchor(each.number, reverse("orders_work:takeover", args=[each.pk])), numbers_of(each.services, _FEW)
            ),
            is_lead=True,
            key="number",
        ),
        Column(_("State"), lambda each: states[each.status], is_own_label=True, key="state"),
        Column(_("From"), lambda each: with_small(each.source.name, each.source.public_id), key="from"),
        Column(_("To"), lambda each: with_small(each.target.name, each.account), key="to"),
        Column(_("First day there"), lambda each: _day(each.effective_on), key="day"),
        Column(_("Asked for"), lambda each: moment(each.made_at), key="asked", is_extra=True),
    ]


def monthly(services: Iterable[dict[str, Any]]) -> Decimal:
    return sum((Decimal(each["monthly"]) for each in services), Decimal(0))


def offered(services: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    """The services that are offered, as a table shows them, with what they cost together."""
    rows = [
        {
            **each,
            "where": " – ".join(each["places"]),
            "price": money.spoken(Decimal(each["monthly"]), currency),
            "ends": date_format(date.fromisoformat(each["contract_ends_on"])) if each["contract_ends_on"] else "",
        }
        for each in services
    ]
    return {"rows": rows, "total": money.spoken(monthly(services), currency)}


def side_facts(side: TakeoverSide) -> list[dict[str, Any]]:
    """What an enterprise's administrators read of it."""
    said = dict(Said.choices)
    return [
        {"label": _("Order"), "value": side.number, "ident": True},
        {"label": _("Other company"), "value": side.other_name or _("is named when it has agreed")},
        {"label": _("Account there") if side.gives else _("Your account"), "value": side.account, "ident": True},
        {"label": _("First day there"), "value": _day(side.effective_on)},
        {"label": _("To be answered until"), "value": _day(side.answer_by_on)},
        {"label": _("Asked for"), "value": moment(side.asked_at), "hint": side.asked_by},
        {"label": _("We said"), "value": said[side.said], "hint": side.said_by},
        {"label": _("The other side said"), "value": said[side.other_said]},
        {"label": _("The carrier agreed"), "value": moment(side.carrier_at) or _("Not yet")},
    ]


def takeover_facts(takeover: Takeover) -> list[dict[str, Any]]:
    """What the carrier's people read of it."""
    said = dict(Said.choices)
    sides = [
        {"label": each.enterprise.name, "value": said[each.said], "hint": each.said_by}
        for each in selectors.list_sides_of(takeover)
    ]
    return [
        {"label": _("From"), "value": takeover.source.name, "hint": takeover.source.public_id},
        {"label": _("To"), "value": takeover.target.name, "hint": takeover.target.public_id},
        {"label": _("Account there"), "value": takeover.account, "ident": True},
        {"label": _("First day there"), "value": _day(takeover.effective_on)},
        {"label": _("To be answered until"), "value": _day(takeover.answer_by_on)},
        {"label": _("Asked for"), "value": moment(takeover.made_at)},
        {"label": _("Why"), "value": takeover.why},
        *sides,
        {"label": _("We agreed"), "value": moment(takeover.approved_at), "hint": takeover.approved_by},
        {"label": _("Grounds"), "value": takeover.grounds},
    ]


def of_order(actor: Actor, order: Order) -> dict[str, Any] | None:
    """On the page of an order that gives services to another company: how it stands."""
    side = selectors.side_of_order(actor, order)
    if side is None:
        return None
    return {
        "takeover": side,
        "offered": offered(side.services, side.currency),
        "facts": side_facts(side),
        "may_see": not actor.is_staff and actor.may("enterprise.admin"),
    }


def gone(actor: Actor, service: Service) -> dict[str, Any] | None:
    """On the page of a service that went to another company: by which order."""
    rows = Order.objects.filter(
        enterprise_id=service.enterprise_id, lines__service=service, type="transfer", status="completed"
    )
    order = rows.order_by("-pk").first()
    return {"order": order, "service": service, "is_gone": True} if order else None


def waiting_card(actor: Actor) -> dict[str, Any] | None:
    """How many wait for the carrier, and what cannot be carried out; nothing where nothing does."""
    rows = selectors.list_takeovers()
    waiting = rows.filter(status=MoveStatus.OPEN, approved_at=None).count()
    stuck = list(rows.filter(status=MoveStatus.APPROVED).exclude(last_error="")[:5])
    return {"waiting": waiting, "stuck": stuck} if waiting or stuck else None
