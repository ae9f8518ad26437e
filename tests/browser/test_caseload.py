"""A supervisor hands a whole caseload over; whoever takes it finds it, and it comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import assert_good
from tests.browser.conftest import NARROW, Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.browser


def test_a_caseload_is_handed_over_and_handed_back(visit: Visit) -> None:
    sami = visit("sami")
    sami.go("/people/")
    sami.click("link", "Team")
    assert_good(sami)
    card = sami.page.get_by_role("article", name="Bilal Demo")
    count = card.locator(".bars__count").first.inner_text()
    card.get_by_role("link", name="Hand over").click()
    sami.settle()
    assert_good(sami)
    sami.page.get_by_label("Salma Demo").check()
    sami.page.get_by_label("Sami Demo").check()
    sami.page.get_by_label("A colleague leaves").check()
    sami.click("button", "Go on")
    expect(sami.page.get_by_role("heading", name="What goes to whom")).to_be_visible()
    assert_good(sami)
    sami.page.get_by_role("combobox").first.select_option(label="Salma Demo")
    sami.click("button", "Hand over now")
    expect(sami.page.get_by_text(f"{count} cases were handed over.")).to_be_visible()
    assert_good(sami)

    salma = visit("salma")
    expect(salma.page.get_by_role("heading", name="Handed to you")).to_be_visible()
    expect(salma.page.get_by_text("from Bilal Demo: A colleague leaves").first).to_be_visible()
    assert_good(salma)

    sami.click("button", "Hand back")
    expect(sami.page.get_by_text(f"{count} cases were handed back.")).to_be_visible()
    salma.go("/")
    expect(salma.page.get_by_role("heading", name="Handed to you")).to_have_count(0)


def test_the_list_is_narrowed_and_a_filter_kept(visit: Visit) -> None:
    bilal = visit("bilal")
    bilal.go("/people/")
    assert_good(bilal)
    bilal.page.get_by_text("Narrow and sort").click()
    bilal.page.get_by_label("Case worker").select_option(label="Me")
    bilal.page.get_by_label("The review is overdue").check()
    bilal.click("button", "Show")
    expect(bilal.page.get_by_role("link", name="The review is overdue")).to_be_visible()
    bilal.page.get_by_text("Keep this filter").click()
    bilal.page.get_by_label("Name of the filter").fill("Overdue demo")
    bilal.click("button", "Keep the filter")
    expect(bilal.page.get_by_role("link", name="Overdue demo")).to_be_visible()
    assert_good(bilal)
    bilal.page.get_by_text("Keep this filter").click()
    bilal.click("button", "Delete")
    bilal.click("button", "Bring the deleted filter back")
    expect(bilal.page.get_by_role("link", name="Overdue demo")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_fit_a_small_screen(language: str, visit: Visit) -> None:
    small = visit("sami", language=language, size=NARROW)
    for path in (
        "/people/?state=all&marks=items",
        "/caseload/team/",
        "/caseload/calendar/?who=all",
        "/follow-up/schedule/",
    ):
        small.go(path)
        assert_good(small)
