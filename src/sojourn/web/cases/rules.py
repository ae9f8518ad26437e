"""Plain questions about cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.framework import Answers, DataClass, Factor, Findings, Framework, Measure, Stage
from sojourn.framework.nodes import answers_used, rows_used
from sojourn.web.accounts.roles import EXISTENCE_KNOWN
from sojourn.web.cases.reasons import OTHER, REASONS, CloseReason, Feedback, Outcome
from sojourn.web.cases.states import Act, Phase

REVIEW_AFTER = timedelta(days=30)
REVIEW_AFTER_URGENT = timedelta(days=3)
"""When a case is looked at again, unless somebody sets another day."""


@dataclass(frozen=True)
class How:
    """What an act asks for: a reason of its list, words, and what else belongs to it."""

    reason: str = ""
    words: str = ""
    phase: str = ""
    outcome: str = ""
    feedback: str = ""
    review_on: date | None = None
    duplicate_of: UUID | None = None
    moved_to: str = ""


ASKED: Mapping[Act, tuple[str, ...]] = MappingProxyType(
    {
        Act.TAKE_ON: ("words", "review_on"),
        Act.DECLINE: ("reason", "words"),
        Act.MOVE: ("phase", "words"),
        Act.HOLD: ("reason", "words", "review_on"),
        Act.RESUME: ("words", "review_on"),
        Act.CLOSE: ("reason", "duplicate_of", "moved_to", "outcome", "feedback", "words"),
        Act.REOPEN: ("reason", "words", "review_on"),
    }
)
"""What each act asks for, in the order of its form."""

_CODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "phase": frozenset(Phase.values),
        "outcome": frozenset(Outcome.values),
        "feedback": frozenset(Feedback.values),
    }
)


def needs_words(act: Act) -> bool:
    """Whether an act is explained in words, because no list of reasons goes with it."""
    return act is Act.MOVE


def check_how(act: Act, how: How, *, phase: str, today: date) -> None:
    """Raises ValidationError, by field, where what an act asks for is missing or wrong."""
    wrong = {
        name: problem
        for name in ASKED[act]
        if (problem := _problem(name, act, how, phase=phase, today=today))
    }
    if wrong:
        raise ValidationError(wrong)


def _problem(name: str, act: Act, how: How, *, phase: str, today: date) -> str:
    if name == "words":
        missing = not how.words and (needs_words(act) or how.reason == OTHER)
        return _("Say in a few words why.") if missing else ""
    if name == "review_on":
        late = how.review_on is None or how.review_on < today
        return _("Choose today or a later day.") if late else ""
    if name in _GOES_ON:
        return _goes_on(name, how)
    if name == "reason":
        return "" if how.reason in REASONS[act].values else _("Choose a reason.")
    if name == "phase" and how.phase == phase:
        return _("The case is in this phase already.")
    return "" if getattr(how, name) in _CODES[name] else _("Choose one.")


_GOES_ON: Mapping[str, str] = MappingProxyType(
    {"duplicate_of": CloseReason.DUPLICATE, "moved_to": CloseReason.MOVED}
)
"""What a closure says of where the work goes on, and the reason with which it does."""


def _goes_on(name: str, how: How) -> str:
    """Where the work goes on is named with its reason, and with no other one."""
    if bool(getattr(how, name)) == (how.reason == _GOES_ON[name]):
        return ""
    if how.reason != _GOES_ON[name]:
        return _("This goes with another reason. Leave it empty, or choose that reason.")
    if name == "duplicate_of":
        return _("Say which other case is about the same person.")
    return _("Say where the person moved, or which organisation took over.")


def phase_after(act: Act, how: How, *, phase: str) -> str:
    """The phase that a case is in after an act; empty where nobody works on it."""
    if act is Act.MOVE:
        return how.phase
    if act in (Act.TAKE_ON, Act.REOPEN):
        return Phase.ASSESSING.value
    return phase if act in (Act.HOLD, Act.RESUME) else ""


def review_after(act: Act, how: How, *, review_on: date | None) -> date | None:
    """The day of the next look after an act; None where nobody works on the case any more."""
    if act in (Act.CLOSE, Act.DECLINE):
        return None
    return how.review_on if "review_on" in ASKED[act] else review_on


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


def stage_on_the_row(framework: Framework, stage: str) -> str:
    """The stage as lists may narrow by it; empty where the question is about something else than
    the journey, so that what is kept apart does not show in a list."""
    if not stage or framework.stage_question is None:
        return ""
    asked = framework.question(framework.stage_question).data_class
    return stage if asked in (None, DataClass.JOURNEY, DataClass.CASE_WORK) else ""


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
