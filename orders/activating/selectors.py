"""Customers not ready, slots, calls, tests and turn-ups, as each actor may see them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise, StaffCard
from accounts.selectors import get_enterprise, list_team
from inventory.models import Identifier, IdentifierKind, Service
from inventory.rules import cdn_paths
from orders import services
from orders.activating import rules, terms
from orders.models import (
    MILESTONE_FLOW,
    ORDER_FLOW,
    UNPLACED,
    ActivationCall,
    ActivationSlot,
    ActivationTest,
    CallStatus,
    Decision,
    ItemAction,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    NotReady,
    NotReadyOutcome,
    Order,
    OrderItem,
    Owner,
    TurnUp,
)
from orders.permissions import Permission
from orders.rules import WorkDays
from orders.selectors import known_items
from portal import files
from portal import terms as termbook
from portal.actors import Actor, system
from portal.errors import Text
from portal.models import StoredFile
from portal.tenancy import of_enterprise, within_accounts

_C = CallStatus


def list_not_readies(actor: Actor, order: Order) -> QuerySet[NotReady]:
    """All the times in which an order waited for its customer, the latest first."""
    return of_enterprise(NotReady.objects, actor).filter(order=order).order_by("-set_at", "-pk")


def open_not_ready(actor: Actor, order: Order) -> NotReady | None:
    """The time in which an order waits for its customer now, if its days are counted."""
    return list_not_readies(actor, order).filter(outcome=NotReadyOutcome.OPEN).first()


def bounds(order: Order, at: datetime) -> tuple[date, date]:
    """From when until when a date can be by which a customer who was not ready will be."""
    today = services.day_of(order, at)
    names = (terms.NEW_DATE_DAYS, terms.NEW_DATE_NOTICE)
    book = termbook.book(get_enterprise(order.enterprise_id), on=today, names=names)
    first = days_of(order, at).add_business_days(today, book.value(terms.NEW_DATE_NOTICE))
    return first, today + timedelta(days=book.value(terms.NEW_DATE_DAYS))


def days_of(order: Order, at: datetime) -> WorkDays:
    """The days on which the order is worked at."""
    return services.working_days(order.enterprise_id, on=services.day_of(order, at))


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


# --- calls and slots --------------------------------------------------------------------------------------


def is_to_activate(actor: Actor, order: Order) -> bool:
    """Whether the order's service is still to be turned up: its step is open, or what was delivered was refused."""
    if order.status in UNPLACED or order.status not in ORDER_FLOW.open_states():
        return False
    steps = of_enterprise(Milestone.objects, actor).filter(order=order, kind=MilestoneKind.ACTIVATION)
    if steps.filter(status__in=MILESTONE_FLOW.open_states()).exists():
        return True
    last = latest_turn_up(actor, order)
    return last is not None and last.decision == Decision.REFUSED


def booked_call(actor: Actor, order: Order) -> ActivationCall | None:
    """The call that an order has booked."""
    rows = of_enterprise(ActivationCall.objects, actor).select_related("engineer")
    return rows.filter(order=order, status=CallStatus.BOOKED).first()


def list_free_slots(order: Order, now: datetime) -> QuerySet[ActivationSlot]:
    """The times to come that fit an order's product and region, the next first."""
    region = get_enterprise(order.enterprise_id).region
    rows = ActivationSlot.objects.filter(taken_at=None, closed_at=None, starts_at__gt=now)
    fits = Q(families=[]) | Q(families__contains=[order.product.family])
    return rows.filter(fits, region__in=["", region]).select_related("engineer").order_by("starts_at", "id")


def list_my_slots(actor: Actor, since: datetime) -> QuerySet[ActivationSlot]:
    """What an engineer offers from a moment on."""
    rows = ActivationSlot.objects.filter(engineer_id=actor.person_id, closed_at=None, starts_at__gte=since)
    return rows.order_by("starts_at", "id")


def list_my_calls(actor: Actor, start: datetime, end: datetime) -> QuerySet[ActivationCall]:
    """An engineer's calls of a time, across enterprises."""
    rows = of_enterprise(ActivationCall.objects, actor).filter(engineer_id=actor.person_id)
    rows = rows.filter(starts_at__gte=start, starts_at__lt=end).exclude(status__in=[_C.MOVED, _C.CALLED_OFF])
    return rows.select_related("order__product", "order__a_site", "enterprise").order_by("starts_at", "id")


def list_booked_calls(actor: Actor, start: datetime, end: datetime) -> QuerySet[ActivationCall]:
    """The same that are still to be held."""
    return list_my_calls(actor, start, end).filter(status=_C.BOOKED)


