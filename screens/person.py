"""Somebody at a browser, who notices whatever the browser complains of."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from screens.running import Portal

CHROMIUM = os.environ.get("DEMARC_CHROMIUM", "")
PASSWORD = "quiet-harbor-lamp"
DESKTOP, PHONE = {"width": 1360, "height": 900}, {"width": 360, "height": 780}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip
# A refusal, bad input and a page that is not there are answers of ours, which the browser reports like a fault.
_AN_ANSWER = re.compile(r"status of (4\d\d|500|503)")
_LISTEN = """
for (const kind of ["securitypolicyviolation", "unhandledrejection"]) addEventListener(kind, (event) =>
  console.error(`${kind}: ${event.violatedDirective || event.reason} ${event.blockedURI || ""} ${event.sample || ""}`));
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Person:
    """One browser window: on a face, in a language, at a desk or with a phone."""

    def __init__(
        self,
        browser: Browser,
        portal: Portal,
        face: str,
        *,
        language: str = "en-US",
        phone: bool = False,
        state: Any = None,
        is_still: bool = False,
    ):
        self.portal, self.address = portal, getattr(portal, face)
        self.who = ""
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            locale=language,
            base_url=self.address,
            has_touch=phone,
            is_mobile=phone,
            storage_state=state,
            # A colour on its way to another is neither.
            reduced_motion="reduce" if is_still else None,
        )
        # What is asked of the browser itself runs beside the page's policy, not under it.
        self.context.add_init_script(_LISTEN)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        # Pages of an error are looked at on purpose, one at a time.
        self.expects: set[int] = {409, 422}
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._see_failure)
        self.page.on("response", self._see_answer)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _AN_ANSWER.search(message.text):
            self.complaints.append(f"{message.text} at {message.location}")

    def _see_failure(self, request: Request) -> None:
        # The browser ends what the next page, or a download, makes needless.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url} failed: {request.failure}")

    def _see_answer(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expects:
            self.complaints.append(f"{response.url} answered {response.status}")

    def sign_in(self, email: str) -> Page:
        self.who = email
        self.page.goto("/")
        self.page.locator("[name=login]").fill(email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("main [type=submit], form [type=submit]").first.click()
        used = ""
        while "2fa" in self.page.url:
            used = self._show_code(email, used)
        self.page.wait_for_url(lambda url: "/account/" not in url)
        return self.page

    def show_code_again(self) -> None:
        """Where who signed in is asked for a second step once more: by the code of whoever was signed in last."""
        used = ""
        while "/reauthenticate/" in self.page.url:
            used = self._show_code(self.who, used)

    def _show_code(self, email: str, used: str) -> str:
        """Type the code of this half minute; one that was used already, in another window, is not taken again."""
        code = self.portal.code(email)
        if code == used:
            self.page.wait_for_timeout(1000)
            return used
        self.page.locator("[name=code]").fill(code)
        with self.page.expect_navigation():
            self.page.locator("form:has([name=code]) [type=submit]").first.click()
        return code

    def eventually(self, what: str, *, seconds: int = 60) -> Page:
        """Reload until the page says it: work in the background takes its time."""
        return self._reload_until(lambda: what in self.page.content(), f"{what!r} never came", seconds)

    def no_longer(self, what: str, *, seconds: int = 60) -> Page:
        """Reload until the page no longer says it."""
        return self._reload_until(lambda: what not in self.page.content(), f"{what!r} never went", seconds)

    def _reload_until(self, is_so: Callable[[], bool], complaint: str, seconds: int) -> Page:
        for _ in range(seconds * 1000 // 700):
            if is_so():
                return self.page
            self.page.wait_for_timeout(700)
            self.page.reload()
        raise AssertionError(f"{complaint}:\n{self.page.inner_text('main')[:2000]}")
