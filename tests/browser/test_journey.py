"""From signing in to the situation page, as Bilal the case worker goes, and what others see."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import assert_good, picture
from tests.browser.conftest import IMAGES, NARROW, WIDE, Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.browser


def answer(page: Page, question: str, choice: str) -> None:
    """Choose an answer in the form, found by the words of the question as a person would."""
    group = page.get_by_role("radiogroup", name=re.compile(re.escape(question)))
    group.get_by_text(choice, exact=True).click()


def register(bilal: Visitor) -> None:
    bilal.go("/people/new/")
    bilal.page.fill("input[name=own]", "أمينة تجربة")
    bilal.page.fill("input[name=latin]", "Amina Trial")
    assert_good(bilal)
    bilal.page.get_by_role("main").locator("button[type=submit]").click()
    bilal.settle()


def consent(bilal: Visitor) -> None:
    bilal.click("link", "Ask for consent")
    for name, values in {
        "purposes": ["assessment", "support"],
        "data_classes": ["identity", "journey", "body_health", "harm_incident", "case_work"],
        "recipients": ["own"],
        "explained": ["read_aloud"],
        "understood": ["yes"],
        "method": ["spoken"],
        "answer": ["given"],
    }.items():
        for value in values:
            bilal.page.check(f"input[name={name}][value={value}]")
    bilal.page.select_option("select[name=notice_language]", "ar")
    assert_good(bilal)
    bilal.page.get_by_role("main").locator("button[type=submit]").click()
    bilal.settle()


def fill_form(bilal: Visitor) -> None:
    page = bilal.page
    bilal.click("link", "Start an assessment")
    page.get_by_role("main").locator("button[type=submit]").click()
    page.wait_for_selector("#odk-form .odk-form .form-wrapper", timeout=30_000)
    page.get_by_text("On the way, also at a border or after a rescue").click()
    answer(page, "Are you or your family being threatened", "Yes")
    answer(page, "is there a person you could turn to for help", "Yes")
    answer(page, "Do you have an illness, an injury or pain right now?", "No")
    answer(page, "for which you regularly need care", "I prefer not to say")
    picture(bilal, "form-en")
    assert_good(bilal, form=True)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/(assessments/[0-9a-f-]+/)?$"), timeout=30_000)
    bilal.settle()


def test_a_pasted_number_counts_like_a_typed_one(visit: Visit) -> None:
    bilal = visit("bilal")
    page = bilal.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    register(bilal)
    consent(bilal)
    bilal.click("link", "Start an assessment")
    page.get_by_role("main").locator("button[type=submit]").click()
    page.wait_for_selector("#odk-form .odk-form .form-wrapper", timeout=30_000)
    page.get_by_text("On the way, also at a border or after a rescue").click()
    age = page.locator(".question-container", has_text="How old are you").locator("input")
    page.evaluate("navigator.clipboard.writeText('9')")
    age.focus()
    page.keyboard.press("ControlOrMeta+v")
    expect(age).to_have_value("9")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/(assessments/[0-9a-f-]+/)?$"), timeout=30_000)
    bilal.settle()
    finding = page.locator("details", has_text="Age and stage of life").first
    finding.locator("summary").click()
    seen = finding.locator(".because__seen", has_text="How old are you")
    expect(seen.locator("dd").first).to_have_text("9")


def test_a_case_worker_goes_from_first_contact_to_the_situation(visit: Visit) -> None:
    bilal = visit("bilal")
    register(bilal)
    consent(bilal)
    fill_form(bilal)
    page = bilal.page
    expect(page.get_by_role("main")).to_contain_text("Threat at present from a person or group")
    expect(page.get_by_role("main")).to_contain_text("prefers not to say")
    finding = page.locator("details", has_text="Threat at present from a person or group").first
    finding.locator("summary").click()
    expect(finding).to_contain_text("Are you or your family being threatened")
    assert_good(bilal)


def situation_of_somebody(visitor: Visitor) -> None:
    """The first of those who cannot wait."""
    visitor.go("/")
    visitor.page.get_by_role("main").locator("a[href^='/cases/']").first.click()
    visitor.settle()


@pytest.mark.parametrize(
    ("language", "size", "name"),
    [
        ("en", WIDE, "situation-en"),
        ("en", NARROW, "situation-narrow"),
        ("ar", WIDE, "situation-ar"),
        ("ar", NARROW, "situation-ar-narrow"),
        ("fr", WIDE, "situation-fr"),
    ],
)
def test_the_situation_page_reads_well(
    visit: Visit, language: str, size: dict[str, int], name: str
) -> None:
    salma = visit("salma", language, size)
    situation_of_somebody(salma)
    direction = salma.page.locator("html").get_attribute("dir")
    assert direction == ("rtl" if language == "ar" else "ltr")
    assert salma.page.locator("html").get_attribute("lang") == language
    picture(salma, name, whole=size == NARROW)
    assert_good(salma)


@pytest.mark.parametrize("path", ["/", "/people/", "/people/new/", "/components/"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_within_everybodys_reach(visit: Visit, path: str, language: str) -> None:
    bilal = visit("bilal", language, NARROW)
    bilal.go(path)
    assert_good(bilal)


def test_the_first_page_is_within_everybodys_reach(visit: Visit) -> None:
    stranger = visit()
    stranger.go("/")
    picture(stranger, "sign-in")
    assert_good(stranger)


def test_the_components_are_pictured(visit: Visit) -> None:
    bilal = visit("bilal")
    bilal.go("/components/")
    picture(bilal, "components", whole=True)
    assert_good(bilal)


def test_my_day_is_pictured(visit: Visit) -> None:
    bilal = visit("bilal")
    bilal.go("/")
    picture(bilal, "my-day")
    assert_good(bilal)


def test_the_whole_way_can_be_gone_by_keyboard(visit: Visit) -> None:
    bilal = visit("bilal")
    situation_of_somebody(bilal)
    bilal.page.keyboard.press("Tab")
    assert bilal.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    summary = bilal.page.locator("main details summary").first
    summary.focus()
    bilal.page.keyboard.press("Enter")
    expect(bilal.page.locator("main details").first).to_have_attribute("open", "")


def test_the_form_itself_shows_what_cannot_wait(visit: Visit) -> None:
    bilal = visit("bilal")
    situation_of_somebody(bilal)
    bilal.go(re.sub(r"^https?://[^/]+|assessments/.*$", "", bilal.page.url) + "assess/")
    basis = bilal.page.locator("input[name=basis]")
    if basis.count():
        basis.first.check()
    bilal.page.get_by_role("main").locator("button[type=submit]").click()
    page = bilal.page
    page.wait_for_selector("#odk-form .odk-form .form-wrapper", timeout=30_000)
    note = page.get_by_text("\u26a0 Make a safety plan together")
    expect(note).to_have_count(0)
    answer(page, "Are you or your family being threatened", "Yes")
    expect(note).to_be_visible()
    answer(page, "Are you or your family being threatened", "No")
    expect(note).to_have_count(0)
    assert not bilal.elsewhere


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_places_are_within_everybodys_reach(
    visit: Visit, language: str, size: dict[str, int]
) -> None:
    salma = visit("salma", language, size)
    salma.go("/places/")
    assert_good(salma)
    salma.page.locator("main .rows a").first.click()
    salma.settle()
    assert_good(salma)


def test_what_was_learned_of_a_place_is_sent_from_the_page(visit: Visit) -> None:
    salma = visit("salma")
    salma.go("/places/")
    salma.click("link", "Answer for a place")
    page = salma.page
    page.wait_for_selector("#odk-form .odk-form .form-wrapper", timeout=30_000)
    page.get_by_label("Which place is this about?").fill("demo-quay")
    page.get_by_label("Which period is this about?").fill("2026-11")
    assert_good(salma, form=True)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/places/$"), timeout=30_000)
    expect(page.get_by_role("main")).to_contain_text("demo-quay")


def press(visitor: Visitor, name: str) -> None:
    """Press a button in the page, and wait for what follows."""
    visitor.page.get_by_role("main").get_by_role("button", name=name).first.click()
    visitor.settle()


def plan_the_first_suggestion(bilal: Visitor) -> str:
    """Begins a plan with what is suggested first; the address of the case's plan."""
    page = bilal.page
    page.get_by_role("navigation", name="This case").get_by_role("link", name="Plan").click()
    bilal.settle()
    board = re.sub(r"^https?://[^/]+", "", page.url)
    press(bilal, "Begin a plan")
    assert_good(bilal)
    page.locator(".plan-suggested summary").first.focus()
    page.keyboard.press("Enter")
    press(bilal, "Plan it")
    page.fill("textarea[name=goal]", "To sleep without fear")
    page.fill("input[name=due]", "2099-01-31")
    assert_good(bilal)
    press(bilal, "Put it into the plan")
    expect(page.locator(".plan-card")).to_contain_text("To sleep without fear")
    picture(bilal, "plan")
    assert_good(bilal)
    return board


