"""What must hold before a process serves, and what `manage.py check` says of the configuration."""

import sys
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import URLPattern, URLResolver, get_resolver

from portal import db, policy

SERVING = {"customer": "portal_app", "staff": "portal_staff"}


def refuse_to_serve(*others: str) -> None:
    """Exit unless the database role is just the face's own, or one of the others this process may be."""
    reason = _wrong_role({SERVING[settings.FACE], *others})
    if reason:
        sys.stderr.write(f"{reason} It will not serve.\n")
        raise SystemExit(3)


def _wrong_role(allowed: set[str]) -> str | None:
    if settings.PORTAL_ROLE not in allowed:
        return f"FACE={settings.FACE} serves as {SERVING[settings.FACE]}, not as {settings.PORTAL_ROLE}."
    try:
        return db.refuse_stronger_role(settings.PORTAL_ROLE)
    except OperationalError as error:
        return f"The database does not answer: {str(error).splitlines()[0]}."


_is_migrated = False


def not_ready() -> str | None:
    """Why this process should be sent no requests now, or None: in words that say nothing secret."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            if cursor.fetchone()[0] != settings.PORTAL_ROLE:
                return "wrong role"
        return None if _migrated() else "migrations missing"
    except DatabaseError:
        return "no answer"


def _migrated() -> bool:
    """Whether every migration of this code is applied; once it is so it stays so."""
    global _is_migrated
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _is_migrated


# name_words is looked into by staff alone, before whom there is no wall.
_SLOW_SEARCH = """
SELECT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE a.atttypid = 'tsvector'::regtype AND a.attname <> 'name_words'
                  AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace)
   AND NOT (SELECT proleakproof FROM pg_proc WHERE oid = 'ts_match_vq(tsvector, tsquery)'::regprocedure)
"""


def slow_search() -> list[str]:
    """Behind the wall only leakproof operators use an index; a superuser must have said that this one is."""
    with connection.cursor() as cursor:
        cursor.execute(_SLOW_SEARCH)
        is_slow = cursor.fetchone()[0]
    return ["Searching words is slow: ts_match_vq is not LEAKPROOF; provision as superuser."] if is_slow else []


def views(resolver: URLResolver | None = None, prefix: str = "") -> list[tuple[str, Any]]:
    """Every route of this face with its view."""
    found: list[tuple[str, Any]] = []
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            found.append((route, entry.callback))
        else:
            found += views(entry, route)
    return found


@register("policies")
def every_view_states_its_policy(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"{route} does not say who may call it.", hint="Use @requires, @signed_in or @public.", id="portal.E001")
        for route, view in views()
        if policy.policy_of(view) is None
    ]
