"""Prediction for groups: whole units, weights, honest errors, and nothing about one person."""

from __future__ import annotations

import sys
from dataclasses import FrozenInstanceError
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from sojourn.survey.conformal import reach
from sojourn.survey.design import Design, Kind, Replicates, ReplicateType
from sojourn.survey.model_card import model_card
from sojourn.survey.prediction import GroupPredictor, learn
from sojourn.survey.problems import SurveyError
from tests.survey.sampled import DESIGN, numbers, people, shares

pytest.importorskip("sklearn", reason="scikit-learn comes with the extra predict")

from sklearn import metrics
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


@pytest.fixture(scope="module")
def of_y() -> GroupPredictor:
    found = numbers()
    assert isinstance(found, GroupPredictor)
    return found


@pytest.fixture(scope="module")
def of_yes() -> GroupPredictor:
    found = shares()
    assert isinstance(found, GroupPredictor)
    return found


# Nobody alone ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["predict", "predict_proba", "decision_function", "rank", "top"])
def test_nothing_is_said_of_one_person(of_y: GroupPredictor, name: str) -> None:
    with pytest.raises(SurveyError, match="never for one person"):
        getattr(of_y, name)(people(2))


def test_columns_that_tell_people_apart_make_no_groups(of_y: GroupPredictor) -> None:
    target = people(2)
    with pytest.raises(SurveyError, match="do not make groups"):
        of_y.expected(target, ["id"])
    with pytest.raises(SurveyError, match="do not make groups"):
        of_y.fairness(["id"])
    with pytest.raises(SurveyError, match="do not make groups"):
        of_y.reaches(["id"])
    with pytest.raises(SurveyError, match="no group has 10 people"):
        of_y.expected(target.head(1), ["area"])


def test_of_a_small_group_nothing_is_said(of_y: GroupPredictor) -> None:
    target = people(2)
    small = target.filter(pl.col("area") == "a0").head(9)
    target = pl.concat([target.filter(pl.col("area") != "a0"), small])
    row = of_y.expected(target, ["area"], replicates=20, refit=False).row(0, named=True)
    assert (row["area"], row["people"], row["status"]) == ("a0", 9, "too few people")
    assert {row[name] for name in ("predicted", "expected", "se", "low", "total")} == {None}


def test_nobody_can_ask_for_groups_of_one() -> None:
    with pytest.raises(SurveyError, match="close to one person"):
        numbers(least=4)


# Scores ---------------------------------------------------------------------------------------


def test_scores_are_those_of_scikit_learn_with_weights(
    of_y: GroupPredictor, of_yes: GroupPredictor
) -> None:
    told = dict(of_y.scores().select("name", "value").rows())
    y, f, w = of_y.y, of_y._out_of_fold, of_y._w
    assert told["r2"] == pytest.approx(metrics.r2_score(y, f, sample_weight=w))
    assert told["rmse"] ** 2 == pytest.approx(metrics.mean_squared_error(y, f, sample_weight=w))
    assert told["mae"] == pytest.approx(metrics.mean_absolute_error(y, f, sample_weight=w))
    told = dict(of_yes.scores().select("name", "value").rows())
    y, f, w = of_yes.y, of_yes._out_of_fold, of_yes._w
    assert told["brier"] == pytest.approx(metrics.brier_score_loss(y, f, sample_weight=w))
    assert told["log_loss"] == pytest.approx(metrics.log_loss(y, f, sample_weight=w))
    assert told["auc"] == pytest.approx(metrics.roc_auc_score(y, f, sample_weight=w))


def test_weights_of_another_size_change_nothing() -> None:
    rows = people(5)
    plain, scaled = shares(rows), shares(rows.with_columns(pl.col("w") * 1000))
    a, b = plain.scores(), scaled.scores()
    assert b["value"].to_list() == pytest.approx(a["value"].to_list(), rel=1e-6)
    assert b["se"].to_list() == pytest.approx(a["se"].to_list(), rel=1e-6)


