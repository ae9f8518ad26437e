"""Quantiles of weighted numbers, with Woodruff's interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import polars as pl

from sojourn.survey.estimates import Estimates, Line
from sojourn.survey.intervals import Interval, limits, quantile
from sojourn.survey.means import Names, named
from sojourn.survey.problems import SurveyError
from sojourn.survey.ratios import Ratio, estimate
from sojourn.survey.sample import Sample
from sojourn.survey.sums import Groups
from sojourn.survey.units import Floats


class Rule(StrEnum):
    """Which number is the quantile (Hyndman and Fan 1996, with weights).

    With W_k the sum of the weights of the k smallest numbers, w_k the weight of the k-th, N = W_n:
    `hf1` is the smallest number with W_k >= p N; `hf2` is the mean of it and the next where
    W_k = p N; `hf3` takes, where W_k = p N, the number itself if k is even among the numbers that
    differ, else the next. The others lie on the line through (p_k, y_k), and are the smallest or
    the largest number outside: `hf4` p_k = W_k / N; `hf5` (W_k - w_k / 2) / N; `hf6`
    W_k / (N + w_n); `hf7` W_{k-1} / W_{n-1}; `hf8` (W_{k-1} + 2 w_k / 3) / (N + w_n / 3); `hf9`
    (W_k - 3 w_k / 8) / (N + w_n / 4). Equal numbers stay apart there, in the order of rows.
    """

    HF1 = "hf1"
    HF2 = "hf2"
    HF3 = "hf3"
    HF4 = "hf4"
    HF5 = "hf5"
    HF6 = "hf6"
    HF7 = "hf7"
    HF8 = "hf8"
    HF9 = "hf9"


_EQUAL = 1e-11
"""Sums of weights that differ by less than this share of all are equal: the scale of weights must
not decide a tie."""

_KINDS = (Interval.MEAN, Interval.XLOGIT, Interval.LOGIT, Interval.BETA, Interval.ASIN)


def quantiles(
    sample: Sample,
    wanted: Sequence[tuple[str, float]],
    by: Names = (),
    *,
    rule: Rule = Rule.HF1,
    interval: Interval = Interval.MEAN,
    level: float = 0.95,
    df: str = "design",
) -> Estimates:
    """Quantiles of variables in each domain; `wanted` are pairs of a variable and a share p.

    The interval is Woodruff's (1952): with F the share of the population at most as large as the
    quantile q, the limits of F (by `interval`, at the degrees of freedom `df`) are turned back by
    the same rule. The standard error is their distance over twice the quantile of t. A limit of F
    beyond 0 or 1 gives none. SurveyError for a p that is not between 0 and 1.
    """
    if interval not in _KINDS:
        names = ", ".join(_KINDS)
        raise SurveyError(f"the interval {interval} is not for quantiles; choose {names}")
    groups = sample.groups(named(by))
    found = [_of_one(sample, groups, name, p, (rule, interval, level, df)) for name, p in wanted]
    lines = [line for each in zip(*found, strict=True) for line in each]
    return Estimates(groups.by, tuple(lines))


def _of_one(
    sample: Sample,
    groups: Groups,
    name: str,
    p: float,
    how: tuple[Rule, Interval, float, str],
) -> list[Line]:
    if not 0 < p < 1:
        raise SurveyError(f"a quantile is for a share between 0 and 1, not for {p:g}")
    rule, interval, level, df = how
    y = sample.number(name)
    rows = sample.only(y.is_not_null()).each({"y": y}, groups)
    each = [rows.of(rows.group == at) for at in range(groups.count)]
    values = [
        quantile_of(part.values[:, 0], part.weight, p, rule) if len(part.weight) else None
        for part in each
    ]
    below = (y <= sample.by_domain(groups, values)).cast(pl.Float64)
    share = Ratio("quantile", name, f"{p:g}", below, y.is_not_null(), name, is_share=True)
    lines = []
    for part, value, line in zip(
        each, values, estimate(sample, [share], groups.by).lines, strict=True
    ):
        ends: tuple[float | None, float | None] = (None, None)
        freedom = line.freedom(df)
        if value is not None and line.se is not None and freedom is not None:
            assert line.estimate is not None  # noqa: S101 - what has an error is there
            told = limits(interval, line.estimate, line.se, freedom, level=level, n=line.n)
            ends = tuple(
                None
                if end is None or not 0 <= end <= 1
                else quantile_of(part.values[:, 0], part.weight, end, rule)
                for end in told
            )  # type: ignore[assignment]  # two come from two
        low, high = ends
        se = None
        if low is not None and high is not None and freedom is not None:
            se = (high - low) / (2 * quantile(level, freedom))
        lines.append(
            replace(line, estimate=value, se=se, deff=None, limits=(low, high), share=False)
        )
    return lines


def quantile_of(y: Floats, weight: Floats, p: float, rule: Rule) -> float:
    """The quantile of numbers with weights above 0; see `Rule`. `p` may be 0 or 1 here."""
    order = np.argsort(y, kind="stable")
    return float(_RULES[rule](y[order], weight[order], p))


def _smallest(y: Floats, w: Floats, p: float) -> float:
    return float(y[_place(np.cumsum(w), p)[0]])


def _halfway(y: Floats, w: Floats, p: float) -> float:
    at, is_equal = _place(np.cumsum(w), p)
    after = min(at + 1, len(y) - 1)
    return float((y[at] + y[after]) / 2) if is_equal else float(y[at])


def _even(y: Floats, w: Floats, p: float) -> float:
    distinct, of = np.unique(y, return_inverse=True)
    at, is_equal = _place(np.cumsum(np.bincount(of, w)), p)
    if is_equal and (at + 1) % 2:
        at = min(at + 1, len(distinct) - 1)
    return float(distinct[at])


def _place(sums: Floats, p: float) -> tuple[int, bool]:
    """The first place where the sum of weights reaches p of all, and whether it is just that."""
    near = p * sums[-1], _EQUAL * sums[-1]
    at = int(np.searchsorted(sums, near[0] - near[1], side="left"))
    at = min(at, len(sums) - 1)
    return at, bool(abs(sums[at] - near[0]) <= near[1])


def _on_a_line(
    points: Callable[[Floats, Floats], Floats],
) -> Callable[[Floats, Floats, float], float]:
    def value(y: Floats, w: Floats, p: float) -> float:
        if len(y) == 1:
            return float(y[0])
        return float(np.interp(p, points(np.cumsum(w), w), y))

    return value


_RULES: Mapping[Rule, Callable[[Floats, Floats, float], float]] = MappingProxyType(
    {
        Rule.HF1: _smallest,
        Rule.HF2: _halfway,
        Rule.HF3: _even,
        Rule.HF4: _on_a_line(lambda s, _w: s / s[-1]),
        Rule.HF5: _on_a_line(lambda s, w: (s - w / 2) / s[-1]),
        Rule.HF6: _on_a_line(lambda s, w: s / (s[-1] + w[-1])),
        Rule.HF7: _on_a_line(lambda s, w: (s - w) / s[-2]),
        Rule.HF8: _on_a_line(lambda s, w: (s - w / 3) / (s[-1] + w[-1] / 3)),
        Rule.HF9: _on_a_line(lambda s, w: (s - 3 * w / 8) / (s[-1] + w[-1] / 4)),
    }
)
