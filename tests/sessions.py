"""One session of each engine that speaks SQL, for all tests; skipped where it cannot be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from sojourn.engines.columns import Kind, col
from sojourn.engines.sql import SqlFrame
from sojourn.engines.sql_reader import Holds, Raw
from sojourn.engines.sql_session import Session

SQL_ENGINES = ("duckdb", "spark", "postgres")


def _duckdb() -> Session:
    from sojourn.engines.duckdb_session import DuckDBSession

    return DuckDBSession()


def _spark() -> Session:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 (Debian, Ubuntu: apt-get install default-jre-headless)")
    from sojourn.engines.spark_session import SparkSession

    return SparkSession()


def _postgres() -> Session:
    from sojourn.engines.postgres_session import PostgresSession

    return PostgresSession(postgres_address())


_OPEN: dict[str, tuple[str, Callable[[], Session]]] = {
    "duckdb": ("duckdb", _duckdb),
    "spark": ("pyspark", _spark),
    "postgres": ("psycopg", _postgres),
}
_open: dict[str, Session] = {}


def session(engine: str) -> Session:
    """The session of an engine, the same one for all tests of a run."""
    if engine not in _open:
        package, start = _OPEN[engine]
        if find_spec(package) is None:
            pytest.skip(f"the package {package} is not installed")
        _open[engine] = start()
    return _open[engine]


def close() -> None:
    """Let go of all sessions and servers that tests have started."""
    for opened in _open.values():
        opened.close()
    _open.clear()
    if postgres_address.cache_info().currsize and _server:
        _server.pop().stop()


# -- a PostgreSQL of our own


@cache
def postgres_address() -> str:
    """DATABASE_URL, or a throw-away server in a new folder, reached through a socket there."""
    if given := os.environ.get("DATABASE_URL"):
        return given
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian, Ubuntu: apt-get install postgresql)")
    _server.append(_Server(programs))
    return _server[0].address


def _postgres_programs() -> Path | None:
    found = [Path(path) for path in [shutil.which("initdb")] if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].resolve().parent if found else None


class _Server:
    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sojourn-pg-"))
        self.programs = programs
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self.folder, "postgres")
        data = self.folder / "data"
        self._run("initdb", f"-D {data} -A trust -U sojourn -E UTF8 --no-sync")
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off"
        self._run("pg_ctl", f"-D {data} -l {self.folder}/log -w -o '{options}' start")
        self._run("createdb", f"-h {self.folder} -U sojourn sojourn")
        self.address = f"postgresql://sojourn@/sojourn?host={self.folder}"

    def stop(self) -> None:
        self._run("pg_ctl", f"-D {self.folder}/data -m immediate stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, arguments: str) -> None:
        command = f"cd / && {self.programs / program} {arguments}"
        as_owner = (
            ["su", "postgres", "-s", "/bin/bash", "-c"] if os.geteuid() == 0 else ["bash", "-c"]
        )
        subprocess.run([*as_owner, command], check=True, stdout=subprocess.DEVNULL)


_server: list[_Server] = []


# -- tables without a database to write them to


def written_out(
    session: Session,
    keys: Mapping[str, str],
    cells: Mapping[str, Sequence[str | None]],
    headings: Mapping[str, str] | None = None,
) -> Raw:
    """A table of texts as a query that holds it.

    `keys` are the columns that may say which rows belong together, by what readers call them.
    """
    dialect = session.dialect
    text = dialect.cast("NULL", Kind.TEXT)

    def written(cell: str | None) -> str:
        return text if cell is None else dialect.text(cell)

    rows = [", ".join(map(written, row)) for row in zip(*cells.values(), strict=True)]
    names = ", ".join(dialect.name(name) for name in cells)
    nothing = ", ".join([text] * len(cells))
    lines = ", ".join(f"({row})" for row in (rows or [nothing]))
    where = "" if rows else " WHERE FALSE"
    relation = f"(SELECT * FROM (VALUES {lines}) AS v({names}){where}) AS given"
    found = {name: name for name in cells if name not in keys.values()}
    known = {key: name for key, name in keys.items() if name in cells}
    return Raw(
        relation,
        dict.fromkeys(cells, Holds.TEXT),
        headings or found,
        {key: (dialect.name(name), Kind.TEXT) for key, name in known.items()},
    )


def collected(session: Session, frame: SqlFrame) -> pl.DataFrame:
    """All rows; very wide numbers as text."""
    wide = [name for name, kind in frame.kinds().items() if kind is Kind.WIDE]
    frame = frame.with_columns([col(name).cast(Kind.TEXT).alias(name) for name in wide])
    return session.few(frame.statement(session.dialect), list(frame.exprs))
