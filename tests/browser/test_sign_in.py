"""Signing in with a code and with a passkey, and what a person sees on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import expect

from tests.browser.checks import assert_good, picture
from tests.browser.conftest import NARROW, Demo, Visitor, sign_in

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.browser


def at_localhost(visitor: Visitor) -> Visitor:
    """Passkeys belong to a name; a number will not do."""
    visitor.address = visitor.address.replace("127.0.0.1", "localhost")
    return visitor


def give_authenticator(visitor: Visitor) -> None:
    """A device that keeps passkeys and always says yes, inside the browser."""
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def code_of(secret: str) -> str:
    """What the app shows for the key that the page tells."""
    counter = list(yield_hotp_counters_from_time())[1]
    return str(format_hotp_value(hotp_value(secret.replace(" ", ""), counter)))


def sign_out(visitor: Visitor) -> None:
    visitor.go("/account/logout/")
    visitor.page.get_by_role("main").get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url(re.compile("/account/login/"))


def test_an_app_is_set_up_and_its_code_is_asked_for(visit: Visit, demo: Demo) -> None:
    emil = visit("emil")
    emil.go("/account/second-factor/")
    assert_good(emil)
    picture(emil, "second-factor", whole=True)
    emil.click("link", "Set up an app")
    assert_good(emil)
    picture(emil, "second-factor-app", whole=True)
    emil.page.get_by_text("The app cannot scan?").click()
    secret = emil.page.locator("code.key").inner_text()
    emil.page.get_by_label("Code").fill(code_of(secret))
    emil.click("button", "Finish")
    expect(emil.page.locator(".codes li")).to_have_count(10)
    assert_good(emil)
    paper = emil.page.locator(".codes li").first.inner_text()
    sign_out(emil)

    sign_in(emil, "emil", demo.passwords["emil"])
    expect(emil.page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    assert_good(emil)
    emil.page.get_by_label("Code").fill("000000")
    emil.page.keyboard.press("Enter")
    expect(emil.page.get_by_role("alert").first).to_contain_text("not accepted")
    emil.page.get_by_label("Code").fill(paper)
    emil.page.keyboard.press("Enter")
    emil.page.wait_for_url(lambda url: urlsplit(url).path == "/")

    emil.go("/account/second-factor/app/remove/")
    assert_good(emil)
    emil.page.get_by_role("main").get_by_role("button", name="Remove").click()
    expect(emil.page.get_by_role("link", name="Set up an app")).to_be_visible()


def test_a_passkey_is_added_and_opens_the_account_without_a_password(
    visit: Visit, demo: Demo
) -> None:
    dana = at_localhost(visit())
    give_authenticator(dana)
    sign_in(dana, "dana", demo.passwords["dana"])
    dana.go("/account/second-factor/passkeys/add/")
    assert_good(dana)
    dana.page.get_by_label("Name of this passkey").fill("Phone")
    dana.click("button", "Add a passkey")
    dana.page.wait_for_url(re.compile("/second-factor/codes/"))
    sign_out(dana)

    dana.click("button", "Sign in with a passkey")
    dana.page.wait_for_url(lambda url: urlsplit(url).path == "/")
    dana.go("/account/second-factor/")
    expect(dana.page.get_by_role("main").get_by_text("Phone").first).to_be_visible()
    expect(dana.page.get_by_role("main")).to_contain_text("last used on")
    assert_good(dana)
    sign_out(dana)

    sign_in(dana, "dana", demo.passwords["dana"])
    expect(dana.page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    dana.click("button", "Use a passkey")
    dana.page.wait_for_url(lambda url: urlsplit(url).path == "/")

    dana.go("/account/second-factor/")
    dana.page.get_by_role("main").get_by_role("link", name=re.compile("^Remove")).click()
    dana.page.get_by_role("main").get_by_role("button", name="Remove").click()
    expect(dana.page.get_by_role("main")).not_to_contain_text("last used on")


def test_a_passkey_that_does_not_answer_is_said_on_the_page(visit: Visit) -> None:
    somebody = at_localhost(visit())
    somebody.go("/account/login/")
    assert_good(somebody)
    picture(somebody, "sign-in")
    somebody.page.evaluate(
        """() => {
            const no = new DOMException('no', 'NotAllowedError');
            navigator.credentials.get = () => Promise.reject(no);
        }"""
    )
    somebody.click("button", "Sign in with a passkey")
    expect(somebody.page.get_by_role("alert")).to_contain_text("did not answer")
    assert_good(somebody)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_pages_fit_a_small_telephone(language: str, visit: Visit) -> None:
    salma = visit("salma", language, NARROW)
    for page in ("", "app/", "passkeys/add/"):
        salma.go(f"/account/second-factor/{page}")
        assert_good(salma)


@pytest.mark.parametrize("scripts", [True, False])
def test_leaving_quickly_shows_a_calendar_and_back_shows_nobody(
    scripts: bool, visit: Visit, demo: Demo
) -> None:
    bilal = visit(scripts=scripts)
    sign_in(bilal, "bilal", demo.passwords["bilal"])
    bilal.go("/people/")
    bilal.page.locator(".case-row a").first.click()
    bilal.settle()
    name = bilal.page.locator("h1").inner_text()
    bilal.click("button", "Leave quickly")
    expect(bilal.page).to_have_title("Calendar")
    assert name not in bilal.page.content()
    if scripts:
        assert_good(bilal)
    for _step in range(2):
        bilal.page.go_back()
        bilal.settle()
        assert name not in bilal.page.content()


def test_sessions_are_seen_and_ended(visit: Visit) -> None:
    desk, phone = visit("chiara"), visit("chiara", "ar", NARROW)
    desk.go("/account/sessions/")
    expect(desk.page.locator(".row-link").nth(1)).to_be_visible()  # and those of other visits
    assert_good(desk)
    phone.go("/account/sessions/")
    assert_good(phone)
    desk.click("button", "End all but this one")
    expect(desk.page.locator(".row-link")).to_have_count(1)
    phone.go("/people/")
    expect(phone.page).to_have_url(re.compile("/account/login/"))
