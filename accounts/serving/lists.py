"""The lists of customers that lack somebody, and of who is away; the parts of staff's home."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts import selectors as people
from accounts.lists import by_customer
from accounts.models import Enterprise, StaffAbsence, TeamMember
from accounts.permissions import Permission
from accounts.serving import selectors
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, day, ident, paths, status, with_small
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort, count_label
from portal.notices import story_lines

# --- customers that lack somebody ------------------------------------------------------------------


def _lacking(rows: QuerySet[Enterprise], key: str) -> QuerySet[Enterprise]:
    found = Q()
    for gap in selectors.gaps_of(key):
        found |= Q(**{gap.name: True})
    return rows.filter(found)


def _named(rows: QuerySet[Enterprise], value: str) -> QuerySet[Enterprise]:
    return rows.filter(Q(public_id=value) | Q(legal_name__icontains=value) | Q(custom_name__icontains=value))


GAPS = ListPage(
    sorts=[
        Sort("name", gettext_lazy("Name"), "legal_name", column="name"),
        Sort("name-down", gettext_lazy("Name, last first"), "legal_name", is_descending=True, column="name"),
    ],
    filters=[
        Filter("q", gettext_lazy("Name or enterprise number"), _named),
        Filter("role", gettext_lazy("Lacks"), _lacking, choices=[(need.key, need.label) for need in selectors.NEEDS]),
        Filter(
            "segment",
            gettext_lazy("Segment"),
            lambda rows, value: rows.filter(segment=value),
            choices=Enterprise.Segment.choices,
        ),
        Filter(
            "region",
            gettext_lazy("Region"),
            lambda rows, value: rows.filter(region=value),
            choices=Enterprise.Region.choices,
        ),
    ],
)


def gap_columns(*, may_mend: bool) -> list[Column]:
    team = paths_inside("serving:team")
    return [
        Column(_("Customer"), lambda each: _called(each, team(each.public_id)), is_lead=True, key="name"),
        Column(_("Enterprise"), lambda each: ident(each.public_id), key="id"),
        Column(_("Lacks"), lambda each: _doors(each, may_mend=may_mend), key="lacks", css="cell-wide"),
        Column(_("Segment"), lambda each: each.get_segment_display(), key="segment"),
        Column(_("Region"), lambda each: each.get_region_display(), key="region", is_extra=True),
        Column(_("Country"), lambda each: each.country, key="country", is_extra=True),
    ]


def paths_inside(name: str) -> Any:
    """The addresses of one page in many enterprises."""
    before, _mark, after = reverse(name, args=["enterprise-here"]).partition("enterprise-here")
    return lambda public_id: f"{before}{public_id}{after}"


def _called(each: Enterprise, url: str) -> Cell:
    return with_small(anchor(each.name, url), each.legal_name if each.legal_name != each.name else "")


def _doors(each: Enterprise, *, may_mend: bool) -> Cell:
    """What is lacking, each the door to name somebody."""
    gaps = selectors.lacks(each)
    if not may_mend:
        return selectors.spoken(gaps)
    add = paths_inside("serving:add")(each.public_id)
    links = (
        (
            f"{add}?{urlencode({'role': gap.need.roles[0], **({'families': gap.family} if gap.family else {})})}",
            gap.label,
        )
        for gap in gaps
    )
    return format_html("<span>{}</span>", format_html_join(", ", '<a href="{}">{}</a>', links))


def _gaps_header() -> list[str]:
    return [_("Enterprise"), _("Customer"), _("Lacks"), _("Segment"), _("Region"), _("Country")]


def _gaps_rows(found: Iterable[Enterprise]) -> list[list[Any]]:
    return [
        [
            each.public_id, each.name, selectors.spoken(selectors.lacks(each)), each.get_segment_display(),
            each.get_region_display(), each.country,
        ]
        for each in found
    ]  # fmt: skip


def _gaps_today(actor: Actor) -> QuerySet[Enterprise]:
    return selectors.list_gaps(actor, on=timezone.localdate())


GAPS_EXPORT = ExportKind(
    name="team_gaps",
    title=gettext_lazy("Teams with gaps"),
    permission=Permission.TEAM_MANAGE,
    page=GAPS,
    rows=_gaps_today,
    header=_gaps_header,
    cells=_gaps_rows,
)
GAP_LIST = Listing(
    name="team_gaps",
    title=gettext_lazy("Teams with gaps"),
    page=GAPS,
    permission=Permission.TEAM_MANAGE,
    url="serving_work:gaps",
    export="serving_work:gaps_export",
    is_inside=False,
    nothing=Words(
        gettext_lazy("Every customer has whom they should have"),
        gettext_lazy("Which roles a team must have is set among the policy terms, under account teams."),
        icon="users",
    ),
    none_found=Words(gettext_lazy("No customer lacks that"), gettext_lazy("Choose another role or name, or show all.")),
)

# --- who is away -----------------------------------------------------------------------------------

ABSENCES = ListPage(
    sorts=[
        Sort("first", gettext_lazy("First day"), "starts_at", column="first"),
        Sort("first-down", gettext_lazy("First day, latest first"), "starts_at", is_descending=True, column="first"),
    ],
    filters=[
        Filter(
            "who",
            gettext_lazy("Name"),
            lambda rows, value: rows.filter(Q(card__name__icontains=value) | Q(deputy__name__icontains=value)),
            hint=gettext_lazy("of either"),
        ),
        DateRange("from", gettext_lazy("First day"), "starts_at"),
    ],
)


def absence_columns(*, ends: Any) -> list[Column]:
    """``ends`` gives the address where one that the reader may end is ended, or ''."""
    person, now = paths("staffing:person"), timezone.now()
    return [
        Column(_("Who"), lambda each: with_small(anchor(each.card.name, person(each.card_id)), each.card.title),
               is_lead=True, key="who"),
        Column(_("State"), lambda each: _going(each, now), key="state"),
        Column(_("First day"), lambda each: day(each.first_day), key="first"),
        Column(_("Last day"), lambda each: day(each.last_day), key="last"),
        Column(_("Who stands in"), lambda each: anchor(each.deputy.name, person(each.deputy_id)) if each.deputy
               else status(_("nobody"), "red"), key="deputy"),
        Column(pgettext("a column", "Change"),
               lambda each: anchor(_("End it"), url) if (url := ends(each)) else None, key="end"),
    ]  # fmt: skip


def _going(each: StaffAbsence, now: Any) -> Cell:
    return status(_("away"), "amber") if each.starts_at <= now else status(_("to begin"), "gray")


def _absences_header() -> list[str]:
    return [_("Who"), _("Title"), _("First day"), _("Last day"), _("Who stands in")]


def _absences_rows(found: Iterable[StaffAbsence]) -> list[list[Any]]:
    return [
        [each.card.name, each.card.title, each.first_day, each.last_day, each.deputy.name if each.deputy else ""]
        for each in found
    ]


ABSENCES_EXPORT = ExportKind(
    name="absences",
    title=gettext_lazy("Who is away"),
    permission=Permission.STAFF_VIEW,
    page=ABSENCES,
    rows=lambda actor: selectors.list_absences(timezone.now()),
    header=_absences_header,
    cells=_absences_rows,
)
ABSENCE_LIST = Listing(
    name="absences",
    title=gettext_lazy("Who is away"),
    page=ABSENCES,
    permission=Permission.STAFF_VIEW,
    url="serving_work:absences",
    export="serving_work:absences_export",
    is_inside=False,
    nothing=Words(
        gettext_lazy("Nobody is away"),
        gettext_lazy("Who will be away says so here, with who stands in: customers are told whom to call meanwhile."),
        icon="calendar",
        action_label=gettext_lazy("Say when you are away"),
        action_url="serving_work:set_absence",
    ),
    none_found=Words(gettext_lazy("Nobody is away then"), gettext_lazy("Choose another day or name, or show all.")),
)

# --- home ------------------------------------------------------------------------------------------

SHOWN = 12


def served_card(actor: Actor) -> dict[str, Any] | None:
    """The customers that the person serves, and those of colleagues who are away; outside any enterprise."""
    if actor.enterprise_id is not None or actor.person_id is None:
        return None
    places = by_customer(people.list_served(actor.person_id))
    stood = [
        {"absence": each, "places": by_customer(people.list_served(each.card_id))}
        for each in selectors.list_stood_in_for(actor.person_id)
    ]
    if not places and not stood:
        return None
    return {"places": places[:SHOWN], "count": len(places), "more": len(places) - SHOWN, "stood": stood,
            "person_id": actor.person_id}  # fmt: skip


def away_card(actor: Actor) -> dict[str, Any] | None:
    """Who is away now, with whoever stands in, or nobody; outside any enterprise."""
    if actor.enterprise_id is not None:
        return None
    away = people.absences_now().select_related("card", "deputy").order_by("ends_at", "id")
    return {"absences": list(away[:SHOWN]), "count": count_label(away)}


def gaps_card(actor: Actor) -> dict[str, Any] | None:
    """How many customers lack somebody; outside any enterprise."""
    if actor.enterprise_id is not None:
        return None
    gaps = selectors.list_gaps(actor, on=timezone.localdate())
    return {"count": count_label(gaps), "is_any": gaps.exists()}


# --- the team page -------------------------------------------------------------------------------------

STORY = 20


def team_parts(members: Iterable[TeamMember]) -> list[dict[str, Any]]:
    """Who serves the whole company, then who serves single accounts of it."""
    found: dict[str, dict[str, Any]] = {"": {"account": None, "members": []}}
    for each in members:
        key = each.account.number if each.account else ""
        found.setdefault(key, {"account": each.account, "members": []})["members"].append(each)
    return [found.pop(""), *(found[key] for key in sorted(found))]


def team_story(actor: Actor) -> list[dict[str, Any]]:
    """How the team came to be as it is, newest first."""
    return story_lines(selectors.list_team_story(actor)[:STORY])
