"""Survey workbooks: no answer that a person sees in a cell is lost on the way, and none hurts."""

from __future__ import annotations

from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from sojourn.standards import tables
from tests.tables.conftest import Folder

Edit = Callable[[Worksheet], object]


def written(folder: Folder, edit: Edit, rows: int = 2) -> str:
    """A workbook of some people, changed."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["id", "age", "safe", None, "note"])
    for at in range(rows):
        sheet.append([f"person {at}", 16 + at, "no", None, "x"])
    edit(sheet)
    book.save(folder.path / "people.xlsx")
    return "people.xlsx"


def _as_it_is(_: Worksheet) -> None:
    """Nothing is changed."""


def _formula(sheet: Worksheet) -> None:
    sheet["B2"] = "=10+6"


def _merged(sheet: Worksheet) -> None:
    sheet.merge_cells("C2:C3")


def _error(sheet: Worksheet) -> None:
    sheet["B3"] = "#N/A"
    sheet["B3"].data_type = "e"


def _twice(sheet: Worksheet) -> None:
    sheet["D1"] = "safe "


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_formula, "people.xlsx, sheet Sheet, cell B2 is a formula saved without its result"),
        (_merged, "people.xlsx, sheet Sheet, cell C2:C3 is merged over several rows"),
        (_error, 'row 2 (line 3 with the heading), column age: "#N/A" cannot be the answer'),
        (_twice, "people.xlsx, sheet Sheet: the column safe stands there twice"),
    ],
)
def test_a_cell_that_does_not_say_what_is_seen_is_named(
    folder: Folder, edit: Edit, message: str
) -> None:
    assert message in folder.refused(written(folder, edit))


def test_what_stands_beside_the_table_is_no_problem(folder: Folder) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet["D3"] = "=1+1"
        sheet.merge_cells("D4:D9")
        sheet.cell(1_048_576, 16_384, "=1+1")

    assert folder.found(written(folder, edit))["unsafe"].to_list() == [True, True]


def test_another_sheet_of_the_workbook_may_be_anything(folder: Folder) -> None:
    def edit(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        other = sheet.parent.create_sheet("read me")
        other["A1"], other["B1"], other["A2"] = "a", "a", "=1+1"
        other.merge_cells("A2:A9")

    assert folder.found(written(folder, edit))["unsafe"].to_list() == [True, True]


def test_rows_and_lines_are_named_where_the_table_begins_further_down(folder: Folder) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet["B3"] = "old"
        sheet.insert_rows(1, 3)

    assert "row 2 (line 6 with the heading), column age" in folder.refused(written(folder, edit))


def test_empty_rows_are_left_out(folder: Folder) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.insert_rows(3, 2)
        sheet["B9"] = " "

    found = folder.found(written(folder, edit))
    assert found["id"].to_list() == ["person 0", "person 1"]


def test_numbers_and_days_are_read_as_written(folder: Folder) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet["A2"] = 7
        sheet["B2"] = 17.0
        sheet["A3"] = "007"

    found = folder.found(written(folder, edit), keep=["age"])
    assert found["id"].to_list() == ["7", "007"]
    assert found["age"].to_list() == ["17", "17"]


def test_a_table_longer_than_one_block(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_BLOCK", 2)
    found = folder.found(written(folder, _as_it_is, rows=5))
    assert found["id"].to_list() == [f"person {at}" for at in range(5)]


@pytest.mark.parametrize(
    ("limit", "most", "message"),
    [
        ("MOST_UNPACKED", 9_000, "people.xlsx: this workbook unpacks to more than"),
        ("MOST_CELLS", 3, "is too large to be read as a workbook; save it as .csv"),
    ],
)
def test_a_workbook_that_is_far_too_large_is_refused(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, message: str
) -> None:
    name = written(folder, _as_it_is, rows=300)
    monkeypatch.setattr(tables, limit, most)
    assert message in folder.refused(name)
