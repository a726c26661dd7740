"""milestone_templates.csv to supplements.csv: what orders are planned by."""

import re
from collections.abc import Sequence
from datetime import date

from inventory.models import Family, ProductQuestion, QuestionKind
from inventory.rules import answer_faults
from orders.loading.checks import ENTERPRISE, ORDER, WITH_ORDER, filled_when, not_before, one_each
from orders.models import (
    Answer,
    AnswerStatus,
    Basis,
    Choice,
    ChoiceStatus,
    DeliveryChoice,
    MilestoneKind,
    MilestoneTemplate,
    Order,
    OrderStatus,
    OrderType,
    Owner,
    Reservation,
    Supplement,
    SupplementKind,
    SupplementStatus,
)
from portal.loading.batches import Batch, Checking
from portal.loading.cells import AMOUNT, CODE, CURRENCY, DATE, FLAG, LINES, MOMENT, SLUG, WORDS, Cell, one_of, whole
from portal.loading.faults import LoadRefused, Wrong
from portal.loading.tables import Column, Reference, Row, Table


def _read_amount(value: str, today: date) -> int:
    if not re.fullmatch(r"-?\d{1,3}", value, re.ASCII):
        raise Wrong(f"“{value}” is not a whole number from -999 to 999")
    return int(value)


_AMOUNT = Cell("a whole number from -999 to 999", _read_amount)


