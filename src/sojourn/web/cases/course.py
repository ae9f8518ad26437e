"""The course of a case as plain values: what was done, by whom, and why."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal
from sojourn.web.cases.access import can_settle
from sojourn.web.cases.models import Case, CaseStep, Difference, Episode
from sojourn.web.cases.reasons import REASONS, CloseReason, Feedback, Outcome, ReopenReason
from sojourn.web.cases.states import Act, CaseState, Phase, acts
from sojourn.web.cases.versions import SUBJECTS, values_of
from sojourn.web.people import words
from sojourn.web.people.models import Person
from sojourn.web.vault import Key

DONE: Mapping[Act, object] = {
    Act.TAKE_ON: gettext_lazy("The case was taken on"),
    Act.DECLINE: gettext_lazy("The case was not taken on"),
    Act.HOLD: gettext_lazy("The case was put on hold"),
    Act.RESUME: gettext_lazy("Work on the case went on"),
    Act.CLOSE: gettext_lazy("The case was closed"),
    Act.REOPEN: gettext_lazy("The case was opened again"),
}

HELPS: Mapping[Act, object] = {
    Act.TAKE_ON: gettext_lazy("From now on the organisation works on it, beginning with the need."),
    Act.DECLINE: gettext_lazy("Tell the person, and where else they may find help."),
    Act.MOVE: gettext_lazy("The phase says where the work stands. It may go back at any time."),
    Act.HOLD: gettext_lazy("The case waits, and comes back to you on the day you choose."),
    Act.RESUME: gettext_lazy("The case is open again, in the phase where it stopped."),
    Act.CLOSE: gettext_lazy("What was written stays as it is. The case can be opened again."),
    Act.REOPEN: gettext_lazy("A new episode begins. The closure before stays as it was written."),
}


@dataclass(frozen=True)
class PhasePoint:
    """A phase on the line of phases."""

    key: str
    label: str
    is_current: bool


@dataclass(frozen=True)
class StepLine:
    """Something that was done with the case."""

    at: datetime
    title: str
    reason: str
    words: str
    by: str
    state_class: str


@dataclass(frozen=True)
class EpisodeLine:
    """One episode in words; the empty text for what is still open."""

    number: int
    opened_at: datetime
    opened_by: str
    opened_because: str
    closed_at: datetime | None
    closed_by: str
    closed_because: str
    outcome: str
    feedback: str
    moved_to: str


@dataclass(frozen=True)
class DifferenceLine:
    """One field that two people changed, in words."""

    id: uuid.UUID
    label: str
    first: str
    second: str
    first_by: str
    second_by: str
    decider: str
    may_settle: bool


def difference_lines(by: Principal, rows: Iterable[Difference]) -> list[DifferenceLine]:
    """Differences in words, in the language of the page."""
    return [_difference_line(by, row) for row in rows]


def _difference_line(by: Principal, row: Difference) -> DifferenceLine:
    subject = SUBJECTS[row.subject_type]
    first, second = values_of(row)
    return DifferenceLine(
        id=row.pk,
        label=str(subject.labels[row.field]),
        first=subject.tell(row, first),
        second=subject.tell(row, second),
        first_by=row.first_by.name if row.first_by else "",
        second_by=row.second_by.name if row.second_by else "",
        decider=row.decider.name if row.decider else "",
        may_settle=can_settle(by, row),
    )


def phases(case: Case) -> tuple[PhasePoint, ...]:
    """The phases in their usual order, with the one the case is in."""
    return tuple(
        PhasePoint(phase.value, str(phase.label), phase.value == case.phase) for phase in Phase
    )


def offered(case: Case) -> tuple[Act, ...]:
    """What can be done with the case now."""
    return acts(CaseState(case.state))


def step_lines(
    case: Case, steps: Iterable[CaseStep], classes: Collection[DataClass]
) -> list[StepLine]:
    """What was done, in words. Words that somebody wrote need clearance for `case_work`."""
    key = words.key_for(case.person) if DataClass.CASE_WORK in classes else None
    return [_step_line(step, key) for step in steps]


def episode_lines(
    episodes: Iterable[Episode], person: Person, classes: Collection[DataClass]
) -> list[EpisodeLine]:
    """Episodes in words. Words that somebody wrote need clearance for `case_work`."""
    key = words.key_for(person) if DataClass.CASE_WORK in classes else None
    return [
        EpisodeLine(
            number=row.number,
            opened_at=row.opened_at,
            opened_by=row.opened_by.name if row.opened_by else "",
            opened_because=_label(ReopenReason, row.opened_because),
            closed_at=row.closed_at,
            closed_by=row.closed_by.name if row.closed_by else "",
            closed_because=_label(CloseReason, row.closed_because),
            outcome=_label(Outcome, row.outcome),
            feedback=_label(Feedback, row.feedback),
            moved_to=words.opened(row, "moved_to", key),
        )
        for row in episodes
    ]


def _step_line(step: CaseStep, key: Key | None) -> StepLine:
    act = Act(step.act)
    return StepLine(
        at=step.at,
        title=_moved(step) if act is Act.MOVE else str(DONE[act]),
        reason=_label(REASONS[act], step.reason) if act in REASONS else "",
        words=words.opened(step, "words", key),
        by=step.by.name if step.by else "",
        state_class=step.state,
    )


def _moved(step: CaseStep) -> str:
    return _("The phase changed from “%(before)s” to “%(after)s”") % {
        "before": Phase(step.phase_before).label,
        "after": Phase(step.phase).label,
    }


def _label(kind: type[TextChoices], code: str) -> str:
    return str(kind(code).label) if code else ""
