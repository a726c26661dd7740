"""What is told of people and of staff's visits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import Contact, Membership, MembershipStatus, Team, User, visit_reason
from portal import registries, terms
from portal.errors import Text
from portal.hearers import Party
from portal.models import Event
from portal.notices import EventKind, Recipient, Recipients, register


def person(event: Event) -> Iterable[Recipient]:
    """The one person whose sign-in it is."""
    user = User.objects.get(pk=event.subject_id)
    yield Recipient(
        address=event.facts["email"],
        language=user.language,
        time_zone=user.time_zone,
        reason=_("You, or somebody else, typed this address at our sign-in page."),
        face=event.facts.get("face", "customer"),
    )


def customers_people(event: Event, *, permission: str, wants: str, reason: Text) -> list[Recipient]:
    """Who may see the account, of the people those who want to hear of it; teams; contacts without a sign-in.

    ``reason`` is what contacts are told; people and teams, by what they may do here.
    """
    people = selectors.list_people_with(event.enterprise_id, permission, event.account_id)
    contacts = selectors.list_contacts(event.enterprise_id, event.account_id, wants=wants)
    what = registries.permissions().get(permission, permission)
    holds = format_lazy(_("You hold a permission: {permission}."), permission=what)
    runs = _("You are a system administrator of your company.")
    found = [
        to_member(m, reason=runs if m.is_administrator else holds)
        for m, _user in people
        if getattr(m, f"wants_{wants}")
    ]
    team_holds = format_lazy(_("Your team holds a permission: {permission}."), permission=what)
    teams = selectors.list_mailboxes_with(event.enterprise_id, permission, event.account_id)
    found += [to_team(team, reason=team_holds) for team in teams]
    return found + [to_contact(each, reason=reason) for each in contacts]


def to_team(team: Team, *, reason: Text) -> Recipient:
    """A team's shared mailbox."""
    return Recipient(
        team.email, team.name, team.language, team.time_zone, reason, party=Party("accounts.team", team.pk)
    )


def to_contact(contact: Contact, *, reason: Text) -> Recipient:
    """Somebody who does not sign in."""
    party = Party("accounts.contact", contact.pk)
    return Recipient(contact.email, contact.name, contact.language, contact.time_zone, reason, party=party)


def owner(event: Event) -> Iterable[Recipient]:
    """Whose sign-in was changed: at their address, and at the one that was theirs until then."""
    user = User.objects.get(pk=event.subject_id)
    for address in (event.facts["email"], event.facts.get("before", "")):
        yield Recipient(
            address=address,
            language=user.language,
            time_zone=user.time_zone,
            reason=_("It is about how you sign in. Of that we always tell you."),
            face=event.facts.get("face", "customer"),
        )


# What happened to a sign-in: how its story reads, and the title and the first sentence of its mail.
SIGN_IN: dict[str, tuple[Text, Text, Text]] = {
    "person.signed_in_anew": (
        _("%(email)s signed in by a browser not seen before"),
        _("A sign-in by a new browser"),
        _("Somebody has signed in as you by a browser that we have not seen with you before."),
    ),
    "person.password_changed": (
        _("The password of %(email)s was changed"),
        _("Your password was changed"),
        _("Your password is a new one. Wherever else you were signed in, you are signed out."),
    ),
    "person.address_changed": (
        _("The mail address %(before)s became %(email)s"),
        _("Your mail address was changed"),
        _("You now sign in with another mail address, and our mails go there."),
    ),
    "person.address_removed": (
        _("The mail address %(email)s was removed from a sign-in"),
        _("Your mail address was removed"),
        _("This mail address is no longer one of a sign-in to our portal."),
    ),
    "person.factor_added": (
        _("%(email)s set up an authenticator app"),
        _("An authenticator app was set up"),
        _("From now on we ask for the app's code when you sign in."),
    ),
    "person.factor_removed": (
        _("%(email)s switched the authenticator app off"),
        _("The authenticator app was switched off"),
        _("We no longer ask for the app's code when you sign in."),
    ),
    "person.passkey_added": (
        _("%(email)s added a passkey"),
        _("A passkey was added"),
        _("From now on it opens your account."),
    ),
    "person.passkey_removed": (
        _("%(email)s removed a passkey"),
        _("A passkey was removed"),
        _("It opens your account no longer."),
    ),
    "person.codes_made": (
        _("%(email)s made new recovery codes"),
        _("New recovery codes were made"),
        _("The codes you had before open nothing any more."),
    ),
}


