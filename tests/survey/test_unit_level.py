"""The unit-level model: published numbers, a second implementation, and what must always hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from sojourn.survey.problems import SurveyError
from sojourn.survey.unit_level import UnitModel, nested_error, with_variances

Floats = NDArray[np.float64]

DATA = Path(__file__).parent / "data"
CROPS, MEANS = pl.read_csv(DATA / "crops.csv"), pl.read_csv(DATA / "crops_means.csv")
KEPT = CROPS.filter((pl.col("county") != 12) | (pl.col("corn_pixels") != 340))
PIXELS = ["corn_pixels", "soy_pixels"]


def crops(outcome: str = "corn", rows: pl.DataFrame = KEPT) -> UnitModel:
    return nested_error(rows, MEANS, area="county", outcome=outcome, covariates=PIXELS)


# Battese, Harter and Fuller (1988): their estimates of the variances are not REML but close to it,
# so that rounded numbers agree and means of counties differ by less than a hectare.
PUBLISHED = {
    "corn": ((51, 0.329, -0.134), (140, 147)),
    "soy": ((-16, 0.028, 0.494), (247, 190)),
}
COUNTIES = [122.2, 126.3, 106.2, 108.0, 145.0, 112.6, 112.4, 122.1, 115.8, 124.3, 106.3, 143.6]
ERRORS = [9.6, 9.5, 9.3, 8.1, 6.5, 6.6, 6.6, 6.7, 5.8, 5.3, 5.2, 5.7]


@pytest.mark.parametrize("outcome", ["corn", "soy"])
def test_crops_are_as_published(outcome: str) -> None:
    found = crops(outcome)
    (start, corn, soy), (between, within) = PUBLISHED[outcome]
    assert found.coefficients[0] == pytest.approx(start, abs=0.5)
    assert found.coefficients[1:] == pytest.approx([corn, soy], abs=1.1e-3)
    assert found.variances == pytest.approx((between, within), abs=0.6)


def test_all_segments_are_as_in_r() -> None:
    """REML of all 37 segments by the R packages nlme and sae (Molina and Marhuenda 2015)."""
    found = crops("corn", CROPS)
    assert found.coefficients == pytest.approx([17.96398, 0.36634, -0.03036], abs=1e-5)
    assert found.variances == pytest.approx((63.3149, 297.7128), abs=1e-4)


def test_hectares_of_corn_by_county_are_as_published() -> None:
    table = crops().table()
    assert table["model"].to_list() == pytest.approx(COUNTIES, abs=0.8)
    assert table["model_se"].to_list() == pytest.approx(ERRORS, abs=0.45)


def invented(seed: int = 1, areas: int = 15, between: float = 2.0) -> tuple[pl.DataFrame, ...]:
    """Units and population means drawn from the model itself, with weights."""
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 7, areas)
    area = np.repeat(np.arange(areas), n)
    v = rng.normal(0, np.sqrt(between), areas)
    x = rng.normal(5, 2, len(area))
    y = 1 + 2 * x + v[area] + rng.normal(0, 2, len(area))
    rows = pl.DataFrame({"area": area, "x": x, "y": y, "w": rng.uniform(1, 9, len(area))})
    return rows, pl.DataFrame({"area": np.arange(areas), "x": rng.normal(5, 1, areas)})


def model(rows: pl.DataFrame, means: pl.DataFrame, **more: str) -> UnitModel:
    return nested_error(rows, means, area="area", outcome="y", covariates=["x"], **more)


def whole(rows: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Outcome, covariates, and which unit lies in which area (units x areas)."""
    area = rows["area"].to_numpy()
    x = np.column_stack([np.ones(len(area)), rows["x"]])
    return rows["y"].to_numpy(), x, (area[:, None] == np.arange(area.max() + 1)).astype(float)


def naive(rows: pl.DataFrame, means: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Variances, estimates and mean squared errors with whole matrices: Henderson's BLUP, REML by a
    general optimiser, g3 from the derivatives of gamma'."""
    y, x, z = whole(rows)
    xbar = np.column_stack([np.ones(means.height), means["x"]])

    def v_of(variances: Floats) -> Floats:
        return np.asarray(variances[0] * z @ z.T + variances[1] * np.eye(len(y)))

    def minus(logs: Floats) -> float:
        v = v_of(np.exp(logs))
        inverse = np.linalg.inv(v)
        inner = x.T @ inverse @ x
        b = np.linalg.solve(inner, x.T @ inverse @ y)
        rest = y - x @ b
        return float(np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1] + rest @ inverse @ rest)

    best = minimize(
        minus,
        np.zeros(2),
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 5000},
    )
    variances = np.exp(best.x)
    inverse = np.linalg.inv(v_of(variances))
    spread = np.linalg.inv(x.T @ inverse @ x)
    b = spread @ x.T @ inverse @ y
    effects = variances[0] * z.T @ inverse @ (y - x @ b)
    parts = (z @ z.T, np.eye(len(y)))
    info = np.array([[0.5 * np.trace(inverse @ a @ inverse @ c) for a in parts] for c in parts])
    of_variances = np.linalg.inv(info)
    mse = []
    for d in range(means.height):
        weight = variances[0] * inverse @ z[:, d]
        far = xbar[d] - x.T @ weight
        g1 = variances[0] - weight @ v_of(variances) @ weight
        slopes = []
        for part, own in zip(parts, (inverse @ z[:, d], 0 * y), strict=True):
            slopes.append(own - variances[0] * inverse @ part @ inverse @ z[:, d])
        g3 = np.trace(np.array(slopes) @ v_of(variances) @ np.array(slopes).T @ of_variances)
        mse.append(g1 + far @ spread @ far + 2 * g3)
    return variances, xbar @ b + effects, np.array(mse)


