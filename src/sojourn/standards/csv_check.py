"""Is a CSV file whole? One fast look at its lines, and an exact one only where needed.

Table readers fill a line that is too short with nothing and say no word about it. For answers
about people that would be silence made by a machine, so we look ourselves.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl


class BadTableError(ValueError):
    """A file that cannot be read as the table it claims to be; the message names the place."""


@dataclass(frozen=True, slots=True)
class CsvShape:
    """What is known of a CSV file before it is read.

    `blank` are the places of blank lines among the rows, from 0. `one_line_each` is false when
    some row runs over several lines, so that a row's number does not tell its line.
    """

    separator: str
    headings: tuple[str, ...]
    lines: int
    blank: tuple[int, ...]
    one_line_each: bool


def check(path: Path) -> CsvShape:
    """The shape of a whole CSV file. Raises `BadTableError` naming the first line that is off."""
    separator, headings = _heading(path)
    lines = pl.scan_csv(
        path,
        separator="\x1f",
        quote_char=None,
        has_header=False,
        schema={"line": pl.String},
        truncate_ragged_lines=True,
        glob=False,
    ).select(pl.col("line").fill_null("").str.strip_chars_end("\r"))
    try:
        total, blank, odd = (
            lines.select(pl.len(), _is_blank().sum().alias("blank"), _odd(separator, headings))
            .collect(engine="streaming")
            .row(0)
        )
    except pl.exceptions.PolarsError as error:
        raise BadTableError(_where_not_text(path)) from error
    if odd:
        return CsvShape(
            separator, headings, total - 1, _check_exactly(path, separator, len(headings)), False
        )
    return CsvShape(separator, headings, total - 1, _blank(lines) if blank else (), not blank)


def _is_blank() -> pl.Expr:
    return pl.col("line") == ""


def _blank(lines: pl.LazyFrame) -> tuple[int, ...]:
    found = lines.with_row_index().filter(_is_blank()).select(pl.col("index").cast(pl.Int64) - 1)
    return tuple(found.collect(engine="streaming")["index"])


def _odd(separator: str, headings: tuple[str, ...]) -> pl.Expr:
    """Lines that do not have as many cells as the heading, as far as one line alone can tell."""
    line = pl.col("line")
    bare = (
        pl.when(line.str.contains('"', literal=True))
        .then(line.str.replace_all('"[^"]*"', ""))
        .otherwise(line)
    )
    cells = bare.str.count_matches(separator, literal=True) + 1
    wrong = (cells != len(headings)) | bare.str.contains('"', literal=True)
    return (wrong & (line != "")).sum().alias("odd")


def _heading(path: Path) -> tuple[str, tuple[str, ...]]:
    with path.open("rb") as file:
        start = file.read(1_000_000)
    first = start.split(b"\n", 1)[0]
    if not first.strip():
        raise BadTableError(f"{path.name} is empty; the first line must hold the column names")
    try:
        text = first.decode("utf-8-sig").rstrip("\r")
    except UnicodeDecodeError as error:
        raise BadTableError(_where_not_text(path)) from error
    if "\x00" in text or text.startswith("PK\x03\x04"):
        raise BadTableError(f"{path.name} is not a CSV file, but some other kind of file")
    separator = max(",;\t", key=re.sub('"[^"]*"', "", text).count)
    try:
        headings = tuple(cell.strip() for cell in next(csv.reader([text], delimiter=separator)))
    except csv.Error as error:
        raise BadTableError(
            f"{path.name}, line 1: its lines do not end as lines of a CSV file do; "
            'save it again as "CSV UTF-8"'
        ) from error
    _check_headings(path.name, headings)
    return separator, headings


def _check_headings(name: str, headings: tuple[str, ...]) -> None:
    twice = next((h for h in headings if h and headings.count(h) > 1), None)
    if twice is not None:
        raise BadTableError(f"{name}, line 1: the column {twice} stands there twice; keep one")


def _check_exactly(path: Path, separator: str, cells: int) -> tuple[int, ...]:
    """Go through the file with a real CSV reader, which knows cells that run over lines.

    Returns the places of blank lines among the rows.
    """
    blank = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        marks = _Marks(file)
        reader = csv.reader(marks, delimiter=separator, strict=True)
        begins = 1
        try:
            for number, row in enumerate(reader, start=-1):
                if not row:
                    blank.append(number)
                elif len(row) != cells:
                    raise BadTableError(
                        f"{path.name}, line {begins}: {len(row)} cells where the first line has "
                        f"{cells}; a separator or a quotation mark may be missing or too many"
                    )
                if marks.count % 2:  # other readers would look for the second mark far below
                    raise BadTableError(
                        f"{path.name}, line {begins}: a quotation mark stands within a cell; put "
                        "the whole cell in quotation marks, and write the one within it twice"
                    )
                marks.count, begins = 0, reader.line_num + 1
        except csv.Error as error:
            raise BadTableError(
                f"{path.name}, line {begins}: a quotation mark is opened and never closed properly"
            ) from error
        except UnicodeDecodeError as error:
            raise BadTableError(_where_not_text(path)) from error
    return tuple(blank)


class _Marks:
    """The lines of a file, and how many quotation marks stood in those that were taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines, self.count = iter(lines), 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.count += line.count('"')
        return line


def _where_not_text(path: Path) -> str:
    advice = 'save it again as "CSV UTF-8"'
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return f"{path.name}, line {number}: this is not text in UTF-8; {advice}"
    return f"{path.name} cannot be read as a CSV file; {advice}"
