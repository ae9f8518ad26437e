"""A framework as tables of text, whatever file they came from, with the place of each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sojourn.framework.model import Sheet
from sojourn.language.problems import Problem

SHEETS = (
    "survey",
    "choices",
    "settings",
    "framework",
    "factors",
    "responses",
    "measures",
    "decisions",
    "examples",
)
"""The sheets we read, in the order in which we write them. Others are kept untouched."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its cells by column heading (empty cells left out) and where it stands."""

    sheet: str
    row: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The cell's text without surrounding space, empty where there is none."""
        return self.cells.get(column, "").strip()

    def problem(self, column: str, message: str, *, warning: bool = False) -> Problem:
        return Problem(self.sheet, self.row, column, message, warning)


@dataclass(frozen=True)
class Tables:
    """All sheets of one framework file."""

    name: str
    sheets: Mapping[str, Sequence[SheetRow]] = field(default_factory=dict)

    def rows(self, sheet: str) -> Iterator[SheetRow]:
        """The rows of a sheet that are not empty; none when the sheet is not there."""
        return (row for row in self.sheets.get(sheet, ()) if row.cells)

    def plain(self) -> dict[str, Sheet]:
        """The cells alone, for writing and for the digest. Empty rows are left out."""
        return {
            name: tuple(dict(row.cells) for row in rows if row.cells)
            for name, rows in self.sheets.items()
        }
