"""Kinds of event, and whom each one tells.

An app registers every kind it records: how its story reads, and, unless it is silent, who is
told. The words of a notice are the templates ``emails/<kind>.subject.txt``, ``.txt`` and
``.html``, rendered in the reader's language and time zone when the event is told.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import escape

from portal import together
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


def write(events: Sequence[Event], *, at: datetime) -> list[Notice]:
    """The notices of events of one enterprise, unsaved: recipients and their rights as they are at this moment."""
    heard = [event for event in events if not KINDS[event.kind].is_silent]
    if not heard:
        return []
    enterprise = apps.get_model(settings.ENTERPRISE_MODEL)._default_manager.get(pk=heard[0].enterprise_id)
    with together.telling(heard):
        return [notice for event in heard for notice in _notices(event, enterprise, at)]


def _notices(event: Event, enterprise: Any, at: datetime) -> list[Notice]:
    kind = KINDS[event.kind]
    by_address: dict[str, Recipient] = {}
    own = kind.recipients(event) if kind.recipients else []
    for recipient in hearers(event, own, with_followers=kind.is_for_followers(event)):
        if recipient.address:
            # The first to be named counts: a member comes before a contact with the same mailbox.
            by_address.setdefault(recipient.address.casefold(), recipient)
    if not by_address:
        return []
    context = {**(kind.context(event) if kind.context else {}), "enterprise": enterprise}
    words = _Words(kind, event, context)
    return [_notice(kind, event, recipient, words, at) for recipient in by_address.values()]


# What stands for one reader's own words in those that are rendered for all who read alike; nobody can have typed it.
_REASON, _MUTE = f"[[{secrets.token_hex(16)}]]", f"[[{secrets.token_hex(16)}]]"


class _Words:
    """An event's words, rendered once for all its readers of one language, time zone and face."""

    def __init__(self, kind: EventKind, event: Event, context: dict[str, Any]) -> None:
        self.kind, self.event, self.context = kind, event, context
        self.rendered: dict[Recipient, dict[str, str]] = {}

    def to(self, recipient: Recipient, *, mute: str) -> dict[str, str]:
        """As one reader reads them: why they hear of it, and how they hear no more."""
        with translation.override(recipient.language):
            reason = str(recipient.reason)
        alike = Recipient(
            address=_MUTE if mute else "", language=recipient.language, time_zone=recipient.time_zone,
            reason=_REASON if reason else "", face=recipient.face,
        )  # fmt: skip
        if alike not in self.rendered:
            context = {**self.context, "mute_url": alike.address}
            self.rendered[alike] = render(self.kind.name, event=self.event, recipient=alike, context=context)
        words = self.rendered[alike]
        return {
            "subject": words["subject"],
            "body_text": words["body_text"].replace(_REASON, reason).replace(_MUTE, mute),
            "body_html": words["body_html"].replace(_REASON, escape(reason)).replace(_MUTE, escape(mute)),
            "reason": reason[:200],
        }


def _notice(kind: EventKind, event: Event, recipient: Recipient, words: _Words, at: datetime) -> Notice:
    mute = mute_url(event, recipient)
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
        **words.to(recipient, mute=mute),
    )
    notice.message_id = message_id(notice)
    return notice


def render(kind: str, *, event: Event, recipient: Recipient, context: dict[str, Any]) -> dict[str, str]:
    """Subject, text and HTML of a notice in its reader's language and time zone.

    Of the reader only what is alike for many may stand in a mail's words: language, time zone, face.
    """
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
