"""Logs name no person."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from sojourn.web.log import Formatter, Impersonal
from sojourn.web.people import queries
from tests.web.conftest import SECRETS, World


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What would be written, through the same filter and formatter as in earnest."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Keep()
    handler.addFilter(Impersonal())
    handler.setFormatter(Formatter())
    loggers = [logging.getLogger(name) for name in ("", "django", "sojourn")]
    for logger in loggers:
        logger.addHandler(handler)
    yield written
    for logger in loggers:
        logger.removeHandler(handler)


def _work(world: World) -> None:
    client = world.client("bilal")
    client.post(reverse("people:search"), {"q": "Secretname"})
    client.get("/people/Secretname/?q=Amina")
    client.get(reverse("people:list"), {"q": "Amina Secretname"})
    client.post(reverse("people:register"), {"own": "Amina Secretname", "phone": "x"})
    world.client("chiara").get(reverse("people:person", args=[world.case.person_id]))
    Client(raise_request_exception=False).post(
        reverse("account_login"), {"login": "Secretname", "password": "Amina Secretname"}
    )
    client.get("/", headers={"Host": "amina-secretname.example"})


def test_nothing_typed_or_shown_is_logged(world: World, lines: list[str]) -> None:
    _work(world)
    text = "\n".join(lines)
    assert lines
    for secret in (*SECRETS, "secretname", str(world.case.person_id)):
        assert secret not in text


def test_a_failure_is_logged_as_type_and_place_without_its_text(
    world: World, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ValueError("Amina Secretname")

    monkeypatch.setattr(queries, "person_or_404", fail)
    world.client("bilal").get(reverse("people:person", args=[world.case.person_id]))
    text = "\n".join(lines)
    assert "builtins.ValueError" in text
    assert "people/views.py" in text
    assert "Secretname" not in text
    assert str(world.case.person_id) not in text


def test_arguments_of_other_packages_are_left_out(lines: list[str]) -> None:
    logging.getLogger("somebody.else").warning("could not read %s", "Amina Secretname")
    assert "could not read %s" in lines[0]
    assert "Secretname" not in lines[0]


def test_how_many_requests_wait_is_said(lines: list[str]) -> None:
    logging.getLogger("waitress.queue").warning("Task queue depth is %d", 7)
    assert "depth is 7" in lines[-1]


def test_a_failure_can_be_found_by_the_id_the_person_sees(world: World, lines: list[str]) -> None:
    response = world.client("bilal").get("/nowhere/")
    assert response["X-Request-ID"] in lines[-1]