@pytest.mark.parametrize("seed", range(1, 6))
def test_it_agrees_with_whole_matrices_and_a_general_optimiser(seed: int) -> None:
    rows, means = invented(seed)
    variances, estimate, mse = naive(rows, means)
    found = model(rows, means)
    assert found.variances == pytest.approx(variances, rel=1e-5)
    assert found.estimate == pytest.approx(estimate, rel=1e-5)
    assert found.mse == pytest.approx(mse, rel=1e-4)


@pytest.mark.parametrize("seed", range(1, 4))
def test_the_weighted_estimate_and_its_error_agree_with_whole_matrices(seed: int) -> None:
    """The predictor is linear in y once variances are known: its error follows without a formula
    of its own. With 1e9 times the information on variances, g3 is nothing; so it is taken off."""
    rows, means = invented(seed)
    found = model(rows, means, weights="w")
    (between, within), w = found.variances, rows["w"].to_numpy()
    y, x, z = whole(rows)
    share = (w[:, None] * z) / (w @ z)
    gamma = between / (between + within * (share**2).sum(axis=0))
    inside = w[:, None] * (x - z @ (gamma[:, None] * (share.T @ x)))
    to_b = np.linalg.inv(inside.T @ x) @ inside.T
    xbar = np.column_stack([np.ones(means.height), means["x"]])
    linear = xbar @ to_b + gamma[:, None] * (share.T - share.T @ x @ to_b)
    assert found.estimate == pytest.approx(linear @ y, rel=1e-9)
    v = between * z @ z.T + within * np.eye(len(y))
    exact = np.diag(linear @ v @ linear.T - 2 * between * linear @ z) + between
    delta = (share**2).sum(axis=0)
    n = z.sum(axis=0)
    whole_n = within + n * between
    info = np.array(
        [
            [(n**2 / whole_n**2).sum(), (n / whole_n**2).sum()],
            [(n / whole_n**2).sum(), ((n - 1) / within**2 + 1 / whole_n**2).sum()],
        ]
    )
    turn = np.array([within, -between])
    g3 = delta**2 / (between + delta * within) ** 3 * (turn @ np.linalg.inv(info / 2) @ turn)
    assert found.mse == pytest.approx(exact + 2 * g3, rel=1e-9)


def test_weighted_estimates_add_up_to_the_weighted_regression_total() -> None:
    """You and Rao (2002): weights that add up to the size of each area make estimates add up."""
    rows, means = invented(7)
    sizes = rows.group_by("area").agg(size=pl.col("w").sum()).sort("area")["size"].to_numpy()
    found = model(rows, means, weights="w")
    y, x, _z = whole(rows)
    w = rows["w"].to_numpy()
    xbar = np.column_stack([np.ones(means.height), means["x"]])
    total = w @ y + (sizes @ xbar - w @ x) @ found.coefficients
    assert sizes @ found.estimate == pytest.approx(total, rel=1e-10)


def test_equal_weights_in_every_area_are_no_weights() -> None:
    rows, means = invented(2)
    plain = model(rows, means)
    weighted = model(rows.with_columns(w=pl.lit(30.97)), means, weights="w")
    assert weighted.estimate == pytest.approx(plain.estimate, rel=1e-10)
    assert weighted.mse == pytest.approx(plain.mse, rel=1e-9)


@pytest.mark.parametrize("weights", [{}, {"weights": "w"}])
def test_errors_are_as_large_as_they_say(weights: dict[str, str]) -> None:
    """800 drawings of the same 25 areas, 4 units in each; 6 % for chance and higher order."""
    rng = np.random.default_rng(5)
    area = np.repeat(np.arange(25), 4)
    x, w = rng.normal(5, 2, 100), rng.uniform(1, 4, 100)
    xbar = rng.normal(5, 1, 25)
    means = pl.DataFrame({"area": np.arange(25), "x": xbar})
    true, said = [], []
    for _each in range(800):
        v = rng.normal(0, 1.4, 25)
        y = 1 + 2 * x + v[area] + rng.normal(0, 2, 100)
        found = model(pl.DataFrame({"area": area, "x": x, "y": y, "w": w}), means, **weights)
        true.append((found.estimate - (1 + 2 * xbar + v)) ** 2)
        said.append(found.mse)
    assert np.mean(said) == pytest.approx(np.mean(true), rel=0.06)


