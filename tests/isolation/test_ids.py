"""An id of another enterprise's, wherever one can be put: queries, bodies, files, tokens, tasks, the locator."""

import base64
import json
import re
from decimal import Decimal

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import ObjectDoesNotExist
from django.urls import get_resolver
from django.utils import timezone

from accounts import selectors as people
from accounts.models import User
from billing import services
from billing.models import Dispute, DisputedLine
from billing.services import Claim
from portal import checks, locator
from portal.celery import app as queue
from portal.models import Locator
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import FaceClient, as_app, as_staff, inside, playing
from tests.isolation import declarations as declared
from tests.isolation import worlds
from tests.isolation.declarations import ROUTES, Place
from tests.isolation.test_routes import address_of, path
from tests.isolation.worlds import NOT_A_KEY, NOT_A_NUMBER

pytestmark = pytest.mark.usefixtures("locks")
FACES = ("customer", "staff")


@pytest.fixture
def browser_of(boreals):
    build = {"customer": worlds.administrator, "staff": worlds.visitor}
    return lambda face: build[face](boreals.enterprise)


def lists(face):
    """Pages inside an enterprise that name nothing further."""
    return [
        name for name, route in ROUTES[face].items()
        if route.place is Place.INSIDE and not (route.thing or route.query) and "GET" in route.methods
    ]  # fmt: skip


# --- queries -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_asked_for_in_a_filter_it_answers_exactly_as_none(face, acmes, boreals, browser_of, in_turn):
    browser = browser_of(face)
    for name in in_turn(lists(face)):
        address = path(name, boreals.enterprise.public_id, {})
        for word in free_filters(browser, name, address):
            nones = _echoless(browser.get(address, {word: NOT_A_NUMBER}), NOT_A_NUMBER)
            for value in (acmes.order.number, acmes.account.number, acmes.invoice.number, acmes.dispute.number):
                assert _echoless(browser.get(address, {word: value}), value) == nones, (name, word, value)


def free_filters(browser, name, address):
    """The questions of a list that take any text: what its form asks, or the API's description names."""
    if ROUTES[browser.face][name].is_api:
        call = worlds.description(browser.face)["/" + name.replace("<slug:enterprise>", "{enterprise}")]["get"]
        asked = [each for each in call.get("parameters", []) if each["in"] == "query" and "enum" not in each["schema"]]
        return [each["name"] for each in asked if each["name"] not in {"before", "after", "limit"}]
    # The list's own form, and the header's.
    page = browser.get(address).content.decode()
    forms = re.findall(r'<form[^>]*method="get".*?</form>', page, flags=re.DOTALL)
    return sorted({name for form in forms for name in re.findall(r'<input[^>]*\bname="(\w+)"', form)})


def test_the_filters_are_seen(boreals, browser_of):
    """Else the test above would ask nothing."""
    browser, public_id = browser_of("customer"), boreals.enterprise.public_id
    for root in ("e/<slug:enterprise>/", "api/v1/e/<slug:enterprise>/"):
        names = [name for name in lists("customer") if name.startswith(root)]
        seen = {word for name in names for word in free_filters(browser, name, path(name, public_id, {}))}
        assert seen >= {"account", "q", "number"}, root


def _echoless(answer, value):
    return [line.replace(str(value), "…") for line in worlds.plain(answer, answer.request["PATH_INFO"])]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("word", ["before", "after"])
def test_a_place_in_another_enterprises_list_shows_ones_own(face, word, acmes, boreals, browser_of, in_turn):
    browser = browser_of(face)
    rows = [
        ("newest", acmes.order.placed_on.isoformat(), acmes.order.pk),
        ("oldest", acmes.invoice.issued_on.isoformat(), acmes.invoice.pk),
        ("newest", acmes.dispute.opened_at.isoformat(), acmes.dispute.pk),
        ("number", acmes.order.number, acmes.order.pk),
    ]
    for name in in_turn(lists(face)):
        for sort, *row in rows:
            place = base64.urlsafe_b64encode(json.dumps(row).encode()).decode()
            page = browser.get(path(name, boreals.enterprise.public_id, {}), {word: place, "sort": sort})
            # A program is told of a place that is none of its list's; a page begins anew.
            assert page.status_code in ({200, 422} if ROUTES[face][name].is_api else {200})
            assert [each for each in acmes.words if each in page.content.decode()] == [], (name, row)


# --- suggestions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_a_field_suggests_nothing_of_another_enterprises(face, acmes, boreals, browser_of):
    browser = browser_of(face)
    for name in (name for name in declared.SUGGESTIONS if name in ROUTES[face] and "<slug:enterprise>" in name):
        address = path(name, boreals.enterprise.public_id, boreals.parts("followable"))
        for typed in (acmes.account.number, acmes.account.name, f"{acmes.account.name} ({acmes.account.number})"):
            theirs, nones = (browser.get(address, {"of": "q", "q": each}) for each in (typed, NOT_A_NUMBER))
            assert _echoless(theirs, typed) == _echoless(nones, NOT_A_NUMBER), (name, typed)
        mine = {"account": boreals.account.number, "group": boreals.group.name, "person": boreals.member.name}
        mine["contact"] = boreals.contact.name
        mine["site"], mine["project"] = boreals.service.a_site.code, boreals.project.name
        own = mine[declared.SUGGESTIONS[name]]
        assert own in browser.get(address, {"of": "q", "q": own}).text


