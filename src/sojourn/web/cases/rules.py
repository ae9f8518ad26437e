"""Plain questions about cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sojourn.framework import DataClass, Findings, Framework, Stage
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
