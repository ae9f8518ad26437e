"""What every page must hold, whoever looks at it."""

from __future__ import annotations

import os

from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import IMAGES, Visitor

_AXE = Axe()
# Two rules fire inside the ODK form component, which draws them so; the page around it does not.
_FORM_ONLY = ("region", "scrollable-region-focusable")


def assert_good(visitor: Visitor, *, form: bool = False) -> None:
    """No axe violation, nothing wider than the window, no complaint, no request elsewhere."""
    found = _AXE.run(visitor.page).response["violations"]
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
