"""Names that mean something to a database or to ourselves are names like all others, or refused."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from tests.generative.test_engines import Tables, by_polars, by_record
from tests.language.test_form import framework_with, question, said
from tests.spec import form
from tests.tables.conftest import Folder

WORDS = ["select", "order", "group", "table", "from", "null", "true", "end", "Select", "a.b", "a-b"]


@pytest.mark.parametrize("word", WORDS)
def test_words_of_databases_can_be_names(word: str) -> None:
    other = f"{word}_1"
    framework = framework_with(
        survey=[
            question("integer", name=word),
            question("begin repeat", name=f"{word}_rows"),
            question("integer", name=other),
            {"type": "end repeat"},
        ],
        factors=[
            {**form.FACTOR, "name": "limit", "rule": f"${{{word}}} > 3"},
            {
                **form.FACTOR,
                "name": "where",
                "rule": f"count(${{{word}_rows}}[${{{other}}} > 1]) > 0",
            },
        ],
        measures=[{**form.MEASURE, "name": "union", "components": "limit where"}],
    )
    given = Tables(2, {word: ["5", "1"]}, {f"{word}_rows": ([0, 1], {other: ["2", "1"]})})
    for found in (by_record(framework, given), by_polars(framework, given)):
        assert [row["limit"] for row in found] == [True, False]
        assert [row["where"] for row in found] == [True, False]
        assert [row["union"] for row in found] == [2, 0]


@pytest.mark.parametrize("name", ["__unit", "__row", "needs__also", "member__unsure", "x__class"])
def test_names_of_columns_of_ours_are_refused(name: str) -> None:
    assert f"`{name}` is kept for columns of ours" in said(survey=[question("text", name=name)])


def test_the_version_that_form_tools_add_is_kept() -> None:
    framework = framework_with(survey=[question("calculate", name="__version__")])
    assert framework.question("__version__").name


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["__unusable", "__kept__", "select", "row"])
def test_a_table_may_have_columns_of_any_name(folder: Folder, name: str, ending: str) -> None:
    table = pl.DataFrame({"id": ["a", "b"], "safe": ["no", "yes"], name: ["7", "7"]})
    path = folder.path / f"people.{ending}"
    table.write_csv(path) if ending == "csv" else table.write_parquet(path)
    assert folder.found(path.name)["unsafe"].to_list() == [True, False]


@pytest.mark.parametrize("name", ["__row", "__unit"])
def test_a_table_cannot_bring_a_column_of_ours(folder: Folder, name: str) -> None:
    folder.write("people.csv", f"id,safe,{name}\n1,no,7\n")
    message = f"the column {name} of people.csv has a name that is kept for ourselves; rename it"
    assert message in folder.refused("people.csv")


@pytest.mark.parametrize("name", ["__unusable", "__unplaced"])
def test_a_column_of_ours_cannot_be_carried_along(folder: Folder, name: str) -> None:
    folder.write("people.csv", f"id,safe,{name}\n1,no,7\n")
    message = f"the column {name} of people.csv has a name that is kept for ourselves; rename it"
    assert message in folder.refused("people.csv", keep=[name])


def test_a_day_that_cannot_be_written_is_not_carried_along(folder: Folder) -> None:
    days = pl.Series([0, 2**31 - 1], dtype=pl.Int32).cast(pl.Date)
    pl.DataFrame({"id": days, "safe": ["no", "yes"]}).write_parquet(folder.path / "people.parquet")
    message = "people.parquet, column id: a day in it is before the year 1 or after 9999"
    assert message in folder.refused("people.parquet")


def test_a_moment_with_a_zone_can_be_carried_into_a_workbook(folder: Folder) -> None:
    moment = datetime(2024, 5, 1, 12, tzinfo=UTC)
    pl.DataFrame({"id": [moment], "safe": ["no"]}).write_parquet(folder.path / "people.parquet")
    folder.run("people.parquet", output="out.xlsx")
    assert pl.read_excel(folder.path / "out.xlsx")["id"][0].startswith("2024-05-01T12:00:00")
