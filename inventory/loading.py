"""products.csv to hops.csv: the catalogue, the customers' sites and services, and what services ride on."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from inventory.models import (
    Access,
    ElementKind,
    Family,
    Hop,
    Identifier,
    IdentifierKind,
    NetworkElement,
    Product,
    ProductPrice,
    ProductQuestion,
    QuestionKind,
    Service,
    ServiceStatus,
    Site,
    SiteContact,
    Tie,
    TieKind,
)
from portal.loading.batches import Checking
from portal.loading.cells import (
    AMOUNT,
    CODE,
    COUNTRY,
    CURRENCY,
    DATE,
    EMAIL,
    FLAG,
    PHONE,
    SLUG,
    WORDS,
    Cell,
    one_of,
    whole,
)
from portal.loading.faults import Wrong
from portal.loading.tables import Column, Reference, Row, Table

_ENTERPRISE = Reference("enterprise", CODE, "Whose it is.", is_required=True, to="enterprises")
_SERVICE = Reference("service", CODE, "Of which service.", is_required=True, to="services", within=("enterprise",))
_LARGEST = 2_147_483_647


def _degrees(most: int) -> Cell:
    def read(value: str, today: date) -> Decimal:
        if not re.fullmatch(r"-?\d{1,3}(\.\d{1,6})?", value, re.ASCII) or abs(Decimal(value)) > most:
            raise Wrong(f"“{value}” is not degrees from -{most} to {most} as 39.739236")
        return Decimal(value)

    return Cell("degrees (WGS 84) as 39.739236, south and west below zero", read)


def _read_choices(value: str, today: date) -> list[str]:
    found = [each.strip() for each in value.split("|")]
    if len(found) < 2 or "" in found or len(set(found)) < len(found):
        raise Wrong(f"“{value}” is not two or more different choices as LC | SC")
    return found


_CHOICES = Cell("choices, separated by |: LC | SC", _read_choices)


def _expedites(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        shortest, interval = row.values.get("shortest_days"), row.values.get("interval_days", 30)
        if shortest is not None and shortest > interval:
            checking.fault(row, "shortest_days", f"{shortest} is more than the standard interval, {interval}")


def _questions(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        is_choice, choices = row.values.get("kind") == QuestionKind.CHOICE, row.values.get("choices")
        if is_choice != bool(choices):
            checking.fault(row, "choices", "is empty" if is_choice else "is filled, but the kind is no choice")
        least, most = row.values.get("least"), row.values.get("most")
        if least is not None and most is not None and least > most:
            checking.fault(row, "most", f"{most} is less than least, {least}")


def _coordinates(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        if (row.values.get("latitude") is None) != (row.values.get("longitude") is None):
            checking.fault(row, "longitude", "latitude and longitude are both given, or neither")


_ENDED = {ServiceStatus.TERMINATED, ServiceStatus.ENDING}


def _spans(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        status = row.values.get("status", ServiceStatus.PENDING)
        started, ended = row.values.get("started_on"), row.values.get("ended_on")
        if ended and (started is None or ended < started):
            checking.fault(row, "ended_on", f"{ended} is before started_on ({started or 'empty'})")
        if (status in _ENDED) != bool(ended):
            checking.fault(row, "ended_on", f"a service that is {status} has {'no' if ended else 'an'} ended_on")
        if status != ServiceStatus.PENDING and not started:
            checking.fault(row, "started_on", f"is empty; a service that is {status} has a date")


def _third_parties(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        if row.values.get("access_provider") and row.values.get("access", Access.ON_NET) != Access.OFF_NET:
            checking.fault(row, "access_provider", "is filled, but the access is not off_net")


def _number(name: str, text: str) -> Column:
    return Column(name, whole(0, _LARGEST), text, default=None)


_CATALOGUE = (
    Table(
        "products",
        "The catalogue.",
        Product,
        (
            Column("code", CODE, "The carrier's key of the product.", is_required=True),
            Column("name", WORDS, "The product in the customer's words.", is_required=True),
            Column("family", one_of(Family), "What kind of product.", is_required=True),
            Column("interval_days", whole(1, 400), "Standard interval in business days.", default=30),
            Column("description", WORDS, "What it is, in a sentence."),
            Column("is_icb", FLAG, "Whether it is priced and dated case by case (ICB).", default=False),
            Column(
                "shortest_days",
                whole(1, 400),
                "The fewest business days that an expedite can bring it down to; empty where it cannot be expedited.",
                default=None,
            ),
            Column(
                "free_change_days",
                whole(0, 400),
                "Up to how many business days before its committed date an order may be changed for nothing.",
                default=5,
            ),
            Column("needs_dlr", FLAG, "Whether the customer uploads a design layout record (DLR).", default=False),
            Column(
                "sites_to_begin",
                whole(1, 99),
                "Of a VPN: how many sites of an order must be up before service, and billing, begin.",
                default=1,
            ),
        ),
        key=("code",),
        is_required=True,
        checks=(_expedites,),
    ),
    Table(
        "product_prices",
        "What products cost by the list, for one of each; what is not here is priced by the care manager.",
        ProductPrice,
        (
            Reference("product", CODE, "Of which product.", is_required=True, to="products"),
            Column("bandwidth", WORDS, "At which bandwidth, as `10 Gbps`; empty for any."),
            Column("currency", CURRENCY, "In which currency.", is_required=True),
            Column("monthly", AMOUNT, "MRC.", default=0),
            Column("one_time", AMOUNT, "NRC.", default=0),
        ),
        key=("product", "bandwidth", "currency"),
    ),
    Table(
        "product_questions",
        "The technical questions that an order of a product asks.",
        ProductQuestion,
        (
            Reference("product", CODE, "Of which product.", is_required=True, to="products"),
            Column("key", SLUG, "The key of the answer.", is_required=True),
            Column("position", whole(0, 999), "In which order they are asked.", default=0),
            Column("kind", one_of(QuestionKind), "What an answer is.", default="text"),
            Column("words", WORDS, "The question in English.", is_required=True),
            Column("words_es", WORDS, "The question in Spanish."),
            Column("words_pt", WORDS, "The question in Portuguese."),
            Column("hint", WORDS, "An example of an answer."),
            Column("choices", _CHOICES, "What a choice is of.", default=[]),
            _number("least", "The least number, or the shortest text in characters."),
            _number("most", "The greatest number, or the longest text in characters."),
            Column("is_required", FLAG, "Whether it must be answered.", default=True),
        ),
        key=("product", "key"),
        checks=(_questions,),
    ),
)
_PLACES = (
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
            Column("latitude", _degrees(90), "Where it is, north or south.", default=None),
            Column("longitude", _degrees(180), "Where it is, east or west.", default=None),
        ),
        key=("enterprise", "code"),
        checks=(_coordinates,),
    ),
    Table(
        "site_contacts",
        "Whom to meet or call at a site.",
        SiteContact,
        (
            _ENTERPRISE,
            Reference("site", CODE, "At which site.", is_required=True, to="sites", within=("enterprise",)),
            Column("position", whole(1, 99), "In which order to try them.", default=1),
            Column("name", WORDS, "First and last name.", is_required=True),
            Column("role", WORDS, "What for, and when: keys, rack access, nights."),
            Column("phone", PHONE, "The site's phone."),
            Column("mobile", PHONE, "Their mobile phone."),
            Column("email", EMAIL, "Their mail address."),
        ),
        key=("enterprise", "site", "position"),
    ),
)
_SERVICES = Table(
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
        Column("ended_on", DATE, "When it ended, or will end.", default=None, is_first_time_only=True),
        Column("access", one_of(Access), "By whose network the site is reached.", default="on_net"),
        Column("access_provider", WORDS, "The third party, where the access is off_net."),
        Column("a_nid", WORDS, "Network interface device (NID) at the A end."),
        Column("a_demarcation", WORDS, "Where the carrier's part ends at the A end."),
        Column("z_nid", WORDS, "Network interface device (NID) at the Z end."),
        Column("z_demarcation", WORDS, "Where the carrier's part ends at the Z end."),
        Column("log_delivery", WORDS, "Where the logs of the service are delivered, and how."),
        Column("monthly", AMOUNT, "Monthly charge (MRC), in the account's currency.", default=Decimal(0)),
        Column("one_time", AMOUNT, "One-time charge (NRC), in the account's currency.", default=Decimal(0)),
        Column("term_months", whole(0, 240), "The term agreed, in months; 0 is month to month.", default=0),
        Column("contract_ends_on", DATE, "The last day of the term.", default=None),
        Column("msa_number", WORDS, "The master contract (MSA), where it is not the account's."),
    ),
    key=("enterprise", "number"),
    checks=(_spans, _third_parties),
)
_ABOUT_SERVICES = (
    Table(
        "identifiers",
        "What else services are called by, beside their number and the customer's own name.",
        Identifier,
        (
            _ENTERPRISE,
            _SERVICE,
            Column("kind", one_of(IdentifierKind), "Which identifier it is.", is_required=True),
            Column("value", WORDS, "The identifier, as people quote it.", is_required=True),
        ),
        key=("enterprise", "service", "kind", "value"),
    ),
    Table(
        "ties",
        "Services that are diverse from one another, or belong together: those with the same key of a kind.",
        Tie,
        (
            _ENTERPRISE,
            _SERVICE,
            Column("kind", one_of(TieKind), "What binds them.", is_required=True),
            Column("key", CODE, "The carrier's key of the pair or bundle.", is_required=True),
        ),
        key=("enterprise", "service", "kind", "key"),
    ),
    Table(
        "network_elements",
        "What of the carrier's own network services ride on. Customers never see it.",
        NetworkElement,
        (
            Column("code", CODE, "Its name in the carrier's inventory.", is_required=True),
            Column("kind", one_of(ElementKind), "What it is.", is_required=True),
            Column("place", WORDS, "Where it stands.", is_required=True),
            Column("country", COUNTRY, "Country."),
        ),
        key=("code",),
    ),
    Table(
        "hops",
        "The elements that a service rides on, from A to Z.",
        Hop,
        (
            _ENTERPRISE,
            _SERVICE,
            Column("position", whole(1, 999), "The how many-th it is.", is_required=True),
            Reference("element", CODE, "Which element.", is_required=True, to="network_elements"),
            Column("kind", one_of(ElementKind), "What the customer is told it is.", is_required=True),
            Column("place", WORDS, "What the customer may know of where it is.", is_required=True),
        ),
        key=("enterprise", "service", "position"),
    ),
)
FILES: tuple[Table, ...] = (*_CATALOGUE, *_PLACES, _SERVICES, *_ABOUT_SERVICES)
