"""The whole portal as `make run` starts it, and browsers to walk through it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from screens.looking import Looker, fill
from screens.person import CHROMIUM, Person, chromium
from screens.running import Portal, in_trouble, running


# One for all: starting it takes longer than most walks.
@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    if not CHROMIUM:
        pytest.skip("No Chromium: DEMARC_CHROMIUM is empty")
    with running() as found:
        yield found


# For a module and not for the session: while a browser is driven, an event loop runs in this
# thread, and Django would refuse the database to the tests that follow.
@pytest.fixture(scope="module")
def browser(portal: Portal) -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def things(portal: Portal) -> dict[str, Any]:
    """What people have done in it, so that no page is empty."""
    return fill(portal)


@pytest.fixture(scope="session")
def failing(portal: Portal) -> Iterator[Portal]:
    with in_trouble(portal) as found:
        yield found


@pytest.fixture(scope="module")
def looker(browser: Browser, failing: Portal, things: dict[str, Any]) -> Looker:
    return Looker(browser, failing, things)


@pytest.fixture
def person(browser: Browser, portal: Portal) -> Iterator[object]:
    """Open a browser for somebody: person("customer", language="es-MX", phone=True)."""
    opened: list[Person] = []

    def start(face: str, **how: object) -> Person:
        opened.append(Person(browser, portal, face, **how))  # type: ignore[arg-type]
        return opened[-1]

    yield start
    for each in opened:
        each.context.close()
    assert [c for each in opened for c in each.complaints] == []
