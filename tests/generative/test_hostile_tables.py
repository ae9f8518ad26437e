"""Whatever a table's columns are called and hold: the findings of Polars, or a plain refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import polars as pl
import polars.selectors as cs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sojourn.language import load_framework
from sojourn.standards.csv_check import BadTableError
from tests import sessions
from tests.cli.conftest import FRAMEWORK
from tests.tables.conftest import Folder
from tests.tables.putting import Put

SMALL = load_framework(FRAMEWORK)
PARTS = {"duckdb": 1, "postgres": 2, "spark": 12}
"""Of how many examples each engine gets one."""

_NASTY = "\"'`\\;-%{}[]()$:.,/|*?<>&=~^#@! \t\n\u00a0\u200b\u0130\u0131\u00df\ufb01\u202eé字🧭"
_SQL = [
    *(
        "select",
        "from",
        "order",
        "group",
        "user",
        "table",
        "null",
        "true",
        "row",
        "unit",
        "t",
        "o1",
    ),
    *(
        "c0",
        "c1",
        "v1",
        "__row",
        "__unit",
        "__at",
        "__file",
        "__kept__age",
        "__unusable",
        "__where",
    ),
    *(
        "age' --",
        'x"; DROP TABLE main; --',
        "`; DROP TABLE main; --",
        "\\",
        "\\'",
        "''",
        "$$",
        "{0}",
    ),
    *(
        "%s",
        ":name",
        "?",
        "file_row_number",
        "filename",
        "_metadata",
        "AGE",
        "Village",
        "ID",
        "__AGE",
    ),
]
NAMES = st.one_of(
    st.sampled_from(_SQL),
    st.text(st.sampled_from(_NASTY + "ab"), min_size=1, max_size=6),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6),
    st.sampled_from(["n" * 200, '"' * 200, "é" * 100]),
)
TEXTS = st.one_of(
    st.none(),
    st.sampled_from(_SQL),
    st.text(st.sampled_from(_NASTY + "ab1"), max_size=8),
    st.sampled_from(["x" * 5000, "16", "no", "parent", "'); DROP TABLE main; --", "\\N", "NULL"]),
)
_WHOLES = {"Int8": pl.Int8, "UInt8": pl.UInt8, "UInt64": pl.UInt64, "Int128": pl.Int128}
COLUMNS: dict[str, pl.Series] = {
    "list": pl.Series([[1], None, [2, 3]]),
    "nested": pl.Series([[{"a": ["x"]}], None, []]),
    "array": pl.Series([[1, 2], None, [3, 4]], dtype=pl.Array(pl.Int64, 2)),
    "struct": pl.Series([{"a": 1, 'b"': "x"}, None, {"a": 2, 'b"': "y"}]),
    "time": pl.Series([time(1), None, time(23, 59)]),
    "interval": pl.Series([timedelta(1), None, timedelta(seconds=1)]),
    "bytes": pl.Series([b"16", None, b"\xff"]),
    "moment with a zone": pl.Series([datetime(2024, 1, 1, tzinfo=UTC), None, None]),
    "moment": pl.Series([datetime(2024, 1, 1), None, datetime(1, 1, 1)]),  # noqa: DTZ001 - that is the kind
    "nanoseconds": pl.Series([datetime(2024, 1, 1), None, None], dtype=pl.Datetime("ns")),  # noqa: DTZ001 - as above
    "category": pl.Series(["16", None, "17"], dtype=pl.Categorical),
    "closed list": pl.Series(["16", None, "17"], dtype=pl.Enum(["16", "17"])),
    "nothing": pl.Series([None, None, None], dtype=pl.Null),
    "wide decimal": pl.Series([Decimal(16), None, Decimal(10**30)], dtype=pl.Decimal(38, 0)),
    "day": pl.Series([date(2024, 1, 1), None, date(1, 1, 1)]),
    "boolean": pl.Series([True, None, False]),
    "short float": pl.Series([1.5, None, float("nan")], dtype=pl.Float32),
    **{name: pl.Series([1, None, 2], dtype=kind) for name, kind in _WHOLES.items()},
    "too large": pl.Series([2**63, None, 16], dtype=pl.UInt64),
}


REFUSED_ALONE = {
    "duckdb": (
        r"cannot tell apart",
        r"not one answer in each row",
        r"is not about a day",
        r"(BLOB|binary), which cannot be carried",  # only Polars has Int128 in Parquet
    ),
    "spark": (
        r"(BLOB|binary), which cannot be carried",
        r"not one answer in each row",
        r"is not about a day",
        r"cannot read files with a column of times of day",
        r"column __(file|at) has a name that is kept for ourselves",
    ),
    "postgres": (r"not one answer in each row", r"is not about a day"),
}
"""What an engine refuses although Polars does not."""


Written = TypeVar("Written")


def _said(
    run: Callable[[], object], output: Path, read: Callable[[Path], Written]
) -> Written | str:
    """What was written, or what was said instead."""
    try:
        run()
    except BadTableError as error:
        return str(error)
    return read(output)


def compare(engine: str, main: pl.DataFrame, ending: str = "parquet", **options: Any) -> None:
    """Look that an engine finds what Polars finds, or says in plain words why not."""
    with TemporaryDirectory() as path:
        put = Put(Folder(Path(path), SMALL), engine, ending)
        given = put.put("hostile", main)
        one = _said(
            lambda: put.run(given, "one.parquet", **options),
            put.folder.path / "one.parquet",
            pl.read_parquet,
        )
        other = _said(
            lambda: put.folder.run("hostile", output="other.parquet", **options),
            put.folder.path / "other.parquet",
            pl.read_parquet,
        )
    if isinstance(one, pl.DataFrame) and isinstance(other, pl.DataFrame):
        assert one.columns == other.columns
        # Spark has no whole numbers without a sign, and holds them as decimals without places.
        whole = cs.by_dtype(pl.Decimal(20, 0)).cast(pl.UInt64)
        rows = [sorted(map(str, found.with_columns(whole).rows())) for found in (one, other)]
        assert rows[0] == rows[1]
    elif isinstance(other, pl.DataFrame):
        assert any(re.search(reason, str(one)) for reason in REFUSED_ALONE[engine]), one
    else:
        # In Parquet an interval is a whole number, but for a note that only Polars reads.
        assert isinstance(one, str) or "Duration" in other, other


@pytest.mark.parametrize("engine", sessions.SQL_ENGINES)
def test_names_and_texts_are_never_read_as_anything_else(engine: str) -> None:
    sessions.session(engine)

    @settings(max_examples=max(settings().max_examples // PARTS[engine], 5))
    @given(data=st.data())
    def look(data: st.DataObject) -> None:
        names = data.draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
        heading = data.draw(NAMES.map(lambda name: f"{name}/safe") | st.just("safe"))
        assume(heading not in names and not {"id", "age", "village"} & {*names})
        if engine == "postgres":  # which cuts names after 63 bytes
            assume(all(len(name.encode()) <= 63 for name in (*names, heading)))
        cells = {name: data.draw(st.lists(TEXTS, min_size=3, max_size=3)) for name in names}
        main = pl.DataFrame(
            {
                "id": ["1", "2", "3"],
                "age": ["16", None, "40"],
                heading: data.draw(st.lists(TEXTS, min_size=3, max_size=3)),
                **cells,
            },
            schema_overrides=dict.fromkeys((heading, *names), pl.String),
        )
        keep = data.draw(st.sampled_from([(), (names[0],)]))
        keys = data.draw(st.sampled_from([("id",), (names[0],)]))
        ending = data.draw(st.sampled_from(["parquet", "csv"])) if engine == "duckdb" else "parquet"
        compare(
            engine, main, ending, keep=keep, keys=keys, refuse_unusable=data.draw(st.booleans())
        )

    look()


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("heading", ["age", "id"])
@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_a_parquet_column_of_any_type(engine: str, heading: str, kind: str) -> None:
    sessions.session(engine)
    others = {"age": ["16", None, "40"], "id": ["1", "2", "3"], "safe": ["no", "yes", None]}
    main = pl.DataFrame({**others, heading: COLUMNS[kind]})
    compare(engine, main, keep=("safe",), refuse_unusable=False)


DATABASE_TYPES = {
    "duckdb": [
        *(
            "INTERVAL '1 day'",
            "TIME '10:00'",
            "'10:00:00+02:00'::TIMETZ",
            "TIMESTAMPTZ '2024-01-01'",
        ),
        *("'ab'::BLOB", "'101'::BIT", "MAP {'a': 1}", "union_value(n := 1)", "[1, 2]", "{'a': 1}"),
        *("'x'::ENUM('x', 'y\"[')", "uuid()", "2::HUGEINT ** 100", "1::UHUGEINT", "'[1]'::JSON"),
        *(
            "'infinity'::DATE",
            "'infinity'::TIMESTAMPTZ",
            "'-infinity'::TIMESTAMP",
            "'nan'::DOUBLE",
            "'inf'::FLOAT",
            "NULL",
        ),
        *("TIMESTAMP_NS '2024-01-01'", "array_value(1, 2)", "1.5::DECIMAL(38, 10)", "true"),
    ],
    "postgres": [
        *("INTERVAL '1 day'", "TIME '10:00'", "TIMETZ '10:00+02'", "TIMESTAMPTZ '2024-01-01'"),
        *(
            "'ab'::bytea",
            "B'101'",
            "ARRAY[1, 2]",
            "ROW(1, 'a')::pg_temp.pair",
            "'{\"a\": 1}'::json",
        ),
        *("'{}'::jsonb", "'<a/>'::xml", "'1.50'::money", "'127.0.0.1'::inet", "'a b'::tsvector"),
        *("int4range(1, 2)", "point(1, 2)", "'x'::char(5)", "'x'::name", "'x'::\"char\"", "NULL"),
        *("gen_random_uuid()", "'NaN'::numeric", "'Infinity'::float8", "'infinity'::date"),
        *("'-infinity'::timestamp", "1e30::numeric", "true", "'4713-01-01 BC'::date", "1::oid"),
    ],
}
"""Values of every type that a database has, as it writes them."""


@contextmanager
def _in_database(engine: str, folder: Path, value: str, heading: str) -> Iterator[str]:
    """The address of a table with one column of some type, and others that are plain."""
    other = "id" if heading == "age" else "age"
    query = f"SELECT {value} AS {heading}, CAST('1' AS VARCHAR) AS {other}, 'no' AS safe"
    if engine == "duckdb":
        import duckdb

        with duckdb.connect(folder / "odd.duckdb") as database:
            database.execute(f"CREATE TABLE main AS {query}")
        yield str(folder / "odd.duckdb")
        return
    import psycopg

    address = sessions.postgres_address()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(b"DROP SCHEMA IF EXISTS odd CASCADE")
        connection.execute(b"CREATE SCHEMA odd")
        connection.execute(b"CREATE TYPE odd.pair AS (a int, b text)")
        made = f"CREATE TABLE odd.main AS {query}".replace("pg_temp.pair", "odd.pair")
        connection.execute(made.encode())
        yield f"{address}#odd.main"


@pytest.mark.parametrize("heading", ["age", "id"])
@pytest.mark.parametrize(
    ("engine", "value"), [(engine, v) for engine, found in DATABASE_TYPES.items() for v in found]
)
def test_a_database_column_of_any_type(
    tmp_path: Path, engine: str, value: str, heading: str
) -> None:
    sessions.session(engine)
    put = Put(Folder(tmp_path, SMALL), engine)
    with _in_database(engine, tmp_path, value, heading) as given:
        for ending in ("csv", "parquet", "json", "xlsx"):
            output = tmp_path / f"out.{ending}"
            run = partial(put.run, given, output.name, keys=("id",), refuse_unusable=False)
            said = _said(run, output, lambda found: found.stat().st_size > 0)
            assert said is True or (heading in str(said) and not output.exists())
