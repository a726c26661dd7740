"""The tasks of billing, as the worker runs them: run twice, they have done it once."""

import pytest

from billing import tasks
from billing.models import BillRun, Invoice
from portal import documents
from portal.models import Event
from tests import make
from tests.billing import builders as b
from tests.faces import as_staff, inside


@pytest.fixture(autouse=True)
def papers(monkeypatch):
    """Printing takes seconds, and is tried elsewhere."""
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 bill")


@pytest.fixture
def run(acme_main, dora, month, now):
    """A run of this month, of which nothing is done yet."""
    make.charge(acme_main, "2850.00")
    return b.start(dora, month, now)


@pytest.fixture
def twice(hints, django_capture_on_commit_callbacks):
    """Run a task twice; the hints that it gave each time."""

    def do(task, **kwargs):
        given = []
        for _ in range(2):
            hints.clear()
            with as_staff(), django_capture_on_commit_callbacks(execute=True):
                task(**kwargs)
            given.append([(name, about["pk"]) for name, about in hints if name.startswith("billing.")])
        return given

    return do


def invoices(enterprise):
    with inside(enterprise):
        return list(Invoice.objects.order_by("pk"))


def kinds(enterprise):
    with inside(enterprise):
        return list(Event.objects.filter(kind__startswith="invoice.").order_by("pk").values_list("kind", flat=True))


def test_a_customer_of_a_run_is_billed_once(twice, run, acme):
    first, second = twice(tasks.bill_enterprise, enterprise_id=acme.pk, pk=run.pk)
    [found] = invoices(acme)
    assert (first, second) == ([("billing.make_pdf", found.pk)], [])
    assert kinds(acme) == ["invoice.made"]
    with as_staff():
        assert BillRun.objects.get().status == "completed"


def test_an_invoice_is_printed_and_told_once(twice, run, acme, now):
    b.bill(run, acme, now)
    [found] = invoices(acme)
    twice(tasks.make_pdf, enterprise_id=acme.pk, pk=found.pk)
    assert kinds(acme) == ["invoice.made", "invoice.printed", "invoice.issued"]
    assert invoices(acme)[0].pdf_sha256


def test_what_is_to_be_billed_or_printed_is_hinted_at_until_it_is_done(twice, run, acme):
    assert twice(tasks.resume_bill_runs) == [[("billing.bill_enterprise", run.pk)]] * 2
    twice(tasks.bill_enterprise, enterprise_id=acme.pk, pk=run.pk)
    [found] = invoices(acme)
    assert twice(tasks.resume_bill_runs) == [[("billing.make_pdf", found.pk)]] * 2
    assert twice(tasks.print_missing, pk=run.pk) == [[("billing.make_pdf", found.pk)]] * 2
    twice(tasks.make_pdf, enterprise_id=acme.pk, pk=found.pk)
    assert twice(tasks.resume_bill_runs) == twice(tasks.print_missing, pk=run.pk) == [[], []]


def test_a_run_that_is_not_there_lacks_nothing(twice, run, acme):
    b.bill(run, acme)
    assert twice(tasks.print_missing, pk=run.pk + 1) == [[], []]
