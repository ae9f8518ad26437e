"""Estimates with what is known of their error, as values and as tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from sojourn.survey.intervals import NO_LIMITS, Interval, Limits, limits
from sojourn.survey.problems import SurveyError
from sojourn.survey.spread import Map, Spread
from sojourn.survey.units import Floats

NO_ERROR = "no_design_error"
"""The flag of an estimate from rows that were not drawn by chance."""


@dataclass(frozen=True)
class Line:
    """One estimate. `se` is None where no error can be counted; `estimate` None where there is
    nothing to estimate it from.

    `design_df` and `domain_df` are the degrees of freedom of the whole design, and of the units
    that have members of the domain. `n` counts the rows it is made from. `limits` are those of a
    statistic with an interval of its own, such as a quantile. `share` says that it lies between 0
    and 1.
    """

    statistic: str
    variable: str
    category: str
    domain: tuple[str, ...]
    estimate: float | None
    se: float | None
    design_df: float | None
    domain_df: float | None
    n: int
    deff: float | None = None
    flags: tuple[str, ...] = ()
    limits: Limits | None = None
    share: bool = False

    def freedom(self, which: str) -> float | None:
        """The degrees of freedom by the convention: design, domain or inf."""
        if self.se is None:
            return None
        return {"design": self.design_df, "domain": self.domain_df, "inf": float("inf")}[which]


@dataclass(frozen=True)
class Estimates:
    """Estimates of one kind, in the order of domains; the same columns in each of them.

    `by` are the columns that part the domains. `spread` knows their covariances; it is None where
    there is no error.
    """

    by: tuple[str, ...]
    lines: tuple[Line, ...]
    spread: Spread | None = None

    def covariance(self) -> Floats:
        """The covariances of the lines (lines x lines); units that domains share are counted.

        SurveyError where there is no error.
        """
        if self.spread is None:
            raise SurveyError("these estimates have no covariances")
        return self.spread.covariance()

    def values(self) -> Floats:
        """The estimates; not a number where there is none."""
        return np.array([np.nan if each.estimate is None else each.estimate for each in self.lines])

    def contrast(self, wanted: str) -> Estimates:
        """The difference of domains, such as `area=north minus area=south`, for each variable.

        A side may name several columns: `area=north, sex=f minus area=south, sex=f`. Where a side
        names fewer columns than the estimates are parted by, each combination of the others is
        compared with itself. SurveyError where a side names what is not there.
        """
        left, right = (_side(text) for text in _two_sides(wanted))
        unknown = sorted((left.keys() | right.keys()) - set(self.by))
        if unknown:
            raise SurveyError(
                f"the comparison names {', '.join(unknown)}, by which nothing was parted; there "
                f"are: {', '.join(self.by) or 'none'}"
            )
        pairs = self._pairs(left, right)
        if not pairs:
            raise SurveyError(f"no two estimates belong to the two sides of '{wanted}'")
        weights = np.zeros((len(pairs), len(self.lines)))
        for at, (one, other) in enumerate(pairs):
            weights[at, one], weights[at, other] = 1.0, -1.0
        return self.combined(weights, [self._compared(*pair) for pair in pairs])

    def combined(self, weights: Floats, lines: Sequence[Line]) -> Estimates:
        """Sums of estimates times `weights` (new lines x lines), with the error that follows from
        all covariances. `lines` name the new ones; their numbers are replaced."""
        values, touched = self.values(), weights != 0
        sums = [w[t] @ values[t] for w, t in zip(weights, touched, strict=True)]
        known = [all(self.lines[i].se is not None for i in np.flatnonzero(t)) for t in touched]
        variance = np.full(len(lines), np.nan)
        if self.spread is not None:
            variance = np.diagonal(weights @ np.nan_to_num(self.covariance()) @ weights.T)
        found = [
            numbered(line, float(value), float(spread) if is_known else None)
            for line, value, spread, is_known in zip(lines, sums, variance, known, strict=True)
        ]
        return Estimates(self.by, tuple(found))

    def mapped(self, function: Map, gradients: Floats, lines: Sequence[Line]) -> Estimates:
        """Functions of the estimates of each domain; see `Spread.mapped`. `lines` name the new
        ones; their numbers are replaced."""
        values = self.values().reshape(len(gradients), -1)
        found = function(values)
        spread = None if self.spread is None else self.spread.mapped(values, function, gradients)
        variance = np.full(found.shape, np.nan) if spread is None else spread.variances()
        told = [
            numbered(line, float(value), None if np.isnan(error) else float(error))
            for line, value, error in zip(lines, found.ravel(), variance.ravel(), strict=True)
        ]
        return Estimates(self.by, tuple(told), spread)

    def _pairs(self, left: dict[str, str], right: dict[str, str]) -> list[tuple[int, int]]:
        free = [at for at, name in enumerate(self.by) if name not in left.keys() | right.keys()]

        def of(side: dict[str, str]) -> dict[tuple[object, ...], int]:
            return {
                (line.statistic, line.variable, line.category, *(line.domain[at] for at in free)): i
                for i, line in enumerate(self.lines)
                if all(line.domain[self.by.index(name)] == value for name, value in side.items())
            }

        others = of(right)
        return [(one, others[key]) for key, one in of(left).items() if key in others]

    def _compared(self, one: int, other: int) -> Line:
        a, b = self.lines[one], self.lines[other]
        domain = tuple(
            x if x == y else f"{x} minus {y}" for x, y in zip(a.domain, b.domain, strict=True)
        )
        freedom = [each.domain_df for each in (a, b) if each.domain_df is not None]
        return replace(
            a,
            domain=domain,
            n=a.n + b.n,
            flags=tuple(dict.fromkeys((*a.flags, *b.flags))),
            domain_df=min(freedom) if len(freedom) == 2 else None,
        )

    def frame(
        self, *, interval: Interval | None = None, level: float = 0.95, df: str = "design"
    ) -> pl.DataFrame:
        """A table with one row for each estimate.

        Columns: statistic, variable, category, those of `by`, estimate, se, ci_low, ci_high, df,
        deff, n, flags. `interval` counts for shares, which have `logit` where it is not named; all
        else has `mean`. `df` is design, domain or inf. A cell is empty where there is nothing to
        tell; `flags` say why.
        """
        schema: dict[str, pl.DataType | type[pl.DataType]] = {
            **dict.fromkeys(("statistic", "variable", "category", *self.by), pl.String),
            **dict.fromkeys(("estimate", "se", "ci_low", "ci_high", "df", "deff"), pl.Float64),
            "n": pl.Int64,
            "flags": pl.String,
        }
        rows = [_row(line, interval, level, df) for line in self.lines]
        return pl.DataFrame(rows, schema=schema, orient="row")


def numbered(line: Line, value: float, variance: float | None) -> Line:
    """A line with other numbers: what was known of the former ones is gone."""
    is_there = not np.isnan(value)
    has_error = is_there and variance is not None
    return replace(
        line,
        estimate=value if is_there else None,
        se=float(np.sqrt(max(variance or 0.0, 0.0))) if has_error else None,
        deff=None,
        limits=None,
        share=False,
    )


def together(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Tables of estimates one below the other; a column that one lacks is empty there."""
    ends = ["estimate", "se", "ci_low", "ci_high", "df", "deff", "n", "flags"]
    found = pl.concat(parts, how="diagonal")
    return found.select(*(name for name in found.columns if name not in ends), *ends)


