"""What every page must hold, whoever looks at it."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import IMAGES, Visitor

_AXE = Axe()
_CLASSES = """() => [...new Set([...document.querySelectorAll('[class]')]
    .flatMap(element => [...element.classList]))].sort().join(' ')"""
KEYS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{64}\b|(?<=/)\d+(?=/)")
_contrasts: set[tuple[str, str]] = set()
"""Kinds of pages, each with the classes on it, whose colours were looked at: that takes as long as
all the rest, and a language or a second person brings no colours of its own."""
# Two rules fire inside the ODK form component, which draws them so; the page around it does not.
_FORM_ONLY = ("region", "scrollable-region-focusable")


def assert_good(visitor: Visitor, *, form: bool = False) -> None:
    """No axe violation, nothing wider than the window, no complaint, no request elsewhere."""
    looks = (KEYS.sub("*", urlsplit(visitor.page.url).path), visitor.page.evaluate(_CLASSES))
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if looks in _contrasts:
        options["rules"] = {"color-contrast": {"enabled": False}}
    found = _AXE.run(visitor.page, options=options).response["violations"]
    _contrasts.add(looks)
    ignored = _FORM_ONLY if form else ()
    serious = [
        f"{v['id']}: {v['nodes'][0]['html'][:160]} ({len(v['nodes'])})"
        for v in found
        if v["id"] not in ignored
    ]
    assert not serious, serious
    widths = visitor.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], "the page is wider than the window"
    assert not visitor.complaints, visitor.complaints
    assert not visitor.elsewhere, visitor.elsewhere


def picture(visitor: Visitor, name: str, *, whole: bool = False) -> None:
    """Keep what is on the screen for the documentation, when asked to (`SOJOURN_PICTURES=1`)."""
    if os.environ.get("SOJOURN_PICTURES"):
        IMAGES.mkdir(parents=True, exist_ok=True)
        visitor.page.screenshot(path=IMAGES / f"{name}.png", full_page=whole)
