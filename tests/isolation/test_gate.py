"""The gate finds what would let one tenant see another: each defect is made, seen, and, where migrate can, repaired."""

from io import StringIO
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal import db, walls

LAX = """CREATE OR REPLACE FUNCTION current_enterprise() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
         RETURN coalesce(nullif(current_setting('portal.enterprise_id', true), ''), '1')::bigint"""


class Defect(NamedTuple):
    """A way to break the walls, the rule that finds it, and whether migrate repairs it."""

    what: str
    sql: str
    rule: str
    is_repaired: bool = True


NOBODYS = False  # a person must look: migrate does not undo it

DEFECTS = [
    # the walls
    Defect("row-level security is off", "ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY", "G2"),
    Defect("the owner steps over it", "ALTER TABLE orders_order NO FORCE ROW LEVEL SECURITY", "G2"),
    Defect("the tenant's policy is gone", "DROP POLICY tenant ON billing_invoice", "G2"),
    Defect("the policy lets all rows through", "ALTER POLICY tenant ON billing_invoice USING (true)", "G5"),
    Defect("the policy lets all rows in", "ALTER POLICY tenant ON billing_invoice WITH CHECK (true)", "G5"),
    Defect(
        "the policy has an or",
        "ALTER POLICY tenant ON orders_order USING (enterprise_id = current_enterprise() OR number = 'ORD-1')",
        "G5",
    ),
    Defect("a second policy opens", "CREATE POLICY also ON orders_order TO portal_app USING (status = 'open')", "G5"),
    Defect("a policy for everybody", "CREATE POLICY all_of_us ON accounts_account TO PUBLIC USING (true)", "G5"),
    Defect("the policy only narrows", "CREATE POLICY less ON orders_order AS RESTRICTIVE USING (true)", "G12"),
    Defect("staff write outside", "CREATE POLICY w ON orders_order FOR UPDATE TO portal_staff USING (true)", "G12"),
    Defect("staff see nothing", "DROP POLICY staff_read ON orders_order", "G12"),
    Defect(
        "the relay sees orders", "CREATE POLICY r ON orders_order FOR SELECT TO portal_dispatch USING (true)", "G12"
    ),
    Defect("the relay cannot claim", "DROP POLICY dispatch_claim ON portal_notice", "G12"),
    Defect("the setting has a fallback", LAX, "G5"),
    # tables, columns, indexes
    Defect("a table of no kind", "CREATE TABLE orders_scratch (enterprise_id bigint, text text)", "G3", NOBODYS),
    Defect("a table elsewhere", "CREATE SCHEMA x; CREATE TABLE x.scratch (text text)", "G3", NOBODYS),
    Defect("a tenant without wall", "ALTER TABLE inventory_product ADD enterprise_id bigint", "G3", NOBODYS),
    Defect("a row may have no tenant", "ALTER TABLE orders_milestone ALTER enterprise_id DROP NOT NULL", "G4", NOBODYS),
    Defect("one tenant's number bars another", "CREATE UNIQUE INDEX u ON orders_order (number)", "G8", NOBODYS),
    Defect("unique before the tenant", "CREATE UNIQUE INDEX u ON orders_order (number, enterprise_id)", "G8", NOBODYS),
    Defect("an index across tenants", "CREATE INDEX i ON orders_order (title, enterprise_id)", "G9", NOBODYS),
    Defect(
        "no index for the tenant",
        "ALTER TABLE accounts_contact DROP CONSTRAINT accounts_contact_once,"
        " DROP CONSTRAINT accounts_contact_enterprise_id_key;"
        " DROP INDEX accounts_contact_name, accounts_contact_account",
        "G9",
        NOBODYS,
    ),
    # keys
    Defect(
        "a key that crosses",
        "ALTER TABLE orders_order ADD FOREIGN KEY (account_id) REFERENCES accounts_account",
        "G7",
        NOBODYS,
    ),
    Defect(
        "no composite key", "ALTER TABLE orders_order DROP CONSTRAINT orders_order_account_id_tenant", "G7", NOBODYS
    ),
    Defect(
        "a composite key never checked",
        "ALTER TABLE orders_order DROP CONSTRAINT orders_order_account_id_tenant, ADD CONSTRAINT"
        " orders_order_account_id_tenant FOREIGN KEY (enterprise_id, account_id)"
        " REFERENCES accounts_account (enterprise_id, id) NOT VALID",
        "G7",
        NOBODYS,
    ),
    Defect(
        "a composite key crossed over",
        "ALTER TABLE orders_order DROP CONSTRAINT orders_order_account_id_tenant, ADD CONSTRAINT"
        " orders_order_account_id_tenant FOREIGN KEY (account_id, enterprise_id)"
        " REFERENCES accounts_account (enterprise_id, id)",
        "G7",
        NOBODYS,
    ),
    Defect(
        "sign-in points behind the wall",
        "ALTER TABLE accounts_user ADD FOREIGN KEY (default_enterprise_id) REFERENCES accounts_enterprise",
        "G7",
        NOBODYS,
    ),
    # views and functions
    Defect("a view of its owner's", "CREATE VIEW v AS SELECT * FROM orders_order", "G6", NOBODYS),
    Defect(
        "a copy without walls",
        "CREATE MATERIALIZED VIEW m AS SELECT * FROM orders_order; GRANT SELECT ON m TO portal_app",
        "G6",
    ),
    Defect(
        "a function with another's rights",
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER RETURN (SELECT count(*) FROM orders_order)",
        "G6",
    ),
    # privileges
    Defect("customers may empty a table", "GRANT TRUNCATE ON orders_order TO portal_app", "G10"),
    Defect("staff may point at a table", "GRANT REFERENCES ON orders_order TO portal_staff", "G10"),
    Defect("everybody may hang on a trigger", "GRANT TRIGGER ON orders_order TO PUBLIC", "G10"),
    Defect("the journal can be changed", "GRANT UPDATE ON portal_event TO portal_app", "G11"),
    Defect("the catalogue can be written", "GRANT INSERT ON inventory_product TO portal_app", "G11"),
    Defect("the carrier's own can be read", "GRANT SELECT ON accounts_staffmember TO portal_app", "G11"),
    Defect("everybody reads", "GRANT SELECT ON accounts_user TO PUBLIC", "G11"),
    Defect("the relay reads words", "GRANT SELECT (subject, body_text) ON portal_notice TO portal_dispatch", "G11"),
    Defect("the relay reads all", "GRANT SELECT ON portal_notice TO portal_dispatch", "G11"),
    Defect("a notice can be reworded", "GRANT UPDATE (body_text) ON portal_notice TO portal_app", "G11"),
    Defect("numbers can be set back", "GRANT UPDATE ON SEQUENCE portal_number_order TO portal_app", "G11"),
    Defect("a right is missing", "REVOKE UPDATE ON portal_notice FROM portal_app", "G11"),
    Defect("customers may create", "GRANT CREATE ON SCHEMA public TO portal_app", "G11", NOBODYS),
    Defect(
        "what comes next is open",
        "ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner GRANT SELECT ON TABLES TO portal_app",
        "G11",
        NOBODYS,
    ),
    # roles
    Defect("a role that bypasses", "ALTER ROLE portal_app BYPASSRLS", "G1", NOBODYS),
    Defect("a superuser", "ALTER ROLE portal_dispatch SUPERUSER", "G1", NOBODYS),
    Defect("a maker of roles", "ALTER ROLE portal_staff CREATEROLE", "G1", NOBODYS),
    Defect("customers may become staff", "GRANT portal_staff TO portal_app", "G1", NOBODYS),
    Defect("staff are inside everywhere", "GRANT portal_staff_inside TO portal_staff WITH INHERIT TRUE", "G1", NOBODYS),
    Defect("the inner role signs in", "ALTER ROLE portal_staff_inside LOGIN", "G1", NOBODYS),
    Defect("a tenant from the start", "ALTER ROLE portal_app SET portal.enterprise_id = '1'", "G1", NOBODYS),
    Defect("a table of the role's own", "ALTER TABLE orders_order OWNER TO portal_app", "G1", NOBODYS),
]


