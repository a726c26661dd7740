"""The database keeps tenants apart by itself, and refuses a process that is too strong."""

import io

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from accounts.models import Account, Contact, Enterprise
from billing.models import Invoice
from orders.models import Milestone, Order
from portal import db, tenancy
from portal.models import Event, Locator, Notice, NumberCounter, Todo
from portal.tenancy import WrongScope, tenant_scope
from tests import make
from tests.faces import as_app, as_staff, connected_as, inside, playing

EVENT = {
    "kind": "x", "at": "2026-01-01T00:00Z", "actor_kind": "system", "actor_name": "x",
    "subject_type": "x", "subject_id": 1, "story_type": "x", "story_id": 1,
}  # fmt: skip


@pytest.fixture
def two_orders(acme_main, borealis_main):
    return make.order(acme_main), make.order(borealis_main)


def test_without_a_scope_there_is_nothing(two_orders):
    assert Order.objects.count() == 0
    assert Enterprise.objects.count() == 0


def test_in_a_scope_there_is_only_the_tenant(acme, two_orders):
    with tenant_scope(acme.pk):
        assert list(Order.objects.all()) == [two_orders[0]]
        assert list(Enterprise.objects.all()) == [acme]
    assert Order.objects.count() == 0


def test_the_outer_scope_comes_back(acme, two_orders):
    with tenant_scope(acme.pk):
        with tenant_scope(acme.pk):
            pass
        assert Order.objects.count() == 1


def test_no_step_from_one_tenant_into_another(acme, borealis, two_orders):
    with tenant_scope(acme.pk), pytest.raises(WrongScope), tenant_scope(borealis.pk):
        pass


def test_an_error_in_a_scope_leaves_none_behind(acme, two_orders):
    with pytest.raises(IntegrityError), inside(acme):
        Milestone.objects.create(enterprise=acme, order=two_orders[0], position=1, kind="build")
    assert tenancy.current_scope() is None
    assert Order.objects.count() == 0


def test_a_row_of_another_tenant_cannot_be_written(acme, borealis, two_orders):
    with inside(acme):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Contact.objects.create(enterprise=borealis, name="x", email="x@x.example")
        assert Order.objects.filter(pk=two_orders[1].pk).update(title="stolen") == 0
        assert Order.objects.filter(pk=two_orders[1].pk).delete()[0] == 0
    with tenant_scope(acme.pk), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Event.objects.create(enterprise=borealis, **EVENT)


def test_the_customers_side_writes_only_what_its_services_need(acme, two_orders):
    with tenant_scope(acme.pk):
        for change in (
            lambda: Order.objects.update(committed_on=None),
            lambda: Account.objects.update(number="5-OTHER"),
            lambda: Enterprise.objects.update(legal_name="Other"),
            lambda: Todo.objects.all()._raw_delete("default"),
            lambda: Notice.objects.update(body_text="Something else"),
            lambda: Locator.objects.update(enterprise_id=acme.pk),
            lambda: Invoice.objects.update(total=0),
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change()


def test_a_link_cannot_cross_tenants(acme, borealis_main, two_orders):
    with inside(acme), pytest.raises(IntegrityError, match="tenant"), transaction.atomic():
        Order.objects.filter(pk=two_orders[0].pk).update(account_id=borealis_main.pk)


def test_staff_read_all_outside_and_one_inside(acme, two_orders):
    with as_staff():
        assert Order.objects.count() == 2
        with tenant_scope(acme.pk):
            assert list(Order.objects.all()) == [two_orders[0]]
            assert Order.objects.update(title="Seen") == 1
        assert Order.objects.count() == 2


def test_the_customers_side_cannot_become_staff_or_loosen_the_wall(acme, two_orders):
    # The test's own connection may become any role, so the question goes to the catalogue.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role('portal_app', r, 'SET') FROM unnest(%s) r", [["portal_staff", "portal_owner"]]
        )
        assert [row[0] for row in cursor.fetchall()] == [False, False]
        for statement in ("ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY", "DROP POLICY tenant ON orders_order"):
            with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
                cursor.execute(statement)


def test_the_customers_side_sees_nothing_of_the_carriers(db):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        NumberCounter.objects.count()


def test_the_journal_is_written_once(acme, alice, two_orders):
    with tenant_scope(acme.pk):
        Event.objects.create(enterprise=acme, **EVENT)
        for change in (lambda: Event.objects.update(kind="y"), lambda: Event.objects.all().delete()):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change()
        assert Event.objects.get().kind == "x"


def test_the_relay_sees_ids_and_no_words(acme):
    with playing("portal_dispatch"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, enterprise_id, due_at FROM portal_notice")
            for column in ("subject", "recipient", "body_text"):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    cursor.execute(f"SELECT {column} FROM portal_notice")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Account.objects.count()


def test_reconcile_erases_what_nobody_declared_and_restores_what_is_missing(transactional_db):
    from django.db import connections

    from tests.conftest import _use

    connections.close_all()
    _use("portal_owner")
    try:
        with tenancy.acting_as("portal_owner"), connection.cursor() as cursor:
            assert db.reconcile() == []
            cursor.execute("GRANT TRUNCATE ON orders_order TO portal_app")
            cursor.execute("GRANT SELECT ON portal_numbercounter TO PUBLIC")
            cursor.execute("DROP POLICY tenant ON orders_order")
            cursor.execute("CREATE POLICY loose ON orders_order TO portal_app USING (true)")
            cursor.execute("ALTER TABLE orders_order NO FORCE ROW LEVEL SECURITY")
            done = db.reconcile()
            assert len(done) == 6, done
            assert db.reconcile() == []
    finally:
        _use("portal_test")


def test_a_whole_migrate_makes_the_walls_right_and_a_plan_changes_nothing(transactional_db):
    def migrate(*how):
        out = io.StringIO()
        call_command("migrate", *how, stdout=out)
        return out.getvalue()

    with connected_as("portal_owner"), connection.cursor() as cursor:
        cursor.execute("DROP POLICY tenant ON orders_order")
        assert "Walls and grants" not in migrate("--plan")
        assert "Walls and grants: 1 statements." in migrate()
        assert db.reconcile() == [] and "Walls and grants" not in migrate()


def test_only_where_tests_run_a_role_becomes_the_others_and_inherits_none():
    grants = {f"GRANT {role} TO portal_test WITH INHERIT FALSE, SET TRUE" for role in db.GOVERNED}
    assert grants <= set(db.role_statements(test=True))
    assert not any("portal_test" in statement for statement in db.role_statements(test=False))


@pytest.mark.usefixtures("db")
def test_a_stronger_role_is_refused():
    assert "knows it as portal_test" in db.refuse_stronger_role("portal_app")


def test_issued_numbers_are_the_owners_to_move(acme):
    from portal import numbers

    with inside(acme):
        first, second = (numbers.take("order", year=2026) for _ in range(2))
        assert first != second and first.startswith("ORD-2026-")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            numbers.move_past("order", 5000)
    with as_app(), pytest.raises(ProgrammingError), transaction.atomic():
        numbers.take_gapless("invoice", issuer="x", year=2026)
