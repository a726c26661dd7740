"""What is told of API keys, and to whom."""

from collections.abc import Iterable
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts import selectors as people
from accounts.keys import terms as names
from accounts.models import ApiKey, Membership
from accounts.notices import Plain, administrators_but_who_did_it, plain, to_member
from portal import terms
from portal.cells import zoned
from portal.models import Event
from portal.notices import EventKind, Recipient, register


def _key(event: Event) -> ApiKey:
    rows = ApiKey.objects.filter(enterprise_id=event.enterprise_id).select_related("owner__user")
    return rows.get(pk=event.subject_id)


def _approvers(event: Event) -> Iterable[Recipient]:
    """The customer's administrators but who asked, or, where it is the carrier's, its people with the permission."""
    enterprise = people.get_enterprise(event.enterprise_id)
    if terms.value(names.APPROVAL, on=event.at.date(), of=enterprise) == names.CARRIER:
        return
    found = people.list_all_administrators(event.enterprise_id)
    others = [each for each in found if each.user_id != event.actor_user_id]
    for member in people.who_want(others or found, wants="keys"):
        yield to_member(member, reason=_("You administer this enterprise, and so approve its API keys."))


def _owner(event: Event) -> Iterable[Recipient]:
    key = _key(event)
    if key.owner.user.is_active and key.owner.wants_keys:
        yield to_member(key.owner, reason=_("You asked for this API key."))


def _owner_and_contact(event: Event) -> Iterable[Recipient]:
    """Who can act, and who looks after the program."""
    key = _key(event)
    user = key.owner.user
    is_wanted = key.owner.wants_keys or event.kind not in {"api_key.ending", "api_key.expired"}
    if is_wanted and user.is_active and key.owner.status == Membership.Status.ACTIVE:
        yield to_member(key.owner, reason=_("This API key is yours."))
    reason = _("Your address is the contact of this API key.")
    yield Recipient(key.contact_email, language=user.language, time_zone=user.time_zone, reason=reason)


def _administrators_and_contact(event: Event) -> Iterable[Recipient]:
    """Who can see to it that another key is asked for."""
    yield from administrators_but_who_did_it(event)
    key = _key(event)
    language = people.get_enterprise(event.enterprise_id).language
    reason = _("Your address is the contact of this API key.")
    yield Recipient(key.contact_email, language=language, time_zone=key.owner.user.time_zone, reason=reason)


def _context(event: Event) -> dict[str, Any]:
    return {"key": _key(event), "until": _moment(event.facts.get("until"))}


def _moment(text: object) -> Any:
    return parse_datetime(text) if isinstance(text, str) else None


def _until(facts: dict[str, Any]) -> dict[str, Any]:
    until = _moment(facts.get("until"))
    return {"note": _("The old secret works until %(moment)s.") % {"moment": zoned(until)}} if until else {}


def register_kinds() -> None:
    _register_requests()
    _register_lives()
    _register_ends()


def _register_requests() -> None:
    register(
        EventKind(
            "api_key.requested",
            story=_("%(actor)s asked for the API key “%(name)s”"),
            recipients=_approvers,
            context=_context,
            tone="amber",
        ),
        EventKind(
            "api_key.approved",
            story=_("%(actor)s approved the API key “%(name)s”"),
            recipients=_owner,
            context=_context,
            tone="green",
        ),
        EventKind(
            "api_key.declined",
            story=_("%(actor)s declined the API key “%(name)s”"),
            recipients=_owner,
            context=_context,
            tone="red",
        ),
        EventKind(
            "api_key.withdrawn", story=_("%(actor)s withdrew the request for the API key “%(name)s”"), tone="gray"
        ),
        EventKind(
            "api_key.collected",
            story=_("%(actor)s collected the secret %(handle)s of the API key “%(name)s”"),
            tone="green",
        ),
    )


def _register_lives() -> None:
    register(
        EventKind(
            "api_key.reset",
            story=_("%(actor)s reset the API key “%(name)s”; its new secret is %(handle)s"),
            recipients=_owner_and_contact,
            context=_context,
            words=_until,
        ),
        EventKind(
            "api_key.revoked",
            story=_("%(actor)s revoked the API key “%(name)s”"),
            recipients=_owner_and_contact,
            context=_context,
            tone="red",
        ),
        EventKind(
            "api_key.ending",
            story=_("The owner and the contact of the API key “%(name)s” were warned that it ends"),
            recipients=_owner_and_contact,
            context=_context,
            tone="amber",
        ),
    )


def _register_ends() -> None:
    register(
        EventKind(
            "api_key.expired",
            story=_("The API key “%(name)s” has ended"),
            recipients=_owner_and_contact,
            context=_context,
            tone="gray",
        ),
        plain(
            "api_key.left",
            story=_("The API key “%(name)s” ended, because %(before)s left and nobody took it over"),
            recipients=_administrators_and_contact,
            mail=Plain(
                _("An API key of %(company)s has ended"),
                _("%(before)s left and nobody took “%(name)s” over. The program that used it is shut out."),
                _("If it is still needed, ask for another key."),
                "keys:list",
            ),
            tone="red",
        ),
        EventKind(
            "api_key.handed_over",
            story=_("%(actor)s handed an API key of %(before)s over to %(after)s"),
            recipients=_owner_and_contact,
            context=_context,
            words=_until,
        ),
    )
