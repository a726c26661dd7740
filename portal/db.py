"""The database's side of the kinds of table: roles, walls and grants.

``provision`` makes the roles and the database, once, as a superuser. ``reconcile`` runs at the
end of every ``migrate`` as the owner and makes privileges and policies equal to what the kinds
say, changing only what differs: policy statements take the strongest lock there is. What nobody
declared is erased.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from portal import numbers
from portal.tables import LIBRARY_TABLES, Kind, Table, tables

OWNER, APP, STAFF, INSIDE, DISPATCH = (
    "portal_owner",
    "portal_app",
    "portal_staff",
    "portal_staff_inside",
    "portal_dispatch",
)
GOVERNED = (APP, STAFF, INSIDE, DISPATCH)

_READ = ("SELECT",)
_WRITE = ("SELECT", "INSERT", "UPDATE", "DELETE")
# The customers' side reads; what its people and tasks write, a table says itself.
KIND_GRANTS: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.TENANT_OWNED: {APP: _READ, STAFF: _READ, INSIDE: _WRITE},
    Kind.IDENTITY: {APP: _WRITE, STAFF: _WRITE, INSIDE: _READ},
    Kind.PUBLISHED: {APP: _READ, STAFF: _WRITE, INSIDE: _READ},
    Kind.CARRIER_OWNED: {STAFF: _WRITE, INSIDE: _READ},
}

_OWN = "(enterprise_id = current_enterprise())"

# Inlined by the planner, so that it sees the tenant and knows its size. The setting is '' and
# not NULL once it has been set in a session, hence nullif.
CURRENT_ENTERPRISE = """
CREATE OR REPLACE FUNCTION current_enterprise() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('portal.enterprise_id', true), '')::bigint
"""


# As the catalogue prints its body, to be compared with.
CURRENT_ENTERPRISE_BODY = "RETURN (NULLIF(current_setting('portal.enterprise_id'::text, true), ''::text))::bigint"


class Privilege(NamedTuple):
    """One privilege of one role on a table or sequence, or on one column ('' for the whole)."""

    table: str
    role: str
    action: str
    column: str


class Policy(NamedTuple):
    """A row-level policy as pg_policies prints it."""

    table: str
    name: str
    command: str
    roles: tuple[str, ...]
    using: str | None
    check: str | None


def parse_grant(table: str, role: str, grant: str) -> list[Privilege]:
    """'UPDATE (due_at, state)' becomes one privilege a column."""
    action, _, columns = grant.partition("(")
    names = [name.strip() for name in columns.rstrip(")").split(",")] if columns else [""]
    return [Privilege(table, role, action.strip(), name) for name in names]


def expected_privileges() -> set[Privilege]:
    """What the kinds, the tables' own extras and the number series allow; nobody has anything else."""
    wanted = {Privilege(name, role, "USAGE", "") for name, roles in _sequences().items() for role in roles}
    for name, model in tables().items():
        wanted |= _privileges_of(name, KIND_GRANTS[model.table_kind], model)
    for name, kind in LIBRARY_TABLES.items():
        if kind is not None:
            wanted |= _privileges_of(name, KIND_GRANTS[kind], None)
    # What a process asks before it says that it is ready: whether its tables are up to date.
    return wanted | {Privilege("django_migrations", role, "SELECT", "") for role in (APP, STAFF, DISPATCH)}


def _sequences() -> dict[str, tuple[str, ...]]:
    """Who takes numbers from which sequence. Keys of rows need no grant."""
    series = {numbers.sequence(name): (APP, STAFF, INSIDE) for name in numbers.SERIES}
    # Creating an enterprise takes its key first and then enters its scope.
    return {**series, "accounts_enterprise_enterprise_id_seq": (STAFF,)}


def _privileges_of(name: str, grants: dict[str, tuple[str, ...]], model: type[Table] | None) -> set[Privilege]:
    found = {p for role, actions in grants.items() for action in actions for p in parse_grant(name, role, action)}
    if model is None:
        return found
    for role, actions in model.extra_grants.items():
        found |= {p for action in actions for p in parse_grant(name, role, action)}
    for role, actions in model.withheld.items():
        found -= {p for action in actions for p in parse_grant(name, role, action)}
    return found


