"""Customers not ready, slots, calls, tests and turn-ups, as each actor may see them."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from accounts.selectors import get_enterprise
from orders import services
from orders.activating import rules, terms
from orders.models import ORDER_FLOW, UNPLACED, Milestone, MilestoneStatus, NotReady, NotReadyOutcome, Order, Owner
from portal import terms as termbook
from portal.actors import Actor
from portal.calendars import BusinessHours
from portal.tenancy import of_enterprise


def list_not_readies(actor: Actor, order: Order) -> QuerySet[NotReady]:
    """All the times in which an order waited for its customer, the latest first."""
    return of_enterprise(NotReady.objects, actor).filter(order=order).order_by("-set_at", "-pk")


def bounds(order: Order, at: datetime) -> tuple[date, date]:
    """From when until when a date can be by which a customer who was not ready will be."""
    today = services.day_of(order, at)
    names = (terms.NEW_DATE_DAYS, terms.NEW_DATE_NOTICE)
    book = termbook.book(get_enterprise(order.enterprise_id), on=today, names=names)
    first = calendar_of(order).add_business_days(today, book.value(terms.NEW_DATE_NOTICE))
    return first, today + timedelta(days=book.value(terms.NEW_DATE_DAYS))


def calendar_of(order: Order) -> BusinessHours:
    """The business days of the customer's country."""
    return rules.workdays(get_enterprise(order.enterprise_id).country)


def list_running_out() -> list[tuple[int, int]]:
    """The open CNRs, as (enterprise, key); asked by staff outside any enterprise."""
    rows = NotReady.objects.filter(outcome=NotReadyOutcome.OPEN)
    return list(rows.order_by("enterprise_id", "pk").values_list("enterprise_id", "pk"))


def list_silent(today: date) -> list[tuple[int, int]]:
    """Steps of customers that are past their date, as (enterprise, key); asked by staff outside any enterprise."""
    open_orders = Order.objects.filter(status__in=set(ORDER_FLOW.open_states()) - UNPLACED)
    rows = Milestone.objects.filter(
        status=MilestoneStatus.IN_PROGRESS, owner=Owner.CUSTOMER, kind__in=rules.WHY,
        expected_on__lt=today + timedelta(days=1), order__in=open_orders,
    )  # fmt: skip
    return list(rows.order_by("enterprise_id", "pk").values_list("enterprise_id", "pk"))
