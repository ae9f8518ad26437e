"""Trying a framework out: a plain form of its questions, and what it finds. Nothing is kept.

Answers live as long as the request. They are in no address, no log, no session and no table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sojourn.engines import record
from sojourn.framework import (
    Answers,
    DataClass,
    Example,
    Framework,
    Missing,
    Question,
    State,
    Value,
)
from sojourn.framework.nodes import answers_used
from sojourn.framework.types import Code, Codes, Date, Number, Text
from sojourn.language import AnswerError, read_answers, read_value
from sojourn.web.cases import words as case_words
from sojourn.web.cases.readings import Reading, reading
from sojourn.web.cases.situation import Item, Reason, Situation, View, build
from sojourn.web.frameworks import words
from sojourn.web.frameworks.pages import groups
from sojourn.web.frameworks.relevance import conditions, is_asked
from sojourn.web.i18n import language

_ALL = frozenset(DataClass)
PREFIX = "q-"


@dataclass(frozen=True)
class Option:
    """One answer to choose."""

    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Field:
    """One question of the form. A question that the form would not ask now is hidden."""

    name: str
    label: str
    hint: str
    kind: str
    options: tuple[Option, ...]
    value: str
    is_asked: bool
    error: str

    @property
    def input_name(self) -> str:
        return f"{PREFIX}{self.name}"


@dataclass(frozen=True)
class Group:
    """Questions under one heading of the form."""

    label: str
    fields: tuple[Field, ...]

    @property
    def is_asked(self) -> bool:
        return any(field.is_asked for field in self.fields)


@dataclass(frozen=True)
class Absent:
    """A factor that is known not to be there."""

    label: str
    because: Reason


@dataclass(frozen=True)
class Outcome:
    """What the framework finds in the answers."""

    situation: Situation
    risks: tuple[Item, ...]
    resources: tuple[Item, ...]
    unknown: tuple[Item, ...]
    absent: tuple[Absent, ...]
    left_out: int
    readings: tuple[Reading, ...]
    is_empty: bool

    @property
    def has_responses(self) -> bool:
        """Whether anything is suggested at all."""
        return any(group.items for group in self.situation.responses)


@dataclass(frozen=True)
class Attempt:
    """The form as it was filled in, and the outcome."""

    groups: tuple[Group, ...]
    outcome: Outcome
    example: str
    from_example: int
    without_rosters: tuple[str, ...]

    @property
    def asked(self) -> list[str]:
        """The questions that the form asks now, for the page to show."""
        return [field.name for group in self.groups for field in group.fields if field.is_asked]


def example_of(framework: Framework, name: str) -> Example | None:
    """One of the framework's own invented people."""
    return next((example for example in framework.examples if example.name == name), None)


def examples(framework: Framework) -> list[tuple[str, str]]:
    """The invented people that can be loaded."""
    return [(example.name, words.readable(example.name)) for example in framework.examples]


def attempt(
    framework: Framework,
    texts: Mapping[str, Sequence[str]],
    example: Example | None,
    rules_url: str = "",
) -> Attempt:
    """The form filled in with texts by question; rows of repeats come from the example."""
    rosters = read_answers(framework, {}, example.rosters).rosters if example else {}
    asked, errors = _asked(framework, texts, rosters, _beside_the_form(framework, example))
    values = {name: text for name in texts if (text := " ".join(texts[name]).strip())}
    headings = groups(framework)
    found: dict[str, list[Field]] = {}
    for question in questions(framework):
        text = values.get(question.name, "")
        is_shown = question.name in asked.values
        field = _field(question, text, is_shown, errors.get(question.name, ""))
        found.setdefault(headings.get(question.name, ""), []).append(field)
    return Attempt(
        tuple(Group(label, tuple(fields)) for label, fields in found.items()),
        _outcome(framework, asked, rules_url),
        example.name if example else "",
        sum(len(rows) for rows in rosters.values()),
        tuple(roster.label.get(language()) or roster.name for roster in framework.rosters),
    )


def questions(framework: Framework) -> list[Question]:
    """The questions that some rule reads, and those that decide whether these are asked."""
    used = {question.name for question in framework.used_questions}
    for name in list(used):
        for node in conditions(framework).get(name, ()):
            used.update(ref.name for ref in answers_used(node))
    return [
        question
        for question in framework.questions
        if question.name in used
        and question.roster is None
        and question.label
        and not isinstance(question.type, Text)
    ]


def _asked(
    framework: Framework,
    texts: Mapping[str, Sequence[str]],
    rosters: Mapping[str, tuple[Mapping[str, Value | Missing], ...]],
    beside: Collection[str] = (),
) -> tuple[Answers, dict[str, str]]:
    """The answers to what the form asks, read in its order, and what is wrong with others."""
    errors: dict[str, str] = {}
    so_far = Answers({}, rosters)
    for question in questions(framework):
        if question.name not in beside and not is_asked(framework, question.name, so_far):
            continue
        value: Value | Missing = Missing.NOT_ASKED
        try:
            value = read_value(question, " ".join(texts.get(question.name, ())))
        except AnswerError:
            errors[question.name] = _("This cannot be an answer to the question.")
        so_far = Answers({**so_far.values, question.name: value}, rosters)
    for name in record.broken_constraints(framework, so_far):
        errors[name] = _("This is outside of what the question allows: it is not counted.")
    return record.without_broken(framework, so_far), errors


def _beside_the_form(framework: Framework, example: Example | None) -> set[str]:
    """What an example answers although the form, after its other answers, would not ask it.

    Examples often leave out what only opens a part of the form, such as consent.
    """
    if example is None:
        return set()
    texts = {name: [text] for name, text in example.answers.items()}
    asked, _errors = _asked(framework, texts, {})
    return example.answers.keys() - asked.values.keys()


def _field(question: Question, text: str, is_shown: bool, error: str) -> Field:
    chosen = set(text.split())
    return Field(
        name=question.name,
        label=case_words.plain(question.label.get(language())) or question.name,
        hint=question.hint.get(language()),
        kind=_kind(question),
        options=tuple(
            Option(choice.name, choice.label.get(language()) or choice.name, choice.name in chosen)
            for choice in question.choices
        ),
        value=text,
        is_asked=is_shown,
        error=error,
    )


def _kind(question: Question) -> str:
    match question.type:
        case Code():
            return "one"
        case Codes():
            return "many"
        case Number(places=0):
            return "whole"
        case Number():
            return "number"
        case Date():
            return "date"
        case _:
            return "yes"


def _outcome(framework: Framework, answers: Answers, rules_url: str) -> Outcome:
    findings = record.assess(framework, answers)
    stage = answers.get(framework.stage_question or "")
    situation = build(framework, findings, classes=_ALL, stage=str(stage), rules_url=rules_url)
    view = View(framework, findings, _ALL, rules_url=rules_url)
    shown = [item for item in view.items() if item.kind]
    absent = tuple(
        Absent(view.factors[name].label.get(language()), view.reason(finding.because))
        for name, finding in view.findings.items()
        if finding.state is State.ABSENT
    )
    return Outcome(
        situation=situation,
        risks=tuple(item for item in shown if item.kind in ("risk", "both")),
        resources=tuple(item for item in shown if item.kind == "resource"),
        unknown=tuple(item for item in shown if item.kind == "unknown"),
        absent=absent,
        left_out=len(view.findings) - len(view.applicable),
        readings=tuple(
            reading(view, framework.measure(finding.name), finding, _ALL)
            for finding in findings.measures
        ),
        is_empty=all(isinstance(value, Missing) for value in answers.values.values()),
    )
