"""messages.csv to internal_notes.csv: what is said and promised about orders."""

from orders.loading.checks import ENTERPRISE, ORDER, WITH_ORDER, filled_when, not_before, one_each
from orders.models import (
    EscalatedBy,
    Escalation,
    EscalationStatus,
    InternalNote,
    Message,
    Promise,
    PromiseStatus,
)
from portal.loading.cells import EMAIL, FLAG, LINES, MOMENT, WORDS, one_of, whole
from portal.loading.tables import Column, Reference, Table

_AT = Column("at", MOMENT, "When.", is_required=True)
_AUTHOR = Column("author", WORDS, "Who wrote it.", is_required=True)

FILES = (
    Table(
        "messages",
        f"What customers and the carrier wrote to one another about orders. {WITH_ORDER}",
        Message,
        (
            ENTERPRISE,
            ORDER,
            _AT,
            Column("text", LINES, "What was written.", is_required=True),
            Column("is_ours", FLAG, "Whether the carrier wrote it.", is_required=True),
            _AUTHOR,
            Column("read_at", MOMENT, "When the other side read it.", default=None),
            Column("read_by", WORDS, "Who of them."),
            Column("answered_at", MOMENT, "Of a customer's: since when nothing is owed for it.", default=None),
        ),
        key=("enterprise", "order", "at", "author"),
        only_with="order",
        checks=(not_before("at", "read_at"), not_before("at", "answered_at")),
    ),
    Table(
        "promises",
        f"The next updates on orders, promised to customers for a moment. {WITH_ORDER}",
        Promise,
        (
            ENTERPRISE,
            ORDER,
            Reference("staff", EMAIL, "Whose word it is.", is_required=True, field="card", to="staff"),
            Column("due_at", MOMENT, "By when.", is_required=True),
            Column("about", WORDS, "What the update is about."),
            Column("status", one_of(PromiseStatus), "Where it stands.", default="open"),
            Column("made_at", MOMENT, "When it was promised.", is_required=True),
            Column("made_by", WORDS, "By whom.", is_required=True),
            Column("kept_at", MOMENT, "When the update was given.", default=None),
        ),
        key=("enterprise", "order", "due_at"),
        only_with="order",
        checks=(
            filled_when("kept_at", "status", frozenset({"kept", "late"}), "open"),
            not_before("made_at", "due_at"),
            one_each("status", "open", "open"),
        ),
    ),
    Table(
        "escalations",
        f"Orders that were taken to the next of those who answer for them. {WITH_ORDER}",
        Escalation,
        (
            ENTERPRISE,
            ORDER,
            Column("level", whole(1, 9), "Which rung of the ladder.", is_required=True),
            Reference("staff", EMAIL, "Whom it was taken to.", field="card", to="staff"),
            Column("told", WORDS, "Their name, as the customer reads it."),
            Column("reason", LINES, "Why; empty where a promised update did not come."),
            Column("wants_call", FLAG, "Whether the customer wants to be called.", default=False),
            _AT,
            Column("by", WORDS, "Who escalated.", is_required=True),
            Column("by_whom", one_of(EscalatedBy), "Of which side they are.", is_required=True),
            Column("status", one_of(EscalationStatus), "Where it stands.", default="open"),
            Column("resolved_at", MOMENT, "When it was settled.", default=None),
            Column("resolved_by", WORDS, "By whom."),
            Column("resolution", LINES, "How."),
        ),
        key=("enterprise", "order", "level", "at"),
        only_with="order",
        checks=(
            filled_when("resolved_at", "status", frozenset({"resolved"}), "open"),
            not_before("at", "resolved_at"),
        ),
    ),
    Table(
        "internal_notes",
        f"What the carrier's people noted for themselves about orders. Customers never see it. {WITH_ORDER}",
        InternalNote,
        (ENTERPRISE, ORDER, _AT, Column("text", LINES, "What was noted.", is_required=True), _AUTHOR),
        key=("enterprise", "order", "at", "author"),
        only_with="order",
    ),
)
