"""The plan of an order as pages show it, the engineers' work list, and the steps of a place."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import get_enterprise
from inventory.models import Family, Product
from orders import services as orders
from orders.models import Choice, ChoiceStatus, Milestone, MilestoneKind, Order, OrderType, Owner
from orders.permissions import Permission
from orders.planning import selectors
from orders.planning.selectors import Place
from orders.rules import STEPS, TAKES_CAPACITY
from orders.selectors import is_dlr_missing
from portal import files, money
from portal.actors import Actor
from portal.cells import Cell, Column, day, ident
from portal.listing import Listing, Words
from portal.lists import ListPage, Sort


def move(actor: Actor, order: Order) -> dict[str, Any] | None:
    """Of an order's page: whose move it is, what is to be done, and where; with one query, for details two."""
    if not selectors.is_under_way(order) or selectors.is_asked_elsewhere(actor, order):
        return None
    step = selectors.move_of(selectors.open_steps(actor, order))
    if step is None:
        return None
    is_theirs = step.owner == Owner.CUSTOMER
    may_be_returned = is_theirs and step.kind == MilestoneKind.TECHNICAL_DETAILS
    return {
        "step": step,
        "is_theirs": is_theirs,
        "door": _door(actor, order, step),
        "returned": selectors.list_returned(actor, order) if may_be_returned else [],
    }


_DOORS = {
    MilestoneKind.TECHNICAL_DETAILS: "orders:details",
    MilestoneKind.DETAILS_CONFIRMED: "orders:plan",
    MilestoneKind.ACTIVATION_PLANNED: "orders:activation",
    MilestoneKind.ACTIVATION: "orders:activation",
}


def _door(actor: Actor, order: Order, step: Milestone) -> str:
    """Where the customer does it, for who may."""
    name = _DOORS.get(MilestoneKind(step.kind))
    if (
        name is None
        or step.owner != Owner.CUSTOMER
        or actor.is_staff
        or not actor.may_on(Permission.ORDER_CREATE, order.account_id)
    ):
        return ""
    return reverse(name, args=[actor.enterprise_public_id, order.number])


def dates(actor: Actor, order: Order) -> dict[str, Any] | None:
    """Of an order's page: how long orders alike take while no date is committed to, and the way to its plan."""
    if not selectors.is_under_way(order):
        return None
    return {"estimate": None if order.committed_on else estimate(order), "order": order}


def estimate(order: Order) -> dict[str, Any]:
    """In how many days orders alike were delivered, or that there are too few."""
    found = selectors.estimate_for(order.product_id, get_enterprise(order.enterprise_id).region)
    if found is None:
        return {"found": None}
    return {"found": found, "half_on": found.half_on(order.placed_on), "most_on": found.most_on(order.placed_on)}


def spoken(amount: Decimal, currency: str) -> str:
    return money.spoken(amount, currency) if amount else ""


def plan_page(actor: Actor, order: Order, *, at: datetime) -> dict[str, Any]:
    """All that the page of an order's plan shows."""
    today, is_under_way = orders.day_of(order, at), selectors.is_under_way(order)
    supplements, choices = selectors.list_supplements(actor, order), selectors.list_choices(actor, order)
    is_free = selectors.is_free(actor, order, today=today)
    charges = {} if is_free else selectors.charges(order, on=today)
    steps = selectors.open_steps(actor, order)
    to_confirm = any(
        step.kind == MilestoneKind.DETAILS_CONFIRMED and step.status == "in_progress" and step.owner == Owner.CUSTOMER
        for step in steps
    )
    return {
        "order": order,
        "is_under_way": is_under_way,
        "is_free": is_free,
        "agreed": {
            f"agreed_{kind}": charges.get(kind, (Decimal(0), ""))[0] for kind in ("due_date", "other", "cancel")
        },
        "charges": {kind: spoken(*pair) for kind, pair in charges.items()},
        "supplements": supplements,
        "asked": selectors.open_supplement(supplements),
        "choices": choices,
        "wish": selectors.open_choice(choices),
        "is_expedite_asked": any(each.status == ChoiceStatus.ASKED for each in choices),
        "can_expedite": order.product.shortest_days is not None and not order.product.is_icb,
        "reservations": selectors.list_reservations(actor, order) if actor.is_staff else [],
        "takes_capacity": order.type in TAKES_CAPACITY,
        "to_confirm": to_confirm and is_under_way,
        "seen": selectors.fingerprint(order),
        "estimate": estimate(order),
        "stands": _stands(order),
        "firm": Choice.FIRM,
    }


