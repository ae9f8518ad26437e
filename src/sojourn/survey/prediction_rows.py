"""Rows with the sampled units they came from: folds and replicates of whole units, never of rows.

People from one sampled unit are alike. Rows of it on both sides of a split make a model look better
than it is, and drawing rows again makes everything look surer than it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from sojourn.survey.design import Design
from sojourn.survey.numbers import ROW, category, in_order, no_such_column, number, refuse_rows
from sojourn.survey.problems import SurveyError
from sojourn.survey.units import STRATUM, WEIGHT, Units, read_units, unit_column

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Drawn:
    """A table and its design. `weight`, `psu`, `unit` (rows): the weight, the sampled unit of the
    first stage, and that of the last stage that counts."""

    table: pl.DataFrame
    weight: Floats
    psu: Ints
    unit: Ints
    units: Units

    @property
    def psus(self) -> int:
        """How many units of the first stage were sampled."""
        return len(self.units.stages[0].parent)

    @property
    def strata(self) -> int:
        return len(self.units.strata)

    def spread(self, influence: Floats) -> Floats:
        """The standard error of each column of `influence` (rows x columns), whose sums are what
        estimates vary by: weights are in it. All stages of the design count."""
        z = np.zeros((self.units.count, influence.shape[1]))
        np.add.at(z, self.unit, influence)
        group = np.zeros(self.units.count, dtype=np.int64)
        found = self.units.variances(np.arange(self.units.count), z, group, 1)[0]
        return np.asarray(np.sqrt(found), dtype=np.float64)

    def df(self, inside: Bools) -> int:
        """Degrees of freedom of a domain: units with members of it, less their strata."""
        there = np.unique(self.psu[inside & (self.weight > 0)])
        return len(there) - len(np.unique(self.units.stages[0].parent[there]))

    def count_psus(self, inside: Bools) -> int:
        """Units of the first stage with members of a domain."""
        return len(np.unique(self.psu[inside & (self.weight > 0)]))

    def folds(self, count: int, seed: int) -> Ints:
        """A fold for each row, the same for all rows of a unit. The units of a stratum are dealt
        out in random order, so that each fold has its share of each.

        Raises `SurveyError` for fewer than 3 folds, or fewer units than folds.
        """
        if count < 3:
            raise SurveyError(
                f"{count} folds are too few: one judges, one says how far predictions reach, and "
                "the rest is learned from; take at least 3"
            )
        if self.psus < 2 * count:
            raise SurveyError(
                f"{self.psus} sampled units cannot fill {count} folds with two each; people from "
                "one unit have to stay together. Take fewer folds"
            )
        rng = np.random.default_rng(seed)
        strata = self.units.stages[0].parent
        fold = np.zeros(self.psus, dtype=np.int64)
        dealt = 0
        for stratum in range(self.strata):
            here = rng.permutation(np.flatnonzero(strata == stratum))
            fold[here] = (dealt + np.arange(len(here))) % count
            dealt += len(here)
        return fold[self.psu]

    def replicates(self, count: int, seed: int) -> Iterator[Floats]:
        """Weights of rows for samples drawn again: in each stratum n - 1 of its n units, with
        replacement, rescaled (Rao and Wu 1988): w (1 - c + c n/(n - 1) m) with m the times a unit
        was drawn and c = sqrt(1 - f). A unit that is alone in its stratum always stays."""
        rng = np.random.default_rng(seed)
        stage = self.units.stages[0]
        keep = np.sqrt(1 - stage.fraction)
        for _each in range(count):
            factor = np.ones(self.psus)
            for start, sampled in zip(stage.starts, stage.sampled.astype(np.int64), strict=True):
                n = int(sampled)
                if n < 2:
                    continue
                here = slice(int(start), int(start) + n)
                times = np.bincount(rng.integers(0, n, n - 1), minlength=n)
                c = keep[here]
                factor[here] = 1 - c + c * n / (n - 1) * times
            yield self.weight * factor[self.psu]


def read(table: pl.DataFrame, design: Design) -> Drawn:
    """Puts rows and the units of their design together.

    Raises `SurveyError` for a sample that was not drawn by chance or is known by replicate weights
    alone, for columns that are missing, and for rows whose weight or place is not known.
    """
    if not design.kind.has_design_error:
        raise SurveyError(
            "these rows were not drawn by chance, so nothing says how far predictions from them "
            "are off for others; report counts of those reached instead"
        )
    if design.replicates is not None:
        raise SurveyError(
            "replicate weights do not say which rows were drawn together, and these have to stay "
            "on one side when a model is judged; name strata and units"
        )
    for name in design.columns:
        if name not in table.schema:
            raise no_such_column(name, table.schema)
    if not table.height:
        raise SurveyError("the table has no rows")
    if design.weights is None and design.fpc:
        raise SurveyError("name the column of weights; here they do not follow from the sizes")
    frame, schema = table.lazy().with_row_index(ROW, 1), table.schema
    weight = pl.lit(1.0) if design.weights is None else number(frame, schema, design.weights)
    stratum = pl.lit("") if design.strata is None else category(schema, design.strata)
    placed = [category(schema, name).alias(unit_column(at)) for at, name in enumerate(design.psu)]
    placed = placed or [pl.col(ROW).alias(unit_column(0))]
    sizes = [number(frame, schema, name).alias(name) for name in design.fpc]
    frame = frame.with_columns(weight.alias(WEIGHT), stratum.alias(STRATUM), *placed, *sizes)
    last = [unit_column(at) for at in range(max(len(design.psu), 1))]
    refuse_rows(
        frame,
        [
            (pl.col(WEIGHT).is_null(), f"the weight ({design.weights}) is missing"),
            (pl.col(WEIGHT) < 0, f"the weight ({design.weights}) is below zero"),
            (pl.col(STRATUM).is_null(), f"the stratum ({design.strata}) is missing"),
            *((pl.col(name).is_null(), "the sampled unit is missing") for name in last),
            *((pl.col(name).is_null(), f"{name} is missing") for name in design.fpc),
        ],
    )
    units = read_units(frame, design)
    keys = list(units.keys)
    places = units.table.with_row_index("__unit").lazy()
    joined = frame.select(ROW, WEIGHT, *keys).join(places, on=keys, how="left").sort(ROW).collect()
    unit = joined.get_column("__unit").to_numpy().astype(np.int64)
    return Drawn(table, joined.get_column(WEIGHT).to_numpy(), units.stage_of[0][unit], unit, units)


def keys_of(table: pl.DataFrame, by: Sequence[str]) -> list[Key]:
    """The group of each row; None where a category is not known, which is a group too.

    Raises `SurveyError` for no column, or one that is missing.
    """
    if not by:
        raise SurveyError("name at least one column that parts people into groups")
    for name in by:
        if name not in table.schema:
            raise no_such_column(name, table.schema)
    return table.select(
        category(table.schema, name).alias(f"by{at}") for at, name in enumerate(by)
    ).rows()


def groups_of(keys: Sequence[Key], least: int) -> list[Key]:
    """The groups that there are, in order, those not known last. None at all where no group has
    `least` rows."""
    counts: dict[Key, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    if not counts or max(counts.values()) < least:
        return []
    orders = []
    for at in range(len(next(iter(counts)))):
        known = in_order({text for key in counts if (text := key[at]) is not None})
        orders.append({text: place for place, text in enumerate(known)})

    def place(key: Key) -> list[int]:
        return [
            len(order) if text is None else order[text]
            for text, order in zip(key, orders, strict=True)
        ]

    return sorted(counts, key=place)


def limits(value: float, se: float, df: int, level: float) -> tuple[float | None, float | None]:
    """value -+ t se. No limits where there are no degrees of freedom, or no error was seen."""
    if df < 1 or not np.isfinite(value) or not se > 0:
        return None, None
    t = float(stats.t.ppf(0.5 + level / 2, df))
    return value - t * se, value + t * se


def share_limits(
    share: float, se: float, df: int, level: float, psus: int
) -> tuple[float | None, float | None]:
    """Limits of a share that stay between 0 and 1: expit(logit p -+ t s/(p (1 - p))).

    At 0 and 1 no error is seen though there is one: Clopper and Pearson's limits there, with as
    many people as there are sampled units, which is the safe side."""
    if df < 1 or not np.isfinite(share):
        return None, None
    tail = (1 - level) / 2
    if share <= 0 or share >= 1 or not se > 0:
        hits = share * psus
        low = 0.0 if hits <= 0 else float(stats.beta.ppf(tail, hits, psus - hits + 1))
        high = 1.0 if hits >= psus else float(stats.beta.ppf(1 - tail, hits + 1, psus - hits))
        return low, high
    far = float(stats.t.ppf(1 - tail, df)) * se / (share * (1 - share))
    logit = np.log(share / (1 - share))
    return float(1 / (1 + np.exp(far - logit))), float(1 / (1 + np.exp(-far - logit)))


def framed(
    names: Sequence[str], rows: Sequence[tuple[object, ...]], texts: set[str] | None = None
) -> pl.DataFrame:
    """A table of results: `texts` are columns of text, counts are whole, all others numbers.

    Raises `SurveyError` where two columns have one name."""
    twice = [name for at, name in enumerate(names) if name in names[:at]]
    if twice:
        raise SurveyError(f"the column {twice[0]} has the name of a result; give it another name")
    whole = {"bin", "rows", "psus", "people"}
    schema: dict[str, type[pl.DataType]] = {
        name: pl.String if name in (texts or set()) else pl.Int64 if name in whole else pl.Float64
        for name in names
    }
    return pl.DataFrame(list(rows), schema=schema, orient="row")
