"""What the engines that speak SQL have in common: a connection that answers statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import polars as pl

from sojourn.engines.sql_printing import Dialect
from sojourn.engines.sql_reader import Holds

BATCH = 20_000


class Column(NamedTuple):
    """A column of the input: the engine's word for its type, and what that holds for reading.

    None where a single answer cannot be read from it.
    """

    type: str
    holds: Holds | None


class EngineError(Exception):
    """What an engine refused, in words that can be shown: they hold no data and no password."""


class Result(NamedTuple):
    """The answer to a statement: its columns, and the rows in batches."""

    schema: pl.Schema
    batches: Iterator[pl.DataFrame]


class Session(Protocol):
    """A connection to an engine."""

    @property
    def dialect(self) -> Dialect:
        """Its words."""

    def columns(self, relation: str) -> Mapping[str, Column]:
        """The columns of a table, a view or a query in brackets."""

    def kept(self, name: str, column: Column) -> str | None:
        """A column of the input as it is carried along, as SQL; None where it cannot be."""

    def result(self, statement: str, names: Sequence[str]) -> Result:
        """Run a query, and give its columns these names."""

    def few(self, statement: str, names: Sequence[str]) -> pl.DataFrame:
        """The same for a result that is known to be small."""

    def close(self) -> None:
        """Let go of what was opened."""


def together(result: Result) -> pl.DataFrame:
    """All rows of a result that is known to be small."""
    return pl.concat([pl.DataFrame(schema=result.schema), *result.batches])
