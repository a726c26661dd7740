"""Requests for access as lists and pages show them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import selectors, services
from accounts.joining.selectors import say
from accounts.models import (
    ACCESS_FLOW,
    REGISTRATION_FLOW,
    AccessRequest,
    AccessStatus,
    Membership,
    Registration,
    RegistrationStatus,
)
from accounts.permissions import Permission
from portal import registries
from portal.actors import Actor
from portal.cells import Column, anchor, ident, moment, paths, status, with_small, words
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort


def _called(rows: QuerySet[AccessRequest], typed: str) -> QuerySet[AccessRequest]:
    """By whom, or by what in words: those stand in the program, and not in the table."""
    known = registries.permissions().items()
    codes = [code for code, said in known if typed.casefold() in f"{said} {code}".casefold()]
    who = Q(membership__name__icontains=typed) | Q(membership__user__email__icontains=typed)
    return rows.filter(who | Q(permission__in=codes))


ACCESS = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Asked for last"), "asked_at", is_descending=True, column="asked"),
        Sort("oldest", gettext_lazy("Asked for first"), "asked_at", column="asked"),
    ],
    filters=[
        Filter("q", gettext_lazy("Name, mail address or permission"), _called),
        Filter(
            "state",
            gettext_lazy("State"),
            lambda rows, value: rows.filter(status=value),
            choices=AccessStatus.choices,
        ),
        DateRange("asked", gettext_lazy("Asked for"), "asked_at"),
    ],
)


def access_columns(actor: Actor) -> list[Column]:
    page = paths("joining:request", actor.enterprise_public_id)
    states = {code: status(label, ACCESS_FLOW.tone(code)) for code, label in words(AccessStatus).items()}
    return [
        Column(
            _("What"),
            lambda each: with_small(anchor(say(each.permission), page(each.pk)), each.places or _("on all accounts")),
            is_lead=True,
            key="what",
        ),
        Column(_("State"), lambda each: states[each.status], is_own_label=True, key="state"),
        Column(_("Who asks"), lambda each: each.membership.name, key="who"),
        Column(_("Asked for"), lambda each: moment(each.asked_at), key="asked"),
        Column(_("Decided"), lambda each: with_small(moment(each.decided_at), each.decided_by), key="decided"),
        Column(_("What for"), lambda each: each.why, key="why", is_extra=True),
        Column(_("Answer"), lambda each: each.answer, key="answer", is_extra=True),
    ]


def _header() -> list[str]:
    return [
        _("What"), _("Accounts"), _("State"), _("Who asks"), _("Mail address"), _("What for"), _("Asked for"),
        _("Decided"), _("Decided by"), _("Answer"),
    ]  # fmt: skip


def _rows(requests: Iterable[AccessRequest]) -> list[list[Any]]:
    return [
        [
            say(each.permission), each.places, each.get_status_display(), each.membership.name,
            each.membership.user.email, each.why, each.asked_at, each.decided_at, each.decided_by, each.answer,
        ]
        for each in requests
    ]  # fmt: skip


ACCESS_EXPORT = ExportKind(
    name="access-requests",
    title=gettext_lazy("Requests for access"),
    permission="",
    page=ACCESS,
    rows=selectors.list_access_requests,
    header=_header,
    cells=_rows,
)
ACCESS_LIST = Listing(
    name="access-requests",
    title=gettext_lazy("Requests for access"),
    page=ACCESS,
    permission="",
    url="joining:list",
    export="joining:export",
    nothing=Words(
        gettext_lazy("Nobody has asked for anything"),
        gettext_lazy("Who is refused a page can ask for it there, and those who decide get a mail."),
        icon="key",
    ),
    none_found=Words(gettext_lazy("No request is like that"), gettext_lazy("Look for something else, or show all.")),
)

_FEW = 5  # on the home page


def waiting_card(actor: Actor) -> dict[str, Any] | None:
    """What waits for this person's decision, and what of their own waits; nothing where nothing does."""
    found = list(selectors.list_open_requests(actor)[: _FEW + 1])
    if not found:
        return None
    lines = [{"pk": each.pk, "what": say(each.permission), "who": each.membership.name} for each in found[:_FEW]]
    decides = actor.may(Permission.USER_ADMIN)
    return {"lines": lines, "more": len(found) > _FEW, "decides": decides}


def list_left(member: Membership) -> list[services.Left]:
    """What a leaver has asked for."""
    return [services.Left(say(each.permission), "joining:request", each.pk) for each in selectors.list_asked_by(member)]


def facts(request: AccessRequest) -> list[dict[str, Any]]:
    """Who and when."""
    member = request.membership
    return [
        {"label": _("Who asks"), "value": member.name, "hint": member.user.email},
        {"label": _("Title"), "value": member.title},
        {"label": _("Asked for"), "value": moment(request.asked_at)},
        {"label": _("Decided"), "value": moment(request.decided_at), "hint": request.decided_by},
    ]


REGISTRATIONS = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Registered last"), "asked_at", is_descending=True, column="asked"),
        Sort("oldest", gettext_lazy("Registered first"), "asked_at", column="asked"),
    ],
    filters=[
        Filter(
            "q",
            gettext_lazy("Account number, name or mail address"),
            lambda rows, typed: rows.filter(
                Q(number__iexact=typed) | Q(name__icontains=typed) | Q(email__icontains=typed)
            ),
        ),
        Filter(
            "state",
            gettext_lazy("State"),
            lambda rows, value: rows.filter(status=value),
            choices=RegistrationStatus.choices,
        ),
        DateRange("asked", gettext_lazy("Registered"), "asked_at"),
    ],
)


def registration_columns() -> list[Column]:
    states = {code: status(label, REGISTRATION_FLOW.tone(code)) for code, label in words(RegistrationStatus).items()}

    def whose(each: Registration) -> Any:
        return anchor(each.place, reverse("accounts:home", args=[each.place])) if each.place else ""

    return [
        Column(_("Who"), lambda each: with_small(each.name, each.email), is_lead=True, key="who"),
        Column(_("Account"), lambda each: ident(each.number), key="account"),
        Column(_("State"), lambda each: states[each.status], is_own_label=True, key="state"),
        Column(_("Customer"), whose, key="customer"),
        Column(_("Registered"), lambda each: moment(each.asked_at), key="asked"),
        Column(_("As"), lambda each: each.get_segment_display(), key="segment", is_extra=True),
        Column(_("From"), lambda each: each.asked_from or "", key="from", is_extra=True),
    ]


REGISTRATION_LIST = Listing(
    name="registrations",
    title=gettext_lazy("Registrations"),
    page=REGISTRATIONS,
    permission=Permission.ADMINISTRATOR_APPOINT,
    url="joining_work:list",
    is_inside=False,
    nothing=Words(
        gettext_lazy("Nobody has registered"),
        gettext_lazy("Who has an account and no sign-in registers from the sign-in page."),
        icon="users",
    ),
    none_found=Words(gettext_lazy("No registration is like that"), gettext_lazy("Look for another, or show all.")),
)
