"""What is promised to people: taking back counts at once, erasing is for good, and one person alone
does not decide about a child."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import assert_good
from tests.browser.conftest import NARROW, Visitor
from tests.browser.test_journey import consent, fill_form, press, register

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.browser

TOLD = "Threat at present from a person or group"


def path_of(visitor: Visitor) -> str:
    return re.sub(r"^https?://[^/]+", "", visitor.page.url)


def case_of(visitor: Visitor) -> str:
    """The address of the case of the person whose page is open."""
    course = visitor.page.get_by_role("link", name="Course of the case").get_attribute("href")
    return (course or "").removesuffix("course/")


def test_consent_taken_back_counts_at_once_and_in_an_open_form_too(visit: Visit) -> None:
    bilal = visit("bilal")
    register(bilal)
    consent(bilal)
    person = path_of(bilal)
    case = case_of(bilal)
    fill_form(bilal)
    expect(bilal.page.get_by_role("main")).to_contain_text(TOLD)

    phone = visit("bilal", size=NARROW)
    phone.go(f"{case}assess/")
    phone.page.get_by_role("main").locator("button[type=submit]").click()
    phone.page.wait_for_selector("#odk-form .odk-form .form-wrapper", timeout=30_000)
    phone.page.get_by_text("On the way, also at a border or after a rescue").click()

    bilal.go(person)
    press(bilal, "The person takes it back")
    expect(bilal.page.locator(".consent.is-withdrawn")).to_contain_text("withdrawn")
    assert_good(bilal)

    phone.page.get_by_role("button", name="Send").click()
    expect(phone.page.locator(".odk-alert")).to_contain_text("not any more")
    bilal.go(case)
    expect(bilal.page.get_by_role("main")).to_contain_text("No consent is in force")
    expect(bilal.page.get_by_role("main")).not_to_contain_text(TOLD)
    assert_good(bilal)


def test_a_supervisor_erases_who_somebody_is_and_the_count_stays(visit: Visit) -> None:
    bilal, sami = visit("bilal"), visit("sami", size=NARROW)
    register(bilal)
    consent(bilal)
    person = path_of(bilal)
    expect(bilal.page.get_by_role("link", name="Erase who this person is")).to_have_count(0)

    sami.go(person)
    number = sami.page.locator(".page-header__lead bdi").first.inner_text()
    sami.click("link", "Erase who this person is")
    assert_good(sami)
    sami.page.get_by_label("Type the case number to confirm").fill("HS-0")
    press(sami, "Erase for good")
    expect(sami.page.get_by_text("This is not the number of this file.").first).to_be_visible()
    sami.complaints.clear()  # the browser notes every answer 400
    sami.page.get_by_label("Type the case number to confirm").fill(number)
    press(sami, "Erase for good")
    expect(sami.page.get_by_text("It cannot be brought back.")).to_be_visible()
    assert_good(sami)

    bilal.go(person)
    main = bilal.page.get_by_role("main")
    expect(main).to_contain_text(number)
    expect(main).to_contain_text("What was counted stays, without a name.")
    expect(main).not_to_contain_text("Amina Trial")
    expect(main.get_by_role("link", name="Correct")).to_have_count(0)
    assert_good(bilal)


def test_what_is_best_for_a_child_is_decided_by_two(visit: Visit) -> None:
    bilal, sami = visit("bilal"), visit("sami", size=NARROW)
    register(bilal)
    consent(bilal)
    bilal.go(f"{case_of(bilal)}best-interests/")
    bilal.click("link", "Something has to be decided")
    bilal.page.check("input[name=about][value=care]")
    bilal.page.fill("textarea[name=question]", "Where she sleeps from now on")
    press(bilal, "Begin")
    assert_good(bilal)
    procedure = path_of(bilal)
    prepare(bilal, procedure)
    press(bilal, "Ask others to look at it")
    expect(bilal.page.get_by_role("link", name="Say what you think")).to_have_count(0)
    expect(bilal.page.get_by_text("decided so")).to_have_count(0)
    assert_good(bilal)

    sami.go(procedure)
    assert_good(sami)
    sami.click("link", "Say what you think")
    sami.page.check("input[name=agrees][value=yes]")
    sami.page.fill("input[name=review_on]", "2099-01-31")
    press(sami, "Save what I think")
    expect(sami.page.get_by_text("decided so")).to_be_visible()
    assert_good(sami)


def prepare(bilal: Visitor, procedure: str) -> None:
    """Everything that has to be there before others look at it."""
    page = bilal.page
    page.locator(f"a[href='{procedure}prepare/']").click()
    page.check("input[name=guardian][value=parents]")
    page.check("input[name=heard][value=chose_not]")
    page.fill("textarea[name=because]", "Her aunt can take her in")
    press(bilal, "Save")
    for path in page.locator("a[href*='/about/']").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    ):
        bilal.go(path)
        page.fill("textarea[name=text]", "She told it twice")
        press(bilal, "Save")
    for way in ("To live with her aunt", "To stay in the shelter"):
        bilal.click("link", "Add a way")
        page.fill("textarea[name=what]", way)
        press(bilal, "Save")
    press(bilal, "Propose this")
