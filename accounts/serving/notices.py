"""What is told of account teams and of absences."""

from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import StaffAbsence, StaffCard, TeamRole, User
from portal.actors import system
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, Recipient, register
from portal.terms import PRODUCT_LINES


def to_colleague(card: StaffCard | None, reason: Text) -> Iterable[Recipient]:
    """One of the carrier's people, in their own language; who has left is told nothing.

    By the card and the sign-in, since the customers' side, which writes notices too, reads no more of the staff.
    """
    if card is None:
        return
    # Who has come to sign in by another address is still reached by the card's.
    user = User.objects.filter(email=card.email).first() or User(
        email=card.email, language=(card.languages or ["en"])[0], time_zone=card.time_zone
    )
    if user.is_active:
        yield Recipient(user.email, card.name, user.language, user.time_zone, reason, face="staff")


def of_account_team(event: Event, *, roles: Collection[str], reason: Text) -> Iterable[Recipient]:
    """Those of the account's team who have one of the roles, and who stands in for them, on the staff face."""
    team = selectors.list_team(system(event.enterprise_id), event.account_id).filter(role__in=roles)
    cards = [card for member in team for card in (member.card, selectors.reachable(member.card)) if card]
    cards = list(dict.fromkeys(cards))
    users = {user.email: user for user in User.objects.filter(email__in=[card.email for card in cards])}
    for card in cards:
        # Who has come to sign in by another address is still reached by the card's.
        user = users.get(card.email) or User(language=(card.languages or ["en"])[0])
        if user.is_active:
            yield Recipient(card.email, card.name, user.language, user.time_zone, reason, face="staff")


def _newcomer(event: Event) -> Iterable[Recipient]:
    """Who serves the customer from now on, unless they said so themselves."""
    card = StaffCard.objects.filter(email=event.facts["email"]).first()
    for each in to_colleague(card, _("You are in this customer's account team.")):
        if event.facts["name"] != event.actor_name:
            yield each


def _deputy(event: Event) -> Iterable[Recipient]:
    absence = StaffAbsence.objects.filter(pk=event.subject_id).select_related("deputy").first()
    if absence and absence.deputy and absence.deputy.name != event.actor_name:
        yield from to_colleague(absence.deputy, _("You were named to stand in for a colleague."))


def words(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a place in the reader's language."""
    before = facts.get("before") or {}
    return {
        "role": role_words(facts.get("role", "")),
        "name": facts.get("name", ""),
        "former": before.get("name", ""),
        "note": "; ".join(filter(None, (_scope(facts), _was(before, facts)))),
    }


def role_words(code: str) -> str:
    return str(TeamRole(code).label) if code in TeamRole else code


def _scope(facts: dict[str, Any]) -> str:
    """For which account and products, and in which turn."""
    parts = [gettext("account %(number)s") % {"number": facts.get("account")} if facts.get("account") else ""]
    parts.append(", ".join(str(PRODUCT_LINES.get(each, each)) for each in facts.get("families", [])))
    parts.append(gettext("to be called as number %(place)s") % {"place": facts.get("escalation")})
    return ", ".join(part for part in parts if part)


def _was(before: dict[str, Any], facts: dict[str, Any]) -> str:
    """How the place stood before, where more than the person changed."""
    same = all(before.get(key) == facts.get(key) for key in ("role", "account", "families", "escalation"))
    if not before or same:
        return ""
    return gettext("before: %(role)s, %(scope)s") % {
        "role": role_words(before.get("role", "")),
        "scope": _scope(before),
    }


def _team(event: Event) -> dict[str, Any]:
    return {"facts": event.facts, **words(event.facts)}


def _days(facts: dict[str, Any]) -> dict[str, Any]:
    days = {name: parse_date(facts.get(name, "")) for name in ("first", "last")}
    return {name: date_format(day) if day else "" for name, day in days.items()}


def _absence(event: Event) -> dict[str, Any]:
    page = reverse("serving_work:absences", urlconf="portal.urls.staff")
    days = {key: parse_date(event.facts[key]) for key in ("first", "last")}
    return {"name": event.facts["name"], "away_url": f"{settings.STAFF_URL}{page}", **days}


def register_kinds() -> None:
    register(
        EventKind(
            "team.member_added",
            story=_("%(name)s joined the account team: %(role)s"),
            recipients=_newcomer,
            context=_team,
            words=words,
        ),
        EventKind(
            "team.member_replaced",
            story=_("%(name)s follows %(former)s in the account team: %(role)s"),
            recipients=_newcomer,
            context=_team,
            words=words,
        ),
        EventKind(
            "team.member_changed", story=_("%(name)s has another place in the account team: %(role)s"), words=words
        ),
        EventKind("team.member_ended", story=_("%(name)s left the account team: %(role)s"), words=words, tone="gray"),
        EventKind(
            "absence.set",
            story=_("%(name)s is away from %(first)s to %(last)s; %(deputy)s stands in"),
            recipients=_deputy,
            context=_absence,
            words=_days,
            is_internal=True,
        ),
        EventKind(
            "absence.ended",
            story=_("The absence of %(name)s from %(first)s to %(last)s was ended"),
            words=_days,
            is_internal=True,
        ),
    )
