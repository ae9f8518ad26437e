"""Deprivation by the method of Alkire and Foster (2011), exactly, with errors from the design.

With indicator weights a_j as whole numbers over a common denominator A, a unit has c = sum of
a_j g_j, and is poor if c q >= p A for the cut-off p / q. No floating point decides who is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import polars as pl

from sojourn.survey.estimates import Estimates
from sojourn.survey.means import Names, named
from sojourn.survey.problems import SurveyError
from sojourn.survey.ratios import Ratio, estimate
from sojourn.survey.sample import Sample


@dataclass(frozen=True)
class Indicator:
    """One deprivation: its name and dimension, its exact weight, and whether a unit is deprived
    (null where that is not known)."""

    name: str
    dimension: str
    weight: Fraction
    deprived: pl.Expr


def alkire_foster(
    sample: Sample,
    name: str,
    indicators: Sequence[Indicator],
    cut_off: Fraction,
    by: Names = (),
    known: pl.Expr | None = None,
) -> Estimates:
    """The headcount H, the intensity A, M0 = H x A, and of each indicator the share of units that
    are deprived in it (uncensored), that are poor and deprived in it (censored), and what it and
    its dimension contribute to M0.

    Units of which an indicator is not known are left out and counted in the flags; `known` says
    otherwise which units count, and then what is not known of them is no deprivation. SurveyError
    for weights that do not add up to 1 and a cut-off that is not above 0 and at most 1.
    """
    if sum(each.weight for each in indicators) != 1:
        raise SurveyError(f"{name}: the weights of the indicators do not add up to 1")
    if not 0 < cut_off <= 1:
        raise SurveyError(f"{name}: the cut-off lies above 0 and is at most 1")
    scale = lcm(*(each.weight.denominator for each in indicators))
    wholes = [int(each.weight * scale) for each in indicators]
    everything = pl.all_horizontal([each.deprived.is_not_null() for each in indicators])
    valid = everything if known is None else known
    deprived = [each.deprived.fill_null(value=False).cast(pl.Int64) for each in indicators]
    count = pl.sum_horizontal([a * g for a, g in zip(wholes, deprived, strict=True)])
    poor = count * cut_off.denominator >= cut_off.numerator * scale
    censored = count * poor.cast(pl.Int64)

    def share(statistic: str, category: str, top: pl.Expr) -> Ratio:
        top = top.cast(pl.Float64)
        return Ratio(statistic, name, category, top, valid, "units", is_share=True)

    def over(statistic: str, category: str, top: pl.Expr, bottom: pl.Expr, base: str) -> Ratio:
        top, bottom = top.cast(pl.Float64), bottom.cast(pl.Float64)
        return Ratio(statistic, name, category, top, valid, base, bottom=bottom)

    ratios = [
        share("headcount", "H", poor),
        over("intensity", "A", censored, poor.cast(pl.Int64) * scale, "poor"),
        over("m0", "M0", censored, pl.lit(scale), "all"),
    ]
    for each, g in zip(indicators, deprived, strict=True):
        ratios.append(share("uncensored_headcount", each.name, g))
        ratios.append(share("censored_headcount", each.name, g * poor.cast(pl.Int64)))
    parts: dict[str, list[pl.Expr]] = {}
    for each, a, g in zip(indicators, wholes, deprived, strict=True):
        part = a * g * poor.cast(pl.Int64)
        ratios.append(over("contribution", each.name, part, censored, "censored"))
        parts.setdefault(each.dimension, []).append(part)
    for dimension, found in parts.items():
        if dimension:
            top = pl.sum_horizontal(found)
            ratios.append(over("contribution", dimension, top, censored, "censored"))
    return estimate(sample, ratios, named(by))
