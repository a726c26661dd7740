"""Accounts that move to another enterprise: all that hangs on them, nothing else, once, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts import selectors
from accounts.models import Account, AccountGroup, Grant, GroupedAccount, Membership
from accounts.moving.services import mover
from billing.models import Invoice
from inventory.models import Site
from orders.models import Order
from portal import files, moving
from portal.actors import system
from portal.models import Event, Following, Notice, StoredFile
from portal.tables import TenantForeignKey, tables
from tests import make
from tests.billing import builders
from tests.faces import as_app, as_staff, connected_as, inside


@pytest.fixture
def branch(transactional_db, acme, acme_main, acme_branch, alice, alan, bob, dora, deliver):
    """Acme's branch with one of everything, on a site that its main account uses too."""
    site = make.site(acme, code="DEN")
    make.service(acme_main, number="WV-MAIN", a_site=site)
    service = make.service(acme_branch, number="WV-BRANCH", a_site=site)
    make.order(acme_branch, number="ORD-2026-00002", service=service, a_site=site, care_manager=None)
    make.order(acme_main, number="ORD-2026-00001")
    builders.start(dora)
    for account in (acme_main, acme_branch):
        make.charge(account, "800.00", starts_on=builders.NOVEMBER)
    builders.issue(acme_main)
    invoice = builders.issue(acme_branch)
    with inside(acme):
        line = invoice.lines.get()
    found = builders.dispute(alice, invoice, builders.claim(line, "100.00"))
    builders.decide(dora, builders.disputed(found), "40.00")
    with inside(acme):
        key = files.put(acme.pk, ContentFile(b"%PDF-1.7 letter"))
        files.hang(
            found, key, name="letter.pdf", media_type="application/pdf", size=15, sha256="0" * 64,
            actor=system(acme.pk), at=timezone.now(),
        )  # fmt: skip
    make.group(acme, "Western", acme_main, acme_branch)
    make.contact(acme, "ap@acme.example", account=acme_branch, wants_billing=True)
    deliver()
    return acme_branch


def move(source, target, *accounts, at=None):
    with connected_as("portal_owner"):
        keys = [each.pk for each in accounts]
        return mover.move(keys, source=source, target=target, reference="MV-1", at=at or timezone.now())


def picture():
    """Every row of every tenant table, but for what tells of the move."""
    with as_staff():
        return {
            name: sorted(map(str, model._base_manager.values_list()))
            for name, model in tables().items()
            if model.table_kind == "tenant"
        }


def count(model, owner, **fields):
    with as_staff():
        return model._base_manager.filter(enterprise=owner, **fields).count()


def test_every_tenant_table_says_how_it_moves():
    assert moving.unknown() == set()


def test_what_names_a_row_that_moves_moves_with_it_or_names_its_former_self():
    known = tables()
    follows = {*moving.named(moving.Root), *moving.named(moving.Along)}
    for name, way in moving.WAYS.items():
        links = {
            field.column
            for field in known[name]._meta.local_fields
            if isinstance(field, TenantForeignKey) and field.related_model._meta.db_table in follows
        }
        handled = {way.column} if isinstance(way, moving.LeftBehind) else links if name in follows else set()
        assert links <= handled, name


def test_who_names_a_row_that_moves_is_found_by_an_index(db):
    """Each composite key is asked for each row that moves; without an index that reads the table for each of them."""
    ways = (moving.Root, moving.Along, moving.Shared, moving.WithThing)
    goes = [name for way in ways for name in moving.named(way)]
    with connection.cursor() as cursor:
        cursor.execute(UNINDEXED, [goes])
        assert cursor.fetchall() == []


UNINDEXED = """
SELECT c.conname FROM pg_constraint c
 WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 AND c.confrelid::regclass::text = ANY(%s)
   AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid
                      AND (i.indkey[0], i.indkey[1]) = (c.conkey[1], c.conkey[2]))
"""