def _said(event: Event) -> dict[str, Any]:
    _story, title, sentence = SIGN_IN[event.kind]
    face = settings.STAFF_URL if event.facts.get("face") == "staff" else settings.CUSTOMER_URL
    return {"title": title, "sentence": sentence, "safety_url": f"{face}{reverse('usersessions_list')}"}


def _why(facts: dict[str, Any]) -> dict[str, Any]:
    return {"reason": visit_reason(facts.get("role", ""), facts.get("reason", ""), facts.get("stands_for", ""))}


def _invited(event: Event) -> Iterable[Recipient]:
    """The invited person, by the address of their sign-in."""
    member = selectors.get_member(event.enterprise_id, event.subject_id)
    yield to_member(member, reason=_("An administrator of this company invited your address."))


def _registered(event: Event) -> Iterable[Recipient]:
    member = selectors.get_member(event.enterprise_id, event.subject_id)
    yield to_member(member, reason=_("You, or somebody else, registered with this address."))


def _themselves(event: Event) -> Iterable[Recipient]:
    """Whose membership it is, once they have joined: an invitation says what it opens."""
    member = selectors.get_member(event.enterprise_id, event.subject_id)
    if member.status != MembershipStatus.ACTIVE:
        return
    yield to_member(member, reason=_("It is about what you may do here."))


def _other_administrators(event: Event) -> Iterable[Recipient]:
    """Who administers already: a new one must not come unseen. Not who did it, nor the new one."""
    reason = _("You administer this enterprise.")
    for member in selectors.list_all_administrators(event.enterprise_id):
        if member.pk != event.subject_id and member.user_id != event.actor_user_id:
            yield to_member(member, reason=reason)


def to_member(member: Membership, *, reason: Text) -> Recipient:
    """One of a customer's people, by the address of their sign-in."""
    user = member.user
    return Recipient(
        user.email, member.name, user.language, user.time_zone, reason,
        party=Party("accounts.membership", member.pk), user_id=user.pk,
    )  # fmt: skip


def of_membership(event: Event) -> Iterable[Recipient]:
    """Whose membership it is, also when it is over; who never joined has nothing to lose."""
    member = selectors.get_member(event.enterprise_id, event.facts.get("member", event.subject_id))
    if member.joined_at and member.user.is_active:
        yield to_member(member, reason=_("It is about whether and how you come in here."))


def administrators_but_who_did_it(event: Event) -> Iterable[Recipient]:
    """How people come in must not change unseen."""
    for member in selectors.list_all_administrators(event.enterprise_id):
        if member.user_id != event.actor_user_id:
            yield to_member(member, reason=_("You administer this enterprise."))


def _whom_a_term_binds(event: Event) -> Iterable[Recipient]:
    """Who administers the enterprise; what concerns the carrier's own work alone, they do not see on their page."""
    term = terms.DECLARED.get(event.facts.get("term", ""))
    if term is not None and not term.is_internal:
        yield from administrators_but_who_did_it(event)


@dataclass(frozen=True)
class Plain:
    """A mail of a title and a sentence, with what to do and the page where that is done."""

    title: Text
    sentence: Text
    advice: Text = ""
    door: str = ""

    def context(self, event: Event) -> dict[str, Any]:
        said = {**event.facts, "actor": event.actor_name}
        said["company"] = selectors.get_enterprise(event.enterprise_id).name

        def spoken(text: Text) -> Any:
            return lazy(lambda: str(text) % said, str)()

        more = {"advice": self.advice, "door": self.door, **_lines_of(event)}
        return {"title": spoken(self.title), "sentence": spoken(self.sentence), **more}


