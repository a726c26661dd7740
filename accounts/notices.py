"""What is told of people and of staff's visits."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import User, visit_reason
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, Recipient, register


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
    """The customer's people who may see the account, and its contacts without a sign-in."""
    people = selectors.list_people_with(event.enterprise_id, permission, event.account_id)
    contacts = selectors.list_contacts(event.enterprise_id, event.account_id, wants=wants)
    found = [
        Recipient(address=user.email, name=m.name, language=user.language, time_zone=user.time_zone, reason=reason)
        for m, user in people
    ]
    return found + [
        Recipient(address=c.email, name=c.name, language=c.language, time_zone=c.time_zone, reason=reason)
        for c in contacts
    ]


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
    return {"reason": visit_reason(facts.get("role", ""), facts.get("reason", ""))}


def register_kinds() -> None:
    for name, (story, _title, _sentence) in SIGN_IN.items():
        register(EventKind(name, story=story, recipients=owner, context=_said))
    register(
        EventKind("person.signed_in", story=_("%(email)s signed in"), tone="gray"),
        EventKind("enterprise.opened", story=_("%(actor)s opened your data: %(reason)s"), words=_why),
        EventKind("enterprise.left", story=_("%(actor)s left your data")),
        EventKind("person.renamed", story=_("%(before)s is now called %(after)s"), tone="gray"),
        EventKind("term.set", story=_("%(actor)s set a term of the carrier's"), is_internal=True),
        EventKind("term.withdrawn", story=_("%(actor)s withdrew a term before it began"), is_internal=True),
        EventKind("term.agreed", story=_("%(actor)s agreed on a term with you")),
        EventKind("term.agreement_withdrawn", story=_("%(actor)s withdrew what was agreed before it began")),
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