def test_an_account_moves_with_all_that_hangs_on_it(branch, acme, borealis, alice, alan, bob, client_of):
    for number in ("ORD-2026-00001", "ORD-2026-00002"):
        assert client_of(alice).post(f"/e/204817/following/order/{number}/own/").status_code == 302
    with as_staff():
        invoice = Invoice.objects.get(account=branch)
        told = set(Event.objects.filter(enterprise=acme).values_list("pk", "facts__order", "actor_name"))
    frozen = dict(invoice.bill_to)
    old, new = client_of(alan), client_of(bob)
    pages = ["orders/ORD-2026-00002/", f"billing/invoices/{invoice.number}/", f"accounts/{branch.pk}/"]
    assert [old.get(f"/e/204817/{each}").status_code for each in pages] == [200] * 3
    assert [new.get(f"/e/305120/{each}").status_code for each in pages] == [404] * 3

    done = move(acme, borealis, branch)

    assert done.numbers == ["5-KTR3Q"]
    assert [new.get(f"/e/305120/{each}").status_code for each in pages] == [200] * 3
    assert {old.get(f"/e/204817/{each}").status_code for each in pages} <= {403, 404}
    dispute = new.get("/e/305120/billing/disputes/").content.decode()
    assert "5-KTR3Q" in dispute
    with as_staff():
        assert Invoice.objects.get(pk=invoice.pk).bill_to == frozen
        # The source's journal is as it was written, and has one line more.
        kept = set(Event.objects.filter(enterprise=acme).values_list("pk", "facts__order", "actor_name"))
        assert told <= kept and len(kept - told) == 1
        came = Event.objects.filter(enterprise=borealis, facts__has_key=moving.CAME_FROM)
        assert came.exists() and not came.filter(actor_name__startswith="Alice").exists()
        assert StoredFile.objects.get(name="letter.pdf").enterprise_id == borealis.pk
        # A place of both stays with the one and is copied for the other.
        assert set(Site.objects.filter(code="DEN").values_list("enterprise_id", flat=True)) == {acme.pk, borealis.pk}
    # The order of the account that stayed is where it was, and is followed as before.
    assert count(Following, acme) == 1 and count(Following, borealis) == 0
    assert count(Order, acme) == 1 and count(Order, borealis) == 1


def test_what_people_held_there_ends_and_stays_to_be_asked_for(branch, acme, borealis, alan, alice, bob):
    before = timezone.now()
    at = before + timedelta(seconds=5)
    move(acme, borealis, branch, at=at)
    with inside(acme):
        member = Membership.objects.get(user=alan)
        assert selectors.get_permissions(member) == {}
        former = Account.ever.get(number="5-KTR3Q")
        assert former.is_former and not Account.objects.filter(number="5-KTR3Q").exists()
        assert not GroupedAccount.objects.filter(account=former, until_at=None).exists()
        could = selectors.list_who_could(acme.pk, "billing.view", former.pk, before)
        assert {each.name for each in could} == {"Alan Tran", "Alice Moreau"}
        assert selectors.list_who_could(acme.pk, "billing.view", former.pk, at + timedelta(days=1)) == {}
        assert AccountGroup.objects.get().is_active
    with inside(borealis):
        # Who administered there in March could not see then what came in November.
        assert selectors.list_who_could(borealis.pk, "billing.view", branch.pk, before) == {}
        later = selectors.list_who_could(borealis.pk, "billing.view", branch.pk, at + timedelta(days=1))
        assert {each.name for each in later} == {"Bob Fuentes"}
    with as_staff():
        assert not Grant.objects.filter(enterprise=borealis).exists()


def test_who_could_see_it_then_is_answered_on_the_page_of_rights(branch, acme, borealis, alice, bob, client_of):
    day = f"{make.today():%Y-%m-%d}"
    move(acme, borealis, branch, at=timezone.now())
    why = "people/why/?permission=billing.view&account=5-KTR3Q"
    page = client_of(alice).get(f"/e/204817/{why}&start={day}").content.decode()
    assert "Alan Tran" in page and "Bob" not in page
    assert "Alan Tran" not in client_of(alice).get(f"/e/204817/{why}").content.decode().split("</form>")[-1]
    assert "Alan" not in client_of(bob).get(f"/e/305120/{why}&start={day}").content.decode()


