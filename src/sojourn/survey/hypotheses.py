"""Tests that know the design: association in a table, means and ranks of two groups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import polars as pl
from scipy import stats

from sojourn.survey.estimates import Estimates, Line
from sojourn.survey.problems import SurveyError
from sojourn.survey.ratios import Ratio, estimate, flags
from sojourn.survey.regression import regress
from sojourn.survey.sample import Sample
from sojourn.survey.spread import Replicated
from sojourn.survey.sums import Rows
from sojourn.survey.units import Floats


class Correction(StrEnum):
    """How Pearson's X^2 is brought to a known distribution.

    `f`: Rao and Scott's second order, F on v and v x df degrees of freedom. `chisq`: their first
    order, X^2 over the mean of the eigenvalues. `wald`, `adjusted_wald`: of the differences from
    independence (Koch, Freeman and Freeman 1975; Fellegi 1980).
    """

    F = "f"
    CHISQ = "chisq"
    WALD = "wald"
    ADJUSTED_WALD = "adjusted_wald"


@dataclass(frozen=True)
class Test:
    """What a test says: the statistic, its degrees of freedom, the probability of one as large
    where nothing is behind it, and the number of rows. `estimate` is what it is about."""

    name: str
    variable: str
    statistic: float
    first_df: float
    second_df: float
    p: float
    n: int
    estimate: Line | None = None
    flags: tuple[str, ...] = ()

    def lines(self) -> tuple[Line, ...]:
        """As lines of a table: the estimate, if there is one, then one line for each number."""

        def line(category: str, value: float) -> Line:
            return Line(
                self.name, self.variable, category, (), value, None, None, None, self.n,
                flags=self.flags,
            )  # fmt: skip

        numbers = [("statistic", self.statistic), ("df_1", self.first_df)]
        numbers += [("df_2", self.second_df), ("p", self.p)]
        own = [line(name, value) for name, value in numbers if np.isfinite(value)]
        return (*([] if self.estimate is None else [self.estimate]), *own)


def association(
    sample: Sample, rows: str, columns: str, correction: Correction = Correction.F
) -> Test:
    """Whether two columns of categories go together, of rows where both are known."""
    one, other = sample.category(rows), sample.category(columns)
    valid = one.is_not_null() & other.is_not_null()
    known = sample.only(valid)
    left, right = known.categories(rows), known.categories(columns)
    if len(left) < 2 or len(right) < 2:
        name = rows if len(left) < 2 else columns
        raise SurveyError(f"{name} has one category alone; a table needs two at least")
    is_wald = correction in (Correction.WALD, Correction.ADJUSTED_WALD)
    ratios = [
        Ratio(
            *("chisq", f"{rows},{columns}", f"{a} x {b}"),
            *(((one == a) & (other == b)).cast(pl.Float64), valid, "all"),
            is_total=is_wald,
            is_share=not is_wald,
        )
        for b in right
        for a in left
    ]
    cells = estimate(sample, ratios)
    _check_error(cells, sample)
    if is_wald:
        return _wald(cells, (len(left), len(right)), _df(sample), correction)
    shares, spread = cells.values(), cells.covariance()
    n, df = cells.lines[0].n, _df(sample)
    main, product = _contrasts(len(left), len(right))
    beyond = product - main @ np.linalg.lstsq(main, product, rcond=None)[0]
    turned = np.where(shares > 0, 1 / np.where(shares > 0, shares, 1), 0.0)[:, None] * beyond
    simple = beyond.T @ turned / n
    delta = np.linalg.solve(simple, turned.T @ spread @ turned)
    table = shares.reshape(len(right), len(left))
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = n * float(((table - expected) ** 2 / expected).sum())
    trace, squares = float(np.trace(delta)), float(np.trace(delta @ delta))
    test = Test("chisq", f"{rows},{columns}", np.nan, np.nan, np.nan, np.nan, n)
    if correction is Correction.CHISQ:
        size = len(delta)
        p = float(stats.chi2.sf(pearson / (trace / size), size))
        return replace(
            test, statistic=pearson, first_df=float(size), p=p, flags=cells.lines[0].flags
        )
    v = trace**2 / squares
    statistic = pearson / trace
    p = float(stats.f.sf(statistic, v, v * df))
    return replace(
        test, statistic=statistic, first_df=v, second_df=v * df, p=p, flags=cells.lines[0].flags
    )


def _df(sample: Sample) -> float:
    """Degrees of freedom of the rows that are looked at, whatever is known of them."""
    everybody = Ratio("rows", "", "", pl.lit(1.0), None, "all", is_share=True)
    return float(estimate(sample, [everybody]).lines[0].domain_df or 0)


def _contrasts(rows: int, columns: int) -> tuple[Floats, Floats]:
    """The columns of a table's main effects and of their product (cells x columns)."""
    a = np.tile(np.eye(rows), (columns, 1))[:, 1:]
    b = np.repeat(np.eye(columns), rows, axis=0)[:, 1:]
    main = np.hstack([np.ones((rows * columns, 1)), a, b])
    product = np.stack(
        [a[:, i] * b[:, j] for j in range(columns - 1) for i in range(rows - 1)], axis=1
    )
    return main, product


