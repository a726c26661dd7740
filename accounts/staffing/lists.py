"""The lists of colleagues and of roles, what a role may do in words, and a part of the administrators' home."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import StaffMember, StaffRole
from accounts.permissions import Permission
from accounts.staffing import selectors
from portal import registries
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, moment, paths, status, with_small
from portal.errors import Text
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import Filter, ListPage, Sort, count_label
from portal.templatetags.portal import at_break

# --- permissions in words --------------------------------------------------------------------------


def said(codes: Iterable[str]) -> list[Text]:
    """What permissions let one do; one that an older version had goes by its code."""
    known = registries.staff_permissions()
    return [known.get(code, code) for code in codes]


# --- colleagues ----------------------------------------------------------------------------------------

WORKING, INVITED, LEFT = "working", "invited", "left"
STATES = [
    (WORKING, gettext_lazy("works here")),
    (INVITED, gettext_lazy("never signed in")),
    (LEFT, gettext_lazy("has left")),
]
_TONES = {WORKING: "green", INVITED: "amber", LEFT: "gray"}


def state_of(member: StaffMember) -> str:
    if not member.is_active:
        return LEFT
    return WORKING if member.user.last_login else INVITED


def _in_state(rows: QuerySet[StaffMember], state: str) -> QuerySet[StaffMember]:
    if state == LEFT:
        return rows.filter(is_active=False)
    return rows.filter(is_active=True, user__last_login__isnull=state == INVITED)


def _called(rows: QuerySet[StaffMember], value: str) -> QuerySet[StaffMember]:
    return rows.filter(
        Q(card__name__icontains=value) | Q(card__email__icontains=value) | Q(card__title__icontains=value)
    )


STAFF = ListPage(
    sorts=[
        Sort("name", gettext_lazy("Name"), "card__name", column="name"),
        Sort("name-down", gettext_lazy("Name, last first"), "card__name", is_descending=True, column="name"),
        Sort("role", gettext_lazy("Role"), "role__name", column="role"),
    ],
    filters=[
        Filter("q", gettext_lazy("Name, title or mail address"), _called),
        Filter(
            "role",
            gettext_lazy("Role"),
            lambda rows, value: rows.filter(Q(role__code=value) | Q(role__name__icontains=value)),
            hint=gettext_lazy("or a part of it"),
        ),
        Filter("state", gettext_lazy("State"), _in_state, choices=STATES),
        Filter(
            "language",
            gettext_lazy("Speaks"),
            lambda rows, value: rows.filter(card__languages__contains=[value]),
            choices=settings.LANGUAGES,
        ),
    ],
)


def staff_columns() -> list[Column]:
    person = paths("staffing:person")
    return [
        Column(_("Name"), lambda each: with_small(anchor(each.card.name, person(each.card_id)), each.card.title),
               is_lead=True, key="name"),
        Column(_("Role"), lambda each: each.role.label, key="role"),
        Column(_("State"), lambda each: _state(each), key="state"),
        Column(_("Phone"), lambda each: each.card.phone, key="phone"),
        Column(_("Mail address"), lambda each: at_break(each.card.email), key="email"),
        Column(_("Languages"), lambda each: each.card.spoken_languages, key="languages", is_extra=True),
        Column(_("Region"), lambda each: each.card.get_region_display(), key="region", is_extra=True),
        Column(_("Last sign-in"), lambda each: moment(each.user.last_login), key="seen"),
    ]  # fmt: skip


def _state(member: StaffMember) -> Cell:
    code = state_of(member)
    return status(dict(STATES)[code], _TONES[code])


def _staff_header() -> list[str]:
    return [_("Name"), _("Title"), _("Role"), _("State"), _("Mail address"), _("Phone"), _("Languages"), _("Region"),
            _("Time zone"), _("Last sign-in")]  # fmt: skip


def _staff_rows(found: Iterable[StaffMember]) -> list[list[Any]]:
    return [
        [
            each.card.name, each.card.title, each.role.label, str(dict(STATES)[state_of(each)]), each.card.email,
            each.card.phone, each.card.spoken_languages, each.card.get_region_display(), each.card.time_zone,
            each.user.last_login,
        ]
        for each in found
    ]  # fmt: skip


STAFF_EXPORT = ExportKind(
    name="staff",
    title=gettext_lazy("Colleagues"),
    permission=Permission.STAFF_VIEW,
    page=STAFF,
    rows=lambda actor: selectors.list_people(),
    header=_staff_header,
    cells=_staff_rows,
)
STAFF_LIST = Listing(
    name="staff",
    title=gettext_lazy("Colleagues"),
    page=STAFF,
    permission=Permission.STAFF_VIEW,
    url="staffing:list",
    export="staffing:export",
    is_inside=False,
    nothing=Words(gettext_lazy("Nobody works here yet"), gettext_lazy("Whom you hire stands here."), icon="users"),
    none_found=Words(
        gettext_lazy("No colleague answers to that"),
        gettext_lazy("Look for a part of the name, the title or the mail address, or show all."),
    ),
)

# --- roles -----------------------------------------------------------------------------------------------

ROLES = ListPage(
    sorts=[
        Sort("name", gettext_lazy("Name"), "name", column="name"),
        Sort("name-down", gettext_lazy("Name, last first"), "name", is_descending=True, column="name"),
    ],
    filters=[
        Filter("q", gettext_lazy("Name"), lambda rows, value: rows.filter(name__icontains=value)),
        Filter(
            "may",
            gettext_lazy("May do"),
            lambda rows, value: rows.filter(permissions__contains=[value]),
            hint=gettext_lazy("a permission, as order.view"),
        ),
    ],
)


def role_columns() -> list[Column]:
    page = paths("staffing:role")
    return [
        Column(_("Role"), lambda each: anchor(each.label, page(each.code)), is_lead=True, key="name"),
        Column(_("Who has it"), lambda each: str(each.held), key="held"),
        Column(_("Permissions"), lambda each: str(len(each.permissions)), key="count"),
        Column(_("Where it is from"), lambda each: _origin(each), key="origin"),
    ]


def _origin(role: StaffRole) -> str:
    if not selectors.is_shipped(role):
        return _("the carrier's own")
    as_shipped = set(role.permissions) == set(role.shipped)
    return _("as the portal was shipped") if as_shipped else _("shipped, and changed here")


def _roles_header() -> list[str]:
    return [_("Role"), _("Who has it"), _("Where it is from"), _("Permissions")]


def _roles_rows(found: Iterable[StaffRole]) -> list[list[Any]]:
    return [[each.label, each.held, _origin(each), " ".join(each.permissions)] for each in found]  # type: ignore[attr-defined]


ROLES_EXPORT = ExportKind(
    name="staff_roles",
    title=gettext_lazy("Roles"),
    permission=Permission.STAFF_VIEW,
    page=ROLES,
    rows=lambda actor: selectors.list_roles(),
    header=_roles_header,
    cells=_roles_rows,
)
ROLE_LIST = Listing(
    name="staff_roles",
    title=gettext_lazy("Roles"),
    page=ROLES,
    permission=Permission.STAFF_VIEW,
    url="staffing:roles",
    export="staffing:roles_export",
    is_inside=False,
    nothing=Words(gettext_lazy("There is no role yet"), icon="shield-check"),
    none_found=Words(gettext_lazy("No role answers to that"), gettext_lazy("Choose another name, or show all.")),
)

# --- home -------------------------------------------------------------------------------------------------

SHOWN = 5


def waiting_card(actor: Actor) -> dict[str, Any] | None:
    """Who was hired and has not come yet; outside any enterprise."""
    invited = selectors.list_invited()
    if actor.enterprise_id is not None:
        return None
    return {"invited": list(invited[:SHOWN]), "count": count_label(invited)}
