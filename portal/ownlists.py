"""The kernel's own lists: the log of notices, and a person's downloads."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import delivery, locator, selectors
from portal.cells import Cell, Column, anchor, moment, status, whole, with_small
from portal.errors import IllegalMove, Text
from portal.exports import KINDS, ExportKind
from portal.http import ActorRequest, onward
from portal.listing import Action, Listing, Words, told
from portal.lists import DateRange, Filter, ListPage, Sort
from portal.models import Export, ExportState, Notice
from portal.tables import Queue
from portal.tenancy import tenant_scope

NOTICE_VIEW, NOTICE_RESEND = "notice.view", "notice.resend"

STATES: list[tuple[str, Text]] = [
    (Queue.State.WAITING, gettext_lazy("Waiting to be sent")),
    (Queue.State.WORKING, gettext_lazy("Being sent")),
    (Queue.State.DONE, gettext_lazy("Delivered to the mail server")),
    (Queue.State.FAILED, gettext_lazy("Not delivered")),
    (Queue.State.CANCELLED, gettext_lazy("Cancelled")),
]

# --- the log of notices ---------------------------------------------------------------------------


def _by_recipient(rows: QuerySet[Notice], value: str) -> QuerySet[Notice]:
    return rows.filter(recipient=value.casefold())


def _by_enterprise(rows: QuerySet[Notice], value: str) -> QuerySet[Notice]:
    # By its key, which the log's index leads with.
    found = locator.find(locator.ENTERPRISE, value)
    return rows.filter(enterprise_id=found.enterprise_id) if found else rows.none()


NOTICES = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest first"), "created_at", is_descending=True, column="written"),
        Sort("oldest", gettext_lazy("Oldest first"), "created_at", column="written"),
    ],
    filters=[
        Filter("state", gettext_lazy("State"), lambda rows, value: rows.filter(state=value), choices=STATES),
        Filter("to", gettext_lazy("Recipient's address"), _by_recipient),
        Filter("customer", gettext_lazy("Enterprise number"), _by_enterprise),
        DateRange("written", gettext_lazy("Written"), "created_at"),
    ],
)


def notice_columns() -> list[Column]:
    """What was told to whom, and whether it arrived."""
    states = {code: str(label) for code, label in STATES}
    return [
        Column(_("Subject"), _subject, is_lead=True, css="cell-wide", key="subject"),
        Column(_("To"), _recipient, key="to"),
        Column(_("Customer"), lambda each: each.enterprise_name, key="customer"),
        Column(_("Written"), lambda each: moment(each.created_at), key="written"),
        Column(_("State"), lambda each: status(states[each.state], each.tone), key="state"),
        Column(_("Sent"), lambda each: moment(each.sent_at), key="sent", is_extra=True),
        Column(_("Why they hear of it"), lambda each: each.reason, key="reason", is_extra=True),
        Column(_("Attempts"), lambda each: str(each.attempts), css="num", key="attempts", is_extra=True),
        Column(_("Why it failed"), lambda each: each.last_error[:200], css="text-break", key="error", is_extra=True),
    ]


def _subject(each: Any) -> Cell:
    return anchor(each.subject, reverse("notices:notice", args=[each.enterprise_public_id, each.pk]))


def _recipient(each: Notice) -> Cell:
    name = each.recipient_name or each.recipient
    return format_html("<span>{}</span>", with_small(name, each.recipient if each.recipient_name else ""))


def _notices_header() -> list[str]:
    return [
        _("Written"), _("Sent"), _("State"), _("Enterprise"), _("Customer"), _("To"), _("Name"), _("Subject"),
        _("Why they hear of it"), _("Attempts"), _("Why it failed"),
    ]  # fmt: skip


def _notices_rows(notices: Iterable[Any]) -> list[list[Any]]:
    states = {code: str(label) for code, label in STATES}
    return [
        [
            each.created_at, each.sent_at, states[each.state], each.enterprise_public_id, each.enterprise_name,
            each.recipient, each.recipient_name, each.subject, each.reason, each.attempts, each.last_error[:200],
        ]
        for each in notices
    ]  # fmt: skip


# Taken at once: a file in the background belongs to one enterprise.
NOTICES_EXPORT = ExportKind(
    name="notices",
    title=gettext_lazy("Notices"),
    permission=NOTICE_VIEW,
    page=NOTICES,
    rows=selectors.list_notices,
    header=_notices_header,
    cells=_notices_rows,
)


def _try_again(request: ActorRequest, rows: list[Notice]) -> HttpResponse:
    """The chosen mails that were given up, each in its customer's place."""
    at, failed = timezone.now(), []
    for each in rows:
        try:
            with tenant_scope(each.enterprise_id):
                delivery.try_again(each, actor=request.actor, at=at)
        except IllegalMove:
            failed.append(_("it was not given up"))
    done = len(rows) - len(failed)
    words = ngettext("%(count)s mail is tried again.", "%(count)s mails are tried again.", done) % {"count": done}
    return told(request, done=words if done else "", failed=failed, back=onward(request, reverse("notices:list")))


