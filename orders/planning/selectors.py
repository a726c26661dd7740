"""What planning finds: the templates, an order's answers and capacity, what was asked for, and the pace of delivery."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, Min, QuerySet

from inventory.models import Family, Product, ProductQuestion
from orders import rules, services
from orders.models import (
    MILESTONE_FLOW,
    ORDER_FLOW,
    UNPLACED,
    Answer,
    AnswerStatus,
    ChoiceStatus,
    DeliveryChoice,
    Letter,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    MilestoneTemplate,
    NotReady,
    NotReadyOutcome,
    Order,
    OrderStatus,
    OrderType,
    Owner,
    Pace,
    Reservation,
    Supplement,
    SupplementStatus,
)
from orders.permissions import Permission
from orders.planning import terms as names
from orders.rules import STEPS, StepPlan
from orders.selectors import list_orders
from portal import files, terms
from portal.actors import Actor
from portal.errors import Text
from portal.models import StoredFile
from portal.tenancy import of_enterprise, within_accounts

# --- templates ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """For which orders a list of steps is made: a type, and a family or a product, or all of them."""

    order_type: str
    family: str = ""
    product: Product | None = None

    @property
    def where(self) -> dict[str, Any]:
        return {"order_type": self.order_type, "family": self.family, "product": self.product}

    @property
    def type_name(self) -> Text:
        return OrderType(self.order_type).label

    @property
    def family_name(self) -> Text:
        return Family(self.family).label if self.family else ""


def list_places() -> list[Place]:
    """The places that have steps of their own."""
    rows = MilestoneTemplate.objects.filter(position=1).select_related("product")
    found = [Place(row.order_type, row.family, row.product) for row in rows]
    return sorted(found, key=lambda each: (each.order_type, each.family, each.product.name if each.product else ""))


def find_place(order_type: str, family: str, product_code: str) -> Place | None:
    """The place that an address names, or None for one that there cannot be."""
    product = Product.objects.filter(code=product_code).first() if product_code else None
    is_wrong = order_type not in STEPS or (family and (product_code or family not in Family.values))
    return None if is_wrong or (product_code and product is None) else Place(order_type, family, product)


def steps_of(place: Place) -> list[MilestoneTemplate]:
    """The steps that a place has of its own."""
    return list(MilestoneTemplate.objects.filter(**place.where).order_by("position"))


def binding_steps(place: Place) -> list[StepPlan]:
    """The steps that bind there: its own, or those of the wider place, or those shipped."""
    family = place.product.family if place.product else place.family
    for wider in (place, Place(place.order_type, family), Place(place.order_type)):
        rows = steps_of(wider)
        if rows:
            return [services.as_plan(row) for row in rows]
    return list(STEPS[place.order_type])


# --- an order ------------------------------------------------------------------------------------


def is_under_way(order: Order) -> bool:
    return order.status in ORDER_FLOW.open_states() and order.status not in UNPLACED


def open_steps(actor: Actor, order: Order) -> list[Milestone]:
    """The steps of an order that are not done, in their order: of those its page has read, where it has."""
    known: list[Milestone] | None = getattr(order, "known_steps", None)
    if known is not None:
        return [each for each in known if each.status in MILESTONE_FLOW.open_states()]
    rows = of_enterprise(Milestone.objects, actor).filter(order=order, status__in=MILESTONE_FLOW.open_states())
    return list(rows.order_by("position"))


def is_asked_elsewhere(actor: Actor, order: Order) -> bool:
    """Whether the page asks the customer already: for a new date of an order on hold."""
    if order.status != OrderStatus.HELD:
        return False
    return of_enterprise(NotReady.objects, actor).filter(order=order, outcome=NotReadyOutcome.OPEN).exists()


def move_of(steps: Sequence[Milestone]) -> Milestone | None:
    """Who moves next: a step under way that is the customer's before any other."""
    now = [step for step in steps if step.status == MilestoneStatus.IN_PROGRESS]
    return next((step for step in now if step.owner == Owner.CUSTOMER), next(iter(now), next(iter(steps), None)))


