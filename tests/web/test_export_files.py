"""The files that leave: cells that stay text, months, HTCDS, limits, and large ones in pieces."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from sojourn import catalogue
from sojourn.framework import DataClass
from sojourn.language import read_answers
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import LegalBasis
from sojourn.web.exports import rules
from sojourn.web.exports.columns import _coarse
from sojourn.web.exports.models import Format
from sojourn.web.people import actions as people
from sojourn.web.people.models import Person
from tests.web.conftest import AMINA, World
from tests.web.test_exports import content, export, several, taken

__all__ = ["several"]
C = DataClass


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "＝", "\r"])
def test_no_cell_becomes_a_formula(start: str) -> None:
    assert rules.harmless(f"{start}cmd|' /C calc'!A0").startswith("'")


@pytest.mark.parametrize("text", ["-5", "12.5", "Amina", "2026-11", "O'Neil"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert rules.harmless(text) == text


def test_a_name_written_as_a_formula_stays_text_everywhere(world: World) -> None:
    evil = '=HYPERLINK("http://x")'
    identity = replace(AMINA, names=replace(AMINA.names, own=evil))
    people.correct(person=world.case.person, identity=identity, language="ar", by=world.by("bilal"))
    assert taken(world)[0]["name"] == f"'{evil}"
    book = load_workbook(io.BytesIO(content(world, export(world, format="xlsx"))))
    cells = [cell for row in book["data"] for cell in row if "HYPERLINK" in str(cell.value)]
    assert [cell.data_type for cell in cells] == ["s"]


def htcds(world: World, who: str = "sami", **terms: Any) -> dict[str, Any]:
    (case,) = json.loads(content(world, export(world, who, format="htcds", **terms), who))["cases"]
    return dict(case)


def test_htcds_carries_the_person_and_the_case_in_its_own_codes(world: World) -> None:
    assert htcds(world) == {
        "code": world.case.person.number,
        "prs_FirstName": AMINA.names.latin,
        "prs_Birthdate": AMINA.birth_date,
        "prs_IdentityNumber": AMINA.document,
        "prs_PrimaryLanguage": "ara",
        "prs_MobilePhone": AMINA.phone,
        "cas_Status": "Active",
        "cas_CaseOwner": "Harbour",
    }


def test_an_unmapped_value_stops_htcds_and_says_where(world: World) -> None:
    Person.objects.update(language="rhg")
    row = export(world, format="htcds")
    response = world.client("sami").get(reverse("exports:download", args=[row.pk]))
    page = response.content.decode()
    assert response.status_code == 400
    assert all(part in page for part in (world.case.person.number, "prs_PrimaryLanguage", "rhg"))
    assert not Event.objects.filter(verb="export").exists()
    assert htcds(world, classes=frozenset({C.CASE_WORK}))["cas_Status"] == "Active"


def test_htcds_carries_answers_of_the_framework_on_forced_labour(world: World) -> None:
    framework = catalogue.load("forced-labour")
    texts = {"purposes": "ForcedLabour", "control_means": "DebtBondage WithholdsDocuments"}
    cases.assess(
        case=world.case,
        framework=framework,
        answers=read_answers(framework, texts),
        made=cases.Made(LegalBasis.CONSENT, timezone.now() + timedelta(seconds=1)),
        by=world.by("bilal"),
    )
    found = htcds(world)
    assert found["vic_TypeOfExploitation"] == ["ForcedLabour"]
    assert sorted(found["vic_MethodsOfControl"]) == ["DebtBondage", "WithholdsDocuments"]
    assert "vic_TypeOfExploitation" not in htcds(world, classes=frozenset({C.CASE_WORK}))


@pytest.mark.parametrize("kind", ["xlsx", "pdf", "htcds"])
def test_what_is_made_in_memory_is_limited(
    kind: str, several: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules.MOST, Format(kind), 3)
    with pytest.raises(ValidationError) as told:
        export(several, format=kind)
    assert "Choose CSV or JSON" in str(told.value)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_large_export_leaves_in_pieces_with_queries_for_each_batch(
    kind: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sojourn.web.exports.rows.BATCH", 5)
    for _each in range(19):
        world.consent(world.register())
    row = export(world, format=kind)
    response = world.client("sami").get(reverse("exports:download", args=[row.pk]))
    pieces = iter(response.streaming_content)  # type: ignore[attr-defined]  # it is streamed
    for _each in range(9):
        next(pieces)
    row.refresh_from_db()
    assert 5 <= row.done < row.total == 20
    with CaptureQueriesContext(connection) as one_batch:
        for _each in range(5):
            next(pieces)
    assert len(one_batch) <= 12
    assert sum(1 for _piece in pieces) >= 5
    row.refresh_from_db()
    assert row.done == 20


def test_days_that_were_answered_become_months() -> None:
    assert _coarse(date(2026, 11, 30).isoformat()) == "2026-11"
    assert _coarse("12-345-6789") == "12-345-6789"
