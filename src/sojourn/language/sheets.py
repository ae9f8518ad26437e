"""A framework as tables of text, whatever file they came from, with the place of each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sojourn.framework.model import Sheet
from sojourn.language.problems import FrameworkProblems, Problem

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

MOST_CELLS = 200_000
MOST_CHARACTERS = 20_000_000
LONGEST_CELL = 100_000
"""What one framework can hold: far more than any person could look after."""


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


class Meter:
    """Counts what a file holds while it is read, and stops in time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cells = self.characters = 0

    def add(self, row: SheetRow) -> None:
        """One more row. Raises `FrameworkProblems` for more than a framework can hold."""
        self.cells += len(row.cells)
        for column, cell in row.cells.items():
            self.characters += len(cell) + len(column)
            if len(cell) > LONGEST_CELL or len(column) > LONGEST_CELL:
                message = f"this holds more than {LONGEST_CELL:,} characters; shorten it"
                raise FrameworkProblems(self.name, [row.problem(column[:40], message)])
        if self.cells > MOST_CELLS or self.characters > MOST_CHARACTERS:
            message = (
                f"from here on there is too much for one framework: more than {MOST_CELLS:,} "
                f"cells or {MOST_CHARACTERS:,} characters. Keep data and long texts elsewhere"
            )
            raise FrameworkProblems(self.name, [row.problem("", message)])


def sheet_name(written: str) -> str:
    """The name of a sheet: ours however it is spaced or capitalised, others as they are."""
    plain = written.strip().lower()
    return plain if plain in SHEETS else written
