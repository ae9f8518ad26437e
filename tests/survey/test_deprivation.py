"""Alkire-Foster against counting by hand with fractions, and cut-offs that nothing blurs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from sojourn.survey import means
from sojourn.survey.deprivation import Indicator, alkire_foster
from sojourn.survey.design import Design
from sojourn.survey.problems import SurveyError
from sojourn.survey.sample import Sample

WEIGHTS = {
    "school": Fraction(1, 6),
    "food": Fraction(1, 6),
    "water": Fraction(1, 3),
    "work": Fraction(1, 3),
}
DIMENSIONS = {"school": "learning", "food": "living", "water": "living", "work": "work"}
INDICATORS = [
    Indicator(name, DIMENSIONS[name], weight, pl.col(name)) for name, weight in WEIGHTS.items()
]
HALF = Fraction(1, 2)
DESIGN = Design(weights="w", strata="stratum", psu=("unit",))


def households(rows: int = 300) -> pl.DataFrame:
    chance = np.random.default_rng(7)
    held = {name: chance.random(rows) < 0.4 for name in WEIGHTS}
    place = {"stratum": chance.integers(0, 3, rows), "unit": chance.integers(0, 6, rows)}
    frame = pl.DataFrame({**held, **place, "w": chance.uniform(1, 3, rows)})
    return frame.with_columns(food=pl.when(pl.int_range(pl.len()) % 37 != 0).then("food"))


def test_it_is_what_counting_by_hand_gives() -> None:
    rows = households()
    found = {
        (line.statistic, line.category): line
        for line in alkire_foster(Sample.of(rows, DESIGN), "mpi", INDICATORS, HALF).lines
    }
    known = rows.filter(pl.col("food").is_not_null()).to_dicts()
    size = sum(row["w"] for row in known)
    score = [sum((WEIGHTS[n] for n in WEIGHTS if row[n]), Fraction(0)) for row in known]
    poor = [row["w"] if c >= HALF else 0.0 for row, c in zip(known, score, strict=True)]
    counted = sum(w * float(c) for w, c in zip(poor, score, strict=True))
    assert found["headcount", "H"].estimate == pytest.approx(sum(poor) / size, rel=1e-12)
    assert found["intensity", "A"].estimate == pytest.approx(counted / sum(poor), rel=1e-12)
    assert found["m0", "M0"].estimate == pytest.approx(counted / size, rel=1e-12)
    water = sum(w for w, row in zip(poor, known, strict=True) if row["water"])
    assert found["censored_headcount", "water"].estimate == pytest.approx(water / size, rel=1e-12)
    assert found["contribution", "water"].estimate == pytest.approx(water / 3 / counted, rel=1e-12)
    parts = [found["contribution", name].estimate or 0 for name in WEIGHTS]
    dimensions = [
        found["contribution", name].estimate or 0 for name in ("learning", "living", "work")
    ]
    assert sum(parts) == pytest.approx(1) == sum(dimensions)
    assert all("missing=9" in line.flags for line in found.values())


def test_its_errors_are_those_of_the_same_columns() -> None:
    rows = households().drop_nulls()
    sixths = pl.sum_horizontal(
        [pl.col(name).cast(pl.Int64) * int(weight * 6) for name, weight in WEIGHTS.items()]
    )
    told = rows.with_columns(poor=(sixths >= 3).cast(pl.Int64), c=sixths).with_columns(
        censored=pl.col("c") * pl.col("poor"), all=pl.lit(6), most=6 * pl.col("poor")
    )
    sample = Sample.of(told, DESIGN)
    found = alkire_foster(sample, "mpi", INDICATORS, HALF).lines
    for line, expected in zip(
        found[:3],
        (
            means.mean(sample, "poor").lines[0],
            means.ratio(sample, "censored/most").lines[0],
            means.ratio(sample, "censored/all").lines[0],
        ),
        strict=True,
    ):
        assert line.estimate == pytest.approx(expected.estimate, rel=1e-12)
        assert line.se == pytest.approx(expected.se, rel=1e-12)


def test_a_unit_at_just_the_cut_off_is_poor() -> None:
    """1/6 + 1/6 + 1/6 is a half, which it is not in binary floats."""
    names = ("a", "b", "c")
    parts = [Indicator(name, "", Fraction(1, 6), pl.col(name)) for name in names]
    parts.append(Indicator("d", "", HALF, pl.col("d")))
    rows = pl.DataFrame({**{name: [True, True] for name in names}, "d": [False, False]})
    headcount = alkire_foster(Sample.of(rows, Design()), "mpi", parts, HALF).lines[0]
    assert headcount.estimate == 1.0


def test_weights_and_cut_offs_that_cannot_be_are_refused() -> None:
    sample = Sample.of(households(), DESIGN)
    with pytest.raises(SurveyError, match="do not add up to 1"):
        alkire_foster(sample, "mpi", INDICATORS[:2], HALF)
    with pytest.raises(SurveyError, match="cut-off"):
        alkire_foster(sample, "mpi", INDICATORS, Fraction(3, 2))
