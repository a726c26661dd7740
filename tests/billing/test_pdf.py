"""The document: what it shows, what it cannot reach, and when the bill is told."""

import hashlib
import io
import os
import socket
import sys
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader

from billing import services, tasks
from billing.models import Invoice
from portal import documents
from portal.documents import printer
from portal.documents.press import Press
from portal.models import Event
from tests import make
from tests.billing import builders as b
from tests.faces import as_staff, inside


def printed(invoice, at=b.ISSUED_AT):
    with as_staff():
        done = services.make_pdf(invoice.enterprise_id, invoice.pk, at=at)
    return done


def stored(invoice):
    with inside(invoice.enterprise):
        found = Invoice.objects.get(pk=invoice.pk)
    with default_storage.open(found.pdf_name) as file:
        return found, file.read()


def kinds(enterprise):
    with inside(enterprise):
        return list(Event.objects.filter(kind__startswith="invoice.").order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def invoice(acme, acme_main):
    with inside(acme):
        acme_main.address = "88 Harbor Way\n<b>Denver</b>"
        acme_main.save()
    make.charge(acme_main, "2850.00", service=make.service(acme_main, number="WV-10G-003318"))
    make.charge(acme_main, "650.00", starts_on=b.NOVEMBER.replace(day=12))
    return b.issue(acme_main)


def test_the_pdf_is_printed_once_and_then_the_bill_is_told(acme, invoice):
    assert printed(invoice)
    found, content = stored(invoice)
    assert found.pdf_sha256 == hashlib.sha256(content).hexdigest()
    assert found.pdf_name.startswith(f"invoices/{acme.pk}/") and invoice.number not in found.pdf_name
    assert kinds(acme) == ["invoice.made", "invoice.printed", "invoice.issued"]

    assert not printed(invoice)
    assert stored(invoice) == (found, content)
    assert kinds(acme) == ["invoice.made", "invoice.printed", "invoice.issued"]


def test_it_shows_the_invoice_in_words(invoice):
    printed(invoice)
    page = PdfReader(io.BytesIO(stored(invoice)[1])).pages[0]
    text = page.extract_text()
    for words in (
        invoice.number,
        "November 2026",
        "$3,261.67",
        "20 Dec 2026",
        "WV-10G-003318",
        "19 of 30 days",
        "<b>Denver</b>",
    ):
        assert words in text
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (612, 792)  # Letter


def test_latin_america_gets_a4_in_the_enterprises_language(borealis, borealis_main):
    make.charge(borealis_main, "99.00")
    invoice = b.issue(borealis_main)
    printed(invoice)
    page = PdfReader(io.BytesIO(stored(invoice)[1])).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    assert "Noviembre de 2026" in page.extract_text()


def test_many_lines_run_over_pages(acme, acme_main):
    for n in range(120):
        make.charge(acme_main, "10.00", text=f"Port {n:03d}")
    invoice = b.issue(acme_main)
    printed(invoice)
    pages = PdfReader(io.BytesIO(stored(invoice)[1])).pages
    text = "".join(page.extract_text() for page in pages)
    assert len(pages) > 2 and all(f"Port {n:03d}" in text for n in range(120))


def test_every_page_has_its_number_its_heads_and_whose_it_is(acme, acme_main):
    for n in range(60):
        make.charge(acme_main, "10.00", text=f"Port {n:03d}")
    invoice = b.issue(acme_main)
    printed(invoice)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(stored(invoice)[1])).pages]
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text and f"Invoice {invoice.number}" in text
        assert "Northvane Networks" in text
        assert ("Charge" in text and "Amount" in text) is ("Port " in text)


def test_who_hears_it_is_told_its_title_language_and_tables(borealis, borealis_main):
    with inside(borealis):
        borealis_main.name = "Cuenta principal de servicios administrados del Aeropuerto Internacional Arturo Merino"
        borealis_main.save()
    make.charge(borealis_main, "99.00", text="Conexión de onda 10 Gbps, Aeropuerto Internacional a Reno " * 3)
    invoice = b.issue(borealis_main)
    printed(invoice)
    document = PdfReader(io.BytesIO(stored(invoice)[1]))
    root = document.trailer["/Root"]
    assert document.metadata.title == f"Factura {invoice.number}" and root["/Lang"] == "es"
    assert root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert {"/H1", "/Table", "/TH", "/TD"} <= set(_tags(root["/StructTreeRoot"]))
    text = document.pages[0].extract_text()
    assert "USD\u00a099.00" in text and "Página 1 de 1" in text


def _tags(node):
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            yield from _tags(each)
    elif hasattr(node, "get"):
        yield from [node["/S"]] if "/S" in node else []
        yield from _tags(node["/K"]) if "/K" in node else []


# --- when it cannot be printed ---------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch):
    def fail(*_, **__):
        raise documents.DocumentsUnavailable()

    monkeypatch.setattr(documents, "render", fail)


def test_a_bill_waits_an_hour_for_its_pdf_and_no_longer(acme, invoice, broken, monkeypatch):
    assert not printed(invoice, b.ISSUED_AT + timedelta(minutes=59))
    assert kinds(acme) == ["invoice.made", "invoice.pdf_failed"]
    assert not printed(invoice, b.ISSUED_AT + timedelta(minutes=60))
    assert not printed(invoice, b.ISSUED_AT + timedelta(minutes=65))
    assert kinds(acme) == ["invoice.made", "invoice.pdf_failed", "invoice.issued"]

    monkeypatch.undo()
    # Storage is of the undone settings too, so only what is told matters here.
    with as_staff():
        services.make_pdf(acme.pk, invoice.pk, at=b.LATER)
    assert kinds(acme) == ["invoice.made", "invoice.pdf_failed", "invoice.issued", "invoice.printed"]


