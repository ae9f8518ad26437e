"""A table of places, joined to the units that are there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from sojourn.language import load_framework
from sojourn.standards import runs
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.tables import open_source
from tests import sessions
from tests.tables.conftest import Folder
from tests.tables.putting import Put

FRAMEWORK = Path(__file__).with_name("places.yaml")
MAIN = (
    "id,site,month,hungry\namina,north,2026-01,yes\nbilal,north,2026-02,no\nchen,south,2026-02,\n"
)
PLACES = "site,month,clinic,wells\nnorth,2026-02,no,2\nnorth,2026-01,yes,3\n"

ALL = ["polars", "record", *sessions.SQL_ENGINES]


@dataclass(frozen=True)
class Survey:
    """Two tables where one engine reads them."""

    folder: Folder
    engine: str

    def run(self, places: str | None = PLACES, main: str = MAIN, **options: Any) -> runs.Summary:
        if self.engine not in sessions.SQL_ENGINES:
            for name, text in (("main", main), ("place", places)):
                if text is not None:
                    self.folder.write(f"survey/{name}.csv", text)
            return self.folder.run("survey", engine=self.engine, **options)
        tables = {"main": _frame(main)} | ({} if places is None else {"place": _frame(places)})
        put = Put(self.folder, self.engine)
        return put.run(put.put("survey", **tables), "out.parquet", **options)

    def found(self, places: str = PLACES, main: str = MAIN, **options: Any) -> pl.DataFrame:
        self.run(places, main, **options)
        return pl.read_parquet(self.folder.path / "out.parquet").sort("id")

    def refused(self, places: str = PLACES, main: str = MAIN) -> str:
        """The message, with one name for the tables of all engines."""
        with pytest.raises(BadTableError) as caught:
            self.run(places, main)
        assert not list(self.folder.path.glob("*out.parquet*"))
        return re.sub(r"table (main|place)|(main|place)\.(csv|parquet)", r"\1\2", str(caught.value))


def _frame(text: str) -> pl.DataFrame:
    return pl.read_csv(text.encode(), infer_schema=False)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, load_framework(FRAMEWORK))


@pytest.fixture(params=ALL)
def survey(request: pytest.FixtureRequest, folder: Folder) -> Survey:
    if request.param in sessions.SQL_ENGINES:
        sessions.session(request.param)
    return Survey(folder, request.param)


def test_each_unit_has_the_answers_of_its_place_and_period(survey: Survey) -> None:
    found = survey.found()
    assert found["id"].to_list() == ["amina", "bilal", "chen"]
    assert found["no_clinic"].to_list() == [False, True, None]
    assert found["wells_score"].to_list() == [3, 2, None]


def test_space_around_a_place_does_not_matter(survey: Survey) -> None:
    found = survey.found(main=MAIN.replace("2026-01", " 2026-01 "))
    assert found["no_clinic"].to_list() == [False, True, None]


def test_units_without_a_place_in_the_table_are_counted(survey: Survey) -> None:
    assert survey.run().unplaced == 1


def test_without_a_table_of_places_none_are_counted(survey: Survey) -> None:
    assert survey.run(None).unplaced is None


def test_two_rows_about_one_place_are_refused(survey: Survey) -> None:
    message = survey.refused(PLACES + " north ,2026-01,no,1\n")
    which = "two rows" if survey.engine == "postgres" else "rows 2 and 3"
    assert f"place: {which} are both about site north, month 2026-01" in message


def test_a_row_that_says_no_place_is_refused(survey: Survey) -> None:
    row = "place: in every row" if survey.engine == "postgres" else "place, row 3:"
    message = survey.refused(PLACES + ",2026-01,no,1\n")
    assert row in message
    assert "site and month must say which place this is" in message


def test_an_answer_in_both_tables_is_refused(survey: Survey) -> None:
    message = survey.refused(main="id,site,month,clinic\namina,north,2026-01,yes\n")
    assert "clinic stands in main and in place" in message


def test_other_columns_may_stand_in_both(survey: Survey) -> None:
    found = survey.found(PLACES.replace("wells\n", "id\n"))
    assert found["no_clinic"].to_list() == [False, True, None]


@pytest.mark.parametrize("table", ["main", "place"])
def test_a_table_without_the_key_is_refused(survey: Survey, table: str) -> None:
    texts = {"main": MAIN, "place": PLACES}
    texts[table] = texts[table].replace("month", "when")
    message = survey.refused(texts["place"], texts["main"])
    assert f"{table} has no column month, by which a unit's place is found" in message


def test_what_cannot_be_the_answer_is_named_by_its_table(survey: Survey) -> None:
    odd = PLACES.replace("yes,3", "maybe,3")
    message = survey.refused(odd)
    row = "site north, month 2026-01" if survey.engine == "postgres" else "row 2"
    assert f"place, {row}" in message
    assert 'column clinic: "maybe" cannot be the answer' in message
    assert "further" not in message


def test_what_cannot_be_the_answer_about_a_place_can_count_as_unknown(survey: Survey) -> None:
    found = survey.found(PLACES.replace("yes,3", "maybe,3"), refuse_unusable=False)
    assert found["no_clinic"].to_list() == [None, True, None]


def test_a_constraint_holds_for_places_too(survey: Survey) -> None:
    assert 'column wells: "-2" cannot' in survey.refused(PLACES.replace("no,2", "no,-2"))


def test_findings_come_in_the_order_of_the_units(survey: Survey) -> None:
    rows = [f"p{at},north,2026-0{at % 3 + 1},yes" for at in range(500)]
    survey.run(main="\n".join(["id,site,month,hungry", *rows, ""]))
    found = pl.read_parquet(survey.folder.path / "out.parquet")["id"].to_list()
    wanted = [f"p{at}" for at in range(500)]
    assert found == (sorted(wanted) if survey.engine == "postgres" else wanted)


@pytest.mark.parametrize("engine", sessions.SQL_ENGINES)
def test_the_because_is_the_same_on_every_engine(folder: Folder, engine: str) -> None:
    sessions.session(engine)
    put = Put(folder, engine)
    given = put.put("survey", main=_frame(MAIN), place=_frame(PLACES))
    with put.opened(given) as source:
        runs.explain(folder.framework, source, folder.path / "one.json")
    runs.explain(
        folder.framework,
        open_source(folder.path / "survey", folder.framework),
        folder.path / "other.json",
    )
    assert (folder.path / "one.json").read_text() == (folder.path / "other.json").read_text()


@pytest.mark.parametrize("engine", ["polars", "record"])
def test_a_workbook_with_a_sheet_of_places(folder: Folder, engine: str) -> None:
    path = folder.path / "survey.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, text in (("main", MAIN), ("place", PLACES)):
            pl.read_csv(text.encode(), infer_schema=False).write_excel(book, name)
    found = folder.found("survey.xlsx", engine=engine)
    assert found["no_clinic"].to_list() == [False, True, None]


def test_a_framework_without_a_key_cannot_join(survey: Survey) -> None:
    folder = survey.folder
    nameless = Folder(folder.path, replace(folder.framework, place=None, period=None))
    message = replace(survey, folder=nameless).refused()
    assert "does not say which question names the place" in message
