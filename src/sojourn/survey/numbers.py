"""Columns as numbers and as categories, with what cannot be told by its row and column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import polars as pl

from sojourn.survey.problems import SurveyError

ROW = "__row"
"""The column that numbers the rows of a table made ready, from 1."""

_TRUTH = {"true": 1.0, "false": 0.0}


def number(frame: pl.LazyFrame, schema: pl.Schema, name: str) -> pl.Expr:
    """A column as numbers, checked; see `as_number`."""
    value, checks = as_number(schema, name)
    refuse_rows(frame, checks)
    return value


def as_number(schema: pl.Schema, name: str) -> tuple[pl.Expr, list[tuple[pl.Expr, str]]]:
    """A column as numbers, null where the cell is empty or holds no number (NaN), and what must
    hold of no row for that, for `refuse_rows`.

    Text is read as numbers, `true` and `false` as 1 and 0, and `NA` (as R writes it) as nothing.
    A cell that holds something else, and a number without end, are to be refused. Raises
    `SurveyError` where there is no such column, and where it holds no numbers at all.
    """
    if name not in schema:
        raise no_such_column(name, schema)
    column, kind = pl.col(name), schema[name]
    if kind == pl.Boolean or kind.is_integer() or kind.is_decimal():
        return column.cast(pl.Float64), []
    if kind.is_float():
        endless = (column.is_infinite(), f"the column {name} holds a number without end")
        return column.cast(pl.Float64).fill_nan(None), [endless]
    if kind == pl.Null:
        return pl.lit(None, dtype=pl.Float64), []
    if kind not in (pl.String, pl.Categorical, pl.Enum):
        raise SurveyError(f"the column {name} holds {kind}, which is no number")
    text = column.cast(pl.String).str.strip_chars()
    text = pl.when(~text.is_in(["", "NA", "NaN"])).then(text)
    read = text.cast(pl.Float64, strict=False)
    truth = text.str.to_lowercase().replace_strict(_TRUTH, default=None, return_dtype=pl.Float64)
    value = pl.coalesce(read, truth)
    wrong = text.is_not_null() & (value.is_null() | value.is_infinite() | value.is_nan())
    return value, [(wrong, f"the column {name} is no number")]


def category(schema: pl.Schema, name: str) -> pl.Expr:
    """A column as text of categories; null where the cell is empty."""
    if name not in schema:
        raise no_such_column(name, schema)
    text = pl.col(name)
    if schema[name].is_float():
        # A code that went through a program without whole numbers: 1.0 is 1.
        whole = text.fill_nan(None).round(0).cast(pl.Int64, strict=False)
        is_whole = whole.cast(pl.Float64) == text
        return (
            pl.when(is_whole)
            .then(whole.cast(pl.String))
            .otherwise(text.fill_nan(None).cast(pl.String))
        )
    text = text.cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def key(schema: pl.Schema, name: str) -> pl.Expr:
    """A column as what rows are put together by: as `category`, but whole numbers stay numbers,
    which are quicker to compare. Null where the cell is empty."""
    if name not in schema:
        raise no_such_column(name, schema)
    if schema[name].is_integer() or schema[name] == pl.Boolean:
        return pl.col(name)
    return category(schema, name)


def in_order(categories: Iterable[str]) -> list[str]:
    """Categories as people expect them: numbers by size where all are numbers, else by text."""
    found = list(categories)
    try:
        return sorted(found, key=lambda text: (float(text), text))
    except ValueError:
        return sorted(found)


def no_such_column(name: str, schema: Collection[str]) -> SurveyError:
    """For a name that no column has, with those that are nearest to it."""
    own = [column for column in schema if not column.startswith("__")]
    near = get_close_matches(name, own, 3) or own[:8]
    more = "" if len(own) <= len(near) else ", ..."
    return SurveyError(f"there is no column {name}; there are: {', '.join(near)}{more}")


def refuse_rows(
    frame: pl.LazyFrame, checks: Sequence[tuple[pl.Expr, str]], more: Sequence[pl.Expr] = ()
) -> tuple[Any, ...]:
    """Raises `SurveyError` with the first row, and how many there are, for the first check that
    some row meets. Answers `more`, aggregates that are found in the same pass over the table."""
    if not checks and not more:
        return ()
    counts = [bad.sum().alias(f"n{at}") for at, (bad, _text) in enumerate(checks)]
    asked = [each.alias(f"m{at}") for at, each in enumerate(more)]
    found = frame.select(*counts, *asked).collect(engine="streaming")
    for at, (bad, text) in enumerate(checks):
        if count := found.item(0, f"n{at}"):
            first = frame.filter(bad).select(pl.col(ROW).min()).collect(engine="streaming").item()
            raise SurveyError(_told(text, first, count))
    return tuple(found.item(0, f"m{at}") for at in range(len(more)))


def _told(text: str, row: int, count: int) -> str:
    more = "" if count == 1 else f" and {count - 1} more"
    return f"{text}: row {row}{more}"
