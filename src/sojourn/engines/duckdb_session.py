"""DuckDB: its words, and a connection to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from sojourn.engines.columns import Kind
from sojourn.engines.sql_printing import Dialect
from sojourn.engines.sql_reader import Holds
from sojourn.engines.sql_session import BATCH, Column, EngineError, Result, together

_WHOLES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_HOLDS = {
    **dict.fromkeys(_WHOLES, Holds.INTEGER),
    **dict.fromkeys([f"U{name}" for name in _WHOLES[:-1]], Holds.INTEGER),
    "VARCHAR": Holds.TEXT,
    "DOUBLE": Holds.FLOAT,
    "FLOAT": Holds.SHORT_FLOAT,
    "BOOLEAN": Holds.OTHER,
    "UUID": Holds.OTHER,
    "DECIMAL": Holds.OTHER,
    "ENUM": Holds.OTHER,
    '"NULL"': Holds.OTHER,  # a column in which nothing ever stood
    "DATE": Holds.DAY,
    **dict.fromkeys(["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"], Holds.MOMENT),
}
_DAMAGED = (duckdb.Error, duckdb.InvalidInputException, duckdb.SerializationException)
"""What DuckDB raises on the way through a file that is not whole."""

_CARRIED = ("TIME", "TIME_NS", "TIMESTAMP WITH TIME ZONE")
"""Types that hold no answer, and can be carried along."""


class DuckDBDialect(Dialect):
    """How DuckDB writes what not all write alike."""

    types = {**Dialect.types, Kind.WIDE: "HUGEINT"}

    def divided(self, a: str, b: str, kind: Kind) -> str:  # noqa: ARG002 - others look at it
        return f"({a} // {b})"

    def matches(self, text: str, pattern: str) -> str:
        return f"regexp_matches({text}, {self.text(pattern)})"


class DuckDBSession:
    """A connection to a database file that is only read, or to none: then files are read."""

    dialect = DuckDBDialect()

    def __init__(self, database: str | None = None) -> None:
        self._folder = TemporaryDirectory(prefix="sojourn-duckdb-")
        config: dict[str, Any] = {
            "temp_directory": self._folder.name,  # what does not fit into memory
            "autoinstall_known_extensions": False,  # nothing is fetched from elsewhere
        }
        try:
            self.connection = duckdb.connect(
                database or ":memory:", read_only=database is not None, config=config
            )
        except duckdb.Error as error:
            self._folder.cleanup()
            name = Path(database or "").name
            said = (
                f"another program has {name} open for writing; close it there first"
                if "lock" in str(error)
                else f"{name} is not a DuckDB database, is damaged, or is of a later DuckDB"
            )
            raise EngineError(said) from error

    def columns(self, relation: str) -> Mapping[str, Column]:
        with _refusals():
            found = self.connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        types = {name: type_ for name, type_, *_ in found}
        return {
            name: Column(type_, None if "[" in type_ else _HOLDS.get(type_.split("(")[0]))
            for name, type_ in types.items()
        }

    def kept(self, name: str, column: Column) -> str | None:
        known = column.holds is not None or column.type in _CARRIED
        return self.dialect.name(name) if known else None

    def result(self, statement: str, names: Sequence[str]) -> Result:
        with _refusals():
            reader = self.connection.sql(statement).to_arrow_reader(BATCH)
        schema = _named(pa.Table.from_batches([], reader.schema), names).schema
        return Result(schema, _batches(reader, names))

    def few(self, statement: str, names: Sequence[str]) -> pl.DataFrame:
        return together(self.result(statement, names))

    def close(self) -> None:
        self.connection.close()
        self._folder.cleanup()


def _batches(reader: pa.RecordBatchReader, names: Sequence[str]) -> Iterator[pl.DataFrame]:
    with _refusals():
        for batch in reader:
            yield _named(pa.Table.from_batches([batch]), names)


def _named(table: pa.Table, names: Sequence[str]) -> pl.DataFrame:
    found = pl.from_arrow(table)
    if not isinstance(found, pl.DataFrame):
        raise TypeError("a table becomes a table")
    found.columns = list(names)
    return found


@contextmanager
def _refusals() -> Iterator[None]:
    """Say what DuckDB says about files and tables; what it says about values stays inside."""
    try:
        yield
    except (duckdb.IOException, duckdb.CatalogException) as error:
        raise EngineError(f"DuckDB: {str(error).splitlines()[0]}") from error
    except duckdb.Error as error:
        name = type(error).__name__
        if type(error) in _DAMAGED:
            raise EngineError(
                f"DuckDB could not read the tables to their end ({name}); are the files whole?"
            ) from error
        raise EngineError(f"DuckDB stopped with a {name}") from error
