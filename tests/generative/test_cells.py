"""A cell means the same to every reader, the unusable ones included."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sojourn.engines import sql_reader
from sojourn.engines.columns import Kind
from sojourn.engines.frames import UNIT
from sojourn.engines.lowering import ALSO
from sojourn.engines.polars_reader import Raw, read_table, texts
from sojourn.engines.reading import FLAG
from sojourn.engines.sql_session import Session
from sojourn.framework.model import Question
from sojourn.framework.types import DECIMAL_PLACES, Codes, Date, Number
from sojourn.framework.values import Missing, Selection
from sojourn.language import AnswerError, read_value
from tests import sessions
from tests.gaps import holdable
from tests.generative import cells
from tests.generative.cells import QUESTIONS

UNUSABLE, NOTHING = "unusable", "nothing"

_NUMBERS = st.sampled_from([-999, -1, 0, 1, 2, 888])
COLUMNS: dict[str, tuple[pl.DataType | type[pl.DataType], st.SearchStrategy[Any]]] = {
    "String": (pl.String, st.nothing()),
    "Int64": (
        pl.Int64,
        _NUMBERS | st.integers(-(2**63), 2**63 - 1),
    ),
    "Int16": (
        pl.Int16,
        _NUMBERS | st.integers(-(2**15), 2**15 - 1),
    ),
    "UInt64": (pl.UInt64, st.integers(0, 2**64 - 1)),
    "Float64": (
        pl.Float64,
        st.sampled_from(
            [-999.0, -1.0, 1.0, 2.0, 99.5, 0.1 + 0.2, 1e12, 1e15, -1.0000001, 1e-7, 2.0**63, 1e300]
        )
        | st.floats()
        | st.floats(-1e12, 1e12)
        | st.integers(-(10**13), 10**13).map(float)
        | st.decimals(-1000, 1000, places=7).map(float)
        | st.integers(-(10**9), 10**9).map(lambda n: (n + 0.5) / 10**6)
        | st.decimals(-(10**9), 10**9, places=6).map(float),
    ),
    "Float32": (pl.Float32, st.sampled_from([-999.0, -1.0, 1.0, 0.5]) | st.floats(width=32)),
    "Boolean": (pl.Boolean, st.booleans()),
    "Date": (pl.Date, st.dates()),
    "Datetime": (pl.Datetime("us"), st.datetimes()),
    "Decimal": (pl.Decimal(20, 7), st.decimals(-(10**12), 10**12, places=7)),
}


def by_definition(question: Question, text: str | None) -> object:
    """What a cell is by `read_value`: a plain value, NOTHING, or UNUSABLE."""
    try:
        value = read_value(question, text)
    except AnswerError:
        return UNUSABLE
    if isinstance(value, Missing):
        return NOTHING
    if isinstance(value, Selection):
        return value.codes, value.also is not None
    if isinstance(question.type, Number):
        return int(value * 10**question.type.places)
    return value


def by_polars(question: Question, row: dict[str, Any]) -> object:
    """The same of a row that the Polars reader left."""
    value = row[question.name]
    if row[FLAG + question.name]:
        return UNUSABLE if value is None else ("flagged and kept", value)
    if value is None:
        return NOTHING
    if isinstance(question.type, Codes):
        return frozenset(value.split()) & {*question.type.codes}, row[question.name + ALSO]
    return value


def readings(question: Question, raw: Raw) -> list[object]:
    frame, _ = read_table(raw, [question])
    return [by_polars(question, row) for row in frame.collect().iter_rows(named=True)]


def raw_table(
    cells: list[Any], dtype: pl.DataType | type[pl.DataType], trim: frozenset[str] | None = None
) -> Raw:
    frame = pl.DataFrame({UNIT: range(len(cells)), "q": pl.Series(cells, dtype=dtype)})
    return Raw(frame.lazy(), frame.schema, {"q": "q"}, trim)


SHARES = {"polars": 4, "duckdb": 8, "postgres": 12, "spark": 12}
"""Of how many examples each engine gets one: most of the time of an example goes by before and
after it reads cells, so columns are long and few."""


def column_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """The cells of one column, some of them empty."""
    return st.lists(values | st.none(), min_size=12, max_size=40)


def some(engine: str) -> settings:
    """The share of examples that an engine gets."""
    return settings(max_examples=max(settings().max_examples // SHARES[engine], 5))


@pytest.mark.parametrize("kind", QUESTIONS)
@pytest.mark.parametrize("column", COLUMNS)
@some("polars")
@given(data=st.data())
def test_polars_reads_a_cell_as_defined(kind: str, column: str, data: st.DataObject) -> None:
    question, (dtype, values) = QUESTIONS[kind], COLUMNS[column]
    if column == "String":
        values = cells.texts(question)
    drawn = data.draw(column_of(values))
    raw = raw_table(drawn, dtype)
    written = texts(raw, [question]).collect()["q"].to_list()
    defined = {text: by_definition(question, text) for text in written}
    assert dict(zip(written, readings(question, raw), strict=True)) == defined


WORDS = {
    "Int64": "BIGINT",
    "Int16": "SMALLINT",
    "Float64": "DOUBLE",
    "Float32": "FLOAT",
    "Boolean": "BOOLEAN",
    "Date": "DATE",
    "Datetime": "TIMESTAMP",
    "Decimal": "DECIMAL(20,7)",
}
"""The types of columns in SQL, but for those that an engine calls by another name."""
OTHER_WORDS = {
    ("duckdb", "UInt64"): "UBIGINT",
    ("postgres", "Float64"): "DOUBLE PRECISION",
    ("postgres", "Float32"): "REAL",
    ("spark", "Datetime"): "TIMESTAMP_NTZ",
}


def sql_table(session: Session, cells: list[Any], word: str) -> sql_reader.Raw:
    """A table of one column `q`, as a query that holds it."""
    dialect = session.dialect
    rows = [
        f"({at}, {'NULL' if cell is None else f'CAST({dialect.text(str(cell))} AS {word})'})"
        for at, cell in enumerate(cells)
    ]
    both = f"(SELECT unit, CAST(q AS {word}) AS q FROM (VALUES {', '.join(rows)}) AS v(unit, q))"
    found = session.columns(f"{both} AS t")
    holds = {name: column.holds for name, column in found.items() if column.holds}
    return sql_reader.Raw(f"{both} AS t", holds, {"q": "q"}, {UNIT: ("unit", Kind.WHOLE)})


@pytest.mark.parametrize("kind", QUESTIONS)
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("engine", sessions.SQL_ENGINES)
def test_every_engine_reads_a_cell_as_defined(engine: str, kind: str, column: str) -> None:
    session, (dtype, values) = sessions.session(engine), COLUMNS[column]
    question = QUESTIONS[kind]
    text = session.dialect.types[Kind.TEXT] if column == "String" else ""
    word = text or OTHER_WORDS.get((engine, column)) or WORDS.get(column)
    if word is None or (column == "Datetime" and not isinstance(question.type, Date)):
        return  # the engine has no such type, or refuses such a column before it is read
    if column == "String":
        values = cells.texts(question).map(lambda cell: holdable(engine, cell))

    @some(engine)
    @example(drawn=[2.0**63, -1e300, 1.0] if column == "Float64" else [None])
    @example(drawn=[36360152.0, 16777216.0, -0.0] if column == "Float32" else [None])
    @given(drawn=column_of(values))
    def look(drawn: list[Any]) -> None:
        written = texts(raw_table(drawn, dtype), [question]).collect()["q"].to_list()
        raw = sql_table(session, drawn, word)
        frame, _ = sql_reader.read_table(session.dialect, raw, [question])
        rows = sessions.collected(session, frame).sort(UNIT).rows(named=True)
        found = [by_polars(question, row) for row in rows]
        defined = {text: by_definition(question, text) for text in written}
        assert dict(zip(written, found, strict=True)) == defined

    look()


@pytest.mark.parametrize("kind", QUESTIONS)
@given(data=st.data())
def test_reading_without_trimming_never_changes_an_answer(kind: str, data: st.DataObject) -> None:
    question = QUESTIONS[kind]
    drawn = data.draw(st.lists(cells.texts(question), min_size=1, max_size=20))
    found = readings(question, raw_table(drawn, pl.String, trim=frozenset()))
    for cell, reading in zip(drawn, found, strict=True):
        assert reading in (UNUSABLE, by_definition(question, cell))


def test_decimals_have_the_places_that_readers_keep() -> None:
    kind = QUESTIONS["decimal"].type
    assert isinstance(kind, Number)
    assert kind.places == DECIMAL_PLACES
