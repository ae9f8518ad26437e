"""Run a framework's own examples: the people who show, with answers, what must come out."""

from __future__ import annotations

import re
from fractions import Fraction

from sojourn.engines import record
from sojourn.framework.findings import FactorFinding, MeasureFinding, State
from sojourn.framework.model import Example, Framework
from sojourn.language.answers import AnswerError, read_answers

_NUMBER = re.compile(
    r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40}|[0-9]{1,40}/0*[1-9][0-9]{0,39})"
)
_SUGGESTED = {"yes": True, "no": False, "unknown": None}


def failures(framework: Framework) -> list[str]:
    """One message for each expectation that does not hold; empty when all examples pass."""
    return [
        f"{example.name}: {message}"
        for example in framework.examples
        for message in _failures_of(framework, example)
    ]


def _failures_of(framework: Framework, example: Example) -> list[str]:
    try:
        answers = read_answers(framework, example.answers, example.rosters)
    except AnswerError as error:
        return [f"an answer cannot be read: {error}"]
    broken = record.broken_constraints(framework, answers)
    if broken:
        return [f"the answer to `{name}` breaks the form's own constraint" for name in broken]
    findings = record.assess(framework, answers)
    messages = []
    for name, expected in example.factors.items():
        got = _factor_word(findings.factor(name), expected)
        if got != expected:
            messages.append(f"factor `{name}` should be {expected}, but is {got}")
    for name, expected in example.responses.items():
        suggested = findings.response(name).suggested
        if expected not in _SUGGESTED or suggested is not _SUGGESTED[expected]:
            word = {True: "yes", False: "no", None: "unknown"}[suggested]
            messages.append(f"response `{name}` should be {expected}, but is {word}")
    for name, expected in example.measures.items():
        measure = findings.measure(name)
        if not _matches(measure, expected):
            got = "unknown" if measure.value is None else f"{measure.value} ({measure.class_name})"
            messages.append(f"measure `{name}` should be {expected}, but is {got}")
    return messages


def _factor_word(finding: FactorFinding, expected: str) -> str:
    """The outcome in the word the example uses: a state, or a direction where it expects one."""
    if expected in tuple(State) or finding.direction is None:
        return finding.state
    return finding.direction


def _matches(measure: MeasureFinding, expected: str) -> bool:
    if expected == "unknown":
        return measure.value is None
    if measure.value is None:
        return False
    if _NUMBER.fullmatch(expected):
        return measure.value == Fraction(expected)
    return measure.class_name == expected
