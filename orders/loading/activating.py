"""not_readies.csv to turn_ups.csv: customers who are not ready, slots and calls, tests and sign-offs."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from accounts.models import Enterprise
from inventory.models import Family
from orders.activating.rules import CHECKS
from orders.activating.selectors import notice_of
from orders.loading.checks import ENTERPRISE, ORDER, WITH_ORDER, filled_when, measure, not_before, one_each
from orders.models import (
    ActivationCall,
    ActivationSlot,
    ActivationTest,
    CallStatus,
    Decision,
    NotReady,
    NotReadyOutcome,
    NotReadyReason,
    NotReadyThen,
    TurnUp,
)
from portal.actors import system
from portal.loading.batches import Batch, Checking
from portal.loading.cells import AMOUNT, CODE, DATE, EMAIL, FLAG, LINES, MOMENT, PHONE, WORDS, Cell, one_of
from portal.loading.faults import Wrong
from portal.loading.tables import Column, Reference, Row, Table


@cache
def _some_of(known: tuple[str, ...]) -> Cell:
    def read(value: str, today: date) -> list[str]:
        found = value.split()
        strange = [word for word in found if word not in known]
        if strange:
            raise Wrong(f"“{strange[0]}” is not known; expected some of {', '.join(known)}")
        return sorted(set(found), key=known.index)

    return Cell(f"some of `{'`, `'.join(known)}`, separated by spaces", read)


_ENGINEER = Reference("engineer", EMAIL, "The activation engineer, by mail address.", is_required=True, to="staff")
_ENDED = frozenset(str(each) for each in NotReadyOutcome if each != NotReadyOutcome.OPEN)
_DECIDED = frozenset(str(each) for each in Decision if each != Decision.WAITING)


def _its_slot(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        if row.values["slot"] != row.values["starts_at"]:
            checking.fault(row, "slot", "is not starts_at: a call begins when its slot does")


def _take_slots(batch: Batch) -> None:
    """A slot with a booked call is offered to nobody else."""
    made = [pk for _, pk in batch.new()]
    for call in ActivationCall.objects.filter(pk__in=made, status=CallStatus.BOOKED):
        ActivationSlot.objects.filter(pk=call.slot_id).update(taken_at=call.booked_at)


def _notices(batch: Batch) -> None:
    """What the connection notice said: from the service's own data as they are loaded."""
    made = TurnUp.objects.filter(pk__in=[pk for _, pk in batch.new()])
    for found in made.select_related("order__service", "order__care_manager", "test"):
        found.notice = notice_of(system(found.enterprise_id), found.order, found.test)
        found.save(update_fields=["notice"])


