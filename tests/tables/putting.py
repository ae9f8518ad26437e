"""Tables put where the engines that speak SQL read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from sojourn.standards import runs
from sojourn.standards.databases import open_database
from sojourn.standards.sql_tables import SqlSource
from tests import sessions
from tests.tables.conftest import Folder


@dataclass(frozen=True)
class Put:
    """A folder, and an engine that can read what is put there."""

    folder: Folder
    engine: str

    def put(self, name: str, main: pl.DataFrame, **further: pl.DataFrame) -> str:
        """Write tables where the engine reads them, and beside as files; gives the engine's name
        for them."""
        tables = {"main": main, **further}
        (self.folder.path / name).mkdir()
        for table, rows in tables.items():
            rows.write_parquet(self.folder.path / name / f"{table}.parquet")
        if self.engine == "postgres":
            return _into_postgres(name, tables)
        return str(self.folder.path / name)

    @contextmanager
    def opened(self, given: str, keys: tuple[str, ...] = ()) -> Iterator[SqlSource]:
        with open_database(self.engine, given, self.folder.framework, keys) as source:
            yield source

    def run(self, given: str, output: str, **options: Any) -> runs.Summary:
        with self.opened(given, options.pop("keys", ())) as source:
            return runs.run(self.folder.framework, source, self.folder.path / output, **options)

    def text(self, name: str) -> list[str]:
        """The lines of a file, in the order of their text where the engine knows no other."""
        lines = (self.folder.path / name).read_text().splitlines()
        return sorted(lines) if self.engine == "postgres" else lines


def _into_postgres(name: str, tables: dict[str, pl.DataFrame]) -> str:
    import psycopg

    address = sessions.postgres_address()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE'.encode())
        connection.execute(f'CREATE SCHEMA "{name}"'.encode())
        for table, rows in tables.items():
            columns = ", ".join(f'"{column}" text' for column in rows.columns)
            connection.execute(f'CREATE TABLE "{name}"."{table}" ({columns})'.encode())
            holes = ", ".join(["%s"] * rows.width)
            with connection.cursor() as cursor:
                cursor.executemany(
                    f'INSERT INTO "{name}"."{table}" VALUES ({holes})'.encode(), rows.rows()
                )
    return f"{address}#{name}.main"
