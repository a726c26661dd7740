"""quotes.csv: what orders that are priced case by case were offered for."""

from collections.abc import Sequence

from orders.loading.checks import ENTERPRISE, ORDER, WITH_ORDER, filled_when, one_each
from orders.models import Quote, QuoteStatus
from portal.loading.batches import Checking
from portal.loading.cells import AMOUNT, DATE, LINES, MOMENT, WORDS, one_of, whole
from portal.loading.tables import Column, Row, Table

_OFFERED = frozenset({QuoteStatus.OFFERED, QuoteStatus.ACCEPTED, QuoteStatus.DECLINED})


def _two_names(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        for name in ("director", "engineer"):
            if row.values["status"] in _OFFERED and not row.values.get(name):
                checking.fault(row, name, "is empty; nothing is offered on one name alone")
            if bool(row.values.get(name)) != bool(row.values.get(f"{name}_at")):
                checking.fault(row, f"{name}_at", f"{name} and {name}_at are both given, or neither")


FILES = (
    Table(
        "quotes",
        f"What orders of products that are priced case by case (ICB) were offered for. {WITH_ORDER}",
        Quote,
        (
            ENTERPRISE,
            ORDER,
            Column("version", whole(1, 999), "Which offer; the latest stands.", is_required=True),
            Column("status", one_of(QuoteStatus), "Where it stands.", is_required=True),
            Column("monthly", AMOUNT, "MRC, in the account's currency.", is_required=True),
            Column("one_time", AMOUNT, "NRC.", is_required=True),
            Column("term_months", whole(0, 240), "For which term.", is_required=True),
            Column("valid_until_on", DATE, "The last day on which it can be accepted.", is_required=True),
            Column("words", LINES, "What was written to it."),
            Column("director", WORDS, "Which account director agreed."),
            Column("director_at", MOMENT, "When.", default=None),
            Column("engineer", WORDS, "Which sales engineer agreed."),
            Column("engineer_at", MOMENT, "When.", default=None),
            Column("answered_by", WORDS, "Who of the customer answered."),
            Column("answered_at", MOMENT, "When.", default=None),
            Column("answer", WORDS, "What they wrote."),
        ),
        key=("enterprise", "order", "version"),
        only_with="order",
        checks=(
            _two_names,
            filled_when("answered_at", "status", frozenset({"accepted", "declined"}), "proposed"),
            one_each("status", "offered", "proposed"),
        ),
    ),
)
