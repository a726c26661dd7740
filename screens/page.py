"""What an entry of the list of pages is, and what can be done on a page before it is looked at."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page as Window

NOBODY = ""
ADMINISTRATOR, CLERK = "dana.whitfield@halvorsen.example", "helen.park@halvorsen.example"
FEW_RIGHTS, SEVERAL = "troy.beckett@halvorsen.example", "priya.raman@lanternworks.example"
CARE, ANALYST = "maren.holt@northvane.example", "priscilla.vance@northvane.example"
DIRECTOR = "caroline.whitlock@northvane.example"
OWNER, STRANGER = "owen.kessler@northvane.example", "tomas.brandvold@northvane.example"
HERE, ORDER, CANCELLED = "/e/204817/", "ORD-2026-00500", "ORD-2026-00465"
DRAFT, UNPRICED, RETURNED, WAITING = "ORD-2026-00590", "ORD-2026-00591", "ORD-2026-00592", "ORD-2026-00568"
SITES = "ORD-2026-00595"
Act = Callable[[Window], None]


@dataclass(frozen=True)
class Page:
    """One page as somebody sees it. ``path`` has the names of screens.filling's things in braces.

    ``act`` is what they do there first; ``state`` says what is to be seen, where it is not the usual.
    """

    face: str
    route: str
    who: str
    path: str
    state: str = ""
    status: int = 200
    act: Act | None = None

    @property
    def name(self) -> str:
        who = self.who.partition("@")[0] or "nobody"
        return " ".join(filter(None, (self.face, self.route or "(start)", self.state, who)))


def send(selector: str = "main form [type=submit]", **fields: str) -> Act:
    """Type into the form's fields and send it, past what the browser itself would object to."""

    def act(window: Window) -> None:
        for name, value in fields.items():
            field = window.locator(f"[name={name}]:not([type=radio])").last
            field.select_option(value) if field.evaluate("it => it.localName") == "select" else field.fill(value)
        button = window.locator(selector).last
        button.evaluate("it => { it.form.noValidate = true }")
        with window.expect_navigation():
            button.click()

    return act


def follow(selector: str) -> Act:
    """Go where the first such link leads."""

    def act(window: Window) -> None:
        with window.expect_navigation():
            window.locator(selector).first.click()

    return act


def follow_on(first: str, then: str) -> Act:
    """Go where the first such link leads, and from there where another one does that stands in a closed menu."""

    def act(window: Window) -> None:
        follow(first)(window)
        window.goto(window.locator(then).first.evaluate("link => link.href"))

    return act


def opening(selector: str) -> Act:
    """Open each menu or panel that it finds."""

    def act(window: Window) -> None:
        for summary in window.locator(selector).all():
            if summary.is_visible():
                summary.click()

    return act


def on(face: str) -> Callable[..., Page]:
    def page(route: str, who: str, path: str = "", state: str = "", status: int = 200, act: Act | None = None) -> Page:
        return Page(face, route, who, path or f"/{route}", state, status, act)

    return page