def test_customers_are_suggested_to_nobody_but_the_carriers_people(acmes, boreals):
    """Whoever may not look across enterprises learns of none by typing."""
    for browser in (worlds.administrator(boreals.enterprise), worlds.visitor(boreals.enterprise, "technician")):
        for name in (name for name, thing in declared.SUGGESTIONS.items() if thing == "enterprise"):
            answer = browser.get(f"/{name}", {"of": "q", "q": acmes.enterprise.public_id})
            if answer.status_code == 200:
                assert "enterprise.open" in worlds.permissions_of("technician")
                continue
            assert answer.status_code in {403, 404} and acmes.enterprise.legal_name not in answer.text


# --- bodies ----------------------------------------------------------------------------------------------

DISPUTE = {"amount": "1.00", "reason": "rate", "statement": "The order says less."}


def test_ids_in_a_body_that_the_form_does_not_ask_for_are_nothing(acmes, boreals, browser_of):
    line = _undisputed_line(boreals)
    before = worlds.belongings(acmes.enterprise)
    foreign = {
        "enterprise": acmes.enterprise.pk, "enterprise_id": acmes.enterprise.pk, "account": acmes.account.pk,
        "account_id": acmes.account.pk, "invoice": acmes.invoice.pk, "invoice_id": acmes.invoice.pk,
        "line": acmes.line.pk, "line_id": acmes.line.pk, "dispute": acmes.dispute.pk, "id": acmes.dispute.pk,
        "pk": acmes.dispute.pk, "number": acmes.dispute.number, "actor": "1",
    }  # fmt: skip
    address = f"/e/{boreals.enterprise.public_id}/billing/invoices/{line.invoice.number}/lines/{line.pk}/dispute/"
    assert browser_of("customer").post(address, {**DISPUTE, **foreign}).status_code == 302
    with inside(boreals.enterprise):
        opened = Dispute.objects.filter(enterprise=boreals.enterprise).latest("pk")
        assert (opened.invoice_id, opened.account_id) == (line.invoice_id, boreals.account.pk)
    assert worlds.changed(before, worlds.belongings(acmes.enterprise)) == set()


def _undisputed_line(world):
    month = builders.issue(world.account, builders.DECEMBER, builders.LATER)
    with inside(world.enterprise):
        return month.lines.select_related("invoice").order_by("position")[0]


def test_a_service_takes_no_id_of_another_enterprises(acmes, boreals, bob, dora):
    """Below the pages, where an id could come from a body, the services look for themselves."""
    actor, analyst = builders.customer(bob, boreals.enterprise), builders.staff(dora, boreals.enterprise)
    at, claim = builders.ISSUED_AT, Claim(acmes.line.pk, Decimal(1), "rate", "x")
    attempts = [
        lambda: services.open_dispute(acmes.invoice.pk, actor=actor, at=at, lines=[claim]),
        lambda: services.open_dispute(boreals.invoice.pk, actor=actor, at=at, lines=[claim]),
        lambda: services.withdraw_dispute(acmes.dispute.pk, actor=actor, at=at),
    ]
    before = worlds.everything()
    for attempt in attempts:
        with as_app(), tenant_scope(boreals.enterprise.pk), pytest.raises(ObjectDoesNotExist):
            attempt()
    with inside(boreals.enterprise), pytest.raises(ObjectDoesNotExist):
        services.decide(acmes.disputed_line.pk, actor=analyst, at=at, credited=Decimal(1), decision="x")
    assert worlds.changed(before, worlds.everything()) == set()


# --- files -------------------------------------------------------------------------------------------------


def _inside(home):
    """Each route inside an enterprise on either face, with the browser of somebody who may ask for it."""
    browsers = {"customer": worlds.administrator(home.enterprise), "staff": worlds.visitor(home.enterprise)}
    for face in FACES:
        for name, route in ROUTES[face].items():
            if route.place is Place.INSIDE:
                yield name, route, browsers[face]


def test_the_declared_files_are_those_that_are_answered(acmes):
    found = set()
    for name, route, browser in _inside(acmes):
        if "GET" in route.methods:
            answer = browser.get(address_of(acmes, name, route))
            if answer.get("Content-Disposition", "").startswith("attachment"):
                found.add(name)
            worlds.text_of(answer)
    assert found == declared.FILES


def test_a_file_is_reached_by_no_address_of_its_own(acmes, boreals, browser_of):
    with inside(acmes.enterprise):
        stored = acmes.invoice.pdf_name
    for browser in (browser_of("customer"), worlds.administrator(acmes.enterprise)):
        for address in (f"/{stored}", f"/static/{stored}", f"/media/{stored}", f"/files/{stored}"):
            assert browser.get(address).status_code == 404


