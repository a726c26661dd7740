"""What is told of people and of staff's visits."""

from collections.abc import Iterable
from typing import Any

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


def _why(facts: dict[str, Any]) -> dict[str, Any]:
    return {"reason": visit_reason(facts.get("role", ""), facts.get("reason", ""), facts.get("stands_for", ""))}


def register_kinds() -> None:
    register(
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