def test_a_row_of_weight_two_is_two_rows() -> None:
    rows = people(5).with_columns(w=pl.lit(1.0))
    double = pl.concat([rows, rows.filter(pl.col("group") == "few")]).sort("i", "id")
    heavy = rows.with_columns(w=pl.when(pl.col("group") == "few").then(2.0).otherwise(1.0))
    a, b = numbers(double).scores(), numbers(heavy).scores()
    assert b["value"].to_list() == pytest.approx(a["value"].to_list(), rel=1e-9)
    assert b["se"].to_list() == pytest.approx(a["se"].to_list(), rel=1e-9)


def test_the_same_seed_gives_the_same_numbers_whatever_the_order_of_rows() -> None:
    rows = people(6)
    a = numbers(rows).scores()
    b = numbers(rows.sample(fraction=1, shuffle=True, seed=1)).scores()
    assert b["value"].to_list() == pytest.approx(a["value"].to_list(), rel=1e-9)
    forest = RandomForestRegressor(n_estimators=5)
    assert numbers(rows, forest).scores().equals(numbers(rows, forest).scores())


def test_rows_without_an_outcome_stay_in_the_design() -> None:
    rows = people(7)
    gone = rows.with_columns(y=pl.when(pl.col("i") != 0).then("y"))
    model = numbers(gone)
    assert (model.drawn.psus, len(model.seen)) == (48, 48 * 12 - 12)
    assert model.scores()["se"].null_count() == 0


# Calibration, reaches, fairness ---------------------------------------------------------------


def test_the_bins_of_the_calibration_hold_everybody_once(of_yes: GroupPredictor) -> None:
    table = of_yes.calibration(5)
    assert table["rows"].sum() == len(of_yes.y)
    assert table["share"].to_list() == pytest.approx([0.2] * 5, abs=0.02)
    w = of_yes._w
    assert (table["share"] * table["observed"]).sum() == pytest.approx(w @ of_yes.y / w.sum())
    assert table["predicted"].is_sorted()
    assert (table["low"] < table["observed"]).all()
    assert (table["observed"] < table["high"]).all()
    assert "from" not in table.columns


def test_reaches_are_the_conformal_ones_of_units_kept_apart(of_y: GroupPredictor) -> None:
    fold = of_y.fold[of_y.seen]
    kept = fold == 0
    line = LinearRegression().fit(of_y.x[~kept], of_y.y[~kept], sample_weight=of_y._w[~kept])
    far = np.abs(of_y.y[kept] - line.predict(of_y.x[kept]))
    few = of_y.drawn.table["group"].to_numpy()[of_y.seen][kept] == "few"
    told = {each.group: each for each in of_y.reaches(["group"])}
    assert told[("few",)].reach == pytest.approx(reach(far[few], of_y._w[kept][few]))
    assert told[("many",)].reach == pytest.approx(reach(far[~few], of_y._w[kept][~few]))
    assert told[("few",)].rows == few.sum()
    assert told[("few",)].psus <= 10


def test_the_promise_is_kept_for_those_who_are_few() -> None:
    """Reaches from 20 samples, looked at in 20,000 others: 90 % each, give or take 2 points; one
    reach for all would leave the few at about half."""
    kept, alike = {"few": [], "many": []}, []  # type: dict[str, list[float]], list[float]
    others = people(99, strata=40, units=50, size=10, few=0.15)
    few = (others["group"] == "few").to_numpy()
    for seed in range(20):
        model = numbers(people(seed, strata=10, units=10), folds=3)
        rows = model.fold[model.seen] != 0
        line = LinearRegression().fit(model.x[rows], model.y[rows], sample_weight=model._w[rows])
        _names, x = model.covariates.matrix(others)
        far = np.abs(others["y"].to_numpy() - line.predict(x))
        for each in model.reaches(["group"]):
            inside = few if each.group == ("few",) else ~few
            kept[str(each.group[0])].append(float((far[inside] <= each.reach).mean()))
        held, own = model._last_apart
        alike.append(float((far[few] <= reach(own, model._w[held])).mean()))
    assert np.mean(kept["few"]) == pytest.approx(0.9, abs=0.02)
    assert np.mean(kept["many"]) == pytest.approx(0.9, abs=0.02)
    assert np.mean(alike) < 0.65


