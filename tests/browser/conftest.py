"""One demonstration for all journeys, in a folder of its own, and a browser to walk through it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Download, Page, Request, sync_playwright

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}


@dataclass
class Demo:
    """The running application: its address, and the invented users' passwords."""

    address: str
    passwords: dict[str, str]


@dataclass
class Visitor:
    """A page with everything that went wrong on it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    downloads: list[Download] = field(default_factory=list)
    under_way: set[Request] = field(default_factory=set)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.settle()

    def click(self, role: str, name: str) -> None:
        """Click the first control of that role and name, and wait for what follows."""
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type] # any ARIA role
        self.settle()

    def settle(self) -> None:
        """Wait until the page is there and asks for nothing more: two looks in a row.

        The browser's own "networkidle" waits half a second after each page.
        """
        quiet, until = 0, time.monotonic() + 30
        while quiet < 2:
            assert time.monotonic() < until, [request.url for request in self.under_way]
            self.page.wait_for_load_state("load")
            self.page.wait_for_timeout(40)
            quiet = 0 if self.under_way else quiet + 1


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`sojourn serve --demo`, exactly as a new user starts it."""
    with serving(tmp_path_factory.mktemp("demo") / "home") as started:
        yield started


@contextmanager
def serving(home: Path, *options: str, demo: bool = True) -> Iterator[Demo]:
    """The demonstration in a data folder; or without `demo`, an installation that holds nobody."""
    command = [sys.executable, "-m", "sojourn", "serve", "--port", "0", "--home", str(home)]
    command += [*(["--demo"] if demo else []), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield _started(server)
        finally:
            server.terminate()


def _started(server: subprocess.Popen[str]) -> Demo:
    passwords: dict[str, str] = {}
    for line in server.stdout or ():
        if user := re.match(r"  (\w+) +(\S+) ", line):
            passwords[user[1]] = user[2]
        if address := re.search(r"http://\S+?(?=/ )", line):
            return Demo(address[0].replace("localhost", "127.0.0.1"), passwords)
    raise RuntimeError("the demonstration did not start")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, demo: Demo) -> Iterator[Callable[..., Visitor]]:
    """Open a browser window, signed in if a user is named."""
    with windows(browser, demo) as open_window:
        yield open_window


@contextmanager
def windows(browser: Browser, demo: Demo) -> Iterator[Callable[..., Visitor]]:
    """Opens windows on a running application, and closes them."""
    contexts: list[BrowserContext] = []

    def open_window(
        user: str = "",
        language: str = "en",
        size: dict[str, int] = WIDE,
        *,
        scripts: bool = True,
    ) -> Visitor:
        context = browser.new_context(
            viewport=size,  # type: ignore[arg-type] # a plain dict will do
            locale=language,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        visitor = Visitor(context.new_page(), demo.address)
        _listen(visitor)
        if user:
            sign_in(visitor, user, demo.passwords[user])
        return visitor

    yield open_window
    for context in contexts:
        context.close()


def _listen(visitor: Visitor) -> None:
    def hear(message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning"):
            visitor.complaints.append(text)

    def watch(request: Request) -> None:
        visitor.under_way.add(request)
        if not request.url.startswith((visitor.address, "data:", "blob:")):
            visitor.elsewhere.append(request.url)

    visitor.page.on("console", hear)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on("request", watch)
    visitor.page.on("requestfinished", lambda request: visitor.under_way.discard(request))
    visitor.page.on("requestfailed", lambda request: visitor.under_way.discard(request))
    visitor.page.on("download", lambda saved: visitor.downloads.append(saved))


def sign_in(visitor: Visitor, user: str, password: str) -> None:
    visitor.go("/account/login/")
    visitor.page.fill("input[name=login]", user)
    visitor.page.fill("input[name=password]", password)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url(lambda url: "/account/login/" not in url)
    visitor.settle()
