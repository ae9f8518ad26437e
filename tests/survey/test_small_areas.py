"""The area-level model: published numbers, a second implementation, and what must always hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from sojourn.survey.area_checks import Adjustment, benchmark, diagnose
from sojourn.survey.area_fit import Method
from sojourn.survey.area_variances import Back, VarianceFunction
from sojourn.survey.problems import SurveyError
from sojourn.survey.small_areas import AreaModel, fay_herriot

Floats = NDArray[np.float64]

MILK = pl.read_csv(Path(__file__).parent / "data" / "milk.csv")


def milk(method: Method = Method.REML, rows: pl.DataFrame = MILK) -> AreaModel:
    return fay_herriot(
        rows, area="area", direct="y", error="sd", categories=["major"], method=method
    )


def invented(seed: int = 1, m: int = 30, s2: float = 2.0) -> pl.DataFrame:
    """Areas drawn from the model itself."""
    rng = np.random.default_rng(seed)
    x, psi = rng.uniform(0, 10, m), rng.uniform(0.5, 4, m)
    truth = 3 + 0.5 * x + rng.normal(0, np.sqrt(s2), m)
    return pl.DataFrame(
        {
            "area": [f"a{at}" for at in range(m)],
            "x": x,
            "psi": psi,
            "y": truth + rng.normal(0, np.sqrt(psi)),
            "truth": truth,
        }
    )


def model(rows: pl.DataFrame, method: Method = Method.REML) -> AreaModel:
    return fay_herriot(
        rows, area="area", direct="y", variance="psi", covariates=["x"], method=method
    )


# Published: the R package sae 1.3 on the same data (Molina and Marhuenda 2015, The R Journal 7).
# Its scoring stops at a relative step of 1e-4, ours at 1e-12.
REML = {1: (1.0219703, 0.01346022), 2: (1.0476018, 0.005372876), 4: (0.7608170, 0.008541740)}
REML |= {11: (0.7852155, 0.007694262), 28: (0.7338443, 0.016476912), 34: (0.6102302, 0.003870786)}
REML |= {37: (0.5298867, 0.006404335), 43: (0.6810870, 0.009903626)}
ML = {1: (1.0161733, 0.013579953), 2: (1.0436968, 0.005512868), 11: (0.8033701, 0.007911095)}
ML |= {28: (0.7315647, 0.016390149), 37: (0.5406643, 0.006532467), 43: (0.6840976, 0.010037140)}


def test_milk_by_reml_is_as_published() -> None:
    found = milk()
    assert found.between == pytest.approx(0.01855022, abs=2e-7)
    assert found.coefficients == pytest.approx(
        [0.9681890, 0.1327801, 0.2269462, -0.2413011], abs=1e-6
    )
    told = diagnose(found)
    assert told.coefficients["se"].to_list() == pytest.approx(
        [0.06936208, 0.10300072, 0.09232981, 0.08161707], abs=1e-6
    )
    assert (told.log_likelihood, told.aic, told.bic) == pytest.approx(
        (12.677478, -15.354956, -6.548956), abs=2e-5
    )


@pytest.mark.parametrize(("method", "published"), [(Method.REML, REML), (Method.ML, ML)])
def test_milk_estimates_and_errors_are_as_published(
    method: Method, published: dict[int, tuple[float, float]]
) -> None:
    found = milk(method)
    for area, (estimate, mse) in published.items():
        assert found.estimate[area - 1] == pytest.approx(estimate, abs=5e-6)
        assert found.mse[area - 1] == pytest.approx(mse, abs=5e-6)


def test_moments_are_those_of_the_formula() -> None:
    rows = invented()
    found = model(rows, Method.MOMENT)
    x = np.column_stack([np.ones(30), rows["x"]])
    y, psi = rows["y"].to_numpy(), rows["psi"].to_numpy()
    hat = x @ np.linalg.inv(x.T @ x) @ x.T
    rest = y - hat @ y
    assert found.between == pytest.approx((rest @ rest - psi @ (1 - np.diag(hat))) / 28, rel=1e-10)


def naive(rows: pl.DataFrame, method: Method) -> tuple[float, Floats, Floats]:
    """s2, estimates and mean squared errors with whole matrices and a general optimiser."""
    y, psi = rows["y"].to_numpy(), rows["psi"].to_numpy()
    x = np.column_stack([np.ones(len(y)), rows["x"]])

    def minus(s2: float) -> float:
        v = np.diag(s2 + psi)
        inverse = np.linalg.inv(v)
        inner = x.T @ inverse @ x
        p = inverse - inverse @ x @ np.linalg.inv(inner) @ x.T @ inverse
        found = np.linalg.slogdet(v)[1] + y @ p @ y
        return float(found + (np.linalg.slogdet(inner)[1] if method is Method.REML else 0))

    s2 = float(minimize_scalar(minus, bounds=(0, 50), options={"xatol": 1e-11}).x)
    v = np.diag(s2 + psi)
    inverse = np.linalg.inv(v)
    spread = np.linalg.inv(x.T @ inverse @ x)
    b = spread @ x.T @ inverse @ y
    estimate = x @ b + s2 * inverse @ (y - x @ b)
    trace = np.trace(inverse @ inverse)
    mse = np.zeros(len(y))
    for d, (each, row) in enumerate(zip(psi, x, strict=True)):
        gamma = s2 / (s2 + each)
        g3 = each**2 / (each + s2) ** 3 * 2 / trace
        mse[d] = gamma * each + (1 - gamma) ** 2 * row @ spread @ row + 2 * g3
        if method is Method.ML:
            bias = -np.trace(spread @ x.T @ inverse @ inverse @ x) / trace
            mse[d] -= bias * (1 - gamma) ** 2
    return s2, estimate, mse


@pytest.mark.parametrize("method", [Method.REML, Method.ML])
@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_whole_matrices_and_a_general_optimiser(method: Method, seed: int) -> None:
    rows = invented(seed)
    s2, estimate, mse = naive(rows, method)
    found = model(rows, method)
    assert found.between == pytest.approx(s2, rel=1e-5, abs=1e-5)
    assert found.estimate == pytest.approx(estimate, rel=1e-5)
    assert found.mse == pytest.approx(mse, rel=1e-4)


def test_at_the_variance_that_was_found_the_score_is_zero() -> None:
    found = milk()
    score, information = found.fit.reml_step()
    assert abs(score / information) < 1e-9


@pytest.mark.parametrize("method", list(Method))
def test_errors_are_as_large_as_they_say(method: Method) -> None:
    """600 drawings of the same 30 areas; the mean over areas has a chance error of about 1 %, and
    the formula leaves out terms of higher order, so 6 %. Single areas have one of 6 %."""
    rng = np.random.default_rng(42)
    rows = invented()
    x, psi = rows["x"].to_numpy(), rows["psi"].to_numpy()
    true, said = [], []
    for _each in range(600):
        truth = 3 + 0.5 * x + rng.normal(0, np.sqrt(2), 30)
        y = truth + rng.normal(0, np.sqrt(psi))
        found = model(rows.with_columns(y=y), method)
        true.append((found.estimate - truth) ** 2)
        said.append(found.mse)
    assert np.mean(said) == pytest.approx(np.mean(true), rel=0.06)
    each = np.mean(said, axis=0) / np.mean(true, axis=0)
    assert each.min() > 0.8
    assert each.max() < 1.25


def test_an_area_without_an_estimate_is_synthetic() -> None:
    rows = invented().with_columns(
        y=pl.when(pl.col("area") == "a3").then(None).otherwise(pl.col("y"))
    )
    found = model(rows)
    row = found.table().row(3, named=True)
    assert (row["basis"], row["direct"], row["gamma"], row["improves"]) == (
        "synthetic",
        None,
        0.0,
        None,
    )
    assert row["model"] == row["synthetic"]
    x = np.array([1, rows["x"][3]])
    assert found.mse[3] == pytest.approx(found.between + x @ found.spread @ x)
    assert any("a3" in note and "synthetic" in note for note in found.notes)
    others = model(rows.filter(pl.col("y").is_not_null()))
    assert np.delete(found.estimate, 3) == pytest.approx(others.estimate)


def test_no_variance_between_areas_is_flagged() -> None:
    rows = invented().with_columns(y=3 + 0.5 * pl.col("x") + 0.01 * (pl.col("x").sin()))
    found = model(rows)
    assert found.between == 0
    assert found.table()["no_area_variance"].all()
    assert found.estimate == pytest.approx(found.synthetic)
    assert "likely too small" in " ".join(found.notes)


@pytest.mark.parametrize("method", list(Method))
@given(factor=st.sampled_from([1e-6, 0.37, 1e5]), seed=st.integers(0, 50))
@settings(max_examples=10, deadline=None)
def test_another_unit_changes_nothing_else(method: Method, factor: float, seed: int) -> None:
    rows = invented(seed)
    plain = model(rows, method)
    scaled = model(rows.with_columns(y=pl.col("y") * factor, psi=pl.col("psi") * factor**2), method)
    assert scaled.estimate == pytest.approx(plain.estimate * factor, rel=1e-7)
    assert scaled.mse == pytest.approx(plain.mse * factor**2, rel=1e-6)


@given(shift=st.floats(-1000, 1000), seed=st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_adding_what_covariates_explain_moves_estimates_and_nothing_else(
    shift: float, seed: int
) -> None:
    rows = invented(seed)
    plain, moved = model(rows), model(rows.with_columns(y=pl.col("y") + shift * (1 + pl.col("x"))))
    expected = plain.estimate + shift * (1 + rows["x"].to_numpy())
    assert moved.estimate == pytest.approx(expected, rel=1e-7, abs=1e-6)
    assert moved.mse == pytest.approx(plain.mse, rel=1e-6)


@given(seed=st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_the_order_of_areas_does_not_matter(seed: int) -> None:
    rows = invented(seed)
    shuffled = rows.sample(fraction=1, shuffle=True, seed=seed)
    plain = dict(zip(rows["area"], model(rows).estimate, strict=True))
    other = dict(zip(shuffled["area"], model(shuffled).estimate, strict=True))
    assert other == pytest.approx(plain, rel=1e-8)


def test_with_perfect_direct_estimates_they_stay_and_with_hopeless_ones_none_is_left() -> None:
    rows = invented()
    sure = model(rows.with_columns(psi=pl.lit(1e-12)))
    assert sure.estimate == pytest.approx(rows["y"].to_numpy(), abs=1e-9)
    assert sure.mse == pytest.approx(np.full(30, 1e-12), rel=1e-3)
    lost = rows.with_columns(
        psi=pl.when(pl.col("area") == "a7").then(1e12).otherwise(pl.col("psi"))
    )
    gone = model(lost.with_columns(y=pl.when(pl.col("area") == "a7").then(None).otherwise("y")))
    assert model(lost).estimate[7] == pytest.approx(gone.synthetic[7], abs=1e-5)
    assert model(lost).mse[7] == pytest.approx(gone.mse[7], rel=1e-5)


def test_smoothed_variances_follow_the_function_and_say_so() -> None:
    rng = np.random.default_rng(3)
    rows = invented().with_columns(n=pl.Series(rng.integers(10, 400, 30)))
    noise = np.exp(rng.normal(0, 0.5, 30))
    rows = rows.with_columns(psi=40 / pl.col("n") * pl.Series(noise))
    rows = rows.with_columns(
        psi=pl.when(pl.col("area").is_in(["a1", "a2"])).then(0.0).otherwise("psi")
    )
    for back in Back:
        function = VarianceFunction("n", back=back)
        found = fay_herriot(
            rows, area="area", direct="y", variance="psi", covariates=["x"], smoothing=function
        )
        assert found.smoothed is not None
        learned = found.smoothed
        logs = np.log(rows["n"].to_numpy()[3:]), np.log(rows["psi"].to_numpy()[3:])
        keep = [0, *range(3, 30)]
        slope, start = np.polyfit(
            np.log(rows["n"].to_numpy()[keep]), np.log(rows["psi"].to_numpy()[keep]), 1
        )
        assert learned.coefficients == pytest.approx([start, slope], rel=1e-9)
        assert len(logs[0]) == learned.fitted - 1
        assert (found.variance > 0).all()
        assert "smoothed" in " ".join(found.notes)
        row = found.table().row(1, named=True)
        assert (row["direct_se"], row["used_se"]) == (0, pytest.approx(found.variance[1] ** 0.5))
    ratio = fay_herriot(
        rows,
        area="area",
        direct="y",
        variance="psi",
        covariates=["x"],
        smoothing=VarianceFunction("n"),
    )
    used = rows["psi"].to_numpy() > 0
    assert ratio.variance[used].sum() == pytest.approx(rows["psi"].sum())


@pytest.mark.parametrize("adjustment", list(Adjustment))
def test_benchmarked_estimates_add_up(adjustment: Adjustment) -> None:
    found = milk()
    weights = {f"{area}": float(n) for area, n in zip(MILK["area"], MILK["ni"], strict=True)}
    done = benchmark(found, weights, adjustment=adjustment)
    table = done.table
    assert (table["weight"] * table["benchmarked"]).sum() == pytest.approx(
        (MILK["ni"] * MILK["y"]).sum()
    )
    assert (table["benchmarked_se"] >= table["model_se"]).all()
    moved = (
        table["benchmarked"] / table["model"]
        if adjustment is Adjustment.RATIO
        else (table["benchmarked"] - table["model"])
    )
    assert moved.std() == pytest.approx(0, abs=1e-12)
    assert f"{done.total:.6g}" in done.note


def test_benchmarking_asks_for_what_it_needs() -> None:
    rows = invented().with_columns(y=pl.when(pl.col("area") == "a3").then(None).otherwise("y"))
    found = model(rows)
    weights = dict.fromkeys(found.areas, 1.0)
    with pytest.raises(SurveyError, match="as total"):
        benchmark(found, weights)
    with pytest.raises(SurveyError, match="no weight for a0"):
        benchmark(found, {name: 1.0 for name in found.areas if name != "a0"}, total=1)
    with pytest.raises(SurveyError, match="difference"):
        benchmark(found, weights, total=-5)


def test_cook_distance_is_what_leaving_the_area_out_does() -> None:
    rows = invented()
    found = model(rows)
    cook = diagnose(found).areas["cook"]
    x = np.column_stack([np.ones(30), rows["x"]])
    w = np.diag(1 / (found.between + rows["psi"].to_numpy()))
    keep = np.arange(30) != 4
    own = np.linalg.inv(x[keep].T @ w[np.ix_(keep, keep)] @ x[keep])
    b = own @ x[keep].T @ w[np.ix_(keep, keep)] @ rows["y"].to_numpy()[keep]
    far = b - found.coefficients
    assert cook[4] == pytest.approx(far @ (x.T @ w @ x) @ far / 2, rel=1e-9)


def test_residuals_are_over_their_own_standard_error() -> None:
    rows = invented()
    found = model(rows)
    x = np.column_stack([np.ones(30), rows["x"]])
    v = np.diag(found.between + rows["psi"].to_numpy())
    spread = v - x @ np.linalg.inv(x.T @ np.linalg.inv(v) @ x) @ x.T
    expected = (rows["y"].to_numpy() - x @ found.coefficients) / np.sqrt(np.diag(spread))
    assert diagnose(found).areas["residual"].to_numpy() == pytest.approx(expected, rel=1e-9)


def test_estimates_that_are_all_the_same_have_no_shape() -> None:
    told = diagnose(model(invented().with_columns(y=pl.lit(0.0))))
    assert told.normality.p_value is None
    assert np.isnan(told.comparison.slope)


def test_milk_agrees_with_its_direct_estimates_but_its_effects_are_not_normal() -> None:
    told = diagnose(milk())
    assert told.comparison.df == 43
    assert told.comparison.p_value > 0.05
    assert told.improved == 1.0
    assert told.normality.p_value == pytest.approx(0.0052, abs=1e-4)


REFUSED = [
    ({"psi": pl.lit(0.0)}, "the sampling variance is 0"),
    ({"psi": pl.lit(-1.0)}, "a variance cannot be"),
    ({"psi": pl.lit(None, dtype=pl.Float64)}, "without its sampling variance"),
    ({"x": pl.lit(None, dtype=pl.Float64)}, "x is missing for a0"),
    ({"x": pl.lit(7.0)}, "follows from the columns before it"),
    ({"area": pl.lit("one")}, "more than one row"),
    ({"y": pl.when(pl.col("area") < "a2").then("y")}, None),
    ({"y": pl.when(pl.col("area").is_in(["a1", "a2", "a3"])).then("y")}, "too few"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_cannot_be_is_refused_in_words(change: dict[str, pl.Expr], words: str | None) -> None:
    rows = invented().with_columns(**change)
    if words is None:
        assert not model(rows).sampled.all()
        return
    with pytest.raises(SurveyError, match=words):
        model(rows)
