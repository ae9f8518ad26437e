"""The cheapest safe pattern, by integer programming with cutting planes.

A variable for each cell says whether it is withheld. For a sensitive cell, the attacker's linear
program has a dual whose solutions each give an inequality that every safe pattern fulfils: the
withheld cells must leave at least as much room as the protection asks for. Only those inequalities
are added that a pattern at hand breaks, first for patterns in parts, then for whole ones. A pattern
that breaks none is safe, and the cheapest.

Source: M. Fischetti, J. J. Salazar-González: Solving the cell suppression problem on tabular data
with linear constraints, *Management Science* 47 (2001); the coefficients are cut off at the level,
as there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from sojourn.disclosure.system import Bools, Floats
from sojourn.disclosure.task import Task

_ROUNDS_IN_PARTS = 12
_BROKEN = 1e-6
_NEAR_ZERO = 1e-9
_HINT = 1e-4
"""A published cell is given so much of its room when the dual is asked: of all duals that are
equally good, this prefers those that make other patterns costly, too."""


@dataclass(frozen=True)
class Cheapest:
    """The best safe pattern that was found, and whether none is cheaper; `bound` is what any safe
    pattern costs at least."""

    pattern: Bools
    optimal: bool
    bound: float


@dataclass
class _Cuts:
    """Inequalities on patterns: coefficients x pattern >= least."""

    rows: list[Floats] = field(default_factory=list)
    least: list[float] = field(default_factory=list)

    def add(self, row: Floats, least: float) -> None:
        scale = max(least, _NEAR_ZERO)  # every inequality in the same size
        self.rows.append(row / scale)
        self.least.append(least / scale)

    def constraint(self) -> LinearConstraint:
        return LinearConstraint(csr_array(np.vstack(self.rows)), np.array(self.least), np.inf)


def cheapest(task: Task, start: Bools, seconds: float) -> Cheapest:
    """The cheapest safe pattern, or the safe pattern `start` where time runs out."""
    until = monotonic() + seconds
    cuts = _Cuts()
    _add_partners(task, cuts)
    low, high = task.must.astype(np.float64), (task.must | task.may).astype(np.float64)
    bound = 0.0
    for number in range(10**6):
        left = until - monotonic()
        if left <= 0:
            break
        in_parts = number < _ROUNDS_IN_PARTS
        found = _solve(task, cuts, low, high, left, in_parts=in_parts)
        if found is None:
            break
        at, bound = found[0], max(bound, found[1])
        if bound >= task.loss(start) - _BROKEN:
            return Cheapest(start, optimal=True, bound=bound)
        broken = _separate(task, cuts, at, until, capped=in_parts)
        if broken == 0 and not in_parts:
            return Cheapest(at > 0.5, optimal=True, bound=bound)
    return Cheapest(start, optimal=False, bound=bound)


def _add_partners(task: Task, cuts: _Cuts) -> None:
    """In no sum may a cell be withheld alone: it would follow from the rest."""
    for one in task.sums:
        members = [at for at in (*one.parts, one.whole) if task.may[at]]
        for at in members:
            if task.must[at] and at not in task.needed:
                continue
            others = [other for other in members if other != at]
            if any(task.must[other] for other in others):
                continue
            row = np.zeros(len(task.cost))
            row[others], row[at] = 1.0, -1.0
            cuts.rows.append(row)
            cuts.least.append(0.0)


def _solve(
    task: Task, cuts: _Cuts, low: Floats, high: Floats, seconds: float, *, in_parts: bool
) -> tuple[Floats, float] | None:
    """The cheapest pattern that keeps all inequalities so far, and what it costs at least."""
    solved = milp(
        task.cost,
        integrality=None if in_parts else np.ones(len(task.cost), dtype=np.int64),
        bounds=Bounds(low, high),
        constraints=[cuts.constraint()] if cuts.rows else [],
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if solved.x is None or solved.status != 0:
        return None
    return np.asarray(solved.x, dtype=np.float64), float(solved.fun)


def _separate(task: Task, cuts: _Cuts, at: Floats, until: float, *, capped: bool) -> int:
    """Adds the inequalities that a pattern breaks; how many they were."""
    broken = 0
    pattern = at if capped else (at > 0.5).astype(np.float64)
    everybody = [
        (cell, needed, without)
        for cell, needed in task.needed.items()
        for without in task.insiders(cell)
    ]
    for cell, needed, without in everybody:
        if monotonic() > until:
            return max(broken, 1)
        seen = _without(task, without)
        rows = {}
        for direction, level in ((1, needed.upper), (-1, needed.lower)):
            row = _cut(seen, pattern, cell, direction, max(level, needed.sliding), capped=capped)
            rows[direction] = row
            broken += _keep(cuts, row, level, pattern)
        broken += _keep(cuts, rows[1] + rows[-1], needed.sliding, pattern)
    return broken


def _without(task: Task, known: int) -> Task:
    """The task as it looks to who is alone in a cell: that one has no room."""
    if known < 0:
        return task
    down, up = task.down.copy(), task.up.copy()
    down[known] = up[known] = 0.0
    return replace(task, down=down, up=up)


def _keep(cuts: _Cuts, row: Floats, level: float, pattern: Floats) -> int:
    if level <= 0:
        return 0
    row = np.minimum(row, level)
    if float(row @ pattern) >= level * (1 - _BROKEN):
        return 0
    cuts.add(row, level)
    return 1


def _cut(
    task: Task, pattern: Floats, cell: int, direction: int, level: float, *, capped: bool
) -> Floats:
    """Coefficients of the inequality that the attacker's dual gives for a cell and a direction.

    With whole patterns, the sum over withheld cells is what the attacker's program really reaches.
    """
    shown = _dual(task, pattern, cell, direction, level, _HINT, capped=capped)
    if capped or float(np.minimum(shown, level) @ pattern) < level * (1 - _BROKEN):
        return shown
    return _dual(task, pattern, cell, direction, level, 0.0, capped=False)


def _dual(
    task: Task,
    pattern: Floats,
    cell: int,
    direction: int,
    level: float,
    hint: float,
    *,
    capped: bool,
) -> Floats:
    down, up = task.down, task.up
    if capped:
        down, up = np.minimum(down, level), np.minimum(up, level)
    low = -np.maximum(down * pattern, hint * np.minimum(down, level))
    high = np.maximum(up * pattern, hint * np.minimum(up, level))
    goal = np.zeros(len(task.cost))
    goal[cell] = -direction
    solved = linprog(
        goal,
        A_eq=task.dense,
        b_eq=np.zeros(task.rows.shape[0]),
        bounds=list(zip(low.tolist(), high.tolist(), strict=True)),
        method="highs",
    )
    prices: Sequence[float] | Floats = (
        solved.eqlin.marginals if solved.status == 0 else np.zeros(task.rows.shape[0])
    )
    rest = -goal + task.rows.T @ np.asarray(prices)
    # Any prices give a valid inequality: the room of a cell counts where the rest pulls at it.
    upwards = np.where(rest > _NEAR_ZERO, rest * task.up, 0.0)
    downwards = np.where(rest < -_NEAR_ZERO, -rest * task.down, 0.0)
    return np.asarray(upwards + downwards, dtype=np.float64)
