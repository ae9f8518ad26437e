"""Statistics that are ratios of weighted totals: means, totals, shares, ratios, variances.

Each is theta = A / B with A and B sums of w a and w b over the rows of a domain; a total has no B.
Its influence on the unit i is (A_i - theta B_i) / B, so that the error follows from sums of units
alone (Woodruff 1971; Lumley 2010, ch. 2), whatever engine has added them up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from sojourn.survey.estimates import NO_ERROR, Estimates, Line, numbered
from sojourn.survey.sample import Sample
from sojourn.survey.spread import Linearised, Replicated, Spread
from sojourn.survey.sums import Groups, Summed, Sums
from sojourn.survey.units import Floats, Ints, Units


@dataclass(frozen=True)
class Ratio:
    """What is estimated: `top` over `bottom` (None for 1), of rows for which `valid` holds (None
    for all). Where it does not, both count nothing.

    `base` names bottom and valid: ratios with the same base share them. `shift` was taken off the
    top, so that small differences of large numbers keep their digits; it is added to the estimate.
    `is_share` says that the top is 0 or 1 and the bottom 1.
    """

    statistic: str
    variable: str
    category: str
    top: pl.Expr
    valid: pl.Expr | None
    base: str
    bottom: pl.Expr | None = None
    is_total: bool = False
    shift: float = 0.0
    is_share: bool = False


@dataclass(frozen=True)
class _Columns:
    """Where the sums of each ratio stand: top, bottom, count of rows and sum of their weights, and
    for the spread of a simple sample the sums of top^2, top x bottom and bottom^2. `rows` is where
    all rows of a domain are counted, those in which something is missing too."""

    top: Ints
    bottom: Ints
    count: Ints
    size: Ints
    square: Ints
    product: Ints
    bottom_square: Ints
    rows: int


def estimate(sample: Sample, ratios: Sequence[Ratio], by: Sequence[str] = ()) -> Estimates:
    """Estimates each ratio in each domain, in the order of domains."""
    summed, columns = _summed(ratios)
    replicates = sample.design.replicates
    if sample.units is not None and not sample.adjustments:
        sums = sample.sums(summed, by)
        groups, totals = sums.groups, sums.totals()
        theta = _thetas(ratios, columns, totals)
        z = _influences(ratios, columns, totals, theta, sums)
        spread: Spread = Linearised(sample.units, sums.unit, sums.group, groups.count, z)
        freedom = _domain_df(sample.units, sums, columns)
        found = _Found(totals, spread, float(sample.units.design_df), freedom)
        return _table(sample, ratios, groups, columns, found)
    groups = sample.groups(by)
    if sample.adjustments:
        totals = sample.totals(summed, groups)
        theta = _thetas(ratios, columns, totals)
        rows = sample.each({name: each.each for name, each in summed.items()}, groups)
        sums = Sums(groups, rows.unit, rows.group, rows.values, tuple(summed))
        u = _influences(ratios, columns, totals, theta, sums)
        spread = sample.spread(rows, u, groups.count)
        assert sample.units is not None  # noqa: S101 - only samples with units are adjusted
        freedom = _domain_df(sample.units, sums, columns)
        found = _Found(totals, spread, float(sample.units.design_df), freedom)
    elif replicates is not None:
        totals = sample.totals(summed, groups)
        exprs = {name: each.each for name, each in summed.items()}
        repeated = _thetas(ratios, columns, sample.repeated(exprs, groups))
        spread = Replicated(replicates, repeated, _thetas(ratios, columns, totals))
        df = float(sample.replicate_df)
        found = _Found(totals, spread, df, np.full(repeated.shape[1:], df))
    else:
        found = _Found(sample.totals(summed, groups), None, None, None)
    return _table(sample, ratios, groups, columns, found)


@dataclass(frozen=True)
class _Found:
    """Totals (domains x sums) with the error of the ratios and the degrees of freedom."""

    totals: Floats
    spread: Spread | None
    design_df: float | None
    domain_df: Floats | None


def _summed(ratios: Sequence[Ratio]) -> tuple[dict[str, Summed], _Columns]:
    """All sums that the ratios need, each once."""
    summed = {"rows": Summed(None, is_weighted=False)}
    places: list[list[int]] = []

    def at(name: str, expr: pl.Expr | None, *, weighted: bool = True) -> int:
        summed.setdefault(name, Summed(expr, weighted))
        return list(summed).index(name)

    for number, ratio in enumerate(ratios):
        base = "all" if ratio.valid is None else ratio.base
        top = _valid(ratio, ratio.top)
        one = None if ratio.valid is None else ratio.valid.cast(pl.Float64)
        first, size = at(f"top {number}", top), at(f"size {base}", one)
        count = 0 if ratio.valid is None else at(f"count {base}", ratio.valid, weighted=False)
        below, square, product, below_square = size, first, first, size
        if not ratio.is_share:
            square = at(f"square {number}", top * top)
        if ratio.bottom is not None:
            bottom = _valid(ratio, ratio.bottom)
            below = at(f"bottom {ratio.base}", bottom)
            product = at(f"product {number}", top * bottom)
            below_square = at(f"bottom {ratio.base} squared", bottom * bottom)
        places.append([first, below, count, size, square, product, below_square])
    top, bottom, count, size, square, product, below = np.array(places, dtype=np.int64).T
    return summed, _Columns(top, bottom, count, size, square, product, below, rows=0)


def _valid(ratio: Ratio, expr: pl.Expr) -> pl.Expr:
    return expr if ratio.valid is None else pl.when(ratio.valid).then(expr).otherwise(0.0)


def _thetas(ratios: Sequence[Ratio], columns: _Columns, totals: Floats) -> Floats:
    """The estimates from totals (... x sums), not a number where there is nothing to divide by."""
    top, bottom = totals[..., columns.top], totals[..., columns.bottom]
    is_total = np.array([ratio.is_total for ratio in ratios])
    shift = np.array([ratio.shift for ratio in ratios])
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(bottom != 0, top / bottom, np.nan) + shift
    return np.asarray(np.where(is_total, top, shares))


def _influences(
    ratios: Sequence[Ratio], columns: _Columns, totals: Floats, theta: Floats, sums: Sums
) -> Floats:
    """The influence of each unit in each domain (rows of sums x ratios)."""
    is_total = np.array([ratio.is_total for ratio in ratios])
    shift = np.array([ratio.shift for ratio in ratios])
    bottom = totals[:, columns.bottom]
    divisor = np.where(is_total | (bottom == 0), 1.0, bottom)
    centre = np.where(is_total | np.isnan(theta), 0.0, theta - shift)
    top, below = sums.values[:, columns.top], sums.values[:, columns.bottom]
    return np.asarray((top - centre[sums.group] * below) / divisor[sums.group])


def _domain_df(units: Units, sums: Sums, columns: _Columns) -> Floats:
    """Degrees of freedom of each ratio in each domain (domains x ratios): those of units with rows
    that are counted."""
    groups = sums.groups.count
    found = np.zeros((groups, len(columns.count)))
    for place in np.unique(columns.count):
        there = sums.values[:, place] > 0
        df = units.domain_df(sums.unit[there], sums.group[there], groups)
        found[:, columns.count == place] = df[:, None]
    return found


def _table(
    sample: Sample, ratios: Sequence[Ratio], groups: Groups, columns: _Columns, found: _Found
) -> Estimates:
    totals = found.totals
    theta = _thetas(ratios, columns, totals)
    simple = _simple(ratios, columns, totals, theta)
    variance = np.full(theta.shape, np.nan) if found.spread is None else found.spread.variances()
    counts = np.rint(totals[:, columns.count]).astype(np.int64)
    outside = np.rint(totals[:, [columns.rows]]).astype(np.int64) - counts
    lines = []
    for g, domain in enumerate(groups.keys):
        for r, ratio in enumerate(ratios):
            n, value, error = int(counts[g, r]), float(theta[g, r]), float(variance[g, r])
            line = Line(
                *(ratio.statistic, ratio.variable, ratio.category, domain, None, None),
                design_df=found.design_df,
                domain_df=None if found.domain_df is None else float(found.domain_df[g, r]),
                n=n,
                flags=flags(sample, n, int(outside[g, r])),
            )
            line = numbered(line, value if n else np.nan, None if np.isnan(error) else error)
            deff = None
            if line.se is not None and simple[g, r] > 0:
                deff = line.se**2 / float(simple[g, r])
            lines.append(replace(line, deff=deff, share=ratio.is_share))
    return Estimates(groups.by, tuple(lines), found.spread)


def flags(sample: Sample, n: int, outside: int) -> tuple[str, ...]:
    """What whoever reads the number has to know of it."""
    units = sample.units
    found = []
    if units is None and sample.design.replicates is None:
        found.append(f"{NO_ERROR}={sample.design.kind}")
    if outside:
        found.append(f"missing={outside}")
    if units is not None and units.lonely_strata:
        found.append(f"lonely={sample.design.lonely}:{units.lonely_strata}")
    if not n:
        found.append("empty")
    return tuple(found)


def _simple(ratios: Sequence[Ratio], columns: _Columns, totals: Floats, theta: Floats) -> Floats:
    """The variance in a simple sample of the same size without replacement.

    S^2 / n (1 - n / W) for a mean, with S^2 = n / (n - 1) x the weighted mean of squared residuals;
    W^2 times that for a total; of a ratio that of the total of (a - theta b) / B. Not a number
    where weights add up to less than the rows, so that they are no counts of people.
    """
    n, size, bottom = (totals[:, at] for at in (columns.count, columns.size, columns.bottom))
    is_total = np.array([ratio.is_total for ratio in ratios])
    shift = np.array([ratio.shift for ratio in ratios])
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.where(is_total, totals[:, columns.top] / size, theta - shift)
        squares = totals[:, columns.square] - 2 * centre * totals[:, columns.product]
        squares += centre**2 * totals[:, columns.bottom_square]
        scale = np.where(is_total, size, size / bottom)  # bottom is size for means
        found = squares / size * n / (n - 1) * scale**2 / n * (1 - n / size)
    return np.asarray(np.where((size > n) & (n > 1), found, np.nan))
