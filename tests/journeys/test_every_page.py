"""Every page of both faces in a browser: accessible, light in weight, and not wider than the screen."""

import os
from datetime import date
from zlib import crc32

import pytest

from screens.looking import EVERY_RULE, paint, sideways, violations, weight
from screens.no_pages import NOT_PAGES
from screens.pages import PAGES
from tests.isolation.declarations import FILES, ROUTES

DESKTOP = {"width": 1360, "height": 900}
SIZES = {"wide": DESKTOP, "narrow": {"width": 360, "height": 780}}
LOOKS = [("light", "wide"), ("dark", "wide"), ("dark", "narrow"), ("light", "narrow")]
# The width of a desktop of 1280 px at 400 %.
ZOOMED = {"width": 320, "height": 256}
FIRST_KB, AFTER_KB = 200, 40


def pages_of(face):
    return {
        name
        for name, route in ROUTES[face].items()
        if "GET" in route.methods and not route.is_api and name not in FILES | set(NOT_PAGES)
    }


def test_every_page_has_a_line_in_the_list():
    listed = {page.route for page in PAGES if page.face != "trouble"}
    declared = pages_of("customer") | pages_of("staff")
    assert sorted(declared - listed) == [], "add each to screens/pages.py, or say in screens/no_pages.py what it is"
    assert sorted(listed - declared) == []
    assert sorted(NOT_PAGES.keys() - ROUTES["customer"].keys() - ROUTES["staff"].keys()) == []


def test_a_page_is_listed_on_the_face_that_alone_has_it():
    for page in PAGES:
        if page.face != "trouble":
            assert page.route in ROUTES[page.face], page.name


def looks(page):
    """Every theme and size in the audit; else one of them, another one each day."""
    if os.environ.get("DEMARC_AUDIT"):
        return LOOKS
    return [LOOKS[(crc32(page.name.encode()) + date.today().toordinal()) % len(LOOKS)]]


def test_every_way_of_failing_is_looked_at():
    from screens.trouble import urlpatterns

    failing = {str(entry.pattern) for entry in urlpatterns if str(entry.pattern).startswith("trouble/")}
    assert failing == {page.route for page in PAGES if page.face == "trouble"}


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page(looker, page):
    person = looker.window(page)
    window = person.page
    window.set_viewport_size(DESKTOP)
    looker.go(person, page)
    first, after = weight(person)
    found = []
    for theme, size in looks(page):
        paint(person, theme)
        window.set_viewport_size(SIZES[size])
        found += [f"{theme}, {size}: {each}" for each in violations(person, EVERY_RULE)]
    window.set_viewport_size(ZOOMED)
    assert found == []
    assert sideways(person) == ""
    assert (first < FIRST_KB, after < AFTER_KB) == (True, True), (first, after)
    assert person.complaints == []
