"""Weights that are made to fit what is known of the population, and what that does to errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import polars as pl

from sojourn.survey.adjusting import Adjustment, Cells, Margins, Regression
from sojourn.survey.numbers import ROW
from sojourn.survey.problems import SurveyError
from sojourn.survey.sample import Sample
from sojourn.survey.units import WEIGHT, Bools, Floats, Ints

POPULATION = "(population)"
"""The name under which the number of people stands among the totals of a calibration."""

_STEPS = 200
_NEAR = 1e-12
"""The largest distance from a known total, as a share of it, at which weights are said to fit."""


class Distance(StrEnum):
    """How the factors of a calibration come about from x'lambda: `linear` 1 + it; `raking`
    exp of it; `logit` a curve between two bounds (Deville and Sarndal 1992)."""

    LINEAR = "linear"
    RAKING = "raking"
    LOGIT = "logit"


@dataclass(frozen=True)
class Fit:
    """How well weights fit: steps taken, the largest distance from a total as a share of it, and
    the smallest and largest factor on a weight."""

    steps: int
    distance: float
    least: float
    most: float


@dataclass(frozen=True)
class Total:
    """What is known of the population: the number in a category of a variable, or the total of a
    variable of numbers (without a category)."""

    variable: str
    category: str
    total: float


def poststratify(
    sample: Sample, by: Sequence[str], totals: Mapping[tuple[str, ...], float]
) -> tuple[Sample, Fit]:
    """Weights that add up to the known number of people in each cell of the columns `by`.

    SurveyError for a row in a cell of which nothing is known, and for a cell with people and
    without rows.
    """
    cells = _cells(sample, by)
    names = sorted(totals)
    number = {name: at for at, name in enumerate(names)}
    unknown = [cell for cell in dict.fromkeys(cells) if cell not in number]
    if unknown:
        raise SurveyError(
            f"{len(unknown)} of the cells of {', '.join(by)} have no known total, such as "
            f"{_told(unknown[0])}; a row without a value in these columns belongs to none"
        )
    of = np.array([number[cell] for cell in cells], dtype=np.int64)
    known = np.array([totals[name] for name in names], dtype=np.float64)
    weights = _weights(sample)
    held = np.bincount(of, weights.design, len(names))
    empty = [names[at] for at in np.flatnonzero((held == 0) & (known > 0))]
    if empty:
        raise SurveyError(
            f"{len(empty)} cells of {', '.join(by)} have people and no row, such as "
            f"{_told(empty[0])}; join them with others"
        )

    def fitted(w: Floats) -> Floats:
        sums = np.bincount(of, w, len(names))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(w * np.where(sums > 0, known / sums, 1.0)[of])

    return _adjusted(sample, weights, fitted, lambda old, new: Cells(of, old, new))


def rake(sample: Sample, totals: Sequence[Total]) -> tuple[Sample, Fit]:
    """Weights that add up to the known number in each category of each variable, by fitting one
    variable after the other until all fit.

    SurveyError where a category has people and no row, a row has a category of which nothing is
    known, the variables add up to different populations, or the totals cannot be met.
    """
    margins = _margins(sample, totals)
    sizes = {name: known.sum() for name, (_of, known) in margins.items()}
    if max(sizes.values()) - min(sizes.values()) > _AGREE * max(sizes.values()):
        told = ", ".join(f"{name} {size:,.0f}" for name, size in sizes.items())
        raise SurveyError(f"the variables add up to different populations: {told}")

    def fitted(w: Floats) -> Floats:
        for _step in range(_STEPS * 50):
            worst = 0.0
            for of, known in margins.values():
                sums = np.bincount(of, w, len(known))
                with np.errstate(divide="ignore", invalid="ignore"):
                    factor = np.where(sums > 0, known / sums, 1.0)
                worst = max(worst, float(np.abs(factor - 1).max()))
                w = w * factor[of]
            if worst < _NEAR:
                return w
        raise SurveyError(
            f"raking has not come to an end: after {_STEPS * 50} rounds the largest distance from "
            f"a total is {worst:.2g} of it. Some totals contradict each other"
        )

    weights = _weights(sample)
    parts = tuple(of for of, _known in margins.values())
    return _adjusted(sample, weights, fitted, lambda old, new: Margins(parts, old, new))


def calibrate(
    sample: Sample,
    totals: Sequence[Total],
    distance: Distance = Distance.LINEAR,
    bounds: tuple[float, float] | None = None,
) -> tuple[Sample, Fit]:
    """Weights w = d g that meet all totals, with factors g as near to 1 as can be.

    Totals are of categories, of variables of numbers, and of the population (`POPULATION`). Where
    all categories of a variable are known, the first one follows from the others and the
    population and is left out. `bounds` are the least and the most that g may be; the distance
    `logit` needs them. SurveyError for totals that cannot be met.
    """
    if distance is Distance.LOGIT and bounds is None:
        raise SurveyError("the distance logit needs bounds for the factors, such as 0.5,2")
    if bounds is not None and not bounds[0] < 1 < bounds[1]:
        raise SurveyError("the bounds of the factors lie on both sides of 1, such as 0.5,2")
    x, known, names = _auxiliaries(sample, totals)
    curve = _curve(distance, bounds)

    def fitted(d: Floats) -> Floats:
        return np.asarray(d * _factors(x, d, known, names, curve))

    weights = _weights(sample)
    return _adjusted(sample, weights, fitted, lambda old, new: Regression.of(x, old, new))


def trim(sample: Sample, least: float, most: float) -> Sample:
    """Weights no smaller than `least` and no larger than `most`; what is taken away or added is
    spread over the rows within, the same amount for each, again until none is outside. The sum
    stays; weights of zero stay zero.

    Errors are counted as if the weights had been drawn so. SurveyError where nothing lies within.
    """
    if not 0 < least < most:
        raise SurveyError("the limits of weights are the smaller and the larger one, above 0")
    weights = _weights(sample)
    w = weights.design
    there = w > 0
    for _step in range(_STEPS):
        outside = there & ((w < least) | (w > most))
        if not outside.any():
            break
        kept = there & ~outside
        if not kept.any():
            raise SurveyError(
                "no weight lies within these limits to take up what is cut from the others"
            )
        cut = np.where(there, np.clip(w, least, most), 0.0)
        w = np.where(kept, cut + (w.sum() - cut.sum()) / kept.sum(), cut)
    return _with(sample, w, sample.adjustments)


_AGREE = 1e-9


@dataclass(frozen=True)
class _Weights:
    """Weights of all rows in the order of the table."""

    design: Floats


def _weights(sample: Sample) -> _Weights:
    held = sample.frame.select(ROW, WEIGHT).sort(ROW).collect(engine="streaming")
    return _Weights(held.get_column(WEIGHT).to_numpy().astype(np.float64))


def _adjusted(
    sample: Sample,
    weights: _Weights,
    fitted: Callable[[Floats], Floats],
    adjustment: Callable[[Floats, Floats], Adjustment],
) -> tuple[Sample, Fit]:
    if not sample.design.kind.has_design_error and sample.units is None:
        new = fitted(weights.design)
        return _with(sample, new, ()), _fit(weights.design, new)
    new = fitted(weights.design)
    if sample.design.replicates is None:
        made = adjustment(weights.design, new)
        return _with(sample, new, (*sample.adjustments, made)), _fit(weights.design, new)
    return _with_replicates(sample, new, fitted), _fit(weights.design, new)


def _fit(old: Floats, new: Floats) -> Fit:
    factor = new[old > 0] / old[old > 0]
    return Fit(0, 0.0, float(factor.min()), float(factor.max()))


def _with(sample: Sample, weights: Floats, adjustments: tuple[Adjustment, ...]) -> Sample:
    table = pl.DataFrame({ROW: np.arange(1, len(weights) + 1), WEIGHT: weights}).lazy()
    table = table.with_columns(pl.col(ROW).cast(sample.frame.collect_schema()[ROW]))
    frame = sample.frame.drop(WEIGHT).join(table, on=ROW, how="left", maintain_order="left")
    return replace(sample, frame=frame, adjustments=adjustments)


def _with_replicates(sample: Sample, weights: Floats, fitted: Callable[[Floats], Floats]) -> Sample:
    """Each replicate is made to fit, too; its spread then holds what fitting does."""
    replicates = sample.design.replicates
    assert replicates is not None  # noqa: S101 - the caller asked
    columns = list(replicates.columns)
    read = [sample.number(name).alias(name) for name in columns]
    held = sample.frame.select(ROW, WEIGHT, *read).sort(ROW).collect(engine="streaming")
    old = held.get_column(WEIGHT).to_numpy().astype(np.float64)
    found = {}
    for name in columns:
        each = held.get_column(name).to_numpy().astype(np.float64)
        found[name] = fitted(each * old if replicates.factors else each)
    table = pl.DataFrame({ROW: held.get_column(ROW), WEIGHT: weights, **found}).lazy()
    frame = sample.frame.drop(WEIGHT, *columns)
    frame = frame.join(table, on=ROW, how="left", maintain_order="left")
    design = replace(sample.design, replicates=replace(replicates, factors=False))
    schema = pl.Schema({**sample.schema, **dict.fromkeys(columns, pl.Float64())})
    return replace(sample, frame=frame, design=design, schema=schema)


def _cells(sample: Sample, by: Sequence[str]) -> list[tuple[str, ...]]:
    columns = [sample.category(name).alias(f"__by{at}") for at, name in enumerate(by)]
    held = sample.frame.select(ROW, *columns).sort(ROW).collect(engine="streaming").drop(ROW)
    return [tuple("" if text is None else text for text in row) for row in held.iter_rows()]


def _margins(sample: Sample, totals: Sequence[Total]) -> dict[str, tuple[Ints, Floats]]:
    """For each variable the category of each row, by number, and the known totals."""
    found: dict[str, tuple[Ints, Floats]] = {}
    for variable in dict.fromkeys(each.variable for each in totals):
        known = {each.category: each.total for each in totals if each.variable == variable}
        cells = [cell[0] for cell in _cells(sample, [variable])]
        unknown = [cell for cell in dict.fromkeys(cells) if cell not in known]
        if unknown:
            raise SurveyError(
                f"{variable}: nothing is known of {len(unknown)} of its categories, such as "
                f"{_told((unknown[0],))}"
            )
        number = {category: at for at, category in enumerate(known)}
        of = np.array([number[cell] for cell in cells], dtype=np.int64)
        there = np.bincount(of, minlength=len(known)) > 0
        empty = [c for c, at in number.items() if not there[at] and known[c] > 0]
        if empty:
            raise SurveyError(
                f"{variable}: {len(empty)} categories have people and no row, such as "
                f"{_told((empty[0],))}; join them with others"
            )
        found[variable] = of, np.array(list(known.values()), dtype=np.float64)
    if not found:
        raise SurveyError("there are no totals to fit weights to")
    return found


def _auxiliaries(sample: Sample, totals: Sequence[Total]) -> tuple[Floats, Floats, list[str]]:
    """The columns (rows x totals) whose totals are known, these totals, and their names."""
    population = [each.total for each in totals if each.variable == POPULATION]
    whole = bool(population)
    columns: list[pl.Expr] = [pl.lit(1.0)] if whole else []
    known, names = list(population[:1]), [POPULATION] if whole else []
    for variable in dict.fromkeys(t.variable for t in totals if t.variable != POPULATION):
        own = [each for each in totals if each.variable == variable]
        if len(own) == 1 and not own[0].category:
            columns.append(sample.number(variable))
            known.append(own[0].total)
            names.append(variable)
            continue
        value = sample.category(variable)
        _margins(sample, own)
        kept = own[1:] if whole or known else own
        whole = True
        for each in kept:
            columns.append((value == each.category).cast(pl.Float64))
            known.append(each.total)
            names.append(f"{variable}={each.category}")
    if not columns:
        raise SurveyError("there are no totals to fit weights to")
    read = [expr.alias(f"__x{at}") for at, expr in enumerate(columns)]
    held = sample.frame.select(ROW, *read).sort(ROW).collect(engine="streaming").drop(ROW)
    missing = [name for name, series in zip(names, held, strict=True) if series.null_count()]
    if missing:
        raise SurveyError(
            f"{missing[0]}: some rows have no value; weights cannot be made to fit a total of it"
        )
    return held.to_numpy().astype(np.float64), np.array(known), names


def _curve(
    distance: Distance, bounds: tuple[float, float] | None
) -> Callable[[Floats], tuple[Floats, Floats]]:
    """The factor, and its derivative, at u = x'lambda."""
    low, high = bounds or (-np.inf, np.inf)
    if distance is Distance.LOGIT:
        steep = (high - low) / ((1 - low) * (high - 1))

        def logit(u: Floats) -> tuple[Floats, Floats]:
            e = np.exp(np.clip(steep * u, -700, 700))
            bottom = (high - 1) + (1 - low) * e
            g = (low * (high - 1) + high * (1 - low) * e) / bottom
            slope = steep * e * (high - low) * (1 - low) * (high - 1) / bottom**2
            return np.asarray(g), np.asarray(slope)

        return logit

    def free(u: Floats) -> tuple[Floats, Floats]:
        g = 1 + u if distance is Distance.LINEAR else np.exp(np.clip(u, -700, 700))
        slope = np.ones_like(u) if distance is Distance.LINEAR else g
        within: Bools = (g > low) & (g < high)
        return np.asarray(np.clip(g, low, high)), np.asarray(np.where(within, slope, 0.0))

    return free


