"""A killed server and a full disk lose nothing that was acknowledged (more under `make endure`)."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from sojourn.web.accounts.models import Team
from sojourn.web.errors import is_full
from tests import endurance
from tests.endurance_scripts import SETUP
from tests.web.conftest import World


def test_what_was_acknowledged_is_there_after_each_kill(tmp_path: Path) -> None:
    with endurance.installation(tmp_path) as there:
        sent = endurance.endure(there, writes=100, kills=2, seed=3)
    assert sent.count >= 100
    assert set(sent.acknowledged) == set(endurance.KINDS)


def test_a_lost_write_would_be_noticed(tmp_path: Path) -> None:
    with endurance.installation(tmp_path) as there:
        there.made(SETUP, "1")
        with pytest.raises(endurance.LostError, match="1 of 1 acknowledged: note"):
            endurance.compare(there, {"note": ["never written"]})
        endurance.compare(there, {"person": []})


if not os.environ.get("DATABASE_URL"):  # PostgreSQL writes in a process of its own

    def test_a_full_disk_is_said_and_work_goes_on_when_there_is_space(tmp_path: Path) -> None:
        with endurance.installation(tmp_path) as there:
            said = endurance.fill(
                there, full=lambda: endurance.no_file_grows(there), writes=12, seed=4
            )
        assert {each.status for each in said} == {507}
        assert all("no space left" in each.body for each in said)


def _sqlite_full() -> Exception:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    return error


def _postgresql_full() -> Exception:
    import psycopg

    return psycopg.errors.DiskFull("could not extend file")


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (_sqlite_full(), True),
        (_postgresql_full(), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (sqlite3.OperationalError("database is locked"), False),
        (OSError(errno.ENOENT, "No such file"), False),
        (None, False),
    ],
)
def test_only_a_full_disk_counts_as_one(error: Exception | None, full: bool) -> None:
    outer = OperationalError("failed")
    outer.__cause__ = error
    assert is_full(outer) is full


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es"])
def test_the_page_about_a_full_disk_says_what_to_do_and_nothing_was_written(
    language: str, world: World
) -> None:
    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "audit_event"'):
            raise OperationalError("disk") from _postgresql_full()
        return execute(sql, params, many, context)

    client = world.client("dana")
    with connection.execute_wrapper(fail):
        response = client.post(
            reverse("accounts:teams"),
            {"name": "Night", "organisation": world.harbour.pk},
            headers={"Accept-Language": language},
        )
    page = response.content.decode()
    assert response.status_code == 507
    assert f'lang="{language}"' in page
    assert "Traceback" not in page
    assert not Team.objects.filter(name="Night").exists()