def _places(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        values = row.values
        if values.get("family") and values.get("product"):
            checking.fault(row, "product", "is filled, but so is family; steps are a family's or a product's")
        if values.get("basis", Basis.SHARE) == Basis.SHARE and not 0 <= values.get("amount", 0) <= 100:
            checking.fault(row, "amount", f"{values['amount']} is no percentage from 0 to 100")
        if values["position"] == 1 and values["kind"] != MilestoneKind.ACKNOWLEDGED:
            checking.fault(row, "kind", "the first step is acknowledged: everything else follows it")


def _reasons(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        if (row.values.get("status", AnswerStatus.GIVEN) == AnswerStatus.RETURNED) != bool(row.values.get("reason")):
            checking.fault(row, "reason", "is filled for what was sent back, and for nothing else")


def _in_their_types(batch: Batch) -> None:
    """Each answer as its question takes it. Raises LoadRefused for one that the product does not ask, or not take."""
    made = {answer.pk: answer for answer in Answer.objects.filter(pk__in=[pk for _, pk in batch.new()])}
    orders = Order.objects.filter(pk__in={answer.order_id for answer in made.values()})
    products = dict(orders.values_list("pk", "product_id"))
    questions = ProductQuestion.objects.filter(product_id__in=set(products.values()))
    asked = {(question.product_id, question.key): question for question in questions}
    for row, pk in batch.new():
        answer = made[pk]
        question = asked.get((products[answer.order_id], answer.key))
        if question is None:
            raise LoadRefused(f"answers.csv:{row.line} key: the product has no question “{answer.key}”.")
        answer.value = _typed(question.kind, answer.value)
        fault = answer_faults([question], {answer.key: answer.value}).get(answer.key)
        if fault:
            raise LoadRefused(f"answers.csv:{row.line} value: {fault}")
    Answer.objects.bulk_update(made.values(), ["value"])


def _typed(kind: str, value: str) -> object:
    if kind == QuestionKind.YES_NO:
        return {"yes": True, "no": False}.get(value, value)
    return int(value) if kind == QuestionKind.NUMBER and re.fullmatch(r"\d{1,12}", value, re.ASCII) else value


_LIVE = frozenset({ChoiceStatus.CHOSEN, ChoiceStatus.ASKED, ChoiceStatus.AGREED})


def _chosen(checking: Checking, rows: Sequence[Row]) -> None:
    """A day where one is needed, a currency with each fee, and one choice of an order that stands."""
    standing: set[tuple[str, str]] = set()
    for row in rows:
        values = row.values
        if values["choice"] != Choice.EARLIEST and not values.get("wanted_on"):
            checking.fault(row, "wanted_on", f"is empty, but choice is {values['choice']}")
        if values.get("fee") and not values.get("currency"):
            checking.fault(row, "currency", "is empty, but there is a fee")
        if values.get("status", ChoiceStatus.CHOSEN) in _LIVE:
            key = (values["enterprise"], values["order"])
            if key in standing:
                checking.fault(row, "status", f"stands a second time for order {key[1]}")
            standing.add(key)


FILES = (
    Table(
        "milestone_templates",
        "The steps that orders of a type have: for all products, for a family, or for one product.",
        MilestoneTemplate,
        (
            Column("order_type", one_of(OrderType), "Of which type of order.", is_required=True),
            Column("family", one_of(Family), "For which family of products; empty for all, or for one product."),
            Reference("product", CODE, "For which product.", to="products"),
            Column("position", whole(1, 30), "Its place among the steps.", is_required=True),
            Column("kind", one_of(MilestoneKind), "Which step.", is_required=True),
            Column("owner", one_of(Owner), "Whose move it is.", default="carrier"),
            Column("basis", one_of(Basis), "From where its day is counted.", default="share"),
            Column("amount", _AMOUNT, "Percent, or business days; below zero before the day it is due.", default=0),
            Column("action", WORDS, "What is done next, in English; empty for the kind's own words."),
            Column("action_es", WORDS, "The same in Spanish."),
            Column("action_pt", WORDS, "The same in Portuguese."),
        ),
        key=("order_type", "family", "product", "position"),
        checks=(_places,),
    ),
    Table(
        "answers",
        f"The answers to the technical questions of the ordered products. {WITH_ORDER}",
        Answer,
        (
            ENTERPRISE,
            ORDER,
            Column("key", SLUG, "The key of the question.", is_required=True),
            Column("value", WORDS, "The answer; `yes` or `no` where that is asked.", is_required=True),
            Column("status", one_of(AnswerStatus), "Where it stands.", default="given"),
            Column("answered_by", WORDS, "Who answered.", is_required=True),
            Column("answered_at", MOMENT, "When.", is_required=True),
            Column("reason", WORDS, "Why it was sent back."),
            Column("reviewed_by", WORDS, "Which engineer looked at it."),
            Column("reviewed_at", MOMENT, "When.", default=None),
        ),
        key=("enterprise", "order", "key"),
        only_with="order",
        checks=(
            _reasons,
            filled_when("reviewed_at", "status", frozenset({"accepted", "returned"}), "given"),
            not_before("answered_at", "reviewed_at"),
        ),
        afterwards=(_in_their_types,),
    ),
    Table(
        "reservations",
        f"Capacity of the network that is held for orders. {WITH_ORDER}",
        Reservation,
        (
            ENTERPRISE,
            ORDER,
            Column("what", WORDS, "What is held: a port, a wavelength.", is_required=True),
            Column("place", WORDS, "Where.", is_required=True),
            Column("until_on", DATE, "Until when.", is_required=True),
            Column("reserved_by", WORDS, "Which engineer reserved it.", is_required=True),
            Column("reserved_at", MOMENT, "When.", is_required=True),
        ),
        key=("enterprise", "order", "what"),
        only_with="order",
    ),
    Table(
        "delivery_choices",
        f"How customers want orders delivered: on a firm date, as early as can be, or expedited. {WITH_ORDER}",
        DeliveryChoice,
        (
            ENTERPRISE,
            ORDER,
            Column("choice", one_of(Choice), "How.", is_required=True),
            Column("wanted_on", DATE, "The date that is wanted; of an earliest none is needed.", default=None),
            Column("days", whole(0, 999), "Business days improved against the standard interval.", default=0),
            Column("fee", AMOUNT, "What an expedite costs, if its date is met.", default=0),
            Column("currency", CURRENCY, "Its currency."),
            Column("status", one_of(ChoiceStatus), "Where it stands.", default="chosen"),
            Column("chosen_by", WORDS, "Who chose.", is_required=True),
            Column("chosen_at", MOMENT, "When.", is_required=True),
            Column("reason", WORDS, "Why an expedite was refused."),
            Column("alternative_on", DATE, "The date that can be had instead.", default=None),
        ),
        key=("enterprise", "order", "chosen_at"),
        only_with="order",
        checks=(_chosen,),
    ),
    Table(
        "supplements",
        f"Changes that customers asked for after their orders were taken. {WITH_ORDER}",
        Supplement,
        (
            ENTERPRISE,
            ORDER,
            Column("kind", one_of(SupplementKind), "What is to change.", is_required=True),
            Column("words", LINES, "What the customer wrote."),
            Column("wanted_on", DATE, "The date that is wanted, of a due_date.", default=None),
            Column("charge", AMOUNT, "The charge that was agreed to.", default=0),
            Column("currency", CURRENCY, "Its currency."),
            Column("is_late", FLAG, "Whether it came after the point of no return.", default=False),
            Column("status", one_of(SupplementStatus), "Where it stands.", default="asked"),
            Column("status_before", one_of(OrderStatus), "The order's status, should it go on.", is_required=True),
            Column("asked_by", WORDS, "Who asked.", is_required=True),
            Column("asked_at", MOMENT, "When.", is_required=True),
            Column("decided_by", WORDS, "Who decided."),
            Column("decided_at", MOMENT, "When.", default=None),
            Column("decision", WORDS, "What the customer was told."),
        ),
        key=("enterprise", "order", "asked_at"),
        only_with="order",
        checks=(
            filled_when("decided_at", "status", frozenset({"done", "declined", "taken_back"}), "asked"),
            filled_when("wanted_on", "kind", frozenset({"due_date"}), ""),
            one_each("status", "asked", "asked"),
        ),
    ),
)
