"""The lists of this app, and its part of staff's home."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts import selectors as people
from accounts.models import Enterprise, StaffVisit, TeamMember
from accounts.permissions import Permission
from portal import selectors
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, ident, moment, paths, status, with_small
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort, count_label

# --- who looked at an enterprise's data ---------------------------------------------------------

VISITS = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest first"), "started_at", is_descending=True, column="from"),
        Sort("oldest", gettext_lazy("Oldest first"), "started_at", column="from"),
    ],
    filters=[
        Filter(
            "who",
            gettext_lazy("Name"),
            lambda rows, value: rows.filter(card__name__icontains=value),
            hint=gettext_lazy("or a part of it"),
        ),
        DateRange("from", gettext_lazy("From"), "started_at"),
    ],
)


def visit_columns() -> list[Column]:
    return [
        Column(_("Who"), lambda each: with_small(each.card.name, each.card.title), is_lead=True, key="who"),
        Column(pgettext("visit", "Why"), lambda each: each.why, key="why"),
        Column(_("From"), lambda each: moment(each.started_at), key="from"),
        Column(_("Until"), lambda each: moment(each.until_at), key="until"),
    ]


def _visits_header() -> list[str]:
    return [_("Who"), _("Title"), pgettext("visit", "Why"), _("From"), _("Until")]


def _visits_rows(visits: Iterable[StaffVisit]) -> list[list[Any]]:
    return [[each.card.name, each.card.title, each.why, each.started_at, each.until_at] for each in visits]


VISITS_EXPORT = ExportKind(
    name="visits",
    title=gettext_lazy("Opened by the carrier"),
    permission=Permission.ENTERPRISE_ADMIN,
    page=VISITS,
    rows=people.list_visits,
    header=_visits_header,
    cells=_visits_rows,
)

VISIT_LIST = Listing(
    name="visits",
    title=gettext_lazy("Opened by the carrier"),
    page=VISITS,
    permission=Permission.ENTERPRISE_ADMIN,
    url="accounts:visits",
    export="accounts:visits_export",
    nothing=Words(
        gettext_lazy("Nobody has looked yet"),
        gettext_lazy("When somebody of the carrier opens your data, it stands here at once, with the reason."),
        icon="eye",
    ),
    none_found=Words(gettext_lazy("Nobody looked then"), gettext_lazy("Choose another time or name, or show all.")),
)

# --- every customer, for staff ------------------------------------------------------------------

_BY_NUMBER = Filter("id", gettext_lazy("Enterprise number"), lambda rows, value: rows.filter(public_id=value))
_SORTS = [
    Sort("name", gettext_lazy("Name"), "legal_name", column="name"),
    Sort("name-down", gettext_lazy("Name, last first"), "legal_name", is_descending=True, column="name"),
]
# What programs ask.
ENTERPRISES = ListPage(sorts=_SORTS[:1], filters=[_BY_NUMBER])


def _by_name(rows: QuerySet[Enterprise], value: str) -> QuerySet[Enterprise]:
    named = Q(public_id=value) | Q(legal_name__icontains=value) | Q(custom_name__icontains=value)
    return rows.filter(named | Q(pk=people.find_by_customer_number(value) or 0))


CUSTOMERS = ListPage(
    sorts=_SORTS,
    filters=[
        Filter("q", gettext_lazy("Name, enterprise or customer number"), _by_name),
        Filter(
            "state",
            gettext_lazy("State"),
            lambda rows, value: rows.filter(is_active=value == "open"),
            choices=[("open", gettext_lazy("open")), ("closed", gettext_lazy("closed"))],
        ),
        Filter(
            "segment",
            gettext_lazy("Segment"),
            lambda rows, value: rows.filter(segment=value),
            choices=Enterprise.Segment.choices,
        ),
        Filter(
            "country",
            gettext_lazy("Country"),
            lambda rows, value: rows.filter(country=value.upper()),
            hint=gettext_lazy("as US"),
        ),
    ],
)


def customer_columns() -> list[Column]:
    home = paths("accounts:home")
    return [
        Column(_("Customer"), lambda each: _called(each, home(each.public_id)), is_lead=True, key="name"),
        Column(_("Enterprise"), lambda each: ident(each.public_id), key="id"),
        Column(_("Segment"), lambda each: each.get_segment_display(), key="segment"),
        Column(_("Country"), lambda each: each.country, key="country"),
        Column(_("State"), _state(), key="state"),
        Column(_("Time zone"), lambda each: each.time_zone, key="time_zone", is_extra=True),
    ]


def _state() -> Callable[[Enterprise], Cell]:
    open_, closed = status(_("open"), "green"), status(_("closed"), "red")
    return lambda each: open_ if each.is_active else closed


def _called(each: Enterprise, url: str) -> Cell:
    """The name that the customer goes by, and the legal one, by which the list is in order, where it is another."""
    return with_small(anchor(each.name, url), each.legal_name if each.legal_name != each.name else "")


def _customers_header() -> list[str]:
    return [
        _("Enterprise"), _("Customer"), _("Legal name"), _("Segment"), _("Country"), _("Language"),
        _("Time zone"),
    ]  # fmt: skip


def _customers_rows(found: Iterable[Enterprise]) -> list[list[Any]]:
    return [
        [
            each.public_id, each.name, each.legal_name, each.get_segment_display(), each.country,
            each.get_language_display(), each.time_zone,
        ]
        for each in found
    ]  # fmt: skip


# Taken at once: a file in the background belongs to one enterprise.
CUSTOMERS_EXPORT = ExportKind(
    name="customers",
    title=gettext_lazy("Customers"),
    permission=Permission.ENTERPRISE_OPEN,
    page=CUSTOMERS,
    rows=people.list_all_enterprises,
    header=_customers_header,
    cells=_customers_rows,
)

CUSTOMER_LIST = Listing(
    name="customers",
    title=gettext_lazy("Customers"),
    page=CUSTOMERS,
    permission=Permission.ENTERPRISE_OPEN,
    url="accounts:enterprises",
    export="accounts:customers_export",
    is_inside=False,
    nothing=Words(
        gettext_lazy("No customer yet"), gettext_lazy("Customers come with the carrier's data."), icon="building"
    ),
    none_found=Words(
        gettext_lazy("No customer is called that"),
        gettext_lazy("Look for a part of the legal name, the customer's own name, or the whole enterprise number."),
    ),
)


def failures_card(actor: Actor) -> dict[str, Any] | None:
    """How many mails, and how many events, wait for a person; outside any enterprise."""
    if actor.enterprise_id is not None:
        return None
    return {
        "undelivered": count_label(selectors.list_undelivered(actor)),
        "untold": count_label(selectors.list_untold(actor)),
    }


def switch_entries(places: list[tuple[int, str, str]], current: str, at: str) -> list[dict[str, Any]]:
    """Enterprises as the switcher lists them; ``at`` is the door that is open now."""
    query = f"?{urlencode({'at': at})}" if at and at != "accounts:home" else ""
    return [
        {
            "public_id": public_id,
            "name": name,
            "url": reverse("accounts:home", args=[public_id]) + query,
            "current": public_id == current,
        }
        for _id, public_id, name in places
    ]


def by_customer(places: Iterable[TeamMember]) -> list[dict[str, Any]]:
    """Each customer once, with all that somebody is there."""
    found: dict[int, dict[str, Any]] = {}
    for each in places:
        row = found.setdefault(each.enterprise_id, {"enterprise": each.enterprise, "roles": []})
        account = f" ({each.account.number})" if each.account else ""
        row["roles"].append(f"{each.get_role_display()}{account}")
    return list(found.values())


def greeting(name: str, hour: int) -> str:
    """A word to somebody at their hour of the day."""
    words = _("Good morning, %(name)s") if hour < 12 else _("Good afternoon, %(name)s")
    if hour >= 18:
        words = _("Good evening, %(name)s")
    return str(words) % {"name": name.split()[0] if name.split() else name}
