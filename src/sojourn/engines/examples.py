"""Run a framework's own examples: the people who show, with answers, what must come out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sojourn.engines import record
from sojourn.framework.findings import FactorFinding, MeasureFinding, State
from sojourn.framework.model import Example, Framework
from sojourn.language.answers import AnswerError, read_answers

_NUMBER = re.compile(
    r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40}|[0-9]{1,40}/0*[1-9][0-9]{0,39})"
)
_SUGGESTED = {"yes": True, "no": False, "unknown": None}


@dataclass(frozen=True)
class Failure:
    """An expectation of an example that does not hold: of which kind, about what, and why."""

    example: str
    kind: str
    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.example}: {self.message}"


def failures(framework: Framework) -> list[Failure]:
    """One for each expectation that does not hold; empty when all examples pass."""
    return [
        Failure(example.name, kind, name, message)
        for example in framework.examples
        for kind, name, message in _failures_of(framework, example)
    ]


def _failures_of(framework: Framework, example: Example) -> Iterator[tuple[str, str, str]]:
    try:
        answers = read_answers(framework, example.answers, example.rosters, example.within)
    except AnswerError as error:
        yield "answer", "", f"an answer cannot be read: {error}"
        return
    broken = record.broken_constraints(framework, answers)
    for name in broken:
        yield "answer", name, f"the answer to `{name}` breaks the form's own constraint"
    if broken:
        return
    findings = record.assess(framework, answers)
    for name, expected in example.factors.items():
        got = _factor_word(findings.factor(name), expected)
        if got != expected:
            yield "factor", name, f"factor `{name}` should be {expected}, but is {got}"
    for name, expected in example.responses.items():
        suggested = findings.response(name).suggested
        if expected not in _SUGGESTED or suggested is not _SUGGESTED[expected]:
            word = {True: "yes", False: "no", None: "unknown"}[suggested]
            yield "response", name, f"response `{name}` should be {expected}, but is {word}"
    for name, expected in example.measures.items():
        measure = findings.measure(name)
        if not _matches(measure, expected):
            got = "unknown" if measure.value is None else f"{measure.value} ({measure.class_name})"
            yield "measure", name, f"measure `{name}` should be {expected}, but is {got}"


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
