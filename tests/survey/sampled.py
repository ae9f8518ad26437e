"""Invented samples of people in sampled units, and models that learn from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from sojourn.survey.design import Design
from sojourn.survey.prediction import learn

DESIGN = Design(weights="w", strata="h", psu=("i",))


def people(
    seed: int, *, strata: int = 8, units: int = 6, size: int = 12, few: float = 0.55
) -> pl.DataFrame:
    """People of sampled units that are alike within. The few have errors 3 times larger; where
    `few` is not their 15 % of the population, they were drawn so often, and weigh so much less."""
    rng = np.random.default_rng(seed)
    n = strata * units * size
    h, i = np.repeat(np.arange(strata), units * size), np.repeat(np.arange(strata * units), size)
    group = rng.random(n) < few
    x = rng.normal(0, 1, n)
    error = rng.normal(0, 0.5, strata * units)[i] + np.where(group, 3, 1) * rng.normal(0, 1, n)
    y = 1 + 2 * x + error
    return pl.DataFrame(
        {
            "id": [f"p{at}" for at in range(n)],
            "h": h,
            "i": i,
            "area": [f"a{each % 4}" for each in h],
            "x": x,
            "group": np.where(group, "few", "many"),
            "y": y,
            "yes": (y > 1).astype(np.int64),
            "w": np.where(group, 0.15 / few, 0.85 / (1 - few)) * 40,
        }
    )


def numbers(rows: pl.DataFrame | None = None, estimator: object = None, **more: Any) -> Any:
    """A model of the outcome y; a straight line where no other estimator is given."""
    from sklearn.linear_model import LinearRegression  # there with the extra predict alone

    return learn(
        people(1) if rows is None else rows,
        DESIGN,
        LinearRegression() if estimator is None else estimator,
        **{"outcome": "y", "covariates": ["x"], "categories": ["group"]} | more,
    )


def shares(rows: pl.DataFrame | None = None, **more: Any) -> Any:
    """A model of the share of those for whom `yes` is 1."""
    from sklearn.linear_model import LogisticRegression  # there with the extra predict alone

    return numbers(rows, LogisticRegression(), outcome="yes", **more)
