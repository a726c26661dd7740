"""The lists of people and of teams."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts import services
from accounts.models import MEMBERSHIP_FLOW, Membership, MembershipStatus, Team
from accounts.people import selectors
from accounts.permissions import Permission
from portal.cells import Cell, Column, anchor, days, paths, quiet, status, with_small
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort
from portal.templatetags.portal import at_break

_FACTORS = [
    ("passkey", pgettext_lazy("second factor", "Passkey")),
    ("totp", pgettext_lazy("second factor", "Authenticator app")),
    ("none", pgettext_lazy("second factor", "None")),
]


def _by_factor(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "none":
        return rows.filter(has_totp=False, has_passkey=False)
    return rows.filter(has_passkey=True) if value == "passkey" else rows.filter(has_totp=True)


def _called(rows: QuerySet[Membership], value: str) -> QuerySet[Membership]:
    return rows.filter(Q(name__icontains=value) | Q(user__email__icontains=value) | Q(title__icontains=value))


PEOPLE = ListPage(
    sorts=[
        Sort("name", gettext_lazy("Name"), "name", column="name"),
        Sort("name-down", gettext_lazy("Name, last first"), "name", is_descending=True, column="name"),
    ],
    filters=[
        Filter("q", gettext_lazy("Name, title or mail address"), _called),
        Filter(
            "status",
            gettext_lazy("Status"),
            lambda rows, value: rows.filter(status=value),
            choices=[each for each in MembershipStatus.choices if each[0] != MembershipStatus.REMOVED],
        ),
        Filter(
            "administrator",
            gettext_lazy("Administrator"),
            lambda rows, value: rows.filter(is_administrator=value == "yes"),
            choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        ),
        Filter("factor", gettext_lazy("Second factor"), _by_factor, choices=_FACTORS),
        DateRange("seen", gettext_lazy("Last here"), "seen_on"),
    ],
)


def factor(member: Any) -> str:
    """The second factors that somebody has."""
    words = dict(_FACTORS)
    found = [str(words[key]) for key, has in (("passkey", member.has_passkey), ("totp", member.has_totp)) if has]
    return ", ".join(found) or str(words["none"])


def people_columns(actor: Any) -> list[Column]:
    page, day = paths("people:person", actor.enterprise_public_id), days()
    return [
        Column(
            _("Name"), lambda each: with_small(anchor(each.name, page(each.pk)), each.title), is_lead=True, key="name"
        ),
        Column(_("Mail address"), lambda each: format_html("<span>{}</span>", at_break(each.user.email)), key="email"),
        Column(_("Status"), lambda each: standing(each), is_own_label=True, key="status"),
        Column(_("Role"), lambda each: _("System administrator") if each.is_administrator else "", key="administrator"),
        Column(_("Second factor"), lambda each: factor(each), key="factor"),
        Column(_("Last here"), lambda each: day(each.seen_on) or quiet(pgettext("visit", "never")), key="seen"),
        Column(_("Here since"), lambda each: day(each.created_at.date()), key="since", is_extra=True),
    ]


def standing(member: Membership) -> Cell:
    return status(member.get_status_display(), MEMBERSHIP_FLOW.tone(member.status))


def _header() -> list[str]:
    return [
        _("Name"), _("Title"), _("Mail address"), _("Phone"), _("Status"), _("System administrator"),
        _("Second factor"), _("Last here"), _("Here since"),
    ]  # fmt: skip


def _rows(people: Iterable[Membership]) -> list[list[Any]]:
    return [
        [
            each.name, each.title, each.user.email, each.phone, each.get_status_display(),
            _("yes") if each.is_administrator else _("no"), factor(each), each.seen_on, each.created_at,
        ]
        for each in people
    ]  # fmt: skip


PEOPLE_EXPORT = ExportKind(
    name="people",
    title=gettext_lazy("People"),
    permission=Permission.USER_ADMIN,
    page=PEOPLE,
    rows=selectors.list_people,
    header=_header,
    cells=_rows,
)
PEOPLE_LIST = Listing(
    name="people",
    title=gettext_lazy("People"),
    page=PEOPLE,
    permission=Permission.USER_ADMIN,
    url="people:list",
    export="people:export",
    nothing=Words(
        gettext_lazy("Nobody is here yet"),
        gettext_lazy("Invite the first colleague."),
        icon="users",
        action_label=gettext_lazy("Invite somebody"),
        action_url="people:invite",
    ),
    none_found=Words(gettext_lazy("Nobody is called that"), gettext_lazy("Try a part of the name, or show all.")),
)

TEAMS = ListPage(
    sorts=[Sort("name", gettext_lazy("Name"), "name", column="name")],
    filters=[Filter("q", gettext_lazy("Name"), lambda rows, value: rows.filter(name__icontains=value))],
)


def team_columns(actor: Any) -> list[Column]:
    page = paths("people:team", actor.enterprise_public_id)
    return [
        Column(_("Team"), lambda each: anchor(each.name, page(each.pk)), is_lead=True, key="name"),
        Column(_("People"), lambda each: str(each.count), css="num", key="people"),
        Column(_("Shared mailbox"), lambda each: each.email, key="email"),
    ]


def _team_header() -> list[str]:
    return [_("Team"), _("People"), _("Shared mailbox")]


def _team_rows(teams: Iterable[Team]) -> list[list[Any]]:
    return [[each.name, each.count, each.email] for each in teams]  # type: ignore[attr-defined]


TEAMS_EXPORT = ExportKind(
    name="teams",
    title=gettext_lazy("Teams"),
    permission=Permission.USER_ADMIN,
    page=TEAMS,
    rows=selectors.list_teams,
    header=_team_header,
    cells=_team_rows,
)
TEAM_LIST = Listing(
    name="teams",
    title=gettext_lazy("Teams"),
    page=TEAMS,
    permission=Permission.USER_ADMIN,
    url="people:teams",
    export="people:export_teams",
    nothing=Words(
        gettext_lazy("No team yet"),
        gettext_lazy("A team holds permissions for all who are in it, and can have a shared mailbox."),
        icon="users",
        action_label=gettext_lazy("Make a team"),
        action_url="people:new_team",
    ),
    none_found=Words(gettext_lazy("No team is called that"), gettext_lazy("Try a part of the name, or show all.")),
)


def list_left(member: Membership) -> list[services.Left]:
    """What a leaver follows."""
    return [services.Left(label) for label in selectors.list_followed_by(member)]