# --- tokens ---------------------------------------------------------------------------------------------------


def reset_address(person, owner):
    token = default_token_generator.make_token(owner)
    return f"/account/password/reset/key/{user_pk_to_url_str(person)}-{token}/"


@pytest.mark.parametrize("face", FACES)
def test_a_reset_token_of_one_person_opens_nothing_of_another(face, alice, bob):
    before = worlds.everything()
    page = FaceClient(face).get(reset_address(bob, alice), follow=True)
    assert page.status_code == 200 and "password1" not in page.content.decode()
    assert worlds.changed(before, worlds.everything()) == set()


def test_a_reset_token_changes_its_own_person_whoever_is_signed_in(acme, alice, borealis, bob):
    browser = FaceClient("customer").sign_in(bob)
    form = browser.get(reset_address(alice, alice), follow=True)
    kept = _password_of(bob)
    browser.post(form.request["PATH_INFO"], {"password1": make.PASSWORD, "password2": make.PASSWORD})
    assert _password_of(bob) == kept
    assert _password_of(alice) != "" and User(password=_password_of(alice)).check_password(make.PASSWORD)
    # Nor does it let that browser into Alice's company: it is nobody's now.
    assert browser.get(f"/e/{acme.public_id}/").url.startswith("/account/login/")


def _password_of(person):
    with as_app():
        return User.objects.get(pk=person.pk).password


@pytest.mark.parametrize("face", FACES)
def test_a_session_of_one_face_is_nobody_new_on_the_other(face, acme, alice, carol):
    """Both faces keep sessions in one table; a cookie carried over brings the person, and no more rights."""
    person, other = (alice, "staff") if face == "customer" else (carol, "customer")
    browser, carried = FaceClient(face).sign_in(person), FaceClient(other)
    carried.cookies[f"{other}-session"] = browser.cookies[f"{face}-session"].value
    assert carried.get(f"/e/{acme.public_id}/").status_code == (403 if other == "staff" else 404)


# --- tasks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(name for name, (_, thing) in declared.TASKS.items() if thing))
def test_a_task_with_another_enterprises_id_does_nothing(name, acmes, boreals, mailoutbox):
    queue.loader.import_default_modules()
    role, thing = declared.TASKS[name]
    theirs = NOT_A_KEY if thing == "run" else getattr(acmes, thing).pk
    before = worlds.everything()
    for enterprise_id, pk in ((boreals.enterprise.pk, theirs), (boreals.enterprise.pk, NOT_A_KEY), (NOT_A_KEY, theirs)):
        with playing(role):
            queue.tasks[name](enterprise_id=enterprise_id, pk=pk)
    assert worlds.changed(before, worlds.everything()) == set()
    assert mailoutbox == []


def test_a_bill_run_bills_no_enterprise_that_is_not_in_it(acmes, borealis, borealis_main):
    """Borealis came after the run was started."""
    make.charge(borealis_main)
    before = worlds.everything()
    with as_staff():
        services.bill_enterprise(acmes.run.pk, borealis.pk, at=timezone.now())
    assert worlds.changed(before, worlds.everything()) == set()


# --- the locator --------------------------------------------------------------------------------------------------


def forge(kind, key, enterprise, **fields):
    with as_staff():
        Locator.objects.filter(kind=kind, key_hash=locator.key_hash(kind, key)).delete()
        locator.remember([locator.row(kind, key, enterprise_id=enterprise.pk, **fields)])


def test_a_locator_that_lies_about_a_person_opens_nothing(acmes, borealis, bob):
    browser = FaceClient("customer").sign_in(bob)
    forge(locator.PERSON, str(bob.pk), acmes.enterprise, target_id=1)
    assert browser.get(f"/e/{acmes.enterprise.public_id}/").status_code == 404
    assert browser.get("/").status_code == 403  # nowhere to go
    with as_app():
        assert people.list_enterprises_of(bob) == []


def test_a_locator_that_lies_about_a_number_opens_nothing(acmes, borealis, bob):
    """Borealis' number leads to Acme: Bob is no member there."""
    forge(locator.ENTERPRISE, borealis.public_id, acmes.enterprise, is_exclusive=True)
    browser = FaceClient("customer").sign_in(bob)
    for name in lists("customer"):
        assert browser.get(path(name, borealis.public_id, {})).status_code == 404, name


def test_every_pk_in_a_route_is_of_a_declared_thing():
    for face in FACES:
        for name, _ in checks.views(get_resolver(f"portal.urls.{face}")):
            assert "<int:pk>" not in name or ROUTES[face][name].thing, name


def test_lines_of_a_dispute_are_found_by_their_own_enterprise(acmes, boreals):
    """The world is as it should be: each has two, one of them open."""
    for world in (acmes, boreals):
        with inside(world.enterprise):
            found = DisputedLine.objects.filter(enterprise=world.enterprise)
            assert sorted(found.values_list("outcome", flat=True)) == ["open", "partly"]
