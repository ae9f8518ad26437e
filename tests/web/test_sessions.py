"""Sessions: where one is signed in, when it ends, and leaving quickly."""

from __future__ import annotations

from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings as SettingsWrapper

from sojourn.web.accounts import account_actions
from sojourn.web.accounts.sessions import BEGAN, device
from sojourn.web.audit.models import Event
from tests.web.conftest import PASSWORD, World

SESSIONS = reverse("account_sessions")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36"


@pytest.fixture
def ana(empty: World) -> Client:
    """Somebody without a duty, so that a password signs in."""
    return sign_in("ana", FIREFOX, empty)


def sign_in(name: str, agent: str, world: World) -> Client:
    Authenticator.objects.filter(user=world.users[name]).delete()
    client = Client(headers={"User-Agent": agent})
    client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    return client


def test_ones_sessions_are_listed_with_this_one_first(empty: World, ana: Client) -> None:
    sign_in("ana", CHROME, empty)
    sign_in("emil", CHROME, empty)
    page = ana.get(SESSIONS).content.decode()
    assert page.count('class="row-link"') == 2
    assert page.index("Firefox on Linux") < page.index("this one") < page.index("Chrome on Android")


def test_one_session_is_ended_and_nobody_elses(empty: World, ana: Client) -> None:
    phone, emil = sign_in("ana", CHROME, empty), sign_in("emil", CHROME, empty)
    other = UserSession.objects.get(user=empty.users["emil"])
    url = reverse("account_end_session", args=[other.pk])
    assert ana.post(url).status_code == 404
    with pytest.raises(PermissionDenied):
        account_actions.end_session(session=other, by=empty.by("ana"))
    mine = UserSession.objects.get(user=empty.users["ana"], user_agent=CHROME)
    ana.post(reverse("account_end_session", args=[mine.pk]))
    assert Event.objects.latest("seq").verb == "end_session"
    assert [c.get("/").status_code for c in (ana, phone)] == [200, 302]
    assert emil.get("/")["Location"] == reverse("mfa_index"), "signed in, and led to set-up"


def test_all_others_are_ended_at_once(empty: World, ana: Client) -> None:
    others = [sign_in("ana", CHROME, empty) for _ in range(3)]
    ana.post(reverse("account_end_other_sessions"))
    assert [c.get("/").status_code for c in (ana, *others)] == [200, 302, 302, 302]


def test_a_changed_password_ends_the_others(empty: World, ana: Client) -> None:
    phone = sign_in("ana", CHROME, empty)
    new = "Orange Muschel Regen Zelt"
    entry = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert ana.post(reverse("account_change_password"), entry).status_code == 302
    assert phone.get("/").status_code == 302


def test_a_busy_session_ends_all_the_same(ana: Client, settings: SettingsWrapper) -> None:
    session = ana.session
    session[BEGAN] -= settings.SESSION_LONGEST - 60
    session.save()
    assert ana.get("/").status_code == 200
    session[BEGAN] -= 61
    session.save()
    assert "/account/login/" in ana.get("/")["Location"]
    assert Event.objects.latest("seq").verb == "sign_out"


def test_a_session_that_does_not_know_its_beginning_ends(ana: Client) -> None:
    session = ana.session
    del session[BEGAN]
    session.save()
    assert ana.get("/").status_code == 302


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge on Windows"),
        ("", "A browser that does not say which"),
        ("<script>", "A browser that does not say which"),
    ],
)
def test_devices_are_named_as_people_know_them(agent: str, words: str) -> None:
    assert device(agent) == words


def test_leaving_ends_the_session_and_says_nothing(world: World) -> None:
    client = world.client("bilal")
    response = client.post(reverse("leave"))
    assert (response.status_code, response["Location"]) == (303, reverse("calendar"))
    page = client.get(response["Location"]).content.decode()
    assert "Sojourn" not in page
    assert str(timezone.localdate().year) in page
    assert client.get(reverse("people:list")).status_code == 302
    assert Event.objects.latest("seq").verb == "sign_out"


def test_leaving_works_from_a_page_that_was_open_for_too_long(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(reverse("leave")).status_code == 303
    client.force_login(world.users["bilal"])
    assert client.post(reverse("leave")).status_code == 303
    assert client.get("/").status_code == 302


def test_a_link_from_elsewhere_signs_nobody_out(world: World) -> None:
    client = world.client("bilal")
    assert client.get(reverse("leave")).status_code == 405
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("language", "first"), [("en", "Sun"), ("fr", "lun")])
def test_the_calendar_begins_the_week_as_the_reader_does(language: str, first: str) -> None:
    page = Client().get(reverse("calendar"), headers={"Accept-Language": language})
    names = page.content.decode().split("<thead>")[1].split("</thead>")[0]
    assert names.index(first) < 30
    today: date = timezone.localdate()
    assert f">{today.day}</td>" in page.content.decode().split('aria-current="date"')[1]
