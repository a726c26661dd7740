"""What threads, kills and rollbacks do to a bill run and to credits: nothing."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from billing import selectors, services
from billing.models import BillRun, Credit, Dispute, Invoice, InvoiceLine
from portal import numbers
from portal.errors import Refused
from portal.models import Event, NumberCounter
from tests import make
from tests.billing import builders as b
from tests.faces import as_staff, inside, playing

pytestmark = pytest.mark.usefixtures("transactional_db")


def together(work: Callable[[int], object], times: int) -> list[object]:
    """Run ``work`` in that many threads, each with a connection of its own; an error is a result."""

    def one(n: int) -> object:
        try:
            return work(n)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def sound(invoices: int) -> None:
    """So many invoices, numbered without gap or double, each the sum of its lines."""
    with as_staff():
        found = list(Invoice.objects.prefetch_related("lines"))
        assert len(found) == invoices
        assert len({(x.account_id, x.period_on) for x in found}) == invoices
        assert sorted(x.number for x in found) == [f"INV-2026-{n:06d}" for n in range(1, invoices + 1)]
        assert all(x.status == "issued" and x.total == sum(y.amount for y in x.lines.all()) for x in found)
        assert NumberCounter.objects.get(series="invoice").last == invoices
        assert Event.objects.filter(kind="invoice.made").count() == invoices


def accounts(owner, count: int) -> None:
    for n in range(count):
        account = make.account(owner, number=f"5-{n:03d}")
        for _ in range(3):
            make.charge(account, "123.45")


def test_eight_at_once_bill_each_account_once(acme, dora):
    accounts(acme, 5)
    run = b.start(dora)
    results = together(lambda _: b.bill(run, acme), 8)
    assert sum(len(made) for made in results) == 5
    sound(5)
    with as_staff():
        assert BillRun.objects.get().status == "completed"


def test_the_last_parts_complete_the_run_together(dora):
    customers = [make.enterprise(f"Customer {n}") for n in range(8)]
    for each in customers:
        accounts_of_one(each)
    run = b.start(dora)
    together(lambda n: b.bill(run, customers[n]), 8)
    sound(8)
    with as_staff():
        assert BillRun.objects.get().status == "completed"


def accounts_of_one(owner):
    make.charge(make.account(owner), "10.00")


def test_rollbacks_leave_no_gap(acme, dora, monkeypatch):
    accounts(acme, 30)
    run = b.start(dora)
    dice = random.Random(7)
    save = Invoice.save

    def fails_at_times(self, *args, **kwargs):
        save(self, *args, **kwargs)
        # After the number was taken and written: the very last moment before the commit.
        if "number" in (kwargs.get("update_fields") or []) and dice.random() < 0.2:
            raise RuntimeError("killed before the commit")

    with monkeypatch.context() as patch:
        patch.setattr(Invoice, "save", fails_at_times)
        for _ in range(3):
            together(lambda _: b.bill(run, acme), 4)
    b.bill(run, acme)
    sound(30)


KILLED = """
import django, os, sys
django.setup()
from datetime import datetime
from billing import services
services.bill_enterprise(int(sys.argv[1]), int(sys.argv[2]), at=datetime.fromisoformat(sys.argv[3]))
"""


def _worker(run: BillRun, enterprise_id: int) -> "subprocess.Popen[bytes]":
    settings = connection.settings_dict
    env = {
        **os.environ,
        "PORTAL_ROLE": "portal_staff",
        "FACE": "staff",
        "DATABASE_URL": f"postgresql:///{settings['NAME']}?host={settings['HOST']}&port={settings['PORT'] or 5432}",
    }
    argv = [sys.executable, "-W", "ignore", "-c", KILLED, str(run.pk), str(enterprise_id), b.ISSUED_AT.isoformat()]
    return subprocess.Popen(argv, env=env)


def _wait_for_more(than: int) -> int:
    """The number of invoices as soon as it has grown: the worker is in the middle of its work."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with as_staff():
            count = Invoice.objects.count()
        if count > than + 5:
            return count
        time.sleep(0.005)
    raise AssertionError("The worker issues nothing.")


def test_a_killed_worker_loses_and_doubles_nothing(acme, dora):
    accounts(acme, 120)
    run = b.start(dora)
    issued = 0
    for _ in range(2):
        worker = _worker(run, acme.pk)
        issued = _wait_for_more(than=issued)
        assert worker.poll() is None
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    with as_staff():
        assert 0 < Invoice.objects.count() < 120
        assert selectors.list_open_parts() == [(run.pk, acme.pk)]
    b.bill(run, acme)
    sound(120)


def test_twenty_decisions_at_once_credit_once(acme, acme_main, alice, dora):
    make.charge(acme_main, "100.00")
    one = b.disputed(b.dispute(alice, b.issue(acme_main)))
    results = together(lambda _: b.decide(dora, one, "30.00"), 20)
    assert sum(not isinstance(r, Exception) for r in results) == 1
    assert all(isinstance(r, Refused) for r in results if isinstance(r, Exception))
    with as_staff():
        assert [credit.amount for credit in Credit.objects.all()] == [Decimal("30.00")]
        assert NumberCounter.objects.get(series="credit").last == 1


