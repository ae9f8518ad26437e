"""Prediction for groups and planning: what to expect where, and how far it may be off.

A model of any kind that scikit-learn knows learns from a sample, with its weights, and is judged on
sampled units that it has not seen. What comes out speaks of groups of people. There is no way to
ask what it says of one person: a prediction can point to where help is likely to be needed; it
never decides about anybody, and never is a reason to refuse.

scikit-learn comes with `pip install sojourn[predict]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NoReturn

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sojourn.survey.conformal import Reach, effective, reaches
from sojourn.survey.covariates import Covariates, check_complete
from sojourn.survey.design import Design
from sojourn.survey.learners import Learner, Task, learner
from sojourn.survey.numbers import ROW, number
from sojourn.survey.prediction_rows import (
    Drawn,
    Key,
    framed,
    groups_of,
    keys_of,
    limits,
    read,
    share_limits,
)
from sojourn.survey.prediction_scores import Score, mean, of_numbers, of_shares
from sojourn.survey.problems import SurveyError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEAST = 10
"""Nothing is said of groups with fewer people than this, unless a larger number is chosen."""

TOO_FEW, NO_UNITS, ENOUGH = "too few people", "not enough", ""
"""Why there is no number: people, or sampled units to count an error from."""

NOT_ABOUT_ONE = (
    "predictions are given for groups, never for one person: a prediction points to where help is "
    "likely to be needed; it never decides about a person, ranks people or names them. Ask for "
    "groups with expected(), or look at the person's own situation"
)


@dataclass(frozen=True, eq=False)
class GroupPredictor:
    """A model that was learned from a sample, and what it says of groups. Make one with `learn`.

    `seen` are the rows with an outcome and a weight, in the order of the table; `y` and `x` theirs.
    `fold` (rows of the table) says which sampled units were kept together.
    """

    drawn: Drawn = field(repr=False)
    task: Task
    outcome: str
    covariates: Covariates
    folds: int
    seed: int
    level: float
    least: int
    learner: Learner = field(repr=False)
    seen: Ints = field(repr=False)
    y: Floats = field(repr=False)
    x: Floats = field(repr=False)
    fold: Ints = field(repr=False)
    names: tuple[str, ...]

    # What is not given -------------------------------------------------------------------------

    def predict(self, *_args: object, **_more: object) -> NoReturn:
        """Refuses: see `NOT_ABOUT_ONE`."""
        raise SurveyError(NOT_ABOUT_ONE)

    predict_proba = decision_function = rank = top = predict

    # What the model says of rows it has not seen; stays inside -----------------------------------

    @property
    def _w(self) -> Floats:
        return self.drawn.weight[self.seen]

    def _fitted(self, rows: Bools, weights: Floats) -> Learner:
        return self.learner.fitted(self.x[rows], self.y[rows], weights[rows], self.seed)

    def _unseen(self, weights: Floats) -> Floats:
        """Predictions of each row by a model that has not seen its sampled unit."""
        found = np.full(len(self.seen), np.nan)
        fold = self.fold[self.seen]
        for each in range(self.folds):
            judged = fold == each
            found[judged] = self._fitted(~judged & (weights > 0), weights).predicted(self.x[judged])
        return found

    @cached_property
    def _out_of_fold(self) -> Floats:
        return self._unseen(self._w)

    def _far(self, model: Learner, rows: Bools) -> Floats:
        """How far predictions are off: |y - f|, or 1 - the probability of what came true."""
        f, y = model.predicted(self.x[rows]), self.y[rows]
        if self.task is Task.NUMBER:
            return np.asarray(np.abs(y - f))
        return np.asarray(np.where(y == 1, 1 - f, f))

    @cached_property
    def _kept_apart(self) -> tuple[tuple[Bools, Floats, Bools, Floats], ...]:
        """For each fold that judges: the rows of the next fold, from which reaches are taken, how
        far off these are, the rows that judge, and how far off they are."""
        fold, found = self.fold[self.seen], []
        for each in range(self.folds):
            judged, kept = fold == each, fold == (each + 1) % self.folds
            model = self._fitted(~judged & ~kept, self._w)
            found.append((kept, self._far(model, kept), judged, self._far(model, judged)))
        return tuple(found)

    @cached_property
    def _last_apart(self) -> tuple[Bools, Floats]:
        """The rows of the first fold, and how far off a model is that has seen all others."""
        kept = self.fold[self.seen] == 0
        return kept, self._far(self._fitted(~kept, self._w), kept)

    # Groups -------------------------------------------------------------------------------------

    def _of_seen(self, by: Sequence[str]) -> list[Key]:
        keys = keys_of(self.drawn.table, by)
        return [keys[at] for at in self.seen]

    def _groups(self, keys: Sequence[Key]) -> list[Key]:
        """The groups that there are; refuses columns that tell people apart."""
        found = groups_of(keys, self.least)
        if not found:
            raise SurveyError(
                f"no group has {self.least} people; columns that set people apart one by one do "
                f"not make groups. {NOT_ABOUT_ONE[0].upper()}{NOT_ABOUT_ONE[1:]}"
            )
        return found

    def _se(self, influence: Floats) -> Floats:
        """Standard errors from influences on rows with an outcome."""
        whole = np.zeros((self.drawn.table.height, influence.shape[1]))
        whole[self.seen] = influence
        return self.drawn.spread(whole)

    def _rows(self, inside: Bools) -> Bools:
        """Rows of the table from rows with an outcome."""
        found = np.zeros(self.drawn.table.height, dtype=np.bool_)
        found[self.seen[inside]] = True
        return found

    def _mean(self, values: Floats, inside: Bools, *, share: bool) -> tuple[float | None, ...]:
        """A weighted mean in a group, its standard error and limits. None where it has none."""
        rows, w = self._rows(inside), np.where(inside, self._w, 0.0)
        if not w.sum() > 0:
            return None, None, None, None
        found, influence = mean(np.where(inside, values, 0.0), w)
        se, df = float(self._se(influence[:, None])[0]), self.drawn.df(rows)
        psus = self.drawn.count_psus(rows)
        low, high = (
            share_limits(found, se, df, self.level, psus)
            if share
            else limits(found, se, df, self.level)
        )
        return found, se if df > 0 else None, low, high

    # What is given ------------------------------------------------------------------------------

    def scores(self) -> pl.DataFrame:
        """How good predictions are for people in units that the model has not seen.

        One row for each score (`name`, `value`, `se`, `low`, `high`), weighted, over all folds
        together; see `prediction_scores`. Errors follow the design, the predictions taken as given.
        """
        of = of_numbers if self.task is Task.NUMBER else of_shares
        found: list[Score] = of(self.y, self._out_of_fold, self._w)
        usable = np.column_stack([np.nan_to_num(score.influence) for score in found])
        df = self.drawn.df(self._rows(np.ones(len(self.seen), dtype=np.bool_)))
        rows: list[tuple[object, ...]] = []
        for score, se in zip(found, self._se(usable), strict=True):
            if np.isnan(score.value):
                rows.append((score.name, None, None, None, None))
                continue
            low, high = (
                share_limits(score.value, float(se), df, self.level, self.drawn.psus)
                if score.share
                else limits(score.value, float(se), df, self.level)
            )
            rows.append((score.name, score.value, float(se) if df > 0 else None, low, high))
        return framed(["name", "value", "se", "low", "high"], rows, {"name"})

    def calibration(self, bins: int = 10) -> pl.DataFrame:
        """Whether what was predicted came true: people in bins of equal weight by prediction.

        `bin` (from the lowest predictions), `rows`, `psus`, `share` (of weight), `predicted` and
        `observed` (weighted means), `se`, `low`, `high` of what was observed. Bins of too few
        people have no numbers; where bins end is not told, for single people stand there.
        """
        if bins < 2:
            raise SurveyError(f"{bins} bin shows nothing; take at least 2")
        f, w = self._out_of_fold, self._w
        order = np.argsort(f, kind="stable")
        level = np.empty(len(f))
        level[order] = (np.cumsum(w[order]) - w[order] / 2) / w.sum()
        # All people with one prediction stand in one bin, the one of their middle.
        _values, place = np.unique(f, return_inverse=True)
        middle = np.bincount(place, w * level) / np.bincount(place, w)
        of = np.minimum((middle * bins).astype(np.int64), bins - 1)[place]
        rows: list[tuple[object, ...]] = []
        for each in np.unique(of):
            inside = of == each
            there = self._mean(self.y, inside, share=self.task is Task.YES_NO)
            few = int(inside.sum()) < self.least
            rows.append(
                (
                    int(each) + 1,
                    int(inside.sum()),
                    self.drawn.count_psus(self._rows(inside)),
                    float(w[inside].sum() / w.sum()),
                    float(w[inside] @ f[inside] / w[inside].sum()) if not few else None,
                    *(there if not few else (None,) * 4),
                )
            )
        names = ["bin", "rows", "psus", "share", "predicted", "observed", "se", "low", "high"]
        return framed(names, rows)

    def reaches(self, by: Sequence[str]) -> tuple[Reach, ...]:
        """How far predictions are off in each group, at most, for the share `level` of its people.

        A model that has not seen one fold of units is judged on it (split conformal, weighted,
        group by group; see `conformal`). It rests on at least `least` people. A yes-or-no outcome
        is off by 1 - the probability of what came true.
        """
        kept, far = self._last_apart
        keys = self._of_seen(by)
        order = self._groups(keys)
        own = [key for key, here in zip(keys, kept, strict=True) if here]
        found = reaches(
            far, self._w[kept], own, list(self.drawn.psu[self.seen][kept]), level=self.level
        )
        # A reach is how far off one of the people was: it is not told of fewer than may be.
        of = {
            each.group: each if each.rows >= self.least else replace(each, reach=None)
            for each in found
        }
        return tuple(of.get(key, Reach(key, 0, 0.0, 0, 0.0, None)) for key in order)

    def fairness(self, by: Sequence[str], threshold: float | None = None) -> pl.DataFrame:
        """Whether the model serves all groups alike; one row for each group.

        `rows`, `effective` number, `psus`, `share` of the population; `observed` and `predicted`
        means; `bias` (observed - predicted), `error` (mean absolute error, or Brier score) and
        `coverage`, the share whose outcome lay within the reach that other units gave their group
        (promised is `level`; null where no group reach could be given). With a `threshold`:
        `selected`, the share whose prediction reaches it, and, of yes-or-no outcomes, `missed`, the
        share of those with the outcome whose prediction does not. Each with `_low` and `_high`.
        """
        keys, f, w = self._of_seen(by), self._out_of_fold, self._w
        yes_no = self.task is Task.YES_NO
        groups = self._groups(keys)
        place = {key: at for at, key in enumerate(groups)}
        of = np.array([place[key] for key in keys], dtype=np.int64)
        covered = self._covered(groups, of)
        off = (self.y - f) ** 2 if yes_no else np.abs(self.y - f)
        rows: list[tuple[object, ...]] = []
        for group, key in enumerate(groups):
            inside = of == group
            size = (int(inside.sum()), effective(w[inside]))
            psus = self.drawn.count_psus(self._rows(inside))
            told: list[object] = [*size, psus, float(w[inside].sum() / w.sum())]
            asked = [
                (self.y, inside, yes_no),
                (f, inside, yes_no),
                (self.y - f, inside, False),
                (off, inside, yes_no),
                (np.nan_to_num(covered), inside & np.isfinite(covered), True),
            ]
            if threshold is not None:
                asked.append(((f >= threshold).astype(np.float64), inside, True))
            if threshold is not None and yes_no:
                asked.append(((f < threshold).astype(np.float64), inside & (self.y == 1), True))
            for at, (values, where, share) in enumerate(asked):
                few = size[0] < self.least or int(where.sum()) < self.least
                found = (None,) * 4 if few else self._mean(values, where, share=share)
                told += [found[0]] if at == 1 else [found[0], found[2], found[3]]
            status = TOO_FEW if size[0] < self.least else NO_UNITS if psus < 2 else ENOUGH
            rows.append((*key, *told, status))
        names = ["observed", "bias", "error", "coverage"]
        names += ["selected"] if threshold is not None else []
        names += ["missed"] if threshold is not None and yes_no else []
        columns = [*by, "rows", "effective", "psus", "share"]
        for name in names:
            columns += [name, f"{name}_low", f"{name}_high"]
            columns += ["predicted"] if name == "observed" else []
        return framed([*columns, "status"], rows, {*by, "status"})

    def _covered(self, groups: Sequence[Key], of: Ints) -> Floats:
        """Of each row, whether it lay within the reach of its group (1 or 0); NaN without one."""
        found = np.full(len(self.seen), np.nan)
        psu, w = self.drawn.psu[self.seen], self._w
        for kept, far, judged, own in self._kept_apart:
            limit = np.full(len(groups), np.nan)
            told = reaches(
                far, w[kept], [groups[at] for at in of[kept]], list(psu[kept]), level=self.level
            )
            for each in told:
                limit[groups.index(each.group)] = np.nan if each.reach is None else each.reach
            mine = limit[of[judged]]
            found[judged] = np.where(np.isnan(mine), np.nan, own <= mine)
        return found

    def expected(
        self,
        target: pl.DataFrame,
        by: Sequence[str],
        *,
        weights: str | None = None,
        replicates: int = 200,
        refit: bool = True,
    ) -> pl.DataFrame:
        """What to expect in each group of a population, with an interval; one row for each group.

        `target` has one row for each person of the population (or of a large sample with
        `weights`), with the covariates and the columns of `by`, which the sample has too. Columns:
        `people` and `weight` in the target; `rows` and `psus` in the sample; `predicted`, the mean
        prediction; `correction`, the weighted mean of outcome - prediction of the group's people in
        the sample, judged by models that have not seen their unit; `expected`, the sum of both,
        with `se`, `low`, `high`; `total`, expected x weight; `status`.

        The correction makes up for a model that is off in a group (as in generalised difference
        estimation; Särndal, Swensson and Wretman 1992, 6.3). The error is that of `replicates`
        samples of whole units; with `refit` each of them learns anew, otherwise only the correction
        varies, which is quicker and leaves out how the model would differ. The target is taken as
        the population: where it is a sample, its own error is not in the interval. An expected
        share is kept between 0 and 1.

        Groups with fewer than `least` people in the target are named without a number: they are
        `too few people`. Without two sampled units in the group there is no correction and no
        interval: `not enough`.
        """
        if replicates < 20:
            raise SurveyError(f"{replicates} replicates say little of an error; take 200")
        x, w = self._target(target, weights)
        keys, own = keys_of(target, by), self._of_seen(by)
        groups = self._groups(keys)
        place = {key: at for at, key in enumerate(groups)}
        of_target = np.array([place[key] for key in keys], dtype=np.int64)
        of_seen = np.array([place.get(key, len(groups)) for key in own], dtype=np.int64)
        weight = np.bincount(of_target, w, len(groups))
        if (weight <= 0).any():
            raise SurveyError("some groups of the target have no weight at all; leave them out")

        def means(values: Floats, of: Ints, w: Floats) -> Floats:
            below = np.bincount(of, w, len(groups) + 1)[: len(groups)]
            above = np.bincount(of, w * values, len(groups) + 1)[: len(groups)]
            return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))

        everybody = np.ones(len(self.seen), dtype=np.bool_)
        f = self._fitted(everybody, self._w).predicted(x)
        predicted = means(f, of_target, w)
        correction = means(self.y - self._out_of_fold, of_seen, self._w)
        drawn = []
        for again in self.drawn.replicates(replicates, self.seed):
            of_rows = again[self.seen]
            moved, rest = predicted, self._out_of_fold
            if refit:
                moved = means(self._fitted(of_rows > 0, of_rows).predicted(x), of_target, w)
                rest = self._unseen(of_rows)
            drawn.append(moved + means(self.y - rest, of_seen, of_rows))
        se = np.std(np.array(drawn), axis=0, ddof=1)
        rows: list[tuple[object, ...]] = []
        for at, key in enumerate(groups):
            inside = of_seen == at
            here = self._rows(inside)
            people, psus, df = (
                int((of_target == at).sum()),
                self.drawn.count_psus(here),
                self.drawn.df(here),
            )
            size = (people, float(weight[at]), int(inside.sum()), psus)
            status = ENOUGH if psus >= 2 and inside.sum() >= self.least else NO_UNITS
            told: tuple[float | None, ...] = (float(predicted[at]), *(None,) * 6)
            if people < self.least:
                status, told = TOO_FEW, (None,) * 7
            elif status == ENOUGH:
                value = float(predicted[at] + correction[at])
                if self.task is Task.YES_NO:
                    value = min(max(value, 0.0), 1.0)
                    low, high = share_limits(value, float(se[at]), df, self.level, psus)
                else:
                    low, high = limits(value, float(se[at]), df, self.level)
                ends = (float(correction[at]), value, float(se[at]), low, high)
                told = (float(predicted[at]), *ends, value * float(weight[at]))
            rows.append((*key, *size, *told, status))
        columns = [*by, "people", "weight", "rows", "psus", "predicted", "correction", "expected"]
        return framed([*columns, "se", "low", "high", "total", "status"], rows, {*by, "status"})

    def _target(self, target: pl.DataFrame, weights: str | None) -> tuple[Floats, Floats]:
        names, x = self.covariates.matrix(target)
        if not self.learner.takes_gaps:
            check_complete(names, x, [f"row {at + 1}" for at in range(len(x))], "person")
        if weights is None:
            return x, np.ones(len(x))
        frame = target.lazy().with_row_index(ROW, 1)
        held = frame.select(number(frame, target.schema, weights).alias("w")).collect()
        w = held.to_series().cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64)
        wrong = int((~(w >= 0)).sum())
        if wrong:
            raise SurveyError(f"{weights} is missing or below zero in {wrong} rows of the target")
        return x, w


def learn(
    rows: pl.DataFrame,
    design: Design,
    estimator: object,
    *,
    outcome: str,
    covariates: Sequence[str] = (),
    categories: Sequence[str] = (),
    folds: int = 5,
    seed: int = 1,
    level: float = 0.9,
    least: int = LEAST,
) -> GroupPredictor:
    """Prepares a scikit-learn regressor, or classifier of an outcome that is 0 or 1, on a sample.

    `covariates` are columns of numbers, `categories` columns of categories (each becomes columns of
    0 and 1, one for each category but the first). `folds` is the number of parts of sampled units,
    each of which judges once. `level` is that of all intervals. `least`: of groups with fewer
    people nothing is said; 5 or more. The same `seed` gives the same numbers.

    Rows without an outcome stay in the design and are not learned from. Raises `SurveyError` where
    scikit-learn is missing, the estimator takes no weights, the sample was not drawn by chance, a
    covariate is empty though the estimator takes no gaps, or the outcome cannot be learned.
    """
    if least < 5:
        raise SurveyError(f"a group of {least} is close to one person; take at least 5")
    if not 0 < level < 1:
        raise SurveyError(f"a level lies between 0 and 1, such as 0.9; it cannot be {level:g}")
    with_names = learner(estimator)
    drawn = read(rows, design)
    frame = rows.lazy().with_row_index(ROW, 1)
    held = frame.select(number(frame, rows.schema, outcome).cast(pl.Float64).alias("y")).collect()
    y = held.to_series().fill_null(np.nan).to_numpy().astype(np.float64)
    seen = np.flatnonzero(np.isfinite(y) & (drawn.weight > 0))
    wanted = Covariates(tuple(covariates), tuple(categories), intercept=False, has_own=True)
    if outcome in wanted.columns:
        raise SurveyError(f"{outcome} cannot be predicted from itself; leave it out of the columns")
    wanted = wanted.learned(rows[seen])
    names, x = wanted.matrix(rows[seen])
    if not with_names.takes_gaps:
        check_complete(names, x, [f"row {at + 1}" for at in seen], "row with an outcome")
    y = y[seen]
    _check_outcome(y, with_names.task, outcome)
    fold = drawn.folds(folds, seed)
    found = GroupPredictor(
        drawn, with_names.task, outcome, wanted, folds, seed, level, least, with_names, seen, y, x,
        fold, names,
    )  # fmt: skip
    _check_folds(found)
    return found


def _check_outcome(y: Floats, task: Task, outcome: str) -> None:
    if len(y) < 2 or float(y.min()) == float(y.max()):
        raise SurveyError(f"{outcome} is the same in all rows that have it; nothing can be learned")
    if task is Task.YES_NO and not np.isin(y, (0, 1)).all():
        raise SurveyError(
            f"{outcome} has values other than 0 and 1; a classifier predicts an outcome that is "
            "yes (1) or no (0)"
        )


def _check_folds(model: GroupPredictor) -> None:
    fold = model.fold[model.seen]
    for each in range(model.folds):
        inside = fold == each
        rest = model.y[~inside & (fold != (each + 1) % model.folds)]
        if not inside.any() or not len(rest) or float(rest.min()) == float(rest.max()):
            raise SurveyError(
                f"the outcome {model.outcome} is too rare for {model.folds} folds of sampled "
                "units: some hold nothing to learn from. Take fewer folds, or a more frequent "
                "outcome"
            )
