"""What somebody without an account, or with a stolen cookie, tries at the door."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import hashers
from django.test import Client
from django.urls import reverse

from tests.web.conftest import PASSWORD, World

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "http://127.0.0.1@evil.example/",
    "/\t/evil.example/",
    " //evil.example/",
]


def _login(client: Client, username: str, password: str, to: str = "") -> Any:
    more = {"next": to} if to else {}
    return client.post(reverse("account_login"), {"login": username, "password": password, **more})


@pytest.mark.parametrize("to", ELSEWHERE)
def test_signing_in_leads_nowhere_else(to: str, empty: World) -> None:
    client = Client(raise_request_exception=False)
    for response in (
        _login(client, "bilal", PASSWORD, to),
        empty.client("bilal").post(reverse("set_language"), {"language": "fr", "next": to}),
        empty.client("bilal").get(reverse("account_login"), {"next": to}),
    ):
        assert response.status_code < 500
        led = urlsplit(response.get("Location", ""))
        assert led.netloc in ("", "testserver")
        assert led.scheme in ("", "http")
        assert "evil" not in led.netloc + led.path


def test_a_session_from_before_signing_in_is_worth_nothing(empty: World) -> None:
    planted = "plantedbysomebodyelse00000000000"
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = planted
    assert _login(client, "bilal", PASSWORD).status_code == 302
    assert client.cookies["sessionid"].value != planted
    thief = Client(raise_request_exception=False)
    thief.cookies["sessionid"] = planted
    assert thief.get(reverse("home:day")).status_code == 302


def test_the_session_changes_with_each_step_of_signing_in(empty: World) -> None:
    client = Client(raise_request_exception=False)
    _login(client, "bilal", PASSWORD)
    before = client.cookies["sessionid"].value
    response = client.post(reverse("mfa_authenticate"), {"code": empty.code("bilal")})
    assert response.status_code == 302
    assert client.cookies["sessionid"].value != before
    thief = Client(raise_request_exception=False)
    thief.cookies["sessionid"] = before
    assert thief.get(reverse("home:day")).status_code == 302


def test_an_unknown_name_costs_as_much_as_a_wrong_password(
    empty: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in hashes: a clock would be wrong on a busy machine."""
    hashed: list[str] = []
    hasher = type(hashers.get_hasher())
    encode = hasher.encode

    def counted(self: Any, password: str, *args: Any, **more: Any) -> Any:
        hashed.append(password)
        return encode(self, password, *args, **more)

    monkeypatch.setattr(hasher, "encode", counted)
    counts = []
    for name in ("bilal", "nobody-of-this-name"):
        hashed.clear()
        _login(Client(), name, "a wrong phrase altogether")
        counts.append(len(hashed))
    assert counts[0] == counts[1] > 0
