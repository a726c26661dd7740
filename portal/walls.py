"""The gate of the walls: what the database has, held against what the kinds of table say.

``rls_gate.sql`` has the questions; this module tells it what is declared. Nothing is repaired
here: that is ``portal.db.reconcile``.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, models

from portal import db
from portal.tables import LIBRARY_TABLES, Kind, TenantKey, tables

GATE = Path(__file__).with_name("rls_gate.sql")

# Each question stands behind these tables of what is declared.
_DECLARED = """WITH
roles AS (SELECT * FROM jsonb_to_recordset(%(roles)s) AS t(name text)),
kinds AS (SELECT * FROM jsonb_to_recordset(%(kinds)s) AS t(name text, kind text)),
keys AS (SELECT * FROM jsonb_to_recordset(%(keys)s) AS t(name text, source text, link text, target text)),
worklists AS (SELECT * FROM jsonb_to_recordset(%(worklists)s) AS t(name text)),
wanted AS (SELECT * FROM jsonb_to_recordset(%(wanted)s) AS t(name text, role text, action text, part text)),
rules AS (SELECT * FROM jsonb_to_recordset(%(rules)s)
          AS t(name text, rule text, command text, whom text, sees text, checks text))
"""


@dataclass(frozen=True)
class Question:
    """One rule of the gate: its number, what it says of whatever it finds, and the query."""

    number: str
    title: str
    query: str


class Breach(NamedTuple):
    """Something that breaks a rule of the gate."""

    number: str
    title: str
    found: str


def questions() -> list[Question]:
    """The rules of the gate, in their order."""
    parts = re.split(r"^-- (G\d+) (.+)$", GATE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return [Question(*(part.strip() for part in parts[n : n + 3])) for n in range(0, len(parts), 3)]


def breaches() -> list[Breach]:
    """All that breaks a rule; asked of the catalogue, which every role may read."""
    declared = _declared()
    found: list[Breach] = []
    with connection.cursor() as cursor:
        for question in questions():
            cursor.execute(_statement(question.query), declared)
            found += [Breach(question.number, question.title, row[0]) for row in cursor.fetchall()]
    return found


def _statement(query: str) -> str:
    """The question behind what is declared; its own WITH goes on with ours. The driver takes %% for a percent sign."""
    query = query.replace("%", "%%")
    return f"{_DECLARED}, {query.removeprefix('WITH ')}" if query.startswith("WITH ") else _DECLARED + query


def _declared() -> dict[str, str]:
    kinds = {name: model.table_kind.value for name, model in tables().items()}
    kinds |= {name: kind.value if kind else "none" for name, kind in LIBRARY_TABLES.items()}
    return {
        "roles": json.dumps([{"name": role} for role in db.GOVERNED]),
        "kinds": json.dumps([{"name": name, "kind": kind} for name, kind in kinds.items()]),
        "keys": json.dumps(list(_keys())),
        "worklists": json.dumps([{"name": name} for name in work_lists()]),
        "wanted": json.dumps(
            [dict(zip(("name", "role", "action", "part"), p, strict=True)) for p in db.expected_privileges()]
        ),
        "rules": json.dumps([_rule(policy) for policy in db.expected_policies()]),
    }


def _keys() -> Iterator[dict[str, str]]:
    for source, model in tables().items():
        for key in model._meta.constraints:
            if isinstance(key, TenantKey):
                yield {"name": key.name, "source": source, "link": key.column, "target": key.target}


def work_lists() -> set[str]:
    """Indexes of walled tables that do not lead with the tenant: what staff and the relay look for across them."""
    walled = (model for model in tables().values() if model.table_kind is Kind.TENANT_OWNED)
    return {index.name for model in walled for index in model._meta.indexes if _leading(index) != "enterprise"}


def _leading(index: models.Index) -> str:
    """What an index begins with: a column, of an index by expressions too."""
    first = index.expressions[0] if index.expressions else None
    return str(getattr(first, "name", "")) if first is not None else next(iter(index.fields), "")


def _rule(policy: db.Policy) -> dict[str, Any]:
    return {
        "name": policy.table,
        "rule": policy.name,
        "command": policy.command,
        "whom": ", ".join(sorted(policy.roles)),
        "sees": policy.using,
        "checks": policy.check,
    }
