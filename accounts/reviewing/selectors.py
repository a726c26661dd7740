"""The access reviews of an enterprise, their lines, and what the people in them have."""

import hashlib
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from accounts import selectors
from accounts.models import (
    AccessReview,
    Grant,
    Membership,
    MembershipStatus,
    ReviewAnswer,
    ReviewLine,
    ReviewStatus,
    Team,
    TeamPerson,
    open_at,
)
from portal.actors import Actor
from portal.tenancy import of_enterprise

FEW = 12  # earlier reviews on the page


def list_newest(actor: Actor) -> list[AccessReview]:
    return list(selectors.list_reviews(actor).order_by("-number")[:FEW])


def list_open_everywhere(actor: Actor) -> QuerySet[AccessReview]:
    """For the carrier's people: what is under way at which customer."""
    return selectors.list_reviews(actor).filter(status=ReviewStatus.OPEN).select_related("enterprise")


def list_lines(actor: Actor) -> QuerySet[ReviewLine]:
    """The people and teams of all reviews, with all they hold now, in as many queries however many there are."""
    grants = of_enterprise(Grant.objects, actor).filter(open_at()).select_related("team", "group", "account")
    grants = grants.order_by("permission", "id")
    places = of_enterprise(TeamPerson.objects, actor).filter(open_at()).select_related("team")
    places = places.prefetch_related(Prefetch("team__grants", grants, to_attr="open_grants"))
    inside = of_enterprise(TeamPerson.objects, actor).filter(open_at()).select_related("membership")
    rows = of_enterprise(ReviewLine.objects, actor).select_related("review", "membership__user", "team")
    return rows.prefetch_related(
        Prefetch("team__grants", grants, to_attr="open_grants"),
        Prefetch("team__people", inside.order_by("membership__name"), to_attr="open_people"),
        Prefetch("membership__grants", grants, to_attr="open_grants"),
        Prefetch("membership__teams", places, to_attr="open_places"),
    )


def held_by(line: ReviewLine) -> list[dict[str, str]]:
    """What the person has now, or had when it was decided: of a line of ``list_lines``."""
    if line.answer != ReviewAnswer.WAITS:
        return list(line.held)
    if line.team:
        team: Any = line.team
        return [{**selectors.say_grant(grant), "team": ""} for grant in team.open_grants]
    member: Any = line.membership
    through = [grant for place in member.open_places for grant in place.team.open_grants]
    return [selectors.say_grant(grant) for grant in (*member.open_grants, *through)]


def fingerprint(line: ReviewLine) -> str:
    """Another for other rights: whoever confirms says by it what they were shown. Of a line of ``list_lines``."""
    held = sorted("/".join(f"{name}={each[name]}" for name in sorted(each)) for each in held_by(line))
    member, team = line.membership, line.team
    about = [member.status, str(member.is_administrator)] if member else []
    people: Any = team.open_people if team else []
    about += [str(each.membership_id) for each in people]
    return hashlib.sha256("\n".join([line.answer, *about, *held]).encode()).hexdigest()[:16]


def list_teams_with_rights(actor: Actor) -> QuerySet[Team]:
    """The teams that hold anything: to be confirmed beside the people."""
    held = of_enterprise(Grant.objects, actor).filter(open_at(), team=OuterRef("pk"))
    return of_enterprise(Team.objects, actor).filter(Exists(held), is_active=True).order_by("name", "id")


def list_others_who_decide(actor: Actor, member: Membership) -> QuerySet[Membership]:
    """The system administrators but this one."""
    rows = of_enterprise(Membership.objects, actor).filter(is_administrator=True, status=MembershipStatus.ACTIVE)
    return rows.exclude(pk=member.pk)


def may_begin(actor: Actor) -> bool:
    """Whether there is anybody to confirm: of one person alone nobody says anything."""
    rows = of_enterprise(Membership.objects, actor).exclude(status=MembershipStatus.REMOVED)
    return rows.count() > 1


def list_waiting_people(review: AccessReview) -> list[Membership]:
    """Whom nobody has confirmed."""
    lines = list_waiting(review).exclude(membership=None).select_related("membership")
    return [each.membership for each in lines.order_by("pk") if each.membership]


def list_waiting(review: AccessReview) -> QuerySet[ReviewLine]:
    """The people and teams that nobody has confirmed."""
    return ReviewLine.objects.filter(enterprise_id=review.enterprise_id, review=review, answer=ReviewAnswer.WAITS)
