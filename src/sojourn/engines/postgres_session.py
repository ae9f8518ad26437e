"""PostgreSQL: its words, and a connection to it that only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
import psycopg

from sojourn.engines.columns import Kind
from sojourn.engines.sql_printing import Dialect
from sojourn.engines.sql_reader import Holds
from sojourn.engines.sql_session import BATCH, Column, EngineError, Result, together

_TYPES: dict[str, tuple[Holds, Any]] = {
    "text": (Holds.TEXT, pl.String),
    "varchar": (Holds.OTHER, pl.String),
    "bpchar": (Holds.OTHER, pl.String),
    "int2": (Holds.INTEGER, pl.Int64),
    "int4": (Holds.INTEGER, pl.Int64),
    "int8": (Holds.INTEGER, pl.Int64),
    "float8": (Holds.FLOAT, pl.Float64),
    "float4": (Holds.SHORT_FLOAT, pl.Float64),
    "bool": (Holds.OTHER, pl.Boolean),
    "date": (Holds.DAY, pl.Date),
    "timestamp": (Holds.MOMENT, pl.Datetime("us")),
}
_AS_TEXT = ("numeric", "uuid", "name")
"""Types whose text is the cell."""


_ABOUT_TABLES = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.InvalidSchemaName,
)


class PostgresDialect(Dialect):
    """How PostgreSQL writes what not all write alike."""

    fence = " OFFSET 0"
    types = {**Dialect.types, Kind.WIDE: "NUMERIC", Kind.FLOAT: "DOUBLE PRECISION"}

    def divided(self, a: str, b: str, kind: Kind) -> str:
        # `/` of NUMERIC rounds; DIV cuts, exactly.
        return f"DIV({a}, {b})" if kind is Kind.WIDE else f"({a} / {b})"

    def matches(self, text: str, pattern: str) -> str:
        return f"({text} ~ {self.text(pattern)})"


class PostgresSession:
    """One transaction that sees one state of the database and can write nothing."""

    dialect = PostgresDialect()

    def __init__(self, address: str) -> None:
        """`address` is a connection URL; it may hold a password, so no message repeats it."""
        reached = _where(address)
        try:
            self.connection = psycopg.connect(address, connect_timeout=10)
            self.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            self.connection.read_only = True
            encoding = self.connection.info.parameter_status("server_encoding")
        except psycopg.Error:
            raise EngineError(
                f"PostgreSQL at {reached} cannot be reached; is it running, are the address, the "
                "user and the password right?"
            ) from None
        if encoding != "UTF8":
            self.connection.close()
            raise EngineError(f"the database at {reached} is in {encoding}; only UTF8 can be read")

    def columns(self, relation: str) -> Mapping[str, Column]:
        known = {name: holds for name, (holds, _) in _TYPES.items()}
        known |= dict.fromkeys(_AS_TEXT, Holds.OTHER)
        found = self._described(f"SELECT * FROM {relation} LIMIT 0")
        return {name: Column(type_, known.get(type_)) for name, type_ in found}

    def kept(self, name: str, column: Column) -> str:
        written = self.dialect.name(name)
        return written if column.type in _TYPES else self.dialect.cast(written, Kind.TEXT)

    def result(self, statement: str, names: Sequence[str]) -> Result:
        described = self._described(f"SELECT * FROM ({statement}) AS t LIMIT 0")
        shown = [_TYPES[type_][1] for _, type_ in described]
        schema = pl.Schema(zip(names, shown, strict=True))
        return Result(schema, self._batches(statement, schema))

    def few(self, statement: str, names: Sequence[str]) -> pl.DataFrame:
        return together(self.result(statement, names))

    def tables_beside(self, wanted: str) -> tuple[str, list[str]]:
        """The schema of a table, named with it or first on the search path, and its tables."""
        schema, _, _ = wanted.rpartition(".")
        place = self.dialect.text(schema) if schema else "current_schema()"
        listed = self.few(
            f"SELECT CAST(table_schema AS VARCHAR) AS s, CAST(table_name AS VARCHAR) AS n "
            f"FROM information_schema.tables WHERE table_schema = {place} ORDER BY table_name",
            ["schema", "name"],
        )
        if listed.is_empty():
            raise EngineError(f"the database holds no tables in the schema {schema or 'public'}")
        return listed["schema"][0], listed["name"].to_list()

    def primary_key(self, relation: str) -> tuple[str, ...]:
        """The columns of a table's primary key; none where it has none."""
        of = f"CAST({self.dialect.text(relation)} AS REGCLASS)"
        found = self.few(
            "SELECT CAST(a.attname AS VARCHAR) AS n FROM pg_index AS i JOIN pg_attribute AS a "
            "ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) "
            f"WHERE i.indisprimary AND i.indrelid = {of} ORDER BY a.attnum",
            ["name"],
        )
        return tuple(found["name"])

    def close(self) -> None:
        self.connection.close()

    def _described(self, statement: str) -> list[tuple[str, str]]:
        with self._refusals():
            cursor = self.connection.execute(statement.encode())
            known = self.connection.adapters.types
            found = [
                (c.name, c.type_code, known.get(c.type_code)) for c in cursor.description or ()
            ]
        return [
            # A type is known by its own number, and by that of the arrays of it.
            (name, "unknown" if type_ is None else type_.name + "[]" * (code != type_.oid))
            for name, code, type_ in found
        ]

    def _batches(self, statement: str, schema: pl.Schema) -> Iterator[pl.DataFrame]:
        with self._refusals(), self.connection.cursor(name="findings") as cursor:
            cursor.execute(statement.encode())
            while rows := cursor.fetchmany(BATCH):
                yield pl.DataFrame(rows, schema=schema, orient="row")

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Say what PostgreSQL says about tables; what it says about values stays inside."""
        try:
            yield
        except psycopg.Error as error:
            self.connection.rollback()
            name = type(error).__name__
            said = error.diag.message_primary if isinstance(error, _ABOUT_TABLES) else None
            told = f": {said}" if said else f" stopped with {name} ({error.sqlstate})"
            raise EngineError(f"PostgreSQL{told}") from error


def _where(address: str) -> str:
    """Host and database of an address, without user and password."""
    try:
        known = psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        raise EngineError(
            "this is not an address of PostgreSQL: postgresql://HOST/DATABASE"
        ) from None
    return (
        f"{known.get('host') or 'this machine'}, database {known.get('dbname') or '(none named)'}"
    )
