"""Plain questions about cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta

from sojourn.framework import Answers, DataClass, Factor, Findings, Framework, Measure, Stage
from sojourn.framework.nodes import answers_used, rows_used
from sojourn.web.accounts.roles import EXISTENCE_KNOWN

REVIEW_AFTER = timedelta(days=30)
REVIEW_AFTER_URGENT = timedelta(days=3)
"""When a case is looked at again, unless somebody sets another day."""


def urgent_factors(framework: Framework, findings: Findings) -> list[list[str]]:
    """Names of urgent factors with their data class.

    Signs of a protection need and what is sealed are left out: a list must not betray them.
    """
    return [
        [finding.name, factor.data_class.value]
        for finding in findings.factors
        if finding.urgent and (factor := framework.factor(finding.name)).data_class in _LISTED
    ]


def classes_below(framework: Framework, measure: str) -> frozenset[DataClass]:
    """The data classes of everything that a measure looks at, however far below."""
    return _classes_below(framework.digest, framework, measure)


def without_apart(
    framework: Framework, answers: Answers, classes: Collection[DataClass]
) -> tuple[Answers, frozenset[str]]:
    """The answers of some data classes, and the factors of all others.

    What is found from these alone cannot tell anything of what was left out.
    """
    kept = {q.name for q in framework.questions if q.data_class is None or q.data_class in classes}
    apart = {factor.name for factor in framework.factors if factor.data_class not in classes}
    return (
        Answers(
            {name: value for name, value in answers.values.items() if name in kept},
            {
                roster: tuple({n: v for n, v in row.items() if n in kept} for row in rows)
                for roster, rows in answers.rosters.items()
            },
            answers.within,
        ),
        frozenset(apart),
    )


def visible_urgent(urgent: Iterable[Iterable[str]], classes: Collection[DataClass]) -> list[str]:
    """Which of a case's urgent factors may be shown to somebody cleared for these classes."""
    return [name for name, data_class in urgent if DataClass(data_class) in classes]


def next_review(on: date, *, urgent: bool) -> date:
    """The day by which a case has to be looked at again after an assessment."""
    return on + (REVIEW_AFTER_URGENT if urgent else REVIEW_AFTER)


def stage_of(answer: object) -> str:
    """The stage that was answered, empty for none."""
    return answer if isinstance(answer, str) and answer in set(Stage) else ""


_LISTED = EXISTENCE_KNOWN
_known_below: dict[tuple[str, str], frozenset[DataClass]] = {}


def _classes_below(digest: str, framework: Framework, measure: str) -> frozenset[DataClass]:
    if (digest, measure) not in _known_below:
        _known_below[digest, measure] = frozenset(_look_below(framework, measure))
    return _known_below[digest, measure]


def _look_below(framework: Framework, measure: str) -> Iterator[DataClass]:
    rows: dict[str, Factor | Measure] = {
        **{factor.name: factor for factor in framework.factors},
        **{measure.name: measure for measure in framework.measures},
    }
    waiting, met = [measure], {measure}
    while waiting:
        row = rows[waiting.pop()]
        nodes = (row.rule, row.weight) if isinstance(row, Factor) else (row.node,)
        if isinstance(row, Factor):
            yield row.data_class
        for node in nodes:
            for question in answers_used(node):
                data_class = framework.question(question.name).data_class
                if data_class is not None:
                    yield data_class
            more = [name for name in rows_used(node) if name not in met]
            waiting += more
            met.update(more)
