"""What is asked of services that are there already, as each actor may see it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Account, Enterprise
from accounts.selectors import get_enterprise
from inventory.models import Product, Service, ServiceStatus, Site
from inventory.permissions import Permission as ServicePermission
from orders.contracts import rules
from orders.contracts import terms as names
from orders.models import (
    OF_SERVICES,
    ORDER_FLOW,
    Decision,
    Disconnect,
    Order,
    OrderedService,
    OrderStatus,
    OrderType,
    Transfer,
    Trial,
)
from orders.permissions import Permission
from portal import terms
from portal.actors import Actor
from portal.reading import joined
from portal.tenancy import of_enterprise, within_accounts

IN_USE = (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)


@dataclass(frozen=True)
class Estimate:
    """What disconnecting a service on a day would come to, with its working; amounts in the account's currency."""

    stops_on: date
    earliest_on: date
    cancel_by_on: date
    contract_ends_on: date | None
    months: int
    monthly: Decimal
    percent: Decimal
    fee: Decimal
    currency: str
    notice_days: int
    keep_days: int

    @property
    def seen(self) -> str:
        """What somebody has seen of it who sends it: another day or another fee is another thing."""
        return f"{self.stops_on:%Y-%m-%d} {self.fee}"


def today_of(enterprise: Enterprise, at: datetime) -> date:
    """Which day it is for the customer."""
    return at.astimezone(ZoneInfo(enterprise.time_zone)).date()


def estimate(service: Service, *, stops_on: date | None, at: datetime) -> Estimate:
    """As the terms of the customer say today; without a day, for the earliest."""
    enterprise = get_enterprise(service.enterprise_id)
    today = today_of(enterprise, at)
    asked = [names.NOTICE, names.CANCEL, names.SHORT, names.MIDDLE, names.LONG]
    book = terms.book(enterprise, on=today, names=asked)
    earliest = rules.earliest_stop(today, book.value(names.NOTICE))
    stops = stops_on or earliest
    share = names.SHORT if service.term_months <= 12 else names.MIDDLE if service.term_months <= 36 else names.LONG
    percent, months = Decimal(book.value(share)), rules.months_left(stops, service.contract_ends_on)
    currency, keep_days = service.account.currency, book.value(names.CANCEL)
    return Estimate(
        stops_on=stops,
        earliest_on=earliest,
        cancel_by_on=max(today, rules.earliest_stop(stops, -keep_days)),
        contract_ends_on=service.contract_ends_on,
        months=months,
        monthly=service.monthly,
        percent=percent if months else Decimal(0),
        fee=rules.early_fee(service.monthly, months=months, percent=percent, currency=currency),
        currency=currency,
        notice_days=book.value(names.NOTICE),
        keep_days=keep_days,
    )


def get_service(actor: Actor, pk: int, permission: str) -> Service | None:
    """A service that the actor may see, and of which they may ask this."""
    rows = within_accounts(of_enterprise(Service.objects, actor), actor, permission)
    rows = within_accounts(rows, actor, ServicePermission.SERVICE_VIEW)
    return rows.select_related("account", "product", "a_site", "z_site").filter(pk=pk).first()


def open_orders(enterprise_id: int) -> QuerySet[Order]:
    """What is under way about services that are there already."""
    rows = Order.objects.filter(enterprise_id=enterprise_id, status__in=ORDER_FLOW.open_states())
    return rows.filter(type__in=OF_SERVICES)


def open_order_of(service: Service) -> Order | None:
    """The order that is being done about a service, if there is one: by itself, or among others."""
    found = open_orders(service.enterprise_id)
    return found.filter(Q(service=service) | Q(lines__service=service)).order_by("pk").first()


def without_order(services: QuerySet[Service]) -> QuerySet[Service]:
    """Those about which nothing is under way."""
    mine = Order.objects.filter(
        enterprise_id=OuterRef("enterprise_id"), status__in=ORDER_FLOW.open_states(), type__in=OF_SERVICES
    )
    by_itself, among_others = mine.filter(service_id=OuterRef("pk")), mine.filter(lines__service_id=OuterRef("pk"))
    return services.filter(~Exists(by_itself), ~Exists(among_others))


def renewable(actor: Actor, service: Service) -> dict[str, list[Service]]:
    """What can be renewed together with a service: it alone, all of its master contract, all of its account."""
    rows = within_accounts(of_enterprise(Service.objects, actor), actor, Permission.SERVICE_CHANGE)
    rows = without_order(rows.filter(status__in=IN_USE)).select_related("account", "product").order_by("number")
    found = {"service": [service], "account": list(rows.filter(account_id=service.account_id))}
    if service.msa:
        under = Q(msa_number=service.msa) | Q(msa_number="", account__msa_number=service.msa)
        found["msa"] = list(rows.filter(under))
    return found


def find_account(actor: Actor, number: str) -> Account | None:
    """An account of the actor's enterprise, by its number; whoever is there may name one to give a service to."""
    rows: QuerySet[Account] = of_enterprise(Account.objects, actor)
    return rows.filter(number=number.strip().upper()).first() or rows.filter(number=number.strip()).first()


# --- what the order's page shows ----------------------------------------------------------------


def get_disconnect(actor: Actor, order: Order) -> Disconnect | None:
    return of_enterprise(Disconnect.objects, actor).filter(order=order).first()


def get_transfer(actor: Actor, order: Order) -> Transfer | None:
    return of_enterprise(Transfer.objects, actor).filter(order=order).select_related("target").first()


def get_trial(actor: Actor, order: Order) -> Trial | None:
    return of_enterprise(Trial.objects, actor).filter(order=order).first()


