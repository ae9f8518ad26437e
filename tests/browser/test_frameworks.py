"""Reading frameworks, trying one out, and walking a finding back to its rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import assert_good, picture
from tests.browser.conftest import NARROW, Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.browser

PATHS = (
    "/frameworks/",
    "/frameworks/domv/",
    "/frameworks/domv/?show=questions",
    "/frameworks/domv/?show=responses",
    "/frameworks/reach-msna-2024/?show=measures",
    "/frameworks/domv/?q=nothing-like-this",
    "/frameworks/domv/compare/",
    "/frameworks/domv/try/?example=amina_no_safe_place_tonight",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_within_everybodys_reach(visit: Visit, path: str, language: str) -> None:
    dana = visit("dana", language, NARROW)
    dana.go(path)
    if dana.page.locator("#row-list details").count():
        dana.page.locator("#row-list details > summary").first.click()
        expect(dana.page.locator("#row-list [aria-busy]")).to_have_count(0)
    assert_good(dana)


def test_a_factor_opens_to_its_rule_by_keyboard(visit: Visit) -> None:
    emil = visit("emil")
    emil.go("/frameworks/domv/")
    picture(emil, "framework-en", whole=False)
    factor = emil.page.locator("#factor-ongoing_illness > details")
    factor.locator("> summary").focus()
    emil.page.keyboard.press("Enter")
    expect(factor).to_have_attribute("open", "")
    expect(factor).to_contain_text("The rule in words")
    expect(factor).to_contain_text("How long will your medicine last?")


def test_every_rule_can_be_read_without_scripts(visit: Visit) -> None:
    emil = visit("emil", scripts=False)
    emil.go("/frameworks/domv/")
    factor = emil.page.locator("#factor-ongoing_illness > details")
    factor.locator("> summary").click()
    factor.get_by_role("link", name="Read the rule").click()
    emil.page.wait_for_url("**factor=ongoing_illness**")
    factor.locator("> summary").click()
    expect(factor).to_contain_text("The rule in words")


def test_a_number_of_the_coverage_narrows_the_list(visit: Visit) -> None:
    emil = visit("emil")
    emil.go("/frameworks/domv/")
    number = emil.page.locator(".coverage__count").first
    wanted = int(number.locator("span").first.inner_text())
    number.click()
    emil.page.wait_for_url("**effect=**")
    expect(emil.page.locator("#row-list > li")).to_have_count(wanted)


def test_findings_follow_answers_while_they_change(visit: Visit) -> None:
    bilal = visit("bilal")
    bilal.go("/frameworks/domv/try/")
    result = bilal.page.locator("#result")
    expect(bilal.page.get_by_label("How long will your medicine last?")).to_be_hidden()
    bilal.page.get_by_label("for which you regularly need care").select_option("yes")
    medicine = bilal.page.get_by_label("How long will your medicine last?")
    expect(medicine).to_be_visible(timeout=20_000)  # a long form, answered by the server
    expect(result).to_contain_text("Illness that needs regular care")
    picture(bilal, "try-en")
    assert_good(bilal)


def test_members_of_a_household_are_added_and_change_what_is_found(visit: Visit) -> None:
    bilal = visit("bilal")
    bilal.go("/frameworks/reach-msna-2024/try/?example=settled_with_resources")
    members = bilal.page.locator("#repeat-roster")
    expect(members.get_by_role("group")).to_have_count(4)
    members.get_by_role("button", name="Remove row 4").click()
    bilal.page.wait_for_url("**/try/#repeat-roster")
    expect(members.get_by_role("group")).to_have_count(3)
    members.get_by_role("button", name="Add a row").press("Enter")
    expect(members.get_by_role("group")).to_have_count(4)
    result = bilal.page.locator("#result .try__part").first
    finding = "A member has a lot of difficulty with a basic activity"
    expect(result).not_to_contain_text(finding)
    last = members.get_by_role("group", name="Row 4")
    last.get_by_role("textbox").first.fill("40")  # only then is the next question asked
    last.get_by_role("combobox").first.select_option("cannot_do")
    expect(result).to_contain_text(finding)
    last.get_by_role("textbox").first.press("Enter")
    bilal.page.wait_for_url("**/try/#result")
    expect(members.get_by_role("group")).to_have_count(4)
    members.scroll_into_view_if_needed()
    picture(bilal, "try-rows-en")
    assert_good(bilal)


def test_rows_fit_a_narrow_screen_from_right_to_left(visit: Visit) -> None:
    bilal = visit("bilal", "ar", NARROW)
    bilal.go("/frameworks/reach-msna-2024/try/?example=settled_with_resources")
    bilal.page.locator("#repeat-roster").scroll_into_view_if_needed()
    picture(bilal, "try-rows-ar")
    assert_good(bilal)


def test_it_can_be_tried_without_scripts(visit: Visit) -> None:
    bilal = visit("bilal", scripts=False)
    bilal.go("/frameworks/domv/try/")
    bilal.page.locator("select[name=q-threatened_now]").select_option("yes")
    bilal.page.get_by_role("button", name="Show what the rules say").click()
    expect(bilal.page.locator("#result")).to_contain_text("Threat at present")
    assert bilal.page.url.endswith("/frameworks/domv/try/#result")


def test_a_finding_is_walked_back_to_its_rule(visit: Visit) -> None:
    salma = visit("salma")
    salma.go("/")
    salma.page.get_by_role("main").locator("a[href^='/cases/']").first.click()
    salma.page.wait_for_url("**/cases/**")
    finding = salma.page.locator(".band .finding").first
    name = (finding.get_attribute("id") or "").removeprefix("finding-")
    finding.locator("summary").click()
    finding.get_by_role("link", name="Read the rule").click()
    salma.page.wait_for_url("**/frameworks/**")
    rule = salma.page.locator(f"#factor-{name} > details")
    expect(rule).to_have_attribute("open", "")
    expect(rule).to_contain_text("The rule in words")


def test_readings_open_to_their_scale(visit: Visit) -> None:
    salma = visit("salma", "fr", NARROW)
    salma.go("/")
    salma.page.get_by_role("main").locator("a[href^='/cases/']").first.click()
    salma.page.wait_for_url("**/cases/**")
    reading = salma.page.locator(".reading").first
    reading.locator("summary").click()
    expect(salma.page.get_by_role("main")).to_contain_text("Repères chiffrés")
    expect(reading.locator("details")).to_have_attribute("open", "")
    assert_good(salma)
