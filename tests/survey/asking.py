"""Cases of another program, asked of ours: `reference/README.md` says what is in a case."""

from __future__ import annotations

import csv
import fnmatch
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sojourn.standards.tables import open_table
from sojourn.survey import hypotheses, means, quantile, weighting
from sojourn.survey.conditions import condition
from sojourn.survey.design import Center, Design, Lonely, Replicates, ReplicateType
from sojourn.survey.estimates import Estimates, Line
from sojourn.survey.intervals import Interval, limits
from sojourn.survey.quantile import Rule
from sojourn.survey.regression import Family, regress
from sojourn.survey.sample import Sample
from sojourn.survey.weighting import Distance, Total

HERE = Path(__file__).parent / "reference"
Case = dict[str, Any]


@cache
def cases() -> list[Case]:
    return [
        {**case, "id": f"{file.stem}: {case['name']}"}
        for file in sorted((HERE / "cases").glob("*.json"))
        for case in json.loads(file.read_text())
    ]


@cache
def _table(name: str) -> pl.LazyFrame:
    return open_table(HERE / "data" / name).frame.collect().lazy()


def sample_of(case: Case) -> Sample:
    return _sample(case["data"], json.dumps(case["design"]), json.dumps(case["weights"]))


@cache
def _sample(data: str, design_text: str, weights: str) -> Sample:
    frame, told = _table(data), json.loads(design_text)
    design = Design(
        weights=told["weights"],
        strata=told["strata"],
        psu=tuple(told["psu"]),
        fpc=tuple(told["fpc"]),
        lonely=Lonely(told["lonely"]),
        pps=told["pps"] == "brewer",
        lonely_in_domains=told["lonely_in_domains"] and told["lonely"] in ("adjust", "average"),
        replicates=_replicates(told["replicates"], frame),
    )
    return _fitted(Sample.of(frame, design), json.loads(weights) or {})


def _replicates(told: Mapping[str, Any] | None, frame: pl.LazyFrame) -> Replicates | None:
    if told is None:
        return None
    names = frame.collect_schema().names()
    return Replicates(
        tuple(name for name in names if fnmatch.fnmatchcase(name, told["pattern"])),
        ReplicateType(told["type"]),
        scale=told["scale"],
        rscales=tuple(told["rscales"]) if told["rscales"] else None,
        center=Center(told["center"]),
        rho=told["rho"],
        factors=told["factors"],
    )


def _fitted(sample: Sample, told: Mapping[str, Any]) -> Sample:
    if "poststratify" in told:
        by = told["poststratify"]["by"]
        totals = {
            tuple(row[name] for name in by): float(row["total"])
            for row in _rows(told["poststratify"]["totals"])
        }
        return weighting.poststratify(sample, by, totals)[0]
    if "rake" in told:
        return weighting.rake(sample, _totals(told["rake"]))[0]
    if "calibrate" in told:
        bounds = tuple(told["bounds"]) if told["bounds"] else None
        totals_ = _totals(told["calibrate"])
        return weighting.calibrate(sample, totals_, Distance(told["function"]), bounds)[0]
    if "trim" in told:
        return weighting.trim(sample, *told["trim"])
    return sample


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / "data" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def _totals(name: str) -> list[Total]:
    return [Total(r["variable"], r["category"], float(r["total"])) for r in _rows(name)]


def asked(case: Case) -> list[Mapping[str, Any]]:
    """Our answer, as rows like those of the case."""
    ask = case["ask"]
    sample = sample_of(case)
    if ask.get("where"):
        sample = sample.only(condition(sample, _condition(ask["where"])))
    found = _ANSWERS[ask["statistic"]](sample, ask)
    return found if isinstance(found, list) else _told(found, ask)


def _condition(where: Mapping[str, Any]) -> str:
    sign = {"==": "="}.get(where["op"], where["op"])
    value = where["value"]
    return f"${{{where['column']}}} {sign} " + (
        f"'{value}'" if isinstance(value, str) else str(value)
    )


