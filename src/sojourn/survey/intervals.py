"""Limits around an estimate, by the convention that is named."""

from __future__ import annotations

import math
from enum import StrEnum

from scipy import optimize, stats

from sojourn.survey.problems import SurveyError

Limits = tuple[float | None, float | None]
NO_LIMITS: Limits = (None, None)


class Interval(StrEnum):
    """How limits are found. All but `mean` are for shares between 0 and 1.

    With share p, standard error s and t the quantile of the t distribution at the degrees of
    freedom:

    - `mean`: p +- t s.
    - `logit`, `xlogit`: the same on the scale log(p / (1 - p)), where the error is s / (p (1 - p)).
      (R fits a model for `logit`; the limits agree to about 5e-10.)
    - `asin`: the same on the scale asin(sqrt(p)), where the error is s / (2 sqrt(p (1 - p))).
    - `beta`: Clopper and Pearson's limits with the effective number n* = p (1 - p) / s^2 x
      (t at n - 1 / t)^2 (Korn and Graubard 1998). At 0 and 1, where s is 0, n* is n.
    - `wilson`: Wilson's limits with n* = p (1 - p) / s^2 and t. At 0 and 1 n* is n.
    - `likelihood`: the shares whose deviance, divided by the ratio of the design's variance to that
      of a simple sample and by n / (n - 1), is at most t^2 (Rao and Scott 1984).
    """

    MEAN = "mean"
    LOGIT = "logit"
    XLOGIT = "xlogit"
    BETA = "beta"
    WILSON = "wilson"
    ASIN = "asin"
    LIKELIHOOD = "likelihood"


def limits(
    how: Interval, estimate: float, se: float, df: float, *, level: float = 0.95, n: int = 0
) -> Limits:
    """The limits of an estimate, None where there are none.

    `df` may be infinite. Without a degree of freedom, without an error, and for a share of exactly
    0 or 1 by a method that would make them equal, there are none: limits of no width would say that
    one is sure. `n` is the number of rows, which `beta` and `wilson` need.
    """
    if df <= 0 or not math.isfinite(se) or not math.isfinite(estimate):
        return NO_LIMITS
    t = quantile(level, df)
    if how is Interval.MEAN:
        return (estimate - t * se, estimate + t * se) if se > 0 else NO_LIMITS
    if not 0 <= estimate <= 1:
        raise SurveyError(f"the interval {how} is for shares between 0 and 1")
    if how is Interval.BETA:
        return _beta(estimate, se, df, level, n)
    if how is Interval.WILSON:
        return _wilson(estimate, se, t, n)
    if se <= 0 or estimate in (0, 1):
        return NO_LIMITS
    spread = estimate * (1 - estimate)
    if how is Interval.ASIN:
        middle, half = math.asin(math.sqrt(estimate)), t * se / (2 * math.sqrt(spread))
        return math.sin(max(middle - half, 0.0)) ** 2, math.sin(
            min(middle + half, math.pi / 2)
        ) ** 2
    if how is Interval.LIKELIHOOD:
        return _likelihood(estimate, spread / se**2 * (1 - 1 / n if n > 1 else 1), t)
    middle, half = math.log(estimate / (1 - estimate)), t * se / spread
    return _expit(middle - half), _expit(middle + half)


def quantile(level: float, df: float) -> float:
    """The two-sided quantile of the t distribution; of the normal one for infinite `df`."""
    tail = (1 + level) / 2
    return float(stats.norm.ppf(tail) if math.isinf(df) else stats.t.ppf(tail, df))


def _beta(p: float, se: float, df: float, level: float, n: int) -> Limits:
    if n < 2:
        return NO_LIMITS
    size = float(n)
    if se > 0 and 0 < p < 1:
        size = p * (1 - p) / se**2 * (quantile(level, n - 1) / quantile(level, df)) ** 2
    tail = (1 - level) / 2
    low = 0.0 if p == 0 else float(stats.beta.ppf(tail, size * p, size * (1 - p) + 1))
    high = 1.0 if p == 1 else float(stats.beta.ppf(1 - tail, size * p + 1, size * (1 - p)))
    return low, high


def _wilson(p: float, se: float, t: float, n: int) -> Limits:
    size = p * (1 - p) / se**2 if se > 0 and 0 < p < 1 else float(n)
    if size <= 0:
        return NO_LIMITS
    middle = p + t**2 / (2 * size)
    half = t * math.sqrt(p * (1 - p) / size + t**2 / (4 * size**2))
    return (middle - half) / (1 + t**2 / size), (middle + half) / (1 + t**2 / size)


def _likelihood(p: float, size: float, t: float) -> Limits:
    """`size` is the number of a simple sample with the same error, which scales the deviance."""

    def beyond(share: float) -> float:
        deviance = p * math.log(p / share) + (1 - p) * math.log((1 - p) / (1 - share))
        return 2 * size * deviance - t**2

    tiny = 1e-15
    low = optimize.brentq(beyond, tiny * p, p, xtol=1e-15, rtol=1e-14)
    high = 1 - optimize.brentq(
        lambda rest: beyond(1 - rest), tiny * (1 - p), 1 - p, xtol=1e-15, rtol=1e-14
    )
    return float(low), float(high)


def _expit(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0
