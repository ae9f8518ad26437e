"""The attack on a release before it leaves: what could somebody find out who reads all of it?

The attacker knows every published figure, how all cells add up, which values cannot be negative,
which zeros must be, between which limits a rounded figure lies, what is out already, and that
people are counted in whole numbers. For a cell, the smallest and the largest value that fit all of
this are found by linear programming. Nothing here knows how cells were chosen to be withheld.

Unknown cells are written as what they are more or less than in truth, so that the true table is the
point zero; the truth only shifts the axes and tells the attacker nothing.

Source: A. Hundepool and others: *Statistical Disclosure Control* (Wiley 2012), chapter 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sojourn.disclosure.rules import Protection
from sojourn.disclosure.system import Bools, Floats, Ints, System

_SURE = 1e-6
"""Differences below this share of a value are errors of float arithmetic."""

_FAR = 1e3
"""Values are looked for up to so many times the largest one; what reaches that has no limit."""

_SECONDS = 5.0
"""How long one question in whole numbers may take. What is not answered counts as known."""

_INTERVALS_AT_MOST = 150
"""Up to so many withheld cells, every interval is found; above, each sensitive cell is shown to be
wide enough by values that fit, and its interval may be wider than what is told."""

_MANY, _SHAKES = 50, 12


@dataclass(frozen=True)
class Interval:
    """Between which values the attacker can place a cell; infinite where there is no limit."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True)
class Knowledge:
    """What can be read about each cell (in the order of the system): its lowest and highest value.

    Both are the same for a published figure; they are the floor and infinity for a withheld one.
    """

    low: Floats
    high: Floats

    @classmethod
    def of_published(cls, system: System, withheld: Bools) -> Knowledge:
        """Everything is printed as it is, but for the cells that are withheld or hidden.

        A structural zero is known whether it is printed or not.
        """
        unknown = (withheld | system.hidden) & ~system.structural
        low = np.where(unknown, system.floor, system.values)
        return cls(low, np.where(unknown, np.inf, system.values))

    def of_insider(self, system: System, at: int) -> Knowledge:
        """What somebody knows who also knows this cell."""
        low, high = self.low.copy(), self.high.copy()
        low[at] = high[at] = system.values[at]
        return Knowledge(low, high)


@dataclass(frozen=True)
class Audit:
    """How the attack ended.

    `intervals` has the sensitive cells (all withheld ones, where `exact`) by their place;
    `too_narrow` those that are known too well. `exact` says whether the intervals are the
    attacker's own, or only inside of them, which is enough to show that a cell is safe.
    """

    intervals: Mapping[int, Interval]
    too_narrow: tuple[int, ...]
    exact: bool

    @property
    def passed(self) -> bool:
        return not self.too_narrow


