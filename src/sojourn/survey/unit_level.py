"""Means of areas from answers of single units: the model of Battese, Harter and Fuller (1988).

Where what is known of each unit (x) is known for the population as means of areas (Xbar), answers
can be modelled one by one:

    y = x'b + v + e,   v between areas with variance sv2, e within with variance se2.

The estimate of an area is Xbar'b + v. It ignores how the sample was drawn, as the model says that
this does not matter once x is known. The survey-weighted variant of You and Rao (2002) keeps the
weights in b and in the means of areas: with large samples it goes to the direct estimate.

Only means of areas leave this module, never a value for a unit.

Sources: Battese, Harter and Fuller (1988); Prasad and Rao (1990); Datta and Lahiri (2000); You and
Rao (2002); Torabi and Rao (2010); Rao and Molina, Small Area Estimation, 2nd edition (2015),
chapter 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from sojourn.survey.area_checks import Normality, coefficient_table, normality
from sojourn.survey.covariates import Covariates, check_apart, named, texts
from sojourn.survey.numbers import ROW, category, in_order, no_such_column, number
from sojourn.survey.problems import SurveyError
from sojourn.survey.unit_fit import Nested, Parts, model_errors, ratio, weighted_errors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FAR_APART = 1e6
"""A ratio of the variance between areas to that within, above which there is none within."""

_NOTHING = 1e-20


@dataclass(frozen=True)
class UnitModel:
    """A fitted model and the areas it is asked for.

    `areas` (asked for) with `means` (areas x columns), the population means of the covariates, in
    the order of the table of means; `sizes` are numbers of units in the population, or None where
    these count as without end. `place` leads from an area to its place among those sampled, -1
    where it has no sample. `nested` holds the data and `variances` (sv2, se2). In `nested` and in
    what is computed from it columns are orthonormal, which keeps the numbers good whatever the
    units of the covariates; `r` turns them into the covariates.
    """

    areas: tuple[str, ...]
    means: Floats
    sizes: Floats | None
    place: Ints
    names: tuple[str, ...]
    r: Floats
    nested: Nested
    variances: tuple[float, float]
    weighted: bool

    @property
    def sampled(self) -> NDArray[np.bool_]:
        """Which areas have a sample."""
        return self.place >= 0

    @property
    def between(self) -> float:
        """The variance between areas, sv2."""
        return self.variances[0]

    @property
    def within(self) -> float:
        """The variance within areas, se2."""
        return self.variances[1]

    @cached_property
    def coefficients(self) -> Floats:
        """b: of generalised least squares, or weighted by the survey weights (You and Rao 2002)."""
        return np.asarray(np.linalg.solve(self.r, self.parts.coefficients), dtype=np.float64)

    @cached_property
    def spread(self) -> Floats:
        """The covariances of the coefficients."""
        inverse = np.linalg.inv(self.r)
        return np.asarray(inverse @ self.parts.spread @ inverse.T, dtype=np.float64)

    @cached_property
    def _means(self) -> Floats:
        """The population means, in orthonormal columns."""
        return np.asarray(np.linalg.solve(self.r.T, self.means.T).T, dtype=np.float64)

    @cached_property
    def parts(self) -> Parts:
        """What the estimates of all sampled areas follow from."""
        found = self.nested.weighted_parts if self.weighted else self.nested.parts
        return found(*self.variances)

    @cached_property
    def gamma(self) -> Floats:
        """How much an area's own sample counts: sv2/(sv2 + se2/n), with the survey weights
        sv2/(sv2 + se2 sum w~^2); 0 for areas without one."""
        found = np.zeros(len(self.areas))
        found[self.sampled] = self.parts.gamma[self.place[self.sampled]]
        return found

    @cached_property
    def effects(self) -> Floats:
        """v of each area, gamma (ybar - xbar'b); 0 for areas without a sample."""
        found = np.zeros(len(self.areas))
        at = self.place[self.sampled]
        gap = self.parts.y - self.parts.x @ self.parts.coefficients
        found[self.sampled] = self.parts.gamma[at] * gap[at]
        return found

    @cached_property
    def fraction(self) -> Floats:
        """The share of each area's population that was sampled; 0 where sizes are not known."""
        found = np.zeros(len(self.areas))
        if self.sizes is not None:
            here = self.sampled
            found[here] = self.nested.n[self.place[here]] / self.sizes[here]
        return found

    @cached_property
    def _rest(self) -> Floats:
        """The means of the covariates over the units that were not sampled."""
        found = self._means.copy()
        here = self.sampled & (self.fraction > 0) & (self.fraction < 1)
        f = self.fraction[here][:, None]
        found[here] = (self._means[here] - f * self.nested.x[self.place[here]]) / (1 - f)
        return found

    @cached_property
    def synthetic(self) -> Floats:
        """Xbar'b of each area."""
        return np.asarray(self._means @ self.parts.coefficients, dtype=np.float64)

    @cached_property
    def estimate(self) -> Floats:
        """The mean of each area: Xbar'b + v. Where sizes are known, what was seen of the sampled
        units counts as it is: f ybar + (1 - f)(xbar_rest'b + v)."""
        found = self._rest @ self.parts.coefficients + self.effects
        here = self.fraction > 0
        f = self.fraction[here]
        found[here] = f * self.nested.y[self.place[here]] + (1 - f) * found[here]
        return np.asarray(found, dtype=np.float64)

    @cached_property
    def mse(self) -> Floats:
        """The mean squared error of each area's mean (Prasad and Rao): g1 + g2 + 2 g3, with sizes
        (1 - f)^2 (g1 + g2 + 2 g3) + (1 - f) se2 / N. Of an area without a sample
        sv2 + Xbar' Cov(b) Xbar, and with its size + se2 / N. See `unit_fit`."""
        spread = self.parts.spread
        found = self.between + np.einsum("ij,jk,ik->i", self._rest, spread, self._rest)
        here = self.sampled
        of = weighted_errors if self.weighted else model_errors
        found[here] = of(self.nested, self.parts, *self.variances, self._rest, self.place)[here]
        if self.sizes is not None:
            found = (1 - self.fraction) ** 2 * found
            found += (1 - self.fraction) * self.within / self.sizes
        return np.asarray(found, dtype=np.float64)

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be known together with the results, one sentence each."""
        whole = self.between + self.within
        found = [
            f"Of the variance that covariates leave, {self.between / whole:.1%} lies between areas "
            f"({self.between:.6g} between, {self.within:.6g} within; REML)"
        ]
        if self.weighted:
            found.append(
                "Coefficients and means are weighted by the survey weights (You and Rao 2002); the "
                "variances are not"
            )
        if self.between == 0:
            found.append(
                "The variance between areas is 0: every area is given what its covariates say, "
                "whatever was found there, and its error is likely too small"
            )
        out = [area for area, here in zip(self.areas, self.sampled, strict=True) if not here]
        if out:
            found.append(
                f"Areas without a sample, which are synthetic ({len(out)} of {len(self.areas)}): "
                f"{named(out)}"
            )
        return tuple(f"{text}." for text in found)

    def table(self, level: float = 0.95) -> pl.DataFrame:
        """One row for each area: `n` sampled, `sample_mean` (weighted where the model is), `gamma`,
        `effect`, `synthetic`, `model`, `model_se`, `low`, `high`, `basis` (`model` or `synthetic`),
        `no_area_variance`."""
        if not 0 < level < 1:
            raise SurveyError(f"a level lies between 0 and 1, such as 0.95; not {level:g}")
        z = float(stats.norm.ppf(0.5 + level / 2))
        se, here = np.sqrt(self.mse), self.sampled
        n = np.where(here, self.nested.n[self.place], 0).astype(np.int64)
        mean = np.where(here, self.parts.y[self.place], np.nan)
        return pl.DataFrame(
            {
                "area": list(self.areas),
                "n": n,
                "sample_mean": pl.Series(mean).fill_nan(None),
                "gamma": self.gamma,
                "effect": self.effects,
                "synthetic": self.synthetic,
                "model": self.estimate,
                "model_se": se,
                "low": self.estimate - z * se,
                "high": self.estimate + z * se,
                "basis": ["model" if there else "synthetic" for there in here],
                "no_area_variance": [self.between == 0] * len(here),
            }
        )

    def coefficient_table(self) -> pl.DataFrame:
        """Estimate, standard error, z and p of each coefficient."""
        return coefficient_table(self.names, self.coefficients, self.spread)

    @property
    def log_likelihood(self) -> float:
        """The restricted log-likelihood at the estimates, X as it is."""
        size = float(np.log(np.abs(np.diag(self.r))).sum())
        return self.nested.restricted(*self.variances) - size

    def normality(self) -> tuple[Normality, Normality]:
        """Of area effects and of residuals within areas, each divided by its standard deviation
        under the model (coefficients taken as known)."""
        parts = self.nested.parts(*self.variances)
        gap = parts.y - parts.x @ parts.coefficients
        effects = gap / np.sqrt(self.between + self.within / self.nested.n)
        within = self.nested.within_residuals(parts.coefficients)
        return normality(effects), normality(within / np.sqrt(self.within))


def nested_error(
    rows: pl.DataFrame,
    means: pl.DataFrame,
    *,
    area: str,
    outcome: str,
    covariates: Sequence[str],
    sizes: str | None = None,
    weights: str | None = None,
) -> UnitModel:
    """Fits the model to a table with one row for each sampled unit.

    `means` has one row for each area that is asked for: the column `area` and the population means
    of the covariates under the same names; `sizes` names its column with the number of units in
    the population, where the sample is a part of it worth counting. With `weights` the estimates
    are those of You and Rao (2002); the variances are found by REML without weights.

    A row whose outcome is empty adds nothing. Raises `SurveyError` for empty covariates, areas or
    weights, an area in the sample that `means` lacks, or too few areas or rows.
    """
    wanted = Covariates(tuple(covariates))
    asked = texts(means, area, "area")
    names, xbar = wanted.matrix(means)
    if np.isnan(xbar).any():
        raise SurveyError("the population mean of a covariate is missing; give it for every area")
    y, x, of, w = _units(rows, area, outcome, wanted, weights)
    check_apart(names, x, "unit")
    found = in_order(set(of))
    lost = sorted(set(found) - set(asked))
    if lost:
        raise SurveyError(
            f"there are units of {named(lost)}, and no population means for it; add its row"
        )
    if len(found) < 3:
        raise SurveyError(
            f"the units lie in {len(found)} areas; the variance between areas takes at least 3"
        )
    places = {name: at for at, name in enumerate(found)}
    index = np.array([places[name] for name in of], dtype=np.int64)
    q, r = np.linalg.qr(x)
    nested = Nested.of(y, q, index, w)
    if len(y) - len(found) < x.shape[1]:
        raise SurveyError(
            f"{len(y)} units in {len(found)} areas are too few to tell the variance within areas "
            "from that between them"
        )
    held = None
    if sizes is not None:
        held = _sizes(means, sizes, asked, dict(zip(found, nested.n, strict=True)))
    place = np.array([places.get(name, -1) for name in asked], dtype=np.int64)
    return UnitModel(
        tuple(asked), xbar, held, place, names, r, nested, _variances(nested), weights is not None
    )


def _variances(nested: Nested) -> tuple[float, float]:
    # Between areas as far apart as can be, squares are those within areas alone.
    exact = nested.squares(_FAR_APART) <= _NOTHING * float((nested.all_y**2).sum())
    best = np.inf if exact else ratio(nested)
    if best > _FAR_APART:
        raise SurveyError(
            "area and covariates explain every unit exactly; there is no variance within areas to "
            "tell apart from that between them"
        )
    within = nested.within(best)
    return best * within, within


def _units(
    rows: pl.DataFrame, area: str, outcome: str, wanted: Covariates, weights: str | None
) -> tuple[Floats, Floats, list[str], Floats]:
    """Outcome, covariates, area and weight of the units with an outcome."""
    if area not in rows.schema:
        raise no_such_column(area, rows.schema)
    frame = rows.lazy().with_row_index(ROW, 1)
    weight = pl.lit(1.0) if weights is None else number(frame, rows.schema, weights)
    table = frame.select(
        number(frame, rows.schema, outcome).cast(pl.Float64).alias("y"),
        category(rows.schema, area).alias("area"),
        weight.alias("w"),
    ).collect()
    names, x = wanted.matrix(rows)
    kept = table.get_column("y").is_not_null().to_numpy()
    table, x = table.filter(pl.Series(kept)), x[kept]
    numbers = np.flatnonzero(kept) + 1
    for what, bad in (
        (f"the area ({area}) is missing", table.get_column("area").is_null().to_numpy()),
        (
            f"the weight ({weights}) is missing or not above 0",
            (~(table.get_column("w").fill_null(0) > 0)).to_numpy(),
        ),
        *((f"{name} is missing", np.isnan(x[:, at])) for at, name in enumerate(names)),
    ):
        if bad.any():
            at = numbers[bad]
            more = "" if len(at) == 1 else f" and {len(at) - 1} more"
            raise SurveyError(f"{what} where there is an outcome: row {at[0]}{more}")
    if not len(x):
        raise SurveyError(f"the column {outcome} is empty")
    return (
        table.get_column("y").to_numpy().astype(np.float64),
        x,
        table.get_column("area").to_list(),
        table.get_column("w").to_numpy().astype(np.float64),
    )


def _sizes(means: pl.DataFrame, sizes: str, asked: list[str], sampled: dict[str, float]) -> Floats:
    frame = means.lazy().with_row_index(ROW, 1)
    held = frame.select(number(frame, means.schema, sizes).alias(sizes)).collect().to_series()
    found = held.cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64)
    wrong = [
        name
        for name, size in zip(asked, found, strict=True)
        if not size >= max(1.0, sampled.get(name, 1.0))
    ]
    if wrong:
        raise SurveyError(
            f"{sizes} of {named(wrong)} is missing, or below the number of units that were sampled"
        )
    return found


def with_variances(model: UnitModel, between: float, within: float) -> UnitModel:
    """The same model with variances that are known from elsewhere.

    Raises `SurveyError` where the one between areas is below 0, or the other not above it.
    """
    if between < 0 or within <= 0:
        raise SurveyError("the variance between areas is at least 0, that within is above 0")
    return replace(model, variances=(float(between), float(within)))
