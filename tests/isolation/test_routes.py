"""Another enterprise's things are not there: each route, each method, as built and with one lock open.

The table says what stands for each part of a route. A new route with a part that is not in it
fails here until somebody says what of Acme's it shows.
"""

import re
from dataclasses import dataclass

import pytest
from django.core.files.base import ContentFile
from django.urls import get_resolver
from django.utils import timezone

from accounts.models import Membership, StaffVisit
from portal import checks, exports, files, registries, tenancy
from tests import make
from tests.billing import builders
from tests.faces import FaceClient, inside

METHODS = ("get", "post", "put", "patch", "delete", "options")
FACES = ("customer", "staff")


def inside_routes(face):
    return [route for route, _ in checks.views(get_resolver(f"portal.urls.{face}")) if "<slug:enterprise>" in route]


@dataclass
class World:
    """What Acme has: one of each thing that a page shows, and the words that betray it."""

    parts: dict
    words: list

    def path(self, route, enterprise):
        filled = route.replace("<slug:enterprise>", enterprise.public_id)
        thing = next((self.parts[key] for key in sorted(self.parts, key=len, reverse=True) if key in route), {})
        for part in re.findall(r"<[^>]+>", filled):
            assert part in thing, f"{route}: say in this test what of Acme's stands for {part}"
            filled = filled.replace(part, str(thing[part]))
        return f"/{filled}"


@pytest.fixture
def world(acme, acme_main, alice, carol, dora, deliver):
    order = make.order(acme_main, title="Wave of Acme alone", customer_reference="PO-ACME")
    make.charge(acme_main, "2950.00", text="Acme's own wave")
    invoice = builders.issue(acme_main)
    dispute = builders.dispute(alice, invoice)
    with inside(acme):
        milestone, line, disputed = order.milestones.first(), invoice.lines.first(), dispute.lines.first()
    stored, export = _file_and_export(acme, alice, dispute)
    parts = {
        "/orders/": {"<str:number>": order.number},
        "/orders/milestones/": {"<int:pk>": milestone.pk},
        "/billing/invoices/": {"<str:number>": invoice.number, "<int:pk>": line.pk},
        "/billing/disputes/": {"<str:number>": dispute.number},
        "/billing/disputed-lines/": {"<int:pk>": disputed.pk},
        "/notices/": {"<int:pk>": deliver()[0].pk},
        "/files/": {"<int:pk>": stored.pk},
        "/downloads/": {"<int:pk>": export.pk},
    }
    words = [acme.legal_name, acme.public_id, order.number, "5-KTR2P", "Alice", "Acme's own wave", "PO-ACME"]
    return World(parts, [*words, invoice.number, dispute.number, order.title, stored.name])


def _file_and_export(acme, alice, dispute):
    """A file on Alice's dispute, and a list that she had made into one."""
    actor, now = builders.customer(alice, acme), timezone.now()
    with inside(acme):
        key = files.put(acme.pk, ContentFile(b"Acme's own words"))
        stored = files.hang(
            dispute,
            key,
            name="proof-of-acme.txt",
            media_type="text/plain",
            size=16,
            sha256="0" * 64,
            actor=actor,
            at=now,
        )
        return stored, exports.ask(exports.KINDS["orders"], "", actor=actor, at=now)


@pytest.mark.parametrize("method", METHODS)
def test_another_enterprise_answers_as_one_that_does_not_exist(client_of, acme, bob, world, method):
    browser = client_of(bob)
    for route in inside_routes("customer"):
        answer = getattr(browser, method)(world.path(route, acme))
        assert answer.status_code == 404, (method, route, answer.status_code)


@pytest.mark.parametrize("locks", ["both", "the wall alone"])
def test_a_foreign_thing_in_ones_own_enterprise_is_not_there(client_of, borealis, bob, world, locks, monkeypatch):
    monkeypatch.setattr(tenancy, "FILTERS_ARE_ON", locks == "both")
    browser = client_of(bob)
    for route in inside_routes("customer"):
        if route.count("<") == 1:
            continue
        for method in ("get", "post"):
            answer = getattr(browser, method)(world.path(route, borealis))
            assert answer.status_code in {404, 405}, (method, route, answer.status_code)


def test_a_foreign_thing_is_not_there_for_staff_inside_another_enterprise(client_of, borealis, world):
    """For who may do everything, so that it is the place and not the permission that refuses."""
    pia = make.staff("Pia Admin", "platform_admin")
    make.team(borealis, pia, "care_manager")
    browser = client_of(pia)
    for route in inside_routes("staff"):
        if route.count("<") == 1:
            continue
        for method in ("get", "post"):
            answer = getattr(browser, method)(world.path(route, borealis))
            assert answer.status_code in {404, 405}, (method, route, answer.status_code)


def test_a_page_names_no_other_tenant(client_of, borealis, borealis_main, bob, world):
    """Every page without further parts, as Bob: not a word of Acme."""
    make.order(borealis_main, title="Enlace Antofagasta")
    browser = client_of(bob)
    for route in inside_routes("customer"):
        if route.count("<") > 1:
            continue
        answer = browser.get(world.path(route, borealis))
        if answer.status_code == 405:
            continue
        assert answer.status_code == 200, route
        text = answer.content.decode()
        for word in world.words:
            assert word not in text, (route, word)


def test_a_sibling_accounts_things_are_not_there(client_of, acme, acme_branch, alan, world):
    """Alan belongs to Acme and may do all at the branch; everything of the world is the main account's."""
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    for permission in registries.permissions().keys() - {"order.view", "billing.view"}:
        make.grant(member, permission, acme_branch)
    browser = client_of(alan)
    for route in inside_routes("customer"):
        answer = browser.get(world.path(route, acme))
        if route.count("<") > 1:
            for each in (answer, browser.post(world.path(route, acme))):
                assert each.status_code in {404, 405}, (route, each.status_code)
        elif answer.status_code == 200:
            text = answer.content.decode()
            for word in world.words[2:]:
                assert word not in text or word == "Alice", (route, word)


def test_staff_without_a_visit_see_no_page_of_a_customer(client_of, acme, erin, world):
    browser = client_of(erin)
    for route in inside_routes("staff"):
        for method in ("get", "post"):
            answer = getattr(browser, method)(world.path(route, acme))
            if route.startswith("api/"):
                assert answer.status_code == 403 and answer.json()["page"].endswith("/open/"), (method, route)
                continue
            assert answer.status_code == 302 and "/open/?next=" in answer.url, (method, route, answer.status_code)
    with inside(acme):
        assert not StaffVisit.objects.filter(card=make.card_of(erin)).exists()


def test_a_former_member_with_a_live_session_is_out_at_the_next_request(client_of, acme, alice):
    browser = client_of(alice)
    assert browser.get(f"/e/{acme.public_id}/").status_code == 200
    with inside(acme):
        Membership.objects.filter(user=alice).update(status="inactive")
    assert browser.get(f"/e/{acme.public_id}/").status_code == 404


def test_a_customers_session_is_nothing_on_the_staff_face(acme, alice, world):
    browser = FaceClient("staff").sign_in(alice)
    for route in inside_routes("staff"):
        assert browser.get(world.path(route, acme)).status_code == 403, route
