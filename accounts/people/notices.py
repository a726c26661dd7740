"""What people are told of their coming and going; and links in mails, made when one leaves and stored nowhere."""

from collections.abc import Collection, Iterable
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.notices import Plain, of_membership, plain, rights_said, to_contact, to_member, to_team
from portal.hearers import FollowerKind, Place
from portal.models import Event
from portal.notices import Recipient, register
from portal.tenancy import tenant_scope


def password_link(event: Event) -> str:
    """Lets somebody choose a password within the hour; made only while the address is theirs."""
    with tenant_scope(event.enterprise_id):
        member = selectors.get_member(event.enterprise_id, event.subject_id)
    user = EmailAddress.objects.select_related("user").get(user_id=member.user_id, email=event.facts["email"]).user
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}, urlconf="portal.urls.customer"
    )
    return f"{settings.CUSTOMER_URL}{path.replace('UID-KEY', key)}"


def invitation_link(event: Event) -> str:
    """Leads to the page where the invitation is accepted; good until a newer one, or its last moment."""
    # A mail leaves outside any enterprise.
    with tenant_scope(event.enterprise_id):
        member = selectors.get_member(event.enterprise_id, event.subject_id)
    path = reverse("people:join", args=[services.invitation_token(member)], urlconf="portal.urls.customer")
    return f"{settings.CUSTOMER_URL}{path}"


def _team_people(event: Event) -> Iterable[Recipient]:
    """Who is in the team, but who changed it."""
    for member in selectors.list_people_in(event.enterprise_id, event.subject_id):
        if member.user_id != event.actor_user_id:
            yield to_member(member, reason=_("It is about what you may do here."))


_WHY_CLOSED = {"idle": _("not seen for too long"), "unconfirmed": _("not confirmed in the access review")}


def _closed_said(facts: dict[str, Any]) -> dict[str, Any]:
    return {"note": str(_WHY_CLOSED.get(facts.get("why", ""), ""))}


_KINDS = (
    plain(
        "person.deactivated",
        story=_("%(actor)s closed the enterprise to %(person)s"),
        recipients=of_membership,
        mail=Plain(
            _("Your access to %(company)s is closed"),
            _("%(actor)s closed %(company)s to you in our portal. What you may do there is kept for your return."),
            _("If you still need it, ask one of your administrators."),
        ),
        tone="gray",
        words=_closed_said,
    ),
    plain(
        "person.reactivated",
        story=_("%(actor)s let %(person)s in again"),
        recipients=of_membership,
        mail=Plain(
            _("You can come in at %(company)s again"),
            _("%(actor)s opened the portal of %(company)s to you again, with what you could do there before."),
            door="accounts:home",
        ),
    ),
    plain(
        "person.removed",
        story=_("%(actor)s removed %(person)s"),
        recipients=of_membership,
        mail=Plain(
            _("You no longer belong to %(company)s in our portal"),
            _("%(actor)s removed you from %(company)s. What you could do there has ended."),
            _("If that is a mistake, ask one of the company's administrators to invite you again."),
        ),
        tone="gray",
        words=_closed_said,
    ),
    plain(
        "team.rights_changed",
        story=_("%(actor)s changed what the team %(team)s may do"),
        recipients=_team_people,
        mail=Plain(
            _("What your team may do at %(company)s has changed"),
            _("%(actor)s changed it for the team %(team)s, which you are in:"),
            _("It holds from now on. If it is not as it should be, ask one of your administrators."),
            "accounts:home",
        ),
        words=rights_said,
    ),
)


def register_kinds() -> None:
    register(*_KINDS)


# --- who follows things ---------------------------------------------------------------------------------

YOU, TEAM = _("You follow {this}."), _("Your team {team} follows {this}.")


def told_people(place: Place, keys: Collection[int]) -> dict[int, list[Recipient]]:
    """Of some people those who may see what stands there."""
    found = selectors.list_people_with(place.enterprise_id, place.permission, place.account_id)
    reason = format_lazy(YOU, this=place.this)
    return {member.pk: [to_member(member, reason=reason)] for member, _user in found if member.pk in keys}


def told_teams(place: Place, keys: Collection[int]) -> dict[int, list[Recipient]]:
    """Of some teams those that may see it by their mailbox; without one, each of their people who may."""
    may = {each.pk for each in selectors.list_mailboxes_with(place.enterprise_id, place.permission, place.account_id)}
    found: dict[int, list[Recipient]] = {}
    seeing: set[int] | None = None
    for team in selectors.list_all_teams(place.enterprise_id):
        if team.pk not in keys:
            continue
        reason = format_lazy(TEAM, team=team.name, this=place.this)
        if team.email:
            found |= {team.pk: [to_team(team, reason=reason)]} if team.pk in may else {}
            continue
        if seeing is None:
            people = selectors.list_people_with(place.enterprise_id, place.permission, place.account_id)
            seeing = {member.pk for member, _user in people}
        here = [each for each in selectors.list_people_in(place.enterprise_id, team.pk) if each.pk in seeing]
        found |= {team.pk: [to_member(each, reason=reason) for each in here]} if here else {}
    return found


def told_contacts(place: Place, keys: Collection[int]) -> dict[int, list[Recipient]]:
    """Of some contacts those of the account, and of the whole enterprise."""
    reason = format_lazy(YOU, this=place.this)
    found = selectors.list_contacts_of(place.enterprise_id, place.account_id, keys)
    return {each.pk: [to_contact(each, reason=reason)] for each in found}


FOLLOWERS = (
    FollowerKind(
        "accounts.membership", _("Colleague"), "user",
        selectors.name_people, selectors.find_people, told_people, selectors.list_own_memberships,
    ),
    FollowerKind(
        "accounts.team", _("Team"), "users",
        selectors.name_teams, selectors.find_teams, told_teams, selectors.list_own_teams,
    ),
    FollowerKind(
        "accounts.contact", _("Contact"), "mail", selectors.name_contacts, selectors.find_contacts, told_contacts
    ),
)  # fmt: skip