def test_fairness_shows_each_group_and_what_it_rests_on() -> None:
    rows = people(8, units=12)
    model = shares(rows)
    table = model.fairness(["group"], threshold=0.5)
    f, w, y = model._out_of_fold, model._w, model.y
    few = rows["group"].to_numpy() == "few"
    row = table.row(0, named=True)
    assert (row["group"], row["rows"]) == ("few", few.sum())
    assert row["effective"] == pytest.approx(few.sum())
    assert row["share"] == pytest.approx(w[few].sum() / w.sum())
    assert row["selected"] == pytest.approx(w[few] @ (f[few] >= 0.5) / w[few].sum())
    cases = few & (y == 1)
    assert row["missed"] == pytest.approx(w[cases] @ (f[cases] < 0.5) / w[cases].sum())
    assert row["bias"] == pytest.approx(row["observed"] - row["predicted"])
    assert row["error"] == pytest.approx(w[few] @ (y[few] - f[few]) ** 2 / w[few].sum())
    for name in ("observed", "bias", "error", "coverage", "selected", "missed"):
        assert (table[f"{name}_low"] < table[name]).all(), name
        assert (table[name] < table[f"{name}_high"]).all(), name
    assert table["coverage"].to_list() == pytest.approx([0.9, 0.9], abs=0.06)


def test_a_category_that_is_not_known_is_a_group_too() -> None:
    rows = people(1).with_columns(
        place=pl.when(pl.col("i") % 3 == 0).then(None).otherwise(pl.lit("north"))
    )
    table = numbers(rows).fairness(["place"])
    assert table["place"].to_list() == ["north", None]


def test_a_column_with_the_name_of_a_result_is_refused() -> None:
    with pytest.raises(SurveyError, match="name of a result"):
        numbers(people(1).rename({"area": "rows"})).fairness(["rows"])


def test_groups_with_too_few_people_have_no_numbers() -> None:
    rows = people(1).with_columns(
        place=pl.when(pl.col("id").is_in([f"p{at}" for at in range(9)]))
        .then(pl.lit("camp"))
        .otherwise(pl.lit("town"))
    )
    row = numbers(rows).fairness(["place"]).row(0, named=True)
    assert (row["place"], row["status"], row["observed"], row["coverage"]) == (
        "camp",
        "too few people",
        None,
        None,
    )
    told = numbers(rows).reaches(["place"])
    assert told[0].reach is None


