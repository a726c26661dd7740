"""order_projects.csv to milestones.csv."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from orders.loading.checks import ENTERPRISE, ORDER
from orders.models import (
    ItemAction,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    Order,
    OrderItem,
    OrderProject,
    OrderStatus,
    OrderType,
    Owner,
)
from portal import numbers
from portal.loading.batches import Batch, Checking
from portal.loading.cells import AMOUNT, CODE, DATE, EMAIL, FLAG, LINES, MOMENT, NUMBER, WORDS, Cell, one_of, whole
from portal.loading.tables import Column, Reference, Row, Table

_OUR_NUMBER = re.compile(rf"{numbers.SERIES['order']}-\d{{4}}-(\d{{1,9}})")


def _read_reasons(value: str, today: date) -> list[dict[str, Any]]:
    return [{"item": None, "field": "", "words": line.strip()} for line in LINES.read(value, today).splitlines()]


_REASONS = Cell("text, one reason a line", _read_reasons)


def _completed_orders(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        _done_when(checking, row, "completed_on", OrderStatus.COMPLETED, OrderStatus.SUBMITTED)


def _completed_milestones(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        _done_when(checking, row, "completed_at", MilestoneStatus.COMPLETED, MilestoneStatus.PLANNED)
        done = row.values.get("completed_at")
        if done and done.date() > checking.load.today:
            checking.fault(row, "completed_at", f"{done:%Y-%m-%d} is yet to come")


def _done_when(checking: Checking, row: Row, column: str, completed: str, default: str) -> None:
    """A date of completion belongs to what is completed, and to nothing else."""
    status, done = row.values.get("status", default), row.values.get(column)
    if status == completed and not done:
        checking.fault(row, column, "is empty; what is completed has a date")
    if done and status != completed:
        checking.fault(row, column, f"is filled, but the status is {status}")


def _sites(checking: Checking, rows: Sequence[Row]) -> None:
    """One primary site an order, and whoever found a site up did so on a day that has come."""
    primaries: set[tuple[str, str]] = set()
    for row in rows:
        key, up_on = (row.values["enterprise"], row.values["order"]), row.values.get("up_on")
        if row.values.get("is_primary") and key in primaries:
            checking.fault(row, "is_primary", f"is yes a second time for order {key[1]}")
        if row.values.get("is_primary"):
            primaries.add(key)
        if bool(up_on) != bool(row.values.get("up_by")):
            checking.fault(row, "up_by", "up_on and up_by are both given, or neither")
        if up_on and up_on > checking.load.today:
            checking.fault(row, "up_on", f"{up_on} is yet to come")


def _let_numbers_continue(batch: Batch) -> None:
    """The portal's own next order number comes after the loaded ones of its series."""
    matches = (_OUR_NUMBER.fullmatch(row.values["number"]) for row in batch.rows)
    highest = max((int(match[1]) for match in matches if match), default=0)
    if highest:
        numbers.move_past("order", highest)


