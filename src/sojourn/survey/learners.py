"""Estimators of scikit-learn, as far as they are needed here: learn with weights, and predict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.survey.problems import SurveyError

Floats = NDArray[np.float64]


class Task(StrEnum):
    """What is predicted: a number, or whether something is so."""

    NUMBER = "number"
    YES_NO = "yes_no"


@dataclass(frozen=True, eq=False)
class Learner:
    """An estimator. `weight_name` is how it is given weights; `takes_gaps`: it takes missing
    covariates; `name` how it was made, `version` that of scikit-learn. `constant` is predicted for
    everybody where it learned from rows with one outcome alone."""

    estimator: Any
    task: Task
    weight_name: str
    takes_gaps: bool
    name: str
    version: str
    constant: float | None = None

    def fitted(self, x: Floats, y: Floats, w: Floats, seed: int) -> Learner:
        """A new one that has learned from these rows.

        Weights have mean 1, so that what an estimator holds against large coefficients does not
        depend on the size of the population. Chance inside it is fixed by the seed, unless it was
        fixed before.
        """
        from sklearn.base import clone  # here, for it is there on request only

        if self.task is Task.YES_NO and float(y.min()) == float(y.max()):
            return replace(self, constant=float(y[0]))
        model = clone(self.estimator)
        open_seeds = [
            name
            for name, value in model.get_params().items()
            if (name == "random_state" or name.endswith("__random_state")) and value is None
        ]
        if open_seeds:
            model.set_params(**dict.fromkeys(open_seeds, seed))
        model.fit(x, y, **{self.weight_name: w / w.mean()})
        return Learner(model, self.task, self.weight_name, self.takes_gaps, self.name, self.version)

    def predicted(self, x: Floats) -> Floats:
        """The predicted number, or the probability that it is so (rows)."""
        if self.constant is not None:
            return np.full(len(x), self.constant)
        if self.task is Task.NUMBER:
            return np.asarray(self.estimator.predict(x), dtype=np.float64)
        found = np.asarray(self.estimator.predict_proba(x), dtype=np.float64)
        classes = [float(each) for each in self.estimator.classes_]
        return np.asarray(found[:, classes.index(1.0)])


def learner(estimator: Any) -> Learner:
    """Looks at an estimator.

    Raises `SurveyError` where scikit-learn is not installed, or this is no regressor or classifier
    with probabilities that learns with weights.
    """
    try:
        import sklearn
        from sklearn.base import is_classifier, is_regressor
        from sklearn.utils.validation import has_fit_parameter
    except ImportError:
        raise SurveyError(
            "prediction needs scikit-learn, which is not installed: pip install sojourn[predict]"
        ) from None
    if not hasattr(estimator, "fit") or not (is_classifier(estimator) or is_regressor(estimator)):
        raise SurveyError(f"{_name(estimator)} is no regressor or classifier of scikit-learn")
    last, weight_name = estimator, "sample_weight"
    while hasattr(last, "steps"):  # a pipeline hands weights to its last step
        step, inner = last.steps[-1]
        last, weight_name = inner, f"{step}__{weight_name}"
    if not has_fit_parameter(last, "sample_weight"):
        raise SurveyError(
            f"{_name(last)} does not learn with weights, and without them it would learn the "
            "sample, not the population; choose another estimator"
        )
    if is_classifier(estimator) and not hasattr(estimator, "predict_proba"):
        raise SurveyError(f"{_name(last)} gives no probabilities; choose another classifier")
    return Learner(
        estimator,
        Task.YES_NO if is_classifier(estimator) else Task.NUMBER,
        weight_name,
        _takes_gaps(estimator),
        " ".join(repr(estimator).split()),
        str(sklearn.__version__),
    )


def _takes_gaps(estimator: Any) -> bool:
    """Whether an estimator says that it takes missing covariates."""
    try:
        from sklearn.utils import get_tags
    except ImportError:  # before 1.6 tags were a dictionary
        return bool(estimator._get_tags()["allow_nan"])
    return bool(get_tags(estimator).input_tags.allow_nan)


def _name(estimator: object) -> str:
    return type(estimator).__name__
