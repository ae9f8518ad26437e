"""Taking people in: looked at first, written after, and undone exactly."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.models import Scope
from sojourn.web.audit.models import Event
from sojourn.web.audit.queries import verify
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Assessment, Case
from sojourn.web.consent.models import Consent
from sojourn.web.imports import actions, tables
from sojourn.web.imports.actions import Ground
from sojourn.web.imports.models import Basis, Import, ImportState, Outcome, OutsideNumber, Row
from sojourn.web.people import actions as people
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from tests.web.conftest import AMINA, World

NOT_ASKED = Ground(Basis.NONE)
AGREED = Ground(
    basis=Basis.AGREED,
    purposes=["assessment", "support"],
    data_classes=["identity", "case_work", "journey"],
    explained="read_aloud",
    method="signed",
    agreed_on=date(2026, 1, 5),
    evidence="folder 12",
)
TWO = """Name,Phone,Date of birth,ID,Notes
Bintou Imported,+999 555 000 1,2001-02-03,OLD-1,one
يوسف مستورد,+999 555 000 2,,OLD-2,two
"""


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is asked of a page in another language stays with the thread."""
    with translation.override("en"):
        yield


def brought(
    world: World, text: str | bytes = TWO, ground: Ground = NOT_ASKED, who: str = "bilal"
) -> Import:
    content = text.encode() if isinstance(text, str) else text
    return actions.upload(
        organisation=world.harbour, content=content, ground=ground, by=world.by(who)
    )


def looked(
    world: World, text: str | bytes = TWO, ground: Ground = NOT_ASKED, who: str = "bilal"
) -> Import:
    whole = brought(world, text, ground, who)
    mapping = actions.headings_of(whole).mapping
    actions.look_at(whole=whole, mapping=mapping, by=world.by(who))
    whole.refresh_from_db()
    return whole


def taken_in(world: World, text: str | bytes = TWO, ground: Ground = NOT_ASKED) -> Import:
    whole = looked(world, text, ground)
    actions.apply(whole=whole, by=world.by("bilal"))
    whole.refresh_from_db()
    return whole


def outcomes(whole: Import) -> list[str]:
    return list(whole.rows.order_by("number").values_list("outcome", flat=True))


def told(whole: Import) -> str:
    return str(actions.problems_of(whole, whole.rows.order_by("number")))


def state_of_everything() -> Mapping[str, object]:
    """What undoing has to restore: who is known, with what, and what belongs to them."""
    found = list(Person.objects.select_related("identity", "key").order_by("number"))
    known = identities.open_many(found)
    return {
        "people": [(p.number, p.language, known[p.pk]) for p in found],
        "cases": sorted(map(str, Case.objects.values_list("pk", flat=True))),
        "consents": Consent.objects.count(),
        "assessments": Assessment.objects.count(),
        "numbers": OutsideNumber.objects.count(),
    }


def test_nothing_is_written_before_it_is_applied(world: World) -> None:
    before = state_of_everything()
    whole = looked(world)
    assert outcomes(whole) == ["new", "new"]
    assert state_of_everything() == before


def test_people_are_taken_in_with_their_names_in_any_script(world: World) -> None:
    whole = taken_in(world)
    found = list(Person.objects.filter(pk__in=whole.rows.values("person")))
    known = [identities.open_many([p])[p.pk] for p in found]
    assert {each.names.own for each in known} == {"Bintou Imported", "يوسف مستورد"}
    assert {each.phone for each in known} == {"+9995550001", "+9995550002"}
    assert Case.objects.filter(person__in=found, worker=world.users["bilal"]).count() == 2
    assert not Consent.objects.filter(person__in=found).exists()
    assert Event.objects.filter(verb="take_in", channel="import").count() == 1
    assert verify().intact


def test_a_staged_table_is_sealed_and_leaves_no_copy_when_it_was_taken_in(world: World) -> None:
    whole = looked(world)
    planted = ("Bintou", "999555", "9995550001", "2001-02-03", "OLD-1", "Notes", "folder 12")

    def stored() -> str:
        with connection.cursor() as cursor:
            rows = []
            for table in ("imports_import", "imports_row", "imports_outsidenumber"):
                cursor.execute(f"SELECT * FROM {table}")
                rows += [bytes(c) if isinstance(c, memoryview) else c for r in cursor for c in r]
        return repr(rows)

    assert not [word for word in planted if word in stored()]
    actions.apply(whole=whole, by=world.by("bilal"))
    assert not [word for word in planted if word in stored()]
    whole.refresh_from_db()
    assert (bytes(whole.key), bytes(whole.headings)) == (b"", b"")
    assert not whole.rows.exclude(values=b"").exists()


def test_the_same_file_twice_does_not_double(world: World) -> None:
    taken_in(world)
    with pytest.raises(ValidationError, match="taken in already"):
        brought(world)
    assert outcomes(looked(world, TWO + "\n")) == ["same", "same"]