class Attacker:
    """Somebody who reads all that is published and can solve linear programs."""

    def __init__(self, system: System, knowledge: Knowledge) -> None:
        self.system = system
        self.low = (knowledge.low - system.values) / system.unit
        self.high = (knowledge.high - system.values) / system.unit
        self.unknown = np.flatnonzero(self.high - self.low > 0)
        # What has been seen to fit, more or less than the truth; the truth itself always fits.
        self.seen_low = np.zeros(len(system.keys))
        self.seen_high = np.zeros(len(system.keys))

    def interval(self, at: int) -> Interval:
        """The tightest limits of one cell. A question that cannot be answered in time, or fails,
        counts as answered with what fits for certain: the attacker is taken to know more."""
        low, high = -self._furthest(at, -1), self._furthest(at, 1)
        return self._interval(at, low, high)

    def _interval(self, at: int, low: float, high: float) -> Interval:
        """In the unit of the figure itself."""
        value, unit = float(self.system.values[at]), float(self.system.unit[at])
        return Interval(value + low * unit, value + high * unit)

    def audit(self, needed: Mapping[int, Protection], *, exact: bool | None = None) -> Audit:
        """Whether each of these cells is hidden as well as it has to be.

        `exact` asks for the interval of every unknown cell; by default for small releases only.
        """
        if exact is None:
            exact = len(self.unknown) <= _INTERVALS_AT_MOST
        asked = sorted({*needed, *map(int, self.unknown)} if exact else needed)
        if not exact and len(needed) >= _MANY:
            self._shake(needed)
        intervals: dict[int, Interval] = {}
        narrow: list[int] = []
        for at in asked:
            protection = needed.get(at)
            if exact:
                intervals[at] = self.interval(at)
            elif protection is not None:
                intervals[at] = self._shown(at, protection)
            if protection is not None and not self.is_safe(at, intervals[at], protection):
                narrow.append(at)
        return Audit(intervals, tuple(narrow), exact)

    def is_safe(self, at: int, interval: Interval, needed: Protection) -> bool:
        """Whether an interval leaves open what the protection asks for."""
        value = float(self.system.values[at])

        def reached(distance: float, level: float) -> bool:
            return distance >= level - min(_SURE * max(abs(value), level), level / 100)

        return (
            reached(value - interval.low, needed.lower)
            and reached(interval.high - value, needed.upper)
            and reached(interval.width, needed.sliding)
        )

    def _shake(self, needed: Mapping[int, Protection]) -> None:
        """Looks for a few tables that fit and in which many cells at once lie far from the truth,
        so that fewer cells have to be asked for one by one."""
        chance = np.random.default_rng(len(needed))
        for _ in range(_SHAKES):
            pull = np.zeros(len(self.system.keys))
            for at, level in needed.items():
                if not self.is_safe(at, self._seen(at), level):
                    pull[at] = chance.choice((-1.0, 1.0)) * chance.random()
            for part in {id(each): each for each in self._part_of.values()}.values():
                if pull[part.columns].any():
                    self._ask(part, pull[part.columns])

    def _seen(self, at: int) -> Interval:
        """The values of a cell that were seen to fit so far."""
        return self._interval(at, float(self.seen_low[at]), float(self.seen_high[at]))

    def _shown(self, at: int, needed: Protection) -> Interval:
        """An interval of values that were seen to fit, widened until it is enough."""
        for direction in (1, -1):
            if not self.is_safe(at, self._seen(at), needed):
                self._furthest(at, direction)
        return self._seen(at)

    def _furthest(self, at: int, direction: int) -> float:
        """How far a cell can lie from its true value, upwards (1) or downwards (-1)."""
        part = self._part_of.get(at)
        if part is None:
            return 0.0
        found = self._ask(part, np.where(part.columns == at, -float(direction), 0.0))
        if found is None:
            return 0.0
        distance = direction * float(found[np.flatnonzero(part.columns == at)[0]])
        limits = (self.high if direction > 0 else -self.low)[part.columns]
        own = float(limits[np.flatnonzero(part.columns == at)[0]])
        return np.inf if not np.isfinite(own) and distance >= part.far / 2 else max(distance, 0.0)

    def _ask(self, part: _Part, goal: Floats) -> Floats | None:
        """Values that fit and make the goal least, which are then known to fit; None for none."""
        found = part.solve(goal, whole=False)
        if found is not None and not self._is_whole(part.columns, found):
            found = part.solve(goal, whole=True)
        if found is None:
            return None
        found = part.rounded(found)
        self.seen_low[part.columns] = np.minimum(self.seen_low[part.columns], found)
        self.seen_high[part.columns] = np.maximum(self.seen_high[part.columns], found)
        return found

    def _is_whole(self, columns: Ints, found: Floats) -> bool:
        counted = found[self.system.whole[columns]]
        return bool((np.abs(counted - np.round(counted)) < _SURE).all())

    @cached_property
    def _part_of(self) -> dict[int, _Part]:
        """The unknown cells that hang together, by cell: the others have nothing to say."""
        matrix = self.system.matrix[:, self.unknown]
        linked = abs(matrix).T @ abs(matrix)
        count, of = connected_components(linked, directed=False)
        in_units = np.abs(self.system.values / self.system.unit)
        size = max(float(in_units.max(initial=0.0)), 1.0)
        found: dict[int, _Part] = {}
        for each in range(count):
            columns = self.unknown[of == each]
            rows = self.system.matrix[:, columns]
            rows = rows[np.flatnonzero(np.diff(rows.indptr))]
            part = _Part(
                columns.astype(np.int64),
                csr_array(rows),
                self.low[columns],
                self.high[columns],
                self.system.whole[columns],
                _FAR * size,
            )
            found |= dict.fromkeys(map(int, columns), part)
        return found


@dataclass(frozen=True)
class _Part:
    """Unknown cells that hang together, with their equations and limits."""

    columns: Ints
    rows: csr_array
    low: Floats
    high: Floats
    whole: Bools
    far: float

    def solve(self, goal: Floats, *, whole: bool) -> Floats | None:
        """Values that fit and make the goal least; None where none were found in time."""
        low, high = np.maximum(self.low, -self.far), np.minimum(self.high, self.far)
        if whole:  # people are not counted in parts, nor can limits be reached in parts
            low = np.where(self.whole, np.ceil(low - _SURE), low)
            high = np.where(self.whole, np.floor(high + _SURE), high)
        constraints = [LinearConstraint(self.rows, 0, 0)] if self.rows.shape[0] else []
        solved = milp(
            goal,
            integrality=self.whole.astype(np.int64) if whole else None,
            bounds=Bounds(low, high),
            constraints=constraints,
            options={"time_limit": _SECONDS},
        )
        return None if solved.x is None else np.asarray(solved.x, dtype=np.float64)

    def rounded(self, found: Floats) -> Floats:
        """Without errors of float arithmetic where people are counted."""
        return np.where(self.whole, np.round(found), found)
