"""order_charges.csv to trials.csv: what orders cost once, and make of services that are there already."""

from collections.abc import Sequence

from inventory.models import ServiceStatus
from orders.loading.checks import ENTERPRISE, ORDER, SERVICE, WITH_ORDER, measure, not_before
from orders.models import (
    ChargeReason,
    ChargeState,
    Disconnect,
    EndReason,
    OrderCharge,
    SparedWhy,
    Transfer,
    Trial,
    TrialEnd,
)
from portal.loading.batches import Checking
from portal.loading.cells import AMOUNT, CODE, CURRENCY, DATE, EMAIL, LINES, MOMENT, WORDS, one_of, whole
from portal.loading.tables import Column, Reference, Row, Table


def _sides(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        for who, when in (("giver", "given_at"), ("taker", "taken_at")):
            if bool(row.values.get(who)) != bool(row.values.get(when)):
                checking.fault(row, when, f"{who} and {when} are both given, or neither")
        giver = row.values.get("giver")
        if giver and giver == row.values.get("taker"):
            checking.fault(row, "taker", "is who gave it: two different people agree to a transfer")


def _whys(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        state = row.values.get("state", ChargeState.OWED)
        if (state == ChargeState.SPARED) != bool(row.values.get("why")):
            checking.fault(row, "why", "is given where the state is spared, and only there")
        if state == ChargeState.WAIVED and not row.values.get("words"):
            checking.fault(row, "words", "is empty, and says why it was waived")


FILES = (
    Table(
        "order_charges",
        f"What orders cost once, beyond what charges.csv bills; what is owed stands on the next invoice. {WITH_ORDER}",
        OrderCharge,
        (
            ENTERPRISE,
            ORDER,
            Column("reason", one_of(ChargeReason), "What for.", is_required=True),
            Column("ref", whole(0, 999), "Tells two of a reason apart.", default=0),
            Reference("service", CODE, "Of which service.", to="services", within=("enterprise",)),
            Column("amount", AMOUNT, "How much, or would have been.", default=0),
            Column("currency", CURRENCY, "In which currency.", is_required=True),
            Column("state", one_of(ChargeState), "Where it stands.", default="owed"),
            Column("why", one_of(SparedWhy), "Why it is not charged, where it is spared."),
            Column("words", WORDS, "Why it was waived, in the words of who waived it."),
            Column("day", DATE, "On which day it came about.", is_required=True),
            Column("made_at", MOMENT, "When.", is_required=True),
            Column("settled_at", MOMENT, "When it was waived or billed.", default=None),
            Column("settled_by", WORDS, "By whom."),
        ),
        key=("enterprise", "order", "reason", "ref"),
        only_with="order",
        checks=(_whys,),
    ),
    Table(
        "disconnects",
        f"Services that stop, by orders of type disconnect. {WITH_ORDER}",
        Disconnect,
        (
            ENTERPRISE,
            ORDER,
            SERVICE,
            Column("stops_on", DATE, "The first day without it, and the first not billed.", is_required=True),
            Column("cancel_by_on", DATE, "Until when it can be taken back.", is_required=True),
            Column("reason", one_of(EndReason), "Why.", is_required=True),
            Column("note", LINES, "What the customer wrote."),
            Column("was", one_of(ServiceStatus), "The status that the service goes back to.", default="active"),
            Column("contract_ends_on", DATE, "The last day of its term.", default=None),
            Column("months_left", whole(0, 240), "Months of the term that are left.", default=0),
            Column("monthly", AMOUNT, "MRC, in the account's currency.", default=0),
            Column("percent", measure(2, 0, 100), "What share of them is charged.", default=0),
            Column("fee", AMOUNT, "The estimate of ending it early.", default=0),
        ),
        key=("enterprise", "order"),
        only_with="order",
        checks=(not_before("cancel_by_on", "stops_on"),),
    ),
    Table(
        "transfers",
        f"Services that go to another account of the enterprise, by orders of type transfer. {WITH_ORDER}",
        Transfer,
        (
            ENTERPRISE,
            ORDER,
            SERVICE,
            Reference("target", CODE, "To which account.", is_required=True, to="accounts", within=("enterprise",)),
            Column("effective_on", DATE, "From which day on.", is_required=True),
            Column("answer_by_on", DATE, "Until when both sides have to agree.", is_required=True),
            Reference("giver", EMAIL, "Who agreed for the account that gives.", to="people"),
            Column("given_by", WORDS, "Their name."),
            Column("given_at", MOMENT, "When.", default=None),
            Reference("taker", EMAIL, "Who agreed for the account that takes.", to="people"),
            Column("taken_by", WORDS, "Their name."),
            Column("taken_at", MOMENT, "When.", default=None),
        ),
        key=("enterprise", "order"),
        only_with="order",
        checks=(_sides,),
    ),
    Table(
        "trials",
        f"Services that are tried out, by orders of type trial. {WITH_ORDER}",
        Trial,
        (
            ENTERPRISE,
            ORDER,
            Column("days", whole(1, 366), "For how many days, from its activation.", is_required=True),
            Column("ends_on", DATE, "The first day without it; empty before it is activated.", default=None),
            Column("became", one_of(TrialEnd), "What became of it."),
            Column("kept_as", CODE, "The number of the order that keeps it."),
        ),
        key=("enterprise", "order"),
        only_with="order",
    ),
)
