"""Spark: its words, and a session on this machine or on a cluster."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate, count
from typing import Any

import polars as pl
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession as Spark
from pyspark.sql.pandas.types import to_arrow_schema

from sojourn.engines.columns import Kind
from sojourn.engines.sql_printing import Dialect
from sojourn.engines.sql_reader import Holds
from sojourn.engines.sql_session import BATCH, Column, EngineError, Result

_HOLDS = {
    "tinyint": Holds.INTEGER,
    "smallint": Holds.INTEGER,
    "int": Holds.INTEGER,
    "bigint": Holds.INTEGER,
    "string": Holds.TEXT,
    "varchar": Holds.OTHER,
    "char": Holds.OTHER,
    "double": Holds.FLOAT,
    "float": Holds.SHORT_FLOAT,
    "boolean": Holds.OTHER,
    "decimal": Holds.OTHER,
    "date": Holds.DAY,
    "timestamp_ntz": Holds.MOMENT,
}

_CARRIED = ("timestamp",)
"""Types that hold no answer, and can be carried along."""

_TYPES_IT_LACKS = ("PARQUET_TYPE_ILLEGAL", "PARQUET_TYPE_NOT_SUPPORTED", "UNSUPPORTED_TIME_TYPE")

_SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # what cannot be computed stops, it does not become null
    "spark.sql.caseSensitive": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH),
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.variable.substitute": "false",
}


_views = count(1)


class SparkDialect(Dialect):
    """How Spark writes what not all write alike."""

    types = {**Dialect.types, Kind.WIDE: "DECIMAL(38,0)", Kind.TEXT: "STRING"}

    def name(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def text(self, text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def divided(self, a: str, b: str, kind: Kind) -> str:
        """`div` gives 64 bits only, and `/` of decimals keeps six places and so 32 digits.

        For a divisor below a million the quotient could have more. It is divided by a million
        more, which fits, and the point is then taken out of the text.
        """
        if kind is not Kind.WIDE:
            return f"({a} div {b})"
        cut = f"({a} - {a} % {b})"
        by = f"(CAST({b} AS DECIMAL(7,0)) * CAST(1000000 AS DECIMAL(7,0)))"
        digits = f"replace(CAST(CAST({cut} / {by} AS DECIMAL(38,6)) AS STRING), '.', '')"
        small = f"CAST({digits} AS DECIMAL(38,0))"
        large = f"CAST({cut} / {b} AS DECIMAL(38,0))"
        return f"CASE WHEN {b} < 1000000 THEN {small} ELSE {large} END"

    def matches(self, text: str, pattern: str) -> str:
        return f"({text} RLIKE {self.text(pattern)})"

    def replaced(self, text: str, pattern: str, by: str) -> str:
        groups = by.replace("\\", "$")
        return f"regexp_replace({text}, {self.text(pattern)}, {self.text(groups)})"


class SparkSession:
    """The session that is there, or one on this machine with two processors."""

    dialect = SparkDialect()

    def __init__(self, spark: Spark | None = None) -> None:
        self._own = spark is None and Spark.getActiveSession() is None
        self.spark = spark or _started()
        for name, value in _SETTINGS.items():
            self.spark.conf.set(name, value)

    def columns(self, relation: str) -> Mapping[str, Column]:
        with _refusals():
            fields = self.spark.sql(f"SELECT * FROM {relation}").schema.fields
        types = {field.name: field.dataType.simpleString() for field in fields}
        return {
            name: Column(type_, _HOLDS.get(type_.split("(")[0])) for name, type_ in types.items()
        }

    def kept(self, name: str, column: Column) -> str | None:
        known = column.holds is not None or column.type in _CARRIED
        return self.dialect.name(name) if known else None

    def result(self, statement: str, names: Sequence[str]) -> Result:
        with _refusals():
            frame = self.spark.sql(statement)
            packed = frame.mapInArrow(_packed, "batch binary")
        return Result(_schema(frame, names), _unpacked(packed, names))

    def few(self, statement: str, names: Sequence[str]) -> pl.DataFrame:
        with _refusals():
            frame = self.spark.sql(statement)
            rows = [tuple(row) for row in frame.collect()]
        return pl.DataFrame(rows, schema=_schema(frame, names), orient="row")

    def parquet(self, files: Sequence[str]) -> tuple[str, int]:
        """A view of Parquet files with their rows numbered in `__row`, and how many there are.

        Spark reads files in any order; each row knows its file and its place in it. The rows are
        sorted before anything is computed: Spark looks at all of them twice to sort them.
        """
        with _refusals():
            given = self.spark.read.parquet(*files)
            kept = [name for name in ("__row", "__file", "__at") if name in given.columns]
            if kept:
                raise EngineError(
                    f"the column {kept[0]} has a name that is kept for ourselves; rename it"
                )
            rows = given.selectExpr(
                "*", "_metadata.file_path AS __file", "_metadata.row_index AS __at"
            )
            sizes = sorted(tuple(row) for row in rows.groupBy("__file").count().collect())
            starts = accumulate((n for _, n in sizes), initial=0)
            before = {file: start for (file, _), start in zip(sizes, starts, strict=False)}
            listed = ", ".join(f"{self.dialect.text(f)}, {n}L" for f, n in before.items())
            start = f"element_at(map({listed}), __file)" if before else "0L"
            name = f"sojourn_{next(_views)}"
            numbered = rows.selectExpr("*", f"{start} + __at + 1 AS __row").drop("__file", "__at")
            numbered.orderBy("__row").createOrReplaceTempView(name)
        return name, sum(n for _, n in sizes)

    def has(self, table: str) -> bool:
        """Whether a table of that name is there."""
        return bool(self.spark.catalog.tableExists(table))

    def close(self) -> None:
        if self._own:
            self.spark.stop()


def _started() -> Spark:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # What it writes there on an error holds statements, and a trace that nobody here can use.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    builder: Any = Spark.builder
    builder = builder.appName("sojourn")
    if "SPARK_MASTER" not in os.environ and "SPARK_REMOTE" not in os.environ:
        builder = builder.master("local[2]")
    builder = builder.config("spark.ui.enabled", "false")
    # What Spark logs may hold cells of the input.
    builder = builder.config("spark.log.level", "OFF")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    with _refusals():
        found: Spark = builder.getOrCreate()
    return found


def _schema(frame: Any, names: Sequence[str]) -> pl.Schema:
    empty = pl.from_arrow(to_arrow_schema(frame.schema, timezone="UTC").empty_table())
    if not isinstance(empty, pl.DataFrame):
        raise TypeError("a table becomes a table")
    return pl.Schema(zip(names, empty.dtypes, strict=True))


def _packed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each batch as the bytes of one cell, so that they come one by one and in order."""
    for batch in batches:
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        yield pa.record_batch({"batch": pa.array([sink.getvalue()], pa.binary())})


def _unpacked(packed: Any, names: Sequence[str]) -> Iterator[pl.DataFrame]:
    with _refusals():
        for row in packed.toLocalIterator():
            found = pl.read_ipc_stream(bytes(row[0]))
            found.columns = list(names)
            yield found


@contextmanager
def _refusals() -> Iterator[None]:
    """Say which kind of thing Spark refused; what it says about values stays inside."""
    try:
        yield
    except Py4JError as error:
        java = getattr(error, "java_exception", None)
        kind = java.getClass().getSimpleName() if java is not None else type(error).__name__
        raise EngineError(
            f"Spark could not read the tables to their end ({kind}); are the files whole?"
        ) from error
    except PySparkException as error:
        kind = error.getCondition() or type(error).__name__
        if kind in _TYPES_IT_LACKS:
            raise EngineError(
                "Spark cannot read files with a column of times of day, or of moments in "
                f"nanoseconds ({kind}); write it as text, or leave it out"
            ) from error
        if kind == "TABLE_OR_VIEW_NOT_FOUND":
            raise EngineError("Spark has no table of that name") from error
        raise EngineError(f"Spark stopped with {kind}") from error