def is_free(actor: Actor, order: Order, *, today: date) -> bool:
    """Whether the order is before its point of no return."""
    steps = of_enterprise(Milestone.objects, actor).filter(order=order).values_list("kind", "status")
    return rules.is_free(free_until=order.free_until_on, today=today, steps=steps)


def charges(order: Order, *, on: date) -> Mapping[str, tuple[Decimal, str]]:
    """What each kind of change costs after the point of no return, with its currency."""
    found = terms.values(list(names.CHANGES.values()), on=on, enterprise_id=order.enterprise_id)
    return {kind: found[name] for kind, name in names.CHANGES.items()}


def list_questions(order: Order) -> list[ProductQuestion]:
    """The technical questions of the ordered product."""
    return list(ProductQuestion.objects.filter(product_id=order.product_id).order_by("position", "key"))


def list_answers(actor: Actor, order: Order) -> dict[str, Answer]:
    """What was answered, by the question's key."""
    rows = of_enterprise(Answer.objects, actor).filter(order=order)
    return {answer.key: answer for answer in rows.order_by("pk")}


def list_returned(actor: Actor, order: Order) -> list[tuple[str, Answer]]:
    """What an engineer sent back, each with its question."""
    rows = of_enterprise(Answer.objects, actor).filter(order=order, status=AnswerStatus.RETURNED)
    returned = list(rows.order_by("pk"))
    asked = {each.key: each.asked for each in list_questions(order)} if returned else {}
    return [(asked.get(each.key, each.key), each) for each in returned]


def list_reservations(actor: Actor, order: Order) -> list[Reservation]:
    """The capacity that is held for an order, the latest first."""
    return list(of_enterprise(Reservation.objects, actor).filter(order=order, released_at=None).order_by("-pk"))


def list_choices(actor: Actor, order: Order) -> list[DeliveryChoice]:
    """How the customer wanted it delivered, the latest first."""
    return list(of_enterprise(DeliveryChoice.objects, actor).filter(order=order).order_by("-pk"))


def list_supplements(actor: Actor, order: Order) -> list[Supplement]:
    """What changes were asked for, the latest first."""
    return list(of_enterprise(Supplement.objects, actor).filter(order=order).order_by("-pk"))


def open_choice(choices: Sequence[DeliveryChoice]) -> DeliveryChoice | None:
    live = (ChoiceStatus.CHOSEN, ChoiceStatus.ASKED, ChoiceStatus.AGREED)
    return next((each for each in choices if each.status in live), None)


def open_supplement(supplements: Sequence[Supplement]) -> Supplement | None:
    return next((each for each in supplements if each.status == SupplementStatus.ASKED), None)


def details_due(actor: Actor, order: Order) -> Milestone | None:
    """The step in which the technical details are asked for, while it is open."""
    rows = of_enterprise(Milestone.objects, actor).filter(order=order, kind=MilestoneKind.TECHNICAL_DETAILS)
    return rows.filter(status__in=MILESTONE_FLOW.open_states()).order_by("position").first()


def seen_of(answers: Mapping[str, Answer]) -> str:
    """What somebody saw of an order's answers, to tell later whether they changed meanwhile."""
    known = sorted((each.key, each.status, each.answered_at.isoformat()) for each in answers.values())
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16]


def fingerprint(order: Order) -> str:
    """What is confirmed of an order: what, where, for how much and when, as the page shows it."""
    said = (
        order.product_id, order.title, order.a_site_id, order.z_site_id, order.monthly, order.one_time,
        order.term_months, order.requested_on, order.customer_reference,
    )  # fmt: skip
    return hashlib.sha256(repr([str(each) for each in said]).encode()).hexdigest()[:16]


# --- letters and files --------------------------------------------------------------------------


def find_letter(actor: Actor, order: Order) -> StoredFile | None:
    """The acknowledgement letter's file, once it is made."""
    letter = of_enterprise(Letter.objects, actor).filter(order=order).first()
    return files.list_files(actor, letter).first() if letter else None