def expected_policies() -> set[Policy]:
    """One text for every walled table; a queue opens its time column to the relay."""
    wanted: set[Policy] = set()
    for name, model in tables().items():
        if model.table_kind is not Kind.TENANT_OWNED:
            continue
        wanted.add(Policy(name, "tenant", "ALL", (APP, INSIDE), _OWN, _OWN))
        wanted.add(Policy(name, "staff_read", "SELECT", (STAFF,), "true", None))
        if DISPATCH in model.extra_grants:
            wanted.add(Policy(name, "dispatch_read", "SELECT", (DISPATCH,), "true", None))
            wanted.add(Policy(name, "dispatch_claim", "UPDATE", (DISPATCH,), "true", "true"))
    return wanted


_PRIVILEGES = """
SELECT c.relname, coalesce(r.rolname, 'public'), x.privilege_type, ''
  FROM pg_class c, aclexplode(c.relacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
 WHERE c.relnamespace = 'public'::regnamespace AND (r.rolname = ANY(%(roles)s) OR x.grantee = 0)
   AND pg_has_role(c.relowner, 'USAGE')
UNION ALL
SELECT c.relname, coalesce(r.rolname, 'public'), x.privilege_type, a.attname
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x
  LEFT JOIN pg_roles r ON r.oid = x.grantee
 WHERE c.relnamespace = 'public'::regnamespace AND (r.rolname = ANY(%(roles)s) OR x.grantee = 0)
   AND pg_has_role(c.relowner, 'USAGE')
"""


def actual_privileges(cursor: CursorWrapper) -> set[Privilege]:
    """What is granted now to our roles, and to "public", which is everybody, on what is ours to grant."""
    cursor.execute(_PRIVILEGES, {"roles": list(GOVERNED)})
    return {Privilege(*row) for row in cursor.fetchall()}


def actual_policies(cursor: CursorWrapper) -> set[Policy]:
    """The policies that stand now, whoever wrote them."""
    cursor.execute(
        "SELECT tablename, policyname, cmd, roles::text[], qual, with_check"
        " FROM pg_policies WHERE schemaname = 'public'"
    )
    return {Policy(t, n, c, tuple(sorted(r)), q, w) for t, n, c, r, q, w in cursor.fetchall()}


def reconcile() -> list[str]:
    """Make the database's walls and grants equal to the kinds; returns the statements it ran.

    One transaction: a database is never seen half open.
    """
    done: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        # Each part looks at what the parts before it have made.
        for part in (_functions, _sequence_statements, _wall_statements, _policy_statements, _privilege_statements):
            for statement in list(part(cursor)):
                cursor.execute(statement)
                done.append(statement)
    return done


_FUNCTION_AS_WANTED = """
SELECT FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
 WHERE p.oid = to_regprocedure('public.current_enterprise()') AND pg_get_function_sqlbody(p.oid) = %s
   AND l.lanname = 'sql' AND p.provolatile = 's' AND p.proparallel = 's' AND p.proconfig IS NULL AND NOT p.prosecdef
"""
_STRONG_FUNCTIONS = """
SELECT p.oid::regprocedure, coalesce(r.rolname, 'public')
  FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
  LEFT JOIN pg_roles r ON r.oid = x.grantee
 WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND pg_has_role(p.proowner, 'USAGE')
   AND (r.rolname = ANY(%(roles)s) OR x.grantee = 0)
"""


def _functions(cursor: CursorWrapper) -> Iterable[str]:
    """The tenant's setting, as every policy reads it; and nobody borrows another's rights by a function."""
    cursor.execute(_FUNCTION_AS_WANTED, [CURRENT_ENTERPRISE_BODY])
    if not cursor.fetchall():
        yield CURRENT_ENTERPRISE
    cursor.execute(_STRONG_FUNCTIONS, {"roles": list(GOVERNED)})
    for function, role in cursor.fetchall():
        yield f"REVOKE EXECUTE ON FUNCTION {function} FROM {role}"


def _policy_statements(cursor: CursorWrapper) -> Iterable[str]:
    policies, wanted = actual_policies(cursor), expected_policies()
    for policy in sorted(policies - wanted, key=str):
        yield f'DROP POLICY "{policy.name}" ON "{policy.table}"'
    for policy in sorted(wanted - policies, key=str):
        yield _create_policy(policy)


