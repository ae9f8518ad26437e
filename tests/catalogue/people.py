"""Invented people for the tests of shipped frameworks: what comes out for some answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sojourn import catalogue
from sojourn.engines import record
from sojourn.framework.findings import Findings
from sojourn.framework.model import DataClass, Framework
from sojourn.language.answers import read_answers

Answers = Mapping[str, str]

_NAMED = re.compile(r"\$\{(\w+)\}")
_RULES = ("rule", "when", "weight", "urgent")


def found(framework_id: str, answers: Answers) -> Findings:
    framework = catalogue.load(framework_id)
    return record.assess(framework, read_answers(framework, answers, {}))


def answers_of(framework_id: str, example: str) -> dict[str, str]:
    examples = {one.name: one for one in catalogue.load(framework_id).examples}
    return dict(examples[example].answers)


def level(findings: Findings, measure: str) -> str:
    """A measure's class, or `unknown`."""
    got = findings.measure(measure)
    return "unknown" if got.value is None else str(got.class_name)


def suggested(findings: Findings) -> set[str]:
    return {one.name for one in findings.responses if one.suggested}


def depends_on(framework: Framework) -> dict[str, set[str]]:
    """For every factor, response and measure: all names it looks at, directly or through others."""
    direct: dict[str, set[str]] = {}
    for sheet in ("factors", "responses", "measures"):
        for row in framework.sheets[sheet]:
            used = {name for column in _RULES for name in _NAMED.findall(row.get(column, ""))}
            direct[row["name"]] = used | set(row.get("components", "").split())
    for row in framework.sheets.get("decisions", ()):
        direct[row["measure"]] |= set(_NAMED.findall(row["when"]))
    return {name: set(_reached(name, direct)) for name in direct}


def _reached(name: str, direct: Mapping[str, set[str]]) -> Iterator[str]:
    waiting, seen = list(direct[name]), set[str]()
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            yield at
            waiting += direct.get(at, ())


def kept_apart(framework: Framework) -> set[str]:
    """Questions and factors that only those cleared for protection needs may see."""
    apart = DataClass.STATUS_PROTECTION
    questions = {one.name for one in framework.questions if one.data_class is apart}
    return questions | {one.name for one in framework.factors if one.data_class is apart}


def seen_by_others(framework: Framework) -> list[str]:
    """Factors, responses and measures that need no such clearance."""
    apart = DataClass.STATUS_PROTECTION
    factors = [one.name for one in framework.factors if one.data_class is not apart]
    responses = [one.name for one in framework.responses if one.data_class is not apart]
    return [*factors, *responses, *(one.name for one in framework.measures)]


def output_labels(framework: Framework) -> Iterator[str]:
    """What stands in results, in all languages."""
    for factor in framework.factors:
        yield from factor.label.by_language.values()
    for response in framework.responses:
        yield from response.label.by_language.values()
    for measure in framework.measures:
        yield from measure.label.by_language.values()
        for one in measure.classes:
            yield from one.label.by_language.values()


NAMES_FOR_PEOPLE = re.compile(
    r"\bvictims?\b|\bvulnerable|\btrafficked\b|\bdisabled\b|\bslaves?\b|\billegals?\b|\bdetainee|"
    r"\bvictimes?\b|\besclaves\b|\bhandicapé|\bclandestin|\bapatrides?\b|"
    r"\bvíctimas?\b|\besclav[oa]s?\b|\bdiscapacitad|\bapátridas?\b|"
    r"ضحية|ضحايا|معاق|عديم الجنسية"
)
"""Words that would say what somebody is, in four languages."""
