"""Documents without end: each ends itself alone, its reason is told, and the next one is printed."""

import os
import signal
import subprocess
import sys

import pytest
from django.core.files.storage import default_storage

from billing import selectors, services, tasks
from billing.models import Invoice
from portal import documents
from portal.documents import press as press_module
from portal.documents import printer
from portal.documents.press import Press, PrinterGone
from portal.models import Event
from tests import make
from tests.billing import builders as b
from tests.faces import as_staff, inside

NESTED_TABLES = "<table><tr><td>" * 400 + "deep" + "</td></tr></table>" * 400
SVG_BOMB = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><defs>'
    '<g id="a0"><rect width="1" height="1"/></g>'
    + "".join(f'<g id="a{n}">' + f'<use xlink:href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, 9))
    + '</defs><use xlink:href="#a8"/></svg>'
)
HUGE_IMAGE = (
    '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%2290000000%22'
    ' height=%2290000000%22%3E%3Crect width=%229%22 height=%229%22/%3E%3C/svg%3E">'
)
BILLION_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<p>&b;</p><style>"
    + "".join(f":root{{--v{n}: var(--v{n - 1}) var(--v{n - 1})}}" for n in range(1, 40))
    + "</style>"
)
HOSTILE = {
    "a table of a hundred thousand rows": "<table>" + "<tr><td>x</td><td>y</td></tr>" * 100_000 + "</table>",
    "tables in tables in tables": NESTED_TABLES,
    "a drawing that unfolds a hundred million times": SVG_BOMB,
    "an image larger than a field": HUGE_IMAGE,
    "a font larger than a house": "<style>p{font-size:9999999px}</style><p>x",
    "a page that needs a million others": "<style>p{break-after:page;height:1px}</style>" + "<p>x</p>" * 300_000,
    "styles that double forty times": BILLION_LAUGHS,
}


@pytest.fixture
def tight(settings):
    settings.PDF_SECONDS, settings.PDF_MEGABYTES = 3, 600


@pytest.fixture(scope="module")
def press():
    kept = Press()
    yield kept
    kept.close()


@pytest.fixture(autouse=True)
def _one_press(press, monkeypatch):
    monkeypatch.setattr(documents, "_press", press)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_ends_itself_alone(tight, press, name):
    """Refused or printed, but within its limits, and the same printer goes on."""
    documents.print_html("<html lang=en><p>before", {})
    before = press._process.pid
    try:
        pdf = documents.print_html(HOSTILE[name], {})
    except (documents.DocumentTooHeavy, documents.DocumentFailed):
        pdf = b"%PDF"
    assert pdf.startswith(b"%PDF")
    assert documents.print_html("<html lang=en><p>after", {}).startswith(b"%PDF")
    assert press._process.pid == before


def test_what_takes_too_long_is_said_in_seconds(settings):
    settings.PDF_SECONDS = 1
    with pytest.raises(documents.DocumentTooHeavy, match="longer than 1 seconds"):
        documents.print_html(HOSTILE["a table of a hundred thousand rows"], {})


def test_what_needs_too_much_memory_is_said_in_megabytes(settings):
    settings.PDF_MEGABYTES = 250
    with pytest.raises(documents.DocumentTooHeavy, match="more than 250 MB"):
        documents.print_html("<p>" + "many words " * 3_000_000, {})


def test_the_printer_has_no_secrets_and_no_connections(press, monkeypatch):
    monkeypatch.setenv("PORTAL_APP_PASSWORD", "canary-secret")
    press.close()
    documents.print_html("<html lang=en><p>x", {})
    root = f"/proc/{press._process.pid}"
    with open(f"{root}/environ", "rb") as file:
        environment = file.read()
    assert b"canary" not in environment and b"PASSWORD" not in environment and b"DATABASE_URL" not in environment
    links = [os.readlink(f"{root}/fd/{n}") for n in os.listdir(f"{root}/fd")]
    assert not [link for link in links if link.startswith("socket:")]


def test_a_killed_printer_is_replaced(press):
    documents.print_html("<html lang=en><p>x", {})
    first = press._process
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert documents.print_html("<html lang=en><p>x", {}).startswith(b"%PDF")
    assert press._process.pid != first.pid


def test_a_printer_that_ends_in_the_middle_is_said_and_replaced(monkeypatch):
    """The order is read, and nobody answers."""
    lost = Press((sys.executable, "-c", _HALF))
    with pytest.raises(PrinterGone):
        lost.print("<p>", {}, seconds=1, megabytes=600)
    assert lost._process is None
    monkeypatch.setattr(documents, "_press", lost)
    with pytest.raises(documents.DocumentsUnavailable):
        documents.print_html("<p>", {})


