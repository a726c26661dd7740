"""Kinds of event, and whom each one tells.

An app registers every kind it records: how its story reads, and, unless it is silent, who is
told. The words of a notice are the templates ``emails/<kind>.subject.txt``, ``.txt`` and
``.html``, rendered in the reader's language and time zone when the event is told.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.errors import Text
from portal.hearers import Recipient as Recipient
from portal.hearers import hearers, mute_url
from portal.models import Event, Notice

Recipients = Callable[[Event], Iterable[Recipient]]
Words = Callable[[dict[str, Any]], dict[str, Any]]
Context = Callable[[Event], dict[str, Any]]
# What a mail brings with it, by name, content and media type; read when it leaves, and kept in no log.
Enclosures = Callable[[Event], Iterable[tuple[str, bytes, str]]]


@dataclass(frozen=True)
class EventKind:
    """One kind of event: its line in a story, and its notice unless it is silent.

    ``words`` says frozen facts as the reader's language does: dates, amounts, names of things; a
    ``word`` with its ``tone`` beside the line says whose move it was.
    """

    name: str
    story: Text
    recipients: Recipients | None = None
    context: Context | None = None
    tone: str = "blue"
    is_internal: bool = False
    secret: str = ""
    words: Words | None = None
    encloses: Enclosures | None = None
    # Whether who follows the thing hears of it too: not where another mail says the same.
    is_for_followers: Callable[[Event], bool] = lambda _event: True

    @property
    def is_silent(self) -> bool:
        return self.recipients is None


KINDS: dict[str, EventKind] = {}
# How the real text of a secret is made at sending, by name, from the event.
SECRETS: dict[str, Callable[[Event], str]] = {}
SECRET_MARK = "[[secret link]]"  # noqa: S105 - what stands in its place


class _Said(dict[str, Any]):
    """Facts in words; one that an older event never froze is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def story_lines(story: Iterable[Event]) -> list[dict[str, Any]]:
    """The journal as the timeline shows it, in the reader's language."""
    return [_line(event) for event in story]


def _line(event: Event) -> dict[str, Any]:
    kind = KINDS.get(event.kind)
    if kind is None:
        # Of a version that is gone or still to come: told by its name, rather than not at all.
        kind = EventKind(event.kind, event.kind.replace(".", ": ").replace("_", " ").capitalize(), tone="gray")
    said = _Said({**event.facts, **(kind.words(event.facts) if kind.words else {}), "actor": event.actor_name})
    names_actor = "%(actor)s" in str(kind.story)
    return {
        "at": event.at,
        "text": str(kind.story) % said,
        "actor": "" if names_actor else event.actor_name,
        "tone": said["tone"] or kind.tone,
        "word": said["word"],
        "note": said["note"] or ("" if "%(reason)s" in str(kind.story) else said["reason"]),
    }


def register(*kinds: EventKind) -> None:
    """Make kinds known; each name belongs to one app."""
    for kind in kinds:
        if kind.name in KINDS:
            raise ValueError(f"{kind.name} is registered twice.")
        KINDS[kind.name] = kind


def register_secret(name: str, make: Callable[[Event], str]) -> None:
    """Say how the text behind SECRET_MARK is made anew when the notice leaves."""
    SECRETS[name] = make


def write(event: Event, *, at: Any) -> list[Notice]:
    """The notices of an event, unsaved: recipients and their rights as they are at this moment."""
    kind = KINDS[event.kind]
    if kind.recipients is None:
        return []
    shared = kind.context(event) if kind.context else {}
    enterprise = apps.get_model(settings.ENTERPRISE_MODEL)._default_manager.get(pk=event.enterprise_id)
    by_address: dict[str, Recipient] = {}
    for recipient in hearers(event, kind.recipients(event), with_followers=kind.is_for_followers(event)):
        if recipient.address:
            # The first to be named counts: a member comes before a contact with the same mailbox.
            by_address.setdefault(recipient.address.casefold(), recipient)
    return [_notice(kind, event, r, {**shared, "enterprise": enterprise}, at) for r in by_address.values()]


def _notice(kind: EventKind, event: Event, recipient: Recipient, context: dict[str, Any], at: Any) -> Notice:
    mute = mute_url(event, recipient)
    words = render(kind.name, event=event, recipient=recipient, context={**context, "mute_url": mute})
    notice = Notice(
        enterprise_id=event.enterprise_id,
        event=event,
        kind=kind.name,
        recipient=recipient.address,
        recipient_name=recipient.name,
        language=recipient.language,
        secret=kind.secret,
        mute_url=mute,
        created_at=at,
        due_at=at,
        **words,
    )
    notice.message_id = message_id(notice)
    return notice


def render(kind: str, *, event: Event, recipient: Recipient, context: dict[str, Any]) -> dict[str, str]:
    """Subject, text and HTML of a notice in its reader's language and time zone."""
    everything = {
        **context,
        "event": event,
        "recipient": recipient,
        "carrier": settings.CARRIER,
        "secret_link": SECRET_MARK,
    }
    with translation.override(recipient.language), timezone.override(recipient.time_zone):
        everything["reason"] = str(recipient.reason)
        subject = render_to_string(f"emails/{kind}.subject.txt", everything)
        return {
            "subject": " ".join(subject.split())[:250],
            # A part that says nothing leaves its empty lines behind.
            "body_text": re.sub(r"\n{3,}", "\n\n", render_to_string(f"emails/{kind}.txt", everything).strip()) + "\n",
            "body_html": render_to_string(f"emails/{kind}.html", everything),
            "reason": str(recipient.reason)[:200],
        }


def message_id(notice: Notice) -> str:
    """The same for every attempt at the same notice, so that a doubled mail can be recognised."""
    from portal.locator import key_hash

    digest = key_hash("notice", f"{notice.enterprise_id}/{notice.event_id}/{notice.recipient}/{notice.copy}")
    return f"<{notice.event_id}.{notice.copy}.{digest[:24]}@{settings.MAIL_DOMAIN}>"
