"""A month is billed once, whatever is repeated."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from billing import selectors, services
from billing.models import BillRun, BillRunPart, Credit, Invoice, InvoiceLine
from billing.services import papers
from portal import locator
from portal.errors import Refused
from portal.models import CarrierTerm, Event, NumberCounter
from tests import make
from tests.billing import builders as b
from tests.faces import as_staff, inside


@pytest.fixture
def charges(acme_main, acme_branch):
    """A whole month, a part from the 12th, a one-time charge; and one that ended before."""
    line = make.service(acme_main, number="IP-1G-020114")
    return [
        make.charge(acme_main, "2850.00", service=make.service(acme_main, number="WV-10G-003318")),
        make.charge(acme_main, "650.00", service=line, starts_on=date(2026, 11, 12), text="Internet 1 Gbps"),
        make.charge(acme_main, "500.00", service=line, kind="one_time", starts_on=date(2026, 11, 12), text="Install"),
        make.charge(acme_main, "77.00", ends_on=date(2026, 11, 1)),
        make.charge(acme_branch, "10.00"),
    ]


def test_a_month_of_an_account(acme, acme_main, charges):
    invoice = b.issue(acme_main)

    assert invoice.number == "INV-2026-000001" and invoice.status == "issued"
    assert invoice.total == Decimal("3761.67")
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 20), date(2026, 12, 20))
    assert invoice.dispute_by_on == date(2027, 2, 18)
    found = [(x.service_number, x.kind, x.days, x.days_of_month, x.rate, x.amount) for x in b.lines(invoice)]
    assert found == [
        ("IP-1G-020114", "recurring", 19, 30, Decimal("650.00"), Decimal("411.67")),
        ("IP-1G-020114", "one_time", 0, 0, Decimal("500.00"), Decimal("500.00")),
        ("WV-10G-003318", "recurring", 30, 30, Decimal("2850.00"), Decimal("2850.00")),
    ]


def test_the_address_is_frozen_with_the_invoice(acme, acme_main, charges):
    with inside(acme):
        acme_main.address, acme_main.tax_id, acme_main.po_reference = "1 Old Road", "84-1", "4500-7721"
        acme_main.save()
    invoice = b.issue(acme_main)
    with inside(acme):
        acme_main.address = "2 New Road"
        acme_main.save()
        frozen = Invoice.objects.get(pk=invoice.pk).bill_to
    assert (frozen["name"], frozen["address"], frozen["tax_id"]) == ("Acme Freight, Inc.", "1 Old Road", "84-1")
    assert frozen["po_reference"] == "4500-7721" and frozen["issuer"]


def test_a_second_time_finds_the_month_billed(acme_main, charges):
    b.issue(acme_main)
    with as_staff():
        again = services.issue_invoice(acme_main.enterprise_id, acme_main.pk, period_on=b.NOVEMBER, at=b.LATER)
    assert again is None


def test_an_account_with_nothing_to_bill_gets_no_invoice_and_takes_no_number(acme, acme_branch, acme_main):
    make.charge(acme_main, "10.00")
    with as_staff():
        none = services.issue_invoice(acme.pk, acme_branch.pk, period_on=b.NOVEMBER, at=b.ISSUED_AT)
    assert none is None
    assert b.issue(acme_main).number == "INV-2026-000001"


def test_dates_go_by_the_enterprises_calendar(borealis, borealis_main):
    make.charge(borealis_main, "10.00")
    with inside(borealis):
        borealis.time_zone = "America/Santiago"
        borealis.save()
    late = datetime(2026, 12, 1, 2, tzinfo=UTC)  # still the 30th in Santiago
    assert b.issue(borealis_main, at=late).issued_on == date(2026, 11, 30)


def test_the_carriers_terms_bind(acme, acme_main, charges):
    with as_staff():
        CarrierTerm.objects.create(
            name="billing.payment_days", value=45, segment="enterprise", starts_on=date(2026, 1, 1)
        )
    assert b.issue(acme_main).due_on == date(2027, 1, 4)


def test_a_run_bills_each_active_customer_with_accounts(acme, borealis, borealis_main, charges, dora):
    make.charge(borealis_main, "99.00")
    make.enterprise("Without accounts")
    closed = make.enterprise("Closed", is_active=False)
    make.account(closed)

    run = b.start(dora)
    with as_staff():
        parts = set(run.parts.values_list("customer_id", flat=True))
    assert parts == {acme.pk, borealis.pk}
    assert len(b.bill(run, acme)) == 2
    with as_staff():
        assert BillRun.objects.get().status == "running"
    assert len(b.bill(run, borealis)) == 1

    with as_staff():
        run = selectors.list_runs().get()
        assert (run.status, run.done, run.total, run.issued, run.completed_at) == ("completed", 2, 2, 3, b.ISSUED_AT)
        numbers = sorted(Invoice.objects.values_list("number", flat=True))
        story = set(Event.objects.filter(enterprise_id=locator.house_id()).values_list("kind", flat=True))
    assert numbers == ["INV-2026-000001", "INV-2026-000002", "INV-2026-000003"]
    assert story == {"billrun.started", "billrun.completed"}


def test_a_repeat_of_the_month_adds_only_what_is_missing(acme, borealis, borealis_main, charges, dora):
    run = b.start(dora)
    b.bill(run, acme)
    b.bill(run, borealis)
    newcomer = make.account(acme, "New", number="5-NEW")
    make.charge(newcomer, "5.00")
    third = make.enterprise("Third")
    make.charge(make.account(third), "7.00")

    again = b.start(dora, at=b.LATER)
    assert again.pk == run.pk and again.status == "running"
    with as_staff():
        open_parts = selectors.list_open_parts()
    assert [enterprise for _, enterprise in open_parts] == [acme.pk, borealis.pk, third.pk]
    assert [x.account_id for x in b.bill(again, acme, b.LATER)] == [newcomer.pk]
    assert b.bill(again, borealis, b.LATER) == []
    assert len(b.bill(again, third, b.LATER)) == 1
    with as_staff():
        assert BillRun.objects.get().status == "completed" and BillRun.objects.get().completed_at == b.LATER
        assert NumberCounter.objects.get(series="invoice").last == Invoice.objects.count() == 4


def test_a_part_that_is_done_is_left_alone(acme, charges, dora):
    run = b.start(dora)
    b.bill(run, acme)
    assert b.bill(run, acme, b.LATER) == []
    with as_staff():
        assert services.bill_enterprise(run.pk + 1, acme.pk, at=b.LATER) == []


def test_an_account_that_fails_does_not_hold_up_the_others(acme, charges, dora, monkeypatch):
    run = b.start(dora)
    number = selectors.list_unapplied_credits
    monkeypatch.setattr(
        selectors,
        "list_unapplied_credits",
        lambda actor, account: number(actor, account) if account.number == "5-KTR3Q" else 1 / 0,
    )
    assert [x.account.number for x in b.bill(run, acme)] == ["5-KTR3Q"]
    with as_staff():
        part = BillRunPart.objects.get()
        assert part.done_at is None and part.invoices == 1
        assert part.last_error == "5-KTR2P: division by zero"
        assert list(selectors.list_failed_parts(run)) == [part]
        assert NumberCounter.objects.get(series="invoice").last == 1

    monkeypatch.undo()
    assert [x.number for x in b.bill(run, acme)] == ["INV-2026-000002"]
    with as_staff():
        assert BillRunPart.objects.get().last_error == "" and BillRun.objects.get().status == "completed"


@pytest.mark.parametrize("month", [date(2026, 12, 1), date(2026, 11, 2)])
def test_only_a_whole_month_that_has_begun_is_billed(acme, charges, dora, month):
    with pytest.raises(Refused) as refusal:
        b.start(dora, month)
    assert refusal.value.field == "period_on"
    with as_staff():
        assert not BillRun.objects.exists() and not Event.objects.exists()


def test_resuming_hints_at_open_parts_and_missing_pdfs(
    acme, borealis, borealis_main, charges, dora, hints, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = b.start(dora)
    assert [name for name, _ in hints] == ["billing.resume_bill_runs"]
    invoices = b.bill(run, acme)
    hints.clear()
    with as_staff(), django_capture_on_commit_callbacks(execute=True):
        assert services.resume_bill_runs(at=b.ISSUED_AT) == 3
    assert hints == [
        ("billing.bill_enterprise", {"enterprise_id": borealis.pk, "pk": run.pk}),
        *(("billing.make_pdf", {"enterprise_id": acme.pk, "pk": invoice.pk}) for invoice in invoices),
    ]
    with as_staff():
        # After an outage of days nobody has been told yet: that is not left to a person.
        assert services.resume_bill_runs(at=b.LATER) == 3
        for invoice in invoices:
            papers.tell_ready(acme.pk, invoice.pk, at=b.LATER)
        assert services.resume_bill_runs(at=b.LATER) == 1  # a PDF that alone is missing is
        assert services.print_missing(b.NOVEMBER) == 2


def test_credits_that_exceed_the_charges_stand_in_the_customers_favor(acme_branch, charges, alice, dora):
    invoice = b.issue(acme_branch)
    b.decide(dora, b.disputed(b.dispute(alice, invoice)), "10.00")
    with inside(acme_branch.enterprise):
        charges[-1].ends_on = date(2026, 12, 1)
        charges[-1].save()
    after = b.issue(acme_branch, b.DECEMBER, b.LATER)
    assert after.total == Decimal("-10.00")
    assert [line.kind for line in b.lines(after)] == ["credit"]


def test_a_credit_in_another_currency_waits(acme, acme_branch, charges, alice, dora):
    b.decide(dora, b.disputed(b.dispute(alice, b.issue(acme_branch))), "10.00")
    with inside(acme):
        acme_branch.currency = "BRL"
        acme_branch.save()
    assert [line.kind for line in b.lines(b.issue(acme_branch, b.DECEMBER, b.LATER))] == ["recurring"]


# --- what the database refuses by itself -------------------------------------------------------


def _refused(enterprise, write):
    with inside(enterprise), pytest.raises(DatabaseError, match=r"issued|final"), transaction.atomic():
        write()


def test_an_issued_invoice_is_final_in_the_database(acme, acme_main, charges):
    invoice = b.issue(acme_main)
    line = b.lines(invoice)[0]
    rows = Invoice.objects.filter(pk=invoice.pk)
    for change in ({"total": 1}, {"due_on": b.DECEMBER}, {"bill_to": {}}, {"status": "draft", "number": ""}):
        _refused(acme, lambda change=change: rows.update(**change))
    _refused(acme, lambda: rows.delete())
    lines = InvoiceLine.objects.filter(pk=line.pk)
    _refused(acme, lambda: lines.update(amount=1))
    _refused(acme, lambda: lines.delete())
    line.pk, line.position = None, 99
    _refused(acme, lambda: line.save(force_insert=True))
    with inside(acme):
        assert Invoice.objects.get(pk=invoice.pk).total == Decimal("3761.67") and len(b.lines(invoice)) == 3


def test_the_pdf_is_set_once(acme, acme_main, charges):
    invoice = b.issue(acme_main)
    with inside(acme):
        Invoice.objects.filter(pk=invoice.pk).update(pdf_name="a.pdf", pdf_sha256="a" * 64)
    _refused(acme, lambda: Invoice.objects.filter(pk=invoice.pk).update(pdf_name="b.pdf", pdf_sha256="b" * 64))


def test_a_credit_note_is_final_in_the_database(acme, acme_main, charges, alice, dora):
    b.decide(dora, b.disputed(b.dispute(alice, b.issue(acme_main))), "10.00")
    _refused(acme, lambda: Credit.objects.update(amount=1))
    _refused(acme, lambda: Credit.objects.all().delete())
