"""Folds and replicates of whole units, and scores with their errors. Needs no scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from sojourn.survey.design import Design
from sojourn.survey.prediction_rows import read, share_limits
from sojourn.survey.prediction_scores import Score, of_numbers, of_shares
from tests.survey.sampled import DESIGN, people

Floats = NDArray[np.float64]


def test_people_of_one_unit_stay_in_one_fold_and_each_stratum_has_its_share() -> None:
    rows = people(1, units=10)
    drawn = read(rows, DESIGN)
    table = rows.with_columns(fold=pl.Series(drawn.folds(5, 3)))
    assert table.group_by("h", "i").agg(pl.col("fold").n_unique())["fold"].unique().to_list() == [1]
    counts = table.group_by("h", "fold").agg(pl.col("i").n_unique())["i"]
    assert counts.unique().to_list() == [2]


def test_units_are_counted_within_strata() -> None:
    """The same ids in every stratum are not the same units."""
    again = people(1).with_columns(i=pl.col("i") % 6)
    drawn = read(again, DESIGN)
    assert (drawn.psus, drawn.strata) == (48, 8)
    assert len(np.unique(drawn.psu * 100 + people(1)["i"].to_numpy())) == 48


def test_replicates_are_of_units_and_give_the_design_error() -> None:
    rows = people(3)
    drawn = read(rows, DESIGN)
    y, w = rows["y"].to_numpy(), rows["w"].to_numpy()
    u = w * (y - w @ y / w.sum()) / w.sum()
    exact = drawn.spread(u[:, None])[0]
    z = rows.with_columns(u=pl.Series(u)).group_by("h", "i").agg(pl.col("u").sum())
    by_hand = float(z.group_by("h").agg(pl.col("u").var() * 6)["u"].sum()) ** 0.5
    assert exact == pytest.approx(by_hand, rel=1e-12)
    means: list[float] = []
    for again in drawn.replicates(2000, 1):
        factors = pl.Series(again / w).round(9)
        if len(means) < 5:
            apart = rows.with_columns(f=factors).group_by("i").agg(pl.col("f").n_unique())["f"]
            assert apart.max() == 1
        means.append(again @ y / again.sum())
    # 2,000 replicates: the standard error of a standard error is 1/sqrt(4000), 1.6 %.
    assert np.std(means) == pytest.approx(exact, rel=0.05)


def test_drawing_rows_again_would_look_much_surer() -> None:
    rows = people(4, few=0.15)
    drawn = read(rows, DESIGN)
    y = rows["y"].to_numpy() - 2 * rows["x"].to_numpy()
    rng = np.random.default_rng(1)
    of_rows = np.std([y[rng.integers(0, len(y), len(y))].mean() for _each in range(500)])
    of_units = np.std([w @ y / w.sum() for w in drawn.replicates(500, 1)])
    assert of_units > 1.2 * of_rows


def test_a_part_of_all_units_leaves_less_error() -> None:
    rows = people(1).with_columns(size=pl.lit(12))
    half = read(rows, Design(weights="w", strata="h", psu=("i",), fpc=("size",)))
    u = rows["w"].to_numpy()[:, None] * rows["y"].to_numpy()[:, None]
    whole = read(rows, DESIGN)
    assert half.spread(u)[0] == pytest.approx(whole.spread(u)[0] * 0.5**0.5, rel=1e-12)
    fewer = [np.std(list(half.replicates(300, 2)), axis=0).mean()]
    fewer += [np.std(list(whole.replicates(300, 2)), axis=0).mean()]
    assert fewer[0] == pytest.approx(fewer[1] * 0.5**0.5, rel=1e-9)


def test_influences_are_derivatives_by_the_weight() -> None:
    """Central differences of every score by the weight of single rows."""
    rng = np.random.default_rng(1)
    n = 60
    f, w = rng.normal(0, 1, n), rng.uniform(1, 5, n)
    y = f + rng.normal(0, 1, n)
    p = 1 / (1 + np.exp(-f.round(1)))  # with ties
    yes = (rng.random(n) < p).astype(np.float64)

    def check(of: Any, y: Floats, f: Floats) -> None:
        told: list[Score] = of(y, f, w)
        for k in (0, 7, 33):
            step = np.zeros(n)
            step[k] = 1e-4 * w[k]
            up, down = of(y, f, w + step), of(y, f, w - step)
            for score, high, low in zip(told, up, down, strict=True):
                slope = (high.value - low.value) / 2e-4
                assert score.influence[k] == pytest.approx(slope, rel=1e-4, abs=1e-8), score.name

    check(of_numbers, y, f)
    check(of_shares, yes, p)


def test_recalibration_finds_what_was_done_to_the_predictions() -> None:
    rng = np.random.default_rng(2)
    n = 200_000
    logit = rng.normal(0, 1.5, n)
    yes = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(np.float64)
    p = 1 / (1 + np.exp(-(2 * logit + 1)))
    told = {each.name: each.value for each in of_shares(yes, p, np.ones(n))}
    assert told["calibration_slope"] == pytest.approx(0.5, abs=0.01)
    assert told["calibration_intercept"] == pytest.approx(-0.5, abs=0.02)
    told = {each.name: each.value for each in of_numbers(3 * logit - 1, logit, np.ones(n))}
    assert told["calibration_slope"] == pytest.approx(3)
    assert told["calibration_intercept"] == pytest.approx(-1)


def test_scores_that_are_not_defined_have_no_value() -> None:
    told = {e.name: e.value for e in of_numbers(np.arange(4.0), np.ones(4), np.ones(4))}
    assert np.isnan(told["calibration_slope"])
    sure = {
        e.name: e for e in of_shares(np.r_[0.0, 0, 1, 1], np.r_[0.1, 0.2, 0.8, 0.9], np.ones(4))
    }
    assert np.isnan(sure["calibration_slope"].value)
    assert sure["auc"].value == 1


def test_a_share_of_nothing_has_limits_that_are_wider_than_nothing() -> None:
    low, high = share_limits(0.0, 0.0, 10, 0.9, 12)
    assert low == 0
    assert high == pytest.approx(1 - 0.05 ** (1 / 12))
    assert share_limits(1.0, 0.0, 10, 0.9, 12)[0] == pytest.approx(0.05 ** (1 / 12))
    assert share_limits(0.5, 0.1, 0, 0.9, 1) == (None, None)
