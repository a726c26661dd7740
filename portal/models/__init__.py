"""The kernel's own tables: the locator, the journal, the queues, files, the policy data, the counters."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.flows import Flow, table
from portal.models.drafts import Draft
from portal.models.following import Following
from portal.models.kept import ListView, StaffListView
from portal.models.looks import Look
from portal.models.terms import CarrierTerm, EnterpriseTerm, SetTerm
from portal.tables import CarrierOwned, Identity, Queue, TenantForeignKey, TenantOwned, linked

__all__ = [
    "EXPORT_FLOW", "ApiAnswer", "CarrierTerm", "Draft", "EnterpriseTerm", "Event", "Export", "ExportState", "Following",
    "ListView", "Locator", "Look", "Notice", "NumberCounter", "SetTerm", "StaffListView", "StoredFile", "Todo",
]  # fmt: skip


class Locator(Identity):
    """Where to go before an enterprise is known: no business text, only keyed hashes.

    It also keeps what must be unique across all enterprises (``is_exclusive``), since a unique
    constraint on a walled table would tell one tenant what another has.
    """

    # A customer's side adds people to its enterprise; a row that leads nowhere true yields nothing.
    withheld: ClassVar = {"portal_app": ("UPDATE", "DELETE")}
    # Staff give an enterprise its numbers and accounts from inside of it.
    extra_grants: ClassVar = {"portal_staff_inside": ("INSERT", "DELETE")}
    kind = models.CharField(max_length=30)
    key_hash = models.CharField(max_length=64, db_collation="C")
    # No key to the enterprise: the table is read before any scope, and the row it points at is verified inside.
    enterprise_id = models.BigIntegerField()
    target_id = models.BigIntegerField(null=True, blank=True)
    is_exclusive = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key_hash", "enterprise_id", "target_id"],
                name="portal_locator_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["kind", "key_hash"], condition=Q(is_exclusive=True), name="portal_locator_exclusive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of enterprise {self.enterprise_id}"


class Event(TenantOwned):
    """The journal: what happened, to what, by whom, when. Written once, never changed.

    ``story`` is the thing whose page tells of it: a milestone's event is told on its order.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}
    withheld: ClassVar = {"portal_staff_inside": ("UPDATE", "DELETE")}
    kind = models.CharField(max_length=60, db_collation="C")
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_user_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=60, db_collation="C")
    subject_id = models.BigIntegerField()
    story_type = models.CharField(max_length=60, db_collation="C")
    story_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["enterprise", "story_type", "story_id", "-at"], name="portal_event_story"),
            # The whole journal, from either end.
            models.Index(fields=["enterprise", "at", "id"], name="portal_event_when"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"


class Todo(Queue):
    """An event whose people are not yet told. One an event; deleted by nobody."""

    event = TenantForeignKey(Event, related_name="todos")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "event"], name="portal_todo_once")]
        indexes = [
            models.Index(fields=["due_at"], name="portal_todo_due", condition=Q(state__in=["waiting", "working"])),
            models.Index(fields=["-id"], name="portal_todo_failed", condition=Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"Todo {self.pk} of event {self.event_id}"


class Notice(Queue):
    """What we told whom, word for word: one message to one recipient by one channel.

    Where ``secret`` names one, the body holds a mark in its place, and the real text is made at
    sending: a log that kept reset links would let its readers take accounts over.

    ``doubts`` counts the attempts whose line broke after the mail was handed over: the server may
    have taken it, and the next attempt may be a second copy, under the same Message-ID.
    """

    extra_grants: ClassVar = {
        "portal_app": (*Queue.extra_grants["portal_app"], "UPDATE (sent_at, doubts, read_at)"),
        "portal_dispatch": (*Queue.extra_grants["portal_dispatch"], "SELECT (doubts)"),
    }

    class Channel(models.TextChoices):
        EMAIL = "email"

    event = TenantForeignKey(Event, related_name="notices")
    kind = models.CharField(max_length=60, db_collation="C")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    recipient = models.CharField(max_length=254, db_collation="C")
    recipient_name = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=250)
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    secret = models.CharField(max_length=60, blank=True)
    copy = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200)
    # Where its recipient silences the thing it is about, without signing in; empty where that is not theirs.
    mute_url = models.CharField(max_length=400, blank=True, db_default="")
    doubts = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    # When its recipient opened it here; what their mail program shows nobody knows.
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "event", "channel", "recipient", "copy"], name="portal_notice_once"
            )
        ]
        indexes = [
            models.Index(fields=["enterprise", "-created_at", "-id"], name="portal_notice_log"),
            # Staff's log goes across enterprises.
            models.Index(fields=["-created_at", "-id"], name="portal_notice_staff"),
            models.Index(fields=["recipient", "-created_at", "-id"], name="portal_notice_recipient"),
            # What a person has not read yet, counted on every page: in one enterprise, or as staff in all.
            models.Index(
                fields=["recipient", "enterprise"], name="portal_notice_unread", condition=Q(read_at=None, copy=0)
            ),
            models.Index(fields=["due_at"], name="portal_notice_due", condition=Q(state__in=["waiting", "working"])),
            models.Index(fields=["-id"], name="portal_notice_failed", condition=Q(state="failed")),
            models.Index(fields=["-id"], name="portal_notice_doubts", condition=Q(doubts__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"

    @property
    def tone(self) -> str:
        return {"done": "green", "failed": "red", "cancelled": "gray"}.get(self.state, "blue")


class StoredFile(TenantOwned):
    """A file that hangs on one thing: who may see the thing may download it. Written once, never changed.

    ``key`` is where the storage keeps it, a name of ours; ``name`` is what its owner calls it, only
    ever shown as text. What the portal made itself has no ``added_by_user_id``.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}
    withheld: ClassVar = {"portal_staff_inside": ("UPDATE",)}
    key = models.CharField(max_length=100, db_collation="C")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100, db_collation="C")
    size = models.BigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64, db_collation="C")
    subject_type = models.CharField(max_length=60, db_collation="C")
    subject_id = models.BigIntegerField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    added_by_kind = models.CharField(max_length=10)
    added_by_user_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "key"], name="portal_storedfile_key")]
        indexes = [
            models.Index(fields=["enterprise", "subject_type", "subject_id"], name="portal_storedfile_subject"),
            models.Index(fields=["enterprise", "added_at"], name="portal_storedfile_added"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ending(self) -> str:
        """The last part of its name, as PDF, for the eye."""
        return self.name.rpartition(".")[2].upper()[:5]


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Waiting its turn")
    WORKING = "working", _("Being prepared")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Not possible")
    EXPIRED = "expired", _("Removed")


_E = ExportState
EXPORT_FLOW = Flow(
    name="export",
    states=ExportState,
    moves=table(
        {
            _E.WAITING: [_E.WORKING],
            # To itself: another worker takes over what a lost one began.
            _E.WORKING: [_E.WORKING, _E.WAITING, _E.DONE, _E.FAILED],
            _E.DONE: [_E.EXPIRED],
            _E.FAILED: [_E.WAITING],
            _E.EXPIRED: [_E.WAITING],
        }
    ),
    tones={_E.WAITING: "gray", _E.WORKING: "blue", _E.DONE: "green", _E.FAILED: "red", _E.EXPIRED: "gray"},
    standard={
        _E.WAITING: "acknowledged",
        _E.WORKING: "inProgress",
        _E.DONE: "completed",
        _E.FAILED: "failed",
        _E.EXPIRED: "completed",
    },
)


class Export(Queue):
    """A list that somebody wants as a file and that is too long for one answer.

    It is made in the background, with the rights that its person has then; ``query`` is the list's
    filters as they stand in its URL, ``reach`` the accounts it was made over (null for all).
    """

    extra_grants: ClassVar = {
        **Queue.extra_grants,
        "portal_app": (
            *Queue.extra_grants["portal_app"],
            "UPDATE (asked_at, language, time_zone, rows_done, rows_total)",
            "UPDATE (reach, file_id, done_at, expires_at, reason)",
        ),
    }
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.WAITING)
    kind = models.CharField(max_length=40, db_collation="C")
    query = models.TextField(blank=True)
    face = models.CharField(max_length=10, db_collation="C")
    person_id = models.BigIntegerField()  # the user
    person_name = models.CharField(max_length=200)
    language = models.CharField(max_length=5)
    time_zone = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    reach = models.JSONField(null=True, blank=True)
    file = TenantForeignKey(StoredFile, related_name="exports", null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # Why not, in the person's language.
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            EXPORT_FLOW.constraint("state"),
            # The same list asked for twice is made once.
            models.UniqueConstraint(
                fields=["enterprise", "person_id", "face", "kind", "query"],
                name="portal_export_once",
                condition=Q(state__in=["waiting", "working"]),
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "person_id", "-asked_at"], name="portal_export_mine"),
            *linked("file", prefix="portal_export"),
            models.Index(fields=["due_at"], name="portal_export_due", condition=Q(state__in=["waiting", "working"])),
            models.Index(fields=["expires_at"], name="portal_export_expires", condition=Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_name}"


class ApiAnswer(TenantOwned):
    """What a call of the API under an Idempotency-Key was answered: its repetition gets the same, and does nothing.

    Written before the work, so that the unique key makes a second call wait for the first.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (status, body, location)")}
    caller = models.CharField(max_length=60, db_collation="C")  # the person or, later, the API key
    key = models.CharField(max_length=200, db_collation="C")
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    location = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "caller", "key"], name="portal_apianswer_once"),
        ]
        # Staff look across enterprises for those that have been kept long enough.
        indexes = [models.Index(fields=["created_at"], name="portal_apianswer_age")]

    def __str__(self) -> str:
        return f"{self.key} of {self.caller}"


class NumberCounter(CarrierOwned):
    """The last number given in a series without gaps, for one legal entity and year."""

    extra_grants: ClassVar = {"portal_staff_inside": ("INSERT", "UPDATE")}
    series = models.CharField(max_length=20)
    issuer = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "issuer", "year"], name="portal_numbercounter_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.year} of {self.issuer}: {self.last}"
