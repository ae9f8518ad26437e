"""Estimates for areas in which few people were asked: the area-level model of Fay and Herriot.

A direct estimate y of an area comes with a sampling variance psi. The model takes it together with
what is known of the area (x):

    y = x'b + u + e,   u with variance s2 between areas, e with the known variance psi.

The estimate of an area is gamma y + (1 - gamma) x'b with gamma = s2/(s2 + psi): areas with many
answers keep what was found there, areas with few lean on areas like them. An area without a direct
estimate gets x'b alone and is called synthetic.

Sources: Fay and Herriot (1979); Prasad and Rao (1990); Datta and Lahiri (2000); Rao and Molina,
Small Area Estimation, 2nd edition (2015), chapter 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from sojourn.survey.area_fit import At, Errors, Found, Method, errors, find
from sojourn.survey.area_variances import Smoothed, VarianceFunction, smooth
from sojourn.survey.covariates import Covariates, check_apart, check_complete, named, texts
from sojourn.survey.numbers import ROW, no_such_column, number
from sojourn.survey.problems import SurveyError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MODEL, SYNTHETIC = "model", "synthetic"
"""What an estimate rests on: a direct estimate and the model, or the model alone."""

_FEW = 15
"""With fewer areas than this beyond the coefficients, the formulas for errors are rough."""


@dataclass(frozen=True)
class AreaModel:
    """A fitted model. Areas stand in the order of the table; those of `fit` are `sampled`.

    `direct`, `variance` (areas): NaN where there is no direct estimate. `variance` is the one used;
    `given` is that of the table, which differs where variances were smoothed. `x` (areas x
    columns) are the covariates, `names` what they are called; `r` turns orthonormal columns into
    them. `notes` say in words what has to be known with the results.
    """

    areas: tuple[str, ...]
    direct: Floats
    given: Floats
    variance: Floats
    x: Floats
    r: Floats
    names: tuple[str, ...]
    method: Method
    found: Found
    fit: At
    smoothed: Smoothed | None

    @property
    def sampled(self) -> Bools:
        """Which areas have a direct estimate."""
        return np.isfinite(self.direct)

    @property
    def between(self) -> float:
        """The variance between areas that the covariates do not explain, s2."""
        return self.found.s2

    @cached_property
    def spread(self) -> Floats:
        """The covariances of the coefficients, (X'V^-1 X)^-1."""
        inverse = np.linalg.inv(self.r)
        return np.asarray(inverse @ self.fit.spread @ inverse.T, dtype=np.float64)

    @cached_property
    def coefficients(self) -> Floats:
        """The coefficients of the covariates, in the order of `names`."""
        return np.asarray(np.linalg.solve(self.r, self.fit.coefficients), dtype=np.float64)

    @cached_property
    def synthetic(self) -> Floats:
        """x'b of every area."""
        return np.asarray(self.x @ self.coefficients, dtype=np.float64)

    @cached_property
    def gamma(self) -> Floats:
        """The weight of the direct estimate: s2/(s2 + psi); 0 where there is none."""
        found = np.zeros(len(self.areas))
        found[self.sampled] = self.between * self.fit.weight
        return found

    @cached_property
    def estimate(self) -> Floats:
        """The EBLUP of every area, gamma y + (1 - gamma) x'b; x'b where there is no y."""
        found = self.synthetic.copy()
        here = self.sampled
        found[here] += self.gamma[here] * (self.direct[here] - self.synthetic[here])
        return found

    @cached_property
    def errors(self) -> Errors:
        """The parts of the mean squared error of the areas with a direct estimate."""
        return errors(self.method, self.fit)

    @cached_property
    def mse(self) -> Floats:
        """The mean squared error of every area: see `area_fit.errors`. Of a synthetic estimate
        s2 + x'(X'V^-1 X)^-1 x, to which the formula goes where psi grows without end."""
        found = self.between + np.einsum("ij,jk,ik->i", self.x, self.spread, self.x)
        found[self.sampled] = self.errors.mse
        return np.asarray(found, dtype=np.float64)

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be known together with the results, one sentence each."""
        found = [f"{_METHODS[self.method]} gave a variance between areas of {self.between:.6g}"]
        if self.smoothed is not None:
            found.append(self.smoothed.text)
        if self.between == 0:
            found.append(
                "The variance between areas is 0: every area is given what its covariates say, "
                "whatever was found there, and its error is likely too small"
            )
        out = [area for area, here in zip(self.areas, self.sampled, strict=True) if not here]
        if out:
            found.append(
                f"Areas without a direct estimate, which are synthetic ({len(out)} of "
                f"{len(self.areas)}): {named(out)}"
            )
        if len(self.fit.y) - len(self.names) < _FEW:
            found.append(f"The errors rest on {len(self.fit.y)} areas; with so few they are rough")
        return tuple(f"{text}." for text in found)

    def table(self, level: float = 0.95) -> pl.DataFrame:
        """One row for each area, direct and model side by side.

        `direct`, `direct_se` (as given), `used_se` (after smoothing), `gamma`, `synthetic`,
        `model`, `model_se` (root of the mean squared error), `low` and `high` (model -+ z
        model_se), `basis` (`model` or `synthetic`), `no_area_variance` (s2 is 0), `improves`
        (whether the mean squared error is below the variance used). Null where there is none.
        """
        z = float(stats.norm.ppf(0.5 + _level(level) / 2))
        se = np.sqrt(self.mse)
        columns = {
            "direct": self.direct,
            "direct_se": np.sqrt(np.where(self.sampled, self.given, np.nan)),
            "used_se": np.sqrt(self.variance),
            "gamma": self.gamma,
            "synthetic": self.synthetic,
            "model": self.estimate,
            "model_se": se,
            "low": self.estimate - z * se,
            "high": self.estimate + z * se,
        }
        basis = [MODEL if here else SYNTHETIC for here in self.sampled]
        better = self.mse < np.where(self.sampled, self.variance, np.inf)
        return pl.DataFrame(
            {"area": list(self.areas)}
            | {name: pl.Series(values).fill_nan(None) for name, values in columns.items()}
            | {
                "basis": basis,
                "no_area_variance": [self.between == 0] * len(basis),
                "improves": [
                    bool(good) if here else None
                    for good, here in zip(better, self.sampled, strict=True)
                ],
            },
            schema_overrides={"improves": pl.Boolean},
        )


_METHODS = {
    Method.REML: "Restricted maximum likelihood (REML)",
    Method.ML: "Maximum likelihood (ML)",
    Method.MOMENT: "The moment estimator of Prasad and Rao",
}


def fay_herriot(
    rows: pl.DataFrame,
    *,
    area: str,
    direct: str,
    variance: str | None = None,
    error: str | None = None,
    covariates: Sequence[str] = (),
    categories: Sequence[str] = (),
    intercept: bool = True,
    method: Method = Method.REML,
    smoothing: VarianceFunction | None = None,
) -> AreaModel:
    """Fits the model to a table with one row for each area.

    `area` names the areas. `direct` holds their direct estimates; where it is empty the area gets a
    synthetic estimate. `variance` holds the sampling variances, or `error` their roots: name one.
    `covariates` are columns of numbers, `categories` columns of categories. With `smoothing` the
    variances are replaced by a function of size; areas then need no variance of their own.

    Raises `SurveyError` for missing covariates, an estimate without a variance above 0, covariates
    that cannot be told apart, and fewer areas than coefficients + 2.
    """
    table = rows
    areas = texts(table, area, "area")
    y = _numbers(table, direct)
    if (variance is None) == (error is None):
        raise SurveyError("name the column with sampling variances, or the one with errors")
    given = _numbers(table, variance) if variance else _numbers(table, error or "") ** 2
    if variance and (given < 0).any():
        wrong = [a for a, v in zip(areas, given, strict=True) if v < 0]
        raise SurveyError(f"{variance} is below 0 for {named(wrong)}; a variance cannot be")
    smoothed = smooth(smoothing, table, given, areas) if smoothing is not None else None
    used = np.where(np.isnan(y), np.nan, given if smoothed is None else smoothed.values)
    _check_variances(areas, y, used, smoothed)
    wanted = Covariates(tuple(covariates), tuple(categories), intercept).learned(table)
    names, x = wanted.matrix(table)
    check_complete(names, x, areas, "area")
    here = np.isfinite(y)
    m, p = int(here.sum()), x.shape[1]
    if m < p + 2:
        raise SurveyError(
            f"{m} areas with a direct estimate are too few for {p} coefficients and a variance "
            "between areas; explain with fewer columns"
        )
    check_apart(names, x[here], "area")
    q, r = np.linalg.qr(x[here])
    found = find(method, y[here], q, used[here])
    fit = At(found.s2, y[here], q, used[here])
    return AreaModel(tuple(areas), y, given, used, x, r, names, method, found, fit, smoothed)


def _numbers(table: pl.DataFrame, name: str) -> Floats:
    if name not in table.schema:
        raise no_such_column(name, table.schema)
    frame = table.lazy().with_row_index(ROW, 1)
    column = frame.select(number(frame, table.schema, name).alias(name)).collect().to_series()
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64)


def _check_variances(
    areas: list[str], y: Floats, variance: Floats, smoothed: Smoothed | None
) -> None:
    there = np.isfinite(y)
    missing = [areas[int(at)] for at in np.flatnonzero(there & np.isnan(variance))]
    if missing:
        what = "sampling variance" if smoothed is None else f"{smoothed.function.size}"
        raise SurveyError(
            f"{named(missing)}: there is a direct estimate without its {what}. Give it, or leave "
            "the direct estimate empty; the area is then synthetic"
        )
    zero = [areas[int(at)] for at in np.flatnonzero(there & (variance <= 0))]
    if zero:
        raise SurveyError(
            f"{named(zero)}: the sampling variance is 0, as if everybody had been asked (often all "
            "answers were the same). Smooth the variances with a VarianceFunction, or leave the "
            "direct estimate empty; the area is then synthetic"
        )


def _level(level: float) -> float:
    if not 0 < level < 1:
        raise SurveyError(f"a level lies between 0 and 1, such as 0.95; it cannot be {level:g}")
    return level
