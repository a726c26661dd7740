"""The declarations are whole: nothing of the portal is missing from them, and nothing in them is gone."""

import ast
import pathlib
import re

import pytest
from django import forms
from django.apps import apps
from django.urls import get_resolver
from django.utils.module_loading import import_module

from portal import checks, db, policy, walls
from portal.celery import app as queue
from portal.policy import Access
from portal.suggestions import SuggestField
from portal.tables import LIBRARY_TABLES, Kind, tables
from tests.isolation import declarations as declared
from tests.isolation import worlds
from tests.isolation.declarations import ROUTES, STRANGERS, Place

ROOT = pathlib.Path(__file__).parents[2]
FACES = ("customer", "staff")
PRODUCT = [config.path for config in apps.get_app_configs() if pathlib.Path(config.path).parent == ROOT]


def views(face):
    return dict(checks.views(get_resolver(f"portal.urls.{face}")))


@pytest.mark.parametrize("face", FACES)
def test_every_route_is_declared(face):
    assert set(views(face)) == set(ROUTES[face])


@pytest.mark.parametrize("face", FACES)
def test_a_route_is_declared_as_its_view_says(face):
    """A view that asks for less than its declaration would be found by the matrix; this names it at once."""
    for name, view in views(face).items():
        route, stated = ROUTES[face][name], policy.policy_of(view)
        assert {route.needs} - {""} == policy.permissions_of(view), name
        assert (route.place is Place.INSIDE) == ("<slug:enterprise>" in name), name
        if route.place is Place.OPEN:
            assert stated.access is Access.PUBLIC, name


@pytest.mark.parametrize("face", FACES)
def test_every_call_of_the_apis_description_is_declared(face):
    """What integrators are told of is what is tried here, method by method."""
    told = {path: {method.upper() for method in calls} for path, calls in worlds.description(face).items()}
    declared_calls = {
        "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", name): set(route.methods) - {"HEAD"}
        for name, route in ROUTES[face].items()
        if route.is_api
    }
    assert told == declared_calls


@pytest.mark.parametrize("face", FACES)
def test_a_part_of_a_route_names_a_declared_thing(face):
    for name, route in ROUTES[face].items():
        has_parts = "<" in name.replace("<slug:enterprise>", "") and "(?P<" not in name
        assert bool(route.thing) == has_parts, name


def test_every_kind_of_stranger_is_answered_in_every_place_that_holds_customers_data():
    for face, people in STRANGERS.items():
        for who, answers in people.items():
            assert Place.INSIDE in answers, (face, who)


def test_every_table_is_declared_with_its_kind():
    kinds = {name: model.table_kind for name, model in tables().items()}
    kinds |= dict(LIBRARY_TABLES)
    assert {name for name, kind in kinds.items() if kind is Kind.TENANT_OWNED} == set(declared.WALLED)
    assert {name for name, kind in kinds.items() if kind is Kind.IDENTITY} == set(declared.IDENTITY)
    assert {name for name, kind in kinds.items() if kind is Kind.PUBLISHED} == declared.PUBLISHED
    assert {name for name, kind in kinds.items() if kind is Kind.CARRIER_OWNED} == declared.CARRIER_OWNED
    assert {name for name, kind in kinds.items() if kind is None} == declared.UNUSED


def test_the_customers_side_writes_only_what_is_declared():
    written = {name: set() for name in {**declared.WALLED, **declared.IDENTITY}}
    for privilege in db.expected_privileges():
        if privilege.role == db.APP and privilege.action not in {"SELECT", "USAGE"}:
            written.setdefault(privilege.table, set()).add((privilege.action, privilege.column))
    allowed = {**declared.WALLED, **declared.IDENTITY, **declared.PUBLISHED_WRITES}
    assert written == {
        name: {(p.action, p.column) for grant in grants for p in db.parse_grant(name, db.APP, grant)}
        for name, grants in allowed.items()
    }


def test_every_index_across_enterprises_is_declared():
    assert walls.work_lists() == declared.WORK_LISTS


def test_every_task_is_declared():
    queue.loader.import_default_modules()
    assert {name for name in queue.tasks if not name.startswith("celery.")} == set(declared.TASKS)


def test_every_form_that_offers_rows_is_declared():
    """A choice of rows is a query of its own: it must be made from a selector, for the actor."""
    found = set()
    for folder in PRODUCT:
        for path in pathlib.Path(folder).rglob("forms.py"):
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for form in vars(module).values():
                if isinstance(form, type) and issubclass(form, forms.BaseForm):
                    offered = [n for n, f in form.base_fields.items() if isinstance(f, forms.ModelChoiceField)]
                    found |= {f"{module.__name__}.{form.__name__}.{name}" for name in offered}
    assert found == declared.FORM_CHOICES


def test_every_field_that_suggests_is_declared():
    found = set()
    for folder in PRODUCT:
        for path in pathlib.Path(folder).rglob("forms.py"):
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for form in vars(module).values():
                if isinstance(form, type) and issubclass(form, forms.BaseForm) and form.__module__ == module.__name__:
                    offered = [name for name, field in form.base_fields.items() if isinstance(field, SuggestField)]
                    found |= {f"{module.__name__}.{form.__name__}.{name}" for name in offered}
    assert found == set(declared.SUGGEST_FIELDS)


def test_every_route_that_suggests_is_declared():
    routes = {name for face in FACES for name in ROUTES[face] if "suggest/" in name}
    assert routes == set(declared.SUGGESTIONS) and set(declared.SUGGEST_FIELDS.values()) <= routes


def test_every_stream_is_declared():
    """What streams is read after its enterprise's scope has ended, and would be empty or another's."""
    found = set()
    for folder in PRODUCT:
        for path in pathlib.Path(folder).rglob("*.py"):
            names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
            if names & {"StreamingHttpResponse", "FileResponse"}:
                found.add(str(path.relative_to(ROOT)))
    assert found == declared.STREAMS


@pytest.mark.parametrize("face", FACES)
def test_what_a_get_may_write_is_said_of_routes_that_are_there(face):
    assert set(declared.GET_WRITES[face]) <= set(ROUTES[face])