def test_twenty_disputes_of_one_line_at_once_make_one(acme, acme_main, alice):
    make.charge(acme_main, "100.00")
    invoice = b.issue(acme_main)
    claim = b.claim(b.lines(invoice)[0], "30.00")
    results = together(lambda _: b.dispute(alice, invoice, claim), 20)
    assert sum(isinstance(r, Dispute) for r in results) == 1
    assert all(isinstance(r, Refused) for r in results if not isinstance(r, Dispute))


def test_decisions_on_two_lines_at_once_close_the_dispute(acme, acme_main, alice, dora):
    make.charge(acme_main, "100.00")
    make.charge(acme_main, "50.00")
    invoice = b.issue(acme_main)
    found = b.dispute(alice, invoice, *(b.claim(line) for line in b.lines(invoice)))
    with as_staff():
        both = list(found.lines.select_related("enterprise"))
    together(lambda n: b.decide(dora, both[n], "10.00"), 2)
    with as_staff():
        assert Dispute.objects.get().status == "decided"
        assert sorted(Credit.objects.values_list("number", flat=True)) == ["CRN-2026-00001", "CRN-2026-00002"]


def test_a_credit_is_applied_once_by_two_months_at_once(acme, acme_main, alice, dora):
    make.charge(acme_main, "100.00")
    b.decide(dora, b.disputed(b.dispute(alice, b.issue(acme_main))), "30.00")
    months = [b.DECEMBER, b.DECEMBER.replace(year=2027)]
    together(lambda n: b.issue(acme_main, months[n], b.LATER), 2)
    with as_staff():
        assert sorted(Invoice.objects.values_list("total", flat=True)) == [Decimal(70), Decimal(100), Decimal(100)]


@pytest.mark.parametrize("workers", [4])
def test_the_bill_is_told_once_by_many_printers(acme, acme_main, workers, monkeypatch):
    from portal import documents

    make.charge(acme_main, "100.00")
    invoice = b.issue(acme_main)
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 short")

    def make_pdf(_: int) -> object:
        with as_staff():
            return services.make_pdf(acme.pk, invoice.pk, at=b.ISSUED_AT)

    assert sorted(together(make_pdf, workers)) == [False] * (workers - 1) + [True]
    with as_staff():
        assert Event.objects.filter(kind="invoice.issued").count() == 1


AUDIT = bool(os.environ.get("DEMARC_AUDIT"))


def test_sixteen_threads_and_one_rollback_in_ten_leave_no_gap_in_any_series(db):
    """Two issuers and two years at once: each series counts by itself, whoever is rolled back."""
    times = 400 if AUDIT else 40
    series = [("invoice", "", 2026), ("invoice", "NV2", 2026), ("credit", "", 2026), ("invoice", "", 2027)]

    def take(n: int) -> list[tuple[tuple[str, str, int], int]]:
        dice, kept = random.Random(n), []
        for _ in range(times):
            one = dice.choice(series)
            try:
                # As staff inside any enterprise: the counter is the carrier's.
                with playing("portal_staff_inside"), transaction.atomic():
                    number = numbers.take_gapless(one[0], issuer=one[1], year=one[2])
                    if dice.random() < 0.1:
                        raise RuntimeError("rolled back after the number was taken")
            except RuntimeError:
                continue
            kept.append((one, number))
        return kept

    found = [each for kept in together(take, 16) for each in kept]
    assert len(found) > times * 16 * 0.8
    for one in series:
        taken = sorted(number for which, number in found if which == one)
        assert taken == list(range(1, len(taken) + 1))
        with as_staff():
            counter = NumberCounter.objects.get(series=one[0], issuer=one[1], year=one[2])
        assert counter.last == len(taken)


def test_a_new_legal_name_goes_on_with_the_years_series(acme, settings):
    def issue(name: str, issuer: str = "") -> Invoice:
        settings.CARRIER = {**settings.CARRIER, "legal_name": name, "issuer": issuer}
        account = make.account(acme)
        make.charge(account)
        return b.issue(account)

    first, second = issue("Northvane Networks, Inc."), issue("Northvane Group, Inc.")
    assert (first.number, second.number) == ("INV-2026-000001", "INV-2026-000002")
    assert second.bill_to["issuer"] == "Northvane Group, Inc."
    # Another legal entity has a series of its own, and its numbers say so.
    other = issue("Southvane, LLC", issuer="SV")
    assert other.number == "INV-SV-2026-000001"
    assert issue("Northvane Group, Inc.").number == "INV-2026-000003"


def test_two_months_at_once_bill_a_late_day_once(acme_main):
    make.charge(acme_main, "10.00")
    b.issue(acme_main)
    make.charge(acme_main, "300.00", starts_on=date(2026, 11, 21), text="Late")
    months = [b.DECEMBER, date(2027, 1, 1), date(2027, 2, 1)]

    def bill(n: int) -> object:
        with playing("portal_staff"):
            return services.issue_invoice(acme_main.enterprise_id, acme_main.pk, period_on=months[n % 3], at=b.LATER)

    found = together(bill, 6)
    assert not [each for each in found if isinstance(each, Exception)]
    sound(4)
    with inside(acme_main.enterprise):
        late = InvoiceLine.objects.filter(text="Late", from_on__lt=b.DECEMBER)
        assert [(line.days, str(line.amount)) for line in late] == [(10, "100.00")]
