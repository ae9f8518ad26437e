"""Figures rounded to multiples of a base, and what can still be read from them.

Three ways: to the nearest multiple (half goes up); `controlled`, where each figure goes to one of
the two multiples around it such that everything still adds up and as little as possible changes;
and at random, upwards as often as the figure is near to the upper multiple, so that it is right on
average. Figures that are multiples already stay.

Sources: L. H. Cox: A constructive procedure for unbiased controlled rounding, *JASA* 82 (1987);
J. J. Salazar-González: Controlled rounding and cell perturbation, *Mathematical Programming* 105
(2006), for controlled rounding as an integer program, in which figures may go further than to the
next multiple where nothing else adds up.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

from sojourn.disclosure.attacker import Knowledge
from sojourn.disclosure.problems import DisclosureError
from sojourn.disclosure.system import Bools, Floats, System

_EXACT = 1e-9
_FURTHER_AT_MOST = 2
_SEED = 16


class Way(StrEnum):
    """How figures are rounded."""

    NEAREST = "nearest"
    CONTROLLED = "controlled"
    RANDOM = "random"


@dataclass(frozen=True)
class Rounding:
    """Rounding to multiples of `base`. Rounding at random needs a secret `seed` of 16 bytes.

    The seed decides for each cell by its name, so a cell is rounded the same way in every table
    and whenever it is published again. Who knows the seed can undo some of the rounding: it stays
    in the office and in no publication.
    """

    base: int = 5
    way: Way = Way.CONTROLLED
    seed: bytes = b""

    def __post_init__(self) -> None:
        if self.base < 3:
            raise DisclosureError("rounding hides something from base 3 on; 3, 5 and 10 are usual")
        if self.way is Way.RANDOM and len(self.seed) < _SEED:
            raise DisclosureError(
                f"rounding at random needs a secret seed of {_SEED} bytes at least, kept for the "
                "next release"
            )

    def to_json(self) -> dict[str, Any]:
        """All but the seed."""
        return {"base": self.base, "way": self.way.value}

    def open_values(self, *, whole: bool) -> float:
        """How wide a stretch has to stay open around a sensitive figure.

        That is what rounding alone leaves open where a figure is rounded to the floor; less is
        left only where margins give something away.
        """
        width = float(self.base - 1 if whole else self.base)
        return width if self.way is not Way.NEAREST else float(width // 2 if whole else width / 2)


@dataclass(frozen=True)
class Rounded:
    """The rounded figures of all cells, and what can be read from them. Hidden cells keep their
    value here and are published nowhere."""

    values: Floats
    knowledge: Knowledge


def rounded(system: System, how: Rounding, seconds: float = 10.0) -> Rounded:
    """All cells of a release rounded.

    Raises `DisclosureError` where no rounding adds up, or something is out already unrounded.
    """
    if system.out.any() or system.kept.any():
        raise DisclosureError(
            "a rounded release together with tables that are out already would give both away; "
            "withhold cells instead, or release the table without rounding"
        )
    further = 0
    if how.way is Way.NEAREST:
        values = np.floor(system.values / how.base + 0.5) * how.base
    elif how.way is Way.RANDOM:
        values = _at_random(system, how)
    else:
        values, further = controlled(system, how.base, seconds)
    values = np.where(system.hidden, system.values, values)
    return Rounded(values, _read(system, values, how, further))


def controlled(system: System, base: int, seconds: float = 10.0) -> tuple[Floats, int]:
    """Rounded figures that add up, and how many multiples beyond the next one they may have gone.

    Raises `DisclosureError` where there are none within two more multiples, or time runs out.
    """
    shown = np.flatnonzero(~system.hidden)
    rows = system.matrix[np.flatnonzero(~_touches(system, system.hidden))][:, shown]
    values = system.values[shown]
    for further in range(_FURTHER_AT_MOST + 1):
        found = _adding_up(values, csr_array(rows), base, further, seconds)
        if found is not None:
            all_values = system.values.copy()
            all_values[shown] = found
            return all_values, further
    raise DisclosureError(
        f"no rounding to multiples of {base} adds up in all tables at once; choose another base, "
        "round at random, or release fewer tables together"
    )


def _adding_up(
    values: Floats, rows: csr_array, base: int, further: int, seconds: float
) -> Floats | None:
    """Steps of one base each, upwards from the lowest multiple allowed; the cost of the steps of a
    cell rises, so that they are taken in order."""
    below, above = np.floor(values / base + _EXACT), np.ceil(values / base - _EXACT)
    fixed = below == above
    low = np.where(fixed, below, below - further)
    steps = np.where(fixed, 0, above - below + 2 * further).astype(np.int64)
    low = np.where(values >= 0, np.maximum(low, 0), low)  # what is not negative stays so
    steps = np.minimum(steps, (above + further - low).astype(np.int64))
    steps = np.where(fixed, 0, steps)
    most = int(steps.max(initial=0))
    if not len(values) or most == 0:
        plain = np.asarray(low * base, dtype=np.float64)
        return plain if np.allclose(rows @ low, 0) else None
    costs, tops = list[Floats](), list[Floats]()
    for step in range(most):
        here = np.abs((low + step + 1) * base - values) - np.abs((low + step) * base - values)
        costs.append(here)
        tops.append((steps > step).astype(np.float64))
    at_start = -(rows @ low)
    constraints = (
        [LinearConstraint(csr_array(hstack([rows] * most)), at_start, at_start)]
        if rows.shape[0]
        else []
    )
    solved = milp(
        np.concatenate(costs),
        integrality=np.ones(most * len(values), dtype=np.int64),
        bounds=Bounds(np.zeros(most * len(values)), np.concatenate(tops)),
        constraints=constraints,
        options={"time_limit": seconds},
    )
    if solved.x is None:
        return None
    taken = np.round(solved.x).reshape(most, len(values)).sum(axis=0)
    return np.asarray((low + taken) * base, dtype=np.float64)


def _touches(system: System, cells: Bools) -> Bools:
    """The sums in which one of these cells stands."""
    return np.asarray(abs(system.matrix) @ cells.astype(np.float64) > 0, dtype=np.bool_)


def _at_random(system: System, how: Rounding) -> Floats:
    below = np.floor(system.values / how.base + _EXACT)
    rest = np.maximum(system.values / how.base - below, 0.0)
    chance = np.array([_chance(how.seed, str(each)) for each in system.keys])
    return np.asarray((below + (chance < rest - _EXACT)) * how.base, dtype=np.float64)


def _chance(seed: bytes, name: str) -> float:
    """A number from 0 to 1 that only the seed can tell beforehand."""
    drawn = hmac.new(seed, name.encode(), hashlib.sha256).digest()
    return float(int.from_bytes(drawn[:7], "big") / 2**56)


def _read(system: System, values: Floats, how: Rounding, further: int) -> Knowledge:
    """Between which values a figure must lie of which the rounded one is known."""
    if how.way is Way.NEAREST:
        low = values - how.base / 2
        high = np.where(system.whole, np.ceil(values + how.base / 2) - 1, values + how.base / 2)
        low = np.where(system.whole, np.ceil(low), low)
    else:
        reach = how.base * (1 + further) - system.whole.astype(np.float64)
        low, high = values - reach, values + reach
    low = np.maximum(low, system.floor)
    low = np.where(system.hidden, system.floor, low)
    high = np.where(system.hidden, np.inf, high)
    low = np.where(system.structural, 0.0, low)
    return Knowledge(low, np.where(system.structural, 0.0, high))