def _privilege_statements(cursor: CursorWrapper) -> Iterable[str]:
    held, wanted, present = actual_privileges(cursor), expected_privileges(), _present(cursor)
    gone = held - wanted
    for privilege in sorted(gone):
        yield _grant_text("REVOKE", privilege, "FROM")
    # What is revoked from a whole table is gone from its columns too, where it may be wanted.
    left = {p for p in held & wanted if p._replace(column="") not in gone}
    for privilege in sorted(p for p in wanted - left if (p.table, p.column) in present):
        yield _grant_text("GRANT", privilege, "TO")


def _create_policy(policy: Policy) -> str:
    who = f"FOR {policy.command} TO {', '.join(policy.roles)}"
    text = f'CREATE POLICY "{policy.name}" ON "{policy.table}" {who} USING ({policy.using})'
    if policy.check is not None:
        text += f" WITH CHECK ({policy.check})"
    return text


def _grant_text(verb: str, privilege: Privilege, preposition: str) -> str:
    column = f' ("{privilege.column}")' if privilege.column else ""
    # Only a sequence has USAGE; what else it has is granted as if it were a table.
    kind = "SEQUENCE " if privilege.action == "USAGE" else ""
    return f'{verb} {privilege.action}{column} ON {kind}"{privilege.table}" {preposition} {privilege.role}'


def _present(cursor: CursorWrapper) -> set[tuple[str, str]]:
    """The tables, their columns and the sequences there are by now; '' is the whole table or sequence."""
    cursor.execute(
        "SELECT c.relname, a.attname FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relnamespace = 'public'::regnamespace"
    )
    rows = cursor.fetchall()
    return {(table, "") for table, _ in rows} | {(table, column) for table, column in rows if column}


def _wall_statements(cursor: CursorWrapper) -> Iterable[str]:
    walled = sorted(n for n, m in tables().items() if m.table_kind is Kind.TENANT_OWNED)
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND NOT (relrowsecurity AND relforcerowsecurity)"
        " AND relnamespace = 'public'::regnamespace",
        [walled],
    )
    for (name,) in cursor.fetchall():
        yield f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY'


def _sequence_statements(cursor: CursorWrapper) -> Iterable[str]:
    present = _present(cursor)
    for name in map(numbers.sequence, numbers.SERIES):
        if (name, "") not in present:
            yield f'CREATE SEQUENCE "{name}"'


# --- provisioning --------------------------------------------------------------------------

_ROLE_SETTINGS = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "transaction_timeout": "30s",
}


def role_statements(*, test: bool) -> list[str]:
    """Roles without their passwords, in an order that bears being repeated."""
    statements = [
        _role(OWNER, "LOGIN BYPASSRLS CREATEDB" if test else "LOGIN BYPASSRLS NOCREATEDB"),
        _role(APP, "LOGIN"),
        _role(STAFF, "LOGIN"),
        _role(DISPATCH, "LOGIN"),
        _role(INSIDE, "NOLOGIN"),
        f"GRANT {INSIDE} TO {STAFF} WITH INHERIT FALSE, SET TRUE",
    ]
    if test:
        statements.append(_role("portal_test", "LOGIN NOINHERIT"))
        statements += [f"GRANT {role} TO portal_test WITH INHERIT FALSE, SET TRUE" for role in GOVERNED]
    else:
        # The owner's loads and migrations may take long. Tasks are bounded like requests: what is long in them,
        # printing and mailing, stands outside every transaction.
        bounded = (APP, STAFF, DISPATCH)
        statements += [f"ALTER ROLE {r} SET {k} = '{v}'" for r in bounded for k, v in _ROLE_SETTINGS.items()]
    return statements


def _role(name: str, attributes: str) -> str:
    return f"""DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE {name}; END IF;
      ALTER ROLE {name} NOSUPERUSER NOCREATEROLE NOREPLICATION {attributes};
    END $$"""


def refuse_stronger_role(role: str) -> str | None:
    """Why this connection must not serve, or None: its user is not the one its process names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT session_user, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb,"
            " EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace)"
            # Membership is strength too; only staff may take one further role, inside an enterprise.
            " OR EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
            " WHERE m.member = pg_roles.oid AND (session_user, g.rolname) <> (%s, %s))"
            " FROM pg_roles WHERE rolname = session_user",
            [STAFF, INSIDE],
        )
        user, is_strong, has_more = cursor.fetchone()
    if user != role:
        return f"This process is {role}, but the database knows it as {user}."
    if role != OWNER and (is_strong or has_more):
        return f"The database role {user} is stronger than this process may be."
    return None
