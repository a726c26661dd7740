"""charges.csv: what is billed from when to when."""

from collections.abc import Sequence

from billing.models import Charge, ChargeKind
from portal.loading.batches import Checking
from portal.loading.cells import AMOUNT, CODE, DATE, WORDS, one_of
from portal.loading.tables import Column, Reference, Row, Table


def _spans(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        starts, ends = row.values["starts_on"], row.values.get("ends_on")
        if ends and ends < starts:
            checking.fault(row, "ends_on", f"{ends} is before starts_on ({starts})")


FILES = (
    Table(
        "charges",
        "Monthly and one-time charges.",
        Charge,
        (
            Reference("enterprise", CODE, "Whose it is.", is_required=True, to="enterprises"),
            Column("code", CODE, "The carrier's own key of the charge.", is_required=True),
            Reference("account", CODE, "Who pays.", is_required=True, to="accounts", within=("enterprise",)),
            Reference("service", CODE, "What it is for.", to="services", within=("enterprise",)),
            Column("kind", one_of(ChargeKind), "A month, or once.", default="recurring"),
            Column("text", WORDS, "The line on the invoice.", is_required=True),
            Column("amount", AMOUNT, "The amount, in the account's currency.", is_required=True),
            Column(
                "starts_on",
                DATE,
                "The first day it is billed for; of no month before its account's first invoice.",
                is_required=True,
            ),
            Column("ends_on", DATE, "The first day no longer billed.", default=None, is_never_emptied=True),
        ),
        key=("enterprise", "code"),
        checks=(_spans,),
    ),
)
