"""products.csv, sites.csv and services.csv."""

from collections.abc import Sequence

from inventory.models import Family, Product, Service, ServiceStatus, Site
from portal.loading.batches import Checking
from portal.loading.cells import CODE, COUNTRY, DATE, WORDS, one_of, whole
from portal.loading.tables import Column, Reference, Row, Table

_ENTERPRISE = Reference("enterprise", CODE, "Whose it is.", is_required=True, to="enterprises")


def _spans(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        status = row.values.get("status", ServiceStatus.PENDING)
        started, ended = row.values.get("started_on"), row.values.get("ended_on")
        if ended and (started is None or ended < started):
            checking.fault(row, "ended_on", f"{ended} is before started_on ({started or 'empty'})")
        if (status == ServiceStatus.TERMINATED) != bool(ended):
            checking.fault(row, "ended_on", f"a service that is {status} has {'no' if ended else 'an'} ended_on")
        if status != ServiceStatus.PENDING and not started:
            checking.fault(row, "started_on", f"is empty; a service that is {status} has a date")


FILES = (
    Table(
        "products",
        "The catalogue.",
        Product,
        (
            Column("code", CODE, "The carrier's key of the product.", is_required=True),
            Column("name", WORDS, "The product in the customer's words.", is_required=True),
            Column("family", one_of(Family), "What kind of product.", is_required=True),
            Column("interval_days", whole(1, 400), "Standard interval in business days.", default=30),
        ),
        key=("code",),
        is_required=True,
    ),
    Table(
        "sites",
        "The customers' places.",
        Site,
        (
            _ENTERPRISE,
            Column("code", CODE, "The key of the site within the enterprise.", is_required=True),
            Column("name", WORDS, "What the customer calls it.", is_required=True),
            Column("street", WORDS, "Street and number."),
            Column("city", WORDS, "City.", is_required=True),
            Column("region", WORDS, "State, province or department."),
            Column("postcode", WORDS, "Postal code."),
            Column("country", COUNTRY, "Country.", is_required=True),
        ),
        key=("enterprise", "code"),
    ),
    Table(
        "services",
        "Circuits, ports and subscriptions.",
        Service,
        (
            _ENTERPRISE,
            Column("number", CODE, "Circuit or service ID, as people quote it.", is_required=True),
            Reference("product", CODE, "What it is.", is_required=True, to="products"),
            Reference("account", CODE, "Who pays.", is_required=True, to="accounts", within=("enterprise",)),
            Reference("a_site", CODE, "Where it is, or begins.", to="sites", within=("enterprise",)),
            Reference("z_site", CODE, "Where it ends.", to="sites", within=("enterprise",)),
            Column("bandwidth", WORDS, "As the customer reads it: 10 Gbps."),
            Column("alias", WORDS, "The customer's own name for it.", is_first_time_only=True),
            Column("status", one_of(ServiceStatus), "Where it stands.", default="pending", is_first_time_only=True),
            Column("started_on", DATE, "When it began.", default=None, is_first_time_only=True),
            Column("ended_on", DATE, "When it ended.", default=None, is_first_time_only=True),
        ),
        key=("enterprise", "number"),
        checks=(_spans,),
    ),
)
