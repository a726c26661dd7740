"""Each route, each kind of person, each method: answered as declared, with either lock of the tenants' door open."""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from django.conf import settings
from django.core.cache import cache

from accounts.models import Membership
from portal import registries
from tests import make
from tests.faces import FaceClient, inside
from tests.isolation import declarations as declared
from tests.isolation import worlds
from tests.isolation.conftest import AUDIT
from tests.isolation.declarations import METHODS, ROUTES, STRANGERS, Place, Route, Said
from tests.isolation.worlds import NOT_A_KEY, NOT_A_NUMBER, NOT_AN_ENTERPRISE, World

pytestmark = pytest.mark.usefixtures("locks")
SAFE = ("GET", "HEAD", "OPTIONS")
SAMPLE = ("GET",)  # who is let in does not hang on the locks
FACES = ("customer", "staff")


# --- asking -----------------------------------------------------------------------------------------


def path(route: str, enterprise: str, parts: dict[str, object]) -> str:
    """The address: every part of the route must be declared by its thing."""
    filled = route.replace("<slug:enterprise>", enterprise)
    for part in re.findall(r"<[^>]+>", filled):
        assert part in parts, f"{route}: declare the thing that {part} names"
        filled = filled.replace(part, str(parts[part]))
    return f"/{filled}"


def address_of(world: World, name: str, route: Route) -> str:
    """The page of one of the world's own things."""
    return path(name, world.enterprise.public_id, world.parts(route.thing)) + route.query


def said(answer: Any) -> str:
    """What an answer comes to; the API names in ``page`` the page that must be seen first."""
    is_problem = answer.get("Content-Type") == "application/problem+json" and answer.content
    to = urlsplit(answer.json().get("page", "") if is_problem else answer.get("Location") or "").path
    if answer.status_code in {302, 401, 403} and to:
        ways = {"/account/login/": Said.SIGN_IN, "/account/2fa/": Said.FACTOR, "/customers/": Said.REASON}
        return next((word for way, word in ways.items() if to.startswith(way)), f"{answer.status_code} {to}")
    words = {200: Said.SERVED, 401: Said.SIGN_IN, 403: Said.FORBIDDEN, 404: Said.MISSING, 405: Said.NO_METHOD}
    return words.get(answer.status_code) or f"{answer.status_code} {to}"


def ask(browser: FaceClient, method: str, address: str, **headers: str) -> Any:
    body = {"data": "{}", "content_type": "application/json"} if address.startswith("/api/") else {}
    return browser.generic(method, address, headers=headers, **body)


def about(face: str, *places: Place) -> list[tuple[str, Route]]:
    return [(name, route) for name, route in ROUTES[face].items() if route.place in places]


def differing(browser: FaceClient, cells: list[tuple[str, str, str]]) -> list[tuple[str, str, str, str]]:
    """The cells (method, address, expected) that are answered otherwise."""
    answers = []
    for method, address, wanted in cells:
        # Else a quick machine asks more in a minute than a person may.
        cache.clear()
        answers.append((method, address, wanted, said(ask(browser, method, address))))
    return [cell for cell in answers if cell[3] not in {cell[2], _bodiless(*cell[:3])}]


def _bodiless(method: str, address: str, wanted: str) -> str:
    """The API names the page to be seen first in the body, which the answer to a HEAD has not."""
    is_mute = method == "HEAD" and address.startswith("/api/") and wanted in {Said.FACTOR, Said.REASON}
    return Said.FORBIDDEN if is_mute else wanted


def some(name: str, turn: int, *, first: Collection[str] = ("GET",)) -> list[str]:
    """Those methods and one more, another one each turn; in the audit all of them."""
    rest = [method for method in METHODS if method not in first]
    if AUDIT:
        return list(METHODS)
    return [*first, rest[(crc32(name.encode()) + turn) % len(rest)]] if rest else [*first]


# --- the matrix ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("face", "who"), [(face, who) for face in FACES for who in STRANGERS[face]])
def test_who_is_not_of_the_enterprise_is_kept_out(face, who, acmes, borealis, is_full, in_turn):
    browser = worlds.stranger(who, face, acmes, borealis)
    turn = list(STRANGERS[face]).index(who)
    cells = [
        (method, address_of(acmes, name, route), wanted)
        for name, route in in_turn(about(face, *STRANGERS[face][who]))
        for wanted in [STRANGERS[face][who][route.place]]
        if not (name == "" and wanted == Said.FORBIDDEN)
        for method in (some(name, turn) if is_full else SAMPLE)
    ]
    before = worlds.everything()
    assert differing(browser, cells) == []
    assert worlds.changed(before, worlds.everything()) == set()