def test_an_outside_number_finds_the_person_again(world: World) -> None:
    whole = taken_in(world, "Name,ID\nBintou Imported,old 1\n")
    again = taken_in(world, "Name,ID,Phone\nBintou Imported,OLD-1,+9995550009\n")
    assert outcomes(again) == ["changed"]
    assert again.rows.get().person == whole.rows.get().person
    assert OutsideNumber.objects.count() == 1


def test_empty_cells_change_nothing(world: World) -> None:
    text = f"Name in Latin letters,Phone,Name,Birth date\nAmina Newname,{AMINA.phone},,\n"
    whole = taken_in(world, text)
    assert outcomes(whole) == ["changed"]
    person = Person.objects.get(pk=world.case.person_id)
    known = identities.open_many([person])[person.pk]
    assert (known.names.own, known.names.latin) == (AMINA.names.own, "Amina Newname")
    assert (known.birth_date, person.language) == (AMINA.birth_date, "ar")


def test_two_files_with_one_number_stop_the_row(world: World) -> None:
    second = world.register(identity=AMINA)
    whole = looked(world, f"Name,Phone\nAmina,{AMINA.phone}\n")
    assert outcomes(whole) == ["refused"]
    assert world.case.person.number in told(whole)
    assert second.person.number in told(whole)


def test_numbers_that_lead_to_different_files_stop_the_row(world: World) -> None:
    taken_in(world)
    whole = looked(world, f"Name,Phone,ID\nAmina,{AMINA.phone},OLD-1\n")
    assert outcomes(whole) == ["refused"]
    assert "more than one file" in told(whole)


@pytest.mark.parametrize("column", ["Phone", "ID", "Document"])
def test_one_number_in_two_rows_stops_both(column: str, world: World) -> None:
    whole = looked(world, f"Name,{column}\nA Demo,+999 12345678\nB Demo,+99912345678\nC Demo,\n")
    assert outcomes(whole) == ["refused", "refused", "new"]
    assert "more than one row" in told(whole)


def test_a_file_that_is_not_open_to_one_is_neither_shown_nor_changed(world: World) -> None:
    world.join(accounts.Reach(Scope.OWN_CASES))
    whole = looked(world, f"Name,Phone\nX Demo,{AMINA.phone}\n", who="nadia")
    assert outcomes(whole) == ["refused"]
    assert "not open to you" in told(whole)
    assert world.case.person.number not in told(whole)


def test_errors_name_row_column_and_what_to_write(world: World) -> None:
    text = "Name,Phone,Date of birth,Language\nA Demo,12,1999-99-99,Klingon\n,,,\n,+9991112223,,\n"
    whole = looked(world, text)
    found = dict(actions.problems_of(whole, whole.rows.order_by("number")))
    assert set(found) == {2, 4}
    assert [p.column for p in found[2]] == ["Language", "Phone", "Date of birth"]
    assert "7 to 15 digits" in str(found[2])
    assert [p.column for p in found[4]] == ["Name"]
    page = world.client("bilal").get(reverse("imports:import", args=[whole.pk])).content.decode()
    assert "7 to 15 digits" in page
    assert "Take in" not in page


def test_those_without_problems_are_taken_in_and_the_others_stay_out(world: World) -> None:
    whole = taken_in(world, TWO + "Bad Demo,12,,,\n")
    assert outcomes(whole) == ["new", "new", "refused"]
    assert Person.objects.count() == 3


@pytest.mark.parametrize("ground", [NOT_ASKED, AGREED], ids=["not asked", "agreed"])
def test_undoing_restores_exactly_what_was_before(ground: Ground, world: World) -> None:
    before = state_of_everything()
    text = TWO + f"Amina Other,{AMINA.phone},1990-01-01,OLD-3,\n"
    whole = taken_in(world, text, ground)
    assert outcomes(whole) == ["new", "new", "changed"]
    assert state_of_everything() != before
    actions.undo(whole=whole, by=world.by("bilal"))
    assert state_of_everything() == before
    assert outcomes(whole) == ["undone"] * 3
    assert verify().intact
    assert outcomes(taken_in(world, text, ground)) == ["new", "new", "changed"]


def test_what_somebody_changed_since_is_kept_and_named(world: World) -> None:
    whole = taken_in(world)
    first, second = (row.person for row in whole.rows.order_by("number"))
    assert first is not None
    assert second is not None
    cases.set_review(
        case=Case.objects.get(person=first), on=timezone.localdate(), by=world.by("bilal")
    )
    world.client("bilal").get(reverse("people:person", args=[second.pk]))
    actions.undo(whole=whole, by=world.by("bilal"))
    assert outcomes(whole) == ["kept", "undone"]
    assert Person.objects.filter(pk=first.pk).exists()
    assert not Person.objects.filter(pk=second.pk).exists()
    page = world.client("bilal").get(reverse("imports:import", args=[whole.pk])).content.decode()
    assert "changed these files since" in page