def _row(line: Line, interval: Interval | None, level: float, which: str) -> tuple[object, ...]:
    freedom, flags = line.freedom(which), list(line.flags)
    low, high = line.limits or NO_LIMITS
    if line.estimate is not None and line.se is not None and freedom is not None:
        if freedom <= 0:
            flags.append("no_degrees_of_freedom")
        if line.limits is None:
            how = (interval or Interval.LOGIT) if line.share else Interval.MEAN
            low, high = limits(how, line.estimate, line.se, freedom, level=level, n=line.n)
    return (
        *(line.statistic, line.variable, line.category or None, *line.domain),
        *(line.estimate, line.se, low, high, freedom, line.deff, line.n),
        "; ".join(flags) or None,
    )


def _two_sides(wanted: str) -> tuple[str, str]:
    sides = re.split(r"\s+minus\s+", wanted.strip())
    if len(sides) != 2:
        raise SurveyError(f"write a comparison as 'A=x minus A=y', not as '{wanted}'")
    return sides[0], sides[1]


def _side(text: str) -> dict[str, str]:
    found = {}
    for part in text.split(","):
        name, sign, value = part.partition("=")
        if not sign or not name.strip():
            raise SurveyError(f"write each side of a comparison as COLUMN=VALUE, not as '{text}'")
        found[name.strip()] = value.strip()
    return found
