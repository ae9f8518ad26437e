"""The chain: what is in it, what it shows, and that nothing happens without it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import TestCase
from django.urls import reverse
from pytest_django import Settings as SettingsWrapper

from sojourn.web.accounts.models import Grant
from sojourn.web.audit import actions, checkpoints, queries
from sojourn.web.audit.models import Checkpoint, Event, Seen
from sojourn.web.people.models import Person
from tests.web.conftest import World


def _forge(statement: str) -> None:
    """What somebody with the database in their hands could do: triggers away, then change."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for table in ("audit_event", "audit_seen"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            for table in ("audit_event", "audit_seen"):
                for verb in ("UPDATE", "DELETE"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        cursor.execute(statement)


def test_a_whole_chain_is_intact(world: World) -> None:
    world.client("bilal").get(reverse("people:list"))
    found = queries.verify()
    assert found.intact
    assert found.events == Event.objects.count() > 10


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor_name = 'Somebody' WHERE seq = 5",
        "UPDATE audit_event SET person_id = NULL WHERE seq = (SELECT max(seq) FROM audit_event)",
        "DELETE FROM audit_event WHERE seq = 5",
        "UPDATE audit_seen SET person_id = NULL WHERE id = (SELECT max(id) FROM audit_seen)",
    ],
)
def test_a_changed_or_missing_row_is_found(world: World, statement: str) -> None:
    world.register()
    world.client("bilal").get(reverse("people:list"))
    assert Seen.objects.exists()
    world.register()
    connection.check_constraints()
    _forge(statement)
    assert not queries.verify().intact


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_the_audit(world: World, change: str) -> None:
    rows = Event.objects.filter(seq=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(verb="x") if change == "update" else rows._raw_delete(rows.db)


def test_a_read_is_written_before_the_answer(world: World) -> None:
    before = Event.objects.count()
    world.client("bilal").get(reverse("people:person", args=[world.case.person_id]))
    event = Event.objects.latest("seq")
    assert Event.objects.count() == before + 2  # the look, and signing in
    assert (event.verb, event.person_id) == ("read", world.case.person_id)
    assert event.actor_name == "Bilal"
    assert "identity" in event.classes_shown
    assert "status_protection" not in event.classes_shown


def test_who_has_left_is_still_named(world: World) -> None:
    world.client("salma").get(reverse("people:person", args=[world.case.person_id]))
    Grant.objects.filter(holder=world.users["salma"]).delete()
    world.users["salma"].delete()
    events = queries.about(world.case.person_id)
    assert "Salma" in set(events.values_list("actor_name", flat=True))
    assert queries.verify().intact


def test_a_list_is_one_event_that_names_everybody_shown(world: World) -> None:
    world.register()
    world.client("bilal").get(reverse("people:list"))
    event = Event.objects.latest("seq")
    shown = set(event.seen.values_list("person_id", flat=True))
    assert event.result_count == 2
    assert shown == set(Person.objects.values_list("pk", flat=True))


def test_without_the_audit_no_page_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.client("bilal")
    monkeypatch.setattr(actions, "_append", _broken)
    response = client.get(reverse("people:person", args=[world.case.person_id]))
    assert response.status_code == 500
    assert "Secretname" not in response.content.decode()


def test_without_the_audit_nothing_is_saved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_append", _broken)
    with pytest.raises(RuntimeError):
        world.register()
    assert Person.objects.count() == 1


def test_an_event_outside_a_transaction_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(actions.AuditError):
        actions.record(by=world.by("bilal"), verb="read")


def test_a_person_can_be_told_who_looked(world: World) -> None:
    world.client("salma").get(reverse("cases:situation", args=[world.case.pk]))
    page = world.client("bilal").get(reverse("people:looks", args=[world.case.person_id]))
    assert "Salma" in page.content.decode()


def test_a_failed_look_at_a_foreign_file_shows_and_notes_nothing_of_it(world: World) -> None:
    world.client("chiara").get(reverse("people:person", args=[world.case.person_id]))
    assert not queries.about(world.case.person_id).filter(actor_name="Chiara").exists()


def test_the_log_holds_no_value_of_an_identity(world: World) -> None:
    everything = str(list(Event.objects.values()))
    assert "Secretname" not in everything


def test_overseers_read_their_own_organisation_and_check_the_chain(world: World) -> None:
    page = world.client("emil").post(reverse("audit:log")).content.decode()
    assert queries.verify().last_hash not in page  # its own look came after
    assert "The chain is whole" in page


def _broken(*args: object) -> None:
    raise RuntimeError("the audit cannot be written")


def test_an_event_is_signed_again_and_again(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: SettingsWrapper
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY", 3)
    settings.AUDIT_DEPOSIT = str(tmp_path)
    first = Event.objects.count()
    with TestCase.captureOnCommitCallbacks(execute=True):
        world.register()
        world.register()
    rows = list(Checkpoint.objects.order_by("seq"))
    assert rows
    assert all(row.seq > first for row in rows)
    assert all(checkpoints.of(row).is_genuine for row in rows)
    kept = [checkpoints.read(path.read_text()) for path in sorted(tmp_path.iterdir())]
    assert kept == [checkpoints.of(row) for row in rows]
    found = queries.verify(kept)
    assert (found.intact, found.agreed) == (True, 2 * len(rows))


@pytest.mark.usefixtures("world")
def test_the_database_refuses_to_change_a_checkpoint() -> None:
    checkpoints.make()
    with pytest.raises(DatabaseError), transaction.atomic():
        Checkpoint.objects.update(seq=1)


def test_somebody_else_can_be_given_a_signed_copy(world: World) -> None:
    answer = world.client("emil").post(reverse("audit:checkpoint"))
    signed = checkpoints.read(answer.content.decode())
    newest = Event.objects.latest("seq")
    assert (signed.seq, newest.verb, newest.actor_name) == (newest.seq, "sign_audit", "Emil")
    assert signed.public_key == checkpoints.own_key()
    assert queries.verify([signed]).intact
