"""A cell means the same to every reader, the unusable ones included."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.engines.frames import UNIT
from sojourn.engines.lowering import ALSO
from sojourn.engines.polars_reader import FLAG, Raw, read_table, texts
from sojourn.framework.model import Question
from sojourn.framework.types import DECIMAL_PLACES, Codes, Number
from sojourn.framework.values import Missing, Selection
from sojourn.language import AnswerError, read_value
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
        st.sampled_from([-999.0, -1.0, 1.0, 2.0, 99.5, 0.1 + 0.2, 1e12, 1e15, -1.0000001, 1e-7])
        | st.floats()
        | st.floats(-1e12, 1e12)
        | st.integers(-(10**13), 10**13).map(float)
        | st.decimals(-1000, 1000, places=7).map(float),
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


@pytest.mark.parametrize("kind", QUESTIONS)
@pytest.mark.parametrize("column", COLUMNS)
@given(data=st.data())
def test_polars_reads_a_cell_as_defined(kind: str, column: str, data: st.DataObject) -> None:
    question, (dtype, values) = QUESTIONS[kind], COLUMNS[column]
    if column == "String":
        values = cells.texts(question)
    drawn = data.draw(st.lists(values | st.none(), min_size=1, max_size=20))
    raw = raw_table(drawn, dtype)
    written = texts(raw, [question]).collect()["q"].to_list()
    defined = {text: by_definition(question, text) for text in written}
    assert dict(zip(written, readings(question, raw), strict=True)) == defined


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