def broken() -> set[str]:
    return {breach.number for breach in walls.breaches()}


def test_the_walls_stand(db):
    assert walls.breaches() == []


def test_the_gate_has_all_its_rules():
    assert [question.number for question in walls.questions()] == [f"G{n}" for n in range(1, 13)]


@pytest.mark.usefixtures("superuser")
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.what)
def test_a_defect_is_found_and_repaired(defect):
    with connection.cursor() as cursor:
        # Migrations are the owner's; what they cannot break, the superuser can.
        cursor.execute("SET LOCAL ROLE " + ("postgres" if defect.rule == "G1" else "portal_owner"))
        cursor.execute(defect.sql)
        assert defect.rule in broken()
        cursor.execute("SET LOCAL ROLE portal_owner")
        if defect.is_repaired:
            assert db.reconcile() != []
            assert walls.breaches() == []
            assert db.reconcile() == []


@pytest.mark.usefixtures("superuser")
def test_an_operator_is_told_what_is_wrong():
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON accounts_staffmember TO portal_app")
    said = StringIO()
    with pytest.raises(CommandError, match="1 of these should not be"):
        call_command("walls", stdout=said)
    assert "portal_app may SELECT on accounts_staffmember and should not" in said.getvalue()


def test_an_operator_is_told_that_all_is_well(db):
    said = StringIO()
    call_command("walls", stdout=said)
    assert "The walls stand" in said.getvalue()