def _told(found: Estimates, ask: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    level, which = ask.get("level", 0.95), ask.get("df", "design")
    return [_row(line, found.by, which, level) for line in found.lines]


def _row(
    line: Line,
    by: tuple[str, ...],
    which: str,
    level: float,
    how: Interval = Interval.MEAN,
) -> Mapping[str, Any]:
    df = line.freedom(which)
    low, high = line.limits or (None, None)
    if line.limits is None and line.estimate is not None and line.se is not None and df is not None:
        low, high = limits(how, line.estimate, line.se, df, level=level, n=line.n)
    return {
        "variable": line.variable,
        "category": line.category,
        "by": dict(zip(by, line.domain, strict=True)) or None,
        "estimate": line.estimate,
        "se": line.se,
        "deff": line.deff,
        "df": df,
        "ci_low": low,
        "ci_high": high,
        "n": line.n,
    }


def _mean(sample: Sample, ask: Mapping[str, Any]) -> Estimates:
    return means.mean(sample, ask["variables"], ask.get("by") or ())


def _total(sample: Sample, ask: Mapping[str, Any]) -> Estimates:
    return means.total(sample, ask["variables"], ask.get("by") or ())


def _proportion(sample: Sample, ask: Mapping[str, Any]) -> Estimates:
    return means.proportion(sample, ask["variables"], ask.get("by") or ())


def _ratio(sample: Sample, ask: Mapping[str, Any]) -> Estimates:
    return means.ratio(sample, "/".join(ask["variables"]), ask.get("by") or ())


def _variance(sample: Sample, ask: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    names = ask["variables"]
    pairs = [(a, b) for at, a in enumerate(names) for b in names[at:]]
    rows: list[Mapping[str, Any]] = []
    for a, b in pairs:
        # R leaves rows out in which any of the variables is missing.
        known = sample.only(
            pl.all_horizontal([sample.number(name).is_not_null() for name in names])
        )
        found = means.covariance(known, [(a, b)], ask.get("by") or ())
        category = b if len(names) > 1 else ""
        rows += [{**row, "variable": a, "category": category} for row in _told(found, ask)]
    return rows


def _correlation(sample: Sample, ask: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    a, b = ask["variables"]
    found = means.correlation(sample, [(a, b)], ask.get("by") or ())
    return [{**row, "variable": a, "category": b} for row in _told(found, ask)]


def _contrast(sample: Sample, ask: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    (by,) = ask["by"]
    found = _ANSWERS[ask["of"]](sample, {**ask, "by": [by]})
    rows: list[Mapping[str, Any]] = []
    for weights in ask["contrasts"]:
        vector = np.array([[weights.get(line.domain[0], 0.0) for line in found.lines]])
        combined = found.combined(vector, [found.lines[0]])
        rows += [{**row, "by": None} for row in _told(combined, ask)]
    return rows


def _ciprop(sample: Sample, ask: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    (name,) = ask["variables"]
    found = means.proportion(sample, name, ask.get("by") or ())
    lines = [line for line in found.lines if line.category == str(ask["category"])]
    how, which = Interval(ask["method"]), ask.get("df", "design")
    return [_row(line, found.by, which, ask.get("level", 0.95), how) for line in lines]


def _quantile(sample: Sample, ask: Mapping[str, Any]) -> Estimates:
    return quantile.quantiles(
        sample,
        [(name, p) for name in ask["variables"] for p in ask["probs"]],
        ask.get("by") or (),
        rule=Rule(ask.get("rule", "hf1")),
        interval=Interval(ask.get("interval", "mean")),
        level=ask.get("level", 0.95),
        df=ask.get("df", "design"),
    )


def _regress(sample: Sample, ask: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = regress(sample, ask["formula"], Family(ask["family"]), ask.get("by") or ())
    which = "domain"  # R counts the rows that are looked at
    return [_row(line, found.by, which, ask.get("level", 0.95)) for line in found.lines]


def _tested(test: hypotheses.Test) -> list[Mapping[str, Any]]:
    own = test.estimate
    return [
        {
            "estimate": None if own is None else own.estimate,
            "se": None if own is None else own.se,
            "df": test.first_df,
            "denominator_df": test.second_df,
            "statistic": test.statistic,
            "p": test.p,
        }
    ]


_CORRECTIONS = {
    "F": hypotheses.Correction.F,
    "Chisq": hypotheses.Correction.CHISQ,
    "Wald": hypotheses.Correction.WALD,
    "adjWald": hypotheses.Correction.ADJUSTED_WALD,
}
_SCORES = {
    "wilcoxon": hypotheses.Scores.WILCOXON,
    "KruskalWallis": hypotheses.Scores.WILCOXON,
    "vanderWaerden": hypotheses.Scores.VAN_DER_WAERDEN,
    "median": hypotheses.Scores.MEDIAN,
}


def _chisq(sample: Sample, ask: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    a, b = ask["variables"]
    return _tested(hypotheses.association(sample, a, b, _CORRECTIONS[ask.get("method", "F")]))


def _ttest(sample: Sample, ask: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    y, group = ask["variables"]
    return _tested(hypotheses.t_test(sample, y, group))


def _ranktest(sample: Sample, ask: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    y, group = ask["variables"]
    return _tested(hypotheses.rank_test(sample, y, group, _SCORES[ask.get("method", "wilcoxon")]))


_ANSWERS: Mapping[str, Any] = {
    "mean": _mean,
    "total": _total,
    "proportion": _proportion,
    "ratio": _ratio,
    "variance": _variance,
    "correlation": _correlation,
    "contrast": _contrast,
    "ciprop": _ciprop,
    "quantile": _quantile,
    "regress": _regress,
    "chisq": _chisq,
    "ttest": _ttest,
    "ranktest": _ranktest,
}