def test_a_case_goes_from_first_contact_to_its_closure(visit: Visit) -> None:
    bilal, sami = visit("bilal"), visit("sami", "en", NARROW)
    register(bilal)
    consent(bilal)
    fill_form(bilal)
    board = plan_the_first_suggestion(bilal)
    press(bilal, "Ask for approval")

    sami.go(board)
    sami.click("link", "Read and decide")
    sami.page.check("input[name=decision][value=approve]")
    assert_good(sami)
    press(sami, "Write the decision down")
    expect(sami.page.get_by_role("main")).to_contain_text("approved as it stands")
    assert_good(sami)

    bilal.go(board)
    expect(bilal.page.get_by_role("main")).to_contain_text("approved as it stands")
    bilal.click("link", "It is done")
    bilal.page.check("input[name=outcome][value=helped]")
    assert_good(bilal)
    press(bilal, "It is done")
    expect(bilal.page.locator(".plan-card")).to_contain_text("It helped")
    write_a_note(bilal)
    go_through_the_phases(bilal)
    close_and_open_again(bilal)


def write_a_note(bilal: Visitor) -> None:
    """A confidential note with a picture of a paper."""
    page = bilal.page
    case_pages = page.get_by_role("navigation", name="This case")
    case_pages.get_by_role("link", name="Notes").click()
    bilal.settle()
    bilal.click("link", "Write a note")
    page.fill("textarea[name=text]", "She asked to be called in the morning")
    page.check("input[name=is_confidential]")
    page.set_input_files("input[name=file]", IMAGES / "sign-in.png")
    assert_good(bilal)
    press(bilal, "Save the note")
    expect(page.locator(".note")).to_contain_text("called in the morning")
    expect(page.locator(".note")).to_contain_text("sign-in.png")
    assert_good(bilal)


