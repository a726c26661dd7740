"""Rules about the code itself: what every view, template, event kind and command must have."""

import ast
import pathlib
import re

import pytest
from django.apps import apps
from django.template.loader import get_template
from django.urls import get_resolver

from portal import checks, notices, policy, registries
from tests.faces import FaceClient

ROOT = pathlib.Path(__file__).parents[2]
APPS = ["portal", "accounts", "inventory", "orders", "billing"]
SOURCES = [p for app in APPS for p in sorted((ROOT / app).rglob("*.py")) if "migrations" not in p.parts]
INTERFACES = {"views", "api", "tasks", "middleware", "commands", "admission"}
FACES = ("customer", "staff")


def routes(face):
    return checks.views(get_resolver(f"portal.urls.{face}"))


@pytest.mark.parametrize("face", FACES)
def test_every_view_states_its_policy(face):
    assert [route for route, view in routes(face) if policy.policy_of(view) is None] == []


@pytest.mark.parametrize("face", FACES)
def test_every_permission_a_view_asks_for_is_in_the_catalogue(face):
    known = (
        {**registries.permissions(), **registries.staff_permissions()} if face == "staff" else registries.permissions()
    )
    asked = {permission for _, view in routes(face) for permission in policy.permissions_of(view)}
    assert asked <= set(known)


@pytest.mark.parametrize("face", FACES)
def test_nobody_is_let_in_anywhere_without_signing_in(db, face):
    """Every route that is not public sends the nameless to sign in, whatever the method."""
    browser = FaceClient(face)
    for route, view in routes(face):
        if policy.policy_of(view).access is policy.Access.PUBLIC and "<slug:enterprise>" not in route:
            continue
        path = "/" + re.sub(r"<[^>]+>", "1", route).replace("^", "").replace("\\Z", "").replace("$", "")
        for method in ("get", "post"):
            answer = getattr(browser, method)(path)
            if route.startswith("api/"):
                assert answer.status_code == 401, (method, path, answer.status_code)
                continue
            assert answer.status_code in {302, 405}, (method, path, answer.status_code)
            if answer.status_code == 302:
                assert answer.url.startswith("/account/login/"), (path, answer.url)


def test_every_template_compiles():
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file():
            get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("name", sorted(notices.KINDS))
def test_every_kind_of_event_has_its_words_or_is_silent(name):
    kind = notices.KINDS[name]
    if kind.is_silent:
        return
    for ending in ("subject.txt", "txt", "html"):
        get_template(f"emails/{name}.{ending}")


def test_no_mail_is_written_for_nobody():
    named = {re.sub(r"\.(subject\.txt|txt|html)$", "", p.name) for p in (ROOT / "templates/emails").iterdir()}
    assert {n for n in named if not n.startswith("_")} == {k for k, v in notices.KINDS.items() if not v.is_silent}


def test_interfaces_do_not_query():
    """Views, tasks and the rest find with a selector; only the layers below touch the tables."""
    found = []
    for path in SOURCES:
        if path.stem in INTERFACES or "commands" in path.parts:
            if path.name in {"load_carrier.py", "migrate.py", "provision.py"}:
                continue
            tree = ast.parse(path.read_text())
            found += [
                f"{path.relative_to(ROOT)}:{node.lineno}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and node.attr == "objects"
            ]
    assert found == []


def test_the_domain_never_asks_for_the_time():
    """Interfaces bring the moment; a rule that reads the clock cannot be tested or repeated."""
    found = []
    for path in SOURCES:
        if not {path.stem, path.parent.name} & {"services", "selectors", "rules", "models"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "localdate", "utcnow"}:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_the_domain_knows_nothing_of_http_and_templates():
    far = ("django.http", "django.template", "django.shortcuts", "django.urls", "django.contrib.messages")
    found = []
    for path in SOURCES:
        if not {path.stem, path.parent.name} & {"services", "selectors", "rules", "models"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [f"{path.relative_to(ROOT)}: {name}" for name in names if name.startswith(far)]
    assert found == []


def test_no_function_is_longer_than_forty_lines_and_no_file_than_four_hundred():
    long = []
    for path in [*SOURCES, *sorted((ROOT / "bench").glob("*.py")), *sorted((ROOT / "screens").glob("*.py"))]:
        text = path.read_text()
        if text.count("\n") > 400:
            long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 40:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert long == []


def test_no_file_is_named_for_nothing():
    odd = {"utils.py", "helpers.py", "common.py", "signals.py", "managers.py", "mixins.py"}
    assert [str(p) for p in SOURCES if p.name in odd] == []


def test_every_command_and_task_has_a_test():
    tests = "\n".join(p.read_text() for p in (ROOT / "tests").rglob("*.py"))
    commands = {p.stem for app in APPS for p in (ROOT / app).glob("management/commands/[a-z]*.py")}
    from portal.celery import app

    app.loader.import_default_modules()
    tasks = {name for name in app.tasks if not name.startswith("celery.")}
    assert {name for name in commands | tasks if name not in tests and name.rpartition(".")[2] not in tests} == set()


def test_walled_tables_have_no_key_that_bypasses_the_wall():
    """No OneToOne, plain unique or automatic many-to-many between walled tables."""
    from portal.tables import Kind, Table, TenantForeignKey

    found = []
    for model in apps.get_models():
        if not issubclass(model, Table) or model.table_kind is not Kind.TENANT_OWNED:
            continue
        found += [f"{model.__name__}.{f.name}" for f in model._meta.many_to_many]
        for field in model._meta.concrete_fields:
            if field.unique and not field.primary_key:
                found.append(f"{model.__name__}.{field.name}")
            target = field.related_model if field.is_relation else None
            is_walled = (
                isinstance(target, type) and issubclass(target, Table) and target.table_kind is Kind.TENANT_OWNED
            )
            if is_walled and field.name != "enterprise" and not isinstance(field, TenantForeignKey):
                found.append(f"{model.__name__}.{field.name}")
    assert found == []
