"""What all readers of tables share: the names of the columns that they add."""

from __future__ import annotations

from datetime import date

FLAG = "__unusable__"
"""Beginning of the columns that are true where a cell cannot be the answer."""

UNUSABLE = "__unusable"
"""The column that counts a row's cells that cannot be the answer."""

UNPLACED = "__unplaced"
"""The column that is true where nothing was answered for a unit's place."""

RAW_TEXT = "__text__"
"""Beginning of the columns that keep a cell's own text, where asked for."""


def is_day(code: str) -> bool:
    """Whether a code is written as a day."""
    try:
        date.fromisoformat(code)
    except ValueError:
        return False
    return len(code) == 10
