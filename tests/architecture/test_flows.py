"""State machines: the choices, the table and the database say the same, and no write goes past the table."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from portal.flows import FLOWS

ROOT = Path(__file__).parents[2]
FIELDS = {"status", "outcome"}
DOMAIN = [
    path
    for app in ("accounts", "inventory", "orders", "billing", "portal/exports")
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts
]
# States that no service reaches yet: they come with load_carrier, until the pages that lead there are built.
ONLY_LOADED = {
    "service": {"suspended"},
}


# Named by the rules, from what was credited.
COMPUTED = {"disputedline": {"upheld", "partly", "denied"}}


def machines():
    """(model, field, flow) of every field that a machine governs."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            for flow in FLOWS.values():
                if field.choices and list(field.choices) == list(flow.states.choices):
                    yield model, field, flow


def test_every_machine_governs_a_field():
    assert {flow.name for _, _, flow in machines()} == set(FLOWS)


@pytest.mark.parametrize(("model", "field", "flow"), [pytest.param(*m, id=m[2].name) for m in machines()])
def test_the_database_holds_exactly_the_states_of_the_table(db, model, field, flow):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'c' AND conname = ANY(%s)",
            # A second table of the same machine has its own name in it.
            [model._meta.db_table, [f"{each}_{field.name}_known" for each in (flow.name, model._meta.db_table)]],
        )
        found = cursor.fetchall()
    assert len(found) == 1
    assert set(re.findall(r"'([^']+)'", found[0][0])) == set(flow.states.values)
    assert max(map(len, flow.states.values)) <= field.max_length


@pytest.mark.parametrize("flow", FLOWS.values(), ids=list(FLOWS))
def test_every_state_is_reached_from_the_first_and_every_end_is_one(flow):
    first = flow.states.values[0]
    reached, waiting = {first}, [first]
    while waiting:
        for target in flow.moves.get(waiting.pop(), ()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    assert reached == set(flow.states.values)


def writes(tree):
    """(line, function) wherever a governed field is assigned or updated."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                flat = [each for target in targets for each in getattr(target, "elts", [target])]
                if any(isinstance(each, ast.Attribute) and each.attr in FIELDS for each in flat):
                    yield node.lineno, function
            is_update = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "update"
            if is_update and {keyword.arg for keyword in node.keywords} & FIELDS:
                yield node.lineno, function


def is_service(path):
    return path.stem == "services" or bool({"services", "exports"} & set(path.parts))


def asks(function):
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(isinstance(call.func, ast.Attribute) and call.func.attr == "require" for call in calls)


def test_a_state_is_written_only_by_a_service_that_asked_its_table():
    found = []
    for path in DOMAIN:
        for line, function in writes(ast.parse(path.read_text())):
            if not is_service(path) or not asks(function):
                found.append(f"{path.relative_to(ROOT)}:{line} in {function.name}")
    assert found == []


@pytest.mark.parametrize("flow", FLOWS.values(), ids=list(FLOWS))
def test_every_state_is_reached_by_a_service_or_said_to_be_loaded(flow):
    """A state of the table that nothing leads to is noticed, and so is one that has found its service."""
    targets = set().union(*flow.moves.values()) - COMPUTED.get(flow.name, set())
    unused = {target for target in targets if not is_brought(flow, target)}
    assert unused == ONLY_LOADED.get(flow.name, set()) & targets


def is_brought(flow, target):
    """Whether a service hands the state on or writes it, rather than only asking whether it is there."""
    name = f"{flow.states.__name__}.{target.upper()}"
    nodes = [node for path in DOMAIN if is_service(path) for node in ast.walk(ast.parse(path.read_text()))]
    values = [arg for node in nodes if isinstance(node, ast.Call) for arg in node.args]
    values += [value for node in nodes if isinstance(node, ast.Dict) for value in node.values]
    values += [node.value for node in nodes if isinstance(node, ast.Assign)]
    values += [word.value for node in nodes if isinstance(node, ast.Call) for word in node.keywords]
    values += [each for value in values if isinstance(value, ast.Tuple) for each in value.elts]
    values += [each for value in values if isinstance(value, ast.IfExp) for each in (value.body, value.orelse)]
    return any(ast.unparse(value) == name for value in values)
