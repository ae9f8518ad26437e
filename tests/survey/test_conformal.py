"""Reaches by group: the definition word by word, what they promise, and when nothing is said."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from sojourn.survey.conformal import NOT_ENOUGH, effective, reach, reaches
from sojourn.survey.problems import SurveyError

Floats = NDArray[np.float64]


def by_definition(scores: list[int], weights: list[int], level: Fraction, new: int) -> int | None:
    wanted = level * (sum(weights) + new)
    for s in sorted(scores):
        if sum(w for w, each in zip(weights, scores, strict=True) if each <= s) >= wanted:
            return s
    return None


@given(
    rows=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 50)), min_size=1, max_size=60),
    tenths=st.integers(1, 99),
    new=st.one_of(st.none(), st.integers(1, 100)),
)
@settings(deadline=None)
def test_it_is_the_smallest_score_that_the_definition_asks_for(
    rows: list[tuple[int, int]], tenths: int, new: int | None
) -> None:
    scores, weights = [s for s, _w in rows], [w for _s, w in rows]
    expected = by_definition(scores, weights, Fraction(tenths, 100), new or max(weights))
    found = reach(np.array(scores, float), np.array(weights, float), tenths / 100, new)
    assert found == expected


@pytest.mark.parametrize("weight", [1.0, 30.97, 1e-9, 1 / 3])
@pytest.mark.parametrize("n", [9, 19, 99, 199])
def test_equal_weights_of_any_size_give_the_same(weight: float, n: int) -> None:
    """With n = 9 and 90 %, 0.9 x 10 = 9 has to be met by the last of 9, not missed by rounding."""
    scores = np.arange(1.0, n + 1)
    assert reach(scores, np.full(n, weight)) == np.ceil(0.9 * (n + 1) - 1e-9)


def test_too_few_rows_give_no_number() -> None:
    assert reach(np.arange(8.0), np.ones(8)) is None
    (found,) = reaches(np.arange(8.0), np.ones(8), [("a",)] * 8, list(range(8)))
    assert (found.reach, found.text, found.rows) == (None, NOT_ENOUGH, 8)
    assert reach(np.array([]), np.array([])) is None


def test_a_heavy_newcomer_makes_it_longer_or_leaves_it_open() -> None:
    scores, weights = np.arange(1.0, 101), np.ones(100)
    assert reach(scores, weights, new_weight=1) == 91
    assert reach(scores, weights, new_weight=10) == 99
    assert reach(scores, weights, new_weight=12) is None


def test_rows_without_weight_count_for_nothing() -> None:
    scores, weights = np.r_[np.arange(1.0, 101), 1e6], np.r_[np.ones(100), 0]
    assert reach(scores, weights) == 91
    (found,) = reaches(scores, weights, [("a",)] * 101, ["p"] * 101)
    assert (found.rows, found.psus, found.effective) == (100, 1, 100)


def test_each_group_says_what_it_rests_on() -> None:
    groups = [("few",)] * 20 + [("many",)] * 60
    weights = np.r_[np.full(20, 1.0), np.full(30, 1.0), np.full(30, 3.0)]
    found = reaches(np.arange(80.0), weights, groups, [at // 10 for at in range(80)])
    few, many = found
    assert (few.rows, few.psus, few.share) == (20, 2, 20 / 140)
    assert (many.rows, many.psus) == (60, 6)
    assert many.effective == pytest.approx(120**2 / 300) == effective(weights[20:])


@pytest.mark.parametrize(
    ("scores", "weights", "level", "words"),
    [
        ([1.0, np.nan], [1.0, 1.0], 0.9, "1 scores are missing"),
        ([1.0, 2.0], [1.0, -1.0], 0.9, "1 weights are missing, below zero"),
        ([1.0], [1.0, 2.0], 0.9, "one weight for each score"),
        ([1.0], [1.0], 1.0, "between 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    scores: list[float], weights: list[float], level: float, words: str
) -> None:
    with pytest.raises(SurveyError, match=words):
        reach(np.array(scores), np.array(weights), level)


def population(rng: np.random.Generator, n: int, vulnerable: float) -> tuple[Floats, Floats]:
    """Who is vulnerable, and by how much a prediction is off for each: 3 times more for them."""
    group = (rng.random(n) < vulnerable).astype(np.float64)
    return group, np.abs(rng.normal(0, 1 + 2 * group))


def exactly(share: float) -> tuple[float, float]:
    """What one reach for all covers of the population and of the vulnerable, who are this share of
    what it is taken from: 90 % = (1 - share) P(|Z| < q) + share P(|Z| < q/3)."""

    def inside(q: float, wide: float) -> float:
        return float(2 * norm.cdf(q / wide) - 1)

    q = brentq(lambda at: (1 - share) * inside(at, 1) + share * inside(at, 3) - 0.9, 0.1, 9)
    return 0.85 * inside(q, 1) + 0.15 * inside(q, 3), inside(q, 3)


def test_only_group_by_group_with_weights_keeps_the_promise_to_those_who_are_few() -> None:
    """15 % are vulnerable, drawn 8 times as often, with errors 3 times larger; promised are 90 %.

    Means over 40 samples of 4,000, each looked at in 20,000 others: the chance error is below 0.3
    points, so 0.7 are allowed against the exact values. One run elsewhere gave 97.6 and 84 %
    without weights, 89.7 and 52 % with them: 1.5 points are allowed for the chance in that."""
    rng = np.random.default_rng(2024)
    drawn = 0.15 * 8 / (0.15 * 8 + 0.85)
    covered = {name: np.zeros(2) for name in ("plain", "weighted", "groups")}
    for _each in range(40):
        group, scores = population(rng, 4000, drawn)
        weights = np.where(group == 1, 1.0, 8.0)
        others, error = population(rng, 20_000, 0.15)
        told = reaches(scores, weights, [(f"{g:.0f}",) for g in group], list(range(4000)))
        own = {each.group[0]: each.reach or np.nan for each in told}
        reached: dict[str, Floats] = {
            "plain": np.full(20_000, reach(scores, np.ones(4000)) or np.nan),
            "weighted": np.full(20_000, reach(scores, weights) or np.nan),
            "groups": np.where(others == 1, own["1"], own["0"]),
        }
        for name, far in reached.items():
            inside = error <= far
            covered[name] += np.array([inside.mean(), inside[others == 1].mean()]) / 40
    assert covered["plain"] == pytest.approx(exactly(drawn), abs=0.007)
    assert covered["weighted"] == pytest.approx(exactly(0.15), abs=0.007)
    assert covered["groups"] == pytest.approx([0.90, 0.90], abs=0.007)
    assert covered["plain"] == pytest.approx([0.976, 0.84], abs=0.015)
    assert covered["weighted"] == pytest.approx([0.897, 0.52], abs=0.015)


@pytest.mark.parametrize("n", [9, 20, 57])
def test_the_promise_holds_in_small_groups_on_average(n: int) -> None:
    """4,000 groups of n and one person more: at least 90 %, at most 90 % + 1/(n + 1), give or take
    1.5 points by chance."""
    rng = np.random.default_rng(n)
    inside = [
        rng.exponential() <= (reach(rng.exponential(size=n), np.ones(n)) or np.inf)
        for _each in range(4000)
    ]
    assert 0.9 - 0.015 <= np.mean(inside) <= 0.9 + 1 / (n + 1) + 0.015
