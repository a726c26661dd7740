"""Pictures of pages, taken by two browsers side by side."""

import multiprocessing
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Error

from screens.looking import Looker
from screens.pages import NOBODY, PAGES, Page
from screens.person import Person, chromium
from screens.running import Portal
from screens.sheets import Picture


@dataclass(frozen=True)
class Guise:
    """How the pages are looked at."""

    theme: str
    language: str
    phone: bool

    @property
    def name(self) -> str:
        return f"{self.theme}-{'phone' if self.phone else 'desktop'}-{self.language[:2]}"


GUISES = (
    Guise("light", "en-US", False),
    Guise("dark", "en-US", False),
    Guise("dark", "es-MX", True),
    Guise("light", "pt-BR", True),
)


def shoot_all(portal: Portal, things: dict[str, Any], pages: Sequence[Page], folder: Path) -> list[Picture]:
    """Two browsers, one for each side: a person's language is theirs, so that nobody may be in both."""
    sides = [[p for p in pages if p.face == "staff"], [p for p in pages if p.face != "staff"]]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        # By number: what is done on a page cannot be sent to another process.
        work = [pool.submit(_shoot, portal, things, [PAGES.index(p) for p in side], folder) for side in sides]
        found = sorted(taken for each in work for taken in each.result())
    return [Picture(PAGES[number], guise, path) for number, guise, path in found if path.exists()]


def _shoot(portal: Portal, things: dict[str, Any], numbers: Sequence[int], folder: Path) -> list[tuple[int, str, Path]]:
    with chromium() as browser:
        looker = Looker(browser, portal, things)
        return [(n, guise.name, _try(looker, n, guise, folder)) for guise in GUISES for n in numbers]


def _try(looker: Looker, number: int, guise: Guise, folder: Path) -> Path:
    """One page that cannot be shown must not cost the pictures of the others: it is named, and missing."""
    try:
        return _take(looker, number, guise, folder)
    except (AssertionError, Error) as error:
        print(f"{PAGES[number].name}, {guise.name}: {error}", file=sys.stderr, flush=True)
        return folder / "missing.png"


def _take(looker: Looker, number: int, guise: Guise, folder: Path) -> Path:
    page = PAGES[number]
    name = re.sub(r"[^a-z0-9]+", "-", f"{number:03} {page.name}".lower()).strip("-")
    path = folder / f"{name}-{guise.name}.png"
    person = looker.window(page, language=guise.language, phone=guise.phone, theme=guise.theme)
    if page.who != NOBODY:
        _speak(looker, person, page, guise.language[:2])
    looker.go(person, page)
    person.page.evaluate("scrollTo(0, 0)")
    person.page.screenshot(path=path, full_page=True)
    return path


def _speak(looker: Looker, person: Person, page: Page, language: str) -> None:
    """The person's own language, as their menu sets it."""
    if getattr(person, "language", "") == language:
        return
    looker.open(person, page, "/account/sessions/")
    if person.page.locator("html").get_attribute("lang") != language:
        token = person.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
        person.context.request.post(
            "/language/",
            form={"csrfmiddlewaretoken": token, "language": language, "next": "/account/sessions/"},
            headers={"Referer": person.address},
        )
    person.language = language  # type: ignore[attr-defined]