NOTICE_LIST = Listing(
    name="notices",
    title=gettext_lazy("Notices"),
    page=NOTICES,
    permission=NOTICE_VIEW,
    url="notices:list",
    export="notices:export",
    bulk="notices:chosen",
    is_inside=False,
    actions=[Action("try-again", gettext_lazy("Try again"), "refresh", _try_again, NOTICE_RESEND)],
    css="cards-wide",
    nothing=Words(
        gettext_lazy("Nobody has been told anything yet"),
        gettext_lazy("Complete a milestone or start a bill run: each mail that follows is kept here, word for word."),
        icon="mail",
    ),
    none_found=Words(
        gettext_lazy("No notice answers to that"),
        gettext_lazy("The recipient's address must be whole. Show all, or choose another state."),
    ),
)

# --- a person's downloads ---------------------------------------------------------------------------

DOWNLOADS = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Newest first"), "asked_at", is_descending=True, column="asked"),
        Sort("oldest", gettext_lazy("Oldest first"), "asked_at", column="asked"),
    ],
    filters=[
        Filter(
            "state",
            gettext_lazy("State"),
            lambda rows, value: rows.filter(state=value),
            choices=ExportState.choices,
        )
    ],
)


def download_columns(request: ActorRequest) -> list[Column]:
    """What the person asked for, how far it is, and the file."""

    # Without the page's frame, which would be asked for again with each cell.
    context = {"actor": request.actor, "csrf_token": get_token(request)}

    def part(name: str, export: Export) -> Cell:
        return render_to_string(f"exports/{name}.html", {**context, "export": export})

    return [
        Column(_("List"), _what, is_lead=True, key="what"),
        Column(_("State"), lambda each: part("_state", each), key="state"),
        Column(_("Asked for"), lambda each: moment(each.asked_at), key="asked"),
        Column(_("Kept until"), _kept_until, key="kept"),
        Column(_("What you can do"), lambda each: part("_ways", each), is_own_label=True),
    ]


def _what(export: Export) -> Cell:
    kind = KINDS[export.kind]
    return with_small(kind.title, *(whole(word) for word in kind.words(export.query)))


def _kept_until(export: Export) -> Cell:
    return moment(export.expires_at) if export.state == ExportState.DONE else None


DOWNLOAD_LIST = Listing(
    name="downloads",
    title=gettext_lazy("Your downloads"),
    page=DOWNLOADS,
    permission="",
    url="exports:list",
    has_views=False,
    nothing=Words(
        gettext_lazy("Nothing here yet"),
        gettext_lazy(
            "Lists of more than 10,000 rows are prepared in the background when you press Download as CSV. They appear"
            " here."
        ),
        icon="download",
    ),
    none_found=Words(gettext_lazy("No file is in that state")),
)
