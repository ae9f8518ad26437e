"""A table of places, joined to the units that are there."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from sojourn.language import load_framework
from tests.tables.conftest import Folder

FRAMEWORK = Path(__file__).with_name("places.yaml")
MAIN = (
    "id,site,month,hungry\namina,north,2026-01,yes\nbilal,north,2026-02,no\nchen,south,2026-02,\n"
)
PLACES = "site,month,clinic,wells\nnorth,2026-02,no,2\nnorth,2026-01,yes,3\n"

pytestmark = pytest.mark.parametrize("engine", ["polars", "record"])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, load_framework(FRAMEWORK))


def _write(folder: Folder, places: str = PLACES, main: str = MAIN) -> None:
    folder.write("survey/main.csv", main)
    folder.write("survey/place.csv", places)


def test_each_unit_has_the_answers_of_its_place_and_period(folder: Folder, engine: str) -> None:
    _write(folder)
    found = folder.found("survey", engine=engine)
    assert found["id"].to_list() == ["amina", "bilal", "chen"]
    assert found["no_clinic"].to_list() == [False, True, None]
    assert found["wells_score"].to_list() == [3, 2, None]


def test_units_without_a_place_in_the_table_are_counted(folder: Folder, engine: str) -> None:
    _write(folder)
    assert folder.run("survey", engine=engine).unplaced == 1
    folder.write("alone.csv", MAIN)
    assert folder.run("alone.csv", engine=engine).unplaced is None


def test_two_rows_about_one_place_are_refused(folder: Folder, engine: str) -> None:
    _write(folder, PLACES + " north ,2026-01,no,1\n")
    message = folder.refused("survey", engine=engine)
    assert "place.csv: rows 2 and 3 are both about site north, month 2026-01" in message


def test_a_row_that_says_no_place_is_refused(folder: Folder, engine: str) -> None:
    _write(folder, PLACES + ",2026-01,no,1\n")
    assert "place.csv, row 3: site and month must say" in folder.refused("survey", engine=engine)


def test_an_answer_in_both_tables_is_refused(folder: Folder, engine: str) -> None:
    _write(folder, main="id,site,month,clinic\namina,north,2026-01,yes\n")
    message = folder.refused("survey", engine=engine)
    assert "clinic stands in main.csv and in place.csv" in message


def test_other_columns_may_stand_in_both(folder: Folder, engine: str) -> None:
    _write(folder, PLACES.replace("wells\n", "id\n"))
    assert folder.found("survey", engine=engine)["no_clinic"].to_list() == [False, True, None]


@pytest.mark.parametrize("table", ["main", "place"])
def test_a_table_without_the_key_is_refused(folder: Folder, engine: str, table: str) -> None:
    _write(folder)
    text = {"main": MAIN, "place": PLACES}[table].replace("month", "when")
    folder.write(f"survey/{table}.csv", text)
    assert f"{table}.csv has no column month" in folder.refused("survey", engine=engine)


def test_what_cannot_be_the_answer_is_named_by_its_table(folder: Folder, engine: str) -> None:
    _write(folder, PLACES.replace("yes,3", "maybe,3"))
    message = folder.refused("survey", engine=engine)
    assert 'place.csv, row 2 (line 3 with the heading), column clinic: "maybe" cannot' in message
    assert "further" not in message
    found = folder.found("survey", engine=engine, refuse_unusable=False)
    assert found["no_clinic"].to_list() == [None, True, None]


def test_a_constraint_holds_for_places_too(folder: Folder, engine: str) -> None:
    _write(folder, PLACES.replace("no,2", "no,-2"))
    assert "place.csv, row 1" in folder.refused("survey", engine=engine)


def test_a_workbook_with_a_sheet_of_places(folder: Folder, engine: str) -> None:
    path = folder.path / "survey.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, text in (("main", MAIN), ("place", PLACES)):
            pl.read_csv(text.encode(), infer_schema=False).write_excel(book, name)
    found = folder.found("survey.xlsx", engine=engine)
    assert found["no_clinic"].to_list() == [False, True, None]


def test_a_framework_without_a_key_cannot_join(folder: Folder, engine: str) -> None:
    from dataclasses import replace

    _write(folder)
    nameless = Folder(folder.path, replace(folder.framework, place=None, period=None))
    assert "does not say which question names the place" in nameless.refused(
        "survey", engine=engine
    )
