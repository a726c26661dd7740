"""Every kind of fault is named by file, line and column, and then nothing is written."""

import re
from pathlib import Path

import pytest
from django.db import OperationalError, ProgrammingError

from portal.loading import run
from tests.loading.conftest import SMALL

pytestmark = pytest.mark.usefixtures("owner_who_writes_nothing")


def with_column(name: str, value: str) -> tuple[str, str]:
    """What the file of staff has before its roles, and the same with one column more."""
    head, row = "role,password,totp_secret\n", "cara@northvane.example,Cara Holm,Care manager,en es,"
    return f"{head}{row}", f"{name},{head}{row}{value},"


# file, what stands in it, what is put there instead, the fault from its line on
FAULTS = [
    ("accounts.csv", "name,currency", "nom,currency", r"1 nom: unknown column"),
    ("accounts.csv", "name,currency", "nom,currency", r"1 name: this column is missing"),
    ("accounts.csv", "currency,address", "name,address", r"1 name: this column stands twice"),
    ("sites.csv", "410001,DLH,Mill", "410001,DLH", r"2: has 4 cells, the header has 5"),
    ("sites.csv", "Duluth,US", "Duluth,USA", r"2 country: “USA” is not a country"),
    ("sites.csv", "Mill,Duluth", ",Duluth", r"2 name: is empty; expected text"),
    ("sites.csv", "410002,ANF", "410001,DLH", r"3 code: stands twice: line 2 has the same"),
    ("accounts.csv", "CLP", "PESOS", r"4 currency: “PESOS” is not a currency"),
    ("accounts.csv", "8-MOL1", "5-pin1", r"4 number: “5-pin1” is taken by line 2"),
    ("accounts.csv", "410002,", "410009,", r"4 enterprise: “410009” is unknown: expected a row"),
    ("enterprises.csv", "410002,", "house,", r"3 public_id: “house” is the carrier's own"),
    ("enterprises.csv", "410002,", "4100/02,", r"3 public_id: “4100/02” is not a key"),
    ("enterprises.csv", "Molinos Sur", "M" * 201, r"3 legal_name: is too long: 201 characters where 200"),
    ("products.csv", "wavelength\n", "waves\n", r"2 family: “waves” is not known; expected one of ip"),
    ("people.csv", ",en,another", ",fr,another", r"2 language: “fr” is not known; expected one of en, es, pt"),
    ("people.csv", "pat@pinefall.example", "pat", r"2 email: “pat” is not a mail address"),
    ("people.csv", "another-long-word", "short", r"2 password: This password is too short"),
    ("contacts.csv", "NOC,yes", "NOC,ja", r"2 wants_orders: “ja” is neither yes nor no"),
    ("grants.csv", "order.view", "order.burn", r"2 permission: “order.burn” is not known; .*order.view"),
    ("grants.csv", "5-PIN1", "8-MOL1", r"2 account: “8-MOL1” is not one of enterprise 410001"),
    ("grants.csv", "nils@", "pia@", r"2 person: “pia@pinefall.example” is not one of enterprise 410001"),
    ("team.csv", "cara@", "carl@", r"2 staff: “carl@northvane.example” is unknown: expected a row"),
    ("staff.csv", "care_manager", "care_boss", r"2 role: “care_boss” is not known; expected one of acc"),
    ("staff.csv", "JBSWY3DPEHPK3PXP", "0189", r"2 totp_secret: is not a TOTP secret"),
    ("staff.csv", "en es", "en xx", r"2 languages: “xx” is not known"),
    ("staff.csv", *with_column("works_on", "8-9"), r"2 works_on: “8-9” is not a list of weekdays as 1-5"),
    ("staff.csv", *with_column("works_from", "25:00"), r"2 works_from: “25:00” is not a time of day as 07:00"),
    ("services.csv", "2024-03-01", "01/03/2024", r"2 started_on: “01/03/2024” is not a date as 2026-05-31"),
    ("services.csv", "2024-03-01", "2024-02-30", r"2 started_on: “2024-02-30” is not a date"),
    ("services.csv", "2024-03-01", "1924-03-01", r"2 started_on: 1924-03-01 is not between 1980-01-01"),
    ("services.csv", "active,2024-03-01", "active,", r"2 started_on: is empty; a service that is active"),
    ("services.csv", "active,", "terminated,", r"2 ended_on: a service that is terminated has an ended_on"),
    ("orders.csv", "ORD-2026-00077", "ORD/77", r"2 number: “ORD/77” is not a number of letters"),
    ("orders.csv", "5-PIN1", "8-MOL1", r"2 account: “8-MOL1” is not one of enterprise 410001"),
    ("orders.csv", "2850.00", "2,850", r"2: has 11 cells"),
    ("orders.csv", "2850.00", "2850,00", r"2: has 11 cells"),
    ("orders.csv", "2850.00", "$2850", r"2 monthly: “\$2850” is not an amount as 2850.00"),
    ("orders.csv", "2850.00", "2850.005", r"2 monthly: 2850.005 has more than two decimals"),
    ("orders.csv", "2850.00", "-1", r"2 monthly: -1 is not between 0 and"),
    ("orders.csv", "2850.00", "99999999999", r"2 monthly: 99999999999 is not between 0 and"),
    ("orders.csv", "in_progress", "completed", r"2 completed_on: is empty; what is completed has a date"),
    ("orders.csv", "today-20", "today-99999", r"2 placed_on: today-99999 is not between"),
    ("milestones.csv", "today-18 14:20", "today+3", r"2 completed_at: \S+ is yet to come"),
    ("milestones.csv", "today-18 14:20", "today-18 25:20", r"2 completed_at: “25:20” is not a time"),
    ("milestones.csv", "design,in_progress", "design,completed", r"3 completed_at: is empty"),
    ("milestones.csv", "acknowledged,completed", "acknowledged,planned", r"2 completed_at: is filled, but"),
    ("milestones.csv", ",2,design", ",two,design", r"3 position: “two” is not a whole number from 1 to 99"),
    ("milestones.csv", ",2,design", ",1,design", r"3 position: stands twice: line 2 has the same"),
    ("milestones.csv", "00077,2", "00078,2", r"3 order: “ORD-2026-00078” is not one of enterprise 410001"),
    ("charges.csv", "Wavelength,", "Wave\x07,", r"2 text: holds a line break or a control character"),
    ("charges.csv", "text,amount,starts_on", "text,amount,ends_on,starts_on", r"2: has 7 cells, the header has 8"),
    ("charges.csv", "CH-1", '"CH-1', r"\d+: is not CSV"),
    ("accounts.csv", "USD", "KWD", r"2 currency: KWD has more than two decimals, and invoices keep two"),
    ("terms.csv", "45", "soon", r"2 value: “soon” is not a value"),
    ("terms.csv", "45", '"""soon"""', r"2 value: is not of the kind of 30 \(minutes\)"),
    ("terms.csv", "staff.visit_minutes", "staff.naps", r"2 name: “staff.naps” is not known"),
    ("services.csv", "started_on\n", "started_on,ended_on\n", r"2: has 7 cells, the header has 8"),
    ("enterprises.csv", "country\n410001,Pinefall Mills,US", "time_zone\n410001,Mills,CT", r"2 time_zone: “CT” is"),
    ("accounts.csv", "1 Mill Road", "1 Mill\x07Road", r"2 address: holds a control character; expected text"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "after", "fault"), FAULTS, ids=[f"{f[0]} {f[2][:20]!r}" for f in FAULTS])
