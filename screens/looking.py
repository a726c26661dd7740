"""Looking at pages: windows in which people have signed in already, and what a browser measures there."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Response

from screens.pages import NOBODY, Page
from screens.person import PASSWORD, Person
from screens.running import Portal

AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text()
_RUN = """(options) => {
  const said = (rule, node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1)}`;
  return axe.run(document, options)
    .then((found) => found.violations.flatMap((rule) => rule.nodes.map((node) => said(rule, node))));
}"""
# Off unless asked for: the size of what is pressed (WCAG 2.2, 2.5.8).
EVERY_RULE = {"rules": {"target-size": {"enabled": True}}}
# Bytes as sent: what a first visit takes, and what each later one does.
_WEIGHT = """() => {
  const page = performance.getEntriesByType("navigation")[0].encodedBodySize;
  const parts = performance.getEntriesByType("resource").filter((part) => part.name.startsWith(location.origin));
  const sum = (some) => some.reduce((found, part) => found + part.encodedBodySize, page);
  return [sum(parts), sum(parts.filter((part) => !part.name.includes("/static/")))];
}"""


@dataclass
class Looker:
    """Opens windows for the people of screens.pages, one sign-in each."""

    browser: Browser
    portal: Portal
    things: dict[str, Any]
    states: dict[tuple[str, str], Any] = field(default_factory=dict)
    windows: dict[tuple[object, ...], Person] = field(default_factory=dict)

    def window(self, page: Page, *, language: str = "en-US", phone: bool = False, theme: str = "light") -> Person:
        """A window in which the page's person has signed in; kept, and given again without what it complained of."""
        key = (page.face, page.who, language, phone, theme)
        if key not in self.windows or page.who == NOBODY:
            person = Person(
                self.browser,
                self.portal,
                page.face,
                language=language,
                phone=phone,
                state=self._state(page),
                is_still=True,
            )
            person.context.add_cookies([{"name": "theme", "value": theme, "url": person.address}])
            self.windows[key] = person
        person = self.windows[key]
        person.complaints.clear()
        person.expects = {200, page.status}
        return person

    def _state(self, page: Page) -> Any:
        """The cookies of who has signed in once."""
        if page.who == NOBODY:
            return None
        key = (page.face, page.who)
        if key not in self.states:
            person = Person(self.browser, self.portal, page.face)
            person.sign_in(page.who)
            self.states[key] = person.context.storage_state()
            person.context.close()
        return self.states[key]

    def open(self, person: Person, page: Page, path: str) -> Response | None:
        """Go there; who showed themselves once more in another window has a new session there, and signs in again."""
        answer = person.page.goto(path)
        if page.who != NOBODY and "/account/login/" in person.page.url:
            person.sign_in(page.who)
            self.states[page.face, page.who] = person.context.storage_state()
            answer = person.page.goto(path)
        return answer

    def go(self, person: Person, page: Page) -> None:
        """Open the page and do there what is done."""
        path = page.path.format(**self.things)
        answer = self.open(person, page, path)
        if "/reauthenticate/" in person.page.url and "/reauthenticate/" not in path:
            answer = _show_oneself(person, page, path)
        if "/open/" in person.page.url and "/open/" not in path:
            answer = _say_why(person)
        here = urlsplit(person.page.url).path
        if page.who != NOBODY and here != urlsplit(path).path:
            raise AssertionError(f"{page.name} is not shown, but {here}")
        if page.act:
            page.act(person.page)
        elif answer is not None and answer.status != page.status:
            raise AssertionError(f"{page.name} answered {answer.status}\n{self.portal.said()}")


def _show_oneself(person: Person, page: Page, path: str) -> Response | None:
    """What changes how one signs in asks who one is once more, and not again for some minutes: by what one has."""
    if person.page.locator("[name=code]").count():
        person.who = person.who or page.who
        person.show_code_again()
        return person.page.goto(path)
    person.page.goto("/account/reauthenticate/")
    person.page.locator("[name=password]").fill(PASSWORD)
    with person.page.expect_navigation():
        person.page.locator("form:has([name=password]) [type=submit]").click()
    return person.page.goto(path)


def _say_why(person: Person) -> Response | None:
    """Who does not serve a customer opens the data with a reason."""
    person.page.locator("[name=reason]").fill("Looking at every page")
    with person.page.expect_navigation():
        person.page.locator("form:has([name=reason]) [type=submit]").click()
    return person.page.reload()


def fill(portal: Portal) -> dict[str, Any]:
    """Let people do in the demo what fills its pages; returns what is there now."""
    found = portal.fill("bill")
    found |= portal.fill("contest")
    return found | portal.fill("decide", str(found["decide"]))


def violations(person: Person, options: dict[str, Any] = EVERY_RULE) -> list[str]:
    """What axe finds on the page as it stands."""
    if not person.page.evaluate("'axe' in window"):
        person.page.evaluate(AXE)
    return list(person.page.evaluate(_RUN, options))


def paint(person: Person, theme: str) -> None:
    """The other theme without a reload, once it is painted."""
    person.page.evaluate(
        "theme => { const root = document.documentElement; root.dataset.bsTheme = theme;"
        # Chromium keeps some inherited light-dark() colours until the tree is styled anew.
        " root.style.display = 'none'; root.offsetHeight; root.style.display = '';"
        " return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))) }",
        theme,
    )


def weight(person: Person) -> tuple[float, float]:
    first, after = person.page.evaluate(_WEIGHT)
    return first / 1000, after / 1000


_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return "";
  const right = (it) => Math.round(it.getBoundingClientRect().right);
  const wide = [...document.querySelectorAll("body *")].filter((it) => it.checkVisibility() && right(it) > room + 1);
  return wide.slice(0, 5).map((it) => `${it.localName}.${it.className} ${right(it)}`).join(", ");
}"""


def sideways(person: Person) -> str:
    """What is wider than the window, if anything makes the page scroll sideways."""
    return str(person.page.evaluate(_WIDE))