def _wald(cells: Estimates, shape: tuple[int, int], df: float, correction: Correction) -> Test:
    """The differences of totals of cells from the products of their margins over the sum of all,
    over the covariances of these differences."""
    rows, columns = shape
    totals, spread = cells.values(), cells.covariance()
    table = totals.reshape(columns, rows)
    of_row, of_column, all_of_it = table.sum(axis=0), table.sum(axis=1), totals.sum()
    expected = np.outer(of_column, of_row) / all_of_it
    here = np.arange(rows * columns)
    row, column = here % rows, here // rows
    jacobian = np.eye(rows * columns)
    jacobian -= (of_column / all_of_it)[column][:, None] * (row[:, None] == row)
    jacobian -= (of_row / all_of_it)[row][:, None] * (column[:, None] == column)
    jacobian += (expected / all_of_it).ravel()[:, None]
    used = here.reshape(columns, rows)[1:, 1:].ravel()
    difference = (table - expected).ravel()[used]
    cover = (jacobian @ spread @ jacobian.T)[np.ix_(used, used)]
    wald = float(difference @ np.linalg.solve(cover, difference))
    size = float(len(used))
    first, second, statistic = size, df, wald / size
    if correction is Correction.ADJUSTED_WALD:
        second = df - size + 1
        statistic = wald * second / (size * df)
    line = cells.lines[0]
    p = float(stats.f.sf(statistic, first, second))
    return Test("chisq", line.variable, statistic, first, second, p, line.n, flags=line.flags)


def t_test(sample: Sample, variable: str, group: str) -> Test:
    """Whether the mean of a variable differs between the two categories of a column: the second
    less the first, with its error from the design (as the regression on the group)."""
    first, second = _two(sample, group, variable)
    binary = (
        pl.when(sample.category(group) == second)
        .then(1.0)
        .when(sample.category(group) == first)
        .then(0.0)
    )
    with_group = replace(
        sample,
        frame=sample.frame.with_columns(binary.alias(_GROUP)),
        schema=pl.Schema({**sample.schema, _GROUP: pl.Float64()}),
    )
    fitted = regress(with_group, f"`{variable}` ~ {_GROUP}")
    line = fitted.lines[1]
    _check_error(fitted, sample)
    assert line.estimate is not None and line.se is not None  # noqa: S101, PT018 - it was checked
    df = float(line.domain_df or 0)
    t = line.estimate / line.se
    p = float(2 * stats.t.sf(abs(t), df))
    told = replace(
        line,
        design_df=line.domain_df,
        statistic="t",
        variable=f"{variable},{group}",
        category=f"{second} - {first}",
    )
    return Test("t", f"{variable},{group}", t, df, np.nan, p, line.n, told, line.flags)


_GROUP = "__compared"


class Scores(StrEnum):
    """What ranks are turned into: themselves (Wilcoxon), quantiles of the normal distribution (van
    der Waerden), or whether they are beyond the median."""

    WILCOXON = "wilcoxon"
    VAN_DER_WAERDEN = "vanderwaerden"
    MEDIAN = "median"


