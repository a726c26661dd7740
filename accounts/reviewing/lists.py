"""Access reviews as pages, lists and files show them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import selectors as people
from accounts.models import ANSWER_FLOW, AccessReview, MembershipStatus, ReviewAnswer, ReviewLine, ReviewStatus
from accounts.permissions import Permission
from accounts.reviewing import selectors
from portal import registries
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, days, in_a_line, moment, paths, status, with_small, words
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import Filter, ListPage, Sort, count_label

_FEW = 5  # people of a team that are named


def _of_review(rows: QuerySet[ReviewLine], typed: str) -> QuerySet[ReviewLine]:
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 9
    return rows.filter(review__number=int(typed)) if is_number else rows.none()


def _called(rows: QuerySet[ReviewLine], typed: str) -> QuerySet[ReviewLine]:
    return rows.filter(Q(name__icontains=typed) | Q(membership__user__email__icontains=typed))


LINES = ListPage(
    sorts=[
        Sort("name", gettext_lazy("Name"), "name", column="name"),
        Sort("name-down", gettext_lazy("Name, last first"), "name", is_descending=True, column="name"),
    ],
    filters=[
        Filter("q", gettext_lazy("Name or mail address"), _called),
        Filter(
            "answer",
            gettext_lazy("Answer"),
            lambda rows, value: rows.filter(answer=value),
            choices=ReviewAnswer.choices,
        ),
        Filter(
            "administrator",
            gettext_lazy("Administrator"),
            lambda rows, value: rows.filter(membership__is_administrator=value == "yes"),
            choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        ),
        Filter(
            "who",
            gettext_lazy("People or teams"),
            lambda rows, value: rows.filter(team__isnull=value == "people"),
            choices=[("people", gettext_lazy("People")), ("teams", gettext_lazy("Teams"))],
        ),
        Filter("review", gettext_lazy("Review"), _of_review, hint=gettext_lazy("its number")),
    ],
)


REVIEWS = ListPage(
    sorts=[Sort("newest", gettext_lazy("Newest first"), "number", is_descending=True, is_number=True)],
    filters=[
        Filter(
            "state",
            gettext_lazy("State"),
            lambda rows, value: rows.filter(status=value),
            choices=ReviewStatus.choices,
        ),
    ],
)


def _scopes(held: Iterable[dict[str, str]]) -> list[tuple[str, str]]:
    """Where, with what may be done there: permissions on the same accounts, through the same team, stand together."""
    known, found = registries.permissions(), dict[tuple[str, str], list[str]]()
    for each in held:
        where = each.get("group") or each.get("account") or _("All accounts")
        where = _("%(where)s, through %(team)s") % {"where": where, "team": each["team"]} if "team" in each else where
        what = str(known.get(each["permission"], each["permission"]))
        found.setdefault((where, each.get("team", "")), []).append(what)
    return [(where, ", ".join(what)) for (where, _team), what in found.items()]


def administers(line: ReviewLine) -> bool:
    """Whether the person is a system administrator, or was when it was decided."""
    if line.answer != ReviewAnswer.WAITS:
        return line.was_administrator
    return line.membership is not None and line.membership.is_administrator


def _held(line: ReviewLine) -> SafeString:
    if administers(line):
        return format_html("<strong>{}</strong>", _("Everything: a system administrator"))
    lines = _scopes(selectors.held_by(line))
    if not lines:
        return format_html('<span class="quiet">{}</span>', _("Nothing"))
    # One element: on a telephone the parts of a cell stand side by side.
    return format_html("<span>{}</span>", format_html_join(mark_safe("<br>"), "<strong>{}:</strong> {}", lines))


def line_columns(actor: Actor) -> list[Column]:
    routes = ("person", "rights", "remove", "team", "team_rights", "close_team")
    person, rights, end_of, team, team_rights, close = (
        paths(f"people:{name}", actor.enterprise_public_id) for name in routes
    )
    states = {code: status(label, ANSWER_FLOW.tone(code)) for code, label in words(ReviewAnswer).items()}
    back = f"?next={reverse('reviewing:review', args=[actor.enterprise_public_id])}"

    def ways(line: ReviewLine) -> Cell:
        if line.answer != ReviewAnswer.WAITS:
            return with_small(moment(line.decided_at), line.decided_by)
        pk = line.membership_id or line.team_id
        at, end_at = (rights(pk), end_of(pk)) if line.membership_id else (team_rights(pk), close(pk))
        change, end = anchor(_("Change it"), at + back), anchor(_("End"), end_at)
        return format_html('<span class="text-nowrap">{} · {}</span>', change, end)

    def who(line: ReviewLine) -> Cell:
        member = line.membership
        if member is None:
            return with_small(anchor(line.name, team(line.team_id)), _("Team"), _team_people(line))
        standing = "" if member.status == MembershipStatus.ACTIVE else member.get_status_display()
        return with_small(anchor(line.name, person(member.pk)), member.title, member.user.email, standing)

    return [
        Column(_("Name"), who, is_lead=True, key="name"),
        Column(_("What they may do"), _held, css="cell-prose", key="held"),
        Column(_("Answer"), lambda line: states[line.answer], is_own_label=True, key="answer"),
        Column(_("Decided"), ways, key="decided"),
        Column(_("Review"), lambda line: str(line.review.number), css="num", key="review"),
        Column(_("Last here"), lambda line: days()(line.membership.seen_on) if line.membership else "", key="seen"),
    ]


def _team_people(line: ReviewLine) -> str:
    people: Any = line.team
    return in_a_line([each.membership.name for each in people.open_people], most=_FEW)


def _header() -> list[str]:
    return [
        _("Review"), _("Began"), _("Due"), _("Name"), _("Mail address"), _("Status"), _("Administrator"),
        _("What they may do"), _("Answer"), _("Decided"), _("Decided by"),
    ]  # fmt: skip


def _rows(lines: Iterable[ReviewLine]) -> list[list[Any]]:
    return [
        [
            line.review.number, line.review.opened_at, line.review.due_on, line.name,
            line.membership.user.email if line.membership else line.team.email if line.team else "",
            line.membership.get_status_display() if line.membership else _("Team"),
            _("yes") if administers(line) else _("no"),
            "; ".join(f"{where}: {what}" for where, what in _scopes(selectors.held_by(line))),
            line.get_answer_display(), line.decided_at, line.decided_by,
        ]
        for line in lines
    ]  # fmt: skip


LINES_EXPORT = ExportKind(
    name="access-review",
    title=gettext_lazy("Access review"),
    permission=Permission.USER_ADMIN,
    page=LINES,
    rows=selectors.list_lines,
    header=_header,
    cells=_rows,
)
LINE_LIST = Listing(
    name="access-review",
    title=gettext_lazy("Access review"),
    page=LINES,
    permission=Permission.USER_ADMIN,
    url="reviewing:review",
    export="reviewing:export",
    bulk="reviewing:chosen",
    seen=selectors.fingerprint,
    nothing=Words(
        gettext_lazy("No review has begun yet"),
        gettext_lazy("In a review you say of each colleague whether they keep what they may do. Auditors ask for it."),
        icon="shield-check",
    ),
    none_found=Words(gettext_lazy("Nobody is like that"), gettext_lazy("Look for somebody else, or show all.")),
)


def progress(review: Any, *, today: date) -> dict[str, Any]:
    """How far a review is, for the card, the people's page and its own."""
    return {
        "review": review,
        "done": review.people - review.waiting,
        "total": review.people,
        "is_late": today > review.due_on,
    }


