"""Clocks: a time that runs towards a target, whose move it is, and how much of it is used.

Pure, and written by the server: without a script the page shows the clock as it stood when it was
asked for, and says when that was. A small script (static/js/clock.js) moves it on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.errors import Text


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    LATE = "late"
    KEPT = "kept"
    MISSED = "missed"


_WORDS: dict[ClockState, tuple[Text, str]] = {
    ClockState.RUNNING: (_("clock runs"), "blue"),
    ClockState.PAUSED: (_("clock paused"), "amber"),
    ClockState.LATE: (_("target missed, clock runs on"), "red"),
    ClockState.KEPT: (_("target kept"), "green"),
    ClockState.MISSED: (_("target missed"), "red"),
}


@dataclass(frozen=True)
class Spell:
    """A part of the time that has run: whose it was, and how long."""

    label: Text
    lasted: timedelta
    tone: str = "blue"

    @property
    def words(self) -> str:
        return lasting(self.lasted)


@dataclass(frozen=True)
class Clock:
    """A promise with a time: ``title`` says what is due by ``target_at``; ``now`` is the reader's moment.

    While ``paused_at`` is set nobody's time runs out, and ``paused_by`` says whom it waits for;
    ``stopped_at`` is when it was done. ``spells`` tell whose time it was; without them it is one.
    """

    title: Text
    started_at: datetime
    target_at: datetime
    now: datetime
    paused_at: datetime | None = None
    paused_by: Text = ""
    stopped_at: datetime | None = None
    note: Text = ""
    spells: Sequence[Spell] = ()

    @property
    def state(self) -> ClockState:
        if self.stopped_at:
            return ClockState.KEPT if self.stopped_at <= self.target_at else ClockState.MISSED
        if self.paused_at:
            return ClockState.PAUSED
        return ClockState.RUNNING if self.now <= self.target_at else ClockState.LATE

    @property
    def label(self) -> Text:
        return _WORDS[self.state][0]

    @property
    def running_label(self) -> Text:
        return _WORDS[ClockState.RUNNING][0]

    @property
    def late_label(self) -> Text:
        return _WORDS[ClockState.LATE][0]

    @property
    def tone(self) -> str:
        return _WORDS[self.state][1]

    @property
    def is_moving(self) -> bool:
        return self.state in (ClockState.RUNNING, ClockState.LATE)

    @property
    def read_at(self) -> datetime:
        """When it is read: it stands still from where it was stopped or paused."""
        return self.stopped_at or self.paused_at or self.now

    @property
    def left(self) -> str:
        """How long to the target, or how long past it."""
        return lasting(abs(self.target_at - self.read_at))

    @property
    def left_shown(self) -> SafeString:
        return format_html("<strong data-clock-left>{}</strong>", self.left)

    @property
    def is_past(self) -> bool:
        return self.read_at > self.target_at

    @property
    def parts(self) -> Sequence[Spell]:
        return self.spells or [Spell(_("used"), max(timedelta(), self.read_at - self.started_at), self.tone)]

    @property
    def bar(self) -> SafeString:
        """The time used, part by part, of all that there is; decoration, for the words beside it say the same."""
        used = sum((each.lasted for each in self.parts), timedelta())
        whole = max(self.target_at - self.started_at, used, timedelta(minutes=1))
        rects, at = [], 0.0
        for each in self.parts:
            width = 100 * (each.lasted / whole)
            rects.append((each.tone, f"{at:.2f}%", f"{width:.2f}%"))
            at += width
        shown = format_html_join("", '<rect class="tone-{}" x="{}" width="{}" height="100%"></rect>', rects)
        return format_html('<svg class="clock-bar" aria-hidden="true" focusable="false">{}</svg>', shown)


def lasting(time: timedelta) -> str:
    """A length of time in its two largest units: 2 d 4 h, 2 h 29 min, 12 min. The symbols are no language's."""
    minutes = int(time.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min"
