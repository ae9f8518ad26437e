"""Passwords that are easy to guess are refused, with a reason that helps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from zxcvbn import matching

from sojourn.web.accounts import passwords
from sojourn.web.accounts.models import User
from tests.web.conftest import PASSWORD, World


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


NADIA = User(username="nadia.rahmani", name="Nadia Rahmani")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "Zelt Regen Orange Muschel",
        "تفاحة قطار مطر نافذة",
        "x" * 5 + "Qw7-pL9!zRt2" * 20,
    ],
)
def test_long_and_unlikely_passwords_are_taken(password: str) -> None:
    validate_password(password, NADIA)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("password1234", "known password"),
        ("nadia.rahmani", "your name"),
        ("sojournsojourn", "Repeating"),
        ("qwertyuiop[]", "Keys beside"),
        ("aaaaaaaaaaaaaaaa", "Repeating"),
        ("abcdefghijklmnop", "Rows such as"),
    ],
)
def test_what_is_easy_to_guess_is_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, NADIA)
    assert why in " ".join(refused.value.messages)
    assert "Four or more words" in refused.value.messages[-1]


def test_ones_own_name_with_a_little_more_is_refused() -> None:
    with pytest.raises(ValidationError, match="similar"):
        validate_password("Nadia Rahmani 1", NADIA)


def test_eleven_characters_are_too_few_however_odd() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("kV7%xQ2!mZ9", NADIA)
    assert "12" in refused.value.messages[0]


@pytest.mark.parametrize("language", ["fr", "ar", "es"])
def test_reasons_are_in_the_readers_language(language: str) -> None:
    with pytest.raises(ValidationError) as english:
        validate_password("abcdefghijklmnop", NADIA)
    told = english.value.messages
    with translation.override(language), pytest.raises(ValidationError) as other:
        validate_password("abcdefghijklmnop", NADIA)
    assert not set(told) & set(other.value.messages)


def test_there_is_a_reason_for_every_pattern_that_is_looked_for() -> None:
    kinds = {"dictionary", "spatial", "repeat", "sequence", "regex", "date"}
    assert kinds <= set(passwords._WHY)
    assert hasattr(matching, "date_match")
    assert hasattr(matching, "spatial_match")


def test_the_page_for_a_new_password_says_why(empty: World) -> None:
    client = empty.client("bilal")
    entry = {
        "oldpassword": PASSWORD,
        "password1": "bilal bilal bilal",
        "password2": "bilal bilal bilal",
    }
    page = client.post(reverse("account_change_password"), entry).content.decode()
    assert "Four or more words" in page
    assert User.objects.get(username="bilal").check_password(PASSWORD)
