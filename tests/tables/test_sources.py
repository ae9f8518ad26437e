"""Tables of every kind, what belongs to what, and what a run refuses."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest
import xlsxwriter

from sojourn.standards import runs
from sojourn.standards.tables import open_source
from tests.tables.conftest import Folder

PEOPLE = "id,age,safe\namina,16,no\nbilal,40,yes\n"


def test_a_column_of_answers_can_be_kept(folder: Folder) -> None:
    folder.write("people.csv", PEOPLE)
    found = folder.found("people.csv", keep=["age"])
    assert found.columns[:3] == ["id", "age", "unsafe"]
    assert found["age"].to_list() == ["16", "40"]


@pytest.mark.parametrize("engine", ["polars", "record"])
def test_an_answer_can_be_the_key(folder: Folder, engine: str) -> None:
    folder.write("people.csv", PEOPLE)
    found = folder.found("people.csv", keys=("safe",), engine=engine)
    assert found["safe"].to_list() == ["no", "yes"]
    assert found["unsafe"].to_list() == [True, False]


def test_the_input_is_never_overwritten(folder: Folder) -> None:
    folder.write("people.csv", PEOPLE)
    assert "is the input" in folder.refused("people.csv", output="people.csv")
    assert (folder.path / "people.csv").read_text() == PEOPLE


def test_an_old_output_stays_when_the_run_is_refused(folder: Folder) -> None:
    folder.write("people.csv", PEOPLE.replace("40", "forty"))
    folder.write("out.parquet", "old")
    folder.refused("people.csv")
    assert (folder.path / "out.parquet").read_text() == "old"


def test_columns_of_parquet_keep_their_types(folder: Folder) -> None:
    table = pl.DataFrame(
        {
            "id": [date(2024, 1, 1), date(2024, 1, 2)],
            "age": pl.Series([16, 40], dtype=pl.UInt8),
            "days": [3.0, None],
            "safe": pl.Series(["no", "yes"], dtype=pl.Categorical),
        }
    )
    table.write_parquet(folder.path / "people.parquet")
    found = folder.found("people.parquet")
    assert found["id"].to_list() == [date(2024, 1, 1), date(2024, 1, 2)]
    assert found["unsafe"].to_list() == [True, False]
    assert found["meals"].to_list() == [1.5, None]


def test_reasons_can_be_told_by_a_key_of_any_type(folder: Folder) -> None:
    table = pl.DataFrame({"id": [date(2024, 1, 1)], "safe": ["no"]})
    table.write_parquet(folder.path / "people.parquet")
    source = open_source(folder.path / "people.parquet", folder.framework)
    runs.explain(folder.framework, source, folder.path / "why.json")
    (told,) = json.loads((folder.path / "why.json").read_text())
    assert told["unit"] == {"id": "2024-01-01"}


def test_a_nested_column_cannot_be_an_answer(folder: Folder) -> None:
    pl.DataFrame({"id": ["amina"], "safe": [["no", "yes"]]}).write_parquet(
        folder.path / "people.parquet"
    )
    assert "column safe" in folder.refused("people.parquet")


def test_parts_of_parquet_are_one_table(folder: Folder) -> None:
    (folder.path / "many").mkdir()
    for at, unit in enumerate(["amina", "bilal"]):
        pl.DataFrame({"id": [unit], "safe": ["no"]}).write_parquet(
            folder.path / "many" / f"part-{at}.parquet"
        )
    assert folder.found("many")["id"].to_list() == ["amina", "bilal"]


def test_a_folder_without_tables_is_refused(folder: Folder) -> None:
    folder.write("many/readme.txt", "hello")
    assert "holds no .csv" in folder.refused("many")


def test_a_workbook_with_a_sheet_for_the_roster(folder: Folder) -> None:
    main = pl.DataFrame({"_index": [1, 2], "safe": ["no", "yes"]})
    rows = pl.DataFrame({"_parent_index": [2, 2, 9], "member_age": [3, 30, 1]})
    path = folder.path / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        main.write_excel(book, "main")
        rows.write_excel(book, "member")
    found = folder.found("people.xlsx")
    assert found["small_children"].to_list() == [False, True]
    assert folder.run("people.xlsx").stray_rows == {"people.xlsx, sheet member": 1}


def test_the_roster_file_of_odk_central_is_known(folder: Folder) -> None:
    folder.write("zip/small.csv", "KEY,safe\nuuid:1,no\nuuid:2,yes\n")
    folder.write("zip/small-member.csv", "PARENT_KEY,KEY,member_age\nuuid:2,uuid:2/m[1],3\n")
    assert folder.found("zip")["small_children"].to_list() == [False, True]


def test_units_without_a_key_have_no_rows(folder: Folder) -> None:
    folder.write("survey/main.csv", "uuid,safe\n1,no\n,yes\n,no\n")
    folder.write("survey/member.csv", "uuid,member_age\n1,3\n,3\n")
    found = folder.found("survey")
    assert found["unsafe"].to_list() == [True, False, True]
    assert found["small_children"].to_list() == [True, False, False]
    assert folder.run("survey").stray_rows == {"member.csv": 1}


def test_a_kept_column_that_is_a_findings_name_is_refused(folder: Folder) -> None:
    folder.write("people.csv", "id,safe,unsafe\namina,no,1\n")
    assert "which is also the name of a finding" in folder.refused("people.csv", keep=["unsafe"])


@pytest.mark.parametrize("engine", ["polars", "record"])
def test_engines_write_the_same_file(folder: Folder, engine: str) -> None:
    people = "1,16,3,no,parent pnta\n2,x,9,,friend\n3,,,dk,\n"
    folder.write("survey/main.csv", "uuid,age,days,safe,with\n" + people)
    folder.write("survey/member.csv", "uuid,member_age\n1,3\n2,30\n2,\n9,1\n")
    folder.run("survey", output="one.csv", refuse_unusable=False)
    folder.run("survey", output="other.csv", refuse_unusable=False, engine=engine)
    assert (folder.path / "one.csv").read_text() == (folder.path / "other.csv").read_text()
    problems = [folder.path / f"{name}.csv.problems.csv" for name in ("one", "other")]
    assert problems[0].read_text() == problems[1].read_text()


def test_a_table_may_number_its_rows_itself(folder: Folder) -> None:
    folder.write("people.csv", "row,safe\n7,no\n9,yes\n")
    assert folder.found("people.csv")["row"].to_list() == ["7", "9"]
