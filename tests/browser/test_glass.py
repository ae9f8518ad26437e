"""A night: somebody new has no file of her own, opens one in an emergency, and is talked to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import assert_good, picture
from tests.browser.conftest import NARROW, Visitor, sign_in

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.browser

PASSWORD = "lanterns over quiet harbour walls"


def newcomer(visit: Visit, username: str) -> Visitor:
    """Somebody who was invited for her own cases alone, signed in."""
    dana = visit("dana")
    dana.go("/organisation/members/")
    dana.page.get_by_label("Name", exact=True).fill("Nadia Demo")
    dana.page.get_by_label("Which cases").select_option("own_cases")
    dana.click("button", "Make the link")
    link = dana.page.get_by_label("Copy this").input_value()
    nadia = visit()
    nadia.page.goto(link)
    nadia.page.get_by_label("User name").fill(username)
    nadia.page.get_by_label("Password", exact=True).fill(PASSWORD)
    nadia.page.get_by_label("The password again").fill(PASSWORD)
    nadia.page.keyboard.press("Enter")
    nadia.page.wait_for_url(lambda url: "/account/login/" in url)
    sign_in(nadia, username, PASSWORD)
    return nadia


def a_file(visit: Visit) -> tuple[str, str]:
    """The newest file of the colleague: its number, and a name as it is written there."""
    bilal = visit("bilal")
    bilal.go("/people/")
    row = bilal.page.locator(".case-row").first
    number = row.locator(".row-link__meta bdi").first.inner_text()
    row.get_by_role("link").click()
    return number, bilal.page.get_by_role("heading", level=1).inner_text()


def test_a_file_is_opened_in_an_emergency_and_looked_at(visit: Visit) -> None:
    number, name = a_file(visit)
    nadia = newcomer(visit, "nadia")
    nadia.go("/people/")
    expect(nadia.page.get_by_text("Nobody is registered yet")).to_be_visible()
    nadia.page.get_by_label("Case number, phone").fill(number)
    nadia.click("button", "Search")
    assert name not in nadia.page.locator("main").inner_text()
    expect(nadia.page.get_by_text("Sami Demo")).to_be_visible()
    assert_good(nadia)

    nadia.click("link", "It cannot wait")
    assert_good(nadia)
    picture(nadia, "emergency", whole=True)
    nadia.click("button", "Open the file")
    expect(nadia.page.get_by_role("alert").first).to_be_visible()
    nadia.complaints.clear()  # the browser notes every answer 400
    nadia.page.get_by_label("A life or health is in danger now").check()
    nadia.page.get_by_label("What happened").fill("She is at the door and has a fever.")
    nadia.click("button", "Open the file")
    expect(nadia.page.get_by_role("heading", name=name)).to_be_visible()
    expect(nadia.page.get_by_text("You opened this file in an emergency")).to_be_visible()
    expect(nadia.page.get_by_role("link", name="Correct")).to_have_count(0)
    assert_good(nadia)

    emil = visit("emil")
    emil.click("link", "Emergency openings")
    expect(emil.page.get_by_text("She is at the door and has a fever.")).to_be_visible()
    assert_good(emil)
    emil.click("button", "I will talk about it with them")
    expect(emil.page.get_by_text("Data protection officer, Emil Demo")).to_be_visible()
    expect(emil.page.get_by_role("button", name="I will talk")).to_have_count(0)

    sami = visit("sami")
    sami.click("link", "Emergency openings")
    expect(sami.page.get_by_text("Data protection officer, Emil Demo")).to_be_visible()
    assert_good(sami)
    sami.click("button", "It was right to open it")
    expect(sami.page.get_by_text("Supervisor, Sami Demo")).to_be_visible()

    nadia.click("button", "I am done: close it")
    nadia.page.get_by_label("Case number, phone").fill(number)
    nadia.click("button", "Search")
    expect(nadia.page.get_by_text("Known here, but not open to you")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_fit_a_small_screen(language: str, visit: Visit) -> None:
    number, _name = a_file(visit)
    nadia = newcomer(visit, f"nadia-{language}")
    nadia.go("/people/")
    nadia.page.get_by_label("Case number, phone").fill(number)
    nadia.click("button", "Search")
    nadia.click("link", "It cannot wait")
    path = nadia.page.url.removeprefix(nadia.address)
    small = visit(language=language, size=NARROW)
    sign_in(small, f"nadia-{language}", PASSWORD)
    small.go(path)
    assert_good(small)
    small = visit("emil", language=language, size=NARROW)
    small.go("/emergency/overview/")
    assert_good(small)
    chiara = visit("chiara", language=language)
    chiara.go("/emergency/supervision/")
    assert_good(chiara)
