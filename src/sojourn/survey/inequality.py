"""How unequally something is spread: Gini's coefficient and the Lorenz curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sojourn.survey.estimates import Estimates, Line, numbered
from sojourn.survey.means import Names, named
from sojourn.survey.problems import SurveyError
from sojourn.survey.quantile import Rule, quantile_of
from sojourn.survey.ratios import flags
from sojourn.survey.sample import Sample
from sojourn.survey.spread import Replicated, Spread
from sojourn.survey.sums import Rows
from sojourn.survey.units import Floats

Statistic = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""From numbers and weights: the estimates, and the influence of each row on each of them."""


def gini(sample: Sample, variables: Names, by: Names = ()) -> Estimates:
    """Gini's coefficient: the mean absolute difference over twice the mean, of rows where the
    variable is known; its error by influences (Deville 1999).

    SurveyError for numbers below zero and for a mean of zero.
    """

    def statistic(y: Floats, w: Floats) -> tuple[Floats, Floats]:
        size, whole = w.sum(), (w * y).sum()
        order = np.argsort(y, kind="stable")
        sums, tops = np.cumsum(w[order]), np.cumsum((w * y)[order])
        far = np.empty(len(y))  # of each row: sum of w_j |y_k - y_j|
        far[order] = y[order] * (2 * sums - size) + whole - 2 * tops
        value = (w * far).sum() / (2 * size * whole)
        return np.array([value]), (far / (size * whole) - value / size - value * y / whole)[:, None]

    return _estimated(sample, "gini", named(variables), [""], statistic, by)


def lorenz(
    sample: Sample, variables: Names, shares: Sequence[float] = (), by: Names = ()
) -> Estimates:
    """The Lorenz curve: which share of a total those have who are the poorest share p. `category`
    is p; without `shares` there are tenths. As `gini`."""
    points = list(shares) or [at / 10 for at in range(1, 10)]

    def statistic(y: Floats, w: Floats) -> tuple[Floats, Floats]:
        size, whole = w.sum(), (w * y).sum()
        values, influences = [], []
        for p in points:
            q = quantile_of(y, w, p, Rule.HF1)
            below = y < q
            # The group at the quantile itself is divided, so that just p of all are below.
            value = ((w * y)[below].sum() + q * (p * size - w[below].sum())) / whole
            values.append(value)
            influences.append((np.minimum(y - q, 0.0) + p * q - value * y) / whole)
        return np.array(values), np.stack(influences, axis=1)

    names = [f"{p:g}" for p in points]
    return _estimated(sample, "lorenz", named(variables), names, statistic, by)


def _estimated(
    sample: Sample,
    name: str,
    variables: Sequence[str],
    categories: Sequence[str],
    statistic: Statistic,
    by: Names,
) -> Estimates:
    parts = [_of_one(sample, name, each, categories, statistic, named(by)) for each in variables]
    if len(parts) == 1:
        return parts[0]
    per = len(categories)
    lines: list[Line] = []
    for at in range(len(parts[0].lines) // per):
        for part in parts:
            lines += part.lines[at * per : (at + 1) * per]
    return Estimates(parts[0].by, tuple(lines))


def _of_one(
    sample: Sample,
    name: str,
    variable: str,
    categories: Sequence[str],
    statistic: Statistic,
    by: tuple[str, ...],
) -> Estimates:
    y = sample.number(variable)
    groups = sample.groups(by)
    rows = sample.only(y.is_not_null()).each({"y": y}, groups)
    if (rows.values < 0).any():
        raise SurveyError(f"{variable} has numbers below zero, of which no {name} can be told")
    everybody = sample.each({}, groups)
    values = np.full((groups.count, len(categories)), np.nan)
    influences = np.zeros((len(rows.weight), len(categories)))
    each = [rows.group == at for at in range(groups.count)]
    for at, here in enumerate(each):
        part = rows.of(here)
        if len(part.weight) and (part.weight * part.values[:, 0]).sum() > 0:
            values[at], influences[here] = statistic(part.values[:, 0], part.weight)
    spread, freedom = _spread(sample, rows, values, influences, each, statistic)
    variance = np.full(values.shape, np.nan) if spread is None else spread.variances()
    design_df = None
    if sample.units is not None:
        design_df = float(sample.units.design_df)
    elif spread is not None:
        design_df = float(sample.replicate_df)
    lines = []
    for at, domain in enumerate(groups.keys):
        n = int(each[at].sum())
        for place, category in enumerate(categories):
            outside = int((everybody.group == at).sum()) - n
            line = Line(
                *(name, variable, category, domain, None, None),
                design_df=design_df,
                domain_df=None if freedom is None else float(freedom[at]),
                n=n,
                flags=flags(sample, n, outside),
            )
            error = float(variance[at, place])
            known = None if np.isnan(error) else error
            lines.append(numbered(line, float(values[at, place]), known))
    return Estimates(groups.by, tuple(lines), spread)


def _spread(
    sample: Sample,
    rows: Rows,
    values: Floats,
    influences: Floats,
    each: Sequence[object],
    statistic: Statistic,
) -> tuple[Spread | None, Floats | None]:
    groups = len(values)
    if sample.units is not None:
        order = np.lexsort((rows.unit, rows.group))
        freedom = sample.units.domain_df(rows.unit[order], rows.group[order], groups)
        return sample.spread(rows, influences, groups), freedom.astype(np.float64)
    replicates = sample.design.replicates
    if replicates is None:
        return None, None
    repeated = np.full((len(replicates.columns), *values.shape), np.nan)
    for at, here in enumerate(each):
        part = rows.of(np.asarray(here, dtype=np.bool_))
        assert part.weights is not None  # noqa: S101 - they are read with the rows
        for number, w in enumerate(part.weights.T):
            there = w > 0
            if there.any():
                repeated[number, at] = statistic(part.values[there, 0], w[there])[0]
    return (
        Replicated(replicates, repeated, values),
        np.full(groups, float(sample.replicate_df)),
    )
