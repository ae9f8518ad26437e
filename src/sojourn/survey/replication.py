"""Replicate weights are made from a design: what others need to count errors without its columns.

Only the first stage is drawn again. All replicates of a stage with known population sizes keep the
full weight to the extent that the population was drawn: the deviation of a factor from 1 is
multiplied with the root of 1 - f (for the jackknife that stands in the scale of each replicate).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import gcd
from types import MappingProxyType

import numpy as np
import polars as pl
from scipy.linalg import hadamard

from sojourn.survey.design import Center, Design, Kind, Lonely, Replicates, ReplicateType
from sojourn.survey.problems import SurveyError
from sojourn.survey.sample import Sample
from sojourn.survey.units import WEIGHT, Floats, Ints, Stage

_MOST_JACKKNIFE = 5_000
_MOST_BALANCED = 128
_BOOTSTRAP = 500
_SHIFT = 2**-1.5
FULL = "full_weight"
"""The column of full weights, where the weights of the design follow from population sizes."""


@dataclass(frozen=True)
class _Asked:
    count: int | None
    rho: float
    chance: np.random.Generator


@dataclass(frozen=True)
class _Made:
    """Factors (units of the first stage x replicates), and scales where they are not the usual."""

    factors: Floats
    scale: float | None = None
    rscales: tuple[float, ...] | None = None


def replicate(
    rows: pl.DataFrame | pl.LazyFrame,
    design: Design,
    type_: ReplicateType,
    *,
    count: int | None = None,
    rho: float | None = None,
    center: Center = Center.REPLICATES,
    seed: int = 0,
    prefix: str = "replicate_",
) -> tuple[pl.LazyFrame, Design]:
    """The table with columns of replicate weights, and the design that reads them.

    - `JK1` leaves out one unit at a time, of a design without strata, and `JKn` of one with.
    - `BRR` takes one of two units of each stratum by the signs of a Hadamard matrix, twice; `Fay`
      takes them with the factors 2 - rho and rho.
    - `bootstrap` draws n - 1 of the n units of each stratum with replacement (Rao and Wu 1988), by
      `seed`.
    - `SDR` shifts neighbours against each other, in the order of their ids (Fay and Train 1995):
      for units that were drawn systematically from a sorted list.

    `count` says how many columns are made: of bootstrap, 500 without it; of BRR and Fay a power of
    2 above the number of strata, the next without it; of SDR a power of 2, without it the next
    above the number of units, at most 128. With fewer than that, pairs of units far from each other
    share rows of the matrix, and the error has some noise more. A jackknife counts by itself.

    Units of the rules `certainty` and `remove` that are alone in their stratum are in every
    replicate. Weights are full ones: they take the place of the weight.

    Raises `SurveyError` where a design cannot be told so: other rules of lonely units, population
    sizes below the first stage, unequal probabilities without replacement, strata without two
    units.
    """
    _check(design, type_, count, rho)
    sample = Sample.of(rows, design)
    units = sample.units
    assert units is not None  # noqa: S101 - the check lets no other design through
    stage = units.stages[0]
    alone = int(stage.lonely.sum())
    if alone and design.lonely not in (Lonely.CERTAINTY, Lonely.REMOVE):
        raise SurveyError(
            f"{alone} of {len(stage.starts)} strata have one sampled unit alone; replicates know "
            "the rules certainty and remove for them"
        )
    names = [str(name) or "the table" for name in units.strata.to_list()]
    chance = np.random.default_rng(seed)
    made = _MAKERS[type_](stage, names, _Asked(count, rho or 0.0, chance))
    columns = tuple(f"{prefix}{at + 1}" for at in range(made.factors.shape[1]))
    weights = FULL if design.weights is None else design.weights
    _refuse_taken(sample, columns if design.weights is not None else (FULL, *columns))
    first = units.keys[:2]
    factors = units.table.select(first).unique(maintain_order=True)
    factors = factors.hstack(pl.DataFrame(made.factors, schema=list(columns)))
    table = sample.frame.join(factors.lazy(), on=first, how="left", maintain_order="left")
    repeated = [(pl.col(WEIGHT) * pl.col(name)).alias(name) for name in columns]
    full = [] if design.weights is not None else [pl.col(WEIGHT).alias(FULL)]
    table = table.select(*sample.schema.names(), *full, *repeated)
    told = Replicates(columns, type_, made.scale, made.rscales, center, rho)
    return table, Design(weights=weights, replicates=told, kind=design.kind)


def _check(design: Design, type_: ReplicateType, count: int | None, rho: float | None) -> None:
    if design.replicates is not None:
        raise SurveyError("the table has replicate weights already")
    if design.kind is not Kind.PROBABILITY:
        raise SurveyError("replicate weights are made of probability samples alone")
    if design.pps:
        raise SurveyError(
            "replicate weights do not know unequal probabilities without replacement; leave the "
            "shares drawn away, and the error is told a little larger than it is"
        )
    if len(design.fpc) > 1:
        raise SurveyError(
            "replicate weights draw the first stage again and none below it; with population sizes "
            "of later stages they would tell too small an error. Leave all population sizes away"
        )
    if type_ is ReplicateType.FAY and (rho is None or not 0 < rho < 1):
        raise SurveyError("replicates of the type Fay need rho between 0 and 1, such as 0.3")
    if type_ is not ReplicateType.FAY and rho is not None:
        raise SurveyError(f"rho goes with the type Fay, not with {type_}")
    if count is not None and type_ in (ReplicateType.JK1, ReplicateType.JKN):
        raise SurveyError(f"{type_} makes one replicate for each unit; leave the number away")
    if count is not None and count < 2:
        raise SurveyError(f"{count} replicates say nothing of an error; make at least 2")
    if type_ is ReplicateType.JK1 and design.strata is not None:
        raise SurveyError("JK1 is for designs without strata; with strata it is JKn")


def _refuse_taken(sample: Sample, columns: tuple[str, ...]) -> None:
    taken = [name for name in columns if name in sample.schema]
    if taken:
        raise SurveyError(f"the table has a column {taken[0]} already; choose another prefix")


def _left_out(stage: Stage) -> tuple[Floats, Ints]:
    """Factors of a jackknife, and the unit that each replicate leaves out."""
    out = np.flatnonzero(stage.sampled[stage.parent] > 1)
    if len(out) > _MOST_JACKKNIFE:
        raise SurveyError(
            f"a jackknife makes one column for each of {len(out):,} units; make a bootstrap"
        )
    if len(out) < 2:
        raise SurveyError("a jackknife takes two sampled units at least")
    n = stage.sampled[stage.parent][out]
    together = stage.parent[:, None] == stage.parent[out]
    factors = np.where(together, n / (n - 1), 1.0)
    factors[out, np.arange(len(out))] = 0.0
    return factors, out


def _jackknife(stage: Stage, names: list[str], asked: _Asked) -> _Made:
    del names, asked
    factors, out = _left_out(stage)
    n = stage.sampled[stage.parent][out]
    rscales = (1 - stage.fraction[out]) * (n - 1) / n
    return _Made(factors, 1.0, tuple(float(each) for each in rscales))


def _jackknife_1(stage: Stage, names: list[str], asked: _Asked) -> _Made:
    del names, asked
    factors, out = _left_out(stage)
    n = len(out)
    return _Made(factors, (n - 1) / n * float(1 - stage.fraction[0]))


def _drawn(stage: Stage) -> Floats:
    """How far factors of each unit are let go from 1."""
    return np.asarray(np.sqrt(1 - stage.fraction))[:, None]


def _power(least: int) -> int:
    return 1 << max(least - 1, 1).bit_length()


def _balanced(stage: Stage, names: list[str], asked: _Asked) -> _Made:
    counted = stage.sampled > 1
    odd = np.flatnonzero(counted & (stage.sampled != 2))
    if len(odd):
        raise SurveyError(
            f"half samples take two units of each stratum; {names[int(odd[0])]} has "
            f"{int(stage.sampled[odd[0]])}" + (f", and {len(odd) - 1} more" if odd[1:].size else "")
        )
    strata = int(counted.sum())
    least = _power(strata + 1)
    count = asked.count or least
    if count < least or count != _power(count):
        raise SurveyError(
            f"{strata} strata take {least} half samples, or twice as many, or four times; "
            f"{count} are not in balance"
        )
    row_of = np.cumsum(counted)
    sign = hadamard(count)[np.where(counted, row_of, 0)][stage.parent].astype(np.float64)
    second = np.arange(len(stage.parent)) != stage.starts[stage.parent]
    sign[second] *= -1
    sign[~counted[stage.parent]] = 0.0
    return _Made(1 + (1 - asked.rho) * _drawn(stage) * sign)


def _bootstrap(stage: Stage, names: list[str], asked: _Asked) -> _Made:
    del names
    count = asked.count or _BOOTSTRAP
    factors = np.ones((len(stage.parent), count))
    for start, sampled in zip(stage.starts, stage.sampled.astype(int), strict=True):
        if sampled > 1:
            times = asked.chance.multinomial(sampled - 1, np.full(sampled, 1 / sampled), count).T
            factors[start : start + sampled] = times * (sampled / (sampled - 1))
    return _Made(1 + _drawn(stage) * (factors - 1))


def _successive(stage: Stage, names: list[str], asked: _Asked) -> _Made:
    del names
    units = len(stage.parent)
    count = asked.count or min(_power(units + 1), _MOST_BALANCED)
    if count != _power(count):
        raise SurveyError(f"replicates of successive differences are 4, 8, 16, ...; not {count}")
    matrix = hadamard(count).astype(np.float64)
    own = matrix[_rows(units, count)]
    after = np.arange(units) + 1
    last = np.r_[stage.starts[1:], units] - 1
    after[last] = stage.starts  # the last of a stratum is followed by its first
    return _Made(1 + _drawn(stage) * _SHIFT * (own - own[after]))


def _rows(units: int, count: int) -> Ints:
    """A row of the matrix for each unit, never the first; from one passage to the next in larger
    steps, so that two units that share a row have neighbours that do not."""
    usable = count - 1
    steps = [step for step in range(1, usable + 1) if gcd(step, usable) == 1]
    passage, place = np.divmod(np.arange(units), usable)
    return np.asarray(1 + (place * np.array(steps)[passage % len(steps)]) % usable, dtype=np.int64)


_MAKERS: Mapping[ReplicateType, Callable[[Stage, list[str], _Asked], _Made]] = MappingProxyType(
    {
        ReplicateType.JK1: _jackknife_1,
        ReplicateType.JKN: _jackknife,
        ReplicateType.BRR: _balanced,
        ReplicateType.FAY: _balanced,
        ReplicateType.BOOTSTRAP: _bootstrap,
        ReplicateType.SDR: _successive,
    }
)
