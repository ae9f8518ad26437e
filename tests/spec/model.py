"""What a page of the manual is made of: tables drawn as text, a rule, what must come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Grid = list[dict[str, str]]


@dataclass(frozen=True)
class Spec:
    """One fact about the language.

    `table` has one line per unit. What stands after `||` must come out: of `rule`, or for whole
    frameworks (`sheets`) of the outputs named in the heading. T is true, F is false, and an empty
    cell is unknown; on the other side an empty cell is a question that was not asked. `place` is
    the table of what was answered once for a place.
    """

    title: str
    table: str
    rule: str = ""
    text: str = ""
    rosters: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    sheets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chapter:
    """A chapter of the manual."""

    title: str
    text: str
    specs: tuple[Spec, ...]


@dataclass(frozen=True)
class Table:
    """A drawn table: its headings, and its rows by heading. Empty cells are empty texts."""

    headings: tuple[str, ...]
    rows: Grid


def read_table(text: str) -> Table:
    """A table drawn with `|` between its cells."""
    return _table(_lines(text))


def split(text: str) -> tuple[Table, Table]:
    """What is given, and what must come out: the parts left and right of `||`."""
    sides = [line.split("||") for line in _lines(text)]
    return _table([left for left, _ in sides]), _table([right for _, right in sides])


def _table(lines: list[str]) -> Table:
    names, *rows = (_cells(line) for line in lines)
    for row in rows:
        if len(row) != len(names):
            raise ValueError(f"a line has {len(row)} cells, the heading {len(names)}: {row}")
    return Table(tuple(names), [dict(zip(names, row, strict=True)) for row in rows])


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _cells(line: str) -> list[str]:
    """The cells of a line; ` / ` stands for the `|` that some cells hold."""
    return [cell.strip().replace(" / ", " | ") for cell in line.split("|")]
