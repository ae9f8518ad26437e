"""How two versions of a framework differ, row by row and cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sojourn.framework import Framework
from sojourn.language.sheets import SHEETS

KEYS: Mapping[str, tuple[str, ...]] = {
    "survey": ("type", "name"),
    "choices": ("list_name", "name"),
    "framework": ("key",),
    "decisions": ("measure",),
    "examples": ("example", "kind", "name", "repeat", "index"),
    "settings": (),
}
"""The columns by which a row is known again, for sheets in which it is not `name` alone."""


@dataclass(frozen=True)
class CellChange:
    """One cell before and after; empty where the row had no such cell."""

    column: str
    old: str
    new: str


@dataclass(frozen=True)
class RowChange:
    """One row. `kind` is added, removed or changed; `cells` are those that differ.

    `row` is the row as it is now, or as it last was.
    """

    sheet: str
    key: str
    kind: str
    row: Mapping[str, str]
    cells: tuple[CellChange, ...] = ()


def compare(old: Framework, new: Framework) -> tuple[RowChange, ...]:
    """Every row that was added, removed or changed, in the order of the new version.

    Rows are known by their names, wherever they stand; that a row only moved is no change.
    """
    sheets = [*SHEETS, *sorted((old.sheets.keys() | new.sheets.keys()) - set(SHEETS))]
    return tuple(change for sheet in sheets for change in _sheet(sheet, old, new))


def _sheet(sheet: str, old: Framework, new: Framework) -> Iterable[RowChange]:
    before = _by_key(sheet, old.sheets.get(sheet, ()))
    after = _by_key(sheet, new.sheets.get(sheet, ()))
    for key, row in after.items():
        if key not in before:
            yield RowChange(sheet, key, "added", row)
        elif cells := _cells(before[key], row):
            yield RowChange(sheet, key, "changed", row, cells)
    for key, row in before.items():
        if key not in after:
            yield RowChange(sheet, key, "removed", row)


def _by_key(sheet: str, rows: Iterable[Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Rows by what they are called; a name that comes again is counted."""
    found: dict[str, Mapping[str, str]] = {}
    seen: Counter[str] = Counter()
    for row in rows:
        key = _key(sheet, row)
        seen[key] += 1
        found[key if seen[key] == 1 else f"{key} ({seen[key]})"] = row
    return found


def _key(sheet: str, row: Mapping[str, str]) -> str:
    if sheet == "survey" and not row.get("type", "").startswith("end"):
        return row.get("name", "")  # a question that changes its type is the same question
    columns = KEYS.get(sheet, ("name",))
    return " ".join(row[column] for column in columns if row.get(column)) or sheet


def _cells(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[CellChange, ...]:
    columns = dict.fromkeys((*new, *old))
    return tuple(
        CellChange(column, old.get(column, ""), new.get(column, ""))
        for column in columns
        if old.get(column, "") != new.get(column, "")
    )
