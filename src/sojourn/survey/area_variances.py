"""Sampling variances that are steadier than those which small samples give.

The variance of a direct estimate in a small area rests on few units and is itself a guess: some
come out at nearly nothing, and such areas would be believed most. A declared function of the
number of people asked, and of what else is named, takes their place in the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sojourn.survey.covariates import (
    INTERCEPT,
    Covariates,
    check_apart,
    check_complete,
    named,
)
from sojourn.survey.problems import SurveyError

Floats = NDArray[np.float64]


class Back(StrEnum):
    """How logarithms become variances again; the plain exponential comes out too low.

    `RATIO`: times one factor, so that smoothed and direct variances have the same sum (Hidiroglou,
    Beaumont and Yung 2019). `LOG_NORMAL`: times exp(residual variance / 2) (Rivest and Belmonte
    2000), right where the logarithms are about normal.
    """

    RATIO = "ratio"
    LOG_NORMAL = "log_normal"


@dataclass(frozen=True)
class VarianceFunction:
    """log(variance) = a + b log(size) + c'x: the function that sampling variances follow.

    `size` names the column with the number of units that stand behind a direct estimate;
    `covariates` further columns of numbers, as they are.
    """

    size: str
    covariates: tuple[str, ...] = ()
    back: Back = Back.RATIO


@dataclass(frozen=True)
class Smoothed:
    """Variances by a function, and how it was fitted.

    `values` (areas) is NaN where the size is not known. `names`, `coefficients` and `errors` belong
    together. `share` is the part of the spread of log variances that the function explains;
    `fitted` the number of areas it was learned from.
    """

    function: VarianceFunction
    values: Floats
    names: tuple[str, ...]
    coefficients: Floats
    errors: Floats
    factor: float
    share: float
    fitted: int

    @property
    def text(self) -> str:
        """What was done, in one sentence."""
        parts = [
            f"{value:+.4g}" if name == INTERCEPT else f"{value:+.4g} {name}"
            for name, value in zip(self.names, self.coefficients, strict=True)
        ]
        return (
            f"The sampling variances were smoothed: log variance = {' '.join(parts)}, learned from "
            f"{self.fitted} areas (it explains {self.share:.0%} of their spread) and multiplied by "
            f"{self.factor:.4g} on the way back ({self.function.back})"
        )


def smooth(
    function: VarianceFunction, table: pl.DataFrame, variance: Floats, areas: list[str]
) -> Smoothed:
    """Fits the function by least squares to areas whose variance is above 0.

    `variance` (areas) is NaN where there is none. Raises `SurveyError` where sizes are not above 0,
    a size or covariate is missing for an area with a variance, or areas are too few.
    """
    _all, size = Covariates((function.size,), intercept=False).matrix(table)
    wrong = [area for area, n in zip(areas, size[:, 0], strict=True) if n <= 0]
    if wrong:
        raise SurveyError(
            f"{function.size} has to be above 0; it is not for {named(wrong)}. Leave it empty "
            "where nobody was asked"
        )
    names, x = Covariates(function.covariates).matrix(table)
    x = np.insert(x, 1, np.log(size[:, 0]), axis=1)
    names = (names[0], f"log({function.size})", *names[1:])
    learn = np.isfinite(variance) & (variance > 0)
    where = [area for area, used in zip(areas, learn, strict=True) if used]
    check_complete(names, x[learn], where, "area with a variance")
    m, p = int(learn.sum()), x.shape[1]
    if m < p + 2:
        raise SurveyError(
            f"a variance function of {p} coefficients cannot be learned from {m} areas with a "
            "variance; name fewer covariates or give the variances as they are"
        )
    check_apart(names, x[learn], "area")
    logs = np.log(variance[learn])
    q, r = np.linalg.qr(x[learn])
    found = np.linalg.solve(r, q.T @ logs)
    residual = logs - x[learn] @ found
    noise = float((residual**2).sum()) / (m - p)
    inverse = np.linalg.inv(r)
    plain = np.exp(x @ found)
    factor = (
        float(variance[learn].sum() / plain[learn].sum())
        if function.back is Back.RATIO
        else float(np.exp(noise / 2))
    )
    spread = float(((logs - logs.mean()) ** 2).sum())
    return Smoothed(
        function=function,
        values=plain * factor,
        names=names,
        coefficients=found,
        errors=np.sqrt(noise * (inverse**2).sum(axis=1)),
        factor=factor,
        share=1 - float((residual**2).sum()) / spread if spread > 0 else 0.0,
        fitted=m,
    )
