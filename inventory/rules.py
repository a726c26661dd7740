"""What this app computes from words and dates alone, and how its tables move from one enterprise to another."""

import ipaddress
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from portal.errors import Text
from portal.moving import Along, Shared, Stays, Way

ALIAS_LENGTH = 120


def one_line(text: str) -> str:
    """Words as people read them, on one line. Raises ValueError for characters that cannot be shown."""
    if any(unicodedata.category(each) in {"Cc", "Cf", "Co", "Cs"} and not each.isspace() for each in text):
        raise ValueError("characters that cannot be shown")
    return " ".join(text.split())


def plain_bandwidth(text: str) -> str:
    """A bandwidth as it is compared: 10 Gbps, 10Gbps and 10 GBPS are one."""
    return "".join(text.split()).casefold()


def cdn_paths(named: Iterable[tuple[str, str]]) -> list[str]:
    """The paths by which a CDN service is quoted, /AG/SCID/NI, one for each network identifier."""
    found: dict[str, list[str]] = {}
    for kind, value in named:
        found.setdefault(kind, []).append(value)
    group, scid = found.get("access_group", []), found.get("scid", [])
    if len(group) != 1 or len(scid) != 1:
        return []
    return [f"/{group[0]}/{scid[0]}/{network}" for network in found.get("network", [])]


def days_left(ends_on: date | None, today: date) -> int | None:
    """Calendar days from today to the last day of a term; below zero once it is over, None where there is no end."""
    return None if ends_on is None else (ends_on - today).days


# --- technical questions ------------------------------------------------------------------------------


class Question(Protocol):
    """What the rules need to know of a technical question."""

    key: str
    kind: str
    choices: list[str]
    least: int | None
    most: int | None
    is_required: bool

    @property
    def asked(self) -> str: ...


_TEXTS = {"text": {}, "mail": {"format": "email"}, "network": {"format": "cidr"}}


def schema_of(questions: Iterable[Question]) -> dict[str, Any]:
    """The answers that a product's questions take, as JSON Schema (draft 2020-12) says it."""
    asked = list(questions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {each.key: _property(each) for each in asked},
        "required": [each.key for each in asked if each.is_required],
        "additionalProperties": False,
    }


def _property(question: Question) -> dict[str, Any]:
    found: dict[str, Any] = {"title": question.asked}
    if question.kind == "yes_no":
        return {**found, "type": "boolean"}
    if question.kind == "choice":
        return {**found, "type": "string", "enum": list(question.choices)}
    is_number = question.kind == "number"
    names = ("minimum", "maximum") if is_number else ("minLength", "maxLength")
    bounds = {name: value for name, value in zip(names, (question.least, question.most), strict=True) if value}
    return {**found, "type": "integer"} | bounds if is_number else {
        **found, "type": "string", **_TEXTS[question.kind], **bounds
    }  # fmt: skip


def answer_faults(questions: Iterable[Question], answers: Mapping[str, Any]) -> dict[str, Text]:
    """What is wrong with the answers to a product's questions, by key: the same that schema_of() says, in words."""
    asked = {each.key: each for each in questions}
    found: dict[str, Text] = {key: _("This product has no such question.") for key in answers if key not in asked}
    for key, question in asked.items():
        value = answers.get(key)
        if value is None or value == "":
            fault: Text = _("This must be answered.") if question.is_required else ""
        else:
            fault = _fault(question, value)
        if fault:
            found[key] = fault
    return found


def _fault(question: Question, value: Any) -> Text:
    if question.kind == "yes_no":
        return "" if isinstance(value, bool) else _("Answer yes or no.")
    if question.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int):
            return _("Write a whole number.")
        return _bounds(question, value, _("Write a number from %(least)s to %(most)s."))
    if not isinstance(value, str):
        return _("Write a text.")
    if question.kind == "choice":
        choices = ", ".join(question.choices)
        return "" if value in question.choices else _("Choose one of: %(choices)s.") % {"choices": choices}
    return _text_fault(question, value)


def _text_fault(question: Question, value: str) -> Text:
    try:
        if question.kind == "mail":
            validate_email(value)
        if question.kind == "network":
            ipaddress.ip_network(value)
        one_line(value)
    except ValidationError:
        return _("Write a mail address.")
    except ValueError:
        return _("Write a network as 198.51.100.0/24.") if question.kind == "network" else _("Type it by hand.")
    return _bounds(question, len(value), _("Write from %(least)s to %(most)s characters."))


def _bounds(question: Question, size: int, words: str) -> Text:
    least, most = question.least or 0, question.most if question.most is not None else size
    return "" if least <= size <= most else words % {"least": least, "most": most}


# How its tables move from one enterprise to another.
WAYS: dict[str, Way] = {
    "inventory_service": Along("accounts_account", "account_id"),
    "inventory_identifier": Along("inventory_service", "service_id"),
    "inventory_tie": Along("inventory_service", "service_id"),
    "inventory_hop": Along("inventory_service", "service_id"),
    "inventory_dlr": Along("inventory_service", "service_id"),
    # A place may have services of several accounts.
    "inventory_site": Shared("code"),
    "inventory_sitecontact": Stays("Those to be met at a site are people of the enterprise that named them."),
}
