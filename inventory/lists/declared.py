"""The list of services as it is declared: sorts, filters, its file, and what can be done with chosen rows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import in_group
from inventory import selectors
from inventory.models import Access, Family, IdentifierKind, Service, ServiceStatus, TieKind
from inventory.permissions import Permission
from portal.csvfile import csv_response
from portal.exports import ExportKind
from portal.http import ActorRequest
from portal.listing import Action, Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort
from portal.loading.cells import countries
from portal.suggestions import countries as find_countries

IN_USE = "in-use"


def _by_status(rows: QuerySet[Service], value: str) -> QuerySet[Service]:
    if value == IN_USE:
        return rows.exclude(status__in=[ServiceStatus.PENDING, ServiceStatus.TERMINATED])
    return rows.filter(status=value)


def _by_account(rows: QuerySet[Service], value: str) -> QuerySet[Service]:
    typed = " ".join(value.split())
    return rows.filter(account__number__in={typed, typed.upper(), typed.replace(" ", "").upper()})


def _by_country(rows: QuerySet[Service], value: str) -> QuerySet[Service]:
    near = list(find_countries(countries())(value))
    return selectors.in_country(rows, near[0].value) if near else rows.none()


SERVICES = ListPage(
    sorts=[
        Sort("number", gettext_lazy("Number"), "number", column="service"),
        Sort("number-down", gettext_lazy("Number, last first"), "number", is_descending=True, column="service"),
        Sort("alias", gettext_lazy("Customer's own name"), "alias", column="alias"),
        Sort("alias-down", gettext_lazy("Own name, last first"), "alias", is_descending=True, column="alias"),
        Sort("ends", gettext_lazy("Contract ends first"), "contract_ends_on", column="ends", absent=date.max),
        Sort(
            "ends-down",
            gettext_lazy("Contract ends last"),
            "contract_ends_on",
            is_descending=True,
            column="ends",
            absent=date.max,
        ),
    ],
    filters=[
        Filter(
            "status",
            gettext_lazy("State"),
            _by_status,
            choices=[(IN_USE, gettext_lazy("All in use")), *ServiceStatus.choices],
        ),
        Filter(
            "family",
            gettext_lazy("Product"),
            lambda rows, value: rows.filter(product__family=value),
            choices=Family.choices,
        ),
        Filter(
            "access",
            gettext_lazy("Access"),
            lambda rows, value: rows.filter(access=value),
            choices=[
                (Access.ON_NET.value, gettext_lazy("On-net")),
                (Access.OFF_NET.value, gettext_lazy("Off-net")),
                (Access.CUSTOMER.value, gettext_lazy("Customer-provided (CPA)")),
            ],
        ),
        Filter("account", gettext_lazy("Account number"), _by_account),
        Filter("group", gettext_lazy("Account group"), in_group, suggest="accounts:suggest_groups"),
        Filter("place", gettext_lazy("Site or city"), selectors.at_place, hint="Denver"),
        Filter("country", gettext_lazy("Country"), _by_country, hint="MX"),
        Filter(
            "q",
            gettext_lazy("Any identifier"),
            selectors.by_identifier,
            hint=gettext_lazy("circuit, BTN, SCID, your name for it"),
        ),
        DateRange("ends", gettext_lazy("Contract ends"), "contract_ends_on", absent=date.max),
    ],
)


# For programs: pages show a product beside its services.
PRODUCTS = ListPage(
    sorts=[Sort("code", gettext_lazy("Key"), "code")],
    filters=[
        Filter(
            "family",
            gettext_lazy("Product"),
            lambda rows, value: rows.filter(family=value),
            choices=Family.choices,
        )
    ],
)


def export_header() -> list[str]:
    return [
        _("Service"), _("Customer's own name"), _("Product"), _("Family"), _("State"), _("Account"), _("Bandwidth"),
        _("A end"), _("A address"), _("Z end"), _("Z address"), _("Access"), _("Third party"),
        _("Started"), _("Ended"), _("Monthly (MRC)"), _("One-time (NRC)"), _("Currency"), _("Term in months"),
        _("Contract ends"), _("MSA"), *(str(each.label) for each in IdentifierKind), _("Diverse from"),
        _("Belongs together with"),
    ]  # fmt: skip


def export_rows(services: Iterable[Service]) -> list[list[Any]]:
    return [_export_row(each) for each in services]


def _export_row(each: Service) -> list[Any]:
    a, z = each.a_site, each.z_site
    names: dict[str, list[str]] = {}
    for name in each.identifiers.all():
        names.setdefault(name.kind, []).append(name.value)
    return [
        each.number, each.alias, each.product.name, each.product.get_family_display(), each.get_status_display(),
        each.account.number, each.bandwidth, a and a.name, a and a.address, z and z.name, z and z.address,
        each.get_access_display(), each.access_provider, each.started_on, each.ended_on, each.monthly, each.one_time,
        each.account.currency, each.term_months or None, each.contract_ends_on, each.msa,
        *("; ".join(names.get(kind, ())) for kind in IdentifierKind.values),
        _tied(each, TieKind.DIVERSE), _tied(each, TieKind.BUNDLE),
    ]  # fmt: skip


def _tied(service: Service, kind: str) -> str:
    others: list[str] = [n for tie in service.ties.all() if tie.kind == kind for n in tie.others]  # type: ignore[attr-defined]
    return "; ".join(dict.fromkeys(others))


SERVICES_EXPORT = ExportKind(
    name="services",
    title=gettext_lazy("Services"),
    permission=Permission.SERVICE_VIEW,
    page=SERVICES,
    rows=selectors.list_services_whole,
    header=export_header,
    cells=export_rows,
)


def _file_of(request: ActorRequest, rows: list[Any]) -> HttpResponse:
    name = f"{request.actor.enterprise_public_id}-services-{timezone.localdate():%Y-%m-%d}-chosen"
    return csv_response(name, export_header(), export_rows(rows))


SERVICE_LIST = Listing(
    name="services",
    title=gettext_lazy("Services"),
    page=SERVICES,
    permission=Permission.SERVICE_VIEW,
    url="services:list",
    export="services:export",
    bulk="services:chosen",
    actions=[Action("csv", gettext_lazy("Download these as CSV"), "download", _file_of, Permission.SERVICE_VIEW)],
    nothing=Words(
        gettext_lazy("No services yet"),
        gettext_lazy(
            "As soon as the carrier has something for an account you may see, it stands here with its identifiers,"
            " sites and contract. If you miss one, ask your administrator, or call us on %(phone)s."
        ),
        icon="network",
    ),
    none_found=Words(
        gettext_lazy("No service answers to that"),
        gettext_lazy(
            "Any identifier will do, whole or its first four characters or more; blanks, dashes and case do not"
            " matter. Choose another state, product or place, or show all."
        ),
    ),
)
