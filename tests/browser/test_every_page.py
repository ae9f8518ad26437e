"""Every kind of page that links lead to, as each role, on a phone."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from tests.browser.checks import KEYS, assert_good
from tests.browser.conftest import NARROW, Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.browser

# Files to take along, and the frame of a form, which its own journey looks at.
NO_PAGES = re.compile(
    r"^/(static|leave|api)/|/(record|files|template|download|form\.xml)/|/new/\*/"
)
# One framework has hundreds of pages; they have a journey of their own.
SEEN_ELSEWHERE = re.compile(r"^/frameworks/.+/")

_done: set[str] = set()
"""What a role before has shown already: the roles share most pages, and a walk has to be short."""


def kind(path: str) -> str:
    """The address without what tells one page of a kind from the next."""
    return KEYS.sub("*", urlsplit(path).path)


def links(visitor: Visitor, within: str) -> Iterator[str]:
    for target in visitor.page.locator(f"{within} a[href^='/']:not([download])").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    ):
        path = target.split("#")[0]
        if not NO_PAGES.search(kind(path)) and not SEEN_ELSEWHERE.search(path):
            yield path


def walk(visitor: Visitor, seconds: int) -> Iterator[str]:
    """Opens what is in the menu, then, while there is time, one page of each kind nobody has shown
    before, nearest first; yields the kind of page that is open."""
    until = time.monotonic() + seconds
    visitor.go("/")
    menu = list(links(visitor, ".site-nav"))
    waiting, met = deque(menu), {kind(path) for path in menu}
    while waiting and (menu or time.monotonic() < until):
        path = waiting.popleft()
        menu = [entry for entry in menu if entry != path]
        visitor.page.goto(visitor.address + path)
        yield kind(path)
        for found in links(visitor, "body"):
            if kind(found) not in met | _done:
                met.add(kind(found))
                waiting.append(found)


@pytest.mark.parametrize(
    ("role", "seconds"),
    [("sami", 30), ("dana", 10), ("emil", 10), ("bilal", 10), ("salma", 5), ("chiara", 5)],
)
def test_every_page_of_a_role_fits_a_phone(role: str, seconds: int, visit: Visit) -> None:
    visitor = visit(role, size=NARROW)
    opened = []
    for page in walk(visitor, seconds):
        opened.append(page)
        try:
            assert_good(visitor)
        except AssertionError as bad:
            raise AssertionError(f"{page} as {role}: {bad}") from None
    _done.update(opened)
    assert len(opened) >= 3, opened
