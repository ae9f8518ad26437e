"""Frameworks as an XLSX workbook, the form that opens in any ODK or Kobo tool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters

import xlsxwriter

from sojourn.framework.model import Sheet
from sojourn.language import xlsx
from sojourn.language.problems import FrameworkProblems, Problem
from sojourn.language.sheets import SHEETS, Meter, SheetRow, Tables, sheet_name

MOST_UNPACKED = 20_000_000
"""Bytes of the tables of a framework, unpacked."""

_UNSAVED = (
    "this formula was saved without its result; open the file in a spreadsheet program and save "
    "it again, or write the text itself"
)
_ERROR = "this formula gives an error; write the text itself"
_MERGED = "these cells are merged over several rows; unmerge them and write the text in each row"


def read(path: Path) -> Tables:
    """Read a workbook. Raises `FrameworkProblems` for a file that is none."""
    meter = Meter(path.name)
    sheets: dict[str, list[SheetRow]] = {}
    try:
        with xlsx.Book(path, MOST_UNPACKED) as book:
            for written in book.names:
                name = sheet_name(written)
                if name in sheets:
                    message = f"there are two sheets with the name `{name}`; keep one"
                    raise FrameworkProblems(path.name, [Problem(name, 0, "", message)])
                sheets[name] = list(_rows(book, xlsx.Sheet(written), name, meter))
    except xlsx.WorkbookError as error:
        raise FrameworkProblems(path.name, [Problem("", 0, "", str(error))]) from error
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


def _rows(book: xlsx.Book, met: xlsx.Sheet, sheet: str, meter: Meter) -> Iterator[SheetRow]:
    """The rows under the headings, which are the first row that is not empty."""
    headings: dict[int, str] = {}
    for number, cells in book.rows(met):
        if not headings:
            headings = {at: cell.strip() for at, cell in cells.items() if cell.strip()}
            _check_headings(headings, number, sheet, meter.name)
            continue
        row = SheetRow(
            sheet, number, {headings[at]: cell for at, cell in cells.items() if at in headings}
        )
        meter.add(row)
        yield row
    if sheet in SHEETS:
        _check_cells(met, headings, sheet, meter.name)


def _check_headings(headings: Mapping[int, str], row: int, sheet: str, name: str) -> None:
    twice = next((heading for heading, n in Counter(headings.values()).items() if n > 1), None)
    if twice is not None and sheet in SHEETS:
        message = f"the heading `{twice}` stands here twice; keep one"
        raise FrameworkProblems(name, [Problem(sheet, row, twice, message)])


def _check_cells(met: xlsx.Sheet, headings: Mapping[int, str], sheet: str, name: str) -> None:
    """Refuse cells that do not say what their author sees."""
    found = {
        **dict.fromkeys(met.unsaved, _UNSAVED),
        **dict.fromkeys(met.errors, _ERROR),
        **dict.fromkeys(met.merged, _MERGED),
    }
    problems = []
    for ref, message in found.items():
        first, _, last = ref.partition(":")
        columns = range(xlsx.column_of(first), xlsx.column_of(last or first) + 1)
        heading = next((headings[at] for at in columns if at in headings), None)
        if heading is not None:
            row = int(first.lstrip(ascii_letters))
            problems.append(Problem(sheet, row, heading, f"{message} (cell {ref})"))
    if problems:
        raise FrameworkProblems(name, problems)