def rank_test(sample: Sample, variable: str, group: str, scores: Scores = Scores.WILCOXON) -> Test:
    """Whether a variable tends to be larger in one of several groups than in another, by ranks in
    the population (Lumley and Scott 2013).

    With two groups the estimate is the difference of the mean scores of the second and the first,
    and the statistic t. With more the statistic is Wald's chi-square of all differences from the
    first, and p that of F on their number and the degrees of freedom less it.
    """
    value, place = sample.number(variable), sample.category(group)
    categories = sample.only(value.is_not_null()).categories(group)
    if len(categories) < 2:
        raise SurveyError(f"{group} has one category alone; this test compares groups")
    known = sample.only(value.is_not_null() & place.is_not_null())
    exprs = {"y": value, **{each: (place == each).cast(pl.Float64) for each in categories}}
    rows = known.each(exprs, known.groups())
    y, of = rows.values[:, 0], rows.values[:, 1:]
    score = _scores(_ranks(y, rows.weight), scores)
    sizes = rows.weight @ of
    means = (rows.weight * score) @ of / sizes
    each = of * (score[:, None] - means) / sizes  # the influence of a row on the mean of its group
    differences, influences = means[1:] - means[0], each[:, 1:] - each[:, [0]]
    spread, df = _of_ranks(sample, rows, influences)
    size = len(differences)
    name, n, told = f"{variable},{group}", len(y), flags(sample, len(y), 0)
    if size > 1:
        wald = float(differences @ np.linalg.solve(spread, differences))
        p = float(stats.f.sf(wald / size, size, df - size))
        return Test("rank", name, wald, float(size), df - size, p, n, flags=told)
    found, se = float(differences[0]), float(np.sqrt(spread[0, 0]))
    category = f"{categories[1]} - {categories[0]}"
    line = Line(
        *("rank", name, category, (), found, se),
        design_df=df - 1,
        domain_df=df - 1,
        n=n,
        flags=told,
    )
    t = found / se
    p = float(2 * stats.t.sf(abs(t), df - 1))
    return Test("rank", name, t, df - 1, np.nan, p, n, line, told)


def _of_ranks(sample: Sample, rows: Rows, influences: Floats) -> tuple[Floats, float]:
    """The covariances of differences of mean scores, and the degrees of freedom. Ranks are taken as
    known: each replicate weight moves the totals of the influences."""
    replicates = sample.design.replicates
    if sample.units is not None:
        spread = sample.spread(rows, influences, 1).covariance()
        return spread, float(_domain_df(sample, rows.unit))
    if replicates is None:
        raise _no_error(sample)
    assert rows.weights is not None  # noqa: S101 - they are read with the rows
    repeated = (rows.weights.T @ influences)[:, None, :]
    full = (rows.weight @ influences)[None, :]
    return Replicated(replicates, repeated, full).covariance(), float(sample.replicate_df)


def _domain_df(sample: Sample, unit: object) -> int:
    assert sample.units is not None  # noqa: S101 - the caller asked
    places = np.unique(np.asarray(unit))
    return int(sample.units.domain_df(places, np.zeros(len(places), dtype=np.int64), 1)[0])


def _ranks(y: Floats, w: Floats) -> Floats:
    """The share of the population that is smaller, half of those that are equal counted: the mean,
    over equal rows, of the middles of their weights."""
    order = np.argsort(y, kind="stable")
    middles = np.cumsum(w[order]) - w[order] / 2
    _values, of, count = np.unique(y[order], return_inverse=True, return_counts=True)
    means = np.bincount(of, middles) / count
    found = np.empty(len(y))
    found[order] = means[of] / w.sum()
    return found


def _scores(ranks: Floats, scores: Scores) -> Floats:
    if scores is Scores.WILCOXON:
        return ranks
    if scores is Scores.MEDIAN:
        return (ranks > 0.5).astype(np.float64)
    return np.asarray(stats.norm.ppf(ranks), dtype=np.float64)


def _two(sample: Sample, group: str, variable: str) -> tuple[str, str]:
    categories = sample.only(sample.number(variable).is_not_null()).categories(group)
    if len(categories) != 2:
        raise SurveyError(
            f"{group} has {len(categories)} categories; this test compares two. Look at two of "
            "them with a condition"
        )
    return categories[0], categories[1]


def _check_error(found: Estimates, sample: Sample) -> None:
    if found.spread is None:
        raise _no_error(sample)


def _no_error(sample: Sample) -> SurveyError:
    return SurveyError(
        f"rows of a sample of the kind {sample.design.kind} have no error that a design explains, "
        "so nothing can be tested with them"
    )
