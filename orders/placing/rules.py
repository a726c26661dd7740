"""What placing an order computes from words and dates alone."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.rules import WorkDays

# The carrier's side of a quote: who may say yes in which of its two seats.
SEATS = {"account_director": "director", "account_manager": "director", "sales_engineer": "engineer"}

ONE_PRIMARY = _("An order has one primary site at most. Choose which of them it is.")
NO_PRIMARY = _("This product begins with its first site, so none of them is the primary one.")


def next_possible(wanted: date, *, today: date, days: WorkDays) -> date:
    """The day itself, or the first after it that is not past and on which people work."""
    return days.first_from(max(wanted, today))


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 of what was signed, as JSON with sorted keys and without blanks."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
