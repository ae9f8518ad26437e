"""Column expressions as Polars writes them, and tables of its own kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add, and_, eq, floordiv, ge, gt, le, lt, mod, mul, ne, or_, sub
from typing import Any

import polars as pl

from sojourn.engines.columns import Expr, Kind, Named, translate

TYPES: dict[Kind, Any] = {
    Kind.BOOLEAN: pl.Boolean,
    Kind.SMALL: pl.Int16,
    Kind.WHOLE: pl.Int64,
    Kind.WIDE: pl.Int128,
    Kind.FLOAT: pl.Float64,
    Kind.TEXT: pl.String,
    Kind.DAY: pl.Date,
}

_OPERATORS: dict[str, Callable[..., Any]] = {
    "eq": eq,
    "ne": ne,
    "lt": lt,
    "le": le,
    "gt": gt,
    "ge": ge,
    "and": and_,
    "or": or_,
    "add": add,
    "sub": sub,
    "mul": mul,
    "floor": floordiv,
    "rest": mod,
    "not": lambda x: ~x,
    "abs": lambda x: x.abs(),
    "is_null": lambda x: x.is_null(),
    "year": lambda x: x.dt.year(),
    "month": lambda x: x.dt.month(),
    "day": lambda x: x.dt.day(),
    "sum": lambda x: x.sum(),
    "min": lambda x: x.min(),
    "max": lambda x: x.max(),
    "coalesce": pl.coalesce,
    "least": pl.min_horizontal,
    "greatest": pl.max_horizontal,
    "total": pl.sum_horizontal,
    "is_in": lambda x, *values: reduce(or_, (x == value for value in values)),
    # Polars divides by one fixed number through its reciprocal, which can differ in the last
    # digit; by a column it divides exactly.
    "ratio": lambda x, by: x / (by + x * 0),
}


def _one(node: Expr, parts: list[pl.Expr]) -> pl.Expr:
    found: pl.Expr
    match node.op:
        case "col":
            found = pl.col(node.value)
        case "lit":
            _, value, kind = node.value
            found = pl.lit(value, TYPES[kind] if kind else None)
        case "cast":
            found = parts[0].cast(TYPES[node.value])
        case "contains":
            found = parts[0].str.contains(node.value, literal=True)
        case "trim":
            found = parts[0].str.strip_chars(node.value)
        case "case":
            chosen = pl.when(parts[0]).then(parts[1])
            found = chosen.otherwise(parts[2]) if len(parts) > 2 else chosen
        case _:
            found = _OPERATORS[node.op](*parts)
    return found


@dataclass(frozen=True)
class PolarsFrame:
    """A lazy table of Polars."""

    native: pl.LazyFrame

    def with_columns(self, columns: Iterable[Named]) -> PolarsFrame:
        return PolarsFrame(self.native.with_columns(_printed(columns)))

    def select(self, columns: Iterable[Named]) -> PolarsFrame:
        return PolarsFrame(self.native.select(_printed(columns)))

    def added_up(self, by: str, columns: Iterable[Named]) -> PolarsFrame:
        return PolarsFrame(self.native.group_by(by).agg(_printed(columns)))

    def joined(self, other: PolarsFrame, *on: str) -> PolarsFrame:
        # Polars promises the order of the rows only when asked.
        joined = self.native.join(other.native, on=list(on), how="left", maintain_order="left")
        return PolarsFrame(joined)


def _printed(columns: Iterable[Named]) -> list[pl.Expr]:
    named = list(columns)
    printed = translate([column.expr for column in named], _one)
    return [expr.alias(column.name) for expr, column in zip(printed, named, strict=True)]
