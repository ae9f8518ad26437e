"""How estimates vary: by influences of sampled units, or from replicate to replicate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sojourn.survey.design import Center, Replicates
from sojourn.survey.problems import SurveyError
from sojourn.survey.units import Floats, Ints, Units

Map = Callable[[Floats], Floats]
"""From the values of some estimates (... x before) to those of others (... x after)."""

_MOST_CELLS = 200_000_000
"""Numbers of a table of influences that are held at a time."""


class Spread(Protocol):
    """The error of estimates that stand in a table of domains x columns."""

    def variances(self) -> Floats:
        """The variance of each (domains x columns)."""
        ...

    def covariance(self) -> Floats:
        """The covariances of all of them (domains and columns x domains and columns)."""
        ...

    def mapped(self, values: Floats, function: Map, gradients: Floats) -> Spread:
        """The error of functions of the estimates of a domain, one domain as the other.

        `values` (domains x columns) are the estimates, `gradients` (domains x after x columns) the
        derivatives of `function` there.
        """
        ...


@dataclass(frozen=True)
class Linearised:
    """Influences of units: rows in the order of domain and unit, columns as the estimates."""

    units: Units
    unit: Ints
    group: Ints
    groups: int
    z: Floats

    def variances(self) -> Floats:
        return self.units.variances(self.unit, self.z, self.group, self.groups)

    def covariance(self) -> Floats:
        columns = self.groups * self.z.shape[1]
        if self.units.count * columns > _MOST_CELLS:
            raise SurveyError(
                f"covariances of {columns} estimates are too many to hold; ask for fewer domains "
                "or variables at a time"
            )
        dense = np.zeros((self.units.count, self.groups, self.z.shape[1]))
        dense[self.unit, self.group] = self.z
        return self.units.covariance(dense.reshape(self.units.count, -1))

    def mapped(self, values: Floats, function: Map, gradients: Floats) -> Linearised:
        del values, function
        z = np.einsum("rc,rac->ra", self.z, np.nan_to_num(gradients)[self.group])
        return Linearised(self.units, self.unit, self.group, self.groups, z)


@dataclass(frozen=True)
class Replicated:
    """Estimates with each replicate weight (replicates x domains x columns), and with the full one
    (domains x columns).

    A replicate in which an estimate cannot be made (a domain without weight) does not count for it.
    """

    replicates: Replicates
    repeated: Floats
    full: Floats

    def _far(self) -> tuple[float, Floats]:
        scale, rscales = self.replicates.scales()
        weights = np.array(rscales)
        flat = self.repeated.reshape(len(self.repeated), -1)
        there = ~np.isnan(flat)
        centre = self.full.reshape(-1)
        if self.replicates.center is Center.REPLICATES:
            counted = there & (weights > 0)[:, None]
            with np.errstate(invalid="ignore"):
                centre = np.where(counted, flat, 0).sum(axis=0) / counted.sum(axis=0)
        return scale, np.where(there, flat - centre, 0.0) * np.sqrt(weights)[:, None]

    def variances(self) -> Floats:
        scale, far = self._far()
        return np.asarray(scale * (far**2).sum(axis=0)).reshape(self.full.shape)

    def covariance(self) -> Floats:
        scale, far = self._far()
        return np.asarray(scale * (far.T @ far))

    def mapped(self, values: Floats, function: Map, gradients: Floats) -> Replicated:
        del gradients
        return Replicated(self.replicates, function(self.repeated), function(values))