def test_after_its_time_it_cannot_be_undone_and_nothing_is_kept_for_it(world: World) -> None:
    whole = taken_in(world, f"Name,Phone\nAmina Other,{AMINA.phone}\n")
    assert whole.rows.exclude(before={}).exists()
    later = timezone.now() + actions.UNDO_FOR + timedelta(minutes=1)
    Import.objects.update(applied_at=timezone.now() - actions.UNDO_FOR - timedelta(minutes=1))
    with pytest.raises(ValidationError, match="is over"):
        actions.undo(whole=whole, by=world.by("bilal"))
    actions.end_due(at=later)
    assert not whole.rows.exclude(before={}).exists()


def test_a_table_that_waits_too_long_is_removed(world: World) -> None:
    looked(world)
    assert actions.end_due(at=timezone.now()) == 0
    assert actions.end_due(at=timezone.now() + actions.STAGED_FOR) == 1
    assert not Row.objects.exists()


def test_erasing_takes_numbers_and_what_undoing_would_need(world: World) -> None:
    whole = taken_in(world, f"Name,Phone,ID\nAmina Other,{AMINA.phone},OLD-9\n")
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    assert not OutsideNumber.objects.exists()
    assert whole.rows.get().before == {}
    actions.undo(whole=whole, by=world.by("bilal"))
    assert outcomes(whole) == ["kept"]


def test_erasing_empties_a_row_that_waits(world: World) -> None:
    whole = looked(world, f"Name,Phone\nAmina Other,{AMINA.phone}\n")
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    assert bytes(whole.rows.get().values) == b""
    actions.apply(whole=whole, by=world.by("bilal"))
    assert outcomes(whole) == ["refused"]
    assert Person.objects.count() == 1


ANSWERED = "Name,sleeps_safely,answer.stage\nBintou Imported,no,transit\n"


def test_answers_come_in_where_people_agreed_and_only_there(world: World) -> None:
    refused = looked(world, ANSWERED)
    assert outcomes(refused) == ["refused"]
    assert "need the person" in told(refused)
    whole = taken_in(world, ANSWERED, AGREED)
    row = Assessment.objects.get(person=whole.rows.get().person)
    assert row.answers["values"] == {"sleeps_safely": "no", "stage": "transit"}
    assert row.stage == "transit"
    consent = Consent.objects.get(person=row.person)
    assert (consent.state, consent.method, consent.recipients) == ("given", "signed", ["own"])
    actions.undo(whole=whole, by=world.by("bilal"))
    assert not Assessment.objects.filter(pk=row.pk).exists()


def test_an_answer_that_cannot_be_one_is_named_with_what_can(world: World) -> None:
    whole = looked(world, "Name,sleeps_safely\nA Demo,perhaps\n", AGREED)
    assert "yes" in told(whole)
    assert outcomes(whole) == ["refused"]


@pytest.mark.parametrize("missing", ["purposes", "explained", "agreed_on", "evidence"])
def test_an_agreement_is_told_whole(missing: str, world: World) -> None:
    ground = Ground(**{**vars(AGREED), missing: None if missing == "agreed_on" else ""})
    with pytest.raises(ValidationError):
        brought(world, ground=ground)


