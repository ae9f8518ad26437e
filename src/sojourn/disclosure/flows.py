"""A pattern that is safe and quick to find, though it may withhold more than is needed.

A sensitive cell is protected in one direction as soon as another table exists that agrees with all
that is published and in which the cell is far enough away: a witness. Sensitive cells are taken one
after the other, those that need most first. Where no witness exists with the cells withheld so far,
the cheapest change of the whole table that moves the cell far enough is found by linear
programming, and the cells that change in it are withheld, too. Afterwards complementary cells are
published again, dearest first, where witnesses without them can be found. At each moment every cell
done has its witnesses, so the pattern is safe whenever it stops.

Source: J. P. Kelly, B. L. Golden, A. A. Assad: Cell suppression: disclosure protection for
sensitive tabular data, *Networks* 22 (1992).
"""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import NamedTuple

import numpy as np

from sojourn.disclosure.system import Bools, Floats
from sojourn.disclosure.task import Task

_MOVED = 1e-7
_MANY, _SHAKES = 50, 12
_ENOUGH = 1 - 1e-7
_AT_MOST = 30.0
"""Seconds for one linear program."""


class Wanted(NamedTuple):
    """A sensitive cell and how far it has to move, downwards below 0; `without` another cell,
    where it is hidden from who is alone in that one (-1 for everybody)."""

    cell: int
    move: float
    without: int = -1

    def seen(self, witness: Floats) -> bool:
        """Whether the cell moves as far in this witness."""
        if self.without >= 0 and abs(float(witness[self.without])) > 0:
            return False
        return float(witness[self.cell]) / self.move >= _ENOUGH

    def among(self, cells: Bools) -> Bools:
        """These cells but for the one that is known."""
        if self.without < 0:
            return cells
        others = cells.copy()
        others[self.without] = False
        return others


def spread(task: Task, seconds: float) -> Bools:
    """A safe pattern: which cells are not published. Publishing cells again takes `seconds` at
    most.

    Raises `DisclosureError` where a cell cannot be protected by any pattern.
    """
    nothing = np.zeros(len(task.cost))
    everything = np.ones(len(task.cost), dtype=np.bool_)
    pattern = task.must.copy()
    wanted_moves = _wanted(task)
    seen = _shaken(task, wanted_moves)
    by: dict[Wanted, Floats] = {}
    for wanted in wanted_moves:
        if _take(by, wanted, seen):
            continue
        found = task.move({wanted.cell: wanted.move}, wanted.among(pattern), nothing, _AT_MOST)
        if found is None:
            cost = np.where(pattern, 0.0, task.cost)
            found = task.move({wanted.cell: wanted.move}, wanted.among(everything), cost, _AT_MOST)
        if found is None:
            raise task.impossible(wanted.cell)
        pattern |= np.abs(found) > _MOVED
        by[wanted] = found
        seen.append(found)
    return _pruned(task, pattern, by, monotonic() + seconds)


def _wanted(task: Task) -> list[Wanted]:
    """Both directions of each sensitive cell, such that the stretch between is wide enough, too;
    those that need most first."""
    found = []
    for at, needed in task.needed.items():
        upper = max(needed.upper, needed.sliding - needed.lower)
        found += [
            Wanted(at, move, without)
            for move in (upper, -needed.lower)
            for without in task.insiders(at)
            if move
        ]
    return sorted(found, key=lambda one: (-abs(one.move), one.cell))


def _take(by: dict[Wanted, Floats], wanted: Wanted, witnesses: Iterable[Floats]) -> bool:
    """Uses a witness that is there already, if one is enough."""
    witness = next((each for each in witnesses if wanted.seen(each)), None)
    if witness is not None:
        by[wanted] = witness
    return witness is not None


def _shaken(task: Task, wanted: list[Wanted]) -> list[Floats]:
    """Where many cells are sensitive they protect each other: a few witnesses among themselves, in
    which as many as possible move far, so that fewer have to be looked for one by one."""
    chance = np.random.default_rng(len(wanted))
    found: list[Floats] = []
    left = [one for one in wanted if one.without < 0]
    for _ in range(_SHAKES if len(wanted) >= _MANY else 0):
        pull = np.zeros(len(task.cost))
        for one in left:
            pull[one.cell] = np.sign(one.move) * chance.random()
        witness = task.far(pull, task.must, _AT_MOST)
        if witness is not None:
            found.append(witness)
            left = [one for one in left if not one.seen(witness)]
        chance.shuffle(left)  # of two directions of a cell, another one comes last
    return found


def _pruned(task: Task, pattern: Bools, by: dict[Wanted, Floats], until: float) -> Bools:
    """The pattern without cells for which others can stand in."""
    nothing = np.zeros(len(task.cost))
    chosen = np.flatnonzero(pattern & ~task.must)
    for at in chosen[np.argsort(-task.cost[chosen], kind="stable")]:
        fewer = pattern.copy()
        fewer[at] = False
        anew: dict[Wanted, Floats] = {}
        for wanted in [one for one, witness in by.items() if abs(witness[at]) > _MOVED]:
            if _take(anew, wanted, list(anew.values())):
                continue
            if monotonic() >= until:
                return pattern
            found = task.move({wanted.cell: wanted.move}, wanted.among(fewer), nothing, _AT_MOST)
            if found is None:
                break
            anew[wanted] = found
        else:
            pattern, by = fewer, {**by, **anew}
    return pattern
