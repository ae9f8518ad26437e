"""How far from a prediction the truth lies, group by group, with weights: split conformal.

A model is made without some of the people who were asked. How far it is off for them (the scores)
says how far it will be off for others like them, whatever the model. Three things are needed for
that to be true of a population: weights, since people were not drawn alike; groups one by one,
since a reach that is right for all together can be far too short for those who are few; and whole
sampled units kept apart, since neighbours are alike.

For a group g the reach is the smallest s with

    sum of w over rows of g with score <= s  >=  level (sum of w in g + w_new),

w_new being the weight of whoever comes next: where it is not known, the largest in the group. If no
score reaches this, there are not enough people to say anything, and nothing is said.

Sources: Vovk, Gammerman and Shafer (2005); Tibshirani, Barber, Candès and Ramdas (2019) for
weights; Vovk (2012) for groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sojourn.survey.problems import SurveyError

Floats = NDArray[np.float64]

NOT_ENOUGH = "not enough"
"""What is said in place of a number."""

_CLOSE = 1e-12
"""Sums of weights that differ by less than this part are equal: 200 weights of 30.97 have to give
what 200 weights of 1 give."""


@dataclass(frozen=True)
class Reach:
    """How far predictions reach in one group.

    `reach` is None where there are not enough rows. `rows`, their `effective` number
    (sum w)^2 / sum w^2, and the number of sampled units (`psus`) they came from say how much it
    rests on; `share` is the part of the whole weight that the group has.
    """

    group: tuple[str | None, ...]
    rows: int
    effective: float
    psus: int
    share: float
    reach: float | None

    @property
    def text(self) -> str:
        """The reach with four digits, or that there is not enough for one."""
        return NOT_ENOUGH if self.reach is None else f"{self.reach:.4g}"


def reach(
    scores: Floats, weights: Floats, level: float = 0.9, new_weight: float | None = None
) -> float | None:
    """The reach of one group, or None where its rows are not enough.

    `scores` and `weights` (rows) have no missing values; rows with weight 0 count for nothing.
    Raises `SurveyError` for a level outside 0 and 1, or weights and scores that cannot be.
    """
    if not 0 < level < 1:
        raise SurveyError(f"a level lies between 0 and 1, such as 0.9; it cannot be {level:g}")
    _check(scores, weights)
    there = weights > 0
    scores, weights = scores[there], weights[there]
    if not len(scores):
        return None
    new = float(weights.max()) if new_weight is None else new_weight
    if not 0 < new < np.inf:
        raise SurveyError(f"the weight of who comes next has to be above 0; it cannot be {new:g}")
    order = np.argsort(scores, kind="stable")
    added = np.cumsum(weights[order])
    wanted = level * (float(added[-1]) + new)
    at = int(np.searchsorted(added, wanted * (1 - _CLOSE)))
    return None if at == len(order) else float(scores[order][at])


def reaches(
    scores: Floats,
    weights: Floats,
    groups: Sequence[tuple[str | None, ...]],
    psus: Sequence[object],
    *,
    level: float = 0.9,
    new_weights: dict[tuple[str | None, ...], float] | None = None,
) -> tuple[Reach, ...]:
    """The reach of each group, in the order in which groups first come.

    All arguments but the last two have one entry for each row that was kept apart. `new_weights`
    are those of whoever comes next, for groups where they are known.
    """
    if not len(scores) == len(weights) == len(groups) == len(psus):
        raise SurveyError("scores, weights, groups and sampled units have to be of the same length")
    _check(scores, weights)
    whole = float(weights.sum())
    known = new_weights or {}
    rows_of: dict[tuple[str | None, ...], list[int]] = {}
    for at, group in enumerate(groups):
        rows = rows_of.setdefault(group, [])
        if weights[at] > 0:
            rows.append(at)
    found = []
    for group, rows in rows_of.items():
        w = weights[rows]
        found.append(
            Reach(
                group=group,
                rows=len(rows),
                effective=effective(w),
                psus=len({psus[at] for at in rows}),
                share=float(w.sum()) / whole if whole > 0 else 0.0,
                reach=reach(scores[rows], w, level, known.get(group)),
            )
        )
    return tuple(found)


def effective(weights: Floats) -> float:
    """The number of equally weighted rows that would say as much: (sum w)^2 / sum w^2 (Kish)."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def _check(scores: Floats, weights: Floats) -> None:
    if len(scores) != len(weights):
        raise SurveyError("there has to be one weight for each score")
    wrong = int((~np.isfinite(scores)).sum())
    if wrong:
        raise SurveyError(f"{wrong} scores are missing or no numbers; leave those rows out before")
    wrong = int((~(weights >= 0) | ~np.isfinite(weights)).sum())
    if wrong:
        raise SurveyError(f"{wrong} weights are missing, below zero or no numbers")
