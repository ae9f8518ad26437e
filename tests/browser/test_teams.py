"""An administrator makes a team and gives somebody a role for its cases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checks import assert_good
from tests.browser.conftest import NARROW, Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.browser


def test_a_team_is_made_and_a_role_given_and_ended(visit: Visit) -> None:
    dana = visit("dana")
    dana.go("/organisation/members/")
    dana.click("link", "Teams")
    expect(dana.page.get_by_text("No teams yet")).to_be_visible()
    assert_good(dana)
    dana.page.get_by_label("Name of the team").fill("Night Demo")
    dana.click("button", "Make the team")
    expect(dana.page.get_by_text("nobody yet")).to_be_visible()
    assert_good(dana)
    dana.go("/organisation/members/")
    dana.click("link", "Salma Demo")
    assert_good(dana)
    dana.click("link", "Give another role")
    dana.page.get_by_label("Which cases").select_option("team")
    dana.page.get_by_label("Team").select_option(label="Night Demo")
    dana.page.get_by_label("Until").fill("2099-12-31")
    assert_good(dana)
    dana.click("button", "Give the role")
    expect(dana.page.get_by_text("The role was given.")).to_be_visible()
    small = visit("dana", language="ar", size=NARROW)
    for path in ("/organisation/members/teams/", "/organisation/members/"):
        small.go(path)
        expect(small.page.get_by_text("Night Demo").first).to_be_visible()
        assert_good(small)
