"""Replicate weights that are made: the columns of R, and errors that are known by other ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

from sojourn.survey import means
from sojourn.survey.design import Design, Lonely, ReplicateType
from sojourn.survey.problems import SurveyError
from sojourn.survey.replication import replicate
from sojourn.survey.sample import Sample

DATA = Path(__file__).parent / "reference" / "data"
PAIRED = pl.read_csv(DATA / "paired.csv").drop_nulls("w")
CLUSTERS = pl.read_csv(DATA / "apiclus1.csv", null_values="NA").drop_nulls("pw")
OF_PAIRS = Design(weights="w", strata="stratum", psu=("psu",))
OF_CLUSTERS = Design(weights="pw", psu=("dnum",))
WITH_SIZES = Design(weights="pw", psu=("dnum",), fpc=("fpc",))


def error(rows: pl.DataFrame | pl.LazyFrame, design: Design, of: str) -> float:
    (line,) = means.total(Sample.of(rows, design), of).lines
    assert line.se is not None
    return line.se


def made(rows: pl.DataFrame, type_: ReplicateType, design: Design, **more: Any) -> float:
    return error(*replicate(rows, design, type_, **more), "y")


def test_the_jackknife_in_strata_has_the_columns_of_r() -> None:
    rows, design = replicate(PAIRED, OF_PAIRS, ReplicateType.JKN)
    assert design.replicates is not None
    assert design.replicates.rscales == (0.5,) * 12
    ours = rows.select(design.replicates.columns).collect().to_numpy()
    assert_allclose(ours, PAIRED.select(pl.col("^jkn[0-9]+$")).to_numpy(), rtol=1e-12)


@pytest.mark.parametrize("sizes", [False, True])
def test_the_jackknife_without_strata_has_the_columns_and_scale_of_r(sizes: bool) -> None:
    rows, design = replicate(CLUSTERS, WITH_SIZES if sizes else OF_CLUSTERS, ReplicateType.JK1)
    assert design.replicates is not None
    scale, _each = design.replicates.scales()
    assert scale == pytest.approx(14 / 15 * ((1 - 15 / 757) if sizes else 1))
    ours = rows.select(design.replicates.columns).collect().to_numpy()
    theirs = pl.read_csv(DATA / "apiclus1_jk1.csv").drop_nulls("pw")
    columns = theirs.select(pl.col("^jk[0-9]+$")).to_numpy()
    assert_allclose(np.sort(ours, axis=1), np.sort(columns, axis=1), rtol=1e-12)
    assert {tuple(each) for each in np.round(ours.T, 9)} == {
        tuple(each) for each in np.round(columns.T, 9)
    }


@pytest.mark.parametrize(
    ("type_", "more"),
    [
        (ReplicateType.JKN, {}),
        (ReplicateType.BRR, {}),
        (ReplicateType.BRR, {"count": 32}),
        (ReplicateType.FAY, {"rho": 0.3}),
    ],
)
@pytest.mark.parametrize("sizes", [False, True])
def test_of_a_total_the_error_is_that_of_the_design(
    type_: ReplicateType, more: dict[str, Any], sizes: bool
) -> None:
    rows = PAIRED.with_columns(size=pl.col("stratum") + 4)
    design = Design(weights="w", strata="stratum", psu=("psu",), fpc=("size",) if sizes else ())
    assert made(rows, type_, design, **more) == pytest.approx(error(rows, design, "y"), rel=1e-12)


def test_a_bootstrap_comes_near_it_and_can_be_made_again() -> None:
    true = error(CLUSTERS, WITH_SIZES, "enroll")
    drawn = [
        error(
            *replicate(CLUSTERS, WITH_SIZES, ReplicateType.BOOTSTRAP, count=1000, seed=s), "enroll"
        )
        for s in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0] == pytest.approx(true, rel=0.1)


def test_successive_differences_are_those_of_neighbours() -> None:
    y = np.array([3.0, 5.0, 4.0, 8.0, 9.0, 7.0, 12.0])
    rows = pl.DataFrame({"id": range(7), "w": [2.0] * 7, "y": y})
    far = 2 * (y - np.roll(y, 1))
    design = Design(weights="w", psu=("id",))
    found = made(rows, ReplicateType.SDR, design)
    assert found == pytest.approx(np.sqrt((far**2).sum() / 2), rel=1e-12)


def test_with_few_columns_they_come_near() -> None:
    y = np.sin(np.arange(600) / 40) * 10 + np.random.default_rng(3).normal(0, 1, 600)
    rows = pl.DataFrame({"id": range(600), "w": [2.0] * 600, "y": y})
    known = np.sqrt(((2 * (y - np.roll(y, 1))) ** 2).sum() / 2)
    design = Design(weights="w", psu=("id",))
    assert made(rows, ReplicateType.SDR, design, count=128) == pytest.approx(known, rel=0.25)


def test_weights_that_follow_from_sizes_become_a_column() -> None:
    rows, design = replicate(CLUSTERS, Design(psu=("dnum",), fpc=("fpc",)), ReplicateType.JK1)
    assert design.weights == "full_weight"
    assert rows.select("full_weight").collect().to_series().unique().to_list() == [757 / 15]


def test_a_lonely_unit_that_was_sure_is_in_every_replicate() -> None:
    rows = PAIRED.filter(~((pl.col("stratum") == 1) & (pl.col("psu") == PAIRED["psu"].min())))
    lone = Design(weights="w", strata="stratum", psu=("psu",), lonely=Lonely.CERTAINTY)
    for type_ in (ReplicateType.JKN, ReplicateType.BRR, ReplicateType.SDR):
        table, design = replicate(rows, lone, type_)
        assert design.replicates is not None
        here = table.filter(pl.col("stratum") == 1).collect()
        for column in design.replicates.columns:
            assert here[column].equals(here["w"], check_names=False)
    assert made(rows, ReplicateType.BRR, lone) == pytest.approx(error(rows, lone, "y"), rel=1e-12)


@pytest.mark.parametrize(
    ("design", "type_", "more", "told"),
    [
        (OF_PAIRS, ReplicateType.JK1, {}, "JK1 is for designs without strata"),
        (OF_PAIRS, ReplicateType.FAY, {}, "need rho between 0 and 1"),
        (OF_PAIRS, ReplicateType.BRR, {"rho": 0.3}, "rho goes with the type Fay"),
        (OF_PAIRS, ReplicateType.BRR, {"count": 4}, "6 strata take 8 half samples"),
        (OF_PAIRS, ReplicateType.SDR, {"count": 12}, "are 4, 8, 16"),
        (OF_PAIRS, ReplicateType.JKN, {"count": 12}, "leave the number away"),
        (OF_PAIRS, ReplicateType.BOOTSTRAP, {"count": 1}, "at least 2"),
        (OF_PAIRS, ReplicateType.BOOTSTRAP, {"prefix": "boot"}, "has a column boot1 already"),
        (
            Design(weights="w", psu=("psu", "x"), fpc=("some", "some")),
            ReplicateType.BOOTSTRAP,
            {},
            "too small an error",
        ),
    ],
)
def test_what_cannot_be_told_so_is_refused(
    design: Design, type_: ReplicateType, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(SurveyError, match=told):
        made(PAIRED, type_, design, **more)


def test_half_samples_of_three_units_are_refused_by_name() -> None:
    rows = pl.DataFrame({"h": ["a", "a", "b", "b", "b"], "y": [1, 2, 3, 4, 5], "w": [1.0] * 5})
    with pytest.raises(SurveyError, match="b has 3"):
        made(rows, ReplicateType.BRR, Design(weights="w", strata="h"))
