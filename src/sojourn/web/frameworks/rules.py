"""How two versions of a framework differ, row by row and cell by cell, for a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sojourn.framework import Framework
from sojourn.language.comparing import Change, changes

_CELLS = ("changed", "rewritten")


@dataclass(frozen=True)
class CellChange:
    """One cell before and after; empty where the row had no such cell. `same_meaning`: a rule that
    is only written differently."""

    column: str
    lang: str
    old: str
    new: str
    same_meaning: bool


@dataclass(frozen=True)
class RowChange:
    """One row. `kind` is changed, renamed, order, removed or added; `cells` are those that differ.

    `row` is the row as it is now, or as it last was; empty for the order of a sheet.
    """

    sheet: str
    key: str
    kind: str
    row: Mapping[str, str]
    cells: tuple[CellChange, ...] = ()
    new_key: str = ""


def compare(old: Framework, new: Framework) -> tuple[RowChange, ...]:
    """Every row that is different, in the order of the sheets."""
    rows = {**_rows(old), **_rows(new)}
    found: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes(old, new):
        kind = "changed" if change.kind in _CELLS else change.kind
        found.setdefault((change.sheet, change.name, kind), []).append(change)
    return tuple(
        RowChange(
            sheet,
            name or sheet,
            kind,
            rows.get((sheet, name), {}),
            tuple(_cell(change) for change in group if change.kind in _CELLS),
            group[0].new if kind == "renamed" else "",
        )
        for (sheet, name, kind), group in found.items()
    )


def _cell(change: Change) -> CellChange:
    same = change.kind == "rewritten"
    return CellChange(change.column, change.language, change.old, change.new, same)


def _rows(framework: Framework) -> dict[tuple[str, str], Mapping[str, str]]:
    """Rows that have a label, by what they are called."""
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for sheet, rows in framework.sheets.items():
        for row in rows:
            name = f"{row.get('list_name', '')} {row.get('name', '')}".strip()
            found.setdefault((sheet, name), row)
    return found
