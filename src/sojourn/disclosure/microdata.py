"""How easily people can be found again in a file of single rows, before it is given to anybody.

A quasi-identifier is a column that somebody outside may know of a person: age, sex, nationality,
area. Rows that agree in all of them are a class. Everything here works on the small table of
classes, which any engine can stream; rows are never held. A missing value is a value of its own:
rows are taken to be as easily found as they look. Reports hold numbers and names of columns, never
what stands in a row.

Sources: L. Sweeney: k-anonymity (2002); A. Machanavajjhala and others: l-diversity (2007); N. Li,
T. Li, S. Venkatasubramanian: t-closeness (2007), here with equal distances between all values, so
that the distance is half the sum of absolute differences; R. Benedetti, L. Franconi: Statistical
and technological solutions for controlled data dissemination (1998), for the individual risk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import hyp2f1

from sojourn.disclosure.problems import DisclosureError
from sojourn.disclosure.system import Floats

_ROWS, _WEIGHT = "__rows", "__weight"
_SURE = 1 - 1e-9


@dataclass(frozen=True)
class Anonymity:
    """k-anonymity: the smallest class has `k` rows. `below` rows are in classes smaller than asked
    for; `classes` is how many there are. `k` is 0 for a file without rows."""

    k: int
    below: int
    classes: int


@dataclass(frozen=True)
class Diversity:
    """Of one sensitive column: in the class that says most, `l` different values stand; the
    distribution in a class is up to `t` (0 to 1) away from that of all rows. `uniform` rows are in
    classes with one value alone: who is known to be in such a class has that value."""

    column: str
    l: int  # noqa: E741 - the name that the field uses
    t: float
    uniform: int


@dataclass(frozen=True)
class Recoding:
    """What it would help to make one quasi-identifier coarser, or to leave it out.

    `left_out` is how many rows would be in small classes without it; `values` how many different
    ones it has; `rare` how many of them fewer than k rows have.
    """

    column: str
    left_out: int
    values: int
    rare: int


@dataclass(frozen=True)
class Risk:
    """How easily people can be found in a file with survey weights.

    `sample_uniques`: rows that agree with no other. `population_uniques`: how many of those are
    expected to be the only one in the population, too. `expected`: in how many rows somebody would
    be right who links each to a person of the population that looks the same. `highest` is the
    highest chance for one row, `above` how many rows have more than was asked for. `recodings`
    begin with the one that helps most.
    """

    rows: int
    anonymity: Anonymity
    sample_uniques: int
    population_uniques: float
    expected: float
    highest: float
    above: int
    recodings: tuple[Recoding, ...]

    @property
    def expected_share(self) -> float:
        """The expected re-identifications as a share of all rows; 0 for a file without rows."""
        return self.expected / self.rows if self.rows else 0.0


def anonymity(frame: pl.LazyFrame | pl.DataFrame, quasi: Sequence[str], k: int = 5) -> Anonymity:
    """How large the classes are. Raises `DisclosureError` for columns that are not there."""
    classes = _classes(frame.lazy(), quasi)
    return _anonymity(classes.get_column(_ROWS), k)


def diversity(
    frame: pl.LazyFrame | pl.DataFrame, quasi: Sequence[str], sensitive: Sequence[str]
) -> tuple[Diversity, ...]:
    """How much a class says of each sensitive column. A missing value counts as one of its values.

    Raises `DisclosureError` for columns that are not there.
    """
    _check(frame.lazy(), [*quasi, *sensitive])
    return tuple(_diversity(frame.lazy(), list(quasi), column) for column in sensitive)


def risk(
    frame: pl.LazyFrame | pl.DataFrame,
    quasi: Sequence[str],
    weight: str | None = None,
    *,
    k: int = 5,
    most: float = 0.05,
) -> Risk:
    """What could be found out from a file, and which columns to make coarser.

    `weight` says how many people of the population a row stands for; without one the file is taken
    for the whole population, which is the worst case. `most` is the chance of being found that is
    still borne for one row.

    Raises `DisclosureError` for columns that are not there, and weights that are missing, not
    numbers, or below 1: whoever is in the file is in the population.
    """
    lazy = frame.lazy()
    classes = _classes(lazy, quasi, weight)
    rows = classes.get_column(_ROWS).to_numpy().astype(np.float64)
    chance = individual_risk(rows, classes.get_column(_WEIGHT).to_numpy())
    unique = rows == 1
    weights = classes.get_column(_WEIGHT).to_numpy()
    return Risk(
        rows=int(rows.sum()),
        anonymity=_anonymity(classes.get_column(_ROWS), k),
        sample_uniques=int(unique.sum()),
        population_uniques=math.fsum(1 / weights[unique]),
        expected=math.fsum(rows * chance),  # the same in any order of classes
        highest=float(chance.max(initial=0.0)),
        above=int(rows[chance > most].sum()),
        recodings=_recodings(classes, list(quasi), k),
    )


def individual_risk(rows: Floats, weights: Floats) -> Floats:
    """The chance that a row of each class is linked to the right person: the mean of 1/F.

    `rows` (classes): how many rows of the sample are in a class, f. `weights` (classes): the sum of
    their weights, an estimate of F in the population. With p = f / weights and F - f negative
    binomial, the mean of 1/F is (p / f) 2F1(1, 1; f + 1; 1 - p), which is 1/f where the sample is
    the population (Benedetti and Franconi 1998, in the form that does not overflow).
    """
    p = np.clip(rows / np.maximum(weights, rows), 0.0, 1.0)
    inner = np.where(p < _SURE, hyp2f1(1.0, 1.0, rows + 1.0, 1.0 - np.minimum(p, _SURE)), 1.0)
    return np.asarray(np.minimum(p / rows * inner, 1.0 / rows), dtype=np.float64)


def _classes(lazy: pl.LazyFrame, quasi: Sequence[str], weight: str | None = None) -> pl.DataFrame:
    if not quasi:
        raise DisclosureError("name the columns that somebody outside may know of a person")
    _check(lazy, [*quasi, *([weight] if weight else [])])
    weights = pl.lit(1.0) if weight is None else pl.col(weight).cast(pl.Float64, strict=False)
    grouped = lazy.with_columns(weights.alias(_WEIGHT)).group_by(list(quasi))
    bad = (~(pl.col(_WEIGHT) >= 1).fill_null(value=False) | ~pl.col(_WEIGHT).is_finite()).fill_null(
        value=True
    )
    found = grouped.agg(
        pl.len().alias(_ROWS), pl.col(_WEIGHT).sum(), bad.sum().alias("__bad")
    ).collect(engine="streaming")
    wrong = int(found.get_column("__bad").sum())
    if wrong:
        raise DisclosureError(
            f"{weight}: {wrong} rows have a weight that is missing, no number, or below 1; a row "
            "stands for one person at least"
        )
    return found.drop("__bad")


def _check(lazy: pl.LazyFrame, columns: Sequence[str]) -> None:
    known = lazy.collect_schema().names()
    missing = [column for column in columns if column not in known]
    if missing:
        raise DisclosureError(
            f"the file has no column {', '.join(missing)}; it has {', '.join(known)}"
        )


def _anonymity(rows: pl.Series, k: int) -> Anonymity:
    smallest = rows.min()
    return Anonymity(
        k=int(smallest) if isinstance(smallest, int) else 0,
        below=int(rows.filter(rows < k).sum()),
        classes=len(rows),
    )


def _diversity(lazy: pl.LazyFrame, quasi: list[str], column: str) -> Diversity:
    value = "__value"
    # A value that is known under a name of its own: a column may be quasi-identifier and sensitive.
    counts = (
        lazy.with_columns(pl.col(column).alias(value))
        .group_by([*quasi, value])
        .agg(pl.len().alias(_ROWS))
        .collect(engine="streaming")
    )
    if counts.is_empty():
        return Diversity(column, 0, 0.0, 0)
    everywhere = counts.group_by(value).agg(pl.col(_ROWS).sum().alias("__all"))
    counts = counts.join(everywhere, on=value, nulls_equal=True)
    in_class, share = pl.col(_ROWS).sum().over(quasi), pl.col("__all") / counts[_ROWS].sum()
    # Values that do not stand in a class are as far away as their share of all rows.
    classes = (
        counts.with_columns((pl.col(_ROWS) / in_class).alias("__here"), share.alias("__share"))
        .group_by(quasi)
        .agg(
            pl.len().alias("__values"),
            pl.col(_ROWS).sum(),
            (
                ((pl.col("__here") - pl.col("__share")).abs().sum() + 1 - pl.col("__share").sum())
                / 2
            ).alias("__t"),
        )
    )
    values = classes.get_column("__values").to_numpy()
    rows = classes.get_column(_ROWS).to_numpy()
    distance = classes.get_column("__t").to_numpy()
    return Diversity(column, int(values.min()), float(distance.max()), int(rows[values == 1].sum()))


def _recodings(classes: pl.DataFrame, quasi: list[str], k: int) -> tuple[Recoding, ...]:
    found = []
    for column in quasi:
        others = [name for name in quasi if name != column]
        values = classes.group_by(column).agg(pl.col(_ROWS).sum()).get_column(_ROWS)
        without = (
            classes.group_by(others).agg(pl.col(_ROWS).sum()).get_column(_ROWS)
            if others
            else pl.Series([classes.get_column(_ROWS).sum()])
        )
        found.append(
            Recoding(
                column=column,
                left_out=_anonymity(without, k).below,
                values=len(values),
                rare=int((values < k).sum()),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.left_out, one.column)))