def test_each_fault_is_named_and_nothing_is_written(folder, load, name, before, after, fault):
    assert before in SMALL[name]
    (folder / name).write_text(SMALL[name].replace(before, after, 1))

    done = load(folder)

    assert [line for line in done.faults if re.match(f"{name}:{fault}", line)], done.err
    assert re.fullmatch(r"\d+ faults?\. Nothing was loaded\.", done.refusal)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        (
            "services.csv",
            "enterprise,number,product,account,status,started_on,ended_on\n"
            "410001,X,wave-10g,5-PIN1,terminated,2025-03-01,2025-02-01\n",
            "services.csv:2 ended_on: 2025-02-01 is before started_on (2025-03-01)",
        ),
        (
            "charges.csv",
            "enterprise,code,account,text,amount,starts_on,ends_on\n410001,X,5-PIN1,X,1,2025-03-01,2025-02-01\n",
            "charges.csv:2 ends_on: 2025-02-01 is before starts_on (2025-03-01)",
        ),
    ],
)
def test_nothing_ends_before_it_begins(folder, load, name, content, fault):
    (folder / name).write_text(content)

    assert fault in load(folder).faults


def test_a_file_that_may_not_be_read(folder, load, monkeypatch):
    def refuse(path, *args, **kwargs):
        if path.name == "sites.csv":
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **kwargs)

    opened = Path.open
    monkeypatch.setattr(Path, "open", refuse)

    assert load(folder).faults == ["sites.csv: cannot be read: Permission denied"]


