"""Gini and Lorenz by their definitions, and influences as what a little more weight changes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sojourn.survey import inequality
from sojourn.survey.design import Design
from sojourn.survey.problems import SurveyError
from sojourn.survey.sample import Sample


def incomes(rows: int = 60) -> pl.DataFrame:
    chance = np.random.default_rng(3)
    return pl.DataFrame({"y": chance.gamma(2, 100, rows), "w": chance.uniform(1, 5, rows)})


def value(rows: pl.DataFrame, share: float | None = None) -> float:
    sample = Sample.of(rows, Design(weights="w"))
    found = (
        inequality.gini(sample, "y") if share is None else inequality.lorenz(sample, "y", [share])
    )
    assert found.lines[0].estimate is not None
    return found.lines[0].estimate


def test_gini_is_the_mean_difference_over_twice_the_mean() -> None:
    rows = incomes()
    y, w = rows["y"].to_numpy(), rows["w"].to_numpy()
    far = (np.abs(y[:, None] - y) * w[:, None] * w).sum()
    assert value(rows) == pytest.approx(far / (2 * w.sum() * (w * y).sum()), rel=1e-12)


def test_the_same_for_all_is_no_inequality_and_one_with_everything_nearly_1() -> None:
    ones = pl.DataFrame({"y": [5.0] * 40, "w": [1.0] * 40})
    assert value(ones) == pytest.approx(0, abs=1e-12)
    assert value(ones, 0.3) == pytest.approx(0.3)
    one = pl.DataFrame({"y": [0.0] * 39 + [5.0], "w": [1.0] * 40})
    assert value(one) == pytest.approx(39 / 40)


@pytest.mark.parametrize("share", [None, 0.25, 0.6])
def test_errors_follow_from_what_a_little_more_weight_changes(share: float | None) -> None:
    """In a simple sample the variance is n / (n - 1) x the sum of (w u)^2, u by differences."""
    rows = incomes()
    little = 1e-6
    moved = []
    for at in range(rows.height):
        more = rows.with_columns(
            w=pl.col("w") + pl.when(pl.int_range(pl.len()) == at).then(little).otherwise(0)
        )
        moved.append((value(more, share) - value(rows, share)) / little)
    u = np.array(moved) * rows["w"].to_numpy()
    n = rows.height
    sample = Sample.of(rows, Design(weights="w"))
    found = (
        inequality.gini(sample, "y") if share is None else inequality.lorenz(sample, "y", [share])
    )
    expected = np.sqrt(n / (n - 1) * ((u - u.mean()) ** 2).sum())
    assert found.lines[0].se == pytest.approx(expected, rel=1e-4)


def test_numbers_below_zero_are_refused() -> None:
    rows = pl.DataFrame({"y": [1.0, -2.0, 3.0], "w": [1.0, 1.0, 1.0]})
    with pytest.raises(SurveyError, match="below zero"):
        value(rows)