def plain(name: str, *, story: Text, recipients: Recipients, mail: Plain, **more: Any) -> EventKind:
    return EventKind(name, story=story, recipients=recipients, context=mail.context, **more)


def _lines(facts: dict[str, Any]) -> list[str]:
    """What was given and taken, a line each, in the reader's language."""
    lines = [_now("may now: %(what)s") % {"what": say_held(each)} for each in facts.get("added", [])]
    lines += [_now("may no longer: %(what)s") % {"what": say_held(each)} for each in facts.get("withdrawn", [])]
    if facts.get("is_administrator") != facts.get("was_administrator"):
        is_now = facts.get("is_administrator")
        lines.insert(0, _now("is system administrator now") if is_now else _now("is no system administrator any more"))
    return lines


def rights_said(facts: dict[str, Any]) -> dict[str, Any]:
    lines = _lines(facts)
    more = [_now("and %(count)s more") % {"count": len(lines) - 5}] if len(lines) > 6 else []
    return {"note": "; ".join(lines[:5] + more if more else lines)}


def say_held(held: dict[str, str]) -> str:
    """A permission with its scope, as frozen in an event."""
    what = str(registries.permissions().get(held["permission"], held["permission"]))
    if "account" in held:
        return _now("%(what)s (account %(account)s)") % {"what": what, "account": held["account"]}
    return _now("%(what)s (group %(group)s)") % {"what": what, "group": held["group"]} if "group" in held else what


def _people_said(facts: dict[str, Any]) -> dict[str, Any]:
    """Who came and who left."""
    came, left = ", ".join(facts.get("came", [])), ", ".join(facts.get("left", []))
    lines = [_now("came: %(people)s") % {"people": came}] if came else []
    return {"note": "; ".join(lines + ([_now("left: %(people)s") % {"people": left}] if left else []))}


def _lines_of(event: Event) -> dict[str, Any]:
    """Said when the mail is written, in its reader's language."""
    return {"lines": lazy(_lines, list)(event.facts)}


def _idle_context(event: Event) -> dict[str, Any]:
    """Until when they can come in and all is as it was."""
    enterprise = selectors.get_enterprise(event.enterprise_id)
    days = terms.value("people.idle_warn_days", on=event.at.date(), of=enterprise)
    return {"until": event.at + timedelta(days=days)}


UNEXPECTED = _("If you did not expect it, undo it on its page, look at the audit log, and call us.")
_OF_PEOPLE = (
    EventKind(
        "person.invited",
        story=_("%(actor)s invited %(person)s"),
        recipients=_invited,
        context=lambda event: {"until": datetime.fromisoformat(event.facts["until"])},
        secret="invitation_link",  # noqa: S106 - a name
    ),
    EventKind(
        "person.registered",
        story=_("%(person)s showed that an account is theirs, and becomes the first administrator"),
        recipients=_registered,
        context=lambda event: {"until": datetime.fromisoformat(event.facts["until"])},
        secret="invitation_link",  # noqa: S106 - a name
        tone="green",
    ),
    EventKind(
        "person.idle",
        story=_("%(person)s was not here for long, and is warned by mail"),
        recipients=_themselves,
        context=_idle_context,
        tone="amber",
    ),
    EventKind(
        "person.password_reset",
        story=_("%(actor)s had %(person)s choose a new password"),
        recipients=_themselves,
        context=lambda event: {"is_anew": event.facts.get("is_anew", False)},
        secret="password_link",  # noqa: S106 - a name
        tone="amber",
    ),
    EventKind(
        "person.factor_reset",
        story=_("%(actor)s took away the second factor of %(person)s"),
        recipients=_other_administrators,
        context=lambda event: {"person": event.facts["person"], "grounds": event.facts.get("reason", "")},
        tone="red",
    ),
    EventKind("person.joined", story=_("%(person)s joined"), tone="green"),
    EventKind("person.changed", story=_("%(actor)s changed what is said of %(person)s"), tone="gray"),
    EventKind(
        "rights.changed",
        story=_("%(actor)s changed what %(person)s may do"),
        recipients=_themselves,
        context=_lines_of,
        words=rights_said,
    ),
    EventKind(
        "administrator.named",
        story=_("%(actor)s made %(person)s a system administrator"),
        recipients=_other_administrators,
        context=lambda event: {"person": event.facts["person"], "grounds": event.facts.get("reason", "")},
        tone="amber",
    ),
    EventKind("team.made", story=_("%(actor)s made the team %(team)s"), words=_people_said),
    EventKind("team.changed", story=_("%(actor)s changed the team %(team)s"), words=_people_said),
    EventKind("team.closed", story=_("%(actor)s ended the team %(team)s"), tone="gray"),
)