def _factors(
    x: Floats,
    d: Floats,
    known: Floats,
    names: Sequence[str],
    curve: Callable[[Floats], tuple[Floats, Floats]],
) -> Floats:
    """Newton's method on the totals; halving a step that leads away."""
    size = np.maximum(np.abs(known), np.abs(x * d[:, None]).sum(axis=0) * 1e-12 + 1e-300)
    at = np.zeros(x.shape[1])
    g, slope = curve(x @ at)
    off = known - x.T @ (d * g)
    for _step in range(_STEPS):
        if (np.abs(off) / size).max() < _NEAR:
            return g
        matrix = x.T @ (x * (d * slope)[:, None])
        move = np.linalg.lstsq(matrix, off, rcond=1e-13)[0]
        reach = 1.0
        while reach > 1e-6:
            g, slope = curve(x @ (at + reach * move))
            left = known - x.T @ (d * g)
            if np.isfinite(left).all() and (np.abs(left) / size).max() < (np.abs(off) / size).max():
                break
            reach /= 2
        else:
            break
        at, off = at + reach * move, left
    worst = int(np.argmax(np.abs(off) / size))
    if (np.abs(off) / size).max() < 1e-9:
        return g
    raise SurveyError(
        f"the totals cannot be met: {names[worst]} stays {abs(off[worst]) / size[worst]:.2g} of it "
        "away. Totals may contradict each other, or the bounds may be too narrow"
    )


def _told(cell: tuple[str, ...]) -> str:
    return " x ".join(text or "(empty)" for text in cell)