@pytest.mark.parametrize("face", FACES)
def test_who_lacks_the_permission_is_forbidden(face, acmes, is_full, in_turn):
    browser, holds = _of_few_rights(face, acmes)
    cells = [
        (method, address_of(acmes, name, route), _by_right(route, method, holds))
        for name, route in in_turn(about(face, Place.ACROSS, Place.INSIDE))
        for method in (some(name, 0, first=sorted({"GET", *route.methods})) if is_full else SAMPLE)
        # What they may do is done in the apps' own tests.
        if _by_right(route, method, holds) is not Said.SERVED or method in SAFE
    ]
    assert {wanted for *_, wanted in cells} >= {Said.FORBIDDEN, Said.SERVED}
    before = worlds.everything()
    assert differing(browser, cells) == []
    # Who was where, and who saw what.
    assert worlds.changed(before, worlds.everything()) <= {"accounts_user", "portal_look"}


def _of_few_rights(face: str, home: World) -> tuple[FaceClient, set[str]]:
    if face == "staff":
        return worlds.visitor(home.enterprise, "technician"), worlds.permissions_of("technician")
    person = make.user("idle@acme.example")
    make.member(home.enterprise, person, "Ida Idle")
    return FaceClient("customer").sign_in(person), set()


def _by_right(route: Route, method: str, holds: set[str]) -> Said:
    # A call of the API has a policy for each method that it has.
    is_asked = method in route.methods or not route.is_api
    if is_asked and route.needs and route.needs not in holds:
        return Said.FORBIDDEN
    if method in route.methods and (route.is_own or (route.hidden and route.hidden not in holds)):
        return Said.MISSING
    return Said.SERVED if method in route.methods else Said.NO_METHOD


@pytest.mark.parametrize("face", FACES)
def test_who_may_is_served(face, acmes, is_full, in_turn):
    """Without this, a portal that answers nobody would pass."""
    browser = worlds.administrator(acmes.enterprise) if face == "customer" else worlds.visitor(acmes.enterprise)
    cells = [
        (
            method,
            address_of(acmes, name, route),
            _by_right(route, method, {route.needs, route.hidden}),
        )
        for name, route in in_turn(about(face, Place.ACROSS, Place.INSIDE))
        for method in (some(name, 1, first=sorted({"GET", *route.methods})) if is_full else SAMPLE)
        if method in SAFE or method not in route.methods
    ]
    assert differing(browser, cells) == []


@pytest.mark.parametrize("whose", ["another account's", "another enterprise's"])
def test_another_ones_things_are_not_there(whose, acmes, borealis, is_full, in_turn):
    """For who may do all on the account or in the enterprise that they ask from."""
    is_sibling = whose == "another account's"
    browser = worlds.sibling(acmes.enterprise) if is_sibling else worlds.administrator(borealis)
    home = acmes.enterprise if is_sibling else borealis
    there = registries.whole_permissions() if is_sibling else set()
    _nothing_is_there(browser, acmes, home, METHODS if is_full else ("GET", "POST"), in_turn, but=there)


def test_staff_inside_one_enterprise_find_nothing_of_another(acmes, borealis, is_full, in_turn):
    _nothing_is_there(worlds.visitor(borealis), acmes, borealis, METHODS if is_full else ("GET", "POST"), in_turn)


def _nothing_is_there(
    browser: FaceClient,
    home: World,
    asked_in: Any,
    methods: tuple[str, ...],
    share: Any,
    *,
    but: Collection[str] = (),
) -> None:
    """``but`` are permissions that are no account's, so that whoever has one has it everywhere in the enterprise."""
    cells = [
        (method, path(name, asked_in.public_id, home.parts(route.thing)), _not_there(route, method))
        for name, route in share(about(browser.face, Place.INSIDE))
        if route.thing and not {route.needs, route.hidden} & set(but)
        for method in methods
    ]
    before = worlds.everything()
    assert differing(browser, cells) == []
    assert worlds.changed(before, worlds.everything()) == set()


def _not_there(route: Route, method: str) -> Said:
    return Said.MISSING if method in route.methods else Said.NO_METHOD