_HALF = """
import struct, sys
sys.stdout.buffer.write(struct.pack(">Q", 1) + b"R")
sys.stdout.buffer.flush()
sys.stdin.buffer.read(9)
"""


def test_a_printer_that_falls_silent_is_ended(monkeypatch):
    monkeypatch.setattr(press_module, "GRACE_SECONDS", 0)
    silent = Press((sys.executable, "-c", f"{_HALF}import time\ntime.sleep(60)"))
    with pytest.raises(PrinterGone, match="No answer in time"):
        silent.print("<p>", {}, seconds=1, megabytes=600)
    assert silent._process is None


def test_it_ends_with_its_owner():
    """Whoever kept the printer is killed: its input closes, and it goes too."""
    owner = subprocess.run(
        [sys.executable, "-c", _OWNER],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    pid = int(owner.stdout)
    process = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    assert process.stdout.strip() in {"", "Z"} or _ends(pid)


_OWNER = """
import os
from portal.documents.press import Press
press = Press()
press.print("<html lang=en><p>x", {}, seconds=30, megabytes=1024)
print(press._process.pid, flush=True)
os.kill(os.getpid(), 0)
os._exit(0)
"""


def _ends(pid):
    """Within a few seconds; a process that is somebody else's child can only be looked at."""
    import time

    for _ in range(100):
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.1)
    return False


# --- an invoice that is too heavy ------------------------------------------------------------


@pytest.fixture
def heavy(acme, acme_main, dora, settings, monkeypatch):
    """A run with one invoice that cannot be printed within its limits."""
    settings.PDF_MEGABYTES = 100
    make.charge(acme_main, "2850.00")
    run = b.start(dora)
    b.bill(run, acme)
    with inside(acme):
        invoice = Invoice.objects.get()
    invoice.enterprise = acme
    return run, invoice


def kinds(enterprise):
    with inside(enterprise):
        return list(Event.objects.filter(kind__startswith="invoice.").order_by("pk").values_list("kind", flat=True))


def test_it_is_given_up_with_a_reason_and_the_bill_is_told_at_once(acme, heavy):
    _, invoice = heavy
    with as_staff():
        assert not services.make_pdf(acme.pk, invoice.pk, at=b.ISSUED_AT)
        assert selectors.list_without_pdf(since=b.NOVEMBER) == []
        assert selectors.list_without_pdf(period_on=b.NOVEMBER) == [(acme.pk, invoice.pk)]
    assert kinds(acme) == ["invoice.made", "invoice.pdf_given_up", "invoice.issued"]


def test_staff_see_why_and_print_it_again_by_hand(client_of, acme, heavy, dora, settings, hints):
    run, invoice = heavy
    with as_staff():
        services.make_pdf(acme.pk, invoice.pk, at=b.ISSUED_AT)
    client = client_of(dora)
    page = client.get(b.url("billing_work:run", run.pk, enterprise="", face="staff")).text
    assert "PDFs given up" in page and "more than 100 MB" in page and invoice.number in page
    assert "hx-trigger" not in page
    make.team(acme, dora, "billing_analyst")
    assert "made again only by hand" in b.page(client, "billing:invoice", invoice.number).text

    settings.PDF_MEGABYTES = 1024
    with as_staff():
        tasks.print_missing(enterprise_id=1, pk=run.pk)
        tasks.make_pdf(enterprise_id=acme.pk, pk=invoice.pk)
    with inside(acme):
        assert default_storage.exists(Invoice.objects.get().pdf_name)
    assert "PDFs given up" not in client.get(b.url("billing_work:run", run.pk, enterprise="", face="staff")).text


def test_asking_for_the_missing_ones_is_one_hint_after_the_commit(
    client_of, acme, heavy, dora, hints, django_capture_on_commit_callbacks
):
    run, _ = heavy
    hints.clear()
    with django_capture_on_commit_callbacks(execute=True):
        client_of(dora).post(b.url("billing_work:print", run.pk, enterprise="", face="staff"))
        assert hints == []
    assert [(task, given["pk"]) for task, given in hints] == [("billing.print_missing", run.pk)]


def test_words_of_the_library_are_for_the_carriers_people_alone():
    order = {"html": "<p>", "assets": {"x": ["text/css", "not base64!"]}, "seconds": 30, "megabytes": 1024}
    with open(os.devnull, "rb") as orders, open(os.devnull, "wb") as answers:
        kind, words = printer._carry_out(order, (orders, answers))
    assert kind == printer.FAILED and words.startswith(b"Error: ")
