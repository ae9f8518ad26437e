"""What choosing complementary cells works on: arrays, and the room that each cell has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

from sojourn.disclosure.problems import DisclosureError
from sojourn.disclosure.rules import Loss, Protection, Rules
from sojourn.disclosure.system import Bools, Floats, Sum, System

_ROOM = 4.0
"""A withheld value may be up to so many times the largest figure and protection higher; the
attacker knows of no limit, so less room only makes more be withheld."""

_LITTLE = 1e-3


@dataclass(frozen=True)
class Task:
    """Arrays over the cells of a system, in its units.

    `rows` x cells is zero for every change that keeps all sums. `down` and `up`: by how much a
    value may change when it is not published, 0 where it cannot be. `may`: can be withheld;
    `must`: is unknown in any case. `cost`: what is lost by withholding it. `needed`: the levels
    of sensitive cells, by place. `alone`: cells of which an insider knows the figure.
    """

    rows: csr_array
    sums: tuple[Sum, ...]
    down: Floats
    up: Floats
    may: Bools
    must: Bools
    cost: Floats
    needed: Mapping[int, Protection]
    alone: tuple[int, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, system: System, rules: Rules, needed: Mapping[int, Protection]) -> Task:
        """Raises `DisclosureError` where a sensitive cell is out already or known to everybody."""
        may = ~(system.out | system.structural)
        must = (system.hidden | system.kept) & may
        must[list(needed)] = True
        values, floor = system.values / system.unit, system.floor / system.unit
        levels = {at: each.per(float(system.unit[at])) for at, each in needed.items()}
        size = max(
            float(np.abs(values).max(initial=0.0)),
            *(max(each.upper, each.lower, each.sliding) for each in levels.values()),
            1.0,
        )
        room = _ROOM * size
        below = np.minimum(values - floor, room)
        thousandths = np.abs(system.values) / system.thousandth
        lost = thousandths if rules.loss is Loss.VALUE else np.ones(len(must))
        # A zero costs a little, and what is not printed in its own right still less.
        cost = np.where(system.printed, np.maximum(lost, _LITTLE), _LITTLE * _LITTLE)
        cost = np.where(must, 0.0, cost)
        return cls(
            rows=system.matrix,
            sums=system.sums,
            down=np.where(may, np.maximum(below, 0.0), 0.0),
            up=np.where(may, room, 0.0),
            may=may,
            must=must,
            cost=cost,
            needed=levels,
            alone=rules.alone(system),
            names=tuple(map(str, system.keys)),
        )

    @cached_property
    def dense(self) -> Floats:
        """The rows in full, for releases that are small."""
        return np.asarray(self.rows.toarray(), dtype=np.float64)

    def insiders(self, at: int) -> list[int]:
        """From whom a cell has to be hidden: everybody (-1), and who is alone in another cell."""
        return [-1, *(each for each in self.alone if each != at)]

    def loss(self, pattern: Bools) -> float:
        """What a pattern of withheld cells costs."""
        return float(self.cost[pattern].sum())

    def move(
        self, wanted: Mapping[int, float], allowed: Bools, cost: Floats, seconds: float
    ) -> Floats | None:
        """A cheapest change of the table that keeps all sums and moves some cells as wanted.

        `wanted`: by how much at least, upwards (above 0) or downwards; a cell with 0 stays or
        moves down. `cost` is per unit of change. None where there is no such change.
        """
        columns = np.flatnonzero(allowed & self.may)
        place = {int(at): number for number, at in enumerate(columns)}
        low = np.zeros(2 * len(columns))
        high = np.r_[self.up[columns], self.down[columns]]
        for at, least in wanted.items():
            if at not in place:
                return None
            there, other = place[at], place[at] + len(columns)
            if least <= 0:
                there, other = other, there
            if high[there] < abs(least):
                return None
            low[there], high[other] = abs(least), 0.0
        rows = self.rows[:, columns]
        rows = csr_array(rows[np.flatnonzero(np.diff(rows.indptr))])
        constraints = (
            [LinearConstraint(csr_array(hstack([rows, -rows])), 0, 0)] if rows.shape[0] else []
        )
        solved = milp(
            np.r_[cost[columns], cost[columns]],
            bounds=Bounds(low, high),
            constraints=constraints,
            options={"time_limit": max(seconds, 0.05)},
        )
        if solved.x is None:
            return None
        moved = np.zeros(len(self.cost))
        moved[columns] = solved.x[: len(columns)] - solved.x[len(columns) :]
        return moved

    def far(self, pull: Floats, allowed: Bools, seconds: float) -> Floats | None:
        """A change of the table that keeps all sums and moves cells as far as it can, each as
        strongly as it is pulled, upwards or downwards. None where there is none in time."""
        columns = np.flatnonzero(allowed & self.may)
        rows = self.rows[:, columns]
        rows = csr_array(rows[np.flatnonzero(np.diff(rows.indptr))])
        solved = milp(
            -pull[columns],
            bounds=Bounds(-self.down[columns], self.up[columns]),
            constraints=[LinearConstraint(rows, 0, 0)] if rows.shape[0] else [],
            options={"time_limit": seconds},
        )
        if solved.x is None:
            return None
        moved = np.zeros(len(self.cost))
        moved[columns] = solved.x
        return moved

    def impossible(self, at: int) -> DisclosureError:
        """No pattern protects this cell."""
        return DisclosureError(
            f"{self.names[at]} cannot be hidden: what is out already, or zeros that everybody "
            "knows, give it away. Join categories, or leave a table out"
        )
