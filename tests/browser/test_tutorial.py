"""The tutorial from an XLSForm, to the end: an own framework in the running application."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.checks import assert_good
from tests.browser.conftest import serving, windows
from tests.browser.test_journey import answer, consent, register
from tests.test_docs import ROOT, blocks, write

pytestmark = pytest.mark.browser
TUTORIAL = ROOT / "docs" / "tutorial" / "from-your-xlsform.md"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with the workbook that the tutorial has people type."""
    for block in blocks(TUTORIAL):
        write(block, tmp_path)
    folder = tmp_path / "var" / "frameworks"
    folder.mkdir(parents=True)
    shutil.copy(tmp_path / "arrivals.xlsx", folder)
    return folder.parent


def test_an_own_framework_goes_from_the_workbook_to_the_situation(
    browser: Browser, home: Path
) -> None:
    with serving(home, "--framework", "arrivals") as demo, windows(browser, demo) as visit:
        bilal = visit("bilal")
        page, main = bilal.page, bilal.page.get_by_role("main")
        bilal.go("/frameworks/")
        page.get_by_role("link", name="Just arrived").click()
        page.locator("#factor-night_outside summary").first.click()
        expect(page.locator("#factor-night_outside")).to_contain_text("Is there a safe place")
        assert_good(bilal)
        page.get_by_role("link", name="Try it").click()
        page.get_by_label("Is there a safe place to sleep").select_option("no")
        expect(page.locator("#result")).to_contain_text("Find a bed for tonight")
        assert_good(bilal)

        register(bilal)
        consent(bilal)
        bilal.click("link", "Start an assessment")
        main.locator("button[type=submit]").click()
        page.wait_for_selector("#odk-form .odk-form .form-wrapper", timeout=30_000)
        answer(page, "Is there a safe place to sleep tonight?", "No")
        page.get_by_role("spinbutton", name=re.compile("How old are you")).press_sequentially("16")
        page.keyboard.press("Tab")
        assert_good(bilal, form=True)
        page.get_by_role("button", name="Send").click()
        page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/(assessments/[0-9a-f-]+/)?$"))
        expect(main).to_contain_text("No safe place to sleep tonight")
        expect(main).to_contain_text("Call the child protection team")
        assert_good(bilal)
