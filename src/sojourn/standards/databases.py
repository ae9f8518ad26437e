"""Opening the inputs of the engines that speak SQL: files, a database, a Spark table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import polars as pl

from sojourn.engines.sql_session import EngineError, Session
from sojourn.framework.model import Framework
from sojourn.standards.csv_check import BadTableError, check
from sojourn.standards.sql_tables import SqlSource, SqlTable, source_of
from sojourn.standards.tables import PLACE, ROW, find_files

if TYPE_CHECKING:
    from sojourn.engines.duckdb_session import DuckDBSession
    from sojourn.engines.postgres_session import PostgresSession
    from sojourn.engines.spark_session import SparkSession

ENGINES = ("duckdb", "spark", "postgres")

_PACKAGES = {"duckdb": ("duckdb", "pyarrow"), "spark": ("pyspark", "pyarrow", "pandas")}
_PACKAGES["postgres"] = ("psycopg",)
_DATABASE_FILES = (".duckdb", ".ddb", ".db")


@contextmanager
def open_database(
    engine: str,
    given: str,
    framework: Framework,
    keys: Sequence[str] = (),
    table: str | None = None,
) -> Iterator[SqlSource]:
    """The tables of an input, in a session of the engine that ends with the block.

    Raises `BadTableError` for what is not there, cannot be reached, or needs what is not installed.
    """
    missing = [package for package in _PACKAGES[engine] if find_spec(package) is None]
    if missing:
        raise BadTableError(
            f"the engine {engine} needs {' and '.join(missing)}, which is not installed here: "
            f"pip install 'sojourn[{engine}]'"
        )
    opener = {"duckdb": _open_duckdb, "spark": _open_spark, "postgres": _open_postgres}[engine]
    session: Session | None = None
    try:
        session, source = opener(given, framework, keys, table)
        yield source
    except EngineError as error:
        raise BadTableError(str(error)) from error
    finally:
        if session is not None:
            session.close()


Opened = tuple[Session, SqlSource]


# -- DuckDB


def _open_duckdb(
    given: str, framework: Framework, keys: Sequence[str], table: str | None
) -> Opened:
    from sojourn.engines.duckdb_session import DuckDBSession

    name, _, inside = given.partition("::")
    path = Path(name)
    if path.suffix.lower() in _DATABASE_FILES:
        if not path.is_file():
            raise BadTableError(f"there is no file {path.name}")
        session = DuckDBSession(str(path))
        return _closing(
            session, lambda: _in_duckdb(session, path, framework, keys, inside or table)
        )
    files = find_files(path, framework)
    session = DuckDBSession()

    def open_file(which: str) -> SqlTable:
        return _duckdb_files(session, which, files[which])

    def opened() -> SqlSource:
        return source_of(
            session,
            framework,
            list(files),
            open_file,
            keys,
            main=table,
            stem=path.stem,
            files=(path,),
            ordered=True,
        )

    return _closing(session, opened)


def _in_duckdb(
    session: DuckDBSession,
    path: Path,
    framework: Framework,
    keys: Sequence[str],
    table: str | None,
) -> SqlSource:
    listed = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
    names = session.few(listed, ["name"])["name"].to_list()

    def open_table(name: str) -> SqlTable:
        relation = session.dialect.name(name)
        rows = session.few(f"SELECT COUNT(*) FROM {relation}", ["n"]).item()
        columns = session.columns(relation)
        return SqlTable(f"{path.name}, table {name}", relation, columns, _NUMBERED, rows)

    main = _named(path.name, names, table)
    return source_of(
        session,
        framework,
        names,
        open_table,
        keys,
        main=main,
        stem=path.stem,
        files=(path,),
        ordered=True,
    )


_NUMBERED = "ROW_NUMBER() OVER ()"
_NAMELESS = "__column_"


def _literally(file: Path) -> str:
    """A path in which no sign stands for others."""
    return re.sub(r"([*?\[])", r"[\1]", str(file))


def _duckdb_files(session: DuckDBSession, name: str, files: Sequence[Path]) -> SqlTable:
    dialect, heading_lines = session.dialect, None
    kind = files[0].suffix.lower()
    shown = files[0].name if len(files) == 1 else name
    if kind == ".parquet":
        listed = ", ".join(dialect.text(_literally(file)) for file in files)
        relation = f"read_parquet([{listed}])"
        _check_case(shown, _columns_of_parquet(files[0]))
    elif kind in (".csv", ".tsv"):
        shape = check(files[0])
        _check_case(shown, shape.headings)
        heading_lines = 1 if shape.one_line_each else None
        names = [name or f"{_NAMELESS}{at}" for at, name in enumerate(shape.headings)]
        texts = ", ".join(f"{dialect.text(name)}: 'VARCHAR'" for name in names)
        relation = (
            f"read_csv({dialect.text(_literally(files[0]))}, columns = {{{texts}}}, header = true, "
            f"delim = {dialect.text(shape.separator)}, quote = '\"', escape = '\"', nullstr = '', "
            "allow_quoted_nulls = false, auto_detect = false, parallel = false)"
        )
        if len(names) == 1:  # a blank line of several columns is left out already
            filled = f"{dialect.name(names[0])} IS NOT NULL"
            relation = f"(SELECT * FROM {relation} WHERE {filled}) AS t"
    else:
        raise BadTableError(f"the engine duckdb reads .csv and .parquet, not {files[0].name}")
    columns = session.columns(relation)
    rows = session.few(f"SELECT COUNT(*) FROM {relation}", ["n"]).item()
    return SqlTable(shown, relation, columns, _NUMBERED, rows, heading_lines)


def _columns_of_parquet(file: Path) -> list[str]:
    try:
        return list(pl.read_parquet_schema(file))
    except pl.exceptions.PolarsError as error:
        raise BadTableError(f"{file.name} is not a Parquet file, or it is damaged") from error


def _check_case(name: str, columns: Sequence[str]) -> None:
    """Refuse two columns that DuckDB takes for one; it would rename the second."""
    seen: dict[str, str] = {}
    for column in columns:
        other = seen.setdefault(column.lower(), column)
        if other != column:
            raise BadTableError(
                f"{name} has columns {other} and {column}, which the engine duckdb cannot tell "
                "apart; rename one, or use the engine polars"
            )


# -- Spark


def _open_spark(given: str, framework: Framework, keys: Sequence[str], table: str | None) -> Opened:
    from sojourn.engines.spark_session import SparkSession

    word, _, name = given.partition(":")
    if word == "table" and name:
        session = SparkSession()
        return _closing(session, lambda: _in_spark(session, framework, keys, name))
    files: Mapping[str, Sequence[str]]
    if "://" in given:  # a place that only the cluster can reach
        files = {given.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[0]: [given]}
    else:
        found = find_files(Path(given), framework)
        odd = [file.name for listed in found.values() for file in listed if not _is_parquet(file)]
        if odd:
            raise BadTableError(f"the engine spark reads .parquet, not {odd[0]}")
        files = {name: [str(file.absolute()) for file in listed] for name, listed in found.items()}
    session = SparkSession()

    def open_files(which: str) -> SqlTable:
        relation, rows = session.parquet(files[which])
        columns = {n: c for n, c in session.columns(relation).items() if n != ROW}
        last = [file.rsplit("/", 1)[-1] for file in files[which]]
        return SqlTable(last[0] if len(last) == 1 else which, relation, columns, ROW, rows)

    def opened() -> SqlSource:
        path = () if "://" in given else (Path(given),)
        stem = Path(given).stem
        return source_of(
            session,
            framework,
            list(files),
            open_files,
            keys,
            main=table,
            stem=stem,
            files=path,
            ordered=True,
        )

    return _closing(session, opened)


def _is_parquet(file: Path) -> bool:
    return file.suffix.lower() == ".parquet"


def _in_spark(
    session: SparkSession, framework: Framework, keys: Sequence[str], name: str
) -> SqlSource:
    *schema, main = name.split(".")

    def open_table(which: str) -> SqlTable:
        relation = ".".join(session.dialect.name(part) for part in (*schema, which))
        shown = ".".join([*schema, which])
        return SqlTable(f"table {shown}", relation, session.columns(relation))

    beside = [*(roster.name for roster in framework.rosters), PLACE]
    names = [main, *(which for which in beside if session.has(".".join([*schema, which])))]
    return source_of(session, framework, names, open_table, keys, main=main)


# -- PostgreSQL


def _open_postgres(
    given: str, framework: Framework, keys: Sequence[str], table: str | None
) -> Opened:
    from sojourn.engines.postgres_session import PostgresSession

    address, _, inside = given.partition("#")
    if not address.startswith(("postgresql://", "postgres://")):
        raise BadTableError("the engine postgres reads postgresql://HOST/DATABASE#TABLE")
    wanted = table or unquote(inside)
    if not wanted:
        raise BadTableError("name the table to read: postgresql://HOST/DATABASE#TABLE, or --table")
    session = PostgresSession(address)
    return _closing(session, lambda: _in_postgres(session, framework, keys, wanted))


def _in_postgres(
    session: PostgresSession, framework: Framework, keys: Sequence[str], wanted: str
) -> SqlSource:
    schema, names = session.tables_beside(wanted)
    main = _named("the database", names, wanted.rsplit(".", 1)[-1])

    def open_table(which: str) -> SqlTable:
        relation = f"{session.dialect.name(schema)}.{session.dialect.name(which)}"
        return SqlTable(f"table {which}", relation, session.columns(relation))

    def primary(table: SqlTable) -> tuple[str, ...]:
        return session.primary_key(table.relation)

    return source_of(session, framework, names, open_table, keys, main=main, primary=primary)


# -- all of them


def _named(where: str, names: Sequence[str], wanted: str | None) -> str | None:
    """The table that was named, if it is there."""
    if wanted is None or wanted in names:
        return wanted
    if wanted.lower() in names:
        return wanted.lower()
    raise BadTableError(f"{where} holds no table {wanted}")


def _closing(session: Session, opened: Callable[[], SqlSource]) -> Opened:
    """A session with what it opened; it is closed again where that fails."""
    try:
        return session, opened()
    except BaseException:
        session.close()
        raise