def workbook(rows: list[list[str]]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("people")
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                sheet.write_string(number, at, cell)
    return held.getvalue()


def test_a_workbook_comes_in_like_a_csv(world: World) -> None:
    content = workbook([["Name", "Phone"], ["Bintou Imported", "+999 555 000 1"]])
    assert outcomes(taken_in(world, content)) == ["new"]


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es"])
def test_the_empty_table_is_understood_at_once(language: str, world: World) -> None:
    client = world.client("bilal")
    headers = {"Accept-Language": language}
    content = client.get(reverse("imports:template"), headers=headers).content
    book = load_workbook(io.BytesIO(content))
    headings = [str(cell.value) for cell in next(iter(book.worksheets[0]))]
    assert book.worksheets[1]["B1"].value
    with translation.override(language):
        whole = brought(world, workbook([headings, ["Demo"] + [""] * (len(headings) - 1)]))
        assert "" not in actions.headings_of(whole).mapping.values()


STANDARD = {
    "cases": [
        {
            "code": "EXT-1",
            "prs_FirstName": "Bintou",
            "prs_SecondName": "Imported",
            "prs_Birthdate": "2001-02-03",
            "prs_PrimaryLanguage": "fre",
            "prs_MobilePhone": "+999 555 000 1",
            "cas_Status": "Active",
            "vic_TypeOfExploitation": ["ForcedLabour"],
        }
    ]
}


def test_htcds_comes_in_and_says_what_has_no_place(world: World) -> None:
    whole = brought(world, json.dumps(STANDARD))
    assert actions.headings_of(whole).ignored == ("vic_TypeOfExploitation",)
    actions.look_at(whole=whole, mapping=actions.headings_of(whole).mapping, by=world.by("bilal"))
    actions.apply(whole=whole, by=world.by("bilal"))
    person = whole.rows.get().person
    assert person is not None
    known = identities.open_many([person])[person.pk]
    assert (known.names.own, person.language) == ("Bintou Imported", "fr")
    assert known.birth_date == "2001-02-03"


@pytest.mark.parametrize(
    ("field", "value"),
    [("prs_PrimaryLanguage", "rhg"), ("cas_Status", "Sleeping"), ("cas_Status", "Closed")],
)
def test_an_unmapped_value_stops_the_whole_file(field: str, value: str, world: World) -> None:
    (case,) = STANDARD["cases"]
    with pytest.raises(ValidationError) as found:
        brought(world, json.dumps([{**case, field: value}]))
    assert "Row 1" in str(found.value)
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00\x01",
        b"%PDF-1.7",
        b"PK\x03\x04broken",
        b"{}",
        b'[{"a": 1}, 2]',
        b"[" * 100_000,
        b"Name,Name\nA,B\n",
        b"Name\n",
        b'Name,Phone\n"A,1\n',
        b"Name,Phone\nA\n",
        b"Name\n" + b"A\n" * (tables.MOST_ROWS + 1),
        b"Name\n" + b"A" * 5_000,
        b"A" * (tables.MOST_BYTES + 1),
    ],
    ids=range(14),
)
def test_what_is_no_table_is_refused_with_words(content: bytes, world: World) -> None:
    with pytest.raises(ValidationError):
        brought(world, content)
    assert not Import.objects.exists()


def test_what_was_neutralised_comes_in_as_it_was(world: World) -> None:
    whole = taken_in(world, "Name,Phone\nBintou Imported,'+999 555 000 1\n")
    person = whole.rows.get().person
    assert person is not None
    assert identities.open_many([person])[person.pk].phone == "+9995550001"


@pytest.mark.parametrize("who", ["dana", "emil", "ana", "chiara"])
def test_only_who_opens_files_there_brings_tables(who: str, world: World) -> None:
    with pytest.raises(PermissionDenied):
        brought(world, who=who)


def test_another_ones_table_is_not_there(world: World) -> None:
    whole = looked(world)
    client = world.client("salma")
    assert client.get(reverse("imports:import", args=[whole.pk])).status_code == 404
    for name in ("apply", "undo", "drop"):
        assert client.post(reverse(f"imports:{name}", args=[whole.pk])).status_code == 404
    assert whole.state == ImportState.STAGED


def test_it_is_walked_through_in_the_browser_pages(world: World) -> None:
    client = world.client("bilal")
    sent: dict[str, Any] = {"organisation": world.harbour.pk, "basis": "agreed"}
    file = SimpleUploadedFile("people.csv", TWO.encode())
    wrong = client.post(reverse("imports:new"), {**sent, "file": file})
    assert wrong.status_code == 400
    assert wrong.content.decode().count("Needed where they agreed.") >= 6
    file.seek(0)
    client.post(reverse("imports:new"), {**sent, "basis": "none", "file": file})
    whole = Import.objects.get()
    page = client.get(reverse("imports:columns", args=[whole.pk])).content.decode()
    assert "Notes" in page
    columns = {"column_0": "own", "column_1": "phone", "column_2": "birth_date", "column_3": ""}
    twice = client.post(reverse("imports:columns", args=[whole.pk]), {**columns, "column_3": "own"})
    assert twice.status_code == 400
    page = client.post(
        reverse("imports:columns", args=[whole.pk]), columns, follow=True
    ).content.decode()
    assert "Take in 2 rows" in page
    page = client.post(reverse("imports:apply", args=[whole.pk]), follow=True).content.decode()
    assert "The table was taken in." in page
    again = client.post(reverse("imports:apply", args=[whole.pk]), follow=True).content.decode()
    assert "was done already" in again
    assert Person.objects.count() == 3
    page = client.post(reverse("imports:undo", args=[whole.pk]), follow=True).content.decode()
    assert "It was undone." in page
    assert Person.objects.count() == 1


def test_a_failure_in_the_middle_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, before = looked(world), state_of_everything()

    def fails(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(actions, "_keep_number", fails)
    with pytest.raises(RuntimeError):
        actions.apply(whole=whole, by=world.by("bilal"))
    assert state_of_everything() == before
    whole.refresh_from_db()
    assert whole.state == ImportState.STAGED
    assert actions.count(whole.rows.all())[Outcome.NEW] == 2