# --- the sites of a VPN -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sites:
    """The sites of an order with which its service begins once ``needed`` of them are up, the primary among them."""

    items: list[OrderItem]
    needed: int

    @property
    def primary(self) -> OrderItem | None:
        return next((each for each in self.items if each.is_primary), None)

    @property
    def up(self) -> int:
        return sum(each.up_on is not None for each in self.items)

    @property
    def met_on(self) -> date | None:
        """Since when enough of them are up."""
        place = self.items.index(self.primary) if self.primary else None
        return rules.met_on([each.up_on for each in self.items], needed=self.needed, primary=place)

    @property
    def waits_for(self) -> Text:
        """Why billing has not begun; "" once enough of them are up."""
        if self.met_on:
            return ""
        if self.primary and self.primary.up_on is None:
            words = {"needed": self.needed, "site": self.primary.place}
            return _("Billing begins once %(needed)s sites are up; the primary site, %(site)s, is not up yet.") % words
        return _("Billing begins once %(needed)s sites are up. Up so far: %(up)s.") % {
            "needed": self.needed,
            "up": self.up,
        }


def sites_of(actor: Actor, order: Order) -> Sites | None:
    """The sites of an order that are marked as up one by one; None where its service begins with its only one.

    They are its new items of products that begin with several sites. Of fewer than the product says all must be up;
    a single site, that joins a VPN which stands already, begins as any service does, once it is signed off.
    """
    items = [each for each in known_items(actor, order) if each.action == ItemAction.ADD]
    items = [each for each in items if each.product.sites_to_begin > 1]
    if len(items) < 2:
        return None
    return Sites(items, min(max(each.product.sites_to_begin for each in items), len(items)))


# --- tests and turn-ups -----------------------------------------------------------------------------------


def list_tests(actor: Actor, order: Order) -> QuerySet[ActivationTest]:
    """What was measured, the latest first."""
    return of_enterprise(ActivationTest.objects, actor).filter(order=order).order_by("-tested_at", "-pk")


def latest_turn_up(actor: Actor, order: Order) -> TurnUp | None:
    """The last sign-off of an order, with its test."""
    rows = of_enterprise(TurnUp.objects, actor).filter(order=order).select_related("test")
    return rows.order_by("-signed_at", "-pk").first()


def turn_up_of_service(actor: Actor, service: Service) -> TurnUp | None:
    """The last sign-off of a service, with its order."""
    rows = within_accounts(of_enterprise(TurnUp.objects, actor), actor, Permission.ORDER_VIEW, path="order__account_id")
    rows = rows.filter(service=service, noticed_at__isnull=False).select_related("order")
    return rows.order_by("-signed_at", "-pk").first()


def notice_file(actor: Actor, order: Order) -> StoredFile | None:
    """The document of the last connection notice."""
    found = latest_turn_up(actor, order)
    rows = files.list_files(actor, found).filter(added_by_kind="system") if found else None
    return rows.first() if rows is not None else None


def list_order_files(actor: Actor, order: Order) -> QuerySet[StoredFile]:
    """What hangs on an order, its tests and its turn-ups, the latest first; for whoever may see the order."""
    about = {
        "orders.order": [order.pk],
        "orders.activationtest": of_enterprise(ActivationTest.objects, actor).filter(order=order).values("pk"),
        "orders.turnup": of_enterprise(TurnUp.objects, actor).filter(order=order).values("pk"),
    }
    hangs = Q()
    for label, keys in about.items():
        hangs |= Q(subject_type=label, subject_id__in=keys)
    return of_enterprise(StoredFile.objects, actor).filter(hangs).order_by("-added_at", "-id")


def engineer_of(found: TurnUp) -> StaffCard | None:
    """Whose call it was that led to a sign-off."""
    call = found.test.call
    return call.engineer if call else None


def may_see_test(actor: Actor, pk: int) -> bool:
    """Who sees the order sees what was measured."""
    return _within(ActivationTest.objects.all(), actor).filter(pk=pk).exists()


def may_see_turn_up(actor: Actor, pk: int) -> bool:
    """Who sees the order sees its connection notice."""
    return _within(TurnUp.objects.all(), actor).filter(pk=pk).exists()


