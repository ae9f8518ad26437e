"""The nested error model on sums of areas: variances, coefficients and mean squared errors.

With n units in area d, V_d = se2 I + sv2 11'. Everything follows from sums over areas, so that
nothing of the size units x units is made. With r = sv2/se2 the inverse is
V_d^-1 = (I - r/(1 + n r) 11')/se2.

Sources: Battese, Harter and Fuller (1988); Prasad and Rao (1990); Datta and Lahiri (2000); You and
Rao (2002); Torabi and Rao (2010); Rao and Molina (2015), chapter 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GRID = np.r_[0.0, np.logspace(-8, 8, 65)]
"""Where the likelihood is looked at, as ratios of the variance between areas to that within."""


@dataclass(frozen=True)
class Parts:
    """What estimates of areas follow from: `y`, `x` the means of areas, plain or weighted, their
    weight `gamma`, the coefficients, and the covariances of these (`spread`)."""

    y: Floats
    x: Floats
    gamma: Floats
    coefficients: Floats
    spread: Floats


@dataclass(frozen=True)
class Nested:
    """Units and the areas (numbered from 0) in which they lie.

    `n`, `y`, `x` (areas): numbers of units, means of outcome and covariates. `w` the survey weights
    of units; `share` the same within areas, where they add up to 1.
    """

    all_y: Floats
    all_x: Floats
    area: Ints
    w: Floats
    n: Floats
    y: Floats
    x: Floats
    share: Floats

    @classmethod
    def of(cls, y: Floats, x: Floats, area: Ints, w: Floats) -> Nested:
        """Puts units together by area; each area from 0 to the last has at least one."""
        n = np.bincount(area).astype(np.float64)
        whole = np.bincount(area, w)
        return cls(y, x, area, w, n, _by(area, y) / n, _by(area, x) / n[:, None], w / whole[area])

    @property
    def free(self) -> int:
        """Units less coefficients."""
        columns: int = self.all_x.shape[1]
        return len(self.all_y) - columns

    def normal(self, r: float) -> Floats:
        """se2 X'V^-1 X."""
        less = (self.x.T * (r * self.n**2 / (1 + r * self.n))) @ self.x
        return np.asarray(self.all_x.T @ self.all_x - less, dtype=np.float64)

    def solved(self, r: float) -> Floats:
        """The coefficients of generalised least squares."""
        less = self.x.T @ (r * self.n**2 / (1 + r * self.n) * self.y)
        right = self.all_x.T @ self.all_y - less
        return np.asarray(np.linalg.solve(self.normal(r), right), dtype=np.float64)

    def squares(self, r: float) -> float:
        """se2 y'Py."""
        b = self.solved(r)
        residual = self.all_y - self.all_x @ b
        gap = self.n * (self.y - self.x @ b)
        return float((residual**2).sum() - (r / (1 + r * self.n) * gap**2).sum())

    def within(self, r: float) -> float:
        """The variance within areas that is best for a ratio: se2 y'Py / (N - p)."""
        return self.squares(r) / self.free

    def height(self, r: float) -> float:
        """The restricted log-likelihood at the best variance within, but for a constant."""
        _sign, log_det = np.linalg.slogdet(self.normal(r))
        logs = self.free * np.log(self.within(r)) + np.log1p(r * self.n).sum() + log_det
        return float(-0.5 * logs)

    def slope(self, r: float) -> float:
        """The derivative of `height` by the ratio."""
        inside = 1 + r * self.n
        gap = self.n * (self.y - self.x @ self.solved(r)) / inside
        less = (self.x.T * (self.n / inside) ** 2) @ self.x
        trace = float(np.trace(np.linalg.solve(self.normal(r), less)))
        fall = self.free * float((gap**2).sum()) / self.squares(r)
        return 0.5 * (fall - float((self.n / inside).sum()) + trace)

    def restricted(self, between: float, within: float) -> float:
        """The restricted log-likelihood at two variances, with all its constants."""
        r = between / within
        _sign, log_det = np.linalg.slogdet(self.normal(r))
        logs = self.free * np.log(2 * np.pi * within) + np.log1p(r * self.n).sum() + log_det
        return float(-0.5 * (logs + self.squares(r) / within))

    def within_residuals(self, b: Floats) -> Floats:
        """Residuals of units from the mean of their area, made as wide as the variance within;
        without areas of one unit."""
        residual = self.all_y - self.all_x @ b
        n = self.n[self.area]
        centred = residual - (_by(self.area, residual) / self.n)[self.area]
        several = n > 1
        return np.asarray(centred[several] * np.sqrt(n[several] / (n[several] - 1)))

    def parts(self, between: float, within: float) -> Parts:
        """For the EBLUP: plain means and generalised least squares."""
        r = between / within
        spread = np.asarray(within * np.linalg.inv(self.normal(r)), dtype=np.float64)
        gamma = r * self.n / (1 + r * self.n)
        return Parts(self.y, self.x, gamma, self.solved(r), spread)

    def weighted_parts(self, between: float, within: float) -> Parts:
        """For the pseudo-EBLUP (You and Rao 2002): means weighted by the survey weights, gamma =
        sv2/(sv2 + se2 sum of squared shares), and the coefficients that solve
        sum w x (y - x'b - gamma (ybar_w - xbar_w'b)) = 0."""
        y, x = _by(self.area, self.share * self.all_y), self._weighted_x
        gamma = between / (between + within * _by(self.area, self.share**2))
        z = self.drawn(gamma)
        inverse = np.linalg.inv(z.T @ self.all_x)
        sums = _by(self.area, z)
        middle = within * (z.T @ z) + between * (sums.T @ sums)
        spread = inverse @ middle @ inverse.T
        return Parts(y, x, gamma, inverse @ (z.T @ self.all_y), spread)

    @property
    def _weighted_x(self) -> Floats:
        return _by(self.area, self.share[:, None] * self.all_x)

    def drawn(self, gamma: Floats) -> Floats:
        """z = w (x - gamma xbar_w) of each unit; the weighted b is (sum z x')^-1 sum z y."""
        far = self.all_x - (gamma[:, None] * self._weighted_x)[self.area]
        return np.asarray(self.w[:, None] * far, dtype=np.float64)


