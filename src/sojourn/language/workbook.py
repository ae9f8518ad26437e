"""Frameworks as an XLSX workbook, the form that opens in any ODK or Kobo tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastexcel
import xlsxwriter

from sojourn.framework.model import Sheet
from sojourn.language.problems import FrameworkProblems, Problem
from sojourn.language.sheets import SHEETS, SheetRow, Tables


def read(path: Path) -> Tables:
    """Read a workbook. Raises `FrameworkProblems` for a file that is none."""
    try:
        workbook = fastexcel.read_excel(path)
        sheets = {
            name: list(_rows(path, name, _grid(workbook, name))) for name in workbook.sheet_names
        }
    except fastexcel.FastExcelError as error:
        message = "this is not an XLSX workbook, or it is damaged; open it and save it again"
        raise FrameworkProblems(path.name, [Problem("", 0, "", message)]) from error
    return Tables(path.name, sheets)


@dataclass(frozen=True)
class Helps:
    """What a new workbook says beside its cells: all columns of a sheet, notes, and word lists."""

    columns: Mapping[str, Sequence[str]]
    notes: Mapping[str, Mapping[str, str]]
    one_of: Mapping[str, Mapping[str, Sequence[str]]]


_NO_HELPS = Helps({}, {}, {})
_ROWS_WITH_LISTS = 1000


def write(sheets: Mapping[str, Sheet], path: Path, helps: Helps = _NO_HELPS) -> None:
    """Write the tables as a workbook: bold headings that stay in view, cells as text."""
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        cell = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for name in _order(sheets):
            used = dict.fromkeys(column for row in sheets[name] for column in row)
            columns = list(dict.fromkeys((*helps.columns.get(name, ()), *used)))
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for at, column in enumerate(columns):
                sheet.set_column(at, at, 18 if len(column) < 12 else 36)
                sheet.write_string(0, at, column, heading)
                base = column.split("::")[0]
                if note := helps.notes.get(name, {}).get(base):
                    sheet.write_comment(0, at, note, {"x_scale": 2})
                if words := helps.one_of.get(name, {}).get(base):
                    allowed = {"validate": "list", "source": list(words)}
                    sheet.data_validation(1, at, _ROWS_WITH_LISTS, at, allowed)
            for number, row in enumerate(sheets[name], start=1):
                for at, column in enumerate(columns):
                    if column in row:
                        sheet.write_string(number, at, row[column], cell)


def _order(sheets: Mapping[str, Sheet]) -> list[str]:
    return [name for name in SHEETS if name in sheets] + [n for n in sheets if n not in SHEETS]


def _grid(workbook: fastexcel.ExcelReader, name: str) -> Sequence[Sequence[Any]]:
    # Read as text: calamine gives 3 as "3" and 0.5 as "0.5", so codes such as 1 stay codes.
    frame = workbook.load_sheet(name, header_row=None, dtypes="string").to_polars()
    return frame.rows()


def _rows(path: Path, sheet: str, grid: Sequence[Sequence[Any]]) -> Iterator[SheetRow]:
    if not grid:
        return
    headings = [str(cell).strip() if cell is not None else "" for cell in grid[0]]
    named = [heading for heading in headings if heading]
    twice = next((heading for heading in named if named.count(heading) > 1), None)
    if twice is not None and sheet in SHEETS:
        message = f"the heading `{twice}` stands here twice; keep one"
        raise FrameworkProblems(path.name, [Problem(sheet, 1, twice, message)])
    for number, values in enumerate(grid[1:], start=2):
        cells = {
            heading: str(value)
            for heading, value in zip(headings, values, strict=False)
            if heading and value is not None and str(value) != ""
        }
        yield SheetRow(sheet, number, cells)
