"""Whether an area model can be believed, and how its estimates are made to add up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from sojourn.survey.covariates import named
from sojourn.survey.problems import SurveyError
from sojourn.survey.small_areas import AreaModel

Floats = NDArray[np.float64]

_FAR = 4.0
"""An area whose Cook's distance is above this over the number of areas moves the coefficients."""

_SHAPIRO = (3, 5000)
"""Between how many values the test of Shapiro and Wilk is defined."""

_SAME = 1e-7


@dataclass(frozen=True)
class Normality:
    """Whether values look as if drawn from a normal distribution.

    `statistic` and `p_value` are those of Shapiro and Wilk, None where values are too few or too
    many. A normal distribution has `skewness` 0 and `kurtosis` 3.
    """

    statistic: float | None
    p_value: float | None
    skewness: float
    kurtosis: float


@dataclass(frozen=True)
class Comparison:
    """Direct estimates against those of the model (Brown, Chambers, Heady and Heasman 2001).

    `slope` and `intercept`: of direct on model by least squares; about 1 and 0 where the model
    has no bias. `statistic`: sum of (direct - model)^2 / (variance + mse), chi-squared with
    `df` degrees of freedom if model and direct estimates agree; the covariance of the two is left
    out, so the test finds less than there is.
    """

    slope: float
    intercept: float
    correlation: float
    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True)
class Diagnostics:
    """What there is to look at before estimates are used.

    `areas` (frame): `residual` is y - x'b over its standard error; divided so, area effects
    and sampling errors are the same numbers. `leverage`, and `cook`: how far the coefficients move
    without the area, s2 held; `far` marks those above 4/m. `coefficients` (frame): estimate,
    standard error, z, p. `log_likelihood` is the plain one at the estimates, from which `aic` and
    `bic` count the coefficients and s2; compare models of one method on the same areas.
    `improved`: the share of areas with a direct estimate whose mean squared error is below the
    sampling variance used.
    """

    areas: pl.DataFrame
    coefficients: pl.DataFrame
    normality: Normality
    comparison: Comparison
    between: float
    between_se: float
    log_likelihood: float
    restricted_log_likelihood: float
    aic: float
    bic: float
    improved: float


def diagnose(model: AreaModel) -> Diagnostics:
    """Residuals, influence, fit, and the comparison with direct estimates."""
    fit, here = model.fit, model.sampled
    m, p = fit.x.shape
    within = np.einsum("ij,jk,ik->i", fit.x, fit.spread, fit.x)
    leverage = fit.weight * within
    # Of an area that alone decides a coefficient nothing is left over: it has no residual.
    own = leverage > 1 - 1e-9
    left = np.where(own, np.nan, 1 - leverage)
    residual = fit.residual * np.sqrt(fit.weight / left)
    cook = residual**2 * leverage / left / p
    areas = pl.DataFrame(
        {
            "area": [area for area, there in zip(model.areas, here, strict=True) if there],
            "residual": pl.Series(residual).fill_nan(None),
            "leverage": leverage,
            "cook": pl.Series(cook).fill_nan(None),
            "far": pl.Series(cook > _FAR / m),
        }
    )
    log_likelihood = fit.log_likelihood()
    return Diagnostics(
        areas=areas,
        coefficients=coefficient_table(model.names, model.coefficients, model.spread),
        normality=normality(residual[~own]),
        comparison=_compare(model),
        between=model.between,
        between_se=model.found.se,
        log_likelihood=log_likelihood,
        # X was made orthonormal; this brings the likelihood back to the covariates as they are.
        restricted_log_likelihood=fit.restricted() - float(np.log(np.abs(np.diag(model.r))).sum()),
        aic=-2 * log_likelihood + 2 * (p + 1),
        bic=-2 * log_likelihood + float(np.log(m)) * (p + 1),
        improved=float((model.mse[here] < model.variance[here]).mean()),
    )


def coefficient_table(names: tuple[str, ...], values: Floats, spread: Floats) -> pl.DataFrame:
    """Estimate, standard error, z and two-sided p of each coefficient (normal distribution)."""
    se = np.sqrt(np.diag(spread))
    z = values / se
    return pl.DataFrame(
        {
            "name": list(names),
            "estimate": values,
            "se": se,
            "z": z,
            "p": 2 * stats.norm.sf(np.abs(z)),
        }
    )