FILES = (
    Table(
        "order_projects",
        "Projects, by which customers group orders.",
        OrderProject,
        (
            ENTERPRISE,
            Column("name", WORDS, "What the customer calls it.", is_required=True),
            Column("reference", WORDS, "The customer's own reference."),
            Column("made_at", MOMENT, "When it was begun.", is_required=True),
            Column("made_by", WORDS, "Who began it."),
        ),
        key=("enterprise", "name"),
    ),
    Table(
        "orders",
        "Orders, open and closed.",
        Order,
        (
            ENTERPRISE,
            Column("number", NUMBER, "The order's number, as ORD-2026-00417.", is_required=True),
            Column("type", one_of(OrderType), "What is asked for.", default="new"),
            Column("status", one_of(OrderStatus), "Where it stands.", default="submitted", is_first_time_only=True),
            Reference("account", CODE, "Who pays.", is_required=True, to="accounts", within=("enterprise",)),
            Reference("product", CODE, "What is ordered.", is_required=True, to="products"),
            Reference("service", CODE, "The service it makes or changes.", to="services", within=("enterprise",)),
            Reference("a_site", CODE, "Where it is, or begins.", to="sites", within=("enterprise",)),
            Reference("z_site", CODE, "Where it ends.", to="sites", within=("enterprise",)),
            Reference("care_manager", EMAIL, "Who cares for it, by mail address.", to="staff", is_first_time_only=True),
            Column("title", WORDS, "The order in a line.", is_required=True),
            Column("customer_reference", WORDS, "The customer's purchase order."),
            Column("placed_by", WORDS, "Who ordered."),
            Column("placed_on", DATE, "When it was ordered.", is_required=True),
            Column("requested_on", DATE, "CRD: the customer's requested date.", default=None),
            Column("committed_on", DATE, "CCD: the carrier's committed date.", default=None),
            Column("expected_on", DATE, "When it is expected as things stand.", default=None, is_first_time_only=True),
            Column("completed_on", DATE, "When it was completed.", default=None, is_first_time_only=True),
            Column(
                "free_until_on",
                DATE,
                "The last day on which it can be changed for nothing.",
                default=None,
                is_first_time_only=True,
            ),
            Column(
                "commenced_on",
                DATE,
                "Service commencement, where what is ordered is charged already.",
                default=None,
                is_first_time_only=True,
            ),
            Column("monthly", AMOUNT, "MRC, in the account's currency.", default=0),
            Column("one_time", AMOUNT, "NRC, in the account's currency.", default=0),
            Column("term_months", whole(0, 240), "Term in months.", default=0),
            Reference(
                "project", WORDS, "The project it belongs to, by its name.", to="order_projects", within=("enterprise",)
            ),
            Column("notes", LINES, "What else the customer wrote.", is_first_time_only=True),
            Column("returned", _REASONS, "Why it was returned.", field="remarks", default=[], is_first_time_only=True),
        ),
        key=("enterprise", "number"),
        checks=(_completed_orders,),
        afterwards=(_let_numbers_continue,),
    ),
    Table(
        "order_items",
        "What the orders ask for, in their order; an order without any asks for what it says itself.",
        OrderItem,
        (
            ENTERPRISE,
            ORDER,
            Column("position", whole(1, 99), "Its place among the order's items.", is_required=True),
            Column("action", one_of(ItemAction), "What it does.", default="add"),
            Reference("product", CODE, "What is ordered.", is_required=True, to="products"),
            Reference("service", CODE, "The service it makes or changes.", to="services", within=("enterprise",)),
            Reference("a_site", CODE, "Where it is, or begins.", to="sites", within=("enterprise",)),
            Reference("z_site", CODE, "Where it ends.", to="sites", within=("enterprise",)),
            Column("bandwidth", WORDS, "How fast."),
            Column("quantity", whole(1, 99), "How many.", default=1),
            Column("monthly", AMOUNT, "MRC, in the account's currency.", default=0),
            Column("one_time", AMOUNT, "NRC, in the account's currency.", default=0),
            Column(
                "is_primary",
                FLAG,
                "Of a VPN: whether service does not begin before this site is up; one of an order at most.",
                default=False,
                is_first_time_only=True,
            ),
            Column("up_on", DATE, "Of a VPN: since when the site is up.", default=None, is_first_time_only=True),
            Column("up_by", WORDS, "Who found it up.", is_first_time_only=True),
        ),
        key=("enterprise", "order", "position"),
        checks=(_sites,),
    ),
    Table(
        "milestones",
        "The steps of the orders, in their order.",
        Milestone,
        (
            ENTERPRISE,
            ORDER,
            Column("position", whole(1, 99), "Its place among the order's steps.", is_required=True),
            Column("kind", one_of(MilestoneKind), "Which step.", is_required=True),
            Column("detail", WORDS, "Which side, which supplier."),
            Column("status", one_of(MilestoneStatus), "Where it stands.", default="planned", is_first_time_only=True),
            Column("owner", one_of(Owner), "Whose move it is.", default="carrier", is_first_time_only=True),
            Column("planned_on", DATE, "When it was planned for.", default=None),
            Column("expected_on", DATE, "When it is expected as things stand.", default=None, is_first_time_only=True),
            Column("completed_at", MOMENT, "When it was done.", default=None, is_first_time_only=True),
            Column("note", LINES, "What the customer should know.", is_first_time_only=True),
        ),
        key=("enterprise", "order", "position"),
        checks=(_completed_milestones,),
    ),
)
