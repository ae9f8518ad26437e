"""The variance between areas that fits best, and what follows from it: numbers only.

The model is y = Xb + u + e, u with variance s2 (to be found), e with the variances psi (known).
V = diag(s2 + psi); P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1. Everything here costs one pass over the
areas: no matrix of areas by areas is made.

Sources: Fay and Herriot (1979); Prasad and Rao (1990); Datta and Lahiri (2000); Rao and Molina,
Small Area Estimation, 2nd edition (2015), chapter 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TOLERANCE = 1e-12
"""Scoring ends where a step is this small a part of the total variance."""

_STEPS = 200
_HALVINGS = 40
_GRID = np.r_[0.0, np.logspace(-6, 3, 73)]
"""Where likelihoods are looked at, in units of the typical variance of an estimate: one may have
more than one peak, and scoring climbs the nearest."""


class Method(StrEnum):
    """How the variance between areas is found.

    `REML`, restricted maximum likelihood, is the default: it allows for the coefficients that were
    estimated. `ML` does not, and comes out lower. `MOMENT` is the estimator of Prasad and Rao
    (1990) from squared residuals of least squares, which does not use a normal distribution.
    """

    REML = "reml"
    ML = "ml"
    MOMENT = "moment"


@dataclass(frozen=True)
class At:
    """The model at one value of s2. X is taken as orthonormal columns, which keeps the numbers
    good whatever the units of the covariates."""

    s2: float
    y: Floats
    x: Floats
    psi: Floats

    @cached_property
    def weight(self) -> Floats:
        """1 over the variance of each direct estimate."""
        return np.asarray(1 / (self.s2 + self.psi), dtype=np.float64)

    @cached_property
    def spread(self) -> Floats:
        """(X'V^-1 X)^-1, the covariance of the coefficients."""
        return np.asarray(np.linalg.inv((self.x.T * self.weight) @ self.x), dtype=np.float64)

    @cached_property
    def coefficients(self) -> Floats:
        """The coefficients of generalised least squares."""
        return np.asarray(self.spread @ (self.x.T @ (self.weight * self.y)), dtype=np.float64)

    @cached_property
    def residual(self) -> Floats:
        return np.asarray(self.y - self.x @ self.coefficients, dtype=np.float64)

    def log_likelihood(self) -> float:
        """The logarithm of the likelihood, at the best coefficients."""
        v = self.s2 + self.psi
        terms = np.log(2 * np.pi * v) + self.residual**2 / v
        return float(-0.5 * terms.sum())

    def restricted(self) -> float:
        """The logarithm of the likelihood of what the coefficients leave (REML)."""
        p: int = self.x.shape[1]
        _sign, log_det = np.linalg.slogdet((self.x.T * self.weight) @ self.x)
        return self.log_likelihood() - 0.5 * float(log_det) + 0.5 * p * float(np.log(2 * np.pi))

    def reml_step(self) -> tuple[float, float]:
        """The score (y'PPy - tr P)/2 and the information tr(PP)/2."""
        w = self.weight
        inner = self.spread @ ((self.x.T * w**2) @ self.x)
        trace = float(w.sum() - np.trace(inner))
        third = np.trace(self.spread @ ((self.x.T * w**3) @ self.x))
        squared = float((w**2).sum() - 2 * third + np.trace(inner @ inner))
        score = 0.5 * float(((w * self.residual) ** 2).sum() - trace)
        return score, 0.5 * squared

    def ml_step(self) -> tuple[float, float]:
        """The score (y'PPy - tr V^-1)/2 and the information tr(V^-2)/2."""
        w = self.weight
        score = 0.5 * float(((w * self.residual) ** 2).sum() - w.sum())
        return score, 0.5 * float((w**2).sum())


@dataclass(frozen=True)
class Found:
    """The variance between areas, how many steps it took, and its asymptotic standard error."""

    s2: float
    steps: int
    se: float


def find(method: Method, y: Floats, x: Floats, psi: Floats) -> Found:
    """The variance between areas. `x` (areas x columns) has orthonormal columns.

    It is never below 0: where the best value would be, it is 0 itself.
    """
    if method is Method.MOMENT:
        return _by_moments(y, x, psi)
    size = float(np.median(psi)) + float(((y - x @ (x.T @ y)) ** 2).mean())
    grid = [_height(method, At(s2, y, x, psi)) for s2 in size * _GRID]
    s2, steps = size * float(_GRID[int(np.argmax(grid))]), 0
    at = At(s2, y, x, psi)
    while steps < _STEPS:
        score, information = at.reml_step() if method is Method.REML else at.ml_step()
        new = _climbed(method, at, score / information)
        steps += 1
        done = abs(new - at.s2) <= _TOLERANCE * size
        at = At(new, y, x, psi)
        if done:
            break
    _score, information = at.reml_step() if method is Method.REML else at.ml_step()
    return Found(at.s2, steps, float(information**-0.5))


def _height(method: Method, at: At) -> float:
    return at.restricted() if method is Method.REML else at.log_likelihood()


def _climbed(method: Method, at: At, step: float) -> float:
    """The next value: a step that does not go down, halved until that is so; 0 at the least."""
    here = _height(method, at)
    # Below this difference heights are rounding, and only the score still knows the way.
    slack = 1e-12 * max(1.0, abs(here))
    for _each in range(_HALVINGS):
        new = max(0.0, at.s2 + step)
        if _height(method, At(new, at.y, at.x, at.psi)) >= here - slack:
            return new
        step /= 2
    return at.s2


def _by_moments(y: Floats, x: Floats, psi: Floats) -> Found:
    """(sum of squared residuals - sum of psi (1 - h)) / (m - p), by ordinary least squares; its
    asymptotic variance is 2 m^-2 sum (s2 + psi)^2 (Prasad and Rao 1990)."""
    m, p = x.shape
    residual = y - x @ (x.T @ y)
    left = 1 - (x**2).sum(axis=1)
    s2 = max(0.0, float((residual**2).sum() - (psi * left).sum()) / (m - p))
    return Found(s2, 1, float(np.sqrt(2 * ((s2 + psi) ** 2).sum()) / m))


@dataclass(frozen=True)
class Errors:
    """The parts of the mean squared error of each area.

    `g1`: of the area effect, were all else known. `g2`: of the coefficients. `g3`: of the variance
    between areas. `bias`: by how much g1 is too low because that variance is (ML only).
    """

    g1: Floats
    g2: Floats
    g3: Floats
    bias: Floats

    @property
    def mse(self) -> Floats:
        """g1 + g2 + 2 g3, and the bias. Where the last makes it less than nothing, without it."""
        whole = self.g1 + self.g2 + 2 * self.g3 - self.bias
        return np.asarray(np.where(whole > 0, whole, self.g1 + self.g2 + 2 * self.g3))


def errors(method: Method, at: At) -> Errors:
    """The mean squared error of each area with a direct estimate.

    g1 = gamma psi; g2 = (1 - gamma)^2 x'(X'V^-1 X)^-1 x; g3 = psi^2 (psi + s2)^-3 Var(s2), with
    Var(s2) = 2 / sum (s2 + psi)^-2 for REML and ML, and 2 m^-2 sum (s2 + psi)^2 for moments. REML
    and moments: g1 + g2 + 2 g3. ML: less b (1 - gamma)^2 with the bias of s2
    b = -tr[(X'V^-1 X)^-1 X'V^-2 X] / sum (s2 + psi)^-2 (Datta and Lahiri 2000).
    """
    w, psi = at.weight, at.psi
    rest = psi * w  # 1 - gamma
    if method is Method.MOMENT:
        spread = 2 * float((1 / w**2).sum()) / len(w) ** 2
    else:
        spread = 2 / float((w**2).sum())
    bias = np.zeros(len(w))
    if method is Method.ML:
        b = -float(np.trace(at.spread @ ((at.x.T * w**2) @ at.x))) / float((w**2).sum())
        bias = rest**2 * b
    return Errors(
        g1=at.s2 * rest,
        g2=rest**2 * np.einsum("ij,jk,ik->i", at.x, at.spread, at.x),
        g3=psi**2 * w**3 * spread,
        bias=bias,
    )
