"""What care managers and customers do about an order: write, promise, escalate, note, hand over.

The order's row is the lock of what the carrier's people do. The customers' side cannot lock it: what it
adds, constraints keep from being added twice.
"""

from orders.caring.services.escalating import escalate, resolve_escalations
from orders.caring.services.messages import close_questions, mark_read, write_message, write_note
from orders.caring.services.promises import keep_promise, make_promise, miss_promise
from orders.caring.services.together import BY_ITSELF, complete_together, hand_over, write_together

__all__ = [
    "BY_ITSELF",
    "close_questions",
    "complete_together",
    "escalate",
    "hand_over",
    "keep_promise",
    "make_promise",
    "mark_read",
    "miss_promise",
    "resolve_escalations",
    "write_message",
    "write_note",
    "write_together",
]
