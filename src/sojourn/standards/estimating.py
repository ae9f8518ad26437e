"""Estimates over a whole table: from a file and words to a table of results."""

from __future__ import annotations

import fnmatch
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import polars as pl

from sojourn.framework import Framework
from sojourn.framework.model import Effect, Measure, MeasureKind
from sojourn.standards import runs
from sojourn.standards.assessing import Progress, silent
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.output import writer_for
from sojourn.standards.tables import open_source, open_table
from sojourn.standards.whole_files import all_or_nothing
from sojourn.survey import hypotheses, inequality, means, quantile, weighting
from sojourn.survey.conditions import condition
from sojourn.survey.deprivation import Indicator, alkire_foster
from sojourn.survey.design import Design, Replicates
from sojourn.survey.estimates import Estimates, together
from sojourn.survey.intervals import Interval
from sojourn.survey.problems import SurveyError
from sojourn.survey.quantile import Rule
from sojourn.survey.regression import Family, regress
from sojourn.survey.sample import Sample
from sojourn.survey.weighting import Distance, Total


@dataclass(frozen=True)
class Asked:
    """What is to be estimated, in the words of whoever asks."""

    means: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    proportions: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    quantiles: tuple[tuple[str, float], ...] = ()
    variances: tuple[str, ...] = ()
    correlations: tuple[tuple[str, str], ...] = ()
    ginis: tuple[str, ...] = ()
    lorenz: tuple[str, ...] = ()
    regressions: tuple[tuple[str, Family], ...] = ()
    deprivations: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    contrasts: tuple[str, ...] = ()
    where: str = ""
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        own = (self.means, self.totals, self.proportions, self.ratios, self.quantiles)
        more = (self.variances, self.correlations, self.ginis, self.lorenz, self.regressions)
        return not any((*own, *more, self.deprivations, self.tests))


@dataclass(frozen=True)
class Conventions:
    """How limits are found: interval, level, degrees of freedom, rule of quantiles."""

    interval: Interval | None = None
    level: float = 0.95
    df: str = "design"
    rule: Rule = Rule.HF1


@dataclass(frozen=True)
class Fitting:
    """Files of known totals that weights are made to fit, and limits of weights, in this order."""

    poststratify: tuple[tuple[str, ...], Path] | None = None
    rake: Path | None = None
    calibrate: Path | None = None
    distance: Distance = Distance.LINEAR
    bounds: tuple[float, float] | None = None
    trim: tuple[float, float] | None = None


@contextmanager
def opened(
    path: Path,
    framework: Framework | None = None,
    progress: Progress = silent,
    sheet: str = "",
) -> Iterator[pl.LazyFrame]:
    """The rows of a table. With a framework each factor, response and measure is a column, too.

    Raises `BadTableError` for what is no table, and where answers cannot be.
    """
    table = open_table(path, sheet)
    if framework is None:
        yield table.frame
        return
    with tempfile.TemporaryDirectory(prefix="sojourn-") as folder:
        findings = Path(folder) / "findings.parquet"
        source = open_source(path, framework)
        runs.run(framework, source, findings, progress=progress)
        found = pl.scan_parquet(findings)
        new = [name for name in found.collect_schema().names() if name not in table.schema]
        yield pl.concat(
            [source.main.frame.select(list(table.schema)), found.select(new)], how="horizontal"
        )


Making = Callable[[pl.LazyFrame, Design], tuple[pl.LazyFrame, Design]]
"""Makes replicate weights of a table's design; see `survey.replication.replicate`."""


def replicate_columns(frame: pl.LazyFrame, pattern: str) -> tuple[str, ...]:
    """The columns that a pattern such as `rep*` names, in the order of the table."""
    names = frame.collect_schema().names()
    return tuple(name for name in names if fnmatch.fnmatchcase(name, pattern))


