"""Small values between a sample and what is estimated from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sojourn.survey.units import WEIGHT, Bools, Floats, Ints

GROUP = "__group"
"""The column with the number of the domain of a row."""


@dataclass(frozen=True)
class Groups:
    """The domains that some columns part a table into, in order.

    `keys` are their categories as text, one tuple for each; `table` joins the columns' values to
    the number of the domain.
    """

    by: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    table: pl.DataFrame

    @property
    def count(self) -> int:
        return len(self.keys)


EVERYBODY = Groups((), ((),), pl.DataFrame({GROUP: [0]}, schema={GROUP: pl.UInt32}))


@dataclass(frozen=True)
class Facts:
    """Of a column of numbers: whether some are missing, whether all others are 0 or 1, and a number
    amid them."""

    has_missing: bool
    is_binary: bool
    middle: float


@dataclass(frozen=True)
class Summed:
    """What is added up over rows: an expression, times the weight or counted. Without an
    expression it is 1 for every row."""

    expr: pl.Expr | None
    is_weighted: bool = True

    def sum(self, *, some_weigh_nothing: bool = True) -> pl.Expr:
        """As an aggregate. What has no weight is not counted."""
        weight = pl.col(WEIGHT)
        if self.is_weighted:
            return (weight if self.expr is None else self.expr * weight).sum()
        if some_weigh_nothing:
            there = weight != 0
            counted = there if self.expr is None else there & (self.expr != 0)
            return counted.sum().cast(pl.Float64)
        counted = pl.len() if self.expr is None else (self.expr != 0).sum()
        return counted.cast(pl.Float64)

    @property
    def each(self) -> pl.Expr:
        """Of each row, without its weight."""
        return pl.lit(1.0) if self.expr is None else self.expr


@dataclass(frozen=True)
class Sums:
    """Sums of units in domains, in the order of domain and unit (of the last stage).

    `values` has one column for each name. A unit without a member of a domain has no row there.
    """

    groups: Groups
    unit: Ints
    group: Ints
    values: Floats
    names: tuple[str, ...]

    def totals(self) -> Floats:
        """The sums over all units (domains x names)."""
        found = np.zeros((self.groups.count, len(self.names)))
        np.add.at(found, self.group, self.values)
        return found


@dataclass(frozen=True)
class Rows:
    """Rows one by one, in the order of the table: which row it is (from 0), the unit, the domain,
    the weight, the values.

    `weights` (rows x replicates) are the replicate weights where the design has some, as they take
    the place of the weight.
    """

    row: Ints
    unit: Ints
    group: Ints
    weight: Floats
    values: Floats
    weights: Floats | None = None

    def of(self, which: Bools) -> Rows:
        """Some of them."""
        return Rows(
            self.row[which],
            self.unit[which],
            self.group[which],
            self.weight[which],
            self.values[which],
            None if self.weights is None else self.weights[which],
        )
