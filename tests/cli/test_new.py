"""`sojourn framework new`: a framework to write on, from a form that other tools made."""

from __future__ import annotations

from pathlib import Path

import fastexcel
import pytest
from pyxform.xls2xform import convert

from sojourn.framework.model import Sheet
from sojourn.language import load_tables, workbook
from tests.cli.conftest import Desk

CHOICES: Sheet = (
    {"list name": "yn", "name": "1", "label::English (en)": "Yes", "label::Français (fr)": "Oui"},
    {"list name": "yn", "name": "0", "label::English (en)": "No", "label::Français (fr)": "Non"},
)
ASKED = {"label::English (en)": "Is it safe?", "label::Français (fr)": "Est-ce sûr ?"}
SURVEY: Sheet = (
    {"type": "start", "name": "start"},
    {"type": "integer", "name": "Age.1", **ASKED},
    {"type": "select_one yn", "name": "safe", "relevant": "string-length(${start}) > 3", **ASKED},
    {"type": "calculate", "name": "sum", "calculation": "once(random())"},
)


def form(desk: Desk, survey: Sheet = SURVEY) -> Path:
    path = desk.folder / "form.xlsx"
    workbook.write({"survey": survey, "choices": CHOICES, "own": ({"a": "=1+1"},)}, path)
    return path


def test_the_form_is_unchanged_and_the_samples_fit_it(desk: Desk) -> None:
    before = load_tables(form(desk)).plain()
    assert desk.run("framework", "new", "form.xlsx").code == 0
    after = load_tables(desk.folder / "form-framework.xlsx").plain()
    assert {name: after[name] for name in before} == before
    assert after["factors"][0]["rule"] == "${safe} = '1'"
    assert after["factors"][0]["label::Français (fr)"] == "Est-ce sûr ? Oui"
    done = desk.run("framework", "check", "--strict", "form-framework.xlsx")
    assert "2 examples pass" in done.said, done.said
    assert done.code == 0


def test_every_sheet_has_all_its_headings(desk: Desk) -> None:
    form(desk)
    desk.run("framework", "new", "form.xlsx", "-o", "out.xlsx")
    book = fastexcel.read_excel(desk.folder / "out.xlsx")
    headings = book.load_sheet("factors", header_row=0).to_polars().columns
    assert {"rule", "urgent", "stages", "data_class", "label::Français (fr)"} <= set(headings)


def test_form_tools_still_read_it(desk: Desk) -> None:
    form(desk, SURVEY[:3])
    desk.run("framework", "new", "form.xlsx", "-o", "out.xlsx")
    assert convert(xlsform=str(desk.folder / "out.xlsx"), validate=False).warnings == []


def test_a_form_with_questions_in_a_repeat_only_gets_a_rule_about_its_rows(desk: Desk) -> None:
    begin = {"type": "begin repeat", "name": "member", "label": "Member"}
    form(desk, (begin, SURVEY[2], {"type": "end repeat"}))
    desk.run("framework", "new", "form.xlsx", "-o", "out.yaml")
    assert "any(${member}[${safe} = '1'])" in (desk.folder / "out.yaml").read_text()
    assert desk.run("framework", "check", "out.yaml").code == 0


def test_a_file_that_is_there_is_never_written_over(desk: Desk) -> None:
    form(desk)
    desk.write("out.yaml", "mine")
    done = desk.run("framework", "new", "form.xlsx", "-o", "out.yaml")
    assert done.code == 2
    assert "is there already" in done.said
    assert (desk.folder / "out.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("survey", "message"),
    [
        ((SURVEY[0],), "no question has choices or a number"),
        ((), "an XLSForm has the sheets survey and choices"),
        (({"type": "select_one nothing", "name": "a"},), "there is no choice list `nothing`"),
    ],
)
def test_a_form_that_cannot_be_used_leaves_nothing(desk: Desk, survey: Sheet, message: str) -> None:
    form(desk, survey)
    done = desk.run("framework", "new", "form.xlsx", "-o", "out.xlsx")
    assert (done.code, desk.leftovers()) == (2, [])
    assert message in done.said


def test_a_framework_is_not_made_of_a_framework(desk: Desk) -> None:
    assert "is a framework already" in desk.run("framework", "new", "small.yaml").said
