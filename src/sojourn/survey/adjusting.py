"""What fitting weights to known totals does to influences: only what the totals do not explain
varies from sample to sample.

With factors g on design weights d, the influence u of a row becomes the residual of u from what is
known, in a regression weighted by d, times the weight w = d g (Deville and Sarndal 1992).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sojourn.survey.units import Floats, Ints


class Adjustment(Protocol):
    """One fitting of weights, over all rows of a table."""

    def residuals(self, weighted: Floats) -> Floats:
        """From weighted influences w u (rows x columns) to those of the residuals."""
        ...


@dataclass(frozen=True)
class Cells:
    """Post-stratification: residuals from the mean of the cell, weighted by the design weights."""

    of: Ints
    old: Floats
    new: Floats

    def residuals(self, weighted: Floats) -> Floats:
        count = int(self.of.max()) + 1
        size = np.bincount(self.of, self.old, count)
        u = _unweighted(weighted, self.new)
        sums = np.zeros((count, weighted.shape[1]))
        np.add.at(sums, self.of, u * self.old[:, None])
        means = sums / np.where(size > 0, size, 1.0)[:, None]
        return np.asarray(weighted - means[self.of] * self.new[:, None])


@dataclass(frozen=True)
class Margins:
    """Raking: residuals from a regression on all margins together, with the design weights."""

    of: tuple[Ints, ...]
    old: Floats
    new: Floats

    def residuals(self, weighted: Floats) -> Floats:
        columns = [np.eye(int(of.max()) + 1)[of] for of in self.of]
        return Regression.of(np.hstack(columns), self.old, self.new).residuals(weighted)


@dataclass(frozen=True)
class Regression:
    """Calibration: residuals from a regression on the known columns, weighted by the design
    weights. `basis` (rows x rank) is orthonormal and spans the columns times the root of these."""

    basis: Floats
    root: Floats
    factor: Floats

    @classmethod
    def of(cls, x: Floats, old: Floats, new: Floats) -> Regression:
        root = np.sqrt(old)
        left, sizes, _right = np.linalg.svd(x * root[:, None], full_matrices=False)
        basis = left[:, sizes > sizes[0] * 1e-11]
        factor = np.where(old > 0, new / np.where(old > 0, old, 1.0), 0.0) * root
        return cls(basis, root, factor)

    def residuals(self, weighted: Floats) -> Floats:
        y = weighted / np.where(self.factor != 0, self.factor, 1.0)[:, None]
        return np.asarray((y - self.basis @ (self.basis.T @ y)) * self.factor[:, None])


def _unweighted(weighted: Floats, weight: Floats) -> Floats:
    return np.asarray(weighted / np.where(weight != 0, weight, 1.0)[:, None])