def list_lines(actor: Actor, order: Order) -> QuerySet[OrderedService]:
    """The services that an order is about, as far as the actor reaches their accounts."""
    rows = of_enterprise(OrderedService.objects, actor).filter(order=order)
    rows = within_accounts(rows, actor, Permission.ORDER_VIEW, path="service__account_id")
    rows = joined(rows, "service", "number", "account", "bandwidth", "contract_ends_on")
    rows = joined(rows, "service__account", *Account.BRIEF).select_related("a_site", "z_site")
    return rows.order_by("service__number")


def list_waiting_transfers(actor: Actor) -> QuerySet[Transfer]:
    """Transfers to an account of the actor's that wait for somebody of that account."""
    rows = of_enterprise(Transfer.objects, actor).filter(taken_at=None, order__status__in=ORDER_FLOW.open_states())
    mine = within_accounts(rows, actor, Permission.SERVICE_CHANGE, path="target_id")
    return mine.select_related("order", "service__product", "target").order_by("effective_on", "pk")


# --- what is due, across enterprises; asked as staff ------------------------------------------------


def list_due(on: date) -> list[tuple[str, int, int]]:
    """What may have come to its day anywhere: a kind, the enterprise, and the key of the order."""
    active = [each for each in ORDER_FLOW.open_states() if each != OrderStatus.DRAFT]
    rows: list[tuple[str, int, int]] = []
    for kind, found in (
        ("disconnect", Disconnect.objects.filter(stops_on__lte=on, order__status__in=active)),
        (
            "transfer",
            Transfer.objects.filter(Q(effective_on__lte=on) | Q(answer_by_on__lte=on), order__status__in=active),
        ),
        ("trial", Trial.objects.filter(became="", order__status=OrderStatus.COMPLETED)),
        ("change", OrderedService.objects.filter(_is_done, applied_at=None)),
    ):
        keys = found.order_by("enterprise_id", "order_id").values_list("enterprise_id", "order_id").distinct()
        rows += [(kind, enterprise_id, pk) for enterprise_id, pk in keys[:5000]]
    begun = Order.objects.filter(_has_begun, type=OrderType.NEW, begun_at=None, submitted_at__isnull=False)
    rows += [("begun", *keys) for keys in begun.order_by("pk").values_list("enterprise_id", "pk")[:5000]]
    return rows


_ACCEPTED = (Decision.ACCEPTED, Decision.SILENT)
# Where an order stays open for its first invoice, what was accepted is in use all the same.
_is_done = Q(order__status=OrderStatus.COMPLETED) | Q(
    order__status__in=ORDER_FLOW.open_states(), order__turn_ups__decision__in=_ACCEPTED
)
_has_begun = Q(status=OrderStatus.COMPLETED) | Q(
    status__in=ORDER_FLOW.open_states(), commenced_on__isnull=False, service__status=ServiceStatus.ACTIVE
)


def list_ending(first: date, last: date) -> list[int]:
    """The enterprises in which a contract ends between two days."""
    rows = Service.objects.filter(status__in=IN_USE, contract_ends_on__range=(first, last))
    return sorted(set(rows.order_by().values_list("enterprise_id", flat=True).distinct()))


def ending_between(actor: Actor, first: date, last: date) -> QuerySet[Service]:
    """Services whose term ends between two days, and about which nothing is under way."""
    rows = of_enterprise(Service.objects, actor).filter(status__in=IN_USE, contract_ends_on__range=(first, last))
    return without_order(rows).select_related("account").order_by("account_id", "contract_ends_on", "number")


def codes_of_sites(enterprise_id: int, keys: list[int]) -> dict[int, str]:
    """The keys by which the carrier knows sites."""
    return dict(Site.objects.filter(enterprise_id=enterprise_id, pk__in=keys).values_list("pk", "code"))


def list_sites(actor: Actor) -> QuerySet[Site]:
    """The places of an enterprise."""
    rows: QuerySet[Site] = of_enterprise(Site.objects, actor)
    return rows.order_by("name", "city", "pk")


def count_trials(actor: Actor) -> int:
    """How many trials of the enterprise are asked for or going on."""
    rows = of_enterprise(Trial.objects, actor).filter(became="")
    over = {OrderStatus.CANCELLED, OrderStatus.REJECTED}
    return rows.exclude(order__status__in=over).count()


def get_transfer_by_number(actor: Actor, number: str) -> Transfer | None:
    """A transfer, for those who see its order and for those who may answer for the account that it goes to."""
    rows = of_enterprise(Transfer.objects, actor).filter(order__number=number)
    gives = within_accounts(rows, actor, Permission.ORDER_VIEW, path="order__account_id")
    takes = within_accounts(rows, actor, Permission.SERVICE_CHANGE, path="target_id")
    found = rows.filter(Q(pk__in=gives.values("pk")) | Q(pk__in=takes.values("pk")))
    return found.select_related("order__account", "service__product", "target").first()


def get_account(actor: Actor, number: str) -> Account | None:
    """An account on which the actor may place orders, by its number."""
    rows = within_accounts(of_enterprise(Account.objects, actor), actor, Permission.ORDER_CREATE, path="pk")
    return rows.filter(number=number).first()


def list_accounts(actor: Actor) -> QuerySet[Account]:
    """The accounts on which the actor may place orders."""
    rows = within_accounts(of_enterprise(Account.objects, actor), actor, Permission.ORDER_CREATE, path="pk")
    return rows.order_by("number")


def list_products() -> QuerySet[Product]:
    """What can be tried out: all but what is priced case by case."""
    return Product.objects.filter(is_icb=False).order_by("name")