def test_an_invoice_of_another_enterprise_is_not_there(borealis, invoice):
    with as_staff():
        assert services.make_pdf(borealis.pk, invoice.pk, at=b.ISSUED_AT) is False


def test_who_comes_second_takes_their_file_away(acme, invoice, monkeypatch):
    render = documents.render

    def overtaken(*args, **kwargs):
        monkeypatch.setattr(documents, "render", render)
        assert printed(invoice)
        return render(*args, **kwargs)

    monkeypatch.setattr(documents, "render", overtaken)
    assert not printed(invoice)
    _, files = default_storage.listdir(f"invoices/{acme.pk}")
    assert len(files) == 1 and kinds(acme).count("invoice.issued") == 1


def test_without_its_libraries_the_portal_serves_and_says_so(monkeypatch):
    # A Python without the site's packages, as on a machine that lacks them.
    monkeypatch.setattr(documents, "_press", Press((sys.executable, "-I", "-S")))
    with pytest.raises(documents.DocumentsUnavailable, match="cannot be made on this machine"):
        documents.print_html("<p>", {})


def test_the_tasks_do_what_the_services_do(acme, invoice, dora):
    run = b.start(dora)
    with as_staff():
        tasks.resume_bill_runs()
        tasks.bill_enterprise(enterprise_id=acme.pk, pk=run.pk)
        tasks.make_pdf(enterprise_id=acme.pk, pk=invoice.pk)
    assert stored(invoice)[0].pdf_sha256


# --- a hostile document ----------------------------------------------------------------------


@pytest.fixture
def listener():
    """Somebody on this machine who counts whoever connects."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    hits, stop = [], threading.Event()

    def accept():
        while not stop.is_set():
            try:
                peer, _ = server.accept()
            except TimeoutError:
                continue
            hits.append(peer.recv(200))
            peer.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield server.getsockname()[1], hits
    stop.set()
    thread.join()
    server.close()


HOSTILE = """<!doctype html><html><head><title>x</title><base href="{web}/">
<link rel="stylesheet" href="{web}/a.css"><link rel="stylesheet" href="{file}"><link rel="attachment" href="{file}">
<style>@import url("{web}/b.css"); @import url("{file}");
@font-face {{ font-family: F; src: url("{web}/f.woff2"), url("{file}"); }}
body {{ font-family: F; background: url("{web}/bg.png"); list-style-image: url("{file}"); }}
p::before {{ content: url("{web}/c.png"); }} div {{ border-image: url("{web}/d.png") 1; cursor: url("{web}/e"); }}
</style></head><body><p>text</p>
<img src="{web}/i.png"><img src="{file}"><img srcset="{web}/s.png 1x"><img src="relative.png">
<img src="//127.0.0.1:{port}/p.png">
<object data="{web}/o"></object><object data="{file}"></object><embed src="{web}/e"><embed src="{file}">
<iframe src="{file}"></iframe><input type="image" src="{web}/n.png"><a rel="attachment" href="{file}">take it</a>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image href="{web}/v.png"/>
<image xlink:href="{file}"/><use href="{web}/u.svg#a"/><style>@import url("{web}/w.css");</style></svg>
<img src="data:image/svg+xml,
&lt;svg xmlns='http://www.w3.org/2000/svg'&gt;&lt;image href='{web}/z.png'/&gt;&lt;/svg&gt;">
<img src="ftp://127.0.0.1:{port}/x"><img src="FILE://{path}"><img src="gopher://127.0.0.1:{port}/"></body></html>"""


def test_a_hostile_document_reaches_no_network_and_no_file(listener, tmp_path):
    port, hits = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-4711 " * 50)
    html = HOSTILE.format(web=f"http://127.0.0.1:{port}", file=f"file://{secret}", path=secret, port=port)
    pdf = documents.print_html(html, documents.known_assets())
    reader = PdfReader(io.BytesIO(pdf))
    streams = b"".join(
        o.get_object().get_data()
        for n in range(1, len(reader.xref[0]) + 1)
        if hasattr(o := reader.get_object(n), "get_data")
    )
    assert "text" in reader.pages[0].extract_text()
    assert hits == []
    assert b"canary" not in pdf and b"canary" not in streams and not reader.attachments


def test_what_it_is_given_it_can_embed():
    asset = documents.Asset(b"p::after { content: ' given' }", "text/css")
    pdf = documents.print_html('<link rel="stylesheet" href="asset:words"><p>what is', {"asset:words": asset})
    assert "what is given" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_a_fatal_error_of_the_library_ends_no_worker(monkeypatch):
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class Fatal(URLFetcher):
        def fetch(self, url, headers=None):
            raise FatalURLFetchingError("stop")

    monkeypatch.setattr(printer, "fetcher", lambda assets: Fatal())
    order = {"html": '<img src="asset:x">', "assets": {}, "seconds": 30, "megabytes": 1024}
    with open(os.devnull, "rb") as orders, open(os.devnull, "wb") as answers:
        assert printer._carry_out(order, (orders, answers)) == (printer.FAILED, b"FatalURLFetchingError: stop")


def test_text_of_the_customer_is_text(acme, acme_main):
    make.charge(acme_main, "10.00", text='<img src="file:///etc/passwd"><script>')
    invoice = b.issue(acme_main)
    printed(invoice)
    text = PdfReader(io.BytesIO(stored(invoice)[1])).pages[0].extract_text()
    assert "file:///etc/passwd" in text and "root:" not in text
    assert invoice.total == Decimal("10.00")