def go_through_the_phases(bilal: Visitor) -> None:
    bilal.click("link", "Course of the case")
    for phase in ("planning", "implementing", "following_up"):
        bilal.click("link", "Change the phase")
        bilal.page.check(f"input[name=phase][value={phase}]")
        bilal.page.fill("textarea[name=words]", "We agreed on it")
        assert_good(bilal)
        press(bilal, "Change the phase")
    current = bilal.page.locator(".phases [aria-current=step]")
    expect(current).to_contain_text("Following up")
    expect(bilal.page.get_by_role("main")).to_contain_text("1 of 1 things ended")


def close_and_open_again(bilal: Visitor) -> None:
    page = bilal.page
    bilal.click("link", "Close the case")
    for name, value in {"reason": "goals_met", "outcome": "better", "feedback": "answered"}.items():
        page.check(f"input[name={name}][value={value}]")
    assert_good(bilal)
    press(bilal, "Close the case")
    expect(page.get_by_role("main")).to_contain_text("The goals were reached")
    bilal.click("link", "Open the case again")
    page.check("input[name=reason][value=new_need]")
    press(bilal, "Open the case again")
    expect(page.get_by_role("main")).to_contain_text("Episode 2")
    expect(page.get_by_role("main")).to_contain_text("The goals were reached")
    picture(bilal, "course", whole=True)
    assert_good(bilal)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("page", ["plan", "notes", "course", "differences"])
def test_plan_notes_and_course_are_within_everybodys_reach(
    visit: Visit, page: str, language: str
) -> None:
    salma = visit("salma", language, NARROW)
    situation_of_somebody(salma)
    case = re.sub(r"^https?://[^/]+|assessments/.*$", "", salma.page.url)
    salma.go(f"{case}{page}/")
    assert_good(salma)