# --- alike ----------------------------------------------------------------------------------------------


def _nobodys(parts: dict[str, object]) -> dict[str, object]:
    return {part: NOT_A_KEY if part.startswith("<int") else NOT_A_NUMBER for part in parts}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("is_htmx", [False, True], ids=["page", "fragment"])
def test_a_foreign_thing_answers_exactly_as_none(face, is_htmx, acmes, borealis, in_turn):
    browser = worlds.administrator(borealis) if face == "customer" else worlds.visitor(borealis)
    headers = {"HX_Request": "true"} if is_htmx else {}
    for name, route in in_turn([found for found in about(face, Place.INSIDE) if found[1].thing]):
        for method in set(route.methods) - {"HEAD"}:
            answers = []
            for parts in (acmes.parts(route.thing), _nobodys(acmes.parts(route.thing))):
                address = path(name, borealis.public_id, parts)
                answers.append(worlds.plain(ask(browser, method, address, **headers), address))
            assert answers[0] == answers[1], (method, name)


@pytest.mark.parametrize("face", FACES)
def test_a_foreign_enterprise_answers_exactly_as_none(face, acmes, borealis, in_turn):
    """On the staff's face every enterprise may be opened, with a reason: there it is who has no such right."""
    browser = (
        worlds.administrator(borealis) if face == "customer" else worlds.stranger("a customer", face, acmes, borealis)
    )
    for name, route in in_turn(about(face, Place.INSIDE)):
        answers = []
        for public_id in (acmes.enterprise.public_id, NOT_AN_ENTERPRISE):
            address = path(name, public_id, acmes.parts(route.thing))
            answers.append(worlds.plain(browser.get(address), address))
        assert answers[0] == answers[1], name


# --- what pages say ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["a sibling", "another administrator", "a visitor"])
def test_no_page_says_a_word_of_what_is_not_in_reach(who, acmes, borealis, boreals, in_turn):
    browsers = {
        "a sibling": (worlds.sibling, acmes),
        "another administrator": (worlds.administrator, boreals),
        "a visitor": (worlds.visitor, boreals),
    }
    build, home = browsers[who]
    browser = build(home.enterprise)
    # Who is of the enterprise may know its name, its numbers, its people and what these made for all of it.
    whole = {acmes.enterprise.legal_name, acmes.enterprise.public_id, acmes.customer_number.number, acmes.team.name}
    whole |= {acmes.group.name, f"Night shift of {acmes.enterprise.public_id}"}
    known = {*whole, "Alice Moreau", "alice@acme.example"} if home is acmes else set()
    words = [word for word in acmes.words if word not in known and not any(word in k for k in known)]
    for name, route in in_turn(about(browser.face, Place.INSIDE)):
        # What is about the whole enterprise, a sibling who may see it may see.
        if home is acmes and route.needs in registries.whole_permissions():
            continue
        if "GET" in route.methods and (home is boreals or not route.thing):
            text = worlds.text_of(browser.get(address_of(home, name, route)))
            assert [word for word in words if word in text] == [], name


# --- reading is not writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_a_get_changes_nothing_but_what_is_declared(face, acmes, in_turn):
    browser = worlds.administrator(acmes.enterprise) if face == "customer" else worlds.visitor(acmes.enterprise)
    asked = [found for found in ROUTES[face].items() if "GET" in found[1].methods and "(?P<" not in found[0]]
    for name, route in in_turn(asked):
        before = worlds.everything()
        browser.get(address_of(acmes, name, route))
        written = worlds.changed(before, worlds.everything())
        assert written <= declared.GET_WRITES[face].get(name, set()), (name, written)


def test_a_former_member_with_a_live_session_is_out_at_the_next_request(client_of, acme, alice):
    browser = client_of(alice)
    assert browser.get(f"/e/{acme.public_id}/").status_code == 200
    with inside(acme):
        Membership.objects.filter(user=alice).update(status="inactive")
    assert browser.get(f"/e/{acme.public_id}/").status_code == 404


def test_the_house_is_no_customers(acmes):
    """The carrier's own enterprise, where mails and journal of no customer are kept."""
    browser = worlds.administrator(acmes.enterprise)
    for name, route in about("customer", Place.INSIDE):
        answer = browser.get(path(name, settings.CARRIER["public_id"], acmes.parts(route.thing)))
        assert answer.status_code == 404, name
