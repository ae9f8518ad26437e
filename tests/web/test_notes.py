"""Notes and files: who reads which, what is taken in, and that nothing is left behind."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings as SettingsWrapper

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM, Purpose, visible
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import Grant, Scope
from sojourn.web.accounts.roles import Role
from sojourn.web.audit.models import Event
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case, Difference
from sojourn.web.notes import actions, queries, rules
from sojourn.web.notes.actions import Upload
from sojourn.web.notes.models import Attachment, Note
from sojourn.web.people import actions as people
from tests.web.conftest import WALL, World

TEXT = "her brother must not know where she lives"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17) + bytes(4) + b"IEND" + bytes(4)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\nendobj\n%%EOF\n"
HTML = b"<html><script>alert(1)</script></html>"


def write(world: World, name: str = "bilal", **more: object) -> Note:
    usual: dict[str, object] = {
        "text": TEXT,
        "data_class": "case_work",
        "is_confidential": False,
    }
    return actions.write(
        case=Case.objects.select_related("person__key").get(pk=world.case.pk),
        by=world.by(name),
        **{**usual, **more},  # type: ignore[arg-type]  # a mix of kinds by design
    )


def read_by(world: World, name: str) -> int:
    """How many notes somebody may read, after a check that page, list and files agree."""
    by = world.by(name)
    lines = queries.of_case(by, Case.objects.select_related("person__key").get(pk=world.case.pk))
    assert visible(by, Note.objects.all(), Purpose.SUPPORT).rows.count() == len(lines)
    assert {line.note.pk for line in lines} >= set(
        visible(by, Attachment.objects.all(), Purpose.SUPPORT).rows.values_list("note", flat=True)
    )
    page = world.client(name).get(reverse("notes:list", args=[world.case.pk]))
    assert page.content.decode().count('<article class="note"') == len(lines)
    return len(lines)


def test_a_confidential_note_is_unseen_by_a_colleague_of_the_same_team(world: World) -> None:
    note = write(world, is_confidential=True, file=Upload("letter.pdf", PDF))
    write(world)
    counts = {who: read_by(world, who) for who in ("bilal", "sami", "salma")}
    assert counts == {"bilal": 2, "sami": 2, "salma": 1}
    file = note.files.get()
    for url in (
        reverse("notes:change", args=[world.case.pk, note.pk]),
        reverse("notes:file", args=[world.case.pk, file.pk]),
    ):
        assert world.client("salma").get(url).status_code == 404
        assert world.client("sami").get(url).status_code == 200
    with pytest.raises(PermissionDenied):
        actions.change(note=note, text="x", by=world.by("salma"))


def test_who_looked_does_not_tell_of_a_confidential_note_either(world: World) -> None:
    write(world, is_confidential=True, file=Upload("letter.pdf", PDF))
    write(world)
    world.client("bilal").get(reverse("notes:list", args=[world.case.pk]))
    looks = reverse("people:looks", args=[world.case.person_id])
    told = {who: world.client(who).get(looks).context["events"] for who in ("sami", "salma")}
    lines = {who: [(line.what, line.object) for line in told[who]] for who in told}
    assert lines["sami"].count(("added", "note")) == 2
    assert lines["salma"].count(("added", "note")) == 1
    assert ("read", "note") not in lines["salma"]
    assert ("added", "file") not in lines["salma"]


def test_a_supervisor_of_other_cases_reads_no_confidential_note(world: World) -> None:
    write(world, is_confidential=True)
    Grant.objects.filter(holder=world.users["sami"]).delete()
    night = accounts.add_team(organisation=world.harbour, name="Night", by=SYSTEM)
    for role, reach in (
        (Role.CASE_WORKER, Reach()),
        (Role.SUPERVISOR, Reach(Scope.TEAM, night)),
    ):
        accounts.grant(
            holder=world.users["sami"],
            role=role,
            organisation=world.harbour,
            reach=reach,
            by=SYSTEM,
        )
    assert read_by(world, "sami") == 0
    Case.objects.filter(pk=world.case.pk).update(team=night)
    assert read_by(world, "sami") == 1


def test_what_a_note_is_about_decides_who_reads_it(world: World) -> None:
    write(world, "salma", data_class="status_protection")
    assert [read_by(world, who) for who in ("salma", "bilal", "sami")] == [1, 0, 0]
    with pytest.raises(ValidationError):
        write(world, "bilal", data_class="status_protection")
    with pytest.raises(ValidationError):
        write(world, "salma", data_class=DataClass.SEALED.value)


def test_a_note_of_an_account_that_is_gone_stays_with_the_supervisors(world: World) -> None:
    note = write(world, is_confidential=True)
    Note.objects.filter(pk=note.pk).update(author=None)
    assert [read_by(world, who) for who in ("bilal", "sami")] == [0, 1]


@pytest.mark.parametrize("who", ["chiara", "dana", "emil", "ana"])
def test_nobody_else_writes(world: World, who: str) -> None:
    with pytest.raises(PermissionDenied):
        write(world, who)


def test_nothing_is_readable_without_the_key_and_all_goes_with_the_person(world: World) -> None:
    note = write(world, file=Upload("Amina Secretname.png", PNG))
    file = note.files.get()
    stored = bytes(Note.objects.get().words) + bytes(file.name) + bytes(file.content)
    for secret in (TEXT.encode(), b"Secretname", b"IHDR"):
        assert secret not in stored
    assert "Secretname" not in str(list(Event.objects.values()))
    url = reverse("notes:file", args=[world.case.pk, file.pk])
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    assert world.client("bilal").get(url).status_code == 404
    page = world.client("bilal").get(reverse("notes:list", args=[world.case.pk]))
    assert page.status_code == 200
    assert TEXT not in page.content.decode()
    with pytest.raises(ValidationError):
        write(world)


def test_a_file_comes_back_as_it_was_to_be_saved_and_each_time_is_audited(world: World) -> None:
    file = write(world, file=Upload("scan.jpeg.exe", PNG)).files.get()
    url = reverse("notes:file", args=[world.case.pk, file.pk])
    response = world.client("salma").get(url)
    assert response.content == PNG
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'attachment; filename="scan.jpeg.png"'
    assert response["X-Content-Type-Options"] == "nosniff"
    event = Event.objects.latest("seq")
    assert (event.verb, event.actor_name, event.object_id) == ("read", "Salma", str(file.pk))
    assert event.person_id == world.case.person_id


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (HTML, "Only PDF"),
        (b"MZ\x90\x00" + bytes(60), "Only PDF"),
        (b"just words", "Only PDF"),
        (b"GIF89a" + bytes(20), "Only PDF"),
        (PNG + bytes(rules.MAX_BYTES), "larger than 8 MB"),
    ],
    ids=["empty", "page", "program", "text", "gif", "large"],
)
def test_what_a_file_is_is_told_by_its_content_and_else_nothing_is_kept(
    world: World, content: bytes, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        write(world, file=Upload("harmless.pdf", content))
    assert not Note.objects.exists()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("kind", rules.KINDS)
def test_each_kind_is_given_out_with_its_own_ending(kind: str) -> None:
    assert rules.given_name("../../etc/pass\x00wd.html", kind) == f"passwd{rules.KINDS[kind]}"
    assert rules.given_name('a"b\n.x', kind) == f"ab{rules.KINDS[kind]}"
    assert rules.given_name("", kind) == f"file{rules.KINDS[kind]}"


def test_a_note_that_fails_leaves_no_file_and_a_file_that_fails_no_note(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **more: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(actions, "record", fail)
    with pytest.raises(RuntimeError):
        write(world, file=Upload("a.png", PNG))
    assert not Note.objects.exists()
    assert not Attachment.objects.exists()


def test_a_note_is_not_deleted_from_under_its_file(world: World) -> None:
    note = write(world, file=Upload("a.png", PNG))
    with pytest.raises(IntegrityError), transaction.atomic():
        note.delete()
    assert Attachment.objects.get().note == note


def test_two_changes_of_one_note_are_kept_between_those_who_may_read_it(world: World) -> None:
    note = write(world, is_confidential=True)
    rows = Note.objects.select_related("case__person__key")
    actions.change(note=rows.get(pk=note.pk), text="one", by=world.by("bilal"), base=1)
    actions.change(note=rows.get(pk=note.pk), text="two", by=world.by("sami"), base=1)
    assert Difference.objects.get().decider == world.users["bilal"]
    seen = {who: len(cases.differences(world.by(who), world.case)) for who in ("bilal", "salma")}
    assert seen == {"bilal": 1, "salma": 0}


def _post(world: World, **more: object) -> str:
    url = reverse("notes:add", args=[world.case.pk])
    entry = {"text": TEXT, "data_class": "case_work", **more}
    return world.client("bilal").post(url, entry, follow=True).content.decode()


def test_a_note_is_written_and_changed_on_the_pages(world: World) -> None:
    page = _post(world, file=SimpleUploadedFile("paper.png", PNG), is_confidential="on")
    assert TEXT in page
    assert "paper.png" in page
    assert "only for the author and supervisors" in page
    url = reverse("notes:change", args=[world.case.pk, Note.objects.get().pk])
    changed = world.client("bilal").post(url, {"text": "shorter", "base": "1"}, follow=True)
    assert "shorter" in changed.content.decode()
    assert TEXT not in changed.content.decode()


def test_wrong_entries_are_explained_at_their_field(world: World) -> None:
    assert "Write something, or choose a file" in _post(world, text=" ")
    assert "Only PDF files and pictures" in _post(world, file=SimpleUploadedFile("a.png", HTML))
    assert "not one of the available choices" in _post(world, data_class="status_protection")
    assert not Note.objects.exists()


def test_a_file_that_is_too_large_to_take_in_is_explained(
    world: World, settings: SettingsWrapper
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 300
    page = _post(world, file=SimpleUploadedFile("a.png", PNG + bytes(400)))
    assert "larger than 8 MB" in page
    assert not Note.objects.exists()


def test_the_number_of_queries_does_not_grow_with_notes(world: World) -> None:
    url = reverse("notes:list", args=[world.case.pk])
    counts = []
    for _turn in range(2):
        for _note in range(3):
            write(world, file=Upload("a.png", PNG))
        client = world.client("bilal")
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            client.get(url)
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 25 + WALL
