"""What a model explains with: columns of a table as one matrix with named columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sojourn.survey.numbers import ROW, category, in_order, no_such_column, number
from sojourn.survey.problems import SurveyError

Floats = NDArray[np.float64]

INTERCEPT = "(intercept)"
_NAMED_AT_MOST = 5
_RANK = 1e-10
"""Columns whose part of their own, once they are of length 1, is smaller than this have none."""


@dataclass(frozen=True)
class Covariates:
    """By which columns something is explained.

    `numbers` enter as they are. Each of `categories` enters as one column of 0 and 1 for each of
    its categories; the first is left out where there is an `intercept`, here or in what learns from
    the columns (`has_own`), and is what the others are compared with. `levels` are the categories
    in order; those of the table where it is empty.
    """

    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    intercept: bool = True
    levels: tuple[tuple[str, ...], ...] = field(default=())
    has_own: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that are read."""
        return (*self.numbers, *self.categories)

    def learned(self, table: pl.DataFrame) -> Covariates:
        """The same, with the categories that there are in this table."""
        found = []
        for name in self.categories:
            cells = table.select(category(table.schema, name)).to_series()
            found.append(tuple(in_order(cells.drop_nulls().unique())))
        return replace(self, levels=tuple(found))

    def matrix(self, table: pl.DataFrame) -> tuple[tuple[str, ...], Floats]:
        """The names of its columns, and the matrix (rows x columns). NaN where a cell is empty.

        Raises `SurveyError` where a column is missing, holds text in place of numbers, or a
        category that was not there when the levels were learned.
        """
        for name in self.columns:
            if name not in table.schema:
                raise no_such_column(name, table.schema)
        frame = table.lazy().with_row_index(ROW, 1)
        names: list[str] = []
        parts: list[Floats] = []
        if self.intercept:
            names.append(INTERCEPT)
            parts.append(np.ones(table.height))
        for name in self.numbers:
            values = frame.select(number(frame, table.schema, name).alias(name)).collect()
            names.append(name)
            parts.append(values.to_series().cast(pl.Float64).fill_null(np.nan).to_numpy())
        levels = self.levels or self.learned(table).levels
        for at, name in enumerate(self.categories):
            cells = table.select(category(table.schema, name)).to_series()
            new = set(cells.drop_nulls().unique()) - set(levels[at])
            if new:
                raise SurveyError(
                    f"the column {name} holds categories that the model has not seen: "
                    f"{named(sorted(new))}; join them with others before"
                )
            first = 1 if self.intercept or self.has_own or at > 0 else 0
            for level in levels[at][first:]:
                names.append(f"{name} = {level}")
                here = (cells == level).cast(pl.Float64)
                parts.append(here.fill_null(np.nan).to_numpy())
        if not parts:
            raise SurveyError("a model needs an intercept or at least one column to explain with")
        return tuple(names), np.column_stack(parts).astype(np.float64)


def named(items: Sequence[object]) -> str:
    """The first few of a list, and how many more there are."""
    shown = ", ".join(str(item) for item in items[:_NAMED_AT_MOST])
    more = len(items) - _NAMED_AT_MOST
    return f"{shown} and {more} more" if more > 0 else shown


def check_complete(names: Sequence[str], matrix: Floats, rows: Sequence[str], what: str) -> None:
    """Raises `SurveyError` for the first column with empty cells, naming the rows."""
    for name, column in zip(names, matrix.T, strict=True):
        empty = np.flatnonzero(np.isnan(column))
        if len(empty):
            raise SurveyError(
                f"{name} is missing for {named([rows[int(at)] for at in empty])}; every {what} "
                "needs all columns that the model explains with"
            )


def check_apart(names: Sequence[str], matrix: Floats, what: str) -> None:
    """Raises `SurveyError` where a column follows from those before it, or rows are too few."""
    length = np.sqrt((matrix**2).sum(axis=0))
    zero = [name for name, size in zip(names, length, strict=True) if size == 0]
    if zero:
        raise SurveyError(f"{named(zero)} is 0 in every {what} with an estimate; leave it out")
    own = np.abs(np.diag(np.linalg.qr(matrix / length)[1]))
    if len(own) < matrix.shape[1]:
        raise SurveyError(
            f"{matrix.shape[0]} {what}s cannot tell {matrix.shape[1]} coefficients apart; explain "
            "with fewer columns"
        )
    for name, size in zip(names, own, strict=True):
        if size < _RANK:
            raise SurveyError(
                f"{name} follows from the columns before it, so their parts cannot be told apart; "
                "leave one of them out"
            )


def texts(table: pl.DataFrame, name: str, what: str) -> list[str]:
    """A column of names, all given and each once.

    Raises `SurveyError` for a missing column, an empty cell, or a name that comes twice.
    """
    if name not in table.schema:
        raise no_such_column(name, table.schema)
    cells = table.select(category(table.schema, name).alias(name)).to_series()
    empty = cells.null_count()
    if empty:
        raise SurveyError(f"the column {name} is empty in {empty} rows; each row is one {what}")
    twice = cells.filter(cells.is_duplicated()).unique().sort().to_list()
    if twice:
        raise SurveyError(f"{name}: {named(twice)} stands in more than one row; give one row each")
    return [str(cell) for cell in cells]