_OTHERS = (
    EventKind("person.terms_accepted", story=_("%(email)s accepted the terms of use (%(version)s)"), tone="gray"),
    EventKind("person.notices_chosen", story=_("%(actor)s chose which notices to get"), tone="gray"),
    plain(
        "enterprise.second_step_asked",
        story=_("%(actor)s asked everybody for a second step at sign-in"),
        recipients=administrators_but_who_did_it,
        mail=Plain(
            _("Everybody at %(company)s is asked for a second step"),
            _("%(actor)s decided that. Who has none yet sets one up when they next come in."),
            door="accounts:second_step",
        ),
    ),
    plain(
        "enterprise.second_step_eased",
        story=_("%(actor)s asked only administrators for a second step at sign-in"),
        recipients=administrators_but_who_did_it,
        mail=Plain(
            _("Only administrators of %(company)s are asked for a second step now"),
            _("%(actor)s decided that. Everybody else comes in by a password alone."),
            UNEXPECTED,
            "accounts:second_step",
        ),
    ),
    EventKind("person.signed_in", story=_("%(email)s signed in"), tone="gray"),
    EventKind("enterprise.opened", story=_("%(actor)s opened your data: %(reason)s"), words=_why),
    EventKind("enterprise.left", story=_("%(actor)s left your data")),
    EventKind("person.renamed", story=_("%(before)s is now called %(after)s"), tone="gray"),
    *_OF_PEOPLE,
    EventKind("term.set", story=_("%(actor)s set a term of the carrier's"), is_internal=True),
    EventKind("term.withdrawn", story=_("%(actor)s withdrew a term before it began"), is_internal=True),
    plain(
        "term.agreed",
        story=_("%(actor)s agreed on a term with you"),
        recipients=_whom_a_term_binds,
        mail=Plain(
            _("A term that binds %(company)s is another one"),
            _("Something was agreed with you. The page of your terms says what, and from which day on it holds."),
            door="terms:here",
        ),
    ),
    plain(
        "term.agreement_withdrawn",
        story=_("%(actor)s withdrew what was agreed before it began"),
        recipients=_whom_a_term_binds,
        mail=Plain(
            _("A term that was agreed with %(company)s was withdrawn"),
            _("It had not begun. The page of your terms says what holds."),
            door="terms:here",
        ),
    ),
    EventKind("notice.retried", story=_("%(actor)s had a mail tried again"), is_internal=True),
    EventKind("todo.retried", story=_("%(actor)s had the mails of an event written again"), is_internal=True),
    EventKind(
        "person.reset_requested",
        story=_("A password reset was asked for %(email)s"),
        recipients=person,
        secret="reset_link",  # noqa: S106 - a name
    ),
    EventKind(
        "person.address_unconfirmed",
        story=_("A confirmation was sent to %(email)s"),
        recipients=person,
        secret="confirmation_link",  # noqa: S106 - a name
    ),
)


def register_kinds() -> None:
    for name, (story, _title, _sentence) in SIGN_IN.items():
        register(EventKind(name, story=story, recipients=owner, context=_said))
    register(*_OTHERS)
