"""Teams of a customer's people, and their shared mailboxes."""

from datetime import datetime
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import Grant, Membership, MembershipStatus, ReviewAnswer, Team, TeamPerson, open_at
from accounts.services.access import settle_requests
from accounts.services.members import clean_email
from accounts.services.reviews import settle_team_review
from accounts.services.rights import enterprise_of
from portal import events
from portal.actors import Actor
from portal.errors import Refused
from portal.following.services import end_all_of
from portal.hearers import Party
from portal.tenancy import of_enterprise

_HERE = [MembershipStatus.ACTIVE, MembershipStatus.PENDING]


@transaction.atomic
def set_team(
    team_id: int | None,
    *,
    name: str,
    email: str,
    people: set[int],
    language: str = "",
    time_zone: str = "",
    actor: Actor,
    at: datetime,
) -> Team:
    """Make or change a team: what it is called, its shared mailbox, and who is in it.

    Mails to the mailbox are in its language and time zone; empty they stay what they are, at first the enterprise's.
    Raises Refused without a name, for a name that another team has, an address that is none, a language or time zone
    that there is not, and for people who are not active here.
    """
    name = " ".join(name.split())
    if not name:
        raise Refused(_("A team needs a name."), field="name")
    email = clean_email(email) if email.strip() else ""
    teams = of_enterprise(Team.objects, actor)
    others = teams.exclude(pk=team_id) if team_id else teams
    if others.filter(is_active=True, name__iexact=name).exists():
        raise Refused(_("Another team is called so."), field="name")
    team = teams.select_for_update(of=("self",)).get(pk=team_id) if team_id else _new_team(actor)
    is_new = team.pk is None
    team.name, team.email = name, email
    _set_tongue(team, language, time_zone)
    _save(team)
    came, left = _exchange_people(team, people, actor=actor, at=at)
    kind = "team.made" if is_new else "team.changed"
    events.record(kind, subject=team, actor=actor, at=at, team=name, email=email, came=came, left=left)
    settle_requests(actor=actor, at=at)
    return team


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save(update_fields=["name", "email", "language", "time_zone"] if team.pk else None)
    except IntegrityError as error:
        # Somebody else gave another one this name at the same moment.
        raise Refused(_("Another team is called so."), field="name") from error


def _set_tongue(team: Team, language: str, time_zone: str) -> None:
    if language and language not in dict(settings.LANGUAGES):
        raise Refused(_("This language is not spoken here."), field="language")
    if time_zone and time_zone not in available_timezones():
        raise Refused(_("There is no such time zone."), field="time_zone")
    team.language, team.time_zone = language or team.language, time_zone or team.time_zone


def _new_team(actor: Actor) -> Team:
    enterprise = selectors.get_enterprise(enterprise_of(actor))
    return Team(enterprise_id=enterprise.pk, language=enterprise.language, time_zone=enterprise.time_zone)


def _exchange_people(team: Team, people: set[int], *, actor: Actor, at: datetime) -> tuple[list[str], list[str]]:
    """The names of who came and who left."""
    rows = TeamPerson.objects.filter(open_at(), enterprise_id=team.enterprise_id, team=team)
    there = set(rows.values_list("membership_id", flat=True))
    names = dict(of_enterprise(Membership.objects, actor).filter(pk__in=people | there).values_list("pk", "name"))
    coming = of_enterprise(Membership.objects, actor).filter(pk__in=people - there)
    if coming.filter(status__in=_HERE).count() != len(people - there):
        raise Refused(_("Choose people who are active here."), field="people")
    rows.filter(membership_id__in=there - people).update(until_at=at, ended_by=actor.name)
    TeamPerson.objects.bulk_create(
        TeamPerson(enterprise_id=team.enterprise_id, team=team, membership_id=pk, since_at=at, given_by=actor.name)
        for pk in sorted(people - there)
    )
    return sorted(names[pk] for pk in people - there), sorted(names[pk] for pk in there - people)


@transaction.atomic
def close_team(team_id: int, *, actor: Actor, at: datetime) -> Team:
    """End a team: what it held, and people's places in it, end with it."""
    team = of_enterprise(Team.objects, actor).select_for_update(of=("self",)).get(pk=team_id)
    settle_team_review(team, ReviewAnswer.ENDED, actor=actor, at=at)
    for model in (Grant, TeamPerson):
        rows = model.objects.filter(open_at(), enterprise_id=team.enterprise_id, team=team)
        rows.update(until_at=at, ended_by=actor.name)
    team.is_active = False
    team.save(update_fields=["is_active"])
    end_all_of(Party("accounts.team", team.pk), team.name, actor=actor, at=at)
    events.record("team.closed", subject=team, actor=actor, at=at, team=team.name)
    return team