def bound(
    frame: pl.LazyFrame,
    design: Design,
    fitting: Fitting,
    pattern: str = "",
    replicates: Callable[[tuple[str, ...]], Replicates] | None = None,
    make: Making | None = None,
) -> Sample:
    """The rows with their design, and weights that fit what is known.

    Replicate weights are read from columns or made, before weights are fitted with each of them.
    """
    if replicates is not None:
        columns = replicate_columns(frame, pattern)
        if not columns:
            raise SurveyError(f"no column of the table is named like {pattern}")
        design = replace(design, replicates=replicates(columns))
    if make is not None:
        frame, design = make(frame, design)
    sample = Sample.of(frame, design)
    if fitting.poststratify is not None:
        by, path = fitting.poststratify
        sample, _fit = weighting.poststratify(sample, by, _cells(path, by))
    if fitting.rake is not None:
        sample, _fit = weighting.rake(sample, _totals(fitting.rake))
    if fitting.calibrate is not None:
        totals = _totals(fitting.calibrate)
        sample, _fit = weighting.calibrate(sample, totals, fitting.distance, fitting.bounds)
    if fitting.trim is not None:
        sample = weighting.trim(sample, *fitting.trim)
    return sample


def estimate(
    sample: Sample, asked: Asked, how: Conventions, framework: Framework | None = None
) -> pl.DataFrame:
    """A table with one row for each number that was asked for; see `Estimates.frame`."""
    looked_at = sample.only(condition(sample, asked.where), asked.where) if asked.where else sample
    tables: list[pl.DataFrame] = []
    contrasted = False
    for found in _each(looked_at, asked, how, framework):
        tables.append(_frame(found, how))
        for contrast in asked.contrasts:
            if found.spread is None:
                continue
            contrasted = True
            tables.append(_frame(found.contrast(contrast), how))
    if asked.contrasts and not contrasted:
        raise SurveyError(
            "nothing that was asked for can be compared; means, totals, shares, ratios, variances "
            "and regressions can"
        )
    for text in asked.tests:
        test = Estimates((), _tested(looked_at, text).lines())
        tables.append(_frame(test, how))
    return together(tables)


def _frame(found: Estimates, how: Conventions) -> pl.DataFrame:
    return found.frame(interval=how.interval, level=how.level, df=how.df)


_PLAIN: Mapping[str, Callable[[Sample, Sequence[str], Sequence[str]], Estimates]] = (
    MappingProxyType(
        {
            "means": means.mean,
            "totals": means.total,
            "proportions": means.proportion,
            "ratios": means.ratio,
            "variances": means.variance,
            "ginis": inequality.gini,
        }
    )
)
"""What is estimated of columns alone, by the name of the question."""


def _each(
    sample: Sample, asked: Asked, how: Conventions, framework: Framework | None
) -> Iterator[Estimates]:
    by = asked.by
    for name, statistic in _PLAIN.items():
        if wanted := getattr(asked, name):
            yield statistic(sample, wanted, by)
    if asked.quantiles:
        interval = how.interval if how.interval is not None else Interval.MEAN
        yield quantile.quantiles(
            *(sample, asked.quantiles, by),
            rule=how.rule,
            interval=interval,
            level=how.level,
            df=how.df,
        )
    if asked.correlations:
        yield means.correlation(sample, asked.correlations, by)
    if asked.lorenz:
        yield inequality.lorenz(sample, asked.lorenz, by=by)
    for formula, family in asked.regressions:
        wanted = {name: c for name, c in asked.references.items() if _is_named(name, formula)}
        yield regress(sample, formula, family, by, reference=wanted)
    for name in asked.deprivations:
        if framework is None:
            raise SurveyError("an Alkire-Foster measure needs --framework, where it is declared")
        yield deprived(sample, framework, name, by)


def _is_named(name: str, formula: str) -> bool:
    return name in formula.partition("~")[2]


def deprived(sample: Sample, framework: Framework, name: str, by: Sequence[str] = ()) -> Estimates:
    """A measure of the kind alkire_foster, of rows to which findings of the framework were joined.

    Units whose measure is unknown are left out; what does not apply to a unit is no deprivation.
    """
    measure = next((each for each in framework.measures if each.name == name), None)
    if measure is None or measure.kind is not MeasureKind.ALKIRE_FOSTER:
        known = [m.name for m in framework.measures if m.kind is MeasureKind.ALKIRE_FOSTER]
        raise SurveyError(
            f"{framework.id} has no Alkire-Foster measure {name}; it has: "
            f"{', '.join(known) or 'none'}"
        )
    assert measure.cut_off is not None  # noqa: S101 - a measure of this kind has one
    indicators = [
        Indicator(each.factor, each.dimension, each.weight, _deprived(framework, each.factor))
        for each in measure.deprivations
    ]
    return alkire_foster(sample, name, indicators, measure.cut_off, by, known=_is_known(measure))


