"""Rest after wrong attempts, and what it tells an attacker: nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse

from sojourn.web.accounts import lockout
from sojourn.web.accounts.models import WrongAttempt
from sojourn.web.audit.models import Event
from tests.web.conftest import PASSWORD, World

LOGIN = reverse("account_login")
CODE = reverse("mfa_authenticate")
ACCOUNT, ADDRESS = lockout.LIMITS["account"], lockout.LIMITS["address"]


def attempt(name: str, password: str = "wrong", address: str = "127.0.0.1") -> str:
    """The text of the refusal; "" where the password was taken."""
    response = Client().post(LOGIN, {"login": name, "password": password}, REMOTE_ADDR=address)
    if response.status_code == 302:
        return ""
    (error,) = response.context["form"].non_field_errors()
    return str(error)


def later(time: timedelta) -> None:
    WrongAttempt.objects.update(at=F("at") - time)


def test_after_five_wrong_attempts_the_right_password_is_not_heard_either(empty: World) -> None:
    for _each in range(ACCOUNT.attempts - 1):
        attempt("ana")
    assert attempt("ana", PASSWORD) == ""
    attempt("ana")
    assert attempt("ana", PASSWORD) != ""
    assert attempt("emil", PASSWORD) == "", "others are not concerned"


def test_the_rest_ends_by_itself(empty: World) -> None:
    for _each in range(ACCOUNT.attempts):
        attempt("ana")
    later(ACCOUNT.within - timedelta(seconds=5))
    assert attempt("ana", PASSWORD) != ""
    later(timedelta(seconds=6))
    assert attempt("ana", PASSWORD) == ""


def test_every_refusal_reads_the_same_whether_there_is_an_account_or_not(empty: World) -> None:
    empty.users["emil"].is_active = False
    empty.users["emil"].save()
    said = {attempt(name) for name in ("ana", "nobody", "emil") for _ in range(7)}
    said |= {attempt(name, PASSWORD) for name in ("ana", "nobody", "emil")}
    assert len(said) == 1
    assert "user name" in said.pop()


def test_a_complete_sign_in_clears_the_count_and_a_password_alone_does_not(empty: World) -> None:
    for _each in range(ACCOUNT.attempts - 1):
        attempt("bilal")
    client = Client()
    client.post(LOGIN, {"login": "bilal", "password": PASSWORD})
    assert WrongAttempt.objects.count() == ACCOUNT.attempts - 1
    client.post(CODE, {"code": empty.code("bilal")})
    assert not WrongAttempt.objects.exists()


def test_wrong_codes_count_and_then_not_even_the_right_one_is_heard(empty: World) -> None:
    client = Client()
    client.post(LOGIN, {"login": "bilal", "password": PASSWORD})
    for _each in range(ACCOUNT.attempts):
        client.post(CODE, {"code": "000000"})
    page = client.post(CODE, {"code": empty.code("bilal")})
    assert "five wrong attempts" in page.content.decode()
    assert client.get("/").status_code == 302
    assert attempt("bilal", PASSWORD) != ""


def test_an_address_with_many_wrong_names_rests_as_a_whole(empty: World) -> None:
    for number in range(ADDRESS.attempts):
        attempt(f"name{number}", address="192.0.2.7")
    assert attempt("ana", PASSWORD, address="192.0.2.7") != ""
    assert attempt("ana", PASSWORD, address="192.0.2.8") == ""


def test_this_machine_itself_never_rests_as_an_address(empty: World) -> None:
    for number in range(ADDRESS.attempts):
        attempt(f"name{number}")
    assert attempt("ana", PASSWORD) == ""


def test_what_was_typed_is_nowhere_in_the_database(empty: World) -> None:
    attempt("my secret phrase", address="192.0.2.7")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_wrongattempt")
        kept = str(cursor.fetchall())
    assert "secret" not in kept
    assert "192.0.2.7" not in kept
    assert "secret" not in str([vars(event) for event in Event.objects.all()])


def test_old_attempts_are_forgotten(empty: World) -> None:
    attempt("ana")
    later(lockout.KEPT + timedelta(minutes=1))
    attempt("emil")
    assert WrongAttempt.objects.count() == 1


def test_the_overseer_reads_of_attempts_on_accounts_and_when_one_rests(empty: World) -> None:
    for _each in range(ACCOUNT.attempts + 2):
        attempt("ana")
    events = Event.objects.filter(organisation_id=empty.harbour.pk)
    assert events.filter(verb="sign_in_failed").count() == ACCOUNT.attempts
    assert events.filter(verb="rest").count() == 1
    assert events.get(verb="rest").object_id == str(empty.users["ana"].pk)
    page = empty.client("emil").get(reverse("audit:log")).content.decode()
    assert "made rest after wrong attempts" in page


def test_an_administrator_ends_the_rest(empty: World) -> None:
    for _each in range(ACCOUNT.attempts):
        attempt("ana")
    dana, ana = empty.client("dana"), empty.users["ana"]
    assert (
        "Too many wrong attempts"
        in dana.get(reverse("accounts:member", args=[ana.pk])).content.decode()
    )
    dana.post(reverse("accounts:change_account", args=[ana.pk]), {"do": "unlock"})
    assert Event.objects.latest("seq").verb == "unlock"
    assert attempt("ana", PASSWORD) == ""


@pytest.mark.parametrize("name", ["Ana", " ana ", "ANA"])
def test_another_way_of_writing_a_name_is_no_way_around(name: str, empty: World) -> None:
    for _each in range(ACCOUNT.attempts):
        attempt(name)
    assert lockout.rests_until("ana") is not None


@pytest.mark.parametrize("name", ["x" * 5000, "\x00bilal", "", "<script>"])
def test_a_name_that_cannot_be_one_is_refused_and_breaks_nothing(name: str, empty: World) -> None:
    response = Client().post(LOGIN, {"login": name, "password": PASSWORD})
    assert response.status_code == 200
    assert response.context["form"].errors
