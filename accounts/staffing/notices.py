"""What is told of the carrier's own people and roles: to them, and in the house's journal."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from portal import registries
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, Recipient, register

# A field of the card -> how it is called.
FIELDS: dict[str, Text] = {
    "name": _("Name"),
    "title": _("Title"),
    "phone": _("Phone"),
    "email": _("Mail address"),
    "languages": _("Languages"),
    "hours": _("Hours in words"),
    "works_on": _("Which days they work"),
    "works_from": _("From what time"),
    "works_until": _("Until what time"),
    "time_zone": _("Time zone"),
    "region": _("Region"),
}


def shipped_name(name: str) -> str:
    """A role's name in the reader's language where it is as shipped; else as the carrier wrote it."""
    return gettext(name) if name else ""


def _invited(event: Event) -> Iterable[Recipient]:
    """The one who was hired, in the language that was chosen for them."""
    user = User.objects.get(pk=event.subject_id)
    if user.is_active:
        reason = _("You were given a sign-in to the staff portal.")
        yield Recipient(event.facts["email"], event.facts["name"], user.language, user.time_zone, reason, face="staff")


def _invitation(event: Event) -> dict[str, Any]:
    return {"role": shipped_name(event.facts["role"]), "by": event.actor_name, "email": event.facts["email"]}


def _roles(facts: dict[str, Any]) -> dict[str, Any]:
    """Shipped roles by their name in the reader's language."""
    return {key: shipped_name(facts[key]) for key in ("role", "before", "after") if facts.get(key)}


def _changed(facts: dict[str, Any]) -> dict[str, Any]:
    lines = [f"{FIELDS.get(key, key)}: {_value(was['before'])} → {_value(was['after'])}"
             for key, was in facts.get("changed", {}).items()]  # fmt: skip
    return {"note": "\n".join(lines)}


def _value(value: Any) -> str:
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value)) or "–"


def _may(facts: dict[str, Any]) -> dict[str, Any]:
    known = registries.staff_permissions()
    signs = (("+", facts.get("gained", [])), ("−", facts.get("lost", [])))
    lines = [f"{sign} {known.get(code, code)}" for sign, codes in signs for code in codes]
    return {"name": shipped_name(facts.get("name", "")), "note": "\n".join(lines)}


def _removed(facts: dict[str, Any]) -> dict[str, Any]:
    count = facts.get("places", 0)
    places = ngettext("%(n)s place in account teams", "%(n)s places in account teams", count) % {"n": count}
    name = facts.get("successor", "")
    words = gettext("%(places)s; %(name)s takes over") if name else gettext("%(places)s; nobody takes over")
    return {**_roles(facts), "note": words % {"places": places, "name": name}}


def register_kinds() -> None:
    register(
        EventKind("staff.hired", story=_("%(actor)s hired %(name)s as %(role)s"), words=_roles, is_internal=True),
        EventKind(
            "staff.invited",
            story=_("%(actor)s sent %(name)s the way in"),
            recipients=_invited,
            context=_invitation,
            secret="staff_invitation",  # noqa: S106 - a name
            is_internal=True,
        ),
        EventKind("staff.card_changed", story=_("%(actor)s changed the card"), words=_changed, is_internal=True),
        EventKind(
            "staff.moved", story=_("%(actor)s moved %(name)s from %(before)s to %(after)s"), words=_roles,
            is_internal=True,
        ),
        EventKind(
            "staff.removed", story=_("%(actor)s removed %(name)s"), words=_removed, is_internal=True, tone="gray"
        ),
        EventKind("role.created", story=_("%(actor)s made the role %(name)s"), words=_may, is_internal=True),
        EventKind("role.changed", story=_("%(actor)s changed the role %(name)s"), words=_may, is_internal=True),
        EventKind(
            "role.removed", story=_("%(actor)s removed the role %(name)s"), words=_may, is_internal=True, tone="gray"
        ),
    )  # fmt: skip
