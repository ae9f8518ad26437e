"""What must hold whatever the numbers are: scales, order, domains, copies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from sojourn.survey import inequality, means, quantile
from sojourn.survey.conditions import condition
from sojourn.survey.design import Design, Kind, Lonely, Replicates, ReplicateType
from sojourn.survey.estimates import Estimates
from sojourn.survey.problems import SurveyError
from sojourn.survey.quantile import Rule, quantile_of
from sojourn.survey.regression import regress
from sojourn.survey.sample import Sample

DESIGN = Design(weights="w", strata="stratum", psu=("unit",))


def made(seed: int, rows: int = 120) -> pl.DataFrame:
    """A small clustered sample of four strata, with something missing."""
    chance = np.random.default_rng(seed)
    stratum = chance.integers(0, 4, rows)
    unit = chance.integers(0, 5, rows)
    near = chance.normal(0, 1, (4, 5))[stratum, unit]
    y = 50 + 5 * near + chance.normal(0, 3, rows)
    return pl.DataFrame(
        {
            "stratum": stratum,
            "unit": unit,
            "w": chance.uniform(0.5, 4, rows),
            "y": np.where(chance.random(rows) < 0.1, np.nan, y),
            "x": chance.gamma(2.0, 3.0, rows),
            "group": chance.choice(["a", "b", "c"], rows),
        }
    )


def several(sample: Sample, by: str = "group") -> Estimates:
    return means.mean(sample, ["y", "x"], by)


def numbers(found: Estimates) -> np.ndarray:
    return np.array([[line.estimate, line.se] for line in found.lines], dtype=np.float64)


STATISTICS: dict[str, Callable[[Sample], Estimates]] = {
    "mean": lambda s: means.mean(s, ["y", "x"], "group"),
    "proportion": lambda s: means.proportion(s, "group", "stratum"),
    "ratio": lambda s: means.ratio(s, "y/x", "group"),
    "variance": lambda s: means.variance(s, "y", "group"),
    "correlation": lambda s: means.correlation(s, [("y", "x")], "group"),
    "gini": lambda s: inequality.gini(s, "x", "group"),
    "lorenz": lambda s: inequality.lorenz(s, "x", [0.2, 0.5], "group"),
    "regression": lambda s: regress(s, "y ~ x + group"),
    "quantile": lambda s: quantile.quantiles(s, [("x", 0.5)], "group"),
}


@pytest.mark.parametrize("name", STATISTICS)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([1e-3, 30.97, 1e6]))
@settings(max_examples=5, deadline=None)
def test_the_scale_of_weights_changes_no_mean_and_no_error(
    name: str, seed: int, scale: float
) -> None:
    rows = made(seed)
    scaled = rows.with_columns(pl.col("w") * scale)
    one, other = (STATISTICS[name](Sample.of(each, DESIGN)) for each in (rows, scaled))
    assert_allclose(numbers(one), numbers(other), rtol=1e-9)


@pytest.mark.parametrize("name", STATISTICS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_the_order_of_rows_changes_nothing(name: str, seed: int) -> None:
    rows = made(seed)
    shuffled = rows.sample(fraction=1, shuffle=True, seed=seed)
    one, other = (STATISTICS[name](Sample.of(each, DESIGN)) for each in (rows, shuffled))
    assert_allclose(numbers(one), numbers(other), rtol=1e-9)


@pytest.mark.parametrize("name", STATISTICS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_two_rows_of_half_the_weight_are_one_row(name: str, seed: int) -> None:
    rows = made(seed)
    halves = rows.with_columns(pl.col("w") / 2)
    one = STATISTICS[name](Sample.of(rows, DESIGN))
    other = STATISTICS[name](Sample.of(pl.concat([halves, halves]), DESIGN))
    if name == "variance":  # it counts rows: n / (n - 1)
        n = np.array([line.n for line in one.lines], dtype=np.float64)
        more = (2 * n / (2 * n - 1)) / (n / (n - 1))
        assert_allclose(numbers(one) * more[:, None], numbers(other), rtol=1e-9)
    else:
        assert_allclose(numbers(one), numbers(other), rtol=1e-9)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_domains_add_up_to_the_whole_with_all_their_covariances(seed: int) -> None:
    sample = Sample.of(made(seed), DESIGN)
    whole, parts = means.total(sample, "x"), means.total(sample, "x", "group")
    together = parts.combined(np.ones((1, len(parts.lines))), [parts.lines[0]])
    assert_allclose(numbers(together), numbers(whole), rtol=1e-9)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_a_condition_is_a_domain_and_not_another_sample(seed: int) -> None:
    sample = Sample.of(made(seed), DESIGN)
    narrowed = sample.only(condition(sample, "${group} = 'a'"))
    by = [line for line in several(sample).lines if line.domain == ("a",)]
    expected = np.array([[line.estimate, line.se] for line in by], dtype=np.float64)
    assert_allclose(numbers(several(narrowed, "group")), expected, rtol=1e-12)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_jackknife_replicates_come_near_the_linearised_error(seed: int) -> None:
    """JKn replicates of a mean agree with linearisation but for what is curved."""
    rows = made(seed).drop_nulls()
    rows = rows.with_columns(place=pl.col("stratum") * 5 + pl.col("unit")).sort("place")
    there = rows.select("stratum", "place").unique(maintain_order=True)
    sizes = dict(there.group_by("stratum").len().iter_rows())
    columns, scales = {}, []
    for stratum, place in there.iter_rows():
        n = sizes[stratum]
        if n < 2:
            return
        inside = pl.col("stratum") == stratum
        factor = pl.when(pl.col("place") == place).then(0.0).when(inside).then(n / (n - 1))
        columns[f"rep{place}"] = (pl.col("w") * factor.otherwise(1.0)).alias(f"rep{place}")
        scales.append((n - 1) / n)
    rows = rows.with_columns(columns.values())
    replicates = Replicates(tuple(columns), ReplicateType.JKN, rscales=tuple(scales))
    jackknife = means.mean(Sample.of(rows, Design("w", replicates=replicates)), "x")
    linear = means.mean(Sample.of(rows, DESIGN), "x")
    assert_allclose(numbers(jackknife), numbers(linear), rtol=0.15)


@given(
    y=st.lists(st.integers(0, 20), min_size=1, max_size=30),
    p=st.sampled_from([0.1, 0.25, 0.5, 0.9]),
    rule=st.sampled_from(list(Rule)),
    scale=st.sampled_from([1.0, 30.97, 1e-7]),
)
@settings(max_examples=100, deadline=None)
def test_a_tie_is_a_tie_whatever_the_scale_of_weights(
    y: list[int], p: float, rule: Rule, scale: float
) -> None:
    values, ones = np.array(y, dtype=np.float64), np.ones(len(y))
    found = quantile_of(values, ones * scale, p, rule)
    assert found == pytest.approx(quantile_of(values, ones, p, rule), rel=1e-9)
    assert min(y) <= found <= max(y)


def test_rows_that_were_not_drawn_by_chance_have_no_error() -> None:
    sample = Sample.of(made(1), Design(weights="w", kind=Kind.NON_PROBABILITY))
    (line,) = means.mean(sample, "x").lines
    assert line.estimate is not None
    assert (line.se, line.deff) == (None, None)
    assert "no_design_error=non_probability" in line.flags
    (line,) = means.mean(sample, "x", "group").contrast("group=a minus group=b").lines
    assert line.se is None
    with pytest.raises(SurveyError, match="no population"):
        means.total(sample, "x")
    with pytest.raises(SurveyError, match="not drawn by chance"):
        Design(strata="stratum", kind=Kind.NON_PROBABILITY)


def test_a_share_of_all_has_no_interval_without_width() -> None:
    rows = made(1).with_columns(always=pl.lit("yes"))
    table = means.proportion(Sample.of(rows, DESIGN), "always").frame()
    assert table.select("estimate", "se", "ci_low", "ci_high").row(0) == (1.0, 0.0, None, None)


def test_a_lonely_unit_is_refused_until_a_rule_is_chosen() -> None:
    rows = pl.concat([made(1), made(1).head(1).with_columns(stratum=pl.lit(9, dtype=pl.Int64))])
    sample = Sample.of(rows, DESIGN)
    with pytest.raises(SurveyError, match="1 stratum has one sampled unit alone: 9"):
        means.mean(sample, "x")
    for rule in (Lonely.REMOVE, Lonely.CERTAINTY, Lonely.ADJUST, Lonely.AVERAGE):
        design = Design(weights="w", strata="stratum", psu=("unit",), lonely=rule)
        (line,) = means.mean(Sample.of(rows, design), "x").lines
        assert f"lonely={rule}:1" in line.flags


def test_many_domains_take_no_table_of_domains_and_units() -> None:
    """What is held grows with the rows there are, not with domains times units."""
    rows = pl.DataFrame(
        {"area": np.arange(50_000) % 6_760, "y": np.arange(50_000) % 7, "w": np.ones(50_000)}
    )
    found = means.mean(Sample.of(rows, Design(weights="w")), "y", "area")
    assert len(found.lines) == 6_760
    assert all(line.se is not None for line in found.lines)
