"""Cells are withheld so that nothing can be worked out, and no more of them than is needed."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from sojourn.disclosure import (
    DisclosureError,
    Earlier,
    Loss,
    MinimumPeople,
    Protection,
    Reason,
    Release,
    Rules,
    joined,
    key,
    plan,
)
from sojourn.disclosure.attacker import Attacker, Knowledge
from sojourn.disclosure.flows import spread
from sojourn.disclosure.system import Bools, System
from sojourn.disclosure.task import Task
from tests.disclosure.drawn import by_chance, counts


def is_safe(found: System, needed: dict[int, Protection], pattern: Bools) -> bool:
    """Said by programs written here: the values as they are, no shifted axes."""
    columns = np.flatnonzero(pattern)
    rows = found.matrix.toarray()
    right = -rows[:, ~pattern] @ found.values[~pattern]
    for at, level in needed.items():
        ends = []
        for sign in (1.0, -1.0):
            goal = np.where(columns == at, sign, 0.0)
            solved = linprog(goal, A_eq=rows[:, columns], b_eq=right, bounds=(0, None))
            ends.append(-sign * np.inf if solved.fun is None else sign * float(solved.fun))
        value = found.values[at]
        if (
            ends[0] > value - level.lower + 1e-6
            or ends[1] < value + level.upper - 1e-6
            or ends[1] - ends[0] < level.sliding - 1e-6
        ):
            return False
    return True


@pytest.mark.parametrize(
    "rows",
    [
        [[2, 15, 30], [8, 11, 70], [15, 0, 30]],
        [[5, 5, 30], [70, 2, 15], [30, 11, 8]],
        [[0, 11, 2], [15, 30, 30], [70, 8, 15]],
        [[11, 70, 0], [30, 15, 8], [0, 30, 11]],
    ],
)
def test_no_safe_pattern_is_cheaper(rows: list[list[int]]) -> None:
    found = joined(Release((counts(rows),)))
    needed = Rules().sensitive(found)
    chosen = plan(found, Rules(), needed)
    task = Task.of(found, Rules(), needed)
    free = np.flatnonzero(task.may & ~task.must)
    assert chosen.optimal
    for size in range(len(free)):
        for more in combinations(free, size):
            if task.cost[list(more)].sum() < chosen.loss - 1e-6:
                pattern = task.must.copy()
                pattern[list(more)] = True
                assert not is_safe(found, needed, pattern)


@pytest.mark.parametrize("seed", range(6))
def test_the_quick_pattern_is_safe_too(seed: int) -> None:
    found = joined(Release((by_chance(7, 6, seed),)))
    needed = Rules().sensitive(found)
    task = Task.of(found, Rules(), needed)
    for seconds in (0.0, 5.0):
        assert is_safe(found, needed, spread(task, seconds))


def test_where_time_runs_out_the_pattern_is_safe_and_says_that_it_may_not_be_cheapest() -> None:
    found = joined(Release((by_chance(10, 8, 4),)))
    chosen = plan(found, Rules(), seconds=0.0)
    withheld = np.array([each in chosen.withheld for each in found.keys])
    assert not chosen.optimal
    assert is_safe(found, Rules().sensitive(found), withheld)


def test_two_thousand_cells_are_done() -> None:
    found = joined(Release((by_chance(50, 40, 7),)))
    needed = Rules().sensitive(found)
    chosen = plan(found, Rules(), needed)
    withheld = np.array([each in chosen.withheld for each in found.keys])
    assert len(found.keys) == 51 * 41
    assert needed
    assert Attacker(found, Knowledge.of_published(found, withheld)).audit(needed).passed
    assert withheld.sum() < len(found.keys) / 2


def test_nothing_is_withheld_where_nothing_is_sensitive() -> None:
    chosen = plan(joined(Release((counts([[20, 30], [40, 50]]),))), Rules())
    assert chosen.withheld == {}
    assert chosen.optimal


def test_fewest_cells_or_smallest_figures_as_asked() -> None:
    table = counts([[4, 80, 12, 12], [90, 80, 12, 12], [12, 90, 12, 12], [12, 90, 90, 90]])
    found = joined(Release((table,)))
    fewest = plan(found, Rules(loss=Loss.CELLS))
    smallest = plan(found, Rules(loss=Loss.VALUE))
    assert fewest.complementary <= smallest.complementary
    assert sum(found.values[found.at[each]] for each in smallest.withheld) <= sum(
        found.values[found.at[each]] for each in fewest.withheld
    )


def test_zeros_that_everybody_knows_protect_nothing() -> None:
    chosen = plan(joined(Release((counts([[3, 20, 30], [25, 0, 40], [35, 45, 0]]),))), Rules())
    assert chosen.withheld[key("people", row="r1", column="c1")] is Reason.FEW_PEOPLE
    assert chosen.complementary >= 3


def test_reasons_tell_what_is_sensitive_and_what_only_protects() -> None:
    chosen = plan(joined(Release((counts([[3, 40], [50, 60]]),))), Rules())
    reasons = list(chosen.withheld.values())
    assert reasons.count(Reason.FEW_PEOPLE) == 1
    assert reasons.count(Reason.COMPLEMENTARY) == chosen.complementary == 3


def test_what_cannot_be_hidden_is_refused_with_its_name() -> None:
    table = counts([[3, 40], [50, 60]])
    out = counts([[3, 40], [50, 60]], name="before")
    hidden = frozenset({key("people", row="r1", column="c1")})
    with pytest.raises(DisclosureError, match="row = r1 cannot be hidden"):
        plan(joined(Release((table,), earlier=(Earlier(out, hidden),))), Rules())


def test_a_lower_threshold_withholds_less() -> None:
    found = joined(Release((by_chance(6, 5, 2),)))
    strict, mild = Rules((MinimumPeople(20),)), Rules((MinimumPeople(5),))
    assert len(plan(found, mild).withheld) < len(plan(found, strict).withheld)


@pytest.mark.parametrize("seconds", [0.0, 2.0])
def test_cells_that_need_more_get_twice_the_protection(seconds: float) -> None:
    found = joined(Release((counts([[3, 14, 30], [12, 11, 70], [15, 12, 30]]),)))
    needed = Rules().sensitive(found)
    chosen = plan(found, Rules(), needed, seconds=seconds, wider=set(needed))
    withheld = np.array([each in chosen.withheld for each in found.keys])
    twice = {
        at: Protection(one.reason, min(2 * one.lower, 3.0), 2 * one.upper, 2 * one.sliding)
        for at, one in needed.items()
    }
    assert is_safe(found, twice, withheld)