def may_see_letter(actor: Actor, pk: int) -> bool:
    """Who may see the order may see its letter."""
    letter = of_enterprise(Letter.objects, actor).filter(pk=pk).first()
    return letter is not None and list_orders(actor).filter(pk=letter.order_id).exists()


def may_see_answer(actor: Actor, pk: int) -> bool:
    """Who may see the order may see the files of its technical details."""
    return actor.may(Permission.ORDER_VIEW) and list_orders(actor).filter(pk=pk).exists()


# --- work across enterprises -------------------------------------------------------------------------


def list_to_review(actor: Actor) -> QuerySet[Order]:
    """The orders with answers that wait for an engineer, the longest first; ``waiting`` says how many."""
    rows = of_enterprise(Order.objects, actor).filter(status__in=ORDER_FLOW.open_states())
    rows = within_accounts(rows, actor, Permission.ORDER_REVIEW).filter(answers__status=AnswerStatus.GIVEN)
    rows = rows.annotate(waiting=Count("answers"), since=Min("answers__answered_at"))
    return rows.select_related("account", "product", "enterprise").order_by("since", "pk")


def list_without_letter() -> list[tuple[int, int]]:
    """Orders under way whose letter was never made, as (enterprise, order); asked by staff's processes."""
    under_way = set(ORDER_FLOW.open_states()) - set(UNPLACED)
    rows = Order.objects.filter(status__in=under_way, letters=None, milestones__kind=MilestoneKind.ACKNOWLEDGED)
    rows = rows.exclude(care_manager=None).exclude(enterprise__is_active=False)
    return list(rows.order_by("enterprise_id", "pk").values_list("enterprise_id", "pk").distinct())


REMINDED = (MilestoneKind.SITE_VISIT, MilestoneKind.TECHNICAL_DETAILS, MilestoneKind.DETAILS_CONFIRMED)
AHEAD = timedelta(days=60)  # calendar days in which the longest notice of the terms falls


def list_to_remind(today: date) -> list[tuple[int, int]]:
    """Open steps that are soon due and of which customers are reminded, as (enterprise, step)."""
    rows = Milestone.objects.filter(
        kind__in=REMINDED, status__in=MILESTONE_FLOW.open_states(), order__status__in=ORDER_FLOW.open_states(),
        order__enterprise_id=F("enterprise_id"), expected_on__range=(today - timedelta(days=1), today + AHEAD),
    )  # fmt: skip
    return list(rows.order_by("enterprise_id", "pk").values_list("enterprise_id", "pk"))


# --- the pace of delivery ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Estimate:
    """In how many calendar days half, and four of five, of the orders alike were delivered; None for too few."""

    alike: int
    half_days: int
    most_days: int

    def half_on(self, placed_on: date) -> date:
        return placed_on + timedelta(days=self.half_days)

    def most_on(self, placed_on: date) -> date:
        return placed_on + timedelta(days=self.most_days)


def estimate_for(product_id: int, region: str) -> Estimate | None:
    """What the carrier's own completed orders of the product in the region say; None where they are too few."""
    row = Pace.objects.filter(product_id=product_id, region=region).first()
    return Estimate(row.alike, row.half_days, row.most_days) if row else None


_COUNTED = """
    SELECT o.product_id, e.region, count(*),
           ceil(percentile_cont(0.5) WITHIN GROUP (ORDER BY o.completed_on - o.placed_on)),
           ceil(percentile_cont(0.8) WITHIN GROUP (ORDER BY o.completed_on - o.placed_on))
      FROM orders_order o JOIN accounts_enterprise e ON e.enterprise_id = o.enterprise_id
     WHERE o.status = 'completed' AND o.type IN ('new', 'change') AND o.completed_on >= %s
       AND o.completed_on >= o.placed_on
  GROUP BY o.product_id, e.region HAVING count(*) >= %s
"""


def count_pace(*, since: date, least: int, at: datetime) -> list[Pace]:
    """How long orders took, from all customers' completed orders, unsaved; asked by staff's processes alone."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [since, least])
        return [
            Pace(product_id=row[0], region=row[1], alike=row[2], half_days=row[3], most_days=row[4], counted_at=at)
            for row in cursor.fetchall()
        ]