def _passed(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        if not row.values["has_passed"] and not row.values.get("note"):
            checking.fault(row, "note", "is empty; of a test that was not passed it says what was wrong")


_CALLS = (
    Table(
        "activation_slots",
        "The times that activation engineers offer for calls.",
        ActivationSlot,
        (
            _ENGINEER,
            Column("starts_at", MOMENT, "When it begins.", is_required=True),
            Column("ends_at", MOMENT, "When it ends.", is_required=True),
            Column("region", one_of(Enterprise.Region), "For customers of which region; empty for all."),
            Column("families", _some_of(tuple(Family.values)), "For which products; empty for all.", default=[]),
            Column("bridge", WORDS, "Where everybody dials in."),
        ),
        key=("engineer", "starts_at"),
        checks=(not_before("starts_at", "ends_at"),),
    ),
    Table(
        "activation_calls",
        f"The calls that orders have booked. {WITH_ORDER}",
        ActivationCall,
        (
            ENTERPRISE,
            ORDER,
            _ENGINEER,
            Reference(
                "slot",
                MOMENT,
                "The engineer's slot, by its begin.",
                is_required=True,
                to="activation_slots",
                within=("engineer",),
            ),
            Column("starts_at", MOMENT, "When the call begins: as its slot.", is_required=True),
            Column("ends_at", MOMENT, "When it ends.", is_required=True),
            Column("status", one_of(CallStatus), "Where it stands.", default="booked"),
            Column("bridge", WORDS, "Where everybody dials in."),
            Column("contact_name", WORDS, "Whom to meet at the site.", is_required=True),
            Column("contact_phone", PHONE, "Their phone.", is_required=True),
            Column("note", WORDS, "What the engineer should know."),
            Column("booked_at", MOMENT, "When it was booked.", is_required=True),
            Column("booked_by", WORDS, "Who booked it.", is_required=True),
        ),
        key=("enterprise", "order", "slot"),
        only_with="order",
        checks=(_its_slot, not_before("starts_at", "ends_at"), one_each("status", "booked", "booked")),
        afterwards=(_take_slots,),
    ),
)
_DELIVERED = (
    Table(
        "activation_tests",
        f"What was measured when services were tested. {WITH_ORDER}",
        ActivationTest,
        (
            ENTERPRISE,
            ORDER,
            Column("tested_at", MOMENT, "When.", is_required=True),
            Column("tested_by", WORDS, "By whom.", is_required=True),
            Column("has_passed", FLAG, "Whether it was passed.", is_required=True),
            Column("loss_percent", measure(3, 0, 100), "Loss.", default=None),
            Column("delay_ms", measure(2, 0, 99_999), "Delay both ways.", default=None),
            Column("jitter_ms", measure(2, 0, 99_999), "Jitter.", default=None),
            Column("throughput_mbps", measure(2, 0, 9_999_999), "Throughput.", default=None),
            Column("light_dbm", measure(2, -99, 99), "Light received.", default=None),
            Column("checks", _some_of(CHECKS), "What was looked at, and held.", default=[]),
            Column("note", LINES, "What the customer should know."),
        ),
        key=("enterprise", "order", "tested_at"),
        only_with="order",
        checks=(_passed,),
    ),
    Table(
        "turn_ups",
        f"Sign-offs of services, and what customers said to them. {WITH_ORDER}",
        TurnUp,
        (
            ENTERPRISE,
            ORDER,
            Reference("service", CODE, "Which service.", to="services", within=("enterprise",)),
            Reference(
                "tested_at",
                MOMENT,
                "The order's test, by its moment.",
                is_required=True,
                field="test",
                to="activation_tests",
                within=("enterprise", "order"),
            ),
            Column("signed_at", MOMENT, "When it was signed off.", is_required=True),
            Column("signed_by", WORDS, "By which engineer.", is_required=True),
            Column("ready_on", DATE, "Service commencement: charged from this day on.", is_required=True),
            Column("accept_by_on", DATE, "Silence accepts once this day is over.", is_required=True),
            Column("noticed_at", MOMENT, "When the connection notice went out.", default=None),
            Column("decision", one_of(Decision), "What the customer said.", default="waiting"),
            Column("decided_at", MOMENT, "When.", default=None),
            Column("decided_by", WORDS, "Who."),
            Column("reason", LINES, "Why it was refused."),
        ),
        key=("enterprise", "order", "signed_at"),
        only_with="order",
        checks=(
            filled_when("decided_at", "decision", _DECIDED, "waiting"),
            not_before("tested_at", "signed_at"),
            not_before("ready_on", "accept_by_on"),
        ),
        afterwards=(_notices,),
    ),
)
FILES = (
    Table(
        "not_readies",
        f"Times in which orders wait for customers who are not ready (CNR). {WITH_ORDER}",
        NotReady,
        (
            ENTERPRISE,
            ORDER,
            Column("reason", one_of(NotReadyReason), "Why.", is_required=True),
            Column("note", LINES, "What the customer was told."),
            Column("set_at", MOMENT, "Since when.", is_required=True),
            Column("set_by", WORDS, "By whom.", is_required=True),
            Column("due_on", DATE, "The original due date.", is_required=True),
            Column("last_on", DATE, "The last day on which it can be cleared.", is_required=True),
            Column("then", one_of(NotReadyThen), "What is done on the day after.", is_required=True),
            Column("charge", AMOUNT, "What cancelling costs, in the account's currency.", default=0),
            Column("outcome", one_of(NotReadyOutcome), "How it ended.", default="open"),
            Column("ended_at", MOMENT, "When.", default=None),
            Column("ended_by", WORDS, "By whom."),
            Column("new_on", DATE, "The new date.", default=None),
        ),
        key=("enterprise", "order", "set_at"),
        only_with="order",
        checks=(
            filled_when("ended_at", "outcome", _ENDED, "open"),
            not_before("due_on", "last_on"),
            one_each("outcome", "open", "open"),
        ),
    ),
    *_CALLS,
    *_DELIVERED,
)
