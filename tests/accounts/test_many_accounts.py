"""Many accounts from one file: read however it was saved, shown row by row, written as it was shown or not at all."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account
from tests import make
from tests.faces import as_staff, inside

HEADER = "number,name,currency,address,delivery,payment_days,contract_starts_on"
ROWS = ['5-A1,Head office,USD,"1 Mill Road\nDuluth, MN",paper,45,2026-01-01', "5-A2,São Paulo filial,BRL,,,,"]


@pytest.fixture
def desk(client_of, acme):
    person = make.staff("Dora Brandt", "billing_analyst")
    make.team(acme, person, "billing_analyst")
    browser = client_of(person)
    browser.get(f"/e/{acme.public_id}/")
    return browser


@pytest.fixture
def send(desk, acme):
    def upload(content, name="accounts.csv"):
        content = content if isinstance(content, bytes) else content.encode()
        return desk.post(f"/e/{acme.public_id}/accounts/many/", {"file": SimpleUploadedFile(name, content)})

    return upload


@pytest.fixture
def confirm(desk, acme):
    def write(page):
        sealed = html.unescape(re.search(r'name="sealed" value="([^"]+)"', page.text)[1])
        return desk.post(f"/e/{acme.public_id}/accounts/many/", {"sealed": sealed})

    return write


def made():
    with as_staff():
        return {each.number: each for each in Account.objects.filter(number__startswith="5-A")}


def table(*rows, separator=",", header=HEADER):
    return "\r\n".join([header, *rows]).replace(",", separator) + "\r\n"


def test_what_was_shown_is_written_and_nothing_before(acme, send, confirm):
    page = send(table(*ROWS))
    assert page.status_code == 200 and "2 accounts would be added" in page.text and "São Paulo filial" in page.text
    assert made() == {}
    assert confirm(page).status_code == 302
    first, second = made()["5-A1"], made()["5-A2"]
    assert (first.delivery, first.payment_days, first.address) == ("paper", 45, "1 Mill Road\nDuluth, MN")
    assert (second.delivery, second.currency, second.enterprise_id) == ("electronic", "BRL", acme.pk)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_is_read_however_a_spreadsheet_saved_it(send, confirm, encoding, separator):
    page = send(table(ROWS[1], separator=separator).encode(encoding))
    assert page.status_code == 200 and "São Paulo filial" in page.text
    assert ("Western European" in page.text) == (encoding == "cp1252")
    assert confirm(page).status_code == 302
    assert made()["5-A2"].name == "São Paulo filial"


def test_what_is_wrong_is_said_by_line_and_column_and_nothing_is_written(acme, acme_main, borealis_main, send):
    rows = ["5-A1,Good,USD,,,,", "5-A1,Twice,USD,,,,", "7-BOR1A,Taken,USD,,,,", "5-A4,,US,,pigeon,-3,01/02/2026",
            "5-A5,=cmd|'/c calc'!A1,USD,,,,", "5-A6,short"]  # fmt: skip
    page = send(table(*rows))
    assert page.status_code == 422 and 'name="sealed"' not in page.text
    found = re.findall(r'card-lead">(\d+)</th><td[^>]*>(?:<code>(\w+)</code>)?', page.text)
    assert {("3", "number"), ("4", "number"), ("5", "name"), ("5", "currency"), ("5", "delivery"),
            ("5", "payment_days"), ("5", "contract_starts_on"), ("6", "name"), ("7", "")} <= set(found)  # fmt: skip
    assert "begins like a formula" in page.text and made() == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"number,name\r\n", "no row below"),
        (b"name\r\nx\r\n", "missing: number"),
        (b"number,name,colour\r\n1,x,red\r\n", "not known: “colour”"),
        (b"number,name,name\r\n1,x,y\r\n", "twice"),
        (b'number,name\r\n1,"x\r\n', "not CSV"),
        (b"PK\x03\x04\x00\x00", "not a CSV file"),
        (table(*[f"5-A{n:03},N,USD,,,," for n in range(101)]).encode(), "more than 100 rows"),
        (b"number,name\r\n" + b"x" * 1_000_001, "larger than"),
    ],
)  # fmt: skip
def test_what_is_no_such_table_is_refused_in_words(send, content, said):
    page = send(content)
    assert page.status_code == 422 and said in html.unescape(page.text).replace("\xa0", " ")
    assert made() == {}


def test_a_preview_that_was_tampered_with_writes_nothing(desk, acme, send):
    page = send(table(*ROWS))
    sealed = html.unescape(re.search(r'name="sealed" value="([^"]+)"', page.text)[1])
    for wrong in ("", "nonsense", sealed[:-2] + "xx"):
        assert desk.post(f"/e/{acme.public_id}/accounts/many/", {"sealed": wrong}).status_code == 422
    assert made() == {}


def test_a_preview_of_one_customer_is_not_written_for_another(desk, client_of, acme, borealis, send):
    with as_staff():
        from accounts.models import StaffMember

        person = StaffMember.objects.get(card__name="Dora Brandt").user
    make.team(borealis, person, "billing_analyst")
    sealed = html.unescape(re.search(r'name="sealed" value="([^"]+)"', send(table(*ROWS)).text)[1])
    assert desk.post(f"/e/{borealis.public_id}/accounts/many/", {"sealed": sealed}).status_code == 422
    assert made() == {}


def test_a_number_taken_since_the_preview_stops_the_whole_file(acme, borealis, send, confirm):
    page = send(table(*ROWS))
    make.account(borealis, "Quicker", number="5-A2")
    answer = confirm(page)
    assert answer.status_code == 422 and "account of this number already" in answer.text
    assert set(made()) == {"5-A2"}
    with inside(acme):
        assert not Account.objects.filter(number__startswith="5-A", enterprise=acme).exists()


def test_the_template_is_read_back_as_it_is(desk, acme, send):
    sample = desk.get(f"/e/{acme.public_id}/accounts/many/template.csv")
    assert sample["Content-Disposition"].startswith("attachment")
    assert "1 account would be added" in send(sample.content).text


def test_who_may_not_add_accounts_is_refused(client_of, acme, carol, alice):
    browser = client_of(carol)
    browser.get(f"/e/{acme.public_id}/")
    there = f"/e/{acme.public_id}/accounts/many/"
    assert browser.post(there, {"file": SimpleUploadedFile("a.csv", table(*ROWS).encode())}).status_code == 403
    assert client_of(alice).get(there).status_code == 404
    assert made() == {}
