"""Equal to R's `survey` package, case by case; what differs by choice is listed with its reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sojourn.survey.problems import SurveyError
from tests.survey.asking import Case, asked, cases

NEAR = 1e-9
NUMBERS = ("estimate", "se", "deff", "df", "ci_low", "ci_high", "statistic", "p", "n")

NOT_OFFERED: Mapping[str, Callable[[Case], bool]] = {
    "tests by sums of chi-squares": lambda c: c["ask"].get("method") in ("lincom", "saddlepoint"),
    "a mean against zero is its interval": lambda c: (
        c["ask"]["statistic"] == "ttest" and len(c["ask"]["variables"]) < 2
    ),
    "other approximations to unequal probabilities": lambda c: (
        c["design"]["pps"] not in (False, "brewer")
    ),
    "standardised and trimmed factors": lambda c: bool(
        c["weights"] and ("standardize" in c["weights"] or "g_trim" in c["weights"])
    ),
    "the score interval of quantiles": lambda c: c["ask"].get("interval") == "score",
}
"""What R has and we do not."""

OTHERWISE: Mapping[str, Callable[[Case], bool]] = {
    "rake(): residuals from plain means of margins; ours are from the design weights, as in "
    "calibrate()": lambda c: (
        "rake" in (c["weights"] or {}) and c["data"] in ("apistrat.csv", "apiclus2.csv")
    ),
    "weights of zero are raised by trimming, and moved by post-stratifying": lambda c: (
        c["data"] == "small.csv"
        and bool(c["weights"])
        and ("trim" in c["weights"] or "poststratify" in c["weights"])
    ),
    "a quantile below the first weight is the second number": lambda c: (
        c["id"]
        in (
            "quantiles: clus1 by type hf1",
            "quantiles: clus1 by type hf2",
            "quantiles: clus1 by type hf4",
            "quantiles: clus2 asin hf1",
            "quantiles: small hf3",
            "unequal: brewer quantiles",
        )
    ),
    "a correlation is not made anew with each replicate": lambda c: (
        c["ask"]["statistic"] == "correlation" and c["design"]["replicates"] is not None
    ),
    "units of which one alone is averaged at the second stage": lambda c: (
        c["id"] == "lonely: one unit at the second stage, average"
    ),
    "ids of units count within strata unless they are said to be unique": lambda c: (
        c["id"] == "estimates: refused: units of two strata with one id"
    ),
    "weights cut once may be outside again": lambda c: (
        bool(c["weights"])
        and "trim" in c["weights"]
        and not c["weights"].get("strict")
        and c["data"] == "paired.csv"
    ),
    "logit limits of replicates are those of replicates of the logit": lambda c: (
        c["id"] == "replicates: brr ciprop logit"
    ),
    "units whose rows all weigh nothing count as degrees of freedom of a table": lambda c: (
        c["ask"]["statistic"] == "chisq" and c["data"] == "small.csv"
    ),
    "X^2 counts rows in which something is missing": lambda c: (
        c["id"] == "tests: small chisq, missing values and zero weights Chisq"
    ),
    "limits around a share of 0 or 1 by names": lambda c: (
        c["id"].startswith("proportions: ") and ("never" in c["name"] or "always" in c["name"])
    ),
}
"""Where we answer otherwise, and what R does."""


def _is_of(case: Case, reasons: Mapping[str, Callable[[Case], bool]]) -> bool:
    return any(holds(case) for holds in reasons.values())


COMPARED = [c for c in cases() if not _is_of(c, NOT_OFFERED) and not _is_of(c, OTHERWISE)]


def _is_near(ours: float | None, theirs: float, tolerance: float) -> bool:
    if ours is None or math.isnan(ours):
        return False
    return abs(ours - theirs) <= tolerance * max(abs(ours), abs(theirs)) + 1e-13


def _compared(case: Case, row: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """The names of numbers that differ."""
    tolerance = _tolerance(case)
    wrong = []
    for name in (*NUMBERS, "denominator_df"):
        theirs = row.get(name)
        if theirs is None or name not in ours or (name == "deff" and not _deff(case)):
            continue
        if name in ("df", "ci_low", "ci_high") and _has_no_limits(case, row, ours):
            continue
        if name == "se" and theirs < NEAR * abs(row.get("estimate") or 0):
            continue  # zero, up to rounding
        if not _is_near(ours[name], theirs, max(tolerance, 1e-8) if name == "p" else tolerance):
            wrong.append(f"{name}: {ours[name]!r}, in R {theirs!r}")
    return wrong


def _tolerance(case: Case) -> float:
    """R finds limits by likelihood on a spline."""
    if case["ask"].get("method") == "likelihood":
        return 2e-2
    return float(max(case.get("tolerance", NEAR), NEAR))


def _deff(case: Case) -> bool:
    """R's other reference, a sample with replacement, is not offered."""
    return case["ask"].get("deff") is True


def _has_no_limits(case: Case, row: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """We give no limits without width; R counts degrees of freedom of replicates anew in a domain,
    and of beta limits in its own way."""
    replicates = case["design"]["replicates"] is not None
    narrowed = bool(case["ask"].get("by") or case["ask"].get("where"))
    return (
        not ours.get("se")
        or row["ci_low"] == row["ci_high"]
        or (replicates and (narrowed or bool(case["weights"])))
        or (
            ("beta" in (case["ask"].get("method"), case["ask"].get("interval")))
            and bool(case.get("caution"))
        )
    )


@pytest.mark.parametrize("case", COMPARED, ids=lambda case: case["id"])
def test_the_numbers_are_those_of_r(case: Case) -> None:
    if case.get("error"):
        with pytest.raises(SurveyError):
            asked(case)
        return
    ours = asked(case)
    assert len(ours) == len(case["rows"])
    ordered = case["ask"]["statistic"] in ("contrast", "regress", "chisq", "ttest", "ranktest")
    found = {_key(row): row for row in ours}
    for at, row in enumerate(case["rows"]):
        same = ours[at] if ordered else found[_key(row)]
        assert not _compared(case, row, same), row


def _key(row: Mapping[str, Any]) -> tuple[object, ...]:
    by = tuple(sorted((row.get("by") or {}).items()))
    return row.get("variable"), str(row.get("category") or ""), by


@pytest.mark.parametrize("reason", [*NOT_OFFERED, *OTHERWISE])
def test_each_reason_is_needed(reason: str) -> None:
    holds = {**NOT_OFFERED, **OTHERWISE}[reason]
    assert any(holds(case) for case in cases())


def test_nearly_all_of_it_is_compared() -> None:
    assert len(COMPARED) > 1000
