"""The whole portal as `make run` starts it, and browsers to walk through it.

Nothing is replaced: embedded servers, both faces, workers, relay and the demo carrier.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("DEMARC_CHROMIUM", "")
PASSWORD = "quiet-harbor-lamp"
START_SECONDS = 180
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip


@dataclass(frozen=True)
class Portal:
    """Where the running portal is."""

    customer: str
    staff: str
    home: Path
    environment: dict[str, str]

    def code(self, email: str) -> str:
        """The person's second factor, as `make code` gives it."""
        command = [sys.executable, "-m", "portal.supervisor", "manage", "code", email]
        out = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return out.stdout.strip().split()[-1]


# For a module and not for the session: while a browser is driven, an event loop runs in this
# thread, and Django would refuse the database to the tests that follow.
@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    if not CHROMIUM:
        pytest.skip("No Chromium: DEMARC_CHROMIUM is empty")
    shelf = os.environ.get("DEMARC_HOME") or "/var/lib/demarc"
    home = Path(tempfile.mkdtemp(prefix="journey-", dir=shelf))
    # The servers' own user must come through.
    home.chmod(0o755)
    customer, staff = _free_port(), _free_port()
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "VALKEY_", "PORTAL_", "DEMARC_"))
    }
    for name in ("SECRET_KEY", "EMAIL_URL", "FILES_DIR", "STATIC_ROOT", "CUSTOMER_URL", "STAFF_URL", "DEMO", "FACE"):
        environment.pop(name, None)
    environment |= {"DEMARC_HOME": str(home), "CUSTOMER_PORT": str(customer), "STAFF_PORT": str(staff)}
    log = (home.parent / f"{home.name}.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.supervisor"], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    found = Portal(f"http://localhost:{customer}", f"http://localhost:{staff}", home, environment)
    try:
        _wait(found, process, Path(log.name))
        yield found
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()
        Path(log.name).unlink()
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(portal: Portal, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if "Ctrl-C stops everything" in log.read_text() and _answers(portal.customer) and _answers(portal.staff):
            return
        time.sleep(0.5)
    raise AssertionError(f"The portal did not start:\n{log.read_text()[-3000:]}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser(portal: Portal) -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Person:
    """Somebody at a browser, who notices every error that the console shows."""

    def __init__(self, browser: Browser, portal: Portal, face: str, *, language: str = "en-US", phone: bool = False):
        size = {"width": 390, "height": 844} if phone else {"width": 1360, "height": 900}
        self.portal, self.address = portal, getattr(portal, face)
        self.context: BrowserContext = browser.new_context(
            viewport=size, locale=language, base_url=self.address, has_touch=phone, is_mobile=phone
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        # A refusal and bad input are answers of ours, which the browser reports like a fault.
        is_answer = re.search(r"status of 4(09|22)", message.text)
        if message.type == "error" and not is_answer:
            self.complaints.append(f"{message.text} at {message.location}")

    def sign_in(self, email: str) -> Page:
        self.page.goto("/")
        self.page.locator("[name=login]").fill(email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("main [type=submit], form [type=submit]").first.click()
        code = self.page.locator("[name=code]")
        if "2fa" in self.page.url:
            code.fill(self.portal.code(email))
            self.page.locator("form:has([name=code]) [type=submit]").first.click()
        self.page.wait_for_url(lambda url: "/account/" not in url)
        return self.page

    def eventually(self, what: str, *, seconds: int = 60) -> Page:
        """Reload until the page says it: work in the background takes its time."""
        return self._reload_until(lambda: what in self.page.content(), f"{what!r} never came", seconds)

    def no_longer(self, what: str, *, seconds: int = 60) -> Page:
        """Reload until the page no longer says it."""
        return self._reload_until(lambda: what not in self.page.content(), f"{what!r} never went", seconds)

    def _reload_until(self, is_so: Callable[[], bool], complaint: str, seconds: int) -> Page:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if is_so():
                return self.page
            self.page.wait_for_timeout(700)
            self.page.reload()
        raise AssertionError(f"{complaint}:\n{self.page.inner_text('main')[:2000]}")


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