def _within(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    return within_accounts(of_enterprise(rows, actor), actor, Permission.ORDER_VIEW, path="order__account_id")


def list_awaited() -> list[tuple[int, int]]:
    """Turn-ups that wait for the customer's word, as (enterprise, key); asked by staff outside any enterprise."""
    rows = TurnUp.objects.filter(decision=Decision.WAITING, noticed_at__isnull=False)
    return list(rows.order_by("enterprise_id", "pk").values_list("enterprise_id", "pk"))


def list_untold() -> list[tuple[int, int]]:
    """Turn-ups whose connection notice is still to be printed and told, as (enterprise, key); asked by staff."""
    rows = TurnUp.objects.filter(decision=Decision.WAITING, noticed_at=None)
    return list(rows.order_by("enterprise_id", "pk").values_list("enterprise_id", "pk"))


def closes_at(order: Order, today: date) -> str:
    """When an order closes: terms.ACCEPTANCE or terms.FIRST_BILL, by the customer's region."""
    enterprise = get_enterprise(order.enterprise_id)
    is_latam = enterprise.region == Enterprise.Region.LATIN_AMERICA
    return str(termbook.value(terms.CLOSES_LATAM if is_latam else terms.CLOSES_NA, on=today, of=enterprise))


def notice_of(actor: Actor, order: Order, test: ActivationTest) -> dict[str, Any]:
    """What the connection notice says, from the data of the order's services as it is now; nothing of it is empty."""
    delivered = _services(actor, order)
    named: dict[int, list[Identifier]] = {}
    for each in of_enterprise(Identifier.objects, actor).filter(service__in=delivered):
        named.setdefault(each.service_id, []).append(each)
    found = [{"service": each.number, **_about(each, named.get(each.pk, []))} for each in delivered]
    about = {name: found[0][name] if found else [] for name in ("identifiers", "technical")}
    return {**about, "others": found[1:], "measured": _measured(test), "contacts": _contacts(order)}


def _services(actor: Actor, order: Order) -> list[Service]:
    """The order's own, and those of its further items."""
    ordered = OrderItem.objects.filter(enterprise_id=order.enterprise_id, order=order, action=ItemAction.ADD)
    about = Q(pk=order.service_id) | Q(pk__in=ordered.values("service_id"))
    found = list(of_enterprise(Service.objects, actor).filter(about).order_by("pk"))
    return sorted(found, key=lambda each: each.pk != order.service_id)


# In the order in which people read them, the carrier's own first.
_KINDS = list(IdentifierKind.values)


def _about(service: Service, named: list[Identifier]) -> dict[str, Any]:
    """By what a service is called, and how it is set up."""
    known = [[each.kind, each.value] for each in sorted(named, key=lambda each: (_KINDS.index(each.kind), each.value))]
    paths = [["path", each] for each in cdn_paths((kind, value) for kind, value in known)]
    own = ["service", service.number]
    technical = {
        "bandwidth": service.bandwidth, "access": service.access_provider, "a_nid": service.a_nid,
        "a_demarcation": service.a_demarcation, "z_nid": service.z_nid, "z_demarcation": service.z_demarcation,
        "log_delivery": service.log_delivery,
    }  # fmt: skip
    return {
        "identifiers": [own, *(each for each in known if each != own), *paths],
        "technical": [[name, value] for name, value in technical.items() if value],
    }


def _measured(test: ActivationTest) -> list[list[str]]:
    names = ("loss_percent", "delay_ms", "jitter_ms", "throughput_mbps", "light_dbm")
    return [[name, f"{getattr(test, name)}"] for name in names if getattr(test, name) is not None]


def _contacts(order: Order) -> list[list[str]]:
    team = list_team(system(order.enterprise_id), order.account_id)
    people = [each.card for each in team]
    cards = {card.pk: card for card in (order.care_manager, *people) if card}
    return [[card.name, card.title, card.phone, card.email] for card in list(cards.values())[:6]]


def document_of(found: TurnUp) -> dict[str, Any]:
    """All that the connection notice's document shows, read now, because it is printed outside the scope."""
    test = of_enterprise(ActivationTest.objects, system(found.enterprise_id)).get(pk=found.test_id)
    return {"turn_up": found, "order": found.order, "service": found.service, "test": test, **spoken(found.notice)}


def spoken(notice: dict[str, Any]) -> dict[str, Any]:
    """The content of a notice with labels, said in the reader's language when it is shown."""
    return {
        **_labelled(notice),
        "others": [{"service": each["service"], **_labelled(each)} for each in notice.get("others", [])],
        "measured": [(LABELS.get(name, name), value) for name, value in notice.get("measured", [])],
        "contacts": notice.get("contacts", []),
    }


def _labelled(said: dict[str, Any]) -> dict[str, Any]:
    kinds = {**dict(IdentifierKind.choices), "service": _("Service ID"), "path": _("Path (/AG/SCID/NI)")}
    return {
        "identifiers": [(kinds.get(kind, kind), value) for kind, value in said.get("identifiers", [])],
        "technical": [(LABELS.get(name, name), value) for name, value in said.get("technical", [])],
    }


LABELS: dict[str, Text] = {
    "bandwidth": _("Bandwidth"),
    "access": _("Access through"),
    "a_nid": _("Network interface device, A end"),
    "a_demarcation": _("Demarcation, A end"),
    "z_nid": _("Network interface device, Z end"),
    "z_demarcation": _("Demarcation, Z end"),
    "log_delivery": _("Log delivery"),
    "loss_percent": _("Loss, %"),
    "delay_ms": _("Delay both ways, ms"),
    "jitter_ms": _("Jitter, ms"),
    "throughput_mbps": _("Throughput, Mbps"),
    "light_dbm": _("Light received, dBm"),
}
