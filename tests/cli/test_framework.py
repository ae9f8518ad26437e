"""`sojourn framework`: list, check, show, export."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from sojourn import catalogue
from sojourn.language import load_framework
from tests.cli.conftest import Desk

PLACES = Path(__file__).parents[1] / "tables" / "places.yaml"


def test_the_list_begins_each_line_with_an_id(desk: Desk) -> None:
    lines = desk.run("framework", "list").said.splitlines()
    assert tuple(line.split()[0] for line in lines) == catalogue.ids()


@pytest.mark.parametrize("name", catalogue.ids())
def test_what_we_ship_passes_its_own_examples(desk: Desk, name: str) -> None:
    done = desk.run("framework", "check", name)
    assert done.code == 0
    assert "examples pass" in done.said


def test_an_example_that_does_not_hold_is_an_error(desk: Desk) -> None:
    text = (desk.folder / "small.yaml").read_text()
    text += "examples:\n- {example: amina, kind: answer, name: safe, value: no}\n"
    desk.write(
        "small.yaml", text + "- {example: amina, kind: factor, name: unsafe, value: absent}\n"
    )
    done = desk.run("framework", "check", "small.yaml")
    assert done.code == 2
    assert "row 28, column value: amina: factor `unsafe` should be absent" in done.said


def test_show_speaks_the_asked_language(desk: Desk) -> None:
    assert "Pas d’argent" in desk.run("framework", "show", "domv", "--language", "fr").said


MEASURES = """
- {name: share, label: Share, kind: alkire_foster, components: unsafe, k: 1/3, missing: bounds}
- {name: each, label: Each, kind: expression, of: member, rule: "${member_age} div 3",
   classes: young < 2.5 | old}
- {name: step, label: Step, kind: decision}
decisions:
- {measure: step, when: "${unsafe}", value: 1}
"""


def test_show_tells_of_measures_whose_they_are_and_where_they_are_cut(desk: Desk) -> None:
    text = (desk.folder / "small.yaml").read_text()
    desk.write("small.yaml", text.rstrip() + MEASURES)
    lines = desk.run("framework", "show", "small.yaml").said.splitlines()
    found = {cells[1]: cells[2:-1] for line in lines if len(cells := _cells(line)) > 6}
    meals = "low <= 1.5 | high"
    assert found["meals"] == ["Meals", "weighted_sum", "individual", "", "unknown", meals]
    assert found["each"][1:] == ["expression", "member", "", "unknown", "young < 2.5 | old"]
    assert found["share"][-2:] == ["bounds", "not_identified < 1/3 | identified"]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("│")]


def test_an_exported_workbook_is_the_same_framework(desk: Desk) -> None:
    assert desk.run("framework", "export", "domv", "-o", "domv.xlsx").code == 0
    path = desk.folder / "domv.xlsx"
    assert load_framework(path).digest == catalogue.load("domv").digest
    converted = convert(xlsform=str(path), validate=False)
    assert converted.warnings == []


def test_the_form_is_exported_as_xform(desk: Desk) -> None:
    assert desk.run("framework", "export", "domv", "--to", "xform", "-o", "domv.xml").code == 0
    assert "<h:html" in (desk.folder / "domv.xml").read_text(encoding="utf-8")


def test_an_unknown_ending_asks_for_the_kind(desk: Desk) -> None:
    done = desk.run("framework", "export", "domv", "-o", "domv.doc")
    assert done.code == 2
    assert "xlsx, yaml or xform" in done.said


def test_warnings_fail_only_when_strict(desk: Desk) -> None:
    text = (desk.folder / "small.yaml").read_text()
    desk.write("small.yaml", text.replace("${age} < 18 and", "${age} > 120 and"))
    said = "sheet factors, row 19, column rule: `${age} > 120 and"
    lax, strict = (
        desk.run("framework", "check", "small.yaml", *options) for options in ([], ["--strict"])
    )
    assert (lax.code, strict.code) == (0, 2)
    assert f"Warning: {said}" in lax.said
    assert "--strict lets none pass" in strict.said


def test_the_form_of_places_is_exported_on_its_own(desk: Desk) -> None:
    shutil.copy(PLACES, desk.folder)
    done = desk.run(
        *("framework", "export", "places.yaml", "--to", "xform", "--asked-of", "place"),
        *("-o", "place.xml"),
    )
    assert done.code == 0, done.said
    form = (desk.folder / "place.xml").read_text(encoding="utf-8")
    assert "wells" in form
    assert "hungry" not in form


def test_a_framework_that_asks_nothing_of_places_says_so(desk: Desk) -> None:
    done = desk.run(
        *("framework", "export", "small.yaml", "--to", "xform", "--asked-of", "place"),
        *("-o", "place.xml"),
    )
    assert done.code == 2
    assert "asks nothing of places" in done.said


def test_what_a_phone_will_not_compute_is_told(desk: Desk) -> None:
    text = (desk.folder / "small.yaml").read_text()
    desk.write(
        "wide.yaml",
        text.replace("\"${safe} = 'no'\"", '"${pay} * ${pay} > 4"').replace(
            "- {type: select_one yn, name: safe",
            "- {type: decimal, name: pay, label: Pay}\n- {type: select_one yn, name: safe",
        ),
    )
    done = desk.run("framework", "export", "wide.yaml", "--to", "xform", "-o", "wide.xml")
    assert done.code == 0, done.said
    assert "a phone will not compute `unsafe`" in done.said
