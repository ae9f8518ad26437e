"""Means, totals, shares, ratios, variances and correlations of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from sojourn.survey.design import Kind
from sojourn.survey.estimates import Estimates
from sojourn.survey.problems import SurveyError
from sojourn.survey.ratios import Ratio, estimate
from sojourn.survey.sample import Sample
from sojourn.survey.sums import Facts, Summed
from sojourn.survey.units import Floats

Names = str | Sequence[str]


def named(names: Names) -> tuple[str, ...]:
    """One name or several as several."""
    return (names,) if isinstance(names, str) else tuple(names)


def mean(sample: Sample, variables: Names, by: Names = ()) -> Estimates:
    """The mean of each variable in each domain: sum of w y over sum of w where y is known.

    Rows where it is missing stay in the design; their number is flagged.
    """
    exprs = {name: sample.number(name) for name in named(variables)}
    facts = sample.facts(exprs)
    ratios = [_mean(name, exprs[name], facts[name]) for name in exprs]
    return estimate(sample, ratios, named(by))


def _mean(name: str, y: pl.Expr, facts: Facts) -> Ratio:
    valid = y.is_not_null() if facts.has_missing else None
    if facts.is_binary:
        return Ratio("mean", name, "", y, valid, name, is_share=True)
    return Ratio("mean", name, "", y - facts.middle, valid, name, shift=facts.middle)


def total(sample: Sample, variables: Names, by: Names = ()) -> Estimates:
    """The total of each variable in each domain: sum of w y, of rows where it is known.

    Rows where it is missing add nothing, so the total is of those where it is known; their number
    is flagged. SurveyError for rows that were not drawn by chance and whose weights fit nothing:
    they stand for nobody else.
    """
    if sample.design.kind is Kind.NON_PROBABILITY:
        raise SurveyError(
            "there is no population behind rows that were not drawn by chance, so nothing can be "
            "added up for it; ask for means and shares, which are of those reached"
        )
    exprs = {name: sample.number(name) for name in named(variables)}
    ratios = [
        Ratio("total", name, "", y, y.is_not_null(), name, is_total=True)
        for name, y in exprs.items()
    ]
    return estimate(sample, ratios, named(by))


def proportion(sample: Sample, variables: Names, by: Names = ()) -> Estimates:
    """The share of each category of each variable in each domain, of rows where it is known."""
    ratios = []
    for name in named(variables):
        value = sample.category(name)
        categories = sample.categories(name)
        if not categories:
            raise SurveyError(f"no row that is looked at has a value in {name}")
        ratios += [
            Ratio(
                *("proportion", name, each),
                *((value == each).cast(pl.Float64), value.is_not_null(), name),
                is_share=True,
            )
            for each in categories
        ]
    return estimate(sample, ratios, named(by))


def ratio(sample: Sample, tops_and_bottoms: Names, by: Names = ()) -> Estimates:
    """The ratio of two totals, written `A/B`, in each domain, of rows where both are known."""
    ratios = []
    for text in named(tops_and_bottoms):
        top, bottom = _over(sample, text)
        y, x = sample.number(top), sample.number(bottom)
        valid = y.is_not_null() & x.is_not_null()
        ratios.append(Ratio("ratio", f"{top}/{bottom}", "", y, valid, text, bottom=x))
    return estimate(sample, ratios, named(by))


def variance(sample: Sample, variables: Names, by: Names = ()) -> Estimates:
    """The variance of each variable among the population of each domain: n / (n - 1) times the
    weighted mean of (y - mean)^2, with n the rows where it is known."""
    found = [_moments(sample, (name, name), by) for name in named(variables)]
    return _beside([_second(each, "variance") for each in found])


def covariance(sample: Sample, pairs: Sequence[tuple[str, str]], by: Names = ()) -> Estimates:
    """The covariance of two variables in each domain, of rows where both are known; as `variance`.
    The variable is written `A*B`."""
    return _beside([_second(_moments(sample, pair, by), "covariance") for pair in pairs])


def correlation(sample: Sample, pairs: Sequence[tuple[str, str]], by: Names = ()) -> Estimates:
    """Pearson's correlation of two variables in each domain, of rows where both are known.

    Its error follows from those of the five moments it is made of. The variable is written `A*B`.
    """
    return _beside([_correlated(_moments(sample, pair, by)) for pair in pairs])


_MOMENTS = 5
"""The means of x, y, xy, x^2 and y^2, with x and y the distances from the means of the domain."""


def _moments(sample: Sample, pair: tuple[str, str], by: Names) -> Estimates:
    """These means in each domain, of rows where both are known; in two passes over the table, so
    that nothing is lost to large numbers."""
    one, other = (sample.number(name) for name in pair)
    valid = one.is_not_null() & other.is_not_null()
    middles = _middles(sample, {"x": one, "y": other}, valid, named(by))
    x, y = one - middles["x"], other - middles["y"]
    label = pair[0] if pair[0] == pair[1] else "*".join(pair)
    tops = (x, y, x * y, x * x, y * y)
    ratios = [Ratio("moment", label, "", top, valid, label) for top in tops]
    return estimate(sample, ratios, named(by))


def _second(moments: Estimates, statistic: str) -> Estimates:
    """n / (n - 1) (mean of xy - mean of x mean of y)."""
    lines = [replace(line, statistic=statistic) for line in moments.lines[::_MOMENTS]]
    sizes = np.array([line.n for line in lines], dtype=np.float64)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(sizes > 1, sizes / (sizes - 1), np.nan)
    values = moments.values().reshape(-1, _MOMENTS)
    zero = np.zeros(len(lines))
    gradients = np.stack([-values[:, 1], -values[:, 0], zero + 1, zero, zero], axis=1) * scale
    return moments.mapped(
        lambda m: (m[..., [2]] - m[..., [0]] * m[..., [1]]) * scale, gradients[:, None, :], lines
    )


def _correlated(moments: Estimates) -> Estimates:
    """c / sqrt(a b) from the covariance and the variances."""

    def function(m: Floats) -> Floats:
        x, y, xy, xx, yy = (m[..., at] for at in range(_MOMENTS))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((xy - x * y) / np.sqrt((xx - x**2) * (yy - y**2)))[..., None]

    values = moments.values().reshape(-1, _MOMENTS)
    x, y, xy, xx, yy = (values[:, at] for at in range(_MOMENTS))
    c, a, b = xy - x * y, xx - x**2, yy - y**2
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(a * b)
        rho = c / root
        gradients = np.stack(
            [
                -y / root + rho * x / a,
                -x / root + rho * y / b,
                1 / root,
                -rho / (2 * a),
                -rho / (2 * b),
            ],
            axis=1,
        )
    lines = [replace(line, statistic="correlation") for line in moments.lines[::_MOMENTS]]
    return moments.mapped(function, gradients[:, None, :], lines)


def _beside(parts: Sequence[Estimates]) -> Estimates:
    """Estimates of the same domains, domain by domain. Covariances between parts are not known."""
    if len(parts) == 1:
        return parts[0]
    lines = tuple(
        line for each in zip(*(part.lines for part in parts), strict=True) for line in each
    )
    return Estimates(parts[0].by, lines)


def _middles(
    sample: Sample, exprs: dict[str, pl.Expr], valid: pl.Expr, by: tuple[str, ...]
) -> dict[str, pl.Expr]:
    """The mean of each expression in the domain of each row, over rows for which `valid` holds."""
    groups = sample.groups(by)
    facts = sample.facts(exprs)
    known = valid.cast(pl.Float64)
    summed = {
        "weight": Summed(known),
        **{
            name: Summed(pl.when(valid).then(expr - facts[name].middle).otherwise(0.0))
            for name, expr in exprs.items()
        },
    }
    totals = sample.totals(summed, groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = totals[:, 1:] / totals[:, [0]]
    found = {}
    for at, name in enumerate(exprs):
        values = [
            None if np.isnan(each) else float(each) + facts[name].middle for each in means[:, at]
        ]
        found[name] = sample.by_domain(groups, values)
    return found


def _over(sample: Sample, text: str) -> tuple[str, str]:
    """Top and bottom of `A/B`; names of columns may hold a slash themselves."""
    cuts = [at for at, sign in enumerate(text) if sign == "/"]
    fits = [
        (text[:at].strip(), text[at + 1 :].strip())
        for at in cuts
        if text[:at].strip() in sample.schema and text[at + 1 :].strip() in sample.schema
    ]
    if len(fits) == 1:
        return fits[0]
    if not cuts:
        raise SurveyError(f"write a ratio as TOP/BOTTOM, not as '{text}'")
    top, _slash, bottom = text.partition("/")
    for name in (top.strip(), bottom.strip()):
        sample.number(name)
    raise SurveyError(f"'{text}' can be read in more than one way; rename a column")