def _by(area: Ints, values: Floats) -> Floats:
    """Sums over the units of each area."""
    found = np.zeros((int(area.max()) + 1, *values.shape[1:]))
    np.add.at(found, area, values)
    return found


def ratio(nested: Nested) -> float:
    """The ratio of the variance between areas to that within that makes the restricted likelihood
    largest; 0 where it falls from there. One of several peaks is the highest on a grid."""
    heights = [nested.height(float(r)) for r in _GRID]
    best = int(np.argmax(heights))
    low, high = _GRID[max(best - 1, 0)], _GRID[min(best + 1, len(_GRID) - 1)]
    if best == 0 and nested.slope(0.0) <= 0:
        return 0.0
    if nested.slope(float(low)) <= 0 or nested.slope(float(high)) >= 0:
        return float(_GRID[best])
    return float(brentq(nested.slope, float(low), float(high), xtol=1e-15, rtol=1e-14))


def _of_variances(n: Floats, between: float, within: float) -> float:
    """se2^2 Var(sv2) + sv2^2 Var(se2) - 2 se2 sv2 Cov, from the inverse of the information of both
    (Rao and Molina 2015, 5.3 and 7.1; the same for ML and REML)."""
    whole = within + n * between
    info = 0.5 * np.array(
        [
            [(n**2 / whole**2).sum(), (n / whole**2).sum()],
            [(n / whole**2).sum(), ((n - 1) / within**2 + 1 / whole**2).sum()],
        ]
    )
    spread = np.linalg.inv(info)
    turn = np.array([within, -between])
    return float(turn @ spread @ turn)


def model_errors(
    nested: Nested, parts: Parts, between: float, within: float, means: Floats, place: Ints
) -> Floats:
    """The mean squared error of Xbar'b + v for each row of `means` (Prasad and Rao 1990; Datta and
    Lahiri 2000): g1 = (1 - gamma) sv2; g2 = d'Cov(b)d with d = Xbar - gamma xbar;
    g3 = n^-2 (sv2 + se2/n)^-3 (se2^2 Var(sv2) + sv2^2 Var(se2) - 2 se2 sv2 Cov). g1 + g2 + 2 g3.

    Rows whose `place` is -1 hold nothing of use."""
    n, gamma = nested.n[place], parts.gamma[place]
    d = means - gamma[:, None] * parts.x[place]
    g1 = (1 - gamma) * between
    g2 = np.einsum("ij,jk,ik->i", d, parts.spread, d)
    g3 = _of_variances(nested.n, between, within) / n**2 / (between + within / n) ** 3
    return np.asarray(g1 + g2 + 2 * g3, dtype=np.float64)


def weighted_errors(
    nested: Nested, parts: Parts, between: float, within: float, means: Floats, place: Ints
) -> Floats:
    """The same for the pseudo-EBLUP, with the sum of squared shares in place of 1/n (You and Rao
    2002), and with the covariance of b and the area effect, which is not 0 here (Torabi and Rao
    2010): 2 d' (sum z x')^-1 [(gamma - 1) sv2 sum z + gamma se2 sum w~ z], sums over the area."""
    gamma, delta = parts.gamma[place], _by(nested.area, nested.share**2)[place]
    d = means - gamma[:, None] * parts.x[place]
    z = nested.drawn(parts.gamma)
    inverse = np.linalg.inv(z.T @ nested.all_x)
    sums = _by(nested.area, z)[place]
    shares = _by(nested.area, nested.share[:, None] * z)[place]
    both = (gamma - 1)[:, None] * between * sums + gamma[:, None] * within * shares
    g1 = (1 - gamma) * between
    g2 = np.einsum("ij,jk,ik->i", d, parts.spread, d)
    cross = 2 * np.einsum("ij,jk,ik->i", d, inverse, both)
    h = _of_variances(nested.n, between, within)
    g3 = delta**2 / (between + delta * within) ** 3 * h
    return np.asarray(g1 + g2 + cross + 2 * g3, dtype=np.float64)
