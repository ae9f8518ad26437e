"""Plans as a second table: every kind of file holds the same lines, and nothing that must stay."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from sojourn.framework import DataClass
from sojourn.web.cases.models import Case
from sojourn.web.exports import actions, archive, plans
from sojourn.web.exports.models import Export
from sojourn.web.people import actions as people
from sojourn.web.plans import actions as planning
from sojourn.web.plans.models import Plan
from sojourn.web.plans.states import ItemAct
from tests.web.conftest import AMINA, World
from tests.web.test_export_files import htcds
from tests.web.test_exports import ALL, NAMELESS, content, export
from tests.web.test_plans import GOAL, add, afraid, plan, step

__all__ = ["afraid", "plan"]

C = DataClass
PLANNED: dict[str, Any] = {"columns": ("state", "plan")}
Lines = list[dict[str, str]]


def lines(world: World, who: str = "sami", **terms: Any) -> Lines:
    """The second table of an archive of CSV."""
    whole = zipfile.ZipFile(io.BytesIO(content(world, export(world, who, **PLANNED | terms), who)))
    assert whole.namelist() == ["people.csv", "plan.csv"]
    assert whole.testzip() is None
    people = list(csv.DictReader(io.StringIO(whole.read("people.csv").decode("utf-8-sig"))))
    found = list(csv.DictReader(io.StringIO(whole.read("plan.csv").decode("utf-8-sig"))))
    assert {each["code"] for each in found} <= {each["code"] for each in people}
    return found


def held(kind: str, found: bytes) -> Lines:
    """The lines of the plan in a file of any kind that programs read."""
    if kind == "json":
        return [
            {"code": row["code"], **line}
            for row in json.loads(found)["rows"]
            for line in row.get("plan", [])
        ]
    heads, *rows = [
        [cell.value or "" for cell in row] for row in load_workbook(io.BytesIO(found))["plan"]
    ]
    return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.fixture
def planned(world: World, plan: Plan) -> World:
    """Something to do, something done, and something that was taken out of the plan again."""
    add(world, plan, resource="trusted_friend")
    done = add(world, plan, goal="a door", owner=None, by_person=True)
    step(world, done, ItemAct.FINISH, outcome="helped")
    gone = add(world, plan, goal="a window")
    step(world, gone, ItemAct.DROP, reason="not_needed")
    return world


def test_every_kind_of_file_holds_the_same_lines(planned: World) -> None:
    found = lines(planned)
    first, second = found
    assert first == {
        "code": planned.case.person.number,
        "need": "nowhere_safe",
        "goal": GOAL,
        "response": "bed_tonight",
        "horizon": "immediate",
        "owner": "Bilal",
        "owner_organisation": "Harbour",
        "due": first["due"],
        "resource": "trusted_friend",
        "state": "planned",
        "outcome": "",
        "ended_because": "",
    }
    assert (second["owner"], second["state"], second["outcome"]) == ("person", "done", "helped")
    assert list(first) == ["code", *plans.COLUMNS]
    for kind in ("json", "xlsx"):
        told = held(kind, content(planned, export(planned, format=kind, **PLANNED)))
        assert [{n: each.get(n, "") for n in first} for each in told] == found
    pdf = PdfReader(io.BytesIO(content(planned, export(planned, format="pdf", **PLANNED))))
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert all(
        part in text for part in ("The plan", GOAL, "Find a bed tonight", "Somebody to trust")
    )
    assert "a window" not in text


def test_what_was_done_under_an_earlier_version_is_there_once(planned: World) -> None:
    before = lines(planned)
    planning.begin(case=planned.case, by=planned.by("bilal"))
    assert [each | {"due": ""} for each in lines(planned)] == [
        each | {"due": ""} for each in before
    ]


def test_where_nobody_is_named_neither_are_colleagues_nor_the_persons_words(planned: World) -> None:
    planned.consent(planned.case, purposes=["assessment", "support", "statistics"])
    found = lines(planned, **NAMELESS)
    assert len(found) == 2
    assert {(each["goal"], each["owner"]) for each in found} == {("", ""), ("", "person")}
    assert all(len(each["due"]) == 7 for each in found)


def test_lines_take_the_classes_of_what_they_are_about(afraid: Plan, world: World) -> None:
    add(world, afraid)
    add(world, afraid, "salma", need="fear_of_return", response="asylum_route", owner=None)
    assert [each["need"] for each in lines(world)] == ["nowhere_safe"]
    assert lines(world, "salma") == lines(world)
    assert not lines(world, classes=ALL - {C.CASE_WORK})


def test_a_line_keeps_a_resource_that_may_not_go_to_itself(world: World, plan: Plan) -> None:
    item = add(world, plan, resource="trusted_friend")
    type(item).objects.filter(pk=item.pk).update(resource_class="body_health")
    assert lines(world, classes=frozenset({C.CASE_WORK}))[0]["resource"] == ""
    assert lines(world)[0]["resource"] == "trusted_friend"


def test_a_goal_written_as_a_formula_stays_text(world: World, plan: Plan) -> None:
    add(world, plan, goal="=cmd()")
    assert lines(world)[0]["goal"] == "'=cmd()"
    (line,) = held("xlsx", content(world, export(world, format="xlsx", **PLANNED)))
    assert line["goal"] == "'=cmd()"


def test_an_archive_of_two_tables_says_what_it_is(planned: World) -> None:
    row = export(planned, **PLANNED)
    response = planned.client("sami").get(reverse("exports:download", args=[row.pk]))
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].endswith('.zip"')


def test_an_archive_leaves_before_its_tables_are_whole() -> None:
    asked = 0

    def rows() -> Iterator[bytes]:
        nonlocal asked
        for asked in range(1, 5001):
            yield hashlib.sha256(str(asked).encode()).digest()

    pieces = archive.zipped({"a": rows(), "b": rows()})
    began = [next(pieces) for _each in range(3)]
    assert asked < 5000
    whole = zipfile.ZipFile(io.BytesIO(b"".join([*began, *pieces])))
    assert whole.read("a") == whole.read("b")
    assert len(whole.read("a")) == 5000 * 32


# Where nothing goes ----------------------------------------------------------------------------

ABROAD: dict[str, Any] = {
    "purpose": "referral",
    "recipient": "legal",
    "country": "TN",
    "to_origin": "no",
}


@pytest.fixture
def agreed(world: World) -> World:
    world.consent(world.case, purposes=["support", "referral"], recipients=["own", "legal"])
    return world


def come_from(world: World, country: str) -> None:
    identity = replace(AMINA, nationality=country)
    people.correct(person=world.case.person, identity=identity, language="ar", by=world.by("bilal"))


def test_what_is_on_file_of_a_nationality_counts_whatever_was_answered(agreed: World) -> None:
    come_from(agreed, "TN")
    with pytest.raises(ValidationError) as told:
        export(agreed, **ABROAD)
    assert "to_origin" in told.value.message_dict
    assert not Export.objects.exists()
    assert export(agreed, **ABROAD | {"country": "FR"}).total == 1


def test_a_nationality_that_is_learnt_of_later_keeps_it_here(agreed: World) -> None:
    row = export(agreed, **ABROAD)
    come_from(agreed, "TN")
    with pytest.raises(ValidationError):
        actions.take(export=row, by=agreed.by("sami"))
    page = agreed.client("sami").get(reverse("exports:download", args=[row.pk]))
    assert page.status_code == 400
    assert "somebody in it comes from" in page.content.decode()


def test_who_agreed_to_nothing_stops_nothing(agreed: World) -> None:
    silent = agreed.register("bilal", replace(AMINA, nationality="TN"))
    row = export(agreed, **ABROAD)
    assert (row.total, row.kept_back) == (1, 1)
    assert Case.objects.get(pk=silent.pk).person.number not in content(agreed, row).decode()


# HTCDS -----------------------------------------------------------------------------------------


def say(world: World, sex: str) -> None:
    identity = replace(AMINA, sex=sex)
    people.correct(person=world.case.person, identity=identity, language="ar", by=world.by("bilal"))


@pytest.mark.parametrize(("sex", "told"), [("female", "Feminine"), ("male", "Masculine")])
def test_htcds_carries_what_somebody_says_of_their_sex(sex: str, told: str, world: World) -> None:
    say(world, sex)
    assert htcds(world)["prs_Gender"] == told


def test_an_answer_that_htcds_does_not_know_stops_it_and_is_not_put_elsewhere(world: World) -> None:
    say(world, "other")
    row = export(world, format="htcds")
    page = world.client("sami").get(reverse("exports:download", args=[row.pk]))
    assert page.status_code == 400
    assert "prs_Gender" in page.content.decode()
    assert "prs_Gender" not in htcds(world, classes=frozenset({C.CASE_WORK}))


def test_htcds_says_nothing_that_is_not_held(planned: World) -> None:
    found = htcds(planned, **PLANNED)
    fields = ("Gender", "TraffickingStatus", "Referr", "Referral")
    assert not [name for name in found if any(field in name for field in fields)]
