"""A table together with the design by which its rows were drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from sojourn.survey.adjusting import Adjustment
from sojourn.survey.binding import INSIDE, check, placed, weighted_by_sizes
from sojourn.survey.design import Design
from sojourn.survey.numbers import (
    ROW,
    as_number,
    category,
    in_order,
    key,
    no_such_column,
    number,
    refuse_rows,
)
from sojourn.survey.problems import SurveyError
from sojourn.survey.spread import Linearised
from sojourn.survey.sums import EVERYBODY, GROUP, Facts, Groups, Rows, Summed, Sums
from sojourn.survey.units import (
    WEIGHT,
    Floats,
    Ints,
    Units,
    read_units,
)

_UNIT = "__unit"
_THERE = "__there"
_PART = 50_000
"""Rows of a table that are multiplied with replicate weights in one go."""
_RANKED = 40
"""For each replicate so many rows are looked at to find the rank of all."""
_RANK = 1e-7
_BETWEEN = "\x1f"


@dataclass(frozen=True)
class Sample:
    """Rows and their design, checked. Make one with `Sample.of`.

    `frame` has the columns of the table, `ROW`, `WEIGHT`, `INSIDE` and those that name the sampled
    units.
    """

    frame: pl.LazyFrame
    schema: pl.Schema
    design: Design
    units: Units | None
    rows: int
    some_weigh_nothing: bool
    where: str = ""
    is_narrowed: bool = False
    adjustments: tuple[Adjustment, ...] = ()
    _checked: set[str] = field(default_factory=set, repr=False, compare=False)

    @classmethod
    def of(cls, rows: pl.DataFrame | pl.LazyFrame, design: Design) -> Sample:
        """Binds a table to its design.

        Raises `SurveyError` where a column is missing, a weight is missing, below zero or no
        number, the place of a row in the design is not known, or a population size cannot be. Rows
        with weight 0 stay in the design and add nothing to an estimate.
        """
        frame = rows.lazy()
        schema = frame.collect_schema()
        for name in design.columns:
            if name not in schema:
                raise no_such_column(name, schema)
        frame = frame.with_row_index(ROW, 1)
        frame = placed(frame, schema, design)
        count, some_weigh_nothing = check(frame, design)
        units = None
        if design.replicates is None and design.kind.has_design_error:
            sizes = [number(frame, schema, name).alias(name) for name in design.fpc]
            units = read_units(frame.with_columns(sizes), design)
            if design.weights is None and design.fpc:
                frame = weighted_by_sizes(frame, units)
        return cls(frame, schema, design, units, count, some_weigh_nothing)

    def only(self, condition: pl.Expr, words: str = "") -> Sample:
        """The same sample, of which rows that meet a condition are looked at. Those for which it is
        not known are outside. The others stay in the design."""
        inside = pl.col(INSIDE) & condition.fill_null(value=False)
        frame = self.frame.with_columns(inside.alias(INSIDE))
        return replace(self, frame=frame, where=words, is_narrowed=True)

    def number(self, name: str) -> pl.Expr:
        """A column as numbers; see `numbers.as_number`. It is checked once."""
        return self.numbers([name])[0]

    def numbers(self, names: Sequence[str]) -> list[pl.Expr]:
        """Several columns as numbers, checked in one pass."""
        found = [as_number(self.schema, name) for name in names]
        new = [
            check
            for name, (_value, checks) in zip(names, found, strict=True)
            if name not in self._checked
            for check in checks
        ]
        refuse_rows(self.frame, new)
        self._checked.update(names)
        return [value for value, _checks in found]

    def _named(self, names: Sequence[str]) -> list[pl.Expr]:
        return [value.alias(name) for name, value in zip(names, self.numbers(names), strict=True)]

    def category(self, name: str) -> pl.Expr:
        """A column as categories; see `numbers.category`."""
        return category(self.schema, name)

    def categories(self, name: str) -> list[str]:
        """The categories of a column among the rows that are looked at, in order."""
        found = self._looked_at.select(self.category(name).unique()).collect(engine="streaming")
        return in_order(found.to_series().drop_nulls().to_list())

    @property
    def _looked_at(self) -> pl.LazyFrame:
        return self.frame.filter(pl.col(INSIDE) & (pl.col(WEIGHT) != 0))

    @cached_property
    def _places(self) -> pl.DataFrame:
        assert self.units is not None  # noqa: S101 - only of samples with units
        return self.units.table.with_row_index(_UNIT)

    def facts(self, exprs: Mapping[str, pl.Expr]) -> dict[str, Facts]:
        """What is known of columns of numbers before anything is added up; in one pass."""
        if not exprs:
            return {}
        asked = [
            part
            for at, expr in enumerate(exprs.values())
            for part in (
                expr.null_count().alias(f"nulls{at}"),
                expr.min().alias(f"least{at}"),
                expr.max().alias(f"most{at}"),
                ((expr == 0) | (expr == 1)).all(ignore_nulls=True).alias(f"binary{at}"),
            )
        ]
        row = self.frame.select(asked).collect(engine="streaming").row(0, named=True)
        found = {}
        for at, name in enumerate(exprs):
            least, most = row[f"least{at}"], row[f"most{at}"]
            middle = 0.0 if least is None or most is None else (float(least) + float(most)) / 2
            found[name] = Facts(bool(row[f"nulls{at}"]), bool(row[f"binary{at}"]), middle)
        return found

    def groups(self, by: Sequence[str] = ()) -> Groups:
        """The domains that there are, in the order of their categories. A row of which a category
        is not known is in none.

        Raises `SurveyError` where no row is looked at.
        """
        if not by:
            return EVERYBODY
        found = self._looked_at.select(self._keys(by)).unique().collect(engine="streaming")
        return self._in_order(by, found.drop_nulls())

    def _keys(self, by: Sequence[str]) -> list[pl.Expr]:
        return [key(self.schema, name).alias(f"__by{at}") for at, name in enumerate(by)]

    def _in_order(self, by: Sequence[str], found: pl.DataFrame) -> Groups:
        """Domains from the combinations of values that there are."""
        if not found.height:
            raise SurveyError(f"no row that is looked at has a value in {', '.join(by)}")
        columns = [f"__by{at}" for at in range(len(by))]
        texts = [found.get_column(column).cast(pl.String).to_list() for column in columns]
        orders = [{each: at for at, each in enumerate(in_order(set(text)))} for text in texts]
        told = list(zip(*texts, strict=True))
        places = [tuple(o[t] for o, t in zip(orders, each, strict=True)) for each in told]
        order = sorted(range(len(told)), key=places.__getitem__)
        table = found[order].with_row_index(GROUP)
        return Groups(tuple(by), tuple(told[at] for at in order), table)

    def _grouped(self, groups: Groups) -> pl.LazyFrame:
        """The rows in one of these domains, with its number."""
        if not groups.by:
            return self._inside.with_columns(pl.lit(0, dtype=pl.UInt32).alias(GROUP))
        columns = [f"__by{at}" for at in range(len(groups.by))]
        keyed = self._inside.with_columns(self._keys(groups.by))
        return keyed.join(groups.table.lazy(), on=columns, how="inner")

    @property
    def _inside(self) -> pl.LazyFrame:
        return self.frame.filter(pl.col(INSIDE)) if self.is_narrowed else self.frame

    def by_domain(self, groups: Groups, values: Sequence[float | None]) -> pl.Expr:
        """A number for each row: that of its domain; null outside of all."""
        if not groups.by:
            return pl.lit(values[0], dtype=pl.Float64)
        here = pl.concat_str([self.category(name) for name in groups.by], separator=_BETWEEN)
        keys = [_BETWEEN.join(each) for each in groups.keys]
        return here.replace_strict(keys, values, default=None, return_dtype=pl.Float64)

    def sums(self, summed: Mapping[str, Summed], by: Sequence[str] = ()) -> Sums:
        """Sums by unit and domain, weighted and counted, in one pass over the table. Only of
        samples with units."""
        assert self.units is not None  # noqa: S101 - see the line above
        keys, names = list(self.units.keys), tuple(summed)
        added = [
            each.sum(some_weigh_nothing=self.some_weigh_nothing).alias(name)
            for name, each in summed.items()
        ]
        there = (pl.col(WEIGHT) != 0).any().alias(_THERE)
        columns = [f"__by{at}" for at in range(len(by))]
        table = (
            self._inside.with_columns(self._keys(by))
            .group_by([*columns, *keys])
            .agg(*added, there)
            .collect(engine="streaming")
        )
        groups = EVERYBODY
        if by:
            own = table.filter(_THERE).select(columns).unique().drop_nulls()
            groups = self._in_order(by, own)
            table = table.join(groups.table, on=columns, how="inner")
        else:
            table = table.with_columns(pl.lit(0, dtype=pl.UInt32).alias(GROUP))
        table = table.join(self._places, on=keys, how="left").sort(GROUP, _UNIT)
        return Sums(
            groups,
            table.get_column(_UNIT).to_numpy().astype(np.int64),
            table.get_column(GROUP).to_numpy().astype(np.int64),
            np.ascontiguousarray(table.select(names).to_numpy().astype(np.float64)),
            names,
        )

    def totals(self, summed: Mapping[str, Summed], groups: Groups) -> Floats:
        """The same sums over everybody (domains x names), for samples without units."""
        added = [
            each.sum(some_weigh_nothing=self.some_weigh_nothing).alias(name)
            for name, each in summed.items()
        ]
        table = self._grouped(groups).group_by(GROUP).agg(added).collect(engine="streaming")
        found = np.zeros((groups.count, len(summed)))
        found[table.get_column(GROUP).to_numpy()] = table.select(list(summed)).to_numpy()
        return found

    def repeated(self, exprs: Mapping[str, pl.Expr], groups: Groups) -> Floats:
        """Sums weighted by each replicate weight (replicates x domains x names). Only of samples
        with replicate weights. The table is read in parts, whatever its length."""
        assert self.design.replicates is not None  # noqa: S101 - see the line above
        columns = list(self.design.replicates.columns)
        weights = self._named(columns)
        values = [
            expr.cast(pl.Float64).alias(f"__value{at}") for at, expr in enumerate(exprs.values())
        ]
        names = [f"__value{at}" for at in range(len(exprs))]
        found = np.zeros((len(columns), groups.count, len(exprs)))
        table = self._grouped(groups).select(GROUP, WEIGHT, *weights, *values)
        for part in table.collect_batches(chunk_size=_PART, engine="streaming"):
            group = part.get_column(GROUP).to_numpy()
            held = part.select(columns).to_numpy().astype(np.float64)
            if self.design.replicates.factors:
                held *= part.get_column(WEIGHT).to_numpy()[:, None]
            value = part.select(names).to_numpy().astype(np.float64)
            for at in np.unique(group):
                here = group == at
                found[:, at, :] += held[here].T @ value[here]
        return found

    @cached_property
    def replicate_df(self) -> int:
        """Degrees of freedom of replicate weights: the rank of their columns, less 1.

        Of a long table the rank of evenly chosen rows, which is that of all but by an accident.
        """
        assert self.design.replicates is not None  # noqa: S101 - only of samples with replicates
        columns = list(self.design.replicates.columns)
        every = max(1, self.rows // (_RANKED * len(columns)))
        chosen = self.frame.filter((pl.col(ROW) - 1) % every == 0)
        weights = self._named(columns)
        held = chosen.select(WEIGHT, *weights).collect(engine="streaming")
        matrix = held.select(columns).to_numpy().astype(np.float64)
        if self.design.replicates.factors:
            matrix *= held.get_column(WEIGHT).to_numpy()[:, None]
        return int(np.linalg.matrix_rank(matrix, tol=_RANK * np.linalg.norm(matrix, 2))) - 1

    def spread(self, rows: Rows, influences: Floats, groups: int) -> Linearised:
        """The error of estimates in some domains from the influences of rows (rows x columns), each
        on the estimates of its own domain. Only of samples with units."""
        assert self.units is not None  # noqa: S101 - see the line above
        weighted = influences * rows.weight[:, None]
        if self.adjustments:
            return self._adjusted_spread(rows, weighted, groups)
        keys = rows.group * self.units.count + rows.unit
        there, of = np.unique(keys, return_inverse=True)
        z = np.zeros((len(there), influences.shape[1]))
        np.add.at(z, of, weighted)
        unit, group = there % self.units.count, there // self.units.count
        return Linearised(self.units, unit, group, groups, z)

    def _adjusted_spread(self, rows: Rows, weighted: Floats, groups: int) -> Linearised:
        """Where weights were fitted, rows outside of a domain have residuals, too."""
        assert self.units is not None  # noqa: S101 - the caller asked
        units, unit = self.units.count, self._units_of_rows
        z = np.zeros((groups, units, weighted.shape[1]))
        for at in range(groups):
            here = rows.group == at
            found = np.zeros((self.rows, weighted.shape[1]))
            found[rows.row[here]] = weighted[here]
            for adjustment in self.adjustments:
                found = adjustment.residuals(found)
            np.add.at(z[at], unit, found)
        return Linearised(
            self.units,
            np.tile(np.arange(units), groups),
            np.repeat(np.arange(groups), units),
            groups,
            z.reshape(groups * units, -1),
        )

    @cached_property
    def _units_of_rows(self) -> Ints:
        """The unit of every row, in the order of the table."""
        assert self.units is not None  # noqa: S101 - the caller asked
        keys = list(self.units.keys)
        held = self.frame.select(dict.fromkeys([ROW, *keys]).keys()).sort(ROW)
        found = held.collect(engine="streaming").join(
            self._places, on=keys, how="left", maintain_order="left"
        )
        return found.get_column(_UNIT).to_numpy().astype(np.int64)

    def each(self, exprs: Mapping[str, pl.Expr], groups: Groups) -> Rows:
        """The rows that are looked at and have a weight, one by one; null is not a number (NaN)."""
        names = [f"__value{at}" for at in range(len(exprs))]
        values = [
            expr.cast(pl.Float64).alias(name)
            for name, expr in zip(names, exprs.values(), strict=True)
        ]
        table = self._grouped(groups).filter(pl.col(WEIGHT) != 0).with_columns(values)
        keys = list(self.units.keys) if self.units is not None else []
        replicates = self.design.replicates
        columns = list(replicates.columns) if replicates is not None else []
        weights = self._named(columns)
        wanted = dict.fromkeys([GROUP, ROW, WEIGHT, *keys, *names, *columns])
        found = table.with_columns(weights).select(list(wanted)).sort(ROW)
        held = found.collect(engine="streaming")
        unit = np.zeros(held.height, dtype=np.int64)
        if self.units is not None:
            held = held.join(self._places, on=keys, how="left", maintain_order="left")
            unit = held.get_column(_UNIT).to_numpy().astype(np.int64)
        weight = held.get_column(WEIGHT).to_numpy().astype(np.float64)
        repeated = None
        if replicates is not None:
            repeated = held.select(columns).to_numpy().astype(np.float64)
            if replicates.factors:
                repeated = repeated * weight[:, None]
        return Rows(
            held.get_column(ROW).to_numpy().astype(np.int64) - 1,
            unit,
            held.get_column(GROUP).to_numpy().astype(np.int64),
            weight,
            held.select(names).fill_null(float("nan")).to_numpy().astype(np.float64),
            repeated,
        )
