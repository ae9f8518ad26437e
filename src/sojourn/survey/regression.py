"""Regressions whose errors follow from the design: linear, logistic and Poisson.

The coefficients solve sum of w x (y - mu)(dmu/deta) / Var(mu) = 0; with A the sum of
w (dmu/deta)^2 / Var(mu) x x' their covariance is A^-1 B A^-1, B that of the total on the left
(Binder 1983).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl

from sojourn.survey.estimates import Estimates, Line, numbered
from sojourn.survey.means import Names, named
from sojourn.survey.numbers import in_order
from sojourn.survey.problems import SurveyError
from sojourn.survey.ratios import flags
from sojourn.survey.sample import Sample
from sojourn.survey.spread import Replicated, Spread
from sojourn.survey.sums import Rows
from sojourn.survey.units import Floats

_STEPS = 200
_STILL = 1e-14
"""The relative change of the deviance below which coefficients have been found."""
_NEARLY_STILL = 1e-10
"""The change that will do where rounding lets it come no nearer."""
INTERCEPT = "(intercept)"


class Family(StrEnum):
    """What is assumed of y given x: its mean is x'b, expit(x'b), exp(x'b)."""

    GAUSSIAN = "gaussian"
    BINOMIAL = "binomial"
    POISSON = "poisson"


@dataclass(frozen=True)
class Formula:
    """`y ~ a + b`: what is explained and by what. `a*b` is `a + b + a:b`; `a:b` is their product;
    `- 1` leaves the intercept out."""

    outcome: str
    terms: tuple[tuple[str, ...], ...]
    has_intercept: bool = True

    @classmethod
    def read(cls, text: str, columns: Sequence[str]) -> Formula:
        """Reads a formula. Names of columns may hold dots; those with other signs or spaces stand
        between backticks. SurveyError where it cannot be read."""
        outcome, sign, right = text.partition("~")
        if not sign or not outcome.strip() or not right.strip():
            raise SurveyError(f"write a regression as 'y ~ a + b', not as '{text}'")
        terms: list[tuple[str, ...]] = []
        has_intercept = True
        for mark, part in re.findall(r"([+-]?)\s*((?:`[^`]*`|[^+\-`])+)", right):
            name = part.strip()
            if name in ("0", "1"):
                has_intercept = (mark == "-") == (name == "0")
                continue
            if mark == "-":
                raise SurveyError(f"'{text}': only the intercept can be left out, with - 1")
            terms += _terms(name, text)
        own = tuple(dict.fromkeys(terms))
        wanted = [_plain(outcome), *(name for term in own for name in term)]
        missing = [name for name in wanted if name not in columns]
        if missing:
            raise SurveyError(f"'{text}': there is no column {missing[0]}")
        return cls(_plain(outcome), own, has_intercept)


def _terms(text: str, whole: str) -> list[tuple[str, ...]]:
    if "*" in text:
        parts = [_plain(part) for part in text.split("*")]
        if len(parts) != 2:
            raise SurveyError(f"'{whole}': write products of more than two columns with a colon")
        return [(parts[0],), (parts[1],), (parts[0], parts[1])]
    return [tuple(_plain(part) for part in text.split(":"))]


def _plain(name: str) -> str:
    return name.strip().strip("`").strip()


def regress(
    sample: Sample,
    formula: str,
    family: Family = Family.GAUSSIAN,
    by: Names = (),
    *,
    reference: Mapping[str, str] | None = None,
) -> Estimates:
    """The coefficients of a regression in each domain, of rows where all columns are known.

    A column that holds text is a factor: one coefficient for each category but the reference, which
    is the first in order, or that of `reference`. `category` of a line is the term. Degrees of
    freedom are those of the design plus 1 less the number of coefficients. SurveyError where
    columns are linearly dependent, and where no coefficients are found.
    """
    model = Formula.read(formula, sample.schema.names())
    columns, valid = _columns(sample, model, dict(reference or {}))
    known = sample.only(valid)
    groups = known.groups(named(by))
    rows = known.each({"y": _outcome(sample, model.outcome, family), **columns}, groups)
    terms = list(columns)
    fits = [_fit(rows.of(rows.group == at), family, terms, formula) for at in range(groups.count)]
    values = np.stack([fit.coefficients for fit in fits])
    spread: Spread | None = None
    if sample.units is not None:
        influences = np.zeros((len(rows.weight), len(terms)))
        for at, fit in enumerate(fits):
            influences[rows.group == at] = fit.influences
        spread = sample.spread(rows, influences, groups.count)
        freedom = _freedom(sample, rows, groups.count)
        design_df: float | None = float(sample.units.design_df)
    elif sample.design.replicates is not None:
        repeated = np.stack(
            [_refitted(rows.of(rows.group == at), family, fit) for at, fit in enumerate(fits)],
            axis=1,
        )
        spread = Replicated(sample.design.replicates, repeated, values)
        design_df = float(sample.replicate_df)
        freedom = np.full(groups.count, design_df)
    else:
        design_df, freedom = None, np.zeros(groups.count)
    variance = np.full(values.shape, np.nan) if spread is None else spread.variances()
    everybody = sample.each({}, groups)
    lines = []
    for at, domain in enumerate(groups.keys):
        n = int((rows.group == at).sum())
        outside = int((everybody.group == at).sum()) - n
        for place, term in enumerate(terms):
            line = Line(
                *("regression", model.outcome, term, domain, None, None),
                design_df=None if design_df is None else design_df + 1 - len(terms),
                domain_df=None if spread is None else float(freedom[at]) + 1 - len(terms),
                n=n,
                flags=flags(sample, n, outside),
            )
            error = float(variance[at, place])
            lines.append(
                numbered(line, float(values[at, place]), None if np.isnan(error) else error)
            )
    return Estimates(groups.by, tuple(lines), spread)


def _freedom(sample: Sample, rows: Rows, groups: int) -> Floats:
    assert sample.units is not None  # noqa: S101 - the caller asked
    order = np.lexsort((rows.unit, rows.group))
    return sample.units.domain_df(rows.unit[order], rows.group[order], groups).astype(np.float64)


def _outcome(sample: Sample, name: str, family: Family) -> pl.Expr:
    """The outcome as numbers; of text with two categories the second one counts as 1."""
    kind = sample.schema[name]
    if family is Family.BINOMIAL and kind in (pl.String, pl.Categorical, pl.Enum):
        categories = sample.categories(name)
        if len(categories) == 2 and not _are_numbers(categories):
            value = sample.category(name)
            return pl.when(value.is_not_null()).then((value == categories[1]).cast(pl.Float64))
    return sample.number(name)


def _are_numbers(categories: Sequence[str]) -> bool:
    try:
        return bool([float(each) for each in categories])
    except ValueError:
        return {each.lower() for each in categories} <= {"true", "false"}


def _columns(
    sample: Sample, model: Formula, reference: dict[str, str]
) -> tuple[dict[str, pl.Expr], pl.Expr]:
    """The column of each coefficient, and whether a row has a value in all of them."""
    names = list(dict.fromkeys(name for term in model.terms for name in term))
    coded: dict[str, dict[str, pl.Expr]] = {}
    valid = sample.category(model.outcome).is_not_null()
    for name in names:
        if sample.schema[name] in (pl.String, pl.Categorical, pl.Enum) and not _are_numbers(
            sample.categories(name)
        ):
            coded[name] = _factor(sample, name, reference.pop(name, None))
            valid &= sample.category(name).is_not_null()
        elif name in reference:
            coded[name] = _factor(sample, name, reference.pop(name))
            valid &= sample.category(name).is_not_null()
        else:
            coded[name] = {name: sample.number(name)}
            valid &= sample.number(name).is_not_null()
    if reference:
        raise SurveyError(f"{next(iter(reference))} has a reference and is not in the regression")
    columns = {INTERCEPT: pl.lit(1.0)} if model.has_intercept else {}
    for at, term in enumerate(model.terms):
        parts = [dict(coded[name]) for name in term]
        if not model.has_intercept and at == 0 and len(term) == 1 and len(parts[0]) > 0:
            parts = [_whole(sample, term[0], parts[0])]
        made: dict[str, pl.Expr] = {"": pl.lit(1.0)}
        for part in parts:
            made = {
                f"{left}:{right}" if left else right: a * b
                for left, a in made.items()
                for right, b in part.items()
            }
        columns |= made
    return columns, valid


def _factor(sample: Sample, name: str, reference: str | None) -> dict[str, pl.Expr]:
    categories = in_order(sample.categories(name))
    first = categories[0] if reference is None and categories else reference
    if first not in categories:
        raise SurveyError(f"{name} has no category {reference}; there are: {', '.join(categories)}")
    value = sample.category(name)
    return {
        f"{name}={each}": (value == each).cast(pl.Float64) for each in categories if each != first
    }


def _whole(sample: Sample, name: str, part: dict[str, pl.Expr]) -> dict[str, pl.Expr]:
    """Without an intercept the first factor keeps all its categories."""
    if name in part:
        return part
    value = sample.category(name)
    return {f"{name}={each}": (value == each).cast(pl.Float64) for each in sample.categories(name)}


@dataclass(frozen=True)
class _Fit:
    coefficients: Floats
    influences: Floats
    """Of each row on each coefficient, to be weighted."""


Link = Callable[[Floats], tuple[Floats, Floats, Floats]]
"""From eta: mu, dmu/deta, Var(mu)."""


def _links(family: Family) -> Link:
    def gaussian(eta: Floats) -> tuple[Floats, Floats, Floats]:
        return eta, np.ones_like(eta), np.ones_like(eta)

    def binomial(eta: Floats) -> tuple[Floats, Floats, Floats]:
        mu = 1 / (1 + np.exp(-np.clip(eta, -30, 700)))
        spread = np.maximum(mu * (1 - mu), 2.2e-16)
        return mu, spread, spread

    def poisson(eta: Floats) -> tuple[Floats, Floats, Floats]:
        mu = np.exp(np.clip(eta, -700, 700))
        return mu, mu, mu

    found: Link = {
        Family.GAUSSIAN: gaussian,
        Family.BINOMIAL: binomial,
        Family.POISSON: poisson,
    }[family]
    return found


def _fit(rows: Rows, family: Family, terms: Sequence[str], formula: str) -> _Fit:
    y, x = rows.values[:, 0], rows.values[:, 1:]
    if not len(y):
        raise SurveyError(f"'{formula}': no row has a value in all columns")
    if family is Family.BINOMIAL and not ((y >= 0) & (y <= 1)).all():
        raise SurveyError(f"'{formula}': a logistic regression explains 0 and 1, or shares")
    if family is Family.POISSON and (y < 0).any():
        raise SurveyError(
            f"'{formula}': a Poisson regression explains counts, which are not below 0"
        )
    found = _solved(y, x, rows.weight, family, terms, formula)
    mu, slope, _spread = _links(family)(x @ found.coefficients)
    scores = x * ((y - mu) / slope * found.working)[:, None]
    information = x.T @ (x * (rows.weight * found.working)[:, None])
    return _Fit(found.coefficients, scores @ np.linalg.inv(information))


@dataclass(frozen=True)
class _Solved:
    """Coefficients, and the weights of rows in the last step, without those of the sample.

    The errors are computed with these, as other programs do: they are off by less than the last
    step was, which is nothing.
    """

    coefficients: Floats
    working: Floats


def _solved(
    y: Floats, x: Floats, w: Floats, family: Family, terms: Sequence[str], formula: str
) -> _Solved:
    """Coefficients by weighted least squares again and again, until the deviance stands still."""
    link, w = _links(family), w / w.mean()
    if family is Family.GAUSSIAN:
        return _Solved(_least_squares(y, x, w, terms, formula), np.ones(len(y)))
    start = (w * y + 0.5) / (w + 1) if family is Family.BINOMIAL else y + 0.1
    eta = np.log(start / (1 - start)) if family is Family.BINOMIAL else np.log(start)
    before = _deviance(y, link(eta)[0], w, family)
    found = _Solved(np.zeros(x.shape[1]), np.ones(len(y)))
    change = np.inf
    for _step in range(_STEPS):
        mu, slope, spread = link(eta)
        working = slope**2 / spread
        at = _least_squares(eta + (y - mu) / slope, x, w * working, terms, formula)
        found, eta = _Solved(at, working), x @ at
        deviance = _deviance(y, link(eta)[0], w, family)
        if not np.isfinite(deviance):
            break
        change = abs(deviance - before) / (abs(deviance) + 0.1)
        if change < _STILL:
            return found
        before = deviance
    if family is Family.BINOMIAL and np.isfinite(before) and np.abs(eta).max() > 25:
        raise SurveyError(
            f"'{formula}': some columns tell the outcome apart completely; leave one out"
        )
    if change < _NEARLY_STILL:
        return found
    raise SurveyError(f"'{formula}': no coefficients were found after {_STEPS} steps")


def _least_squares(y: Floats, x: Floats, w: Floats, terms: Sequence[str], formula: str) -> Floats:
    root = np.sqrt(w)[:, None]
    scale = np.sqrt((w[:, None] * x**2).sum(axis=0))
    if (scale == 0).any():
        raise SurveyError(f"'{formula}': {terms[int(np.argmin(scale))]} is 0 in every row")
    q, r = np.linalg.qr(root * x / scale)
    small = np.abs(np.diagonal(r)) < 1e-9
    if small.any():
        raise SurveyError(
            f"'{formula}': {terms[int(np.argmax(small))]} follows from the other columns; leave it "
            "out"
        )
    return np.asarray(np.linalg.solve(r, q.T @ (root[:, 0] * y)) / scale)


def _deviance(y: Floats, mu: Floats, w: Floats, family: Family) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        if family is Family.BINOMIAL:
            first = np.where(y > 0, y * np.log(y / mu), 0.0)
            second = np.where(y < 1, (1 - y) * np.log((1 - y) / (1 - mu)), 0.0)
            return float(2 * (w * (first + second)).sum())
        first = np.where(y > 0, y * np.log(y / mu), 0.0)
        return float(2 * (w * (first - (y - mu))).sum())


def _refitted(rows: Rows, family: Family, fit: _Fit) -> Floats:
    """The coefficients with each replicate weight (replicates x coefficients)."""
    assert rows.weights is not None  # noqa: S101 - the caller asked
    y, x = rows.values[:, 0], rows.values[:, 1:]
    found = np.full((rows.weights.shape[1], x.shape[1]), np.nan)
    terms = [str(at) for at in range(x.shape[1])]
    for at in range(len(found)):
        w = rows.weights[:, at]
        there = w > 0
        found[at] = _solved(y[there], x[there], w[there], family, terms, "replicate").coefficients
    del fit
    return found