def test_one_fault_is_not_followed_by_others_that_are_its_fault(folder, load):
    (folder / "accounts.csv").write_text(SMALL["accounts.csv"].replace("USD", "DOLLARS"))

    assert len(load(folder).faults) == 1


def test_a_file_with_a_wrong_header_does_not_spoil_those_that_refer_to_it(folder, load):
    (folder / "orders.csv").write_text(SMALL["orders.csv"].replace("title", "subject"))

    assert {line.partition(":")[0] for line in load(folder).faults} == {"orders.csv"}


def test_all_faults_are_told_at_once(folder, load):
    (folder / "sites.csv").write_text(SMALL["sites.csv"].replace(",US", ",us"))
    (folder / "charges.csv").write_text(SMALL["charges.csv"].replace("2850.00", "much"))

    done = load(folder)

    assert [line.partition(" ")[0] for line in done.faults] == ["sites.csv:2", "charges.csv:2"]
    assert done.refusal == "2 faults. Nothing was loaded."


def test_the_list_ends_at_two_hundred(folder, load):
    (folder / "sites.csv").write_text(SMALL["sites.csv"] + "410001,X,Mill,Duluth,usa\n" * 500)

    done = load(folder)

    assert len(done.faults) == 200
    assert done.refusal == "200 faults (the first 200 are listed). Nothing was loaded."


def test_a_line_is_counted_as_an_editor_counts_it(folder, load):
    (folder / "accounts.csv").write_text(SMALL["accounts.csv"].replace("8-MOL1,Molinos,CLP", "8-MOL1,Molinos,CLP?"))

    # Line 2 goes on over line 3, where the address breaks.
    assert load(folder).faults[0].startswith("accounts.csv:4 currency")


def test_a_required_file_is_missed(folder, load):
    (folder / "accounts.csv").unlink()

    assert load(folder).faults == ["accounts.csv: this file is missing"]


def test_an_unknown_file_is_pointed_out(folder, load):
    (folder / "oders.csv").write_text("number\n1\n")

    assert load(folder).faults[0].startswith("oders.csv: unknown file; expected some of terms.csv, enterprises.csv")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "sites.csv:1: is empty; expected a header line: enterprise,code,name"),
        (b"enterprise;code;name;city;country\n", "sites.csv:1: the columns must be separated by commas"),
        ("enterprise,code,name,city,country\n410001,Q,Québec,Québec,CA\n".encode("latin-1"), "sites.csv: is not UTF-8"),
    ],
)
def test_a_file_that_is_no_csv_in_utf8_is_told_apart(folder, load, content, fault):
    (folder / "sites.csv").write_bytes(content)

    assert load(folder).faults[0].startswith(fault)


def test_a_folder_that_is_none(tmp_path, load):
    assert load(tmp_path / "nowhere").refusal.endswith("nowhere is not a folder. Nothing was loaded.")


def test_second_factors_are_refused_outside_the_demo(folder, load, settings):
    settings.DEMO = False

    assert load(folder).faults[0].startswith("staff.csv:2 totp_secret: is only taken in the demo")


def test_a_file_that_changes_while_it_is_loaded(folder, load, monkeypatch):
    written = run.write

    def spoil(load, table, rows):
        (folder / "charges.csv").write_text(SMALL["charges.csv"].replace("2850.00", "much"))
        return written(load, table, rows)

    monkeypatch.setattr(run, "write", spoil)

    assert load(folder).refusal == "charges.csv changed while it was being loaded. Nothing was loaded."


def test_a_row_that_goes_while_it_is_referred_to(folder, load, monkeypatch):
    written = run.write

    def spoil(load, table, rows):
        (folder / "sites.csv").write_text(SMALL["sites.csv"].replace("DLH", "DUL"))
        return written(load, table, rows)

    monkeypatch.setattr(run, "write", spoil)

    assert load(folder).refusal == "DLH of sites.csv went away while it was being loaded. Nothing was loaded."


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError, "The database does not answer: no luck"),
        (ProgrammingError, "The database is not ready: no luck"),
    ],
)
def test_a_database_that_fails_is_told_in_a_sentence(folder, load, monkeypatch, error, sentence):
    def fail():
        raise error("no luck\nand a second line")

    monkeypatch.setattr(run, "require_ready", fail)

    assert load(folder).refusal == sentence