def test_a_reach_is_not_how_far_off_one_person_was() -> None:
    rows = people(1, units=3, size=4).with_columns(place=pl.col("h") // 4)
    told = numbers(rows, folds=3, level=0.5, covariates=["x"], categories=[]).reaches(["h"])
    assert {each.reach for each in told} == {None}
    assert max(each.rows for each in told) < 10


# What to expect ---------------------------------------------------------------------------------


def test_the_expected_mean_is_the_prediction_made_up_for_by_what_was_seen() -> None:
    rows, target = people(1), people(2, few=0.15)
    model = numbers(rows)
    table = model.expected(target, ["area"], replicates=30)
    line = LinearRegression().fit(model.x, model.y, sample_weight=model._w)
    _names, x = model.covariates.matrix(target)
    here = (target["area"] == "a1").to_numpy()
    row = table.row(1, named=True)
    assert row["predicted"] == pytest.approx(line.predict(x)[here].mean())
    own = (rows["area"] == "a1").to_numpy()
    rest = model.y - model._out_of_fold
    assert row["correction"] == pytest.approx(model._w[own] @ rest[own] / model._w[own].sum())
    assert row["expected"] == pytest.approx(row["predicted"] + row["correction"])
    assert row["total"] == pytest.approx(row["expected"] * here.sum())
    assert row["low"] < row["expected"] < row["high"]
    assert (row["psus"], row["status"]) == (12, "")


def test_intervals_hold_the_truth_as_often_as_promised() -> None:
    """150 samples of 8 units in each of 4 areas, from areas of 300 units; 4 areas each, so that the
    chance error of the share is below 2 points, and t intervals are not exact: 90 % within 4."""
    whole = people(500, strata=4, units=300, size=12, few=0.15).with_columns(
        w=pl.lit(1.0), y=pl.col("y") + pl.col("h")
    )
    truth = whole.group_by("area").agg(pl.col("y").mean()).sort("area")["y"].to_numpy()
    target = whole.select("x", "group", "area")
    rng = np.random.default_rng(1)
    inside, spread = [], []
    for seed in range(150):
        drawn = [
            int(each) for h in range(4) for each in 300 * h + rng.choice(300, size=8, replace=False)
        ]
        sample = whole.filter(pl.col("i").is_in(drawn))
        model = numbers(sample, folds=3, seed=seed)
        table = model.expected(target, ["area"], replicates=50, refit=False)
        low, high = table["low"].to_numpy(), table["high"].to_numpy()
        inside.append((low <= truth) & (truth <= high))
        spread.append(table["expected"].to_numpy() - truth)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.04)
    # The model knows nothing of areas: without the correction it would be off by up to 1.5.
    assert np.abs(np.mean(spread, axis=0)).max() < 0.1


def test_learning_anew_in_each_replicate_adds_what_the_model_does_not_know(
    of_y: GroupPredictor,
) -> None:
    """A straight line moves little, and hardly at all where its error is made up for."""
    target = people(2, few=0.15)
    anew = of_y.expected(target, ["area"], replicates=100)["se"].to_numpy()
    held = of_y.expected(target, ["area"], replicates=100, refit=False)["se"].to_numpy()
    assert anew / held == pytest.approx(np.ones(4), abs=0.2)
    far = target.with_columns(x=pl.col("x") + 30)
    anew = of_y.expected(far, ["area"], replicates=100)["se"].to_numpy()
    assert (anew > 1.5 * held).all()


def test_without_sampled_units_there_is_no_interval() -> None:
    rows, target = people(1), people(2)
    rows = rows.filter((pl.col("area") != "a2") | (pl.col("i") == 12))
    model = learn(
        rows.with_columns(h=pl.lit(1)), DESIGN, LinearRegression(), outcome="y", covariates=["x"]
    )
    row = model.expected(target, ["area"], replicates=20, refit=False).row(2, named=True)
    assert (row["area"], row["psus"], row["status"]) == ("a2", 1, "not enough")
    assert row["predicted"] is not None
    assert (row["expected"], row["low"], row["high"]) == (None, None, None)


def test_a_category_that_the_model_has_not_seen_is_refused(of_y: GroupPredictor) -> None:
    target = people(2).with_columns(group=pl.lit("others"))
    with pytest.raises(SurveyError, match="not seen: others"):
        of_y.expected(target, ["area"], replicates=20)


def test_expected_shares_stay_between_0_and_1(of_yes: GroupPredictor) -> None:
    target = people(3).with_columns(x=pl.col("x") + 50)
    table = of_yes.expected(target, ["area", "group"], replicates=20, refit=False, weights="w")
    assert table["expected"].is_between(0, 1).all()
    assert (table["low"] >= 0).all()
    assert (table["high"] <= 1).all()
    weight = target.group_by("area", "group").agg(pl.col("w").sum()).sort("area", "group")
    assert table["weight"].to_list() == pytest.approx(weight["w"].to_list())


# Estimators -------------------------------------------------------------------------------------