def test_the_administrators_of_both_are_told_and_nobody_is_told_twice(branch, acme, borealis, deliver):
    with as_staff():
        sent = Notice.objects.count()
    move(acme, borealis, branch)
    notices = deliver()[sent:]
    assert {(each.kind, each.recipient) for each in notices} == {
        ("accounts.left", "alice@acme.example"),
        ("accounts.came", "bob@borealis.example"),
    }
    assert "5-KTR3Q" in notices[0].body_text


def test_a_second_run_moves_nothing(branch, acme, borealis):
    move(acme, borealis, branch)
    before = picture()
    assert move(acme, borealis, branch).numbers == []
    assert picture() == before


def test_an_account_that_comes_back_finds_its_history(branch, acme, borealis, alan, dora):
    now = timezone.now()
    with as_staff():
        stories = Event.objects.filter(enterprise=acme, story_type__in=["orders.order", "billing.dispute"]).count()
    move(acme, borealis, branch, at=now + timedelta(seconds=5))
    move(borealis, acme, branch, at=now + timedelta(seconds=10))
    with as_staff():
        assert (
            Account.ever.filter(enterprise=acme).count() == 2
            and not Account.ever.filter(enterprise=acme, is_former=True).exists()
        )
        again = Event.objects.filter(enterprise=acme, story_type__in=["orders.order", "billing.dispute"]).count()
        assert again == stories
        grant = Grant.objects.filter(account=branch).first()
        assert grant.enterprise_id == acme.pk and grant.until_at
    with inside(acme):
        could = [
            {each.name for each in selectors.list_who_could(acme.pk, "billing.view", branch.pk, moment)}
            for moment in (now, now + timedelta(seconds=7), now + timedelta(seconds=15))
        ]
    assert could == [{"Alan Tran", "Alice Moreau"}, set(), {"Alice Moreau"}]


def test_what_hangs_together_with_what_stays_moves_not_at_all(branch, acme, acme_main, borealis, deliver):
    with inside(acme):
        Order.objects.filter(number="ORD-2026-00001").update(service=Order.objects.get(number="ORD-2026-00002").service)
    before = picture()
    with pytest.raises(mover.CannotMove):
        move(acme, borealis, branch)
    assert picture() == before


def test_nothing_moves_while_its_events_are_still_being_told(branch, acme, borealis, dora):
    with inside(acme):
        Order.objects.filter(account=branch)
    builders.issue(branch, builders.DECEMBER, builders.LATER)
    from billing.services import papers

    with as_staff():
        invoice = Invoice.objects.get(account=branch, period_on=builders.DECEMBER)
        papers.tell_ready(acme.pk, invoice.pk, at=builders.LATER)
    before = picture()
    with pytest.raises(mover.NotYet):
        move(acme, borealis, branch)
    assert picture() == before


def test_an_issued_invoice_changes_for_nobody_else(branch, acme, borealis):
    with pytest.raises(IntegrityError), inside(acme):
        Invoice.objects.filter(account=branch).update(total=1)
    with as_app():
        assert not Invoice.objects.filter(enterprise=borealis).exists()


def test_who_bills_while_the_account_moves_bills_on_one_side(branch, acme, borealis, dora):
    gate = Barrier(2)

    def bill():
        try:
            gate.wait(10)
            builders.issue(branch, builders.DECEMBER, builders.LATER)
        except Exception as error:
            return error
        finally:
            connection.close()

    # The owner's connection is another thread's own.
    def carry():
        try:
            with connected_as("portal_owner"):
                gate.wait(10)
                keys = [branch.pk]
                return mover.move(keys, source=acme, target=borealis, reference="MV-1", at=timezone.now())
        except mover.NotYet:
            return None

    with ThreadPoolExecutor(2) as pool:
        billed, done = pool.submit(bill), pool.submit(carry)
        billed.result(), done.result()
    with as_staff():
        owners = set(Invoice.objects.filter(account_id=branch.pk).values_list("enterprise_id", flat=True))
        assert owners == {Account.objects.get(pk=branch.pk).enterprise_id}


def test_files_that_moved_are_not_cleaned_away(branch, acme, borealis):
    move(acme, borealis, branch)
    with as_staff():
        assert files.clean(timezone.now() + timedelta(days=30)) == 0
        assert StoredFile.objects.filter(name="letter.pdf").exists()