def test_what_was_seen_of_everybody_is_exact() -> None:
    rows, _means = invented(3)
    counts = rows.group_by("area").agg(size=pl.len(), x=pl.col("x").mean()).sort("area")
    found = model(rows, counts, sizes="size")
    seen = rows.group_by("area").agg(pl.col("y").mean()).sort("area")["y"]
    assert found.estimate == pytest.approx(seen.to_numpy())
    assert found.mse == pytest.approx(np.zeros(15), abs=1e-12)


def test_a_large_population_is_one_without_end() -> None:
    rows, means = invented(3)
    plain, sized = (
        model(rows, means),
        model(rows, means.with_columns(size=pl.lit(10**9)), sizes="size"),
    )
    assert sized.estimate == pytest.approx(plain.estimate, rel=1e-6)
    assert sized.mse == pytest.approx(plain.mse, rel=1e-6)


def test_an_area_without_units_is_synthetic() -> None:
    rows, means = invented(4)
    found = model(rows.filter(pl.col("area") != 3), means)
    row = found.table().row(3, named=True)
    assert (row["n"], row["sample_mean"], row["gamma"], row["basis"]) == (0, None, 0, "synthetic")
    x = np.array([1, means["x"][3]])
    assert found.mse[3] == pytest.approx(found.between + x @ found.spread @ x)
    assert "3" in found.notes[-1]


def test_no_variance_between_areas_is_flagged() -> None:
    rng = np.random.default_rng(1)
    rows = pl.DataFrame({"area": [1, 2, 3, 4] * 10, "x": rng.normal(0, 1, 40)})
    centred = rng.normal(0, 1, 40)
    centred -= np.array([centred[at::4].mean() for at in range(4)] * 10)
    rows = rows.with_columns(y=pl.col("x") + pl.Series(centred))
    found = model(rows, pl.DataFrame({"area": [1, 2, 3, 4], "x": [0.0, 0, 0, 0]}))
    assert found.between == 0
    assert found.table()["no_area_variance"].all()


def test_scale_shift_and_order_change_nothing_else() -> None:
    rows, means = invented(5)
    plain = model(rows, means)
    moved = model(rows.with_columns(y=pl.col("y") * 1e4 - 7).sample(fraction=1, seed=1), means)
    assert moved.estimate == pytest.approx(plain.estimate * 1e4 - 7, rel=1e-8)
    assert moved.mse == pytest.approx(plain.mse * 1e8, rel=1e-7)


def test_covariates_far_from_zero_lose_no_digits() -> None:
    rows, means = invented(5)
    plain = model(rows, means)
    far = model(rows.with_columns(pl.col("x") + 1e6), means.with_columns(pl.col("x") + 1e6))
    assert far.estimate == pytest.approx(plain.estimate, rel=1e-7)
    assert far.mse == pytest.approx(plain.mse, rel=1e-7)
    assert far.coefficients[1] == pytest.approx(plain.coefficients[1], rel=1e-7)
    assert far.log_likelihood == pytest.approx(plain.log_likelihood)


def test_the_smaller_the_variance_within_the_more_the_sample_counts() -> None:
    rows, means = invented(5)
    found = with_variances(model(rows, means), 1.0, 1e-9)
    assert found.gamma == pytest.approx(np.ones(15))
    found = with_variances(model(rows, means), 0.0, 1.0)
    assert found.gamma == pytest.approx(np.zeros(15))


def test_rows_without_an_outcome_add_nothing() -> None:
    rows, means = invented(6)
    gone = rows.with_columns(y=pl.when(pl.col("x") > 4).then("y"))
    assert model(gone, means).estimate == pytest.approx(
        model(rows.filter(pl.col("x") > 4), means).estimate
    )


REFUSED = [
    ({"w": pl.lit(0.0)}, {}, "not above 0"),
    ({"x": pl.lit(None, dtype=pl.Float64)}, {}, "x is missing where there is an outcome: row 1"),
    ({"area": pl.lit(99)}, {}, "no population means"),
    ({"area": pl.col("area") % 2}, {}, "at least 3"),
    ({"y": pl.lit(None, dtype=pl.Float64)}, {}, "is empty"),
    ({"y": 2 * pl.col("x")}, {}, "exactly"),
    ({"y": pl.col("area") ** 2}, {}, "exactly"),
    ({}, {"x": pl.lit(None, dtype=pl.Float64)}, "population mean of a covariate is missing"),
]


@pytest.mark.parametrize(("change", "of_means", "words"), REFUSED)
def test_what_cannot_be_is_refused_in_words(
    change: dict[str, pl.Expr], of_means: dict[str, pl.Expr], words: str
) -> None:
    rows, means = invented(8)
    with pytest.raises(SurveyError, match=words):
        model(rows.with_columns(**change), means.with_columns(**of_means), weights="w")


def test_a_population_smaller_than_the_sample_is_refused() -> None:
    rows, means = invented(8)
    with pytest.raises(SurveyError, match="below the number of units"):
        model(rows, means.with_columns(size=pl.lit(0.5)), sizes="size")