def test_a_pipeline_hands_weights_to_its_last_step() -> None:
    rows = people(1)
    plain = numbers(rows).scores()
    scaled = numbers(rows, make_pipeline(StandardScaler(), LinearRegression())).scores()
    assert scaled["value"].to_list() == pytest.approx(plain["value"].to_list())


def test_gaps_are_for_estimators_that_take_them() -> None:
    rows = people(1).with_columns(x=pl.when(pl.col("id") != "p3").then("x"))
    with pytest.raises(SurveyError, match="x is missing for row 4"):
        numbers(rows)
    model = numbers(rows, HistGradientBoostingRegressor(max_iter=5))
    assert model.learner.takes_gaps
    assert model.scores()["value"].null_count() == 0


REFUSED = [
    ({"estimator": KNeighborsRegressor()}, "does not learn with weights"),
    ({"estimator": "forest"}, "no regressor or classifier"),
    ({"estimator": LogisticRegression()}, "values other than 0 and 1"),
    ({"outcome": "x"}, "from itself"),
    ({"outcome": "id"}, "is no number"),
    ({"outcome": "nowhere"}, "there is no column nowhere"),
    ({"folds": 2}, "take at least 3"),
    ({"folds": 40}, "48 sampled units cannot fill 40 folds"),
    ({"level": 1.0}, "between 0 and 1"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_cannot_be_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SurveyError, match=words):
        numbers(**change)


DESIGNS = [
    (Design(weights="w", kind=Kind.NON_PROBABILITY), "not drawn by chance"),
    (
        Design(weights="w", replicates=Replicates(("x", "y"), ReplicateType.BOOTSTRAP)),
        "replicate weights do not say",
    ),
    (Design(weights="missing", strata="h", psu=("i",)), "there is no column missing"),
    (Design(weights="x", strata="h", psu=("i",)), "below zero"),
]


@pytest.mark.parametrize(("design", "words"), DESIGNS)
def test_a_design_that_cannot_tell_the_error_is_refused(design: Design, words: str) -> None:
    with pytest.raises(SurveyError, match=words):
        learn(people(1), design, LinearRegression(), outcome="y", covariates=["x"])


def test_an_outcome_too_rare_for_the_folds_is_refused() -> None:
    rows = people(1).with_columns(yes=(pl.col("id") == "p3").cast(pl.Int64))
    with pytest.raises(SurveyError, match="too rare"):
        shares(rows)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(SurveyError, match=r"pip install sojourn\[predict\]"):
        numbers()


# The card -------------------------------------------------------------------------------------


def test_the_card_says_what_it_is_not_for_and_names_nobody() -> None:
    rows = people(1).with_columns(
        place=pl.when(pl.col("i") == 0).then(pl.lit("a|b")).otherwise(pl.lit("town"))
    )
    model = shares(rows)
    card = model_card(
        model,
        name="Who may need a place",
        purpose="To plan places for next winter, by area.",
        by=["place"],
        written=date(2025, 1, 15),
        threshold=0.5,
    )
    text = card.markdown()
    assert "never decides about anybody" in text
    assert "a\\|b" in text
    assert "not enough" in text
    assert "| brier |" in text
    town = dict(zip(card.fairness.columns, card.fairness.rows[1], strict=True))
    assert str(town["selected"]).count(" to ") == 1
    assert "LogisticRegression()" in text
    assert not [name for name in rows["id"] if f" {name} " in text]
    with pytest.raises(FrozenInstanceError):
        card.name = "other"  # type: ignore[misc] # what must not be possible
    assert (card.rows, card.psus, card.strata) == (576, 48, 8)
    widths = {
        line.count("|") - 2 * line.count("\\|") for line in text.split("\n") if "town" in line
    }
    assert len(widths) == 2


def test_a_card_needs_a_purpose(of_y: GroupPredictor) -> None:
    with pytest.raises(SurveyError, match="what the model is for"):
        model_card(of_y, name="x", purpose=" ", by=["area"], written=date(2025, 1, 15))
