"""Signing in with two factors: who must, how it is set up, lost and taken away."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings as SettingsWrapper

from sojourn.framework import DataClass
from sojourn.web.accounts import actions
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Grant
from sojourn.web.accounts.roles import POWERS, SENSITIVE, Role
from sojourn.web.accounts.second_factor import needs_second_factor, reads_sensitive
from sojourn.web.audit.models import Event
from tests.web.conftest import PASSWORD, ROLES, World, code_now

SET_UP = reverse("mfa_index")
PAGES = ("home:day", "people:list", "frameworks:list", "accounts:members", "audit:log")


def without_app(world: World, name: str) -> Client:
    """A client of somebody who has a password alone, signed in with it a moment ago."""
    Authenticator.objects.filter(user=world.users[name]).delete()
    client = Client()
    client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    return client


def begin(world: World, name: str) -> Client:
    """A client that has given the password, and not yet the second factor."""
    client = Client()
    client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    return client


@pytest.mark.parametrize("who", ROLES)
def test_who_reads_sensitive_files_or_the_audit_or_makes_members_needs_a_second_factor(
    who: str, empty: World
) -> None:
    role = ROLES[who][0]
    assert reads_sensitive(empty.by(who)) is bool(POWERS[role].classes & SENSITIVE)
    assert needs_second_factor(empty.by(who)) is (role is not Role.ANALYST)


def test_the_sensitive_classes_are_those_that_hurt_most() -> None:
    assert {each.value for each in SENSITIVE} == {
        "body_health",
        "harm_incident",
        "status_protection",
        "third_party",
        "sealed",
    }
    assert DataClass.CASE_WORK not in SENSITIVE


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["bilal", "salma", "sami", "dana", "emil", "chiara"])
def test_who_needs_one_goes_nowhere_before_it_is_set_up(who: str, page: str, empty: World) -> None:
    client = without_app(empty, who)
    response = client.get(reverse(page))
    assert (response.status_code, response["Location"]) == (302, SET_UP)
    shown = client.get(SET_UP).content.decode()
    assert "before you go on" in shown
    assert reverse("people:list") not in shown
    assert reverse("accounts:members") not in shown


def test_the_api_says_so_and_gives_nothing_either(empty: World) -> None:
    client = without_app(empty, "bilal")
    refused = client.get("/api/v1/people")
    assert (refused.status_code, refused.json()["detail"]) == (403, "Set up a second factor first.")
    assert empty.client("salma").get("/api/v1/people").status_code == 200


def test_nothing_is_written_before_it_is_set_up(world: World) -> None:
    client = without_app(world, "bilal")
    before = Event.objects.count()
    response = client.post(reverse("people:register"), {"own": "Amina"})
    assert response["Location"] == SET_UP
    assert Event.objects.count() == before


def test_others_go_on_with_a_password(empty: World) -> None:
    client = without_app(empty, "ana")
    assert client.get(reverse("home:day")).status_code == 200


def test_a_role_that_ends_takes_the_duty_with_it_and_a_new_one_brings_it(empty: World) -> None:
    client = without_app(empty, "ana")
    given = actions.grant(
        holder=empty.users["ana"], role=Role.CASE_WORKER, organisation=empty.harbour, by=SYSTEM
    )
    assert client.get("/")["Location"] == SET_UP
    Grant.objects.filter(pk=given.pk).delete()
    assert client.get("/").status_code == 200


def test_an_app_is_set_up_with_its_first_code_and_opens_the_rest(empty: World) -> None:
    client = without_app(empty, "bilal")
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200, "who has just signed in is not asked again"
    secret = client.session["mfa.totp.secret"]
    assert " ".join([secret[:4], secret[4:8]]) in page.content.decode()
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "not accepted" in wrong.content.decode()
    response = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("mfa_view_recovery_codes")).content.decode().count("<li><code>") == 10
    assert client.get(reverse("people:list")).status_code == 200
    added = Event.objects.filter(object_type="mfa.authenticator", verb="add")
    assert {event.actor_name for event in added} == {"Bilal"}
    assert added.count() == 2


def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(empty: World) -> None:
    client = begin(empty, "bilal")
    assert "/account/login/" in client.get(reverse("people:list"))["Location"]
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "not accepted" in wrong.content.decode()
    assert Event.objects.latest("seq").verb == "second_factor_failed"
    assert Event.objects.latest("seq").organisation_id == empty.harbour.pk
    client.post(reverse("mfa_authenticate"), {"code": empty.code("bilal")})
    assert client.get(reverse("people:list")).status_code == 200


def test_a_code_works_once(empty: World) -> None:
    code = empty.code("bilal")
    for answered in (302, 200):
        response = begin(empty, "bilal").post(reverse("mfa_authenticate"), {"code": code})
        assert response.status_code == answered


def test_a_code_of_somebody_else_does_not_work(empty: World) -> None:
    client = begin(empty, "bilal")
    client.post(reverse("mfa_authenticate"), {"code": empty.code("salma")})
    assert client.get("/").status_code == 302


def test_a_recovery_code_works_once_and_is_noticed(empty: World) -> None:
    code = RecoveryCodes.activate(empty.users["bilal"]).get_unused_codes()[3]
    client = begin(empty, "bilal")
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get("/").status_code == 200
    assert Event.objects.filter(verb="use_recovery_code", actor_name="Bilal").count() == 1
    again = begin(empty, "bilal")
    again.post(reverse("mfa_authenticate"), {"code": code})
    assert again.get("/").status_code == 302


def test_new_recovery_codes_end_the_old_ones(empty: World) -> None:
    old = RecoveryCodes.activate(empty.users["bilal"]).get_unused_codes()[0]
    client = begin(empty, "bilal")
    client.post(reverse("mfa_authenticate"), {"code": empty.code("bilal")})
    client.post(reverse("mfa_generate_recovery_codes"))
    saved = client.get(reverse("mfa_download_recovery_codes")).content.decode()
    assert len(saved.split("\n\n")[1].split()) == 10
    assert old not in saved
    again = begin(empty, "bilal")
    again.post(reverse("mfa_authenticate"), {"code": old})
    assert again.get("/").status_code == 302


def test_removing_the_app_leads_back_to_set_up(empty: World) -> None:
    client = begin(empty, "bilal")
    client.post(reverse("mfa_authenticate"), {"code": empty.code("bilal")})
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get("/")["Location"] == SET_UP
    assert Event.objects.latest("seq").verb == "remove"


def test_a_session_left_open_does_not_change_the_second_factor(empty: World) -> None:
    client = empty.client("bilal")
    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"):
        RecoveryCodes.activate(empty.users["bilal"])
        assert "/account/reauthenticate/" in client.get(reverse(name))["Location"]
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=empty.users["bilal"], type="totp").exists()


def test_a_passkey_of_somebody_else_is_not_removed(empty: World) -> None:
    key = Authenticator.objects.create(
        user=empty.users["salma"], type="webauthn", data={"name": "Phone", "credential": {}}
    )
    client = begin(empty, "bilal")
    client.post(reverse("mfa_authenticate"), {"code": empty.code("bilal")})
    address = reverse("mfa_remove_webauthn", args=[key.pk])
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "null", '{"id": 3}', '{"response": {}}', "x"]
)
def test_a_passkey_that_is_none_is_refused_with_words(credential: str, empty: World) -> None:
    client = Client(raise_request_exception=False)
    address = reverse("mfa_login_webauthn")
    client.get(address, headers={"Accept": "application/json"})
    response = client.post(address, {"credential": credential}, follow=True)
    assert response.status_code == 200
    assert "Sign in" in response.content.decode()
    assert client.get("/").status_code == 302
    client = begin(empty, "bilal")
    response = client.post(reverse("mfa_authenticate"), {"credential": credential})
    assert response.status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": empty.code("bilal")})
    client.get(reverse("mfa_add_webauthn"))
    response = client.post(reverse("mfa_add_webauthn"), {"credential": credential, "name": "x"})
    assert response.status_code == 200
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_secrets_are_sealed_in_the_database(empty: World) -> None:
    codes = RecoveryCodes.activate(empty.users["bilal"])
    secret = empty.apps["bilal"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = " ".join(str(row[0]) for row in cursor.fetchall())
    assert secret not in stored
    assert not [code for code in codes.get_unused_codes() if code in stored]


def test_the_demonstration_forces_nobody_and_says_so(
    empty: World, settings: SettingsWrapper
) -> None:
    client = without_app(empty, "bilal")
    assert "Nobody is asked" not in Client().get(reverse("account_login")).content.decode()
    settings.DEMO, settings.SECOND_FACTOR_FORCED = True, False
    assert client.get("/").status_code == 200
    assert (
        "Nobody is asked for a second factor here"
        in Client().get(reverse("account_login")).content.decode()
    )


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es"])
@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "account_reauthenticate",
    ],
)
def test_each_page_opens_in_each_language(name: str, language: str, empty: World) -> None:
    RecoveryCodes.activate(empty.users["bilal"])
    client = begin(empty, "bilal")
    client.post(reverse("mfa_authenticate"), {"code": empty.code("bilal")})
    response = client.get(reverse(name), headers={"Accept-Language": language})
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}"' in page
    assert page.count("<h1") == 1
    assert response["Cache-Control"].count("no-store") == 1
