"""What an engine cannot do, named once; `test_gaps` looks whether it is still so."""

from __future__ import annotations

from dataclasses import dataclass

from sojourn.engines.sql_session import EngineError


@dataclass(frozen=True)
class Gap:
    """A statement that an engine refuses, with which exception, and what follows from it."""

    engine: str
    statement: str
    exception: type[Exception]
    reason: str


GAPS = (
    Gap(
        "postgres",
        "SELECT 'a\0b'",
        EngineError,
        "a text cannot hold the character U+0000, so no cell there does",
    ),
)


def holdable(engine: str, cell: str | None) -> str | None:
    """A cell as an engine can hold it."""
    return cell.replace("\0", "") if cell and engine == "postgres" else cell