def normality(values: Floats) -> Normality:
    """Shapiro and Wilk, skewness and kurtosis of values with a standard deviation of about 1. Of
    values that are all the same nothing is told: no test, and skewness and kurtosis NaN."""
    low, high = _SHAPIRO
    if not len(values) or float(np.ptp(values)) < _SAME:
        return Normality(None, None, np.nan, np.nan)
    tested = stats.shapiro(values) if low <= len(values) <= high else None
    return Normality(
        statistic=float(tested.statistic) if tested is not None else None,
        p_value=float(tested.pvalue) if tested is not None else None,
        skewness=float(stats.skew(values)),
        kurtosis=float(stats.kurtosis(values, fisher=False)),
    )


def _compare(model: AreaModel) -> Comparison:
    here = model.sampled
    direct, found = model.direct[here], model.estimate[here]
    far = found - found.mean()
    flat = float((far**2).sum()) <= 1e-20 * float((found**2).sum())
    slope = np.nan if flat else float((far * direct).sum() / (far**2).sum())
    statistic = float(((direct - found) ** 2 / (model.variance[here] + model.mse[here])).sum())
    return Comparison(
        slope=slope,
        intercept=float(direct.mean() - slope * found.mean()),
        correlation=np.nan if flat else float(np.corrcoef(direct, found)[0, 1]),
        statistic=statistic,
        df=len(direct),
        p_value=float(stats.chi2.sf(statistic, len(direct))),
    )


class Adjustment(StrEnum):
    """How estimates are made to add up to a total: all times one factor, or all plus one number."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class Benchmarked:
    """Estimates that add up.

    `table`: area, weight, model, model_se, benchmarked, benchmarked_se. The last is the root of
    mse + shift^2: an adjustment that depends on the data alone is uncorrelated with the error of
    the best predictor, so its square adds to the error (Steorts and Ghosh 2013; s2 taken as known).
    `before` is what the model adds up to, `total` what it was made to add up to; `amount` the
    factor or the number that was added.
    """

    table: pl.DataFrame
    adjustment: Adjustment
    before: float
    total: float
    amount: float

    @property
    def note(self) -> str:
        """What was done, in one sentence."""
        done = (
            f"multiplied by {self.amount:.6g}"
            if self.adjustment is Adjustment.RATIO
            else f"moved by {self.amount:+.6g}"
        )
        return (
            f"All estimates were {done}, so that they add up to {self.total:.6g} in place of "
            f"{self.before:.6g}."
        )


def benchmark(
    model: AreaModel,
    weights: dict[str, float],
    *,
    total: float | None = None,
    adjustment: Adjustment = Adjustment.RATIO,
) -> Benchmarked:
    """Makes the estimates of all areas add up to a total.

    `weights`: for each area, its share of the population (the total is then a mean) or its number
    of people (the total is then one). `total` is the direct estimate for all areas together; where
    every area has a direct estimate it may be left out and is the sum of weight x direct.

    Raises `SurveyError` where a weight is missing, unknown or not above 0, where no total was given
    though some area has no direct estimate, or where a ratio cannot be formed.
    """
    unknown = sorted(set(weights) - set(model.areas))
    missing = [area for area in model.areas if area not in weights]
    if unknown or missing:
        what = f"no weight for {named(missing)}" if missing else f"no area {named(unknown)}"
        raise SurveyError(f"there is {what}; give one weight for each area of the model")
    w = np.array([weights[area] for area in model.areas], dtype=np.float64)
    wrong = [area for area in model.areas if not 0 < weights[area] < np.inf]
    if wrong:
        raise SurveyError(f"the weight of {named(wrong)} has to be above 0")
    if total is None:
        if not model.sampled.all():
            raise SurveyError(
                "some areas have no direct estimate, so the direct total does not follow from "
                "them; give the direct estimate for all areas together as total"
            )
        total = float(w @ model.direct)
    if not np.isfinite(total):
        raise SurveyError("the total has to be a number")
    before = float(w @ model.estimate)
    if adjustment is Adjustment.RATIO:
        if before == 0 or total / before <= 0:
            raise SurveyError(
                f"no factor above 0 leads from {before:.6g} to {total:.6g}; use the adjustment "
                "difference"
            )
        amount = total / before
        after = model.estimate * amount
    else:
        amount = (total - before) / float(w.sum())
        after = model.estimate + amount
    table = pl.DataFrame(
        {
            "area": list(model.areas),
            "weight": w,
            "model": model.estimate,
            "model_se": np.sqrt(model.mse),
            "benchmarked": after,
            "benchmarked_se": np.sqrt(model.mse + (after - model.estimate) ** 2),
        }
    )
    return Benchmarked(table, adjustment, before, total, amount)
