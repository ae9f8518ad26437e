"""How good predictions are, for the population and not for the sample: weighted scores.

Each score is a function of weighted sums. Beside its value stands its influence on each row (the
derivative by the row's weight, times that weight), whose design-based error is the error of the
score: the predictions are taken as given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST = 1e-15
"""Predicted shares are kept this far from 0 and 1 where their logarithm is taken."""

_STEPS = 100


@dataclass(frozen=True)
class Score:
    """A score and its influence (rows); both NaN where it is not defined. `share` says that it
    lies between 0 and 1."""

    name: str
    value: float
    influence: Floats
    share: bool = False


def mean(values: Floats, w: Floats) -> tuple[float, Floats]:
    """The weighted mean and its influence w (v - mean)/W."""
    whole = float(w.sum())
    found = float(w @ values) / whole
    return found, np.asarray(w * (values - found) / whole, dtype=np.float64)


def of_numbers(y: Floats, f: Floats, w: Floats) -> list[Score]:
    """Scores of predicted numbers: R2, root mean squared and mean absolute error, mean error
    (outcome - prediction), and the line of outcome on prediction (1 and 0 where calibrated)."""
    error = y - f
    squared, u_squared = mean(error**2, w)
    rmse = float(np.sqrt(squared))
    found = [_r2(y, error, w)]
    found.append(Score("rmse", rmse, u_squared / (2 * rmse) if rmse > 0 else u_squared))
    found.append(Score("mae", *mean(np.abs(error), w)))
    found.append(Score("mean_error", *mean(error, w)))
    spread = float(w @ (f - float(w @ f) / float(w.sum())) ** 2)
    if spread <= 1e-24 * float(w @ f**2):
        nothing = np.full(len(y), np.nan)
        return [
            *found,
            Score("calibration_slope", np.nan, nothing),
            Score("calibration_intercept", np.nan, nothing),
        ]
    x = np.column_stack([np.ones(len(y)), f])
    inverse = np.linalg.inv((x.T * w) @ x)
    b = inverse @ (x.T @ (w * y))
    u = (w * (y - x @ b))[:, None] * x @ inverse
    return [
        *found,
        Score("calibration_slope", float(b[1]), u[:, 1]),
        Score("calibration_intercept", float(b[0]), u[:, 0]),
    ]


def _r2(y: Floats, error: Floats, w: Floats) -> Score:
    """1 - A/B with A the weighted squared errors and B the weighted squares around the mean."""
    far = (y - float(w @ y) / float(w.sum())) ** 2
    a, b = float(w @ error**2), float(w @ far)
    if b <= 0:
        return Score("r2", np.nan, np.full(len(y), np.nan))
    return Score("r2", 1 - a / b, np.asarray(w * (a / b**2 * far - error**2 / b)))


def of_shares(y: Floats, p: Floats, w: Floats) -> list[Score]:
    """Scores of predicted probabilities of an outcome 0 or 1: Brier, log loss, AUC, calibration.

    Calibration slope and intercept are those of the outcome on logit(p) (1 and 0 where calibrated);
    `calibration_in_the_large` is the intercept with the slope held at 1.
    """
    kept = np.clip(p, _LEAST, 1 - _LEAST)
    loss = -(y * np.log(kept) + (1 - y) * np.log1p(-kept))
    logit = np.log(kept / (1 - kept))
    one = np.ones((len(y), 1))
    large, u_large = _logistic(y, one, logit, w)
    line, u_line = _logistic(y, np.column_stack([one, logit]), np.zeros(len(y)), w)
    return [
        Score("brier", *mean((p - y) ** 2, w), share=True),
        Score("log_loss", *mean(loss, w)),
        auc(y, p, w),
        Score("mean_error", *mean(y - p, w)),
        Score("calibration_slope", float(line[1]), u_line[:, 1]),
        Score("calibration_intercept", float(line[0]), u_line[:, 0]),
        Score("calibration_in_the_large", float(large[0]), u_large[:, 0]),
    ]


def auc(y: Floats, p: Floats, w: Floats) -> Score:
    """The weighted share of pairs (one with, one without) of which the one with is predicted
    higher; ties count a half. The influence is that of Yao, Li and Graubard (2015)."""
    cases, others = w * y, w * (1 - y)
    with_it, without = float(cases.sum()), float(others.sum())
    if with_it <= 0 or without <= 0:
        return Score("auc", np.nan, np.full(len(y), np.nan), share=True)
    _values, place = np.unique(p, return_inverse=True)
    of_others, of_cases = np.bincount(place, others), np.bincount(place, cases)
    below = (np.cumsum(of_others) - of_others / 2)[place] / without
    above = (with_it - np.cumsum(of_cases) + of_cases / 2)[place] / with_it
    value = float(cases @ below) / with_it
    influence = cases * (below - value) / with_it + others * (above - value) / without
    return Score("auc", value, np.asarray(influence), share=True)


def _logistic(y: Floats, x: Floats, offset: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Coefficients of a weighted logistic regression by Newton's method, and their influence
    A^-1 w x (y - mu); NaN where it has none, as when the outcome is told without an error."""
    b = np.zeros(x.shape[1])
    nothing = np.full(x.shape[1], np.nan), np.full(x.shape, np.nan)
    for _each in range(_STEPS):
        # Beyond 500 the logistic function is 0 or 1 to the last digit.
        mu = 1 / (1 + np.exp(-np.clip(offset + x @ b, -500, 500)))
        inner = (x.T * (w * mu * (1 - mu))) @ x
        if not np.linalg.cond(inner) < 1 / np.finfo(np.float64).eps:
            return nothing
        step = np.linalg.solve(inner, x.T @ (w * (y - mu)))
        # Far from the solution a whole step may overshoot; none is longer than 5.
        step *= min(1.0, 5 / max(float(np.abs(step).max()), 5))
        b += step
        if float(np.abs(step).max()) < 1e-10 * (1 + float(np.abs(b).max())):
            influence = (w * (y - mu))[:, None] * x @ np.linalg.inv(inner)
            return b, np.asarray(influence, dtype=np.float64)
    return nothing
