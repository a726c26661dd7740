"""What begins, ends or changes in a month that is billed already: each day stands on invoices once, on the next one."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing import rules, selectors, services
from billing.models import Charge, Invoice, InvoiceLine
from billing.services import charging
from orders.services import MonthlyCharge
from portal.actors import system
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders as b
from tests.faces import as_staff, inside

JANUARY = date(2027, 1, 1)
COMMENCED = date(2026, 11, 12)


@pytest.fixture
def service(acme_main):
    return make.service(acme_main, number="IP-1G-020114")


def begin(service, *, monthly="650.00", on=COMMENCED):
    """As a concluded order begins it."""
    with as_staff(), tenant_scope(service.enterprise_id):
        return charging.start(service, monthly=Decimal(monthly), on=on, actor=system(service.enterprise_id))


def stop(service, on):
    with as_staff(), tenant_scope(service.enterprise_id):
        charging.stop(service, on=on, actor=system(service.enterprise_id))


def said(invoice):
    """What an invoice bills by the day: kind, first day, end, days and amount."""
    with tenant_scope(invoice.enterprise_id), as_staff():
        found = list(InvoiceLine.objects.filter(invoice=invoice, days__gt=0).order_by("position"))
    return [(x.kind, x.from_on, x.to_on, x.days, x.amount) for x in found]


LATE = ("recurring", COMMENCED, date(2026, 12, 1), 19, Decimal("411.67"))
WHOLE = ("recurring", b.DECEMBER, JANUARY, 31, Decimal("650.00"))


def test_a_service_that_begins_after_its_months_bill_is_billed_from_that_day_on_the_next(
    acme_main, service, client_of, alice
):
    make.charge(acme_main, "10.00", text="Port")
    november = b.issue(acme_main)
    begin(service)

    december = b.issue(acme_main, b.DECEMBER, b.LATER)

    assert said(december)[:2] == [LATE, WHOLE]
    assert december.total == Decimal("1071.67")
    page = b.page(client_of(alice), "billing:invoice", december.number).text
    assert "12 Nov 2026 to 30 Nov 2026, 19 of 30 days at $650.00 a month: not on the bill of that month" in page
    changed = page.split("What changed since")[1].split("What it is for")[0]
    assert "days of months before" in changed and "+$411.67" in changed and "+$1,061.67" in changed
    assert november.total == Decimal("10.00")
    after = b.issue(acme_main, JANUARY, b.LATER + timedelta(days=31))
    assert [line[3:] for line in said(after)] == [(31, Decimal("650.00")), (31, Decimal("10.00"))]
    page = b.page(client_of(alice), "billing:invoice", after.number).text
    assert "only on the bill before" in page and "−$411.67" in page


def test_so_is_one_on_an_account_that_had_no_bill_when_the_run_was_done(acme, acme_main, service, dora):
    b.bill(b.start(dora), acme)
    begin(service)
    run = b.start(dora, b.DECEMBER, b.LATER)
    (december,) = b.bill(run, acme, b.LATER)
    assert said(december) == [LATE, WHOLE]


def test_a_run_of_the_month_that_is_repeated_bills_it_there_and_not_again(acme, acme_main, service, dora):
    b.bill(b.start(dora), acme)
    begin(service)
    (november,) = b.bill(b.start(dora, at=b.LATER), acme, b.LATER)
    assert said(november) == [LATE]
    (december,) = b.bill(b.start(dora, b.DECEMBER, b.LATER), acme, b.LATER)
    assert said(december) == [WHOLE]
    assert b.bill(b.start(dora, at=b.LATER), acme, b.LATER) == []


def test_a_month_whose_bill_is_still_to_come_is_left_to_it(acme, acme_main, service, dora):
    run = b.start(dora)
    begin(service)
    assert said(b.issue(acme_main, b.DECEMBER, b.LATER)) == [WHOLE]
    (november,) = b.bill(run, acme, b.LATER)
    assert said(november) == [LATE]


def test_days_billed_after_the_end_are_given_back_on_the_next_invoice(acme_main, service, client_of, alice):
    begin(service, on=b.NOVEMBER)
    november = b.issue(acme_main)
    stop(service, COMMENCED)

    december = b.issue(acme_main, b.DECEMBER, b.LATER)

    assert said(december) == [("returned", COMMENCED, date(2026, 12, 1), 19, Decimal("-411.67"))]
    assert december.total == Decimal("-411.67")
    page = b.page(client_of(alice), "billing:invoice", december.number).text
    assert "given back: 12 Nov 2026 to 30 Nov 2026, 19 of 30 days at $650.00 a month, billed on" in page
    assert november.number in page and "days given back" in page
    with inside(acme_main.enterprise):
        row = selectors.list_lines(b.customer(alice, acme_main.enterprise), november)[0]
        assert row.disputable == Decimal("238.33")
    with as_staff():
        again = services.issue_invoice(acme_main.enterprise_id, acme_main.pk, period_on=JANUARY, at=b.LATER)
    assert again is None


def test_a_change_of_price_within_a_billed_month_takes_one_back_and_bills_the_other(acme, acme_main, service):
    begin(service, on=b.NOVEMBER)
    b.issue(acme_main)
    with as_staff(), tenant_scope(acme.pk):
        charging.reprice(service, monthly=Decimal("950.00"), on=COMMENCED, actor=system(acme.pk))
    found = said(b.issue(acme_main, b.DECEMBER, b.LATER))
    assert [(kind, days, str(amount)) for kind, _, _, days, amount in found] == [
        ("returned", 19, "-411.67"), ("recurring", 19, "601.67"), ("recurring", 31, "950.00"),
    ]  # fmt: skip


def test_a_price_of_nothing_ends_the_charge_and_the_same_price_changes_nothing(acme, acme_main, service):
    def reprice(monthly):
        with as_staff(), tenant_scope(acme.pk):
            charging.reprice(service, monthly=Decimal(monthly), on=COMMENCED, actor=system(acme.pk))

    begin(service, on=b.NOVEMBER)
    reprice("650.00")
    with inside(acme):
        assert Charge.objects.get().ends_on is None
    reprice("0.00")
    with inside(acme):
        assert Charge.objects.get().ends_on == COMMENCED
    [(kind, _, to_on, days, amount)] = said(b.issue(acme_main))
    assert (kind, to_on, days, amount) == ("recurring", COMMENCED, 11, Decimal("238.33"))


def test_a_service_that_costs_nothing_has_no_charge(acme, service):
    assert begin(service, monthly="0.00") is True
    with inside(acme):
        assert not Charge.objects.exists()


def test_what_a_service_brings_along_from_another_enterprise_is_charged_once(acme, service):
    lines = [MonthlyCharge("Wavelength", Decimal("650.00"), COMMENCED, None)]
    for _ in range(2):
        with as_staff(), tenant_scope(acme.pk):
            charging.carry_on(service, lines, on=COMMENCED, actor=system(acme.pk))
    with inside(acme):
        assert [(each.amount, each.starts_on) for each in Charge.objects.all()] == [(Decimal("650.00"), COMMENCED)]


def test_what_was_loaded_is_owed_from_its_accounts_first_invoice_on(acme, acme_main, dora):
    """Before that it was billed elsewhere, and a run that was done for others says nothing of it."""
    b.bill(b.start(dora), acme)
    make.charge(acme_main, "650.00")
    assert said(b.issue(acme_main, b.DECEMBER, b.LATER)) == [WHOLE]
    make.charge(acme_main, "31.00", starts_on=date(2026, 10, 1))
    found = said(b.issue(acme_main, JANUARY, b.LATER + timedelta(days=31)))
    assert [(first, amount) for _, first, _, _, amount in found if amount == 31] == [
        (b.DECEMBER, Decimal("31.00")), (JANUARY, Decimal("31.00")),
    ]  # fmt: skip


def test_a_one_time_charge_of_a_billed_month_stands_on_the_next_bill_once(acme_main):
    make.charge(acme_main, "10.00")
    b.issue(acme_main)
    make.charge(acme_main, "500.00", kind="one_time", starts_on=COMMENCED)
    assert b.issue(acme_main, b.DECEMBER, b.LATER).total == Decimal("510.00")
    assert b.issue(acme_main, JANUARY, b.LATER).total == Decimal("10.00")


def test_what_a_dispute_gave_back_is_not_given_twice(acme_main, service, alice, dora):
    begin(service, on=b.NOVEMBER)
    opened = b.dispute(alice, b.issue(acme_main))
    stop(service, COMMENCED)
    with as_staff():  # while it is contested it waits
        assert services.issue_invoice(acme_main.enterprise_id, acme_main.pk, period_on=b.DECEMBER, at=b.LATER) is None
    b.decide(dora, b.disputed(opened), "400.00", at=b.LATER)
    invoice = b.issue(acme_main, b.DECEMBER, b.LATER)
    assert [(line.kind, str(line.amount)) for line in b.lines(invoice)] == [
        ("returned", "-11.67"),
        ("credit", "-400.00"),
    ]


def test_days_in_another_currency_wait(acme, acme_main, service):
    begin(service, on=b.NOVEMBER)
    b.issue(acme_main)
    stop(service, COMMENCED)
    for currency, kinds in (("BRL", []), ("USD", ["returned"])):
        with inside(acme):
            acme_main.currency = currency
            acme_main.save()
        make.charge(acme_main, "1.00", starts_on=b.DECEMBER, ends_on=date(2026, 12, 2), kind="one_time", text=currency)
        month = b.DECEMBER if currency == "BRL" else JANUARY
        invoice = b.issue(acme_main, month, b.LATER)
        assert [x.kind for x in b.lines(invoice) if x.kind == "returned"] == kinds


@pytest.mark.parametrize("seed", range(12))
def test_in_whatever_order_services_begin_and_end_and_months_are_billed(acme, acme_main, seed):
    """Each day of a charge stands on invoices once, and a charge comes to its price over its days."""
    dice = random.Random(seed)
    lines = [make.service(acme_main, number=f"IP-{n}") for n in range(3)]
    make.charge(acme_main, "1.00")
    month = b.NOVEMBER
    for _ in range(5):
        deeds = [("bill", None), *(("begin", each) for each in lines), *(("end", each) for each in lines)]
        dice.shuffle(deeds)
        for deed, service in deeds:
            on = b.NOVEMBER + timedelta(days=dice.randrange((rules.next_month(month) - b.NOVEMBER).days + 20))
            if deed == "bill":
                b.issue(acme_main, month, b.ISSUED_AT)
            elif deed == "begin" and dice.random() < 0.7:
                begin(service, monthly=f"{dice.randrange(1, 99999) / 100:.2f}", on=on)
            elif deed == "end" and dice.random() < 0.5:
                stop(service, on)
        month = rules.next_month(month)
    with inside(acme):  # one more run settles what the last one could not see
        b.issue(acme_main, month, b.ISSUED_AT)
        check(list(Charge.objects.exclude(service=None)), rules.next_month(month))


def check(charges, end_on):
    for charge in charges:
        found = list(InvoiceLine.objects.filter(charge=charge))
        due = rules.days_of(charge.starts_on, min(charge.ends_on or end_on, end_on))
        standing: dict[date, int] = {}
        for line in found:
            for day in rules.days_of(line.from_on, line.to_on):
                standing[day] = standing.get(day, 0) + (-1 if line.kind == "returned" else 1)
        assert {day for day, many in standing.items() if many} == due
        assert set(standing.values()) <= {0, 1}
        months = {rules.month_of(day) for day in due}
        billable = rules.Billable(1, True, charge.amount, charge.starts_on, charge.ends_on)
        owed = [x.amount for each in months for x in rules.lines_of(billable, each, currency="USD")]
        assert sum(line.amount for line in found) == sum(owed)


def test_the_way_it_is_asked_does_not_grow_with_the_charges(acme_main, django_assert_max_num_queries):
    for n in range(8):
        begin(make.service(acme_main, number=f"IP-{n}"))
    b.issue(acme_main)
    for n in range(8, 16):
        begin(make.service(acme_main, number=f"IP-{n}"))
    with django_assert_max_num_queries(60):
        b.issue(acme_main, b.DECEMBER, b.LATER)
    with inside(acme_main.enterprise):
        assert InvoiceLine.objects.filter(invoice__period_on=b.DECEMBER).count() == 24
        assert Invoice.objects.count() == 2
