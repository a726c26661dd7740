"""Another enterprise's things are not there: each route, each method, as built and with one lock open."""

import re

import pytest
from django.urls import get_resolver

from portal import checks, tenancy
from tests import make
from tests.faces import FaceClient, as_staff

METHODS = ("get", "post", "put", "patch", "delete", "options")
FACES = ("customer", "staff")


def inside_routes(face):
    return [route for route, _ in checks.views(get_resolver(f"portal.urls.{face}")) if "<slug:enterprise>" in route]


def path_of(route, enterprise, world):
    """The route with an enterprise and, for each further part, one of Acme's own things."""
    filled = route.replace("<slug:enterprise>", enterprise.public_id)
    for part in re.findall(r"<[^>]+>", filled):
        filled = filled.replace(part, str(world.get(part, "1")))
    return f"/{filled}"


@pytest.fixture
def world(acme, acme_main, carol):
    """One of each thing that a page shows, all Acme's; a new kind of page must be added here."""
    order = make.order(acme_main)
    with as_staff():
        milestone = order.milestones.order_by("position").first()
    return {"<str:number>": order.number, "<slug:number>": order.number, "<int:pk>": milestone.pk}


@pytest.mark.parametrize("method", METHODS)
def test_another_enterprise_answers_as_one_that_does_not_exist(client_of, acme, bob, world, method):
    browser = client_of(bob)
    for route in inside_routes("customer"):
        answer = getattr(browser, method)(path_of(route, acme, world))
        assert answer.status_code == 404, (method, route, answer.status_code)


@pytest.mark.parametrize("locks", ["both", "the wall alone"])
def test_a_foreign_thing_in_ones_own_enterprise_is_not_there(client_of, acme, borealis, bob, world, locks, monkeypatch):
    monkeypatch.setattr(tenancy, "FILTERS_ARE_ON", locks == "both")
    browser = client_of(bob)
    for route in inside_routes("customer"):
        if route.count("<") == 1:
            continue
        for method in ("get", "post"):
            answer = getattr(browser, method)(path_of(route, borealis, world))
            assert answer.status_code in {404, 405}, (method, route, answer.status_code)


def test_a_page_names_no_other_tenant(client_of, acme, borealis, borealis_main, bob, alice, world):
    """Every page without further parts, as Bob: not a word of Acme."""
    make.order(borealis_main, title="Enlace Antofagasta")
    browser = client_of(bob)
    for route in inside_routes("customer"):
        if route.count("<") > 1:
            continue
        answer = browser.get(path_of(route, borealis, {}))
        if answer.status_code == 405:
            continue
        assert answer.status_code == 200, route
        text = answer.content.decode()
        for word in (acme.legal_name, acme.public_id, world["<str:number>"], "5-KTR2P", "Alice"):
            assert word not in text, (route, word)


@pytest.fixture
def disabled(acme, alice):
    from accounts.models import Membership
    from tests.faces import inside

    def disable():
        with inside(acme):
            Membership.objects.filter(user=alice).update(status="inactive")

    return disable


def test_a_former_member_with_a_live_session_is_out_at_the_next_request(client_of, acme, alice, disabled):
    browser = client_of(alice)
    assert browser.get(f"/e/{acme.public_id}/").status_code == 200
    disabled()
    assert browser.get(f"/e/{acme.public_id}/").status_code == 404


def test_a_customers_session_is_nothing_on_the_staff_face(acme, alice):
    browser = FaceClient("staff").sign_in(alice)
    for route in inside_routes("staff"):
        assert browser.get(path_of(route, acme, {})).status_code == 403, route
