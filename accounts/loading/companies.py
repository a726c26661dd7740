"""enterprises.csv and accounts.csv."""

from collections.abc import Sequence

from accounts.models import Account, CustomerNumber, Delivery, Enterprise
from portal import locator
from portal.loading.batches import Batch, Checking
from portal.loading.cells import (
    CODE,
    COUNTRY,
    CURRENCY,
    DATE,
    FLAG,
    LANGUAGE,
    LINES,
    PHONE,
    SLUG,
    TIME_ZONE,
    WORDS,
    one_of,
    whole,
)
from portal.loading.places import locate, owners
from portal.loading.tables import Column, Reference, Row, Table

ENTERPRISE = Reference("enterprise", SLUG, "Whose it is.", is_required=True, to="enterprises")
ACCOUNT = Reference("account", CODE, "One account, or empty for all of them.", to="accounts", within=("enterprise",))


def _enterprises_apart(checking: Checking, rows: Sequence[Row]) -> None:
    """A public identifier is one enterprise's at the carrier, capitals aside."""
    hashes = {row.line: locator.key_hash(locator.ENTERPRISE, row.values["public_id"]) for row in rows}
    taken, house = owners(list(hashes.values())), locator.house_id()
    ids = checking.load.keys.find("enterprises", [(row.values["public_id"],) for row in rows])
    for row in rows:
        owner = taken.get(hashes[row.line])
        if owner == house:
            checking.fault(row, "public_id", f"“{row.values['public_id']}” is the carrier's own")
        elif owner is not None and ids.get((row.values["public_id"],)) != owner:
            checking.fault(row, "public_id", f"“{row.values['public_id']}” is here already, in other capitals")


def _accounts_apart(checking: Checking, rows: Sequence[Row]) -> None:
    """An account number is one enterprise's; accounts do not move from one to another by loading."""
    hashes = {row.line: locator.key_hash(locator.ACCOUNT, row.values["number"]) for row in rows}
    taken = owners(list(hashes.values()))
    ids = checking.load.keys.find("enterprises", [(row.values["enterprise"],) for row in rows])
    for row in rows:
        owner = taken.get(hashes[row.line])
        if owner is not None and ids.get((row.values["enterprise"],)) != owner:
            checking.fault(row, "number", f"“{row.values['number']}” is an account of another enterprise already")


def _numbers_apart(checking: Checking, rows: Sequence[Row]) -> None:
    """A customer number is one enterprise's at the carrier."""
    hashes = {row.line: locator.key_hash(locator.CUSTOMER_NUMBER, row.values["number"]) for row in rows}
    taken = owners(list(hashes.values()))
    ids = checking.load.keys.find("enterprises", [(row.values["enterprise"],) for row in rows])
    for row in rows:
        owner = taken.get(hashes[row.line])
        if owner is not None and ids.get((row.values["enterprise"],)) != owner:
            checking.fault(row, "number", f"“{row.values['number']}” is another enterprise's already")


def _locate_numbers(batch: Batch) -> None:
    rows = zip(batch.rows, batch.ids_of("enterprise"), batch.ids, strict=True)
    locate(
        [
            locator.row(
                locator.CUSTOMER_NUMBER,
                row.values["number"],
                enterprise_id=int(owner or 0),
                target_id=pk,
                is_exclusive=True,
            )
            for row, owner, pk in rows
        ]
    )


def _locate_enterprises(batch: Batch) -> None:
    locate(
        [
            locator.row(locator.ENTERPRISE, row.values["public_id"], enterprise_id=pk, is_exclusive=True)
            for row, pk in zip(batch.rows, batch.ids, strict=True)
        ]
    )


def _locate_accounts(batch: Batch) -> None:
    enterprises = batch.ids_of("enterprise")
    locate(
        [
            locator.row(
                locator.ACCOUNT, row.values["number"], enterprise_id=int(owner or 0), target_id=pk, is_exclusive=True
            )
            for row, owner, pk in zip(batch.rows, enterprises, batch.ids, strict=True)
        ]
    )


ENTERPRISES = Table(
    "enterprises",
    "The customer companies. Each is a tenant.",
    Enterprise,
    (
        Column("public_id", SLUG, "The enterprise ID, as it stands in addresses.", is_required=True),
        Column("legal_name", WORDS, "Registered name.", is_required=True),
        Column("custom_name", WORDS, "The name they go by.", is_first_time_only=True),
        Column("segment", one_of(Enterprise.Segment), "How they are served.", default="enterprise"),
        Column("region", one_of(Enterprise.Region), "Where they are served.", default="na"),
        Column("country", COUNTRY, "Seat.", default="US"),
        Column("language", LANGUAGE, "The company's language.", default="en"),
        Column("time_zone", TIME_ZONE, "The company's time zone.", default="America/Chicago"),
        Column(
            "self_registration",
            FLAG,
            "Whether colleagues may register by themselves.",
            default=True,
            field="is_self_registration_open",
            is_first_time_only=True,
        ),
        Column(
            "holding",
            FLAG,
            "Whether accounts wait in it until somebody claims them: nobody is ever in it.",
            default=False,
            field="is_holding",
            is_first_time_only=True,
        ),
    ),
    key=("public_id",),
    is_required=True,
    alone=("public_id",),
    checks=(_enterprises_apart,),
    afterwards=(_locate_enterprises,),
)
ACCOUNTS = Table(
    "accounts",
    "Billing accounts: what an invoice is addressed to. A number is one enterprise's at the carrier.",
    Account,
    (
        ENTERPRISE,
        Column("number", CODE, "Account number.", is_required=True),
        Column("name", WORDS, "Account name.", is_required=True),
        Column("btn", PHONE, "Billing telephone number."),
        Column("currency", CURRENCY, "What it is billed in.", default="USD", is_first_time_only=True),
        Column("tax_id", WORDS, "Tax number, as it is printed."),
        Column("address", LINES, "Postal address for invoices."),
        Column("country", COUNTRY, "Country of the address.", default="US"),
        Column("po_reference", WORDS, "Purchase order printed on invoices."),
        Column("alias", WORDS, "The customer's own name for it.", is_first_time_only=True),
        Column("service_address", LINES, "Where its services mostly are."),
        Column(
            "delivery", one_of(Delivery), "How invoices are delivered.", default="electronic", is_first_time_only=True
        ),
        Column("payment_days", whole(0, 365), "Net days of this account alone; empty as the terms bind.", default=None),
        Column("msa_number", CODE, "Number of the master service agreement."),
        Column("msa_on", DATE, "When it was signed.", default=None),
        Column("contract_starts_on", DATE, "First day of the contract.", default=None),
        Column("contract_ends_on", DATE, "Last day of the contract.", default=None),
    ),
    key=("enterprise", "number"),
    is_required=True,
    alone=("number",),
    checks=(_accounts_apart,),
    afterwards=(_locate_accounts,),
)
CUSTOMER_NUMBERS = Table(
    "customer_numbers",
    "Numbers by which the carrier's other systems know an enterprise; each is one enterprise's.",
    CustomerNumber,
    (
        ENTERPRISE,
        Column("number", CODE, "Customer number.", is_required=True),
        Column("note", WORDS, "What it is for."),
    ),
    key=("enterprise", "number"),
    alone=("number",),
    checks=(_numbers_apart,),
    afterwards=(_locate_numbers,),
)