def _is_known(measure: Measure) -> pl.Expr:
    return pl.col(measure.name).is_not_null()


def _deprived(framework: Framework, factor: str) -> pl.Expr:
    """Whether a unit has a factor that counts: a context factor where it endangers."""
    if framework.factor(factor).effect is Effect.CONTEXT:
        return pl.col(f"{factor}__direction").is_in(["raises", "both"])
    return pl.col(factor)


def _tested(sample: Sample, text: str) -> hypotheses.Test:
    kind, colon, rest = text.partition(":")
    names = [name.strip() for name in rest.split(",")]
    if not colon or len(names) != 2 or not all(names):
        raise SurveyError(f"write a test as chisq:A,B, t:Y,GROUP or rank:Y,GROUP, not as '{text}'")
    first, second = names
    match kind.strip():
        case "chisq":
            return hypotheses.association(sample, first, second)
        case "t":
            return hypotheses.t_test(sample, first, second)
        case "rank":
            return hypotheses.rank_test(sample, first, second)
    raise SurveyError(f"there is no test {kind.strip()}; there are chisq, t and rank")


def write(table: pl.DataFrame, output: Path) -> None:
    """The results in the kind of file that the ending names, whole or not at all."""
    writer = writer_for(output)
    with all_or_nothing(output) as hidden:
        writer(table.lazy(), hidden)


# -- known totals

_COUNTS = ("total", "count", "freq", "n", "population")


def _known(path: Path) -> tuple[pl.DataFrame, str]:
    """A table of known totals and the heading of its numbers."""
    table = open_table(path).frame.collect()
    own = [name for name in table.columns if name.lower() in _COUNTS]
    if len(own) != 1:
        raise BadTableError(
            f"{path.name} needs one column with the known totals, headed `total`; it has: "
            f"{', '.join(table.columns)}"
        )
    return table, own[0]


def _cells(path: Path, by: Sequence[str]) -> dict[tuple[str, ...], float]:
    table, counts = _known(path)
    headings = list(by)
    missing = [name for name in by if name not in table.columns]
    if missing and len(by) == 1 and "category" in table.columns:
        headings, missing = ["category"], []
    if missing:
        raise BadTableError(
            f"{path.name} has no column {missing[0]}, by which its totals are known"
        )
    found: dict[tuple[str, ...], float] = {}
    for number, row in enumerate(table.iter_rows(named=True), 2):
        cell = tuple(str(row[name] or "").strip() for name in headings)
        if cell in found:
            raise BadTableError(f"{path.name}, line {number}: this cell stands there twice")
        found[cell] = _amount(row[counts], path, number)
    return found


def _totals(path: Path) -> list[Total]:
    """Totals from a table with the columns variable, category and total."""
    table, counts = _known(path)
    if "variable" not in table.columns:
        raise BadTableError(
            f"{path.name} has no column variable; it needs variable, category, total"
        )
    found, met = [], set()
    for number, row in enumerate(table.iter_rows(named=True), 2):
        variable = str(row["variable"] or "").strip()
        category = str(row.get("category") or "").strip()
        if (variable, category) in met:
            raise BadTableError(f"{path.name}, line {number}: this total stands there twice")
        met.add((variable, category))
        if variable.lower() in ("(population)", "(intercept)", "population"):
            variable = weighting.POPULATION
        found.append(Total(variable, category, _amount(row[counts], path, number)))
    return found


def _amount(cell: object, path: Path, number: int) -> float:
    try:
        value = float(str(cell))
    except ValueError:
        value = float("nan")
    if not math.isfinite(value):
        raise BadTableError(f"{path.name}, line {number}: the total is no number")
    return value