def review_card(actor: Actor) -> dict[str, Any] | None:
    """The review under way, on the home of who can answer; nothing where there is none."""
    review = people.get_open_review(actor)
    return progress(review, today=timezone.localdate()) if review else None


# --- for the carrier's people ------------------------------------------------------------------------

OPEN_REVIEWS = ListPage(
    sorts=[Sort("due", gettext_lazy("Due first"), "due_on", column="due")],
    filters=[
        Filter(
            "late",
            gettext_lazy("Late"),
            lambda rows, value: rows.filter(late_at__isnull=value == "no"),
            choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        ),
        Filter("q", gettext_lazy("Customer"), lambda rows, typed: rows.filter(enterprise__legal_name__icontains=typed)),
    ],
)


def review_columns() -> list[Column]:
    day = days()

    def standing(review: AccessReview) -> Cell:
        return status(_("Late"), "red") if review.late_at else status(_("Under way"), "amber")

    def customer(review: AccessReview) -> Cell:
        place = review.enterprise
        return with_small(anchor(place.name, reverse("people:administrators", args=[place.public_id])), place.public_id)

    def answered(review: Any) -> Cell:
        done, total = review.people - review.waiting, review.people
        return _("%(done)s of %(total)s") % {"done": done, "total": total}

    return [
        Column(_("Customer"), customer, is_lead=True, key="customer"),
        Column(_("State"), standing, is_own_label=True, key="state"),
        Column(_("Confirmed"), answered, key="done"),
        Column(_("Due"), lambda each: day(each.due_on), key="due"),
        Column(_("Began"), lambda each: moment(each.opened_at), key="began"),
    ]


REVIEW_LIST = Listing(
    name="access-reviews",
    title=gettext_lazy("Access reviews"),
    page=OPEN_REVIEWS,
    permission=Permission.ADMINISTRATOR_APPOINT,
    url="reviewing_work:list",
    is_inside=False,
    nothing=Words(
        gettext_lazy("No customer has a review under way"),
        gettext_lazy("Customers' administrators confirm from time to time who has what. Who is late stands here."),
        icon="shield-check",
    ),
    none_found=Words(gettext_lazy("No review is like that"), gettext_lazy("Look for another, or show all.")),
)


def late_card(actor: Actor) -> dict[str, Any] | None:
    """How many customers are late with their review; outside any enterprise, and where there are any."""
    if actor.enterprise_id is not None:
        return None
    late = selectors.list_open_everywhere(actor).filter(late_at__isnull=False)
    return {"count": count_label(late)} if late.exists() else None