def _stands(order: Order) -> list[dict[str, Any]]:
    """The three dates of an order, beside what can be asked about them."""
    return [
        {"label": _("Requested (CRD)"), "value": day(order.requested_on) or _("no date")},
        {"label": _("Committed (CCD)"), "value": day(order.committed_on) or _("not yet")},
        {"label": _("Expected"), "value": day(order.expected_on) or _("not yet known")},
    ]


def details_page(actor: Actor, order: Order, known: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """The technical details of an order: what was answered, what came back, and by when."""
    asked = {each.key: each.asked for each in selectors.list_questions(order)}
    step = selectors.details_due(actor, order)
    return {
        "order": order,
        "seen": selectors.seen_of(known),
        "rows": [(asked.get(key, key), each) for key, each in known.items()],
        "returned": [(asked.get(key, key), each) for key, each in known.items() if each.status == "returned"],
        "step": step,
        "is_late": bool(step and step.expected_on and step.expected_on < orders.day_of(order, at)),
        "is_under_way": selectors.is_under_way(order),
        "files": files.list_files(actor, order),
        "has_questions": bool(asked),
        "is_dlr_missing": is_dlr_missing(actor, order),
    }


# --- the engineers' work list --------------------------------------------------------------------

REVIEW_LIST = Listing(
    name="order-reviews",
    title=gettext_lazy("Technical answers to review"),
    page=ListPage(sorts=[Sort("oldest", gettext_lazy("Oldest first"), "placed_on")]),
    permission=Permission.ORDER_REVIEW,
    url="orders_work:reviews",
    is_inside=False,
    nothing=Words(
        gettext_lazy("No answer waits for you"),
        gettext_lazy("As soon as a customer answers technical questions, the order stands here, the longest first."),
        icon="list-check",
    ),
    none_found=Words(gettext_lazy("Nothing answers to that"), gettext_lazy("Show all, or choose something else.")),
)


def review_columns() -> list[Column]:
    """Orders with answers that wait, each in its customer's place."""
    return [
        Column(_("Order"), _review_of, is_lead=True, key="order"),
        Column(_("What"), lambda order: order.title, is_own_label=True, key="what"),
        Column(_("Customer"), lambda order: order.enterprise.name, key="customer"),
        Column(_("Answers"), lambda order: str(order.waiting), key="answers"),
        Column(_("Since"), lambda order: day(timezone.localtime(order.since).date()), key="since"),
        Column(_("Requested (CRD)"), lambda order: day(order.requested_on), key="requested"),
    ]


def _review_of(order: Order) -> Cell:
    return ident(order.number, reverse("orders:review", args=[order.enterprise.public_id, order.number]))


CARD_ROWS = 5


def waiting_card(actor: Actor) -> dict[str, Any] | None:
    """Of staff's home: how many orders wait for an engineer, and the first of them."""
    if actor.enterprise_id is not None:
        return None
    rows = selectors.list_to_review(actor)
    count = rows.count()
    return {"count": count, "orders": list(rows[:CARD_ROWS])} if count else None


# --- the steps of a place ---------------------------------------------------------------------------


def step_rows(place: Place) -> list[dict[str, Any]]:
    """The steps that bind there, as the form shows them."""
    rows = []
    for step in selectors.binding_steps(place):
        said = dict(step.said)
        amount = int(step.share * 100 + 0.5) if step.basis == "share" else step.days
        words = {"action": said.get("en", ""), "action_es": said.get("es", ""), "action_pt": said.get("pt", "")}
        rows.append({"kind": step.kind, "owner": step.owner, "basis": step.basis, "amount": amount, **words})
    return rows


def steps_page(place: Place) -> dict[str, Any]:
    return {
        "place": place,
        "type_name": OrderType(place.order_type).label,
        "is_own": bool(selectors.steps_of(place)),
        "types": [(each, OrderType(each).label) for each in STEPS],
        "families": Family.choices,
        "products": Product.objects.order_by("name").values_list("code", "name"),
        "places": selectors.list_places(),
        "carrier_name": settings.CARRIER["short_name"],
    }
